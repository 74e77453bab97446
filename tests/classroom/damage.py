"""Ways in which a submitted notebook gets damaged, as functions of a generator of randomness.

A notebook is plain JSON here (a dictionary), because what is tried is often no valid notebook.
"""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np

from autograder.exercises import EXERCISES

Notebook = dict[str, Any]
Random = np.random.Generator
Damage = Callable[[Random, Notebook], None]
Encoding = Callable[[Random, Notebook], bytes]

BROKEN = "\n    this is no Python"


# --------------------------------------------------------------------------------- helpers


def grade_id(cell: Any) -> str:
    marks = cell.get("metadata", {}).get("nbgrader", {}) if isinstance(cell, dict) else {}
    return str(marks.get("grade_id", "")) if isinstance(marks, dict) else ""


def text(cell: Any) -> str:
    source = cell.get("source", "") if isinstance(cell, dict) else ""
    return "".join(source) if isinstance(source, list) else str(source)


def code(source: str, **fields: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return cell | {"execution_count": None} | fields


def answers(nb: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in nb["cells"] if grade_id(cell) in EXERCISES]


def checks(nb: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in nb["cells"] if grade_id(cell).startswith("check-")]


def pick(random: Random, cells: list[Any]) -> list[Any]:
    """Some of the cells: each with the same chance, drawn anew each time."""
    chance = random.uniform(0, 1)
    return [cell for cell in cells if random.uniform() < chance]


def put(random: Random, nb: Notebook, cell: dict[str, Any]) -> None:
    nb["cells"].insert(int(random.integers(len(nb["cells"]) + 1)), cell)


def without(nb: Notebook, gone: list[Any]) -> None:
    nb["cells"] = [cell for cell in nb["cells"] if not any(cell is one for one in gone)]


# --------------------------------------------------------------------------- damage to cells


def deleted_answers(random: Random, nb: Notebook) -> None:
    without(nb, pick(random, answers(nb)))


def deleted_checks(random: Random, nb: Notebook) -> None:
    without(nb, pick(random, checks(nb)))


def deleted_setup(random: Random, nb: Notebook) -> None:
    without(nb, [cell for cell in nb["cells"] if grade_id(cell) == "setup"])


def deleted_texts(random: Random, nb: Notebook) -> None:
    texts = [cell for cell in nb["cells"] if not grade_id(cell)]
    without(nb, pick(random, texts))


def emptied(random: Random, nb: Notebook) -> None:
    nb["cells"] = []


def duplicated(random: Random, nb: Notebook) -> None:
    for cell in pick(random, list(nb["cells"])):
        put(random, nb, copy.deepcopy(cell))


def duplicated_in_place(random: Random, nb: Notebook) -> None:
    nb["cells"] = [copy.deepcopy(cell) for cell in nb["cells"] for _ in range(2)]


def broken_copies(random: Random, nb: Notebook) -> None:
    """A copy with a syntax error below the answer."""
    for cell in pick(random, answers(nb)):
        at = next(i for i, other in enumerate(nb["cells"]) if other is cell)
        nb["cells"].insert(at + 1, copy.deepcopy(cell) | {"source": text(cell) + BROKEN})


def shuffled(random: Random, nb: Notebook) -> None:
    nb["cells"] = [nb["cells"][i] for i in random.permutation(len(nb["cells"]))]


def reversed_order(random: Random, nb: Notebook) -> None:
    nb["cells"].reverse()


def moved_one(random: Random, nb: Notebook) -> None:
    if nb["cells"]:
        put(random, nb, nb["cells"].pop(int(random.integers(len(nb["cells"])))))


def retyped(random: Random, nb: Notebook) -> None:
    for cell in pick(random, [c for c in nb["cells"] if grade_id(c)]):
        cell["cell_type"] = str(random.choice(["markdown", "raw", "code"]))


def lost_metadata(random: Random, nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["metadata"] = {}
    nb["metadata"] = {}


def lost_ids(random: Random, nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell.pop("id", None)
    nb["nbformat_minor"] = 4


def new_ids(random: Random, nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["id"] = f"{random.integers(16**8):08x}"


def from_colab(random: Random, nb: Notebook) -> None:
    """Colab drops what it does not know, keeps ids among the metadata, and adds its own."""
    for cell in nb["cells"]:
        cell["metadata"] = {"id": f"{random.integers(16**8):08x}", "outputId": "x"}
        cell.pop("id", None)
    nb["nbformat_minor"] = 0
    nb["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}


def from_vs_code(random: Random, nb: Notebook) -> None:
    """VS Code lets locked cells be edited, and writes its own ids and languages."""
    new_ids(random, nb)
    for cell in nb["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


def changed_marks(random: Random, nb: Notebook) -> None:
    for cell in pick(random, nb["cells"]):
        marks = cell.get("metadata", {}).get("nbgrader")
        if isinstance(marks, dict):
            marks.update(points=1000, grade=bool(random.integers(2)), locked=False)


def swapped_marks(random: Random, nb: Notebook) -> None:
    """Answer cells that carry one another's marks and ids, as copying and pasting leaves them."""
    found = answers(nb)
    old = copy.deepcopy(found)
    for cell, other in zip(found, random.permutation(len(found)), strict=True):
        cell["metadata"] = old[other]["metadata"]
        cell["id"] = old[other].get("id", "")


def nonsense_fields(random: Random, nb: Notebook) -> None:
    strange = ["nonsense", 7, None, [], {"grade_id": 7}, {"grade_id": "mine", "grade": True}]
    for cell in pick(random, nb["cells"]):
        metadata = cell.setdefault("metadata", {})
        metadata["tags"] = [["a,b", 3, "a", "a"], "demonstration", None][random.integers(3)]
        if not grade_id(cell):
            metadata["nbgrader"] = strange[random.integers(len(strange))]
        cell["unknown"] = {"x": 1}
        cell["attachments"] = ["x"]
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream"}, None, {"output_type": "new"}]
            cell["execution_count"] = "7"


def strange_cells(random: Random, nb: Notebook) -> None:
    for cell in (
        "text",
        None,
        {},
        {"cell_type": "heading", "source": "x", "level": 1},
        {"source": 3},
    ):
        put(random, nb, cell)  # type: ignore[arg-type]


def skipping_tags(random: Random, nb: Notebook) -> None:
    for cell in pick(random, nb["cells"]):
        cell["metadata"]["tags"] = ["skip-execution", "demonstration", "remove_cell"]


def merged(random: Random, nb: Notebook) -> None:
    """Two neighbours made one, as a front end does: type and metadata of the first."""
    for _ in range(int(random.integers(1, 4))):
        if len(nb["cells"]) > 1:
            at = int(random.integers(len(nb["cells"]) - 1))
            second = nb["cells"].pop(at + 1)
            nb["cells"][at]["source"] = text(nb["cells"][at]) + "\n\n" + text(second)


def merged_code(random: Random, nb: Notebook) -> None:
    """All code in one cell."""
    sources = [text(cell) for cell in nb["cells"] if cell["cell_type"] == "code"]
    nb["cells"] = [c for c in nb["cells"] if c["cell_type"] != "code"] + [
        code("\n\n".join(sources))
    ]


def split_answers(random: Random, nb: Notebook) -> None:
    for cell in pick(random, answers(nb)):
        lines = text(cell).splitlines()
        at = next(i for i, other in enumerate(nb["cells"]) if other is cell)
        cut = int(random.integers(1, len(lines))) if len(lines) > 1 else 1
        cell["source"] = "\n".join(lines[:cut])
        nb["cells"].insert(at + 1, copy.deepcopy(cell) | {"source": "\n".join(lines[cut:])})


def own_cells(random: Random, nb: Notebook) -> None:
    for source in ("import math", "def helper(x):\n    return x", "# a note", "%time 1 + 1", ""):
        put(random, nb, code(source))
    put(random, nb, {"cell_type": "markdown", "source": "My notes", "metadata": {}})


def edited_locked_cells(random: Random, nb: Notebook) -> None:
    for cell in pick(random, [c for c in nb["cells"] if grade_id(c) == "setup"]):
        cell["source"] = text(cell) + "\nimport math"
    for cell in pick(random, checks(nb)):
        cell["source"] = f"# {text(cell)}" if random.integers(2) else f"v = {text(cell)}"


def edited_texts(random: Random, nb: Notebook) -> None:
    for cell in pick(random, [c for c in nb["cells"] if c["cell_type"] == "markdown"]):
        cell["source"] = text(cell) + "\n\nI wonder."


def large_outputs(random: Random, nb: Notebook) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 200_000}
    for cell in nb["cells"][:3]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [output]


def another_kernel(random: Random, nb: Notebook) -> None:
    nb["metadata"] = {
        "kernelspec": {"name": "ir", "display_name": "R", "language": "R"},
        "language_info": {"name": "R", "version": 3},
    }


def windows_line_ends(random: Random, nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["source"] = text(cell).replace("\n", "\r\n")


def lists_of_lines(random: Random, nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["source"] = text(cell).splitlines(keepends=True)


def lone_surrogates(random: Random, nb: Notebook) -> None:
    put(random, nb, code("# \ud800 half a character, and a null \0"))


def later_minor(random: Random, nb: Notebook) -> None:
    nb["nbformat_minor"] = 99


CELL_DAMAGE: tuple[Damage, ...] = (
    deleted_answers,
    deleted_checks,
    deleted_setup,
    deleted_texts,
    duplicated,
    duplicated_in_place,
    broken_copies,
    shuffled,
    reversed_order,
    moved_one,
    retyped,
    lost_metadata,
    lost_ids,
    new_ids,
    from_colab,
    from_vs_code,
    changed_marks,
    swapped_marks,
    nonsense_fields,
    skipping_tags,
    merged,
    merged_code,
    split_answers,
    own_cells,
    edited_locked_cells,
    edited_texts,
    large_outputs,
    another_kernel,
    windows_line_ends,
    lists_of_lines,
    lone_surrogates,
    later_minor,
    strange_cells,
)
"""All but the last can follow one another; `strange_cells` are no cells for others to damage."""


# --------------------------------------------------------------------------- damage to the file


def as_json(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb).encode()


def with_byte_order_mark(random: Random, nb: Notebook) -> bytes:
    return b"\xef\xbb\xbf" + json.dumps(nb, ensure_ascii=False).encode("utf-8", "replace")


def utf_16(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb).encode(str(random.choice(["utf-16", "utf-16-le", "utf-16-be"])))


def utf_32(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb).encode("utf-32")


def windows_1252(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb, ensure_ascii=False).encode("cp1252", "replace") + "é".encode("cp1252")


def windows_file(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


def trailing_text(random: Random, nb: Notebook) -> bytes:
    return json.dumps(nb).encode() + b"\n}}, garbage"


def format_3(random: Random, nb: Notebook) -> bytes:
    """The notebook as an old program would have saved it, if it can be saved so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            whole = nbformat.reads(json.dumps(nb), as_version=4)
            return nbformat.writes(whole, version=3).encode()
        except Exception:
            return as_json(random, nb)


READABLE: tuple[Encoding, ...] = (
    as_json,
    with_byte_order_mark,
    utf_16,
    utf_32,
    windows_1252,
    windows_file,
    trailing_text,
    format_3,
)


def truncated(random: Random, nb: Notebook) -> bytes:
    data = json.dumps(nb).encode()
    return data[: int(random.integers(1, len(data) - 1))]


def empty_file(random: Random, nb: Notebook) -> bytes:
    return b""


def no_json(random: Random, nb: Notebook) -> bytes:
    return random.bytes(1000)


def a_web_page(random: Random, nb: Notebook) -> bytes:
    return b"<!DOCTYPE html><title>Sign in</title>"


def no_notebook(random: Random, nb: Notebook) -> bytes:
    return json.dumps(["cells", 3]).encode()


def no_cells(random: Random, nb: Notebook) -> bytes:
    return json.dumps({"nbformat": 4, "cells": "none"}).encode()


def nested_too_deeply(random: Random, nb: Notebook) -> bytes:
    return b"[" * 200_000


def trailing_comma(random: Random, nb: Notebook) -> bytes:
    return b'{"cells": [{"cell_type": "code"},], "nbformat": 4}'


UNREADABLE: tuple[Encoding, ...] = (
    truncated,
    empty_file,
    no_json,
    a_web_page,
    no_notebook,
    no_cells,
    nested_too_deeply,
    trailing_comma,
)
