"""What grading costs besides running notebooks: sanitising, keeping, judging, the gradebook.

    python -m benchmarks.writer [--class FOLDER] [--count 200]

The demo's class is graded once (or FOLDER, a class that the demo made). Then a class of `count`
copies of its first student is graded for each lesson, where every run is the stored one, given
back at once. Prints the grading process's own processor seconds per submission and its peak memory
after the first tenth and at the end; writes results/writer.json.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from autograder.classroom.grade import grade
from autograder.classroom.job import Done, Job
from autograder.classroom.store import Place, StoredRun, read_run
from autograder.demo import run_demo
from autograder.exercises import LESSONS
from autograder.kernel.challenge import Challenge
from benchmarks.classes import RIGHT, machine, made_class, replicate, without_copies
from benchmarks.record import command, commit, write


class Stored(Executor):
    """Gives back one stored run for every job, and notes how much was used until then."""

    def __init__(self, run: StoredRun) -> None:
        evidence = {path.stem: path.read_bytes() for path in (run.folder / "evidence").iterdir()}
        folder = run.folder / "challenges"
        challenges = {path.stem: Challenge.load(path) for path in folder.iterdir()}
        self._done = (challenges, evidence, run.faults, run.layers, run.seconds)
        self.used: list[tuple[float, float]] = []

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future:
        job: Job = arguments[0]
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.used.append((time.process_time(), megabytes))
        future: Future = Future()
        future.set_result(Done(job.notebook, *self._done))
        return future


def measure(
    directory: Path, originals: Path, run: StoredRun, lesson: str, count: int
) -> dict[str, float]:
    """Grade `count` copies of one submission, of which `run` is the stored run."""
    without_copies(directory)
    replicate(originals, lesson, {f"copy-{index:04}": RIGHT for index in range(count)}, directory)
    stored = Stored(run)
    summary = grade(directory, lesson, executor=stored, console=Console(quiet=True))
    assert (summary.graded, summary.failed) == (count, {}), summary
    tenth = count // 10
    seconds = (stored.used[-1][0] - stored.used[tenth][0]) / (count - 1 - tenth)
    return {
        "processor_seconds_per_submission": round(seconds, 3),
        "peak_megabytes_after_a_tenth": round(stored.used[tenth][1]),
        "peak_megabytes_at_the_end": round(stored.used[-1][1]),
    }


@click.command(help=__doc__)
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
@click.option("--count", type=click.IntRange(min=20), default=200, show_default=True)
def main(folder: Path | None, count: int) -> None:
    """Measure each lesson, print and keep."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    result["count"] = count
    with tempfile.TemporaryDirectory(prefix="writer-") as scratch:
        if folder is None:
            folder = Path(scratch, "demo")
            run_demo(folder)
        directory = Path(scratch, "class")
        originals = made_class(folder, directory)
        for lesson in LESSONS:
            run = read_run(Place(RIGHT, lesson, lesson).folder(folder))
            assert run is not None
            result[lesson] = measure(directory, originals[lesson], run, lesson, count)
            click.echo(f"{lesson}: {result[lesson]}")
    write("writer", result)


if __name__ == "__main__":
    main()
