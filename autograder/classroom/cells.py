"""What a cell is to grading; without nbgrader, whose import takes longer than a run."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.exercises import EXERCISES, check_id

CHECKS = {check_id(exercise): exercise for exercise in EXERCISES}


def is_grade(cell: NotebookNode) -> bool:
    """Tell whether nbgrader has points for a cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade", False))


def is_solution(cell: NotebookNode) -> bool:
    """Tell whether a cell is one in which a student answers."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def catalogue_exercise(cell: NotebookNode) -> str | None:
    """Return the exercise whose check cell this is; None for any other cell."""
    if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
        return None
    return CHECKS.get(cell.metadata.nbgrader.get("grade_id"))
