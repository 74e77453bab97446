"""nbgrader preprocessors that make a class hold: small, single-purpose, in nbgrader's own manner.

Each defuses one way in which stock grading gives away or loses points. `config.configure` puts
them into nbgrader's lists.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor, SaveAutoGrades

from autograder.build import DEMONSTRATION, check_id
from autograder.classroom.files import read_class
from autograder.exercises import EXERCISES
from autograder.language import N_, _, speaking
from autograder.report import VERDICT_MIME
from autograder.verdict import Verdict

# Tags that keep a cell from being run.
SKIPPING_TAGS = {DEMONSTRATION, "skip-execution"}

MISSING_ANSWER = N_("# This answer cell was missing from the submission; grading put it back.")

CHECKS = {check_id(exercise): exercise for exercise in EXERCISES}


def catalogue_exercise(cell: NotebookNode) -> str | None:
    """Return the exercise whose check cell this is; None for any other cell."""
    if cell.cell_type != "code" or not utils.is_grade(cell) or utils.is_solution(cell):
        return None
    return CHECKS.get(cell.metadata.nbgrader.get("grade_id"))


def class_directory(preprocessor: NbGraderPreprocessor) -> Path:
    """Return the folder of the class that a preprocessor works for."""
    return Path(CourseDirectory(parent=preprocessor).root)


def released(preprocessor: NbGraderPreprocessor, resources: ResourcesDict) -> NotebookNode:
    """Read the release version of the notebook that is being graded."""
    course = CourseDirectory(parent=preprocessor)
    assignment = resources["nbgrader"]["assignment"]
    folder = Path(course.format_path(course.release_directory, ".", assignment))
    path = folder / f"{resources['nbgrader']['notebook']}.ipynb"
    if not path.is_file():
        raise NbGraderException(
            f"{path} is missing; run `nbgrader generate_assignment {assignment}` and grade again."
        )
    return nbformat.read(path, as_version=4)


class RestoreCells(NbGraderPreprocessor):
    """Give a submission exactly the graded cells that were handed out, each once.

    A cell's nbgrader metadata is taken from the release, whatever the student's copy says. Copies
    and invented graded cells lose theirs. A missing cell comes back where it was. To be placed
    before OverwriteCells, whose own way of adding cells needs the cell before to be there.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Restore the cells of one submitted notebook."""
        with speaking(read_class(class_directory(self)).language):
            restore_cells(nb, released(self, resources))
        return nb, resources


def restore_cells(nb: NotebookNode, release: NotebookNode) -> None:
    """Bring back the graded cells of `release` in a submitted notebook, in place."""
    masters = {name: cell for cell in release.cells if (name := _grade_id(cell))}
    claims: dict[str, list[NotebookNode]] = {grade_id: [] for grade_id in masters}
    by_id = {cell.get("id"): _grade_id(cell) for cell in masters.values()}
    for cell in nb.cells:
        # A cell whose metadata was lost on the way is known by its id.
        claimed = _grade_id(cell)
        if claimed not in claims:
            claimed = by_id.get(cell.get("id"))
        cell.metadata.pop("nbgrader", None)
        if claimed is not None:
            claims[claimed].append(cell)
    anchor: NotebookNode | None = None
    for master in release.cells:
        grade_id = _grade_id(master)
        if grade_id is None:
            anchor = _same_id(nb, master) or anchor
            continue
        found = _best(claims[grade_id], master)
        if found is None:
            found = _replacement(master)
            _insert_after(nb, anchor, found)
        for key in ("nbgrader", "deletable", "editable"):
            if key in master.metadata:
                found.metadata[key] = copy.deepcopy(master.metadata[key])
        anchor = found


def _grade_id(cell: NotebookNode) -> str | None:
    nbgrader = cell.metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _same_id(nb: NotebookNode, master: NotebookNode) -> NotebookNode | None:
    return next((cell for cell in nb.cells if cell.get("id") == master.get("id")), None)


def _best(copies: list[NotebookNode], master: NotebookNode) -> NotebookNode | None:
    """Return the last copy that the student changed, else the last one, as nbgrader does."""
    changed = [cell for cell in copies if cell.source != master.source]
    if utils.is_solution(master) and changed:
        return changed[-1]
    return copies[-1] if copies else None


def _replacement(master: NotebookNode) -> NotebookNode:
    """Return a fresh cell for a missing one.

    A stub would overwrite an answer that the student wrote elsewhere, so that a missing answer
    cell comes back as a remark.
    """
    cell = copy.deepcopy(master)
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None
        if utils.is_solution(master) and not utils.is_grade(master):
            cell.source = _(MISSING_ANSWER)
    return cell


def _insert_after(nb: NotebookNode, anchor: NotebookNode | None, cell: NotebookNode) -> None:
    places = [index for index, other in enumerate(nb.cells) if other is anchor]
    nb.cells.insert(places[0] + 1 if places else 0, cell)


class CleanTags(NbGraderPreprocessor):
    """Let only the lessons' own demonstrations be skipped.

    A cell that is not run earns full marks in stock nbgrader; and a student's cell that was split
    off a demonstration carries its tag.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Put the tags of one submitted notebook right."""
        clean_tags(nb, released(self, resources))
        return nb, resources


def clean_tags(nb: NotebookNode, release: NotebookNode) -> None:
    """Tag the demonstrations, and no other cell, to be skipped, in place."""
    demonstrations = [cell for cell in release.cells if DEMONSTRATION in _tags(cell)]
    ids = {cell.get("id") for cell in demonstrations}
    sources = {cell.source for cell in demonstrations}
    for cell in nb.cells:
        tags = [tag for tag in _tags(cell) if tag not in SKIPPING_TAGS]
        # An id of this form is one of a lesson's earlier edition; ids are lost in some front ends.
        ours = (
            cell.get("id") in ids
            or str(cell.get("id")).startswith(f"{DEMONSTRATION}-")
            or cell.source in sources
        )
        if ours and cell.cell_type == "code" and _grade_id(cell) is None:
            tags.append(DEMONSTRATION)
        cell.metadata.pop("tags", None)
        if tags:
            cell.metadata["tags"] = tags


def _tags(cell: NotebookNode) -> list[str]:
    tags = cell.metadata.get("tags", [])
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


class RefuseEditedPoints(NbGraderPreprocessor):
    """Stop generate_assignment when the points of a catalogue cell were edited by hand."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Compare one cell with the class's points."""
        if not utils.is_grade(cell):
            return cell, resources
        grade_id = cell.metadata.nbgrader["grade_id"]
        expected = read_class(class_directory(self)).points.get(CHECKS.get(grade_id, grade_id))
        found = cell.metadata.nbgrader["points"]
        if expected is not None and float(found) != float(expected):
            message = (
                f"The cell {grade_id} is worth {found:g} points in the notebook but {expected:g} "
                "in this class; change the points in class.json and run `autograder update-class`."
            )
            self.log.error(message)
            raise NbGraderException(message)
        return cell, resources


