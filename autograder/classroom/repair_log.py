"""What repair found and did, as data and as sentences that a student reads.

A repair is `{"what", "cell", "message"}`: the kind of damage, the cell it concerns (a grade_id, or
None for the whole notebook), and one sentence. The list stands in the graded notebook's metadata,
under "autograder" → "repairs", for reports; `repairs_cell` shows it to the student.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.language import Messages, _
from autograder.report import text_card_html

UNREADABLE = "unreadable"
"""The kind of damage after which nothing is left to be graded."""

METADATA_KEY = "autograder"
REPAIRS_KEY = "repairs"
REPAIRS_CELL = "repairs"
"""The id of the cell that shows the repairs."""


class Repair(TypedDict):
    """One thing that was put right, or that could not be."""

    what: str
    cell: str | None
    message: str


MESSAGES = Messages() | {
    # the file
    UNREADABLE: "{file} cannot be read: {reason}; nothing of it was graded. Save the notebook "
    "again, see that it opens, and hand it in anew.",
    "encoding": "The file was not written in UTF-8 but in {encoding}; it was read all the same.",
    "old-format": "The notebook was saved in format {found}; it was brought to format 4.5.",
    "trailing": "Text that does not belong to the notebook followed its end in the file; it was "
    "left out.",
    "renamed": "There was no {expected} in the folder; {file} was graded in its place.",
    "untouched-twin": "{expected} held no answers but {file} did; {file} was graded.",
    "not-graded": "{file} holds answers too; only {graded} was graded.",
    "nothing-known": "{file} holds no cell of this lesson; see whether you handed in the right "
    "notebook.",
    "kernel": "The notebook asked for the kernel {found}; it was run with {used}.",
    # its cells
    "marks-lost": "{count} of the cells had lost the marks by which grading knows them (some "
    "programs drop them); they were recognised by what they define or say.",
    "marks-changed": "What the cell {cell} says of itself to grading had been changed; what was "
    "handed out counts.",
    "unknown-marks": "A cell was marked to be graded that is not part of the lesson; it stays, "
    "without the mark.",
    "tags": "Tags that would keep cells from being run were taken off.",
    "missing-answer": "No answer cell of {cell} was found; if you wrote one, see that it defines "
    "that name.",
    "missing-text": "The answer cell {cell} was missing and was put back empty.",
    "missing-locked": "The cell {cell} was missing and was put back.",
    "two-answers": "{count} cells answer {cell}; the last whole one above its check was graded.",
    "copy": "An untouched copy of the cell {cell} was left out.",
    "moved": "The cell {cell} stood where it could not work and was put back in its place.",
    "retyped": "The cell {cell} had become {found}; it was made {kind} again.",
    "locked-changed": "The cell {cell} had been changed; the original was put back, and your text "
    "stands beside it in a cell of its own.",
    "merged": "Cells of the lesson had been merged into one; they were taken apart again.",
    "split": "The answer {cell} had been split between cells; it was joined again.",
    "found-by-name": "The answer to {cell} was found in another cell, which defines that name.",
    "found-alike": "The answer to {cell} was recognised by its likeness to the cell handed out.",
    "found-by-place": "The answer to {cell} was recognised by its place.",
}


def noted(what: str, cell: str | None = None, **words: object) -> Repair:
    """Return one repair; `words` fill its message."""
    return Repair(what=what, cell=cell, message=MESSAGES[what].format(cell=cell, **words))


def shown(name: str) -> str:
    """Return a name that a student chose, on one line and harmless in Markdown."""
    flat = " ".join(name.encode("utf-8", "replace").decode().split()).replace("`", "'")
    return f"`{flat[:79]}…`" if len(flat) > 80 else f"`{flat}`"


def attach_repairs(nb: NotebookNode, repairs: list[Repair]) -> None:
    """Keep repairs in a notebook's metadata and show them at its top, if there are any."""
    if not repairs:
        return
    nb.metadata[METADATA_KEY] = {REPAIRS_KEY: repairs}
    lines = "\n".join(f"- {message}" for message in _messages(repairs))
    title = _("What was put right before grading")
    if any(repair["what"] == UNREADABLE for repair in repairs):
        title = _("What kept this from being graded")
    html = text_card_html(title, lines)
    nb.cells.insert(0, new_markdown_cell(html, id=REPAIRS_CELL))


def _messages(repairs: Iterable[Repair]) -> list[str]:
    """Return each message once, in order."""
    return list(dict.fromkeys(repair["message"] for repair in repairs))
