"""From the verdicts in a graded notebook to nbgrader's gradebook, and on to the feedback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades, SaveAutoGrades

from autograder.classroom.api import nbgrader_api, replaced
from autograder.classroom.cells import catalogue_exercise, is_solution
from autograder.classroom.files import class_language
from autograder.classroom.graded import save_graded
from autograder.classroom.judging import comment_line, score
from autograder.classroom.preprocessors import class_directory
from autograder.classroom.store import Place, place_of
from autograder.language import _, speaking
from autograder.report import VERDICT_MIME
from autograder.verdict import Verdict


@dataclass(frozen=True)
class Score:
    """What the gradebook has on one graded cell; None where no one has said anything yet."""

    automatic: float | None
    manual: float | None
    extra: float | None
    maximum: float
    needs_manual_grade: bool

    @property
    def points(self) -> float | None:
        """The score that counts: a person's before the automatic one, extra credit added."""
        counts = self.automatic if self.manual is None else self.manual
        return None if counts is None else counts + (self.extra or 0.0)


def gradebook_scores(directory: Path) -> dict[tuple[Place, str], Score]:
    """Return (submission, grade_id) → score, for every graded cell of a class, in one query."""
    from nbgrader.api import (
        Assignment,
        Grade,
        Gradebook,
        GradeCell,
        Notebook,
        SubmittedAssignment,
        SubmittedNotebook,
    )

    with nbgrader_api(directory) as api, Gradebook(api.coursedir.db_url) as gradebook:
        rows = (
            gradebook.db.query(
                SubmittedAssignment.student_id,
                Assignment.name,
                Notebook.name,
                GradeCell.name,
                Grade.auto_score,
                Grade.manual_score,
                Grade.extra_credit,
                GradeCell.max_score,
                Grade.needs_manual_grade,
            )
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(GradeCell, Grade.cell_id == GradeCell.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )
        return {(Place(*row[:3]), row[3]): Score(*row[4:]) for row in rows}


class SaveGrades(SaveAutoGrades):
    """Save scores as nbgrader does; say in the comment which mistake was recognised.

    A score that a person gave, extra credit and a person's comment lie in fields of their own,
    which nothing here touches.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Save the grades of one notebook, in one transaction."""
        self.verdicts = notebook_verdicts(nb)
        place = place_of(resources)
        self.notebook_id = place.notebook
        self.assignment_id, self.student_id = place.assignment, place.student
        with Gradebook(resources["nbgrader"]["db_url"]) as self.gradebook:
            # nbgrader would commit after each score and each comment.
            with replaced(self.gradebook.db, "commit", _later):
                for index, cell in enumerate(nb.cells):
                    self.preprocess_cell(cell, resources, index)
            self.gradebook.db.commit()
        repairs = nb.metadata.get("autograder", {}).get("repairs", [])
        save_graded(place.folder(class_directory(self)), self.verdicts, repairs)
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        verdict = self.verdicts.get(catalogue_exercise(cell) or "")
        if verdict is not None and score(verdict, cell.metadata.nbgrader["points"]) is None:
            grade = self._find(self.gradebook.find_grade, cell)
            grade.auto_score, grade.needs_manual_grade = None, True

    def _add_comment(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_comment(cell, resources)
        with speaking(class_language(class_directory(self))):
            text = comment_line(self.verdicts.get(cell.metadata.nbgrader["grade_id"]))
        if text:
            self._find(self.gradebook.find_comment, cell).auto_comment = text

    def _find(self, find: Any, cell: NotebookNode) -> Any:
        grade_id = cell.metadata.nbgrader["grade_id"]
        return find(grade_id, self.notebook_id, self.assignment_id, self.student_id)


def _later() -> None:
    """What a commit does that is not to be made yet."""


class ShowGrades(GetGrades):
    """Put grades into the feedback as nbgrader does, but for what waits for a person.

    nbgrader would show it as "0 / 3". Here its points are left out of the sum and of the maximum;
    the card of an answer on which the checker failed says what is the case, and a comment on a
    written answer does.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Put the grades into one notebook."""
        self._waiting = 0.0
        shown: tuple[NotebookNode, ResourcesDict] = super().preprocess(nb, resources)
        resources["nbgrader"]["max_score"] -= self._waiting
        return shown

    def _get_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._get_score(cell, resources)
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata.nbgrader["grade_id"], *where)
        if grade.auto_score is None and grade.manual_score is None:
            self._waiting += grade.max_score
            # Without this mark the page shows the cell, its card or comment, and no score.
            cell.metadata.nbgrader["grade"] = False
            # Only an answer has room for a comment.
            if is_solution(cell) and not cell.metadata.nbgrader["comment"]:
                with speaking(class_language(class_directory(self))):
                    cell.metadata.nbgrader["comment"] = _(
                        "Not marked yet; it does not count in the score above."
                    )


def notebook_verdicts(nb: NotebookNode) -> dict[str, Verdict]:
    """Return exercise id → verdict, from the check cells of a graded notebook."""
    verdicts = {}
    for cell in nb.cells:
        exercise = catalogue_exercise(cell)
        for output in cell.get("outputs", []) if exercise else []:
            data: dict[str, Any] | None = output.get("data", {}).get(VERDICT_MIME)
            if exercise and data is not None:
                verdicts[exercise] = Verdict.from_dict(data)
    return verdicts
