"""Grading with stock nbgrader against `autograder grade`: the same submissions.

    python -m benchmarks.throughput [--count 40] [--lesson 01_fashion_mnist ...] [--class FOLDER]

The demo's students hand in `count` notebooks of each lesson, in turn. Lesson 1 is the notebook
whose checks train nothing.

- *Stock*: an nbgrader course with the same assignments and nbgrader's own settings: a fresh kernel
  for each submission, in no sandbox, shut down gracefully; `check` in its open mode, whose number
  nbgrader reads as partial credit. Two settings differ from nbgrader's: the demonstrations are
  skipped, as `autograder grade` skips them, and a cell has the same 120 seconds.
- *Ours*: `autograder grade CLASS LESSON`, sandbox included; once before stock and once after it, in
  two equal classes, and the mean taken: a machine that others share may be slower by and by.
- *c*: what the cells and checks themselves take. Each student's notebook runs in open mode in a
  kernel that has imported what the lesson and its checks import, and has not computed anything. As
  many kernels run at once as there are cores, as in grading, since busy cores are slower; all of
  them before the commands and again after them. On the clock: from "busy" to "idle" as the kernel
  dates them, over all cells. On the processor: what the kernel's process used meanwhile. Averaged
  over the submissions.

On k cores, whoever runs the cells takes c × count / k at the least: `bound` is the ratio that this
allows, `share_of_bound` how much of it is reached. `overhead` is what a submission costs beyond c,
in core-seconds. Exits with 1 if a right answer is graded otherwise by the two. Prints a table and
writes results/throughput_COUNT.json. Run it on an idle machine.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import click
import nbformat
import psutil
from nbclient import NotebookClient
from tqdm import tqdm

from autograder.build import SETUP
from autograder.classroom.grades import Score, gradebook_scores
from autograder.classroom.new_class import generate
from autograder.classroom.run import CELL_SECONDS
from autograder.classroom.store import Place
from autograder.exercises import DEMONSTRATION, LESSONS, check_id, exercises_of
from benchmarks.classes import (
    ORIGINALS,
    Used,
    cell_seconds,
    machine,
    made_class,
    names,
    replicate,
    timed,
    without_copies,
)
from benchmarks.record import command, commit, write

STOCK_SETTINGS = {"skip_cells_with_tag": DEMONSTRATION, "timeout": CELL_SECONDS}

Scores = Mapping[tuple[Place, str], Score]


@dataclass(frozen=True)
class Own:
    """Seconds of a notebook's own cells and checks in a warm kernel."""

    wall: float
    processor: float


def main_figures(stock: Used, ours: Used, own: Own, count: int, cores: int) -> dict[str, float]:
    """What follows from the times of `count` submissions, of which each has `own` on average."""
    least = own.processor * count / cores
    return {
        "ratio": stock.wall / ours.wall,
        "ratio_of_core_seconds": stock.processor / ours.processor,
        "bound": stock.wall / least,
        "share_of_bound": least / ours.wall,
        "overhead": ours.processor / count - own.processor,
        "overhead_of_stock": stock.processor / count - own.processor,
    }


def added(parts: list[Used]) -> Used:
    """Several commands, one after the other."""
    return Used(
        sum(part.wall for part in parts),
        sum(part.processor for part in parts),
        max(part.others for part in parts),
    )


def halved(two: Used) -> Used:
    """One of two equal commands whose times were added."""
    return Used(two.wall / 2, two.processor / 2, two.others)


def mean(owns: list[Own]) -> Own:
    """The average of several notebooks."""
    count = len(owns)
    return Own(sum(own.wall for own in owns) / count, sum(own.processor for own in owns) / count)


# --------------------------------------------------------------------------------- measuring


def own_seconds(path: Path, lesson: str) -> Own:
    """Run one submission's notebook in a warm kernel, as a learner would."""
    nb = nbformat.read(path, as_version=4)
    cells = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code" and DEMONSTRATION not in cell.metadata.get("tags", [])
    ]
    warm = nbformat.v4.new_code_cell(
        "\n".join(
            [
                next(cell.source for cell in cells if cell.id == SETUP),
                "import keras, tensorflow, autograder.judges, autograder.report",
                *(
                    f"import autograder.{side}.{exercise.id}"
                    for exercise in exercises_of(lesson)
                    for side in ("kernel.probes", "judges")
                ),
            ]
        )
    )
    nb.cells = [warm, *cells]
    client = NotebookClient(nb, timeout=600, allow_errors=True, shutdown_kernel="immediate")
    with (
        tempfile.TemporaryDirectory(prefix="own-") as folder,
        client.setup_kernel(cwd=folder, stdout=DEVNULL, stderr=DEVNULL),
    ):
        client.execute_cell(warm, 0)
        if any(output.output_type == "error" for output in warm.outputs):
            raise RuntimeError(f"{lesson}: a kernel does not import what it needs: {warm.outputs}")
        kernel = psutil.Process(client.km.provisioner.pid)
        before = kernel.cpu_times()
        for index, cell in enumerate(cells, start=1):
            client.execute_cell(cell, index)
        after = kernel.cpu_times()
    processor = after.user + after.system - before.user - before.system
    return Own(sum(cell_seconds(cell) for cell in cells), processor)


def all_own_seconds(lesson: str, originals: Path) -> dict[str, Own]:
    """Student → what the notebook takes, on as many cores as there are."""
    paths = [originals / name / f"{lesson}.ipynb" for name in ORIGINALS]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        owns = pool.map(own_seconds, paths, itertools.repeat(lesson))
        bar = tqdm(owns, desc=f"{lesson}: c", total=len(paths), file=sys.stdout)
        return dict(zip(ORIGINALS, bar, strict=True))


