"""Which cell of a submission is which released cell.

Cells that were merged are taken apart first, and answers that were split are joined. An answer is
known by nbgrader's mark, by its cell's id, by the name that it defines, by its likeness to the cell
handed out, by its place: in this order, and only where one cell fits best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from autograder.classroom.reading import Cell
from autograder.classroom.released import Master, bare, same, untouched
from autograder.classroom.repair_log import Repair, noted
from autograder.classroom.source import (
    continues,
    defined_names,
    named_definitions,
    parts,
    stands_alone,
)

MIN_MERGED = 20
"""A released cell of fewer characters is not looked for within others: it could be there by chance.
"""

ALIKE, CLEARLY = 0.6, 0.1
"""A cell is like a stub from this ratio on (difflib's own rule of thumb for a close match), if no
other comes as near as the difference."""

MOST_LINES = 300
"""Likeness is looked for in the first lines of a cell."""


# -------------------------------------------------------------------------- merged and split cells


def taken_apart(
    cells: Sequence[Cell], masters: Sequence[Master], repairs: list[Repair]
) -> list[Cell]:
    """Take cells apart that hold whole released cells, or the answers to several exercises."""
    present = {bare(cell.source) for cell in cells}
    absent = [
        master
        for master in masters
        if len(master.source) >= MIN_MERGED and bare(master.source) not in present
    ]
    known = {bare(master.source): master for master in masters}
    names = frozenset().union(*(master.names for master in masters))
    marked = {cell.grade_id for cell in cells} | {cell.id for cell in cells}
    questions = [m for m in masters if m.role == "answer" and not m.names]
    text_lost = any(marked.isdisjoint((m.name, m.id)) for m in questions)
    result: list[Cell] = []
    for cell in cells:
        if bare(cell.source) in known:
            result.append(cell)
            continue
        pieces = [
            part
            for piece in _without_released(cell, absent)
            for part in _one_answer_each(piece, names)
        ]
        found = [known[bare(piece.source)] for piece in pieces if bare(piece.source) in known]
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
        if any(same(piece.source, master.source) for master in found):
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


def joined(cells: Sequence[Cell], masters: Sequence[Master], repairs: list[Repair]) -> list[Cell]:
    """Join an answer that was split between cells."""
    known = {bare(master.source) for master in masters}
    result: list[Cell] = []
    for cell in cells:
        last = result[-1] if result else None
        if (
            last is not None
            and last.kind == cell.kind == "code"
            and bare(cell.source) not in known
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


def claims_of(cells: Sequence[Cell], masters: Sequence[Master]) -> dict[int, Master | None]:
    """Return for each cell (by its `id()`) the released cell that it is, or is a version of."""
    by_mark = {master.name: master for master in masters if master.role}
    by_id = {master.id: master for master in masters if master.id}
    by_source: dict[str, list[Master]] = {}
    for master in masters:
        by_source.setdefault(bare(master.source), []).append(master)
    claims: dict[int, Master | None] = {}
    for cell in cells:
        alike = by_source.get(bare(cell.source), [])
        found = by_mark.get(cell.grade_id) or by_id.get(cell.id)
        if found is None and len(alike) == 1:
            found = alike[0]
        if found not in alike and (cell.kind == "code" or stands_alone(cell.source)):
            # What a cell defines says more than its mark, which copying and merging carry about.
            names = defined_names(cell.source)
            defining = [master for master in masters if master.names & names]
            if defining and found not in defining:
                found = defining[0]
        claims[id(cell)] = found
    return claims


def chosen_cells(
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
    changed = _preferred(claimants, lambda cell: not untouched(cell, master))
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
    one, other = bare(stub).split("\n"), bare(source).split("\n")[:MOST_LINES]
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
