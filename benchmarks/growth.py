"""How time and memory of `autograder grade` grow with the submissions, and with the workers.

    python -m benchmarks.growth [--count 10 --count 100 ...] [--jobs 1 ...] [--class FOLDER]

Classes of copies of lesson 1, handed in by the demo's students in turn. Each number of submissions
is graded with a worker for each core; the middle one with each number of workers. Once a second the
memory is read: of the grading process alone (RSS), and of it and all that it has started (PSS, in
which a page that several share is counted once). "After a tenth" and "at the end" are the most seen
until then. Prints a table and writes results/growth.json. Run it on an idle machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psutil

from autograder.exercises import LESSONS
from benchmarks.classes import Used, machine, made_class, names, replicate, timed, without_copies
from benchmarks.record import command, commit, write

LESSON = LESSONS[0]


@dataclass(frozen=True)
class Sample:
    """Memory in bytes at one moment, and how many submissions were graded by then."""

    done: int
    own: int
    tree: int


class Watch:
    """Reads the memory of a grading process, each time it is called."""

    def __init__(self, directory: Path) -> None:
        self._graded = directory / "autograded"
        self.samples: list[Sample] = []

    def __call__(self, process: psutil.Popen) -> None:
        """Take one sample."""
        done = len(list(self._graded.iterdir())) if self._graded.exists() else 0
        with contextlib.suppress(psutil.NoSuchProcess):
            tree = [process, *process.children(recursive=True)]
            self.samples.append(Sample(done, process.memory_info().rss, sum(map(pss, tree))))


def pss(process: psutil.Process) -> int:
    """A process's memory in bytes, its share of what it shares; 0 if it is gone or closed to us."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def row(used: Used, samples: list[Sample], count: int, jobs: int) -> dict[str, Any]:
    """One line of the result."""
    early = [sample for sample in samples if sample.done <= count / 10]
    megabytes = {
        f"{name}_{when}": round(max((getattr(s, name) for s in part), default=0) / 2**20)
        for name in ("own", "tree")
        for when, part in (("after_a_tenth", early), ("at_the_end", samples))
    }
    return {
        "submissions": count,
        "workers": jobs,
        **used.row(),
        "wall_seconds_each": round(used.wall / count, 3),
        "core_seconds_each": round(used.processor / count, 3),
        "megabytes": megabytes,
    }


def measure(directory: Path, originals: Path, count: int, jobs: int) -> dict[str, Any]:
    """Grade a class of `count` submissions with so many workers."""
    without_copies(directory)
    replicate(originals, LESSON, names(count), directory)
    watch = Watch(directory)
    arguments = ["autograder", "grade", str(directory), LESSON, "--jobs", str(jobs), "--json"]
    used, said = timed(arguments, directory, watch)
    assert json.loads(said)["graded"] == count, said
    return row(used, watch.samples, count, jobs)


def ratios(by_count: dict[int, dict[str, Any]], by_jobs: dict[int, dict[str, Any]]) -> Any:
    """How the rows compare: the largest class with the one before, and workers with one worker."""
    before, most = sorted(by_count)[-2:]
    memory = by_count[most]["megabytes"]
    return {
        f"seconds_each_at_{most}_over_{before}": round(
            by_count[most]["wall_seconds_each"] / by_count[before]["wall_seconds_each"], 3
        ),
        f"own_memory_at_the_end_over_a_tenth_of_{most}": round(
            memory["own_at_the_end"] / memory["own_after_a_tenth"], 3
        ),
        f"all_memory_at_the_end_over_a_tenth_of_{most}": round(
            memory["tree_at_the_end"] / memory["tree_after_a_tenth"], 3
        ),
        "speed_with_workers": {
            jobs: round(by_jobs[min(by_jobs)]["wall_seconds"] / part["wall_seconds"], 2)
            for jobs, part in by_jobs.items()
        },
    }


@click.command(help=__doc__)
@click.option(
    "--count", "counts", multiple=True, type=click.IntRange(min=1), default=(10, 100, 1000)
)
@click.option("--jobs", "workers", multiple=True, type=click.IntRange(min=1), default=(1, 2, 4))
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
def main(counts: tuple[int, ...], workers: tuple[int, ...], folder: Path | None) -> None:
    """Measure, print and keep."""
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    cores = os.cpu_count() or 1
    middle = sorted(counts)[len(counts) // 2]
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="growth-") as scratch:
        directory = Path(scratch, "class")
        originals = made_class(folder, directory)[LESSON]
        for count, jobs in [*((n, cores) for n in sorted(counts)), *((middle, j) for j in workers)]:
            if (count, jobs) not in rows:
                rows[count, jobs] = measure(directory, originals, count, jobs)
                click.echo(f"{count} submissions, {jobs} workers: {rows[count, jobs]}")
    by_count = {count: rows[count, cores] for count in counts}
    compared = ratios(by_count, {jobs: rows[middle, jobs] for jobs in workers})
    for name, value in compared.items():
        click.echo(f"{name}: {value}")
    write("growth", result | {"rows": list(rows.values()), "ratios": compared})


if __name__ == "__main__":
    main()
