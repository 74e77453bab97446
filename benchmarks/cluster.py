"""Dask against the local pool, and what 10,000 submissions cost on clusters of three sizes.

    python -m benchmarks.cluster [--class FOLDER] [--count 60] [--rounds 3] [--writes 100]

The demo's class is graded once (or FOLDER, a class that the demo made). Then, with its first
student's notebooks as the jobs:

1. For each lesson: the size of a job and of its result, and what a run takes when every core has
   one.
2. Throughput of `count` runs of lesson 1, in which nothing trains, so that an overhead shows most:
   with 1, 2 and 4 processes of the local pool and as many workers of a Dask cluster on this
   machine, by turns, warm; and the processor seconds that Dask costs the grader and the scheduler.
3. The rate of the single writer: `writes` submissions of each lesson, as in benchmarks.writer.
4. From these numbers, on paper: 10,000 submissions, a quarter of each lesson, on 8, 64, 512 cores
   like this machine's.

Prints and writes results/cluster.json.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from itertools import islice
from pathlib import Path
from typing import Any

import click
import psutil
from distributed import Client

from autograder.classroom.api import nbgrader_api
from autograder.classroom.cluster import MOST_IN_FLIGHT, connect
from autograder.classroom.execute import SealedExecute
from autograder.classroom.grade import JOB_SECONDS
from autograder.classroom.halves import sanitised
from autograder.classroom.job import Job, execute, lent_to_a_worker
from autograder.classroom.pool import WorkerPool
from autograder.classroom.store import Place, read_run
from autograder.demo import run_demo
from autograder.exercises import LESSONS
from benchmarks import record, writer
from benchmarks.classes import RIGHT, machine, made_class

PROCESSES = (1, 2, 4)
CORES = (8, 64, 512)
SUBMISSIONS = 10_000
START_SECONDS = 120


def jobs_of(directory: Path) -> dict[str, Job]:
    """Lesson -> the job of its notebook of the demo's first student."""
    found = {}
    with nbgrader_api(directory) as api:
        step = SealedExecute(parent=api)
        for lesson in LESSONS:
            ((name, nb),) = sanitised(api, lesson, RIGHT).items()
            found[lesson] = step.job(nb, Place(RIGHT, lesson, name))
    return found


# ------------------------------------------------------------------------------------ measuring


def measure_tasks(jobs: dict[str, Job], times: int = 3) -> dict[str, dict[str, float]]:
    """Lesson -> bytes of its job and of its result, seconds of a run when every core has one."""
    rows = {}
    cores = os.cpu_count() or 1
    pool = WorkerPool(cores, JOB_SECONDS)
    seconds_of(pool, jobs[LESSONS[0]], 2 * cores, cores)  # the first are cold
    for lesson, job in jobs.items():
        seconds = seconds_of(pool, job, times * cores, cores) / times
        rows[lesson] = {
            "bytes_of_job": len(pickle.dumps(job)),
            "bytes_of_result": len(pickle.dumps(pool.submit(execute, job).result())),
            "seconds": round(seconds, 3),
        }
        click.echo(f"{lesson}: {rows[lesson]}")
    pool.shutdown()
    return rows


def seconds_of(executor: Executor, job: Job, count: int, most: int) -> float:
    """Run a job `count` times, `most` of them in flight, as grading does."""
    start = time.monotonic()
    calls = (executor.submit(execute, job) for _ in range(count))
    running = set(islice(calls, most))
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            assert not future.result().faults
        running |= set(islice(calls, len(done)))
    return time.monotonic() - start


