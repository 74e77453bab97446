"""What is taken out of the feedback before a student reads it."""

from __future__ import annotations

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import ClearHiddenTests

from autograder.classroom.preprocessors import HideHiddenTests


def hidden_test_cell() -> nbformat.NotebookNode:
    cell = new_code_cell("1\n### BEGIN HIDDEN TESTS\nassert secret == 42\n### END HIDDEN TESTS")
    cell.metadata.nbgrader = {"grade": True, "solution": False, "grade_id": "own", "points": 1}
    error = new_output("error", ename="AssertionError", evalue="42", traceback=["secret == 42"])
    cell.outputs = [error]
    return cell


def test_feedback_shows_neither_hidden_tests_nor_a_traceback_that_quotes_them() -> None:
    cell, _ = HideHiddenTests().preprocess_cell(hidden_test_cell(), {}, 0)
    assert cell.source == "1"
    assert "42" not in str(cell.outputs) and "AssertionError" in str(cell.outputs)


def test_a_student_who_writes_the_marks_cannot_stop_the_feedback() -> None:
    cell = new_code_cell("### BEGIN HIDDEN TESTS")
    with pytest.raises(RuntimeError):
        ClearHiddenTests().preprocess_cell(copy.deepcopy(cell), {}, 0)
    assert HideHiddenTests().preprocess_cell(cell, {}, 0)[0].source == "### BEGIN HIDDEN TESTS"
