"""An instructor's view of a class: one HTML page, and one row a student and exercise as CSV.

Everything is read from the store of runs and from the gradebook; nothing is judged or run here.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.classroom.cells import catalogue_exercise
from autograder.classroom.files import read_class
from autograder.classroom.graded import Graded, read_graded, stopped_checks
from autograder.classroom.grades import Score, gradebook_scores
from autograder.classroom.judging import one_line
from autograder.classroom.store import Fault, Place, StoredRun, read_run, stored_runs, write_whole
from autograder.errors import AutograderError
from autograder.exercises import EXERCISES, QUESTIONS, check_id
from autograder.kernel.evidence import Evidence, EvidenceError
from autograder.report import render
from autograder.verdict import Verdict

PAGE_FILE = "report.html"
TABLE_FILE = "grades_by_exercise.csv"
TABLE_HEADINGS = (
    "student",
    "assignment",
    "exercise",
    "points",
    "automatic_points",
    "max_points",
    "passed",
    "attempted",
    "needs_manual_grade",
    "outcomes",
    "misconceptions",
    "faults",
    "suspicions",
)

# Cividis, which people with any kind of colour vision read alike, and the ink that shows on it.
SHADES = (
    ("#00224e", "#ffffff"),
    ("#35456c", "#ffffff"),
    ("#666970", "#ffffff"),
    ("#948e77", "#000000"),
    ("#c8b866", "#000000"),
    ("#fee838", "#000000"),
)


@dataclass(frozen=True)
class Answer:
    """One exercise of one student: its verdict, its score, and what went wrong round it."""

    place: Place
    exercise: str
    verdict: Verdict
    score: Score
    faults: tuple[Fault, ...]
    suspicions: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Points over maximum, above 1 with extra credit; None if a person is waited for."""
        points = self.score.points
        return None if points is None else points / self.score.maximum if self.score.maximum else 0

    @property
    def shade(self) -> tuple[str, str]:
        """Background and ink of its field."""
        share = min(max(self.share or 0.0, 0.0), 1.0)
        return SHADES[round(share * (len(SHADES) - 1))]

    @property
    def file(self) -> str:
        """Where its evidence lies (or would lie), from the folder of the class."""
        return str(self.place.folder(Path()) / "evidence" / f"{self.exercise}.safetensors")