class HideHiddenTests(ClearHiddenTests):
    """Take hidden tests out of the feedback: their source, and the tracebacks that quote it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Clear one cell; only graded cells can hold hidden tests."""
        if utils.is_grade(cell) and self._remove_hidden_test_region(cell):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename} (the test is hidden)"]
                    output.evalue = ""
        return cell, resources


class SaveGrades(SaveAutoGrades):
    """Save scores as nbgrader does, and name a recognised misconception in the comment."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Save the grades of one notebook."""
        self._verdicts = notebook_verdicts(nb)
        saved: tuple[NotebookNode, ResourcesDict] = super().preprocess(nb, resources)
        return saved

    def _add_comment(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_comment(cell, resources)
        grade_id = cell.metadata.nbgrader["grade_id"]
        with speaking(read_class(class_directory(self)).language):
            text = misconception_line(self._verdicts.get(grade_id))
        if text:
            comment = self.gradebook.find_comment(
                grade_id, self.notebook_id, self.assignment_id, self.student_id
            )
            comment.auto_comment = text
            self.gradebook.db.commit()


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


def misconception_line(verdict: Verdict | None) -> str:
    """Return one line that tells the first misconception recognised; empty if there is none."""
    for criterion in verdict.criteria if verdict else ():
        if criterion.misconception:
            return " ".join(f"{_(criterion.name)}: {criterion.message}".split())
    return ""
