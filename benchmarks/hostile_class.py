"""A class of which 2 % are hostile: does grading end by itself, with every honest grade right?

    python -m benchmarks.hostile_class [--count 1000] [--class FOLDER]

Copies of lesson 1, handed in by the demo's students in turn. Every fiftieth notebook is an attack:
the right answers, with a cell in front of the first one that loops for ever and ignores its
interrupt, crashes the kernel, prints for ever and ignores its interrupt, or takes all memory, in
turn (they are among those of tests/attacks). The students' originals are graded alone first, in a
class of their own.

Exits with 1 unless every honest submission has its original's grades, and every attack was stopped
for what it is and has the grades of right answers, which its other cells are. Tells how long it
took, and what the attacks cost: the seconds of their runs beyond those of as many honest ones.
Writes results/hostile_class.json.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import click
import nbformat

from autograder.classroom.grades import Score, gradebook_scores
from autograder.classroom.store import Place, StoredRun, read_run
from autograder.exercises import LESSONS, check_id, exercises_of
from benchmarks.classes import ORIGINALS, RIGHT, Used, machine, made_class, names, replicate, timed
from benchmarks.record import command, commit, write
from tests.attacks.attacks import ATTACKS, Attack

LESSON = LESSONS[0]
EVERY = 50
HOSTILE = ("ignores_interrupts", "segfault", "floods_stubbornly", "memory_of_one")


def attack_of(index: int) -> Attack | None:
    """The attack that the submission of this number is; None if it is an honest one."""
    if index % EVERY != EVERY - 1:
        return None
    name = HOSTILE[index // EVERY % len(HOSTILE)]
    return next(attack for attack in ATTACKS if attack.name == name)


def hand_in_class(directory: Path, originals: Path, count: int) -> dict[str, str | Attack]:
    """Hand in a class; return submission → the student whose work it is, or the attack."""
    handed_in: dict[str, str | Attack] = {}
    for index, (copy, student) in enumerate(names(count).items()):
        attack = attack_of(index)
        if attack is None:
            replicate(originals, LESSON, {copy: student}, directory)
            handed_in[copy] = student
            continue
        hostile = f"{copy[:5]}{attack.name}"
        replicate(originals, LESSON, {hostile: RIGHT}, directory)
        path = directory / "submitted" / hostile / LESSON / f"{LESSON}.ipynb"
        nb = nbformat.read(path, as_version=4)
        target = exercises_of(LESSON)[0].id
        place = next(index for index, cell in enumerate(nb.cells) if cell.id == target)
        nb.cells.insert(place, nbformat.v4.new_code_cell(attack.cell))
        nbformat.write(nb, path)
        handed_in[hostile] = attack
    return handed_in


def graded(directory: Path) -> tuple[Used, dict[str, Any]]:
    """Grade a class; return what it took and the summary."""
    arguments = ["autograder", "grade", str(directory), LESSON, "--json"]
    used, said = timed(arguments, directory)
    return used, json.loads(said)


def points(scores: Mapping[tuple[Place, str], Score], student: str) -> dict[str, float | None]:
    """Exercise → the automatic score of one submission."""
    place = Place(student, LESSON, LESSON)
    return {e.id: scores[place, check_id(e.id)].automatic for e in exercises_of(LESSON)}


def run_of(directory: Path, student: str) -> StoredRun:
    """The stored run of one submission."""
    run = read_run(Place(student, LESSON, LESSON).folder(directory))
    assert run is not None, student
    return run


def wrong(
    handed_in: Mapping[str, str | Attack],
    scores: Mapping[tuple[Place, str], Score],
    expected: Mapping[str, Mapping[str, float | None]],
    faults: Mapping[str, Iterable[str]],
) -> list[str]:
    """What should not be: other grades than expected, attacks not stopped, honest runs stopped."""
    found = []
    for student, what in handed_in.items():
        original = RIGHT if isinstance(what, Attack) else what
        allowed = set(what.faults) if isinstance(what, Attack) else set()
        had, kinds = points(scores, student), set(faults[student])
        if had != expected[original]:
            found.append(f"{student}: {had}, expected {expected[original]}")
        if bool(kinds) != bool(allowed) or not kinds <= allowed:
            found.append(f"{student}: stopped for {sorted(kinds)}, expected {sorted(allowed)}")
    return found


@click.command(help=__doc__)
@click.option("--count", type=click.IntRange(min=EVERY), default=1000, show_default=True)
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
def main(count: int, folder: Path | None) -> None:
    """Grade both classes, compare, print and keep."""
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    with tempfile.TemporaryDirectory(prefix="hostile-") as scratch:
        directory, alone = Path(scratch, "class"), Path(scratch, "alone")
        originals = made_class(folder, directory)[LESSON]
        shutil.copytree(directory, alone)
        replicate(originals, LESSON, {name: name for name in ORIGINALS}, alone)
        graded(alone)
        before = gradebook_scores(alone)
        expected = {name: points(before, name) for name in ORIGINALS}

        handed_in = hand_in_class(directory, originals, count)
        used, summary = graded(directory)
        runs = {student: run_of(directory, student) for student in handed_in}
        scores = gradebook_scores(directory)
    faults = {student: [fault.kind for fault in run.faults] for student, run in runs.items()}
    found = wrong(handed_in, scores, expected, faults)
    told, seen = Counter(summary["faults"]), Counter(chain(*faults.values()))
    if (summary["graded"], summary["failed"], told) != (count, {}, seen):
        found.append(f"The summary {summary} does not tell what happened: {dict(seen)}.")
    honest = [runs[name].seconds for name, what in handed_in.items() if isinstance(what, str)]
    attacks: dict[str, list[float]] = {}
    for name, what in handed_in.items():
        if isinstance(what, Attack):
            attacks.setdefault(what.name, []).append(runs[name].seconds)
    usual = sum(honest) / len(honest)
    result |= {
        "submissions": count,
        "hostile": sum(map(len, attacks.values())),
        **used.row(),
        "faults": summary["faults"],
        "wrong": found,
        "seconds_of_an_honest_run": round(usual, 2),
        "seconds_of_an_attack": {
            name: round(sum(seconds) / len(seconds), 2) for name, seconds in attacks.items()
        },
        "worker_seconds_that_attacks_cost": round(
            sum(sum(seconds) - usual * len(seconds) for seconds in attacks.values()), 1
        ),
        "worker_seconds_in_all": round(sum(run.seconds for run in runs.values()), 1),
    }
    for name, value in result.items():
        click.echo(f"{name}: {value}")
    write("hostile_class", result)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