def stock_course(directory: Path, source: Path, lessons: Iterable[str]) -> None:
    """Make an nbgrader course without anything of ours but the assignments' sources."""
    lines = ["c = get_config()", f"c.CourseDirectory.root = {str(directory)!r}"]
    lines += [f"c.Execute.{name} = {value!r}" for name, value in STOCK_SETTINGS.items()]
    shutil.copytree(source, directory / "source")
    (directory / "nbgrader_config.py").write_text("\n".join(lines) + "\n")
    for lesson in lessons:
        generate(directory, lesson)


def disagreements(
    stock: Scores, ours: Scores, copies: Mapping[str, str], lesson: str
) -> tuple[list[str], list[str]]:
    """Where the two grade an answer otherwise: of answers that ours finds right, and of others."""
    of_right, of_others = set(), set()
    for copy, student in copies.items():
        for exercise in exercises_of(lesson):
            key = Place(copy, lesson, lesson), check_id(exercise.id)
            theirs, mine = stock[key].automatic, ours[key].automatic
            if theirs is None or mine is None or abs(theirs - mine) > 1e-6:
                of = of_right if mine == ours[key].maximum else of_others
                of.add(f"{student}, {exercise.id}: stock {theirs}, ours {mine}")
    return sorted(of_right), sorted(of_others)


def measure(
    lesson: str, originals: Path, ours: tuple[Path, Path], stock: Path, count: int
) -> tuple[Used, Used, Own, dict[str, Any]]:
    """One lesson: what stock took and what ours took, c, and the differences in the grades."""
    copies = names(count)
    earlier = all_own_seconds(lesson, originals)
    before, after = ours
    took = []
    for directory in (before, stock, after):
        without_copies(directory)
        replicate(originals, lesson, copies, directory)
        ours_call = ["autograder", "grade", str(directory), lesson]
        call = ["nbgrader", "autograde", lesson] if directory == stock else ours_call
        took.append(timed(call, directory)[0])
    of_stock, of_ours = took.pop(1), halved(added(took))
    later = all_own_seconds(lesson, originals)
    owns = {name: mean([earlier[name], later[name]]) for name in ORIGINALS}
    scores = gradebook_scores(stock), gradebook_scores(after)
    right, others = disagreements(*scores, copies, lesson)
    return (
        of_stock,
        of_ours,
        mean([owns[student] for student in copies.values()]),
        {"right_answers_graded_otherwise": right, "other_answers_graded_otherwise": others},
    )


def row(stock: Used, ours: Used, own: Own, count: int, cores: int) -> dict[str, Any]:
    """One line of the result."""
    figures = main_figures(stock, ours, own, count, cores)
    return {
        "submissions": count,
        "stock": stock.row(),
        "ours": ours.row(),
        "c": {"wall_seconds": round(own.wall, 3), "core_seconds": round(own.processor, 3)},
        **{name: round(value, 3) for name, value in figures.items()},
    }


@click.command(help=__doc__)
@click.option("--count", type=click.IntRange(min=1), default=40, show_default=True)
@click.option("--lesson", "lessons", multiple=True, type=click.Choice(LESSONS), default=LESSONS)
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
def main(count: int, lessons: tuple[str, ...], folder: Path | None) -> None:
    """Measure each lesson, print and keep."""
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    result["stock_settings"] = {f"Execute.{name}": of for name, of in STOCK_SETTINGS.items()}
    cores = result["cores"]
    with tempfile.TemporaryDirectory(prefix="throughput-") as scratch:
        ours, stock = (Path(scratch, "before"), Path(scratch, "after")), Path(scratch, "stock")
        for directory in ours:
            originals = made_class(folder, directory)
        stock_course(stock, ours[0] / "source", lessons)
        measured = {
            lesson: measure(lesson, originals[lesson], ours, stock, count) for lesson in lessons
        }
    rows: dict[str, Any] = {
        lesson: row(*times, count, cores) | differences
        for lesson, (*times, differences) in measured.items()
    }
    if len(lessons) > 1:
        stocks, all_ours, owns, _ = zip(*measured.values(), strict=True)
        times = added(list(stocks)), added(list(all_ours)), mean(list(owns))
        rows["together"] = row(*times, count * len(lessons), cores)
    show(rows)
    write(f"throughput_{count}", result | {"rows": rows})
    if any(part.get("right_answers_graded_otherwise") for part in rows.values()):
        sys.exit(1)


def show(rows: Mapping[str, Any]) -> None:
    """Print the table, and the answers on which the two disagree."""
    heads = ("stock s", "ours s", "ratio", "c", "bound", "share", "overhead")
    click.echo(f"{'':28}" + "".join(f"{head:>10}" for head in heads))
    for name, part in rows.items():
        cells = [part[side]["wall_seconds"] for side in ("stock", "ours")]
        cells += [part["ratio"], part["c"]["core_seconds"]]
        cells += [part[key] for key in ("bound", "share_of_bound", "overhead")]
        click.echo(f"{name:28}" + "".join(f"{cell:10.2f}" for cell in cells))
        for kind in ("right", "other"):
            for line in part.get(f"{kind}_answers_graded_otherwise", []):
                click.echo(f"  {kind} answer graded otherwise: {line}")


if __name__ == "__main__":
    main()
