"""The pool of worker processes: a call that dies, hangs or fails costs itself alone."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.classroom.job import lent_to_a_worker
from autograder.classroom.pool import CallFailed, WorkerPool


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(1, 20)
    yield pool
    pool.shutdown(cancel_futures=True)


def test_a_call_that_fails_costs_itself_alone(pool: WorkerPool) -> None:
    calls = {
        "dies": pool.submit(os._exit, 3),
        "after that": pool.submit(abs, -4),
        "raises": pool.submit(int, "x"),
        "cannot be sent back": pool.submit(threading.Lock),
        "at last": pool.submit(abs, -5),
    }
    with pytest.raises(CallFailed, match="exit code 3"):
        calls["dies"].result()
    assert calls["after that"].result() == 4
    with pytest.raises(ValueError, match="'x'"):
        calls["raises"].result()
    with pytest.raises(CallFailed, match="cannot be sent back"):
        calls["cannot be sent back"].result()
    assert calls["at last"].result() == 5


def test_a_worker_is_soon_ready() -> None:
    """What it is lent brings no module that takes long to import and that running needs not."""
    pool = WorkerPool(1, 60, lent_to_a_worker)
    modules = pool.submit(eval, "sorted(__import__('sys').modules)").result()
    pool.shutdown()
    assert "autograder.classroom.run" in modules
    assert {"nbgrader", "IPython", "tensorflow", "matplotlib"}.isdisjoint(modules)


def test_a_call_that_hangs_is_ended_with_all_that_it_started() -> None:
    pool = WorkerPool(1, 4)
    scratch = pool.submit(tempfile.mkdtemp).result()
    hangs = pool.submit(os.system, "sleep 1234.5")
    with pytest.raises(CallFailed, match="did not end within 4 seconds"):
        hangs.result()
    assert not [
        p for p in psutil.process_iter(["cmdline"]) if "1234.5" in (p.info["cmdline"] or [])
    ]
    assert not Path(scratch).exists()
    pool.shutdown(cancel_futures=True)


def test_a_worker_outlives_an_interrupt_and_its_children_can_be_interrupted(pool) -> None:
    worker = pool.submit(os.getpid).result()
    os.kill(worker, signal.SIGINT)
    assert pool.submit(os.getpid).result() == worker
    python = "import signal; exit(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert os.waitstatus_to_exitcode(pool.submit(os.system, f'python3 -c "{python}"').result()) == 1


def test_shutting_down_does_not_wait_for_what_runs(pool: WorkerPool) -> None:
    running, waiting = pool.submit(time.sleep, 1000), pool.submit(time.sleep, 1000)
    while not running.running():
        time.sleep(0.01)
    pool.shutdown(cancel_futures=True)
    assert waiting.cancelled() and isinstance(running.exception(), CallFailed)