@dataclass(frozen=True)
class Column:
    """One exercise over the class."""

    exercise: str
    answers: tuple[Answer, ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(answer.verdict.passed and not answer.verdict.faulty for answer in self.answers)

    @property
    def attempted(self) -> int:
        """How many wrote something."""
        return sum(answer.verdict.attempted for answer in self.answers)

    @property
    def mean(self) -> float:
        """Mean share of the points, of those that have points."""
        shares = [answer.share for answer in self.answers if answer.share is not None]
        return sum(shares) / len(shares) if shares else 0.0

    @property
    def misconceptions(self) -> list[tuple[str, int]]:
        """What was recognised and how often, the commonest first."""
        counts = Counter(name for a in self.answers for name in a.verdict.misconceptions)
        return counts.most_common()


@dataclass(frozen=True)
class Sheet:
    """One assignment over the class: a row a student, a column an exercise."""

    assignment: str
    rows: dict[str, dict[str, Answer]]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Submission:
    """A stored run with what was told of it."""

    place: Place
    run: StoredRun
    graded: Graded

    @property
    def stops(self) -> list[tuple[int | None, str | None, str]]:
        """What was stopped: the cell's number from 1 (if it is known), exercise, and why."""
        of_cells = [(fault.cell + 1, fault.exercise, fault.message) for fault in self.run.faults]
        checks = stopped_checks(self.run, self.graded)
        return [*of_cells, *((None, exercise, why) for exercise, why in checks.items())]


# ------------------------------------------------------------------------------------- reading


def write_report(directory: Path) -> list[Path]:
    """Write the page and the table into the folder of a class; return their paths.

    Raises:
        AutograderError: not a class, nothing graded yet, or a stored file that cannot be read.
    """
    directory = directory.resolve()
    course_id = read_class(directory).course_id
    submissions = list(_submissions(directory))
    if not submissions:
        raise AutograderError(f"No graded run is stored in {directory}; grade first.")
    scores = gradebook_scores(directory)
    answers = [answer for one in submissions for answer in _answers(one, scores)]
    page = render(
        "overview.html.j2",
        course_id=course_id,
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        sheets=sheets(answers),
        submissions=submissions,
        answers=answers,
        questions=_waiting_questions(scores),
        shades=SHADES,
    )
    write_whole(directory / PAGE_FILE, page)
    write_whole(directory / TABLE_FILE, table_text(answers))
    return [directory / PAGE_FILE, directory / TABLE_FILE]


def _submissions(directory: Path) -> Iterator[Submission]:
    for place in stored_runs(directory):
        folder = place.folder(directory)
        run, graded = read_run(folder), read_graded(folder)
        if run is not None and graded is not None:
            yield Submission(place, run, graded)


def _answers(one: Submission, scores: Mapping[tuple[Place, str], Score]) -> Iterator[Answer]:
    nb = one.run.notebook()
    for exercise in EXERCISES:
        verdict = one.graded.verdicts.get(exercise)
        score = scores.get((one.place, check_id(exercise)))
        if verdict is not None and score is not None:
            faults = tuple(fault for fault in one.run.faults if fault.exercise == exercise)
            odd = tuple(suspicions(one.run, exercise, nb))
            yield Answer(one.place, exercise, verdict, score, faults, odd)


def _waiting_questions(scores: Mapping[tuple[Place, str], Score]) -> Counter[str]:
    """Count the answered questions of each assignment that wait to be graded by hand."""
    return Counter(
        place.assignment
        for (place, cell), score in scores.items()
        if cell in QUESTIONS and score.needs_manual_grade
    )


def sheets(answers: Iterable[Answer]) -> list[Sheet]:
    """Arrange answers by assignment, student and exercise."""
    tables: dict[str, dict[str, dict[str, Answer]]] = {}
    for one in answers:
        rows = tables.setdefault(one.place.assignment, {})
        rows.setdefault(one.place.student, {})[one.exercise] = one
    found = []
    for assignment, rows in sorted(tables.items()):
        asked = [name for name in EXERCISES if any(name in row for row in rows.values())]
        columns = (Column(n, tuple(r[n] for r in rows.values() if n in r)) for n in asked)
        found.append(Sheet(assignment, rows, tuple(columns)))
    return found


# ------------------------------------------------------------------------------------ tampering


def suspicions(run: StoredRun, exercise: str, nb: NotebookNode) -> Iterator[str]:
    """Name what an honest check would not have left, each in one sentence that quotes it.

    Args:
        run: the stored run.
        exercise: a catalogue exercise.
        nb: the executed notebook of the run.
    """
    path = run.evidence_path(exercise)
    if path.exists():
        try:
            Evidence.load(path)
        except EvidenceError as error:
            yield f"The evidence is not what a check writes: {error}."
    if any(fault.exercise == exercise for fault in run.faults):
        return
    cell = next((cell for cell in nb.cells if catalogue_exercise(cell) == exercise), None)
    if cell is None or cell.execution_count is None:
        return
    outputs = [output for output in cell.outputs if output.output_type != "stream"]
    if any(output.output_type == "error" for output in outputs):
        return
    shown = [_shown(output) for output in outputs]
    if shown != ["0"]:
        told = one_line(", ".join(shown)) or "nothing"
        yield f"The check cell shows “{told}” in place of its receipt; was check() replaced?"
    elif not path.exists():
        yield "The check cell shows a receipt, but there is no evidence."


def _shown(output: Any) -> str:
    text = output.get("data", {}).get("text/plain", output.output_type)
    return "".join(text) if isinstance(text, list) else str(text)


# ---------------------------------------------------------------------------------------- table


def table_text(answers: Iterable[Answer]) -> str:
    """Return the CSV: points that count and automatic ones, outcomes, misconceptions, faults.

    Lists within a field are separated by semicolons.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(TABLE_HEADINGS)
    for one in answers:
        table.writerow(
            [
                one.place.student,
                one.place.assignment,
                one.exercise,
                one.score.points,
                one.score.automatic,
                one.score.maximum,
                one.verdict.passed,
                one.verdict.attempted,
                one.score.needs_manual_grade,
                "; ".join(f"{item.name}: {item.outcome}" for item in one.verdict.criteria),
                "; ".join(one.verdict.misconceptions),
                "; ".join(fault.kind for fault in one.faults),
                "; ".join(one.suspicions),
            ]
        )
    return text.getvalue()
