"""Judging again: verdicts from stored evidence after a change of rubric, without student code.

Nothing is written until the differences were shown. Each submission is then written whole: its
graded notebook, the gradebook, and last what is kept beside the run, so that whatever was cut
short shows up as a difference again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.classroom.cells import CHECKS, catalogue_exercise
from autograder.classroom.files import read_class
from autograder.classroom.graded import Graded, is_graded, read_graded, save_graded
from autograder.classroom.judging import comment_line, judge_run, score, set_verdict
from autograder.classroom.store import Place, StoreError, read_run, stored_runs, write_whole
from autograder.errors import AutograderError
from autograder.exercises import check_id
from autograder.language import speaking
from autograder.verdict import Verdict

if TYPE_CHECKING:  # nbgrader is imported while the runs are judged
    from autograder.classroom.grades import Score

NO_RESPONSE = "No response."
"""nbgrader's own comment on an answer that was not touched."""


@dataclass(frozen=True)
class Difference:
    """One exercise of one student that is judged otherwise than the gradebook has it.

    Scores are on the scale of the class; None waits for a person.
    """

    exercise: str
    old: Verdict | None
    new: Verdict
    old_score: float | None
    new_score: float | None

    @property
    def in_words_only(self) -> bool:
        """Whether neither the points nor what was recognised changes, but only the card."""
        recognised = self.old is not None and self.old.misconceptions == self.new.misconceptions
        return recognised and same_score(self.old_score, self.new_score)


@dataclass(frozen=True)
class Rejudged:
    """A submission with the exercises that are judged otherwise, and all its verdicts.

    `outdated` are those whose evidence does not hold what today's judge asks for, because an
    earlier version of the check left it. Their verdicts stay as they were.
    """

    place: Place
    graded: Graded
    verdicts: dict[str, Verdict]
    differences: tuple[Difference, ...]
    outdated: tuple[str, ...] = ()


