"""Grading on a Dask cluster of real processes: who dies, hangs or differs costs nobody else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import Client
from nbgrader.api import Gradebook

from autograder import cli
from autograder.classroom import cluster as on_dask
from autograder.classroom import grade
from autograder.classroom.cluster import ClusterError, connect
from autograder.classroom.graded import read_graded
from autograder.classroom.new_class import new_class
from autograder.classroom.pool import CallFailed
from autograder.classroom.store import Place, read_run
from autograder.demo import STUDENTS, hand_in
from autograder.exercises import LESSONS
from autograder.sandbox.probes import REQUIRED

LESSON = LESSONS[0]
HANDED_IN = STUDENTS[:4]

ROOT = Path(__file__).parents[2]
SECONDS = 60.0

# One failure is allowed in place of three: a job that ends its workers does so four times, not
# eight, and each time a worker has to be started anew.
ENVIRONMENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}


def dask(*arguments: str, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "dask"), *arguments, "--no-dashboard"]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=os.environ | ENVIRONMENT | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def workers(address: str, count: int, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    options = ("--nworkers", str(count), "--nthreads", "1", "--local-directory", str(log.parent))
    return dask("worker", address, *options, log=log, **environment)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def eventually(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("scheduler")
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    process = dask("scheduler", *options, log=folder / "log")
    eventually(file.exists)
    eventually(lambda: file.read_text().endswith("}"))
    yield json.loads(file.read_text())["address"]
    end(process)


@pytest.fixture(scope="module")
def address(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler with two workers."""
    process = workers(scheduler, 2, tmp_path_factory.mktemp("workers") / "log")
    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=SECONDS)
    yield scheduler
    end(process)


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which a few students handed in lesson 1, and nothing is graded."""
    directory = tmp_path_factory.mktemp("class") / "class"
    new_class(directory)
    for student in HANDED_IN:
        hand_in(directory, student, LESSON)
    return directory


# ------------------------------------------------------------------------------- who is not there


def refusal(*arguments: str) -> str:
    result = CliRunner().invoke(cli.main, ["grade", *arguments])
    assert result.exit_code == 1 and result.stderr.startswith("Error: "), result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


def test_a_cluster_without_workers_is_refused(class_folder, scheduler, monkeypatch) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 1)
    words = refusal(str(class_folder), "--dask", scheduler)
    assert "has no worker; start some with `dask worker" in words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("tcp://127.0.0.1:9", "No scheduler answers at tcp://127.0.0.1:9"),
        ("scheduler", "'scheduler' is not the address of a scheduler"),
        ("tls://127.0.0.1:9", "names no certificates"),
    ],
)
def test_an_address_where_no_scheduler_is_is_refused(
    class_folder, monkeypatch, wrong, words
) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 1)
    assert words in refusal(str(class_folder), "--dask", wrong)


def test_without_dask_one_is_told_to_install_it(class_folder, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    words = refusal(str(class_folder), "--dask", "tcp://127.0.0.1:9")
    assert "pip install distributed" in words


def test_jobs_are_for_this_machine(class_folder) -> None:
    arguments = ["grade", str(class_folder), "--dask", "tcp://127.0.0.1:9", "--jobs", "2"]
    assert CliRunner().invoke(cli.main, arguments).exit_code == 2


# ------------------------------------------------------------------------------- who is different


def test_a_scheduler_of_other_versions_is_refused(class_folder, scheduler, monkeypatch) -> None:
    other = on_dask.code_versions() | {"keras": "2.0"}
    on_dask.versions_here.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(on_dask, "code_versions", lambda: other)
        words = refusal(str(class_folder), "--dask", scheduler)
    on_dask.versions_here.cache_clear()
    assert f"The scheduler {scheduler} has keras" in words and "here 2.0" in words


def test_a_worker_of_another_course_is_refused_and_leaves_if_it_comes_later(
    address, tmp_path, monkeypatch
) -> None:
    for package in ("autograder", "course"):
        shutil.copytree(ROOT / package, tmp_path / package)
    changed = tmp_path / "autograder" / "kernel" / "gather.py"
    changed.write_text(changed.read_text() + "\nOTHER = True\n")
    odd = workers(address, 1, tmp_path / "log", PYTHONPATH=str(tmp_path))
    try:
        with Client(address, set_as_default=False) as client:
            before = client.scheduler_info()["workers"]
            eventually(lambda: len(client.scheduler_info()["workers"]) == 3)
            (its,) = set(client.scheduler_info()["workers"]) - set(before)
        with pytest.raises(ClusterError) as told, connect(address, False, SECONDS):
            pass
        assert str(told.value).startswith(f"The worker {its} has other code of the course")

        monkeypatch.setattr(on_dask, "_refuse_unfit", lambda *arguments: None)
        with connect(address, False, SECONDS) as cluster:
            for _ in range(10):
                answers = [cluster.submit(abs, -number) for number in range(10)]
                assert [answer.result(SECONDS) for answer in answers] == list(range(10))
                if odd.poll() is not None:
                    break
            assert odd.wait(SECONDS) == 0
        assert "has other code of the course" in (tmp_path / "log").read_text()
    finally:
        end(odd)


# ----------------------------------------------------------------------------- who dies, or hangs


def test_a_job_that_ends_its_workers_is_reported_and_costs_no_other(address) -> None:
    with connect(address, False, SECONDS) as cluster:
        deadly = cluster.submit(os._exit, 3)
        others = [cluster.submit(abs, -number) for number in range(20)]
        assert [other.result(SECONDS) for other in others] == list(range(20))
        with pytest.raises(CallFailed, match="ended 2 times, and 2 times more when it ran alone"):
            deadly.result(SECONDS)
        assert cluster.submit(abs, -4).result(SECONDS) == 4


def test_a_job_that_hangs_is_stopped_and_its_worker_replaced(address) -> None:
    with connect(address, False, 4) as cluster, Client(address, set_as_default=False) as client:
        before = set(client.scheduler_info()["workers"])
        hangs = cluster.submit(time.sleep, 1000)
        with pytest.raises(CallFailed, match="did not end within 4 seconds"):
            hangs.result(SECONDS)
        eventually(lambda: len(set(client.scheduler_info()["workers"]) - before) == 1)


def test_a_long_job_does_not_hold_up_those_behind_it(address) -> None:
    with connect(address, False, SECONDS) as cluster:
        assert cluster.in_flight() == 4
        long = cluster.submit(time.sleep, 8)
        others = [cluster.submit(time.sleep, 0.4) for _ in range(9)]
        assert not wait(others, SECONDS).not_done
        assert not long.done()


def test_equal_jobs_are_two_and_an_exception_comes_back_as_it_was(address) -> None:
    with connect(address, False, SECONDS) as cluster:
        one, other = cluster.submit(uuid.uuid4), cluster.submit(uuid.uuid4)
        assert one.result(SECONDS) != other.result(SECONDS)
        with pytest.raises(ValueError, match="'x'"):
            cluster.submit(int, "x").result(SECONDS)


def test_what_is_in_flight_is_let_go_of_and_nothing_stays_on_the_cluster(address) -> None:
    start = time.monotonic()
    with connect(address, False, SECONDS) as cluster:
        cluster.submit(abs, -1).result(SECONDS)
        running = [cluster.submit(time.sleep, 4) for _ in range(8)]
    assert time.monotonic() - start < 4
    assert all(future.cancelled() for future in running)
    with Client(address, set_as_default=False) as client:
        left = "lambda dask_scheduler: len(dask_scheduler.tasks)"
        eventually(lambda: client.run_on_scheduler(eval(left)) == 0)


# ------------------------------------------------------------------------------------- all of it

ROW = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")


def rows(directory: Path) -> dict[tuple[str, str], tuple[object, ...]]:
    """(student, cell) -> what the gradebook holds for lesson 1."""
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, row.name): tuple(getattr(row, name) for name in ROW)
            for submission in gradebook.assignment_submissions(LESSON)
            for notebook in submission.notebooks
            for row in notebook.grades
        }


def verdicts(directory: Path, students: list[str]) -> dict[str, object]:
    found = {}
    for student in students:
        told = read_graded(Place(student, LESSON, LESSON).folder(directory))
        assert told is not None
        found[student] = told.verdicts
    return found


def test_a_worker_killed_in_mid_run_changes_no_grade(
    class_folder, address, tmp_path, monkeypatch
) -> None:
    serial, parallel = (
        shutil.copytree(class_folder, tmp_path / name) for name in ("serial", "parallel")
    )
    students = [student.name for student in HANDED_IN]
    assert grade.grade(serial, LESSON, jobs=1).graded == len(students)

    killed: list[str] = []
    with Client(address, set_as_default=False) as client:
        finish = grade._Grading._finish

        def kill_once(self, submission):
            busy = [worker for worker, jobs in client.processing().items() if jobs]
            if busy and not killed:
                process = client.run(os.getpid, workers=busy[:1])[busy[0]]
                os.kill(process, signal.SIGKILL)
                killed.append(busy[0])
            return finish(self, submission)

        monkeypatch.setattr(grade._Grading, "_finish", kill_once)
        summary = grade.grade(parallel, LESSON, dask=address)
        assert killed and killed[0] not in client.scheduler_info()["workers"]
    assert (summary.graded, summary.executed, summary.failed) == (len(students),) * 2 + ({},)
    assert rows(parallel) == rows(serial)
    assert verdicts(parallel, students) == verdicts(serial, students)
    for student in students:
        run = read_run(Place(student, LESSON, LESSON).folder(parallel))
        assert run is not None and set(REQUIRED) <= set(run.layers)
