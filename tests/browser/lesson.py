"""A lesson's notebook by the names that stand in it."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build import solved_notebook

MEDIA_TYPE = "application/vnd.autograder.verdict+json"


def check_index(notebook: NotebookNode, exercise: str) -> int:
    """Where the check cell of an exercise stands; its answer cell is the one before."""
    sources = [cell.source for cell in notebook.cells]
    return sources.index(f'check("{exercise}", {exercise})')


def answer(lesson: str, exercise: str) -> str:
    """What a student who is right writes into the answer cell."""
    solved = solved_notebook(lesson)
    return solved.cells[check_index(solved, exercise) - 1].source


def verdict(path: Path, exercise: str) -> dict:
    """The verdict that the saved notebook holds below an exercise's check."""
    notebook = nbformat.read(path, as_version=4)
    (output,) = notebook.cells[check_index(notebook, exercise)].outputs
    return output.data[MEDIA_TYPE]
