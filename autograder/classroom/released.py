"""The released notebook as repair sees it: what each cell is for, and what fits it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader import utils

from autograder.classroom.reading import Cell
from autograder.classroom.source import named_definitions
from autograder.exercises import DEMONSTRATION


@dataclass(eq=False)
class Master:
    """A released cell.

    `name` is its grade_id; its id, if it is not graded. `role` is what grading does with it:
    "answer", "check", "locked" (put back as it was), or "" for texts and demonstrations. `names`
    are what an answer must define.
    """

    cell: NotebookNode
    name: str
    role: str
    names: frozenset[str]
    is_demonstration: bool

    @property
    def id(self) -> str:
        """Its cell id; empty in a release of a format before 4.5."""
        return str(self.cell.get("id", ""))

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.cell.cell_type)

    @property
    def source(self) -> str:
        """Its text, as handed out."""
        return str(self.cell.source)


def master_of(cell: NotebookNode) -> Master:
    """Return what a released cell is for, read from its marks and tags."""
    role = ""
    if cell.metadata.get("nbgrader", {}).get("grade_id"):
        if utils.is_solution(cell):
            role = "answer"
        elif utils.is_grade(cell):
            role = "check"
        elif utils.is_locked(cell) or utils.is_task(cell):
            role = "locked"
    is_code = role == "answer" and cell.cell_type == "code"
    return Master(
        cell,
        name=str(cell.metadata.nbgrader.grade_id if role else cell.get("id", "")),
        role=role,
        names=named_definitions(cell.source) if is_code else frozenset(),
        is_demonstration=DEMONSTRATION in cell.metadata.get("tags", []),
    )


def same(source: str, other: str) -> bool:
    """Tell whether two sources differ in white space at line ends at most."""
    return bare(source) == bare(other)


@lru_cache(maxsize=4096)
def bare(source: str) -> str:
    """Return a source without white space at line ends."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip("\n")


def untouched(cell: Cell, master: Master) -> bool:
    """Tell whether a cell is as it was handed out, by this release or by an earlier one."""
    is_same = same(cell.source, master.source)
    return is_same or (cell.grade_id == master.name and as_handed_out(cell))


def as_handed_out(cell: Cell) -> bool:
    """Tell whether a cell still fits the checksum that nbgrader gave it.

    Then the student has not changed it, though the lesson may have been corrected since.
    """
    metadata = NotebookNode(nbgrader=NotebookNode(cell.marks))
    handed_in = NotebookNode(cell_type=cell.kind, source=cell.source, metadata=metadata)
    try:
        return bool(utils.compute_checksum(handed_in) == cell.marks["checksum"])
    except (KeyError, TypeError, ValueError, AttributeError):  # no checksum, or forged marks
        return False
