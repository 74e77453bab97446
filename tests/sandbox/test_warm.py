"""Warm starts: what a fork of the nursery can do, and what becomes of a nursery that fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.classroom.pool import WorkerPool
from autograder.classroom.run import run_notebook
from autograder.sandbox import probes, start, warm
from autograder.sandbox.probes import LAYERS
from autograder.sandbox.start import start_sandbox
from autograder.sandbox.warm import ForkedProcess, cool_down, lend, warm_up, why_cold

from .kernels import idle_kernel, start_one


@pytest.fixture(autouse=True)
def _failures_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_failed_starts", 0)


def nurseries(of: psutil.Process) -> list[psutil.Process]:
    return [child for child in of.children() if "autograder.sandbox.nursery" in child.cmdline()]


def running() -> psutil.Process:
    """This process's nursery, which can fork."""
    warm_up()
    assert not why_cold()
    (process,) = nurseries(psutil.Process())
    return process


def ran(tmp_path: Path, *sources: str) -> NotebookNode:
    cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(sources)]
    run = run_notebook(new_notebook(cells=cells), {}, tmp_path / "evidence")
    assert not run.faults
    return run.notebook


def printed(nb: NotebookNode) -> list[str]:
    return [
        "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
        for cell in nb.cells
    ]


@pytest.mark.parametrize("tensorflow", [False, True])
def test_every_layer_holds_in_a_fork(tensorflow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fork = partial(warm.fork_process, tensorflow=tensorflow)
    monkeypatch.setattr(probes, "start_sandbox", lambda policy: start._start(fork, policy))
    assert probes.try_layers() == dict.fromkeys(LAYERS, True)


def test_forks_draw_different_numbers(tmp_path: Path) -> None:
    draw = (
        "import random, uuid\nimport keras, numpy as np, tensorflow as tf\n"
        "print(random.random(), np.random.rand(), np.random.default_rng().random())\n"
        "print(float(tf.random.normal([])), float(keras.random.normal([])), uuid.uuid4())\n"
        "print(float(keras.layers.Dense(1)(tf.ones((1, 9)))[0, 0]))"
    )
    one, two = (printed(ran(tmp_path, draw))[0].split() for _ in range(2))
    assert len(one) == 7 and not set(one) & set(two)


def test_a_fork_trains_and_draws(tmp_path: Path) -> None:
    nb = ran(
        tmp_path,
        "import sys; print(len({'tensorflow', 'keras', 'course'} & sys.modules.keys()))\n"
        "print([name for name in sys.modules if name.startswith(\n"
        "    ('autograder.judges', 'autograder.classroom', 'solutions'))])",
        "import keras, numpy as np, tensorflow as tf\n"
        "data = tf.data.Dataset.from_tensor_slices((np.ones((64, 3)), np.ones((64, 3)))).batch(8)\n"
        "for compiled in (False, True):\n"
        "    model = keras.Sequential([keras.layers.Dense(3)])\n"
        "    model.compile('adam', 'mse', jit_compile=compiled)\n"
        "    print(len(model.fit(data.prefetch(2), epochs=2, verbose=0).history['loss']))",
        "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])",
        "import os; print(os.environ['HOME'], os.getcwd())",
    )
    first, second, _, fourth = printed(nb)
    assert first == "3\n[]\n" and second == "2\n2\n" and fourth == "/tmp/home /tmp/work\n"
    assert [list(output.get("data", {})) for output in nb.cells[2].outputs] == [
        ["text/plain", "image/png"]
    ]


def test_who_names_tensorflow_has_it_already(tmp_path: Path) -> None:
    look = "import sys; print('tensor' 'flow' in sys.modules, 'course.plots' in sys.modules)"
    assert printed(ran(tmp_path, look)) == ["False True\n"]
    assert printed(ran(tmp_path, look, "import tensorflow"))[0] == "True True\n"
    # A wrong guess: everything else is the same.
    late = "import importlib; tf = importlib.import_module('tensor' 'flow'); print(int(tf.abs(-3)))"
    assert printed(ran(tmp_path, look, late)) == ["False True\n", "3\n"]


def test_tensorflow_is_not_imported_before_it_is_wanted() -> None:
    cool_down()
    warm_up(tensorflow=False)
    start_sandbox(replace(idle_kernel(), tensorflow=False)).close()
    (nursery,) = nurseries(psutil.Process())
    assert not nurseries(nursery)
    warm_up()
    start_sandbox(replace(idle_kernel(), tensorflow=False)).close()
    assert len(nurseries(nursery)) == 1


@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_nursery_that_fails_is_replaced(
    what: int, which: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = running()
    both = [old, *nurseries(old)]
    monkeypatch.setattr(warm, "FORK_SECONDS", 0.5)
    both[which].send_signal(what)
    sandbox = start_sandbox(idle_kernel())
    assert isinstance(sandbox.process, ForkedProcess)
    sandbox.close()
    assert not any(psutil.pid_exists(one.pid) for one in both) and running() != old


def test_a_start_makes_up_for_one_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    cool_down()
    monkeypatch.setattr(warm, "_failed_starts", warm.MOST_FAILED_STARTS - 1)
    start_sandbox(idle_kernel()).close()
    assert warm._failed_starts == 0


def test_another_process_can_use_this_ones_nursery() -> None:
    running()
    pool = WorkerPool(2, 60, lend)
    assert {call.result() for call in [pool.submit(start_one) for _ in range(4)]} == {
        ("ForkedProcess", 0)
    }
    assert isinstance(start_sandbox(idle_kernel()).process, ForkedProcess)
    pool.shutdown()


def test_who_has_borrowed_a_nursery_that_dies_gets_one_of_its_own() -> None:
    old = running()
    pool = WorkerPool(1, 60, lend)
    assert pool.submit(start_one).result() == ("ForkedProcess", 0)
    old.kill()
    # The request may be lost with the nursery, so it is not sent to another one.
    assert pool.submit(start_one).result() == ("Popen", 0)
    assert pool.submit(start_one).result() == ("ForkedProcess", 1)
    pool.shutdown()
    assert running() != old


def test_a_nursery_that_is_still_importing_is_lent_as_well() -> None:
    cool_down()
    pool = WorkerPool(1, 60, lend)
    assert pool.submit(start_one).result() == ("ForkedProcess", 0)
    pool.shutdown()


def test_a_sandbox_outlives_the_nursery_that_forked_it() -> None:
    warm_up()
    sandbox = start_sandbox(idle_kernel())
    cool_down()
    assert sandbox.process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        sandbox.process.wait(0.1)
    sandbox.close()
    assert sandbox.process.poll() == sandbox.process.wait() == 0


def test_another_environment_gets_another_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    old = running()
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    assert running() != old
    cool_down()


def test_kernels_start_cold_where_there_is_no_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    cool_down()
    started = []

    class Broken(subprocess.Popen):
        def __init__(self, command: list[str], **options: object) -> None:
            started.append(command[3])
            if command[3] == "autograder.sandbox.nursery":
                command = ["/bin/false"]
            super().__init__(command, **options)

    monkeypatch.setattr(subprocess, "Popen", Broken)
    for _ in range(3):
        sandbox = start_sandbox(idle_kernel())
        assert not isinstance(sandbox.process, ForkedProcess)
        sandbox.close()
    assert why_cold()
    # After two that do not start, no other is tried.
    assert started.count("autograder.sandbox.nursery") == warm.MOST_FAILED_STARTS
    assert started.count("autograder.sandbox.launch") == 3


def test_a_process_with_threads_is_no_nursery() -> None:
    program = (
        "import threading, time\nfrom autograder.sandbox.nursery import refuse_threads\n"
        "refuse_threads()\n"
        "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        "refuse_threads()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "RuntimeError: importing started threads" in done.stderr


def test_the_nursery_ends_with_a_grader_that_is_killed(tmp_path: Path) -> None:
    program = (
        f"import tempfile, time\ntempfile.tempdir = {str(tmp_path)!r}\n"
        "from autograder.sandbox.warm import warm_up\nwarm_up()\nprint('warm', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as grader:
        assert grader.stdout is not None and grader.stdout.readline() == b"warm\n"
        (process,) = psutil.Process(grader.pid).children()
        assert len(list(tmp_path.iterdir())) == 1
        os.kill(grader.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while psutil.pid_exists(process.pid) or any(tmp_path.iterdir()):
        assert time.monotonic() < until, "the nursery outlived its grader"
        time.sleep(0.05)
