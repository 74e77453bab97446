"""Rebuild a submitted notebook on the released one: every graded cell once, and where it works.

What counts is taken from the release: marks, tags, checks, the first cell. What the student wrote
stays, in her order, because what ran for her must run here; a cell is moved only where it could
not work (a check above its answer). Only untouched copies of released cells are left out.
Everything is a function of two notebooks; nothing of the student's is run.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from autograder.classroom.matching import chosen_cells, claims_of, joined, taken_apart
from autograder.classroom.reading import Cell, Submission, UnreadableError, read_submission
from autograder.classroom.released import Master, as_handed_out, master_of, same, untouched
from autograder.classroom.repair_log import REPAIRS_CELL, UNREADABLE, Repair, noted, shown
from autograder.exercises import DEMONSTRATION
from autograder.language import N_, _

# Tags that keep a cell from being run.
SKIPPING_TAGS = {DEMONSTRATION, "skip-execution"}

# The repairs that tell of a cell that was not found.
MISSING = ("missing-answer", "missing-text", "missing-locked")

MISSING_ANSWER = N_("# No answer cell was found in the submission; grading put this remark here.")


@dataclass(eq=False)
class Item:
    """A place in the rebuilt notebook: a released cell, a student's own, or one that is both.

    `others` are further versions of a locked cell.
    """

    master: Master | None
    cell: Cell | None
    others: list[Cell] = field(default_factory=list)


# ------------------------------------------------------------------------------ public functions


def repair(data: bytes, release: NotebookNode, file: str) -> tuple[NotebookNode, list[Repair]]:
    """Rebuild the bytes of a submitted notebook on the released one.

    Args:
        data: the submitted file.
        release: the released notebook, which is not changed.
        file: the name of the submitted file, for messages.

    Returns:
        A valid notebook of format 4.5, and what was repaired. A file that cannot be read gives the
        released notebook's graded cells, without answers, and one repair that says why.
    """
    try:
        submission, repairs = read_submission(data)
    except UnreadableError as error:
        return unreadable(file, str(error), release)
    nb, found = rebuild(submission, release)
    missing = [entry for entry in found if entry["what"] in MISSING]
    if len(missing) == sum(bool(master_of(cell).role) for cell in release.cells) > 0:
        found = [entry for entry in found if entry not in missing]
        found.append(noted("nothing-known", file=shown(file)))
    return nb, repairs + found


def unreadable(file: str, reason: str, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Return the released notebook's graded cells without answers, and why it is so."""
    empty, _repairs = rebuild(Submission([], {}), release)
    return empty, [noted(UNREADABLE, file=shown(file), reason=reason)]


