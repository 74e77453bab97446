"""Judge a class of 1,000 submissions again from stored evidence, and find what changed.

    python -m benchmarks.rejudge [--class FOLDER]

The demo's class is graded once (or FOLDER, a class that the demo made), and its submissions are
replicated in the store and in the gradebook. Then `autograder rejudge` is timed as an instructor
calls it, start-up included: once with nothing to change, once with one criterion's message and
points changed in the store, and once with these changes written. Writes results/rejudge.json.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from nbgrader.api import Gradebook
from tqdm import tqdm

from autograder.classroom.graded import Graded, read_graded, save_graded
from autograder.classroom.grades import gradebook_scores
from autograder.classroom.store import Place, stored_runs
from autograder.demo import run_demo
from benchmarks.classes import machine, timed
from benchmarks.record import command, commit, write

COUNT = 1000


def replicate(directory: Path, count: int) -> None:
    """Copy the stored runs, graded notebooks and grades until there are `count` submissions."""
    originals = stored_runs(directory)
    scores = gradebook_scores(directory)
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        for index in tqdm(range(len(originals), count), desc="replicating", file=sys.stdout):
            of = originals[index % len(originals)]
            copy = Place(f"{of.student}-{index // len(originals)}", of.assignment, of.notebook)
            shutil.copytree(of.folder(directory), copy.folder(directory))
            graded = directory / "autograded"
            shutil.copytree(
                graded / of.student / of.assignment, graded / copy.student / copy.assignment
            )
            gradebook.update_or_create_student(copy.student)
            gradebook.add_submission(copy.assignment, copy.student)
            notebook = gradebook.find_submission_notebook(
                copy.notebook, copy.assignment, copy.student
            )
            for grade in notebook.grades:
                grade.auto_score = scores[of, grade.name].automatic
                grade.needs_manual_grade = scores[of, grade.name].needs_manual_grade
            gradebook.db.commit()


def pretend_other_verdicts(directory: Path, every: int) -> int:
    """Let every n-th submission have been judged more strictly before; return how many."""
    changed = 0
    for place in stored_runs(directory)[::every]:
        folder = place.folder(directory)
        graded = read_graded(folder)
        assert graded is not None
        verdicts = {name: spoilt(verdict.to_dict()) for name, verdict in graded.verdicts.items()}
        save_graded(folder, verdicts, Graded(verdicts, graded.repairs).repairs)
        changed += 1
    return changed


def spoilt(data: dict[str, Any]) -> Any:
    """A verdict whose first criterion said something else."""
    from autograder.verdict import Verdict

    data["criteria"][0]["message"] = "An earlier rubric."
    return Verdict.from_dict(data)


def measured(directory: Path, *options: str) -> dict[str, Any]:
    """Run the command; return what it took, and its last line."""
    used, said = timed(["autograder", "rejudge", str(directory), *options], directory, typed="n\n")
    (line,) = (line for line in said.splitlines() if "judged again" in line)
    return {**used.row(), "said": line}


@click.command(help=__doc__)
@click.option("--class", "folder", type=click.Path(exists=True, path_type=Path))
def main(folder: Path | None) -> None:
    """Replicate, time, print and keep."""
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    result["submissions"] = COUNT
    with tempfile.TemporaryDirectory(prefix="rejudge-") as scratch:
        directory = Path(scratch) / "class"
        if folder is None:
            run_demo(directory)
        else:
            shutil.copytree(folder, directory)
        replicate(directory, COUNT)
        result["nothing_changed"] = measured(directory)
        result["submissions_changed"] = pretend_other_verdicts(directory, 10)
        result["judged_and_shown"] = measured(directory)
        result["judged_and_written"] = measured(directory, "--yes")
        result["afterwards"] = measured(directory)
    for name, value in result.items():
        click.echo(f"{name}: {value}")
    write("rejudge", result)


if __name__ == "__main__":
    main()