def same_score(one: float | None, other: float | None) -> bool:
    """Tell whether two scores are the same but for rounding."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < 1e-9


# ------------------------------------------------------------------------------------- judging


def judge_stored(folder: Path, language: str) -> tuple[dict[str, Verdict], tuple[str, ...]]:
    """Judge every exercise of one stored run, in the language of its class.

    Returns its verdicts, and what is outdated.

    Raises:
        StoreError: a file of the run cannot be read.
    """
    run = read_run(folder)
    assert run is not None
    checks = sorted(path.stem for path in (folder / "challenges").glob("*.safetensors"))
    with speaking(language):
        verdicts = {exercise: judge_run(run, exercise) for exercise in checks if exercise in KNOWN}
    faulty = tuple(exercise for exercise, verdict in verdicts.items() if verdict.faulty)
    return verdicts, faulty if run.is_of_earlier_checks else ()


KNOWN = frozenset(CHECKS.values())


def find_differences(
    directory: Path, assignment: str | None = None, student: str | None = None
) -> list[Rejudged]:
    """Judge what a class has stored; return the submissions, in the store's order.

    Args:
        directory: the folder of a class.
        assignment: this one alone, or None for all.
        student: this one alone, or None for all.

    Raises:
        AutograderError: not a class, nothing stored, or a stored file that cannot be read.
    """
    directory = directory.resolve()
    language = read_class(directory).language
    places = [
        place
        for place in stored_runs(directory, assignment, student)
        if is_graded(place.folder(directory))
    ]
    if not places:
        what = " ".join(filter(None, ["of", student, assignment])) if student or assignment else ""
        raise AutograderError(f"No graded run {what} is stored in {directory}; grade first.")
    found = []
    with _judging([place.folder(directory) for place in places], language) as judged:
        from autograder.classroom.grades import gradebook_scores

        scores = gradebook_scores(directory)
        for place, (verdicts, outdated) in zip(places, judged, strict=True):
            told = read_graded(place.folder(directory))
            assert told is not None
            verdicts |= {name: told.verdicts[name] for name in outdated if name in told.verdicts}
            differences = tuple(_differences(place, told, verdicts, scores))
            found.append(Rejudged(place, told, verdicts, differences, outdated))
    return found


@contextlib.contextmanager
def _judging(
    folders: list[Path], language: str
) -> Iterator[Iterable[tuple[dict[str, Verdict], tuple[str, ...]]]]:
    """Judge many runs, on all cores if there are enough of them to be worth it.

    Then this process has time for other things, such as to import nbgrader.
    """
    if len(folders) < 100:
        yield map(judge_stored, folders, repeat(language))
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield pool.map(judge_stored, folders, repeat(language), chunksize=20)


def _differences(
    place: Place,
    graded: Graded,
    verdicts: dict[str, Verdict],
    scores: Mapping[tuple[Place, str], Score],
) -> Iterator[Difference]:
    for exercise, new in verdicts.items():
        old = graded.verdicts.get(exercise)
        has = scores.get((place, check_id(exercise)))
        if has is None:
            continue  # no longer graded in this class
        new_score = score(new, has.maximum)
        if old != new or not same_score(has.automatic, new_score):
            yield Difference(exercise, old, new, has.automatic, new_score)


# ------------------------------------------------------------------------------------- showing


def show(submissions: Iterable[Rejudged], console: Console) -> int:
    """Print what changes; return how many submissions are to be written."""
    submissions = list(submissions)
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("student", "exercise", "points", "recognised"):
        table.add_column(heading)
    words = 0
    for submission in submissions:
        for one in submission.differences:
            if one.in_words_only:
                words += 1
                continue
            points = _arrow(points_word(one.old_score), points_word(one.new_score))
            table.add_row(submission.place.student, one.exercise, points, _recognised(one))
    if table.row_count:
        console.print(table)
    changed = sum(bool(submission.differences) for submission in submissions)
    more = f" In {words} of the cards only the words change." if words else ""
    console.print(
        f"{len(submissions)} submissions judged again, {changed} change.{more}", soft_wrap=True
    )
    outdated = sum(len(submission.outdated) for submission in submissions)
    if outdated:
        console.print(
            f"Verdicts that stay as they were: {outdated}. Earlier checks left their evidence, "
            "which does not hold what is asked for now; `autograder grade` runs them again.",
            soft_wrap=True,
        )
    return changed


def points_word(points: float | None) -> str:
    """Points as a table shows them."""
    return "by hand" if points is None else f"{points:.4g}"


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _recognised(one: Difference) -> str:
    old, new = (
        ", ".join(verdict.misconceptions).replace("_", " ") or "–" if verdict else "?"
        for verdict in (one.old, one.new)
    )
    return _arrow(old, new)


# ------------------------------------------------------------------------------------- writing


def write(directory: Path, submissions: Iterable[Rejudged]) -> int:
    """Bring graded notebooks, gradebook and comments up to date; return how many were written.

    Feedback pages are nbgrader's to generate again. Scores, extra credit and comments that a
    person gave are not touched; such a score is marked to be looked at when the automatic one
    beside it changes, as nbgrader does.

    Raises:
        AutograderError: a graded notebook is missing or cannot be written.
    """
    from nbgrader.api import Gradebook
    from nbgrader.preprocessors import AssignLatePenalties

    from autograder.classroom.api import nbgrader_api

    directory = directory.resolve()
    written = 0
    with (
        speaking(read_class(directory).language),
        nbgrader_api(directory) as api,
        Gradebook(api.coursedir.db_url) as gradebook,
    ):
        for submission in submissions:
            if not submission.differences:
                continue
            place = submission.place
            nb = _show_in_notebook(directory / _autograded(api, place), submission, gradebook)
            _save_in_gradebook(gradebook, submission)
            resources = {"nbgrader": {"db_url": api.coursedir.db_url, **place.names()}}
            AssignLatePenalties(parent=api).preprocess(nb, resources)
            save_graded(place.folder(directory), submission.verdicts, submission.graded.repairs)
            written += 1
    return written


def _autograded(api: Any, place: Place) -> Path:
    course = api.coursedir
    folder = course.format_path(course.autograded_directory, place.student, place.assignment)
    return Path(folder) / f"{place.notebook}.ipynb"


def _show_in_notebook(path: Path, submission: Rejudged, gradebook: Any) -> nbformat.NotebookNode:
    """Put the new verdicts into the graded notebook."""
    new = {one.exercise: one.new for one in submission.differences}
    try:
        nb = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        for cell in nb.cells:
            exercise = catalogue_exercise(cell)
            if exercise in new:
                set_verdict(cell, new[exercise])
        write_whole(path, nbformat.writes(nb) + "\n")
    except (OSError, ValueError, AttributeError) as error:
        raise StoreError(
            f"{path} cannot be brought up to date ({error}); run `nbgrader autograde --force` for "
            "this submission, which makes it anew from its stored run."
        ) from error
    return nb


def _save_in_gradebook(gradebook: Any, submission: Rejudged) -> None:
    """Write scores and comments of one submission in one transaction."""
    from nbgrader.api import MissingEntry

    place = submission.place
    where = (place.notebook, place.assignment, place.student)
    for one in submission.differences:
        grade = gradebook.find_grade(check_id(one.exercise), *where)
        if not same_score(grade.auto_score, one.new_score):
            grade.auto_score = one.new_score
            grade.needs_manual_grade = one.new_score is None or grade.manual_score is not None
        with contextlib.suppress(MissingEntry):  # an answer cell that the instructor took out
            comment = gradebook.find_comment(one.exercise, *where)
            text = comment_line(one.new)
            if text is not None or comment.auto_comment != NO_RESPONSE:
                comment.auto_comment = text
    gradebook.db.commit()
