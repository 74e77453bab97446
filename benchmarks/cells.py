"""What grading the solved lessons takes, cell by cell, in a kernel that has TensorFlow already.

    python -m benchmarks.cells [--lesson 03_variational_autoencoder ...] [--repeats 3]

Each lesson runs as a class is graded: in a sealed kernel, on secret challenges, demonstrations
skipped. Importing TensorFlow is not counted, nor is judging, which is done elsewhere. Afterwards
each check runs once more in the same kernel. Seconds on the clock depend on what else the machine
does; the processor's, of all threads of the kernel, much less. Prints a table, and writes
results/cells.json: of each cell the median of the repeats, and their sums.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from nbformat.v4 import new_code_cell

from autograder.build import solved_notebook
from autograder.classroom.job import Done, Job, Settings, execute
from autograder.exercises import DEMONSTRATION, LESSONS, check_id, exercises_of
from autograder.judges import judge
from autograder.kernel.evidence import Evidence
from benchmarks.record import command, commit, read, write

Times = dict[str, list[list[float]]]
"""Cell → [seconds on the clock, processor seconds], once, or twice of a check."""

SEED = 20261127
"""The challenges of the first repeat; the next has the next one."""

BEFORE = """
import time, keras, tensorflow
_begun, _measured = [], []
def _note_begin(info):
    _begun.append((time.perf_counter(), time.process_time()))
def _note_end(result):
    if _begun:  # the end of this very cell is told too
        wall, busy = _begun.pop()
        _measured.append((time.perf_counter() - wall, time.process_time() - busy))
get_ipython().events.register("pre_run_cell", _note_begin)
get_ipython().events.register("post_run_cell", _note_end)
"""
AFTER = "import json; print(json.dumps(_measured))"


def measure(lesson: str, seed: int) -> Times:
    """Run one solved lesson in a fresh kernel.

    Raises:
        ClickException: a check did not pass, so that something else was measured.
    """
    nb = solved_notebook(lesson)
    counted = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code" and DEMONSTRATION not in cell.metadata.get("tags", [])
    ]
    seeds = {exercise.id: seed for exercise in exercises_of(lesson)}
    checks = [cell for cell in counted if cell.id in map(check_id, seeds)]
    again = [new_code_cell(cell.source) for cell in checks]
    nb.cells = [new_code_cell(BEFORE), *nb.cells, *again, new_code_cell(AFTER)]
    done = execute(Job(json.dumps(nb), seeds, {}, Settings(600, sandbox=True), "en"))
    for exercise in seeds:
        _require_passed(done, exercise)
    printed = json.loads(done.notebook)["cells"][-1]["outputs"][0]["text"]
    times = json.loads("".join(printed))[-len(counted) - len(again) :]
    found = {cell.id: [time] for cell, time in zip(counted, times, strict=False)}
    for cell, time in zip(checks, times[len(counted) :], strict=True):
        found[cell.id].append(time)
    return found


def _require_passed(done: Done, exercise: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "evidence.safetensors")
        path.write_bytes(done.evidence.get(exercise, b""))
        verdict = judge(exercise, done.challenges[exercise], Evidence.load(path))
    if not verdict.passed:
        raise click.ClickException(str(verdict))


def medians(runs: list[Times]) -> dict[str, dict[str, float]]:
    """Of each cell, the medians over the runs."""
    names = (("seconds", "processor_seconds"), ("again_seconds", "again_processor_seconds"))
    return {
        cell: {
            name: round(statistics.median(run[cell][time][index] for run in runs), 4)
            for time in range(len(runs[0][cell]))
            for index, name in enumerate(names[time])
        }
        for cell in runs[0]
    }


def total(cells: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The sums over a lesson: all cells the first time, and its checks again."""
    names = dict.fromkeys(name for times in cells.values() for name in times)
    return {name: round(sum(t.get(name, 0.0) for t in cells.values()), 3) for name in names}


@click.command()
@click.option("--lesson", "lessons", multiple=True, type=click.Choice(LESSONS), default=LESSONS)
@click.option("--repeats", default=3, show_default=True)
def main(lessons: tuple[str, ...], repeats: int) -> None:
    """Measure, print and keep."""
    measured = commit()
    click.echo(f"{'':36}{'first: s':>10}{'processor':>11}{'again: s':>10}{'processor':>11}")
    for lesson in lessons:
        load = os.getloadavg()[0]
        cells = medians([measure(lesson, SEED + repeat) for repeat in range(repeats)])
        for name, times in [*cells.items(), (lesson, total(cells))]:
            numbers = zip(times.values(), (10, 11, 10, 11), strict=False)
            click.echo(f"{name:36}" + "".join(f"{value:{width}.3f}" for value, width in numbers))
        row = {
            "command": command(__file__),
            "commit": measured,
            "repeats": repeats,
            "cores": os.cpu_count(),
            "load_before": round(load, 2),
            "sum": total(cells),
            "cells": cells,
        }
        rows = read("cells").get("lessons", {}) | {lesson: row}
        write("cells", {"lessons": {key: rows[key] for key in LESSONS if key in rows}})


if __name__ == "__main__":
    main()
