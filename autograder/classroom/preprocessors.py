"""nbgrader preprocessors that make a class hold: small, single-purpose, in nbgrader's own manner.

Each defuses one way in which stock grading gives away or loses points. `config.configure` puts
them into nbgrader's lists.
"""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from autograder.classroom.cells import CHECKS, is_grade
from autograder.classroom.files import read_class


def class_directory(preprocessor: NbGraderPreprocessor) -> Path:
    """Return the folder of the class that a preprocessor works for."""
    return Path(CourseDirectory(parent=preprocessor).root)


class RefuseEditedPoints(NbGraderPreprocessor):
    """Stop generate_assignment when the points of a catalogue cell were edited by hand."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Compare one cell with the class's points."""
        if not is_grade(cell):
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
        if is_grade(cell) and self._remove_hidden_test_region(cell):
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename} (the test is hidden)"]
                    output.evalue = ""
        return cell, resources
