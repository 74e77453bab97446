"""Rebuild a submitted notebook on the released one: every graded cell once, and where it works.

What counts is taken from the release: marks, tags, checks, the first cell. What the student wrote
stays, in her order, because what ran for her must run here; a cell is moved only where it could
not work (a check above its answer). Only untouched copies of released cells are left out.

An answer is known by nbgrader's mark, by its cell's id, by the name that it defines, by its
likeness to the cell handed out, by its place: in this order, and only where one cell fits best.
Everything is a function of two notebooks; nothing of the student's is run.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import count
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from autograder.build import DEMONSTRATION
from autograder.classroom.reading import Cell, Submission, UnreadableError, read_submission
from autograder.classroom.repair_log import REPAIRS_CELL, Repair, noted, shown
from autograder.classroom.source import (
    continues,
    defined_names,
    named_definitions,
    parts,
    stands_alone,
)

# Tags that keep a cell from being run.
SKIPPING_TAGS = {DEMONSTRATION, "skip-execution"}

# The repairs that tell of a cell that was not found.
MISSING = ("missing-answer", "missing-text", "missing-locked")

MISSING_ANSWER = "# No answer cell was found in the submission; grading put this remark here."

MIN_MERGED = 20
"""A released cell of fewer characters is not looked for within others: it could be there by chance.
"""

ALIKE, CLEARLY = 0.6, 0.1
"""A cell is like a stub from this ratio on (difflib's own rule of thumb for a close match), if no
other comes as near as the difference."""

MOST_LINES = 300
"""Likeness is looked for in the first lines of a cell."""


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
    if len(missing) == sum(bool(_master(cell).role) for cell in release.cells) > 0:
        found = [entry for entry in found if entry not in missing]
        found.append(noted("nothing-known", file=shown(file)))
    return nb, repairs + found


def unreadable(file: str, reason: str, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Return the released notebook's graded cells without answers, and why it is so."""
    empty, _ = rebuild(Submission([], {}), release)
    return empty, [noted("unreadable", file=shown(file), reason=reason)]


def rebuild(submission: Submission, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Rebuild the cells of a submission on the released notebook; see `repair`."""
    repairs: list[Repair] = []
    masters = [_master(cell) for cell in release.cells]
    cells = _taken_apart(submission.cells, masters, repairs)
    cells = _joined(cells, masters, repairs)
    claims = _claims(cells, masters)
    chosen = _chosen(cells, claims, masters, repairs)
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
    stubs = {m.name: m.source for m in map(_master, release.cells) if m.role == "answer"}
    return sum(
        not _same(cell.source, stubs[name]) and cell.source != MISSING_ANSWER
        for cell in nb.cells
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in stubs
    )


# ------------------------------------------------------------------------------- what is known


def _master(cell: NotebookNode) -> Master:
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


def _same(source: str, other: str) -> bool:
    """Tell whether two sources differ in white space at line ends at most."""
    return _bare(source) == _bare(other)


@lru_cache(maxsize=4096)
def _bare(source: str) -> str:
    """Return a source without white space at line ends."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip("\n")


def _untouched(cell: Cell, master: Master) -> bool:
    """Tell whether a cell is as it was handed out, by this release or by an earlier one."""
    is_same = _same(cell.source, master.source)
    return is_same or (cell.grade_id == master.name and _as_handed_out(cell))


def _as_handed_out(cell: Cell) -> bool:
    """Tell whether a cell still fits the checksum that nbgrader gave it.

    Then the student has not changed it, though the lesson may have been corrected since.
    """
    metadata = NotebookNode(nbgrader=NotebookNode(cell.marks))
    handed_in = NotebookNode(cell_type=cell.kind, source=cell.source, metadata=metadata)
    try:
        return bool(utils.compute_checksum(handed_in) == cell.marks["checksum"])
    except (KeyError, TypeError, ValueError, AttributeError):  # no checksum, or forged marks
        return False


def _claims(cells: Sequence[Cell], masters: Sequence[Master]) -> dict[int, Master | None]:
    """Return for each cell (by its `id()`) the released cell that it is, or is a version of."""
    by_mark = {master.name: master for master in masters if master.role}
    by_id = {master.id: master for master in masters if master.id}
    by_source: dict[str, list[Master]] = {}
    for master in masters:
        by_source.setdefault(_bare(master.source), []).append(master)
    claims: dict[int, Master | None] = {}
    for cell in cells:
        same = by_source.get(_bare(cell.source), [])
        found = by_mark.get(cell.grade_id) or by_id.get(cell.id)
        if found is None and len(same) == 1:
            found = same[0]
        if found not in same and (cell.kind == "code" or stands_alone(cell.source)):
            # What a cell defines says more than its mark, which copying and merging carry about.
            names = defined_names(cell.source)
            defining = [master for master in masters if master.names & names]
            if defining and found not in defining:
                found = defining[0]
        claims[id(cell)] = found
    return claims


# -------------------------------------------------------------------------- merged and split cells


def _taken_apart(
    cells: Sequence[Cell], masters: Sequence[Master], repairs: list[Repair]
) -> list[Cell]:
    """Take cells apart that hold whole released cells, or the answers to several exercises."""
    present = {_bare(cell.source) for cell in cells}
    absent = [
        master
        for master in masters
        if len(master.source) >= MIN_MERGED and _bare(master.source) not in present
    ]
    known = {_bare(master.source): master for master in masters}
    names = frozenset().union(*(master.names for master in masters))
    marked = {cell.grade_id for cell in cells} | {cell.id for cell in cells}
    questions = [m for m in masters if m.role == "answer" and not m.names]
    text_lost = any(marked.isdisjoint((m.name, m.id)) for m in questions)
    result: list[Cell] = []
    for cell in cells:
        if _bare(cell.source) in known:
            result.append(cell)
            continue
        pieces = [
            part
            for piece in _without_released(cell, absent)
            for part in _one_answer_each(piece, names)
        ]
        found = [known[_bare(piece.source)] for piece in pieces if _bare(piece.source) in known]
        graded = [master for master in found if master.role]
        if len(found) > 1 or text_lost or any(names & defined_names(p.source) for p in pieces):
            # Something that is graded may have been merged into another cell.
            repairs += [noted("merged")] if len(pieces) > 1 else []
        elif graded:
            repairs.append(noted("locked-changed", graded[0].name))
        elif not any(master.is_demonstration for master in found):
            pieces = [cell]  # a note that was added to a text
        result += pieces
    return result


def _without_released(cell: Cell, absent: Sequence[Master]) -> list[Cell]:
    """Return a cell's pieces: released cells that were merged into it, and what is between."""
    pieces: list[Cell] = [cell]
    found: list[Master] = []
    for master in absent:
        for index, piece in enumerate(pieces):
            cut = _cut(piece.source, master.source)
            if cut is None:
                continue
            found.append(master)
            mine = piece.grade_id == master.name
            marks = piece.marks if mine else {}
            middle = Cell(master.kind, master.source, id=master.id, marks=marks)
            before, after = (replace(piece, source=text) for text in cut)
            pieces[index : index + 1] = [c for c in (before, middle, after) if c.source.strip()]
            break
    if len(pieces) == 1:
        return pieces
    # What was between lines of a string or of a block is left where it is.
    whole = cell.kind == "code" and stands_alone(cell.source)
    if whole and not all(stands_alone(piece.source) for piece in pieces if piece.kind == "code"):
        return [cell]
    # The remainder is none of the released cells that were taken out of it, and has their id once.
    taken = {master.name for master in found} | {master.id for master in found}
    own = False
    for piece in pieces:
        if any(_same(piece.source, master.source) for master in found):
            continue
        if own or piece.id in taken or piece.grade_id in taken:
            piece.id, piece.marks, piece.tags = "", {}, []
        own = True
    return pieces


def _cut(source: str, part: str) -> tuple[str, str] | None:
    """Return what stands before and after whole lines within a source; None if not there."""
    part = part.strip("\n")
    start = f"\n{source}\n".find(f"\n{part}\n")
    if start < 0:
        return None
    return source[:start].strip("\n"), source[start + len(part) :].strip("\n")


def _one_answer_each(cell: Cell, names: frozenset[str]) -> list[Cell]:
    if cell.kind != "code" or len(names & defined_names(cell.source)) < 2:
        return [cell]
    first, *others = (part for part in parts(cell.source, names) if part)
    return [replace(cell, source=first), *(Cell("code", part) for part in others)]


def _joined(cells: Sequence[Cell], masters: Sequence[Master], repairs: list[Repair]) -> list[Cell]:
    """Join an answer that was split between cells."""
    known = {_bare(master.source) for master in masters}
    result: list[Cell] = []
    for cell in cells:
        last = result[-1] if result else None
        if (
            last is not None
            and last.kind == cell.kind == "code"
            and _bare(cell.source) not in known
            and continues(last.source, cell.source)
        ):
            source = f"{last.source}\n{cell.source}"
            whole = [m for m in masters if m.names & defined_names(source)]
            if whole:
                marks = last.marks or cell.marks
                result[-1] = replace(last, source=source, id=last.id or cell.id, marks=marks)
                repairs.append(noted("split", whole[0].name))
                continue
        result.append(cell)
    return result


# ---------------------------------------------------------------------- which cell is which


def _chosen(
    cells: Sequence[Cell],
    claims: dict[int, Master | None],
    masters: Sequence[Master],
    repairs: list[Repair],
) -> dict[Master, Cell]:
    """Return for each released cell the student's cell that is taken for it."""
    place = {id(cell): index for index, cell in enumerate(cells)}
    claiming: dict[Master, list[Cell]] = {master: [] for master in masters}
    for cell in cells:
        master = claims[id(cell)]
        if master is not None:
            claiming[master].append(cell)
    chosen: dict[Master, Cell] = {}
    for master in masters:
        claimants = claiming[master]
        if claimants and master.role == "check":
            # A copy without the mark may stand in a cell of the student's own experiments.
            marked = [cell for cell in claimants if cell.grade_id == master.name]
            chosen[master] = (marked or claimants)[-1]
        elif claimants and master.role != "answer":
            chosen[master] = claimants[0]
    for index, master in enumerate(masters):
        if master.role == "answer" and claiming[master]:
            check = next((m for m in masters[index + 1 :] if m.role == "check"), None)
            limit = place[id(chosen[check])] if check in chosen else len(cells)
            chosen[master] = _best_answer(master, claiming[master], limit, place, repairs)
    _find_alike(cells, claims, masters, chosen, repairs)
    _find_by_place(cells, claims, masters, chosen, repairs)
    return chosen


def _preferred(cells: list[Cell], wanted: Callable[[Cell], bool]) -> list[Cell]:
    """Return the cells that are as wanted, or all if none is."""
    return [cell for cell in cells if wanted(cell)] or cells


def _best_answer(
    master: Master,
    claimants: list[Cell],
    limit: int,
    place: dict[int, int],
    repairs: list[Repair],
) -> Cell:
    """Return the answer that the student's own check saw: the last good one that stands above it.

    Good is, by weight: changed; defines the name; compiles; a code cell; above the check; by
    `def` or `class`.
    """
    changed = _preferred(claimants, lambda cell: not _untouched(cell, master))
    pool = changed
    if master.names:
        pool = _preferred(pool, lambda cell: bool(master.names & defined_names(cell.source)))
        pool = _preferred(pool, lambda cell: stands_alone(cell.source))
        pool = _preferred(pool, lambda cell: cell.kind == "code")
    pool = _preferred(pool, lambda cell: place[id(cell)] < limit)
    pool = _preferred(pool, lambda cell: bool(master.names & named_definitions(cell.source)))
    best = pool[-1]
    if len(changed) > 1:
        repairs.append(noted("two-answers", master.name, count=len(changed)))
    elif master.name not in (best.grade_id, best.id) and len(claimants) > 1:
        repairs.append(noted("found-by-name", master.name))
    return best


def _find_alike(
    cells: Sequence[Cell],
    claims: dict[int, Master | None],
    masters: Sequence[Master],
    chosen: dict[Master, Cell],
    repairs: list[Repair],
) -> None:
    """Match answers by likeness to what was handed out, where both fit each other best."""
    wanted = [m for m in masters if m.role == "answer" and m.names and m not in chosen]
    free = [cell for cell in cells if claims[id(cell)] is None and cell.source.strip()]
    near = ALIKE - CLEARLY
    ratios = {
        (master, cell): ratio
        for master in wanted
        for cell in free
        if (ratio := _likeness(master.source, cell.source)) > near
    }
    for (master, cell), ratio in ratios.items():
        rivals = [
            other
            for (m, c), other in ratios.items()
            if (m is master) != (c is cell)  # the same stub or the same cell, but not both
        ]
        if ratio >= ALIKE and ratio >= max(rivals, default=near) + CLEARLY:
            chosen[master] = cell
            claims[id(cell)] = master
            repairs.append(noted("found-alike", master.name))


def _likeness(stub: str, source: str) -> float:
    """Return the share of lines that two sources have in common, in their order."""
    one, other = _bare(stub).split("\n"), _bare(source).split("\n")[:MOST_LINES]
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _find_by_place(
    cells: Sequence[Cell],
    claims: dict[int, Master | None],
    masters: Sequence[Master],
    chosen: dict[Master, Cell],
    repairs: list[Repair],
) -> None:
    """Match answers by place: what alone stands between a released cell and the next one.

    Only for cells without a name to go by (questions). Of several texts the first is taken; the
    others stay next to it, where the person who marks it reads on.
    """
    place = {id(cell): index for index, cell in enumerate(cells)}
    for index, master in enumerate(masters):
        if master.role != "answer" or master.names or master in chosen or index == 0:
            continue
        before = chosen.get(masters[index - 1])
        if before is None:
            continue
        for cell in cells[place[id(before)] + 1 :]:
            if claims[id(cell)] is not None:
                break
            if cell.kind == master.kind and cell.source.strip():
                chosen[master] = cell
                claims[id(cell)] = master
                repairs.append(noted("found-by-place", master.name))
                break


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
        elif _untouched(cell, master):
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
            changed = [one for one in versions if not _untouched(one, master)]
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
        if differs and cell.grade_id == master.name and not _as_handed_out(cell):
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
            source = MISSING_ANSWER
        is_demonstration = master.is_demonstration
    else:
        assert cell is not None
        metadata = NotebookNode()
        kind, source = cell.kind, cell.source
        if claim is not None and _same(source, claim.source):
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