def rebuild(submission: Submission, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Rebuild the cells of a submission on the released notebook; see `repair`."""
    repairs: list[Repair] = []
    masters = [master_of(cell) for cell in release.cells]
    cells = taken_apart(submission.cells, masters, repairs)
    cells = joined(cells, masters, repairs)
    claims = claims_of(cells, masters)
    chosen = chosen_cells(cells, claims, masters, repairs)
    items = _placed(cells, claims, chosen, repairs)
    _put_in_order(items, masters, repairs)
    items = list(_with_own_text(items, repairs))
    _note_marks(items, repairs)
    nb = NotebookNode(nbformat=4, nbformat_minor=5, metadata=copy.deepcopy(release.metadata))
    nb.cells = _written(items, claims, repairs)
    _set_kernel(nb, submission.kernelspec, repairs)
    return nb, repairs


def answers_in(nb: NotebookNode, release: NotebookNode) -> int:
    """Count the answer cells of a rebuilt notebook that are neither missing nor untouched."""
    stubs = {m.name: m.source for m in map(master_of, release.cells) if m.role == "answer"}
    return sum(
        not same(cell.source, stubs[name]) and cell.source != _(MISSING_ANSWER)
        for cell in nb.cells
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in stubs
    )


# -------------------------------------------------------------------------------------- order


def _placed(
    cells: Sequence[Cell],
    claims: dict[int, Master | None],
    chosen: dict[Master, Cell],
    repairs: list[Repair],
) -> list[Item]:
    """Return the student's cells in her order, without untouched copies of graded cells."""
    items = []
    for cell in cells:
        master = claims[id(cell)]
        if master is None or not master.role:
            is_first = master is not None and chosen.get(master) is cell
            items.append(Item(master if is_first else None, cell))
        elif chosen[master] is cell:
            items.append(Item(master, cell))
        elif master.role == "locked":
            # A second version of the first cell would unbind the answers above it.
            first = next(item for item in items if item.master is master)
            first.others.append(cell)
        elif untouched(cell, master):
            repairs.append(noted("copy", master.name))
        else:
            items.append(Item(None, cell))
    return items


def _put_in_order(items: list[Item], masters: Sequence[Master], repairs: list[Repair]) -> None:
    """Put missing cells back, and move those that could not work where they stand, in place."""
    anchor: Item | None = None
    answer: Item | None = None
    for index, master in enumerate(masters):
        item = next((item for item in items if item.master is master), None)
        if not master.role:
            anchor = item or anchor
            continue
        later = masters[index + 1 :]
        if item is None:
            item = Item(master, None)
            items.insert(_place_for(item, items, anchor, answer, later), item)
            repairs.append(noted(_missing(master), master.name))
        elif not _works(item, items, answer, later):
            items.remove(item)
            items.insert(_place_for(item, items, anchor, answer, later), item)
            repairs.append(noted("moved", master.name))
        anchor = item
        if master.role == "answer":
            answer = item


def _missing(master: Master) -> str:
    if master.role != "answer":
        return "missing-locked"
    return "missing-answer" if master.names else "missing-text"


def _works(item: Item, items: list[Item], answer: Item | None, later: Sequence[Master]) -> bool:
    """Tell whether a cell stands where it works: locked ones above, checks below the answers."""
    master = item.master
    assert master is not None
    if master.role == "check":
        return answer is None or items.index(item) > items.index(answer)
    if master.role == "locked" and master.kind == "code":
        return items.index(item) < _first_answer(items, later)
    return True


def _place_for(
    item: Item,
    items: list[Item],
    anchor: Item | None,
    answer: Item | None,
    later: Sequence[Master],
) -> int:
    """Return the index at which a missing or displaced cell is put in."""
    master = item.master
    assert master is not None
    after = items.index(anchor) + 1 if anchor is not None else 0
    if master.role == "locked":
        return min(after, _first_answer(items, later))
    if master.role == "check":
        if answer is not None:
            after = max(after, items.index(answer) + 1)
        # The student's own cells that follow an answer may be helpers that it needs.
        while after < len(items) and items[after].master is None:
            after += 1
    return after


def _first_answer(items: list[Item], later: Sequence[Master]) -> int:
    """Return the index of the first answer among `later` cells; the end if none."""
    answers = {master for master in later if master.role == "answer"}
    return next((i for i, item in enumerate(items) if item.master in answers), len(items))


def _with_own_text(items: Sequence[Item], repairs: list[Repair]) -> Iterator[Item]:
    """Yield the items, and what was written into a check or a locked cell as an own cell."""
    for item in items:
        master, cell = item.master, item.cell
        own = []
        if master is not None and cell is not None and master.role in ("check", "locked"):
            versions = [one for one in (cell, *item.others) if one.source.strip()]
            changed = [one for one in versions if not untouched(one, master)]
            own = [Item(None, replace(one, id="", marks={}, tags=[])) for one in changed]
            if changed:
                repairs.append(noted("locked-changed", master.name))
            if len(versions) - len(changed) > 1:
                repairs.append(noted("copy", master.name))
        # What was written into a check may be what it checks; what was added to the first cell
        # needs its imports.
        yield from [*own, item] if master and master.role == "check" else [item, *own]


# ------------------------------------------------------------------------------ what is written


def _note_marks(items: Sequence[Item], repairs: list[Repair]) -> None:
    """Note lost and changed marks and types of graded cells, and marks on others."""
    lost = 0
    names = {item.master.name for item in items if item.master}
    for master, cell in ((item.master, item.cell) for item in items):
        if cell is None:
            continue
        if master is None or not master.role:
            marked = any(cell.marks.get(key) for key in ("grade", "solution", "locked"))
            if marked and cell.grade_id not in names:
                repairs.append(noted("unknown-marks"))
            continue
        marks = master.cell.metadata.nbgrader
        lost += cell.grade_id != master.name
        # The points of a question may have been others when it was handed out.
        told = ["grade", "solution", "locked", "task", *(["points"] * (master.role == "check"))]
        differs = any(cell.marks.get(key, marks.get(key)) != marks.get(key) for key in told)
        if differs and cell.grade_id == master.name and not as_handed_out(cell):
            repairs.append(noted("marks-changed", master.name))
        if cell.kind != master.kind:
            kind = master.kind
            repairs.append(noted("retyped", master.name, found=cell.kind, kind=kind))
    if lost:
        repairs.append(noted("marks-lost", count=lost))


def _written(
    items: Sequence[Item], claims: dict[int, Master | None], repairs: list[Repair]
) -> list[NotebookNode]:
    """Return the rebuilt notebook's cells, each with an id of its own."""
    reserved = Counter(item.master.id for item in items if item.master)
    free = (name for number in count(1) if (name := f"own-{number}") not in reserved)
    used = {REPAIRS_CELL}
    nodes = []
    for item in items:
        node = _node(item, claims.get(id(item.cell)))
        if item.master and item.master.id:
            node.id = item.master.id
        elif node.id in used or node.id in reserved or not node.id:
            node.id = next(name for name in free if name not in used)
        used.add(node.id)
        nodes.append(node)
    if any(
        SKIPPING_TAGS & set(item.cell.tags) and DEMONSTRATION not in node.metadata.get("tags", [])
        for item, node in zip(items, nodes, strict=True)
        if item.cell
    ):
        repairs.append(noted("tags"))
    return nodes


def _node(item: Item, claim: Master | None) -> NotebookNode:
    """Return one cell as it is written: marks and tags from the release, text as it should be."""
    master, cell = item.master, item.cell
    if master is not None and master.role:
        metadata: Any = copy.deepcopy(master.cell.metadata)
        kind, source = master.kind, master.source
        if master.role == "answer" and cell is not None:
            source = cell.source
        elif master.role == "answer" and kind == "code" and not utils.is_grade(master.cell):
            # A stub would overwrite an answer that the student wrote elsewhere.
            source = _(MISSING_ANSWER)
        is_demonstration = master.is_demonstration
    else:
        assert cell is not None
        metadata = NotebookNode()
        kind, source = cell.kind, cell.source
        if claim is not None and same(source, claim.source):
            kind = claim.kind
        # An id of this form is one of a lesson's earlier edition.
        is_demonstration = kind == "code" and (
            claim.is_demonstration if claim else cell.id.startswith(f"{DEMONSTRATION}-")
        )
    tags = [*metadata.pop("tags", []), *(cell.tags if cell else [])]
    tags = [tag for tag in dict.fromkeys(tags) if tag not in SKIPPING_TAGS]
    tags += [DEMONSTRATION] if is_demonstration else []
    if tags:
        metadata["tags"] = tags
    node = NotebookNode(
        cell_type=kind, id=cell.id if cell else "", metadata=metadata, source=source
    )
    if kind == "code":
        as_it_was = cell is not None and cell.kind == "code"
        outputs = cell.outputs if cell and as_it_was else []
        node.outputs = [_as_node(output) for output in outputs]
        node.execution_count = cell.execution_count if cell and as_it_was else None
    elif cell is not None and cell.attachments:
        node.attachments = _as_node(cell.attachments)
    elif cell is None and "attachments" in (master.cell if master else {}):
        node.attachments = copy.deepcopy(master.cell.attachments) if master else {}
    return node


def _as_node(value: dict[str, Any]) -> NotebookNode:
    return NotebookNode(
        {key: _as_node(item) if isinstance(item, dict) else item for key, item in value.items()}
    )


def _set_kernel(nb: NotebookNode, found: dict[str, str], repairs: list[Repair]) -> None:
    """Note another kernel than the release's; where that names none, keep the student's."""
    name = found.get("name")
    if name is None:
        return
    if "kernelspec" not in nb.metadata:
        nb.metadata.kernelspec = NotebookNode({"display_name": name} | found)
    elif name != nb.metadata.kernelspec.get("name"):
        used = shown(str(nb.metadata.kernelspec.get("name")))
        repairs.append(noted("kernel", found=shown(name), used=used))