@contextlib.contextmanager
def cluster_here(count: int, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler and `count` workers on this machine: the address, and the scheduler's process."""
    dask = str(Path(sys.executable).parent / "dask")
    file = folder / f"scheduler-{count}.json"
    scheduler = [dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [dask, "worker", "--nworkers", str(count), "--nthreads", "1", "--no-dashboard"]
    with (folder / "log").open("ab") as log, contextlib.ExitStack() as stack:
        for command in (scheduler, [*worker, "--local-directory", str(folder)]):
            process = subprocess.Popen(
                [*command, "--scheduler-file", str(file)], stdout=log, stderr=log
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            _until(file.exists)
            if command is scheduler:
                seen = psutil.Process(process.pid)
        address = json.loads(file.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=START_SECONDS)
        yield address, seen


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def measure_overhead(job: Job, count: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Number of processes -> throughput of both, and by how much Dask takes longer."""
    rows = {}
    here = psutil.Process()
    for processes in PROCESSES:
        local, dask, grader, scheduler = [], [], 0.0, 0.0
        pool = WorkerPool(processes, JOB_SECONDS, lent_to_a_worker)
        with (
            cluster_here(processes, folder) as (address, its_process),
            connect(address, True, JOB_SECONDS) as cluster,
        ):
            for executor in (pool, cluster):
                seconds_of(executor, job, 2 * processes, 2 * processes)
            for _ in range(rounds):
                local.append(seconds_of(pool, job, count, 2 * processes))
                before = _used(here), _used(its_process)
                dask.append(seconds_of(cluster, job, count, 2 * processes))
                grader += _used(here) - before[0]
                scheduler += _used(its_process) - before[1]
        pool.shutdown()
        ratios = [one / other - 1 for one, other in zip(dask, local, strict=True)]
        rows[str(processes)] = {
            "local_runs_per_second": round(count / statistics.median(local), 3),
            "dask_runs_per_second": round(count / statistics.median(dask), 3),
            "overhead": round(statistics.median(ratios), 3),
            "overhead_of_each_round": [round(ratio, 3) for ratio in ratios],
            "processor_seconds_of_grader_per_run": round(grader / count / rounds, 4),
            "processor_seconds_of_scheduler_per_run": round(scheduler / count / rounds, 4),
        }
        click.echo(f"{processes} processes: {rows[str(processes)]}")
    return rows


def measure_writing(folder: Path, directory: Path, count: int) -> dict[str, float]:
    """Lesson -> the writer's processor seconds for a submission, in a class made of `folder`'s."""
    originals = made_class(folder, directory)
    rows = {}
    for lesson in LESSONS:
        run = read_run(Place(RIGHT, lesson, lesson).folder(folder))
        assert run is not None
        row = writer.measure(directory, originals[lesson], run, lesson, count)
        rows[lesson] = row["processor_seconds_per_submission"]
    click.echo(f"writer: {rows}")
    return rows


# ------------------------------------------------------------------------------------- on paper


def simulate(cores: int, seconds: list[float], writing: list[float]) -> float:
    """The time until the last of many submissions is written.

    A core takes the next job that has been given out; one writer takes results in the order in
    which they come, and gives out a job for each that it has written, two for each core being in
    flight, or as many as `Cluster` allows. Sending takes no time.

    Args:
        cores: how many run jobs.
        seconds: what each job takes.
        writing: what the writer needs for each, sanitising included.
    """
    waiting, idle, given = 0, cores, min(2 * cores, MOST_IN_FLIGHT, len(seconds))
    upcoming, writer, last = iter(range(len(seconds))), 0.0, 0.0
    events: list[tuple[float, str, int]] = [(0.0, "given", 0)] * given
    while events:
        now, kind, job = heapq.heappop(events)
        if kind == "given":
            waiting += 1
        else:
            idle += 1
            writer = max(writer, now) + writing[job]
            last = writer
            if given < len(seconds):
                heapq.heappush(events, (writer, "given", 0))
                given += 1
        while waiting and idle:
            job = next(upcoming)
            heapq.heappush(events, (now + seconds[job], "ended", job))
            waiting, idle = waiting - 1, idle - 1
    return last


def on_paper(tasks: dict[str, Any], writing: dict[str, float], dask: float) -> dict[str, Any]:
    """What 10,000 submissions cost, from what was measured.

    Args:
        tasks: what `measure_tasks` gives.
        writing: lesson -> processor seconds of the writer for a submission.
        dask: the grader's processor seconds that Dask costs for each.
    """
    order = [LESSONS[index % len(LESSONS)] for index in range(SUBMISSIONS)]
    seconds = [tasks[lesson]["seconds"] for lesson in order]
    writes = [writing[lesson] + dask for lesson in order]
    traffic = sum(tasks[name]["bytes_of_job"] + tasks[name]["bytes_of_result"] for name in order)
    rows: dict[str, Any] = {
        "writer_per_second": round(SUBMISSIONS / sum(writes), 2),
        "cores_at_which_the_writer_is_the_limit": round(sum(seconds) / sum(writes), 1),
    }
    for cores in CORES:
        took = simulate(cores, seconds, writes)
        rows[str(cores)] = {
            "minutes": round(took / 60, 1),
            "core_hours": round(took * cores / 3600, 1),
            "cores_busy": round(sum(seconds) / took / cores, 3),
            "writer_busy": round(sum(writes) / took, 3),
            "megabytes_per_second": round(traffic / took / 1e6, 2),
        }
        click.echo(f"{cores} cores: {rows[str(cores)]}")
    return rows


@click.command(help=__doc__)
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
@click.option("--count", type=click.IntRange(min=4), default=60, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--writes", type=click.IntRange(min=20), default=100, show_default=True)
def main(folder: Path | None, count: int, rounds: int, writes: int) -> None:
    """Measure, simulate, print and keep."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    result: dict[str, Any] = {"command": record.command(__file__), "commit": record.commit()}
    result |= machine()
    with tempfile.TemporaryDirectory(prefix="cluster-") as scratch:
        if folder is None:
            folder = Path(scratch, "demo")
            run_demo(folder)
        jobs = jobs_of(folder)
        tasks = measure_tasks(jobs)
        overhead = measure_overhead(jobs[LESSONS[0]], count, rounds, Path(scratch))
        writing = measure_writing(folder, Path(scratch, "class"), writes)
    per_run = [row["processor_seconds_of_grader_per_run"] for row in overhead.values()]
    result |= {
        "count": count,
        "rounds": rounds,
        "writes": writes,
        "tasks": tasks,
        "processes": overhead,
        "writer_processor_seconds_per_submission": writing,
        "on_paper": on_paper(tasks, writing, statistics.median(per_run)),
    }
    record.write("cluster", result)


if __name__ == "__main__":
    main()
