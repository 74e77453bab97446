"""Read a submitted file into cells, whatever program wrote it.

nbformat refuses what one odd field makes invalid. Here each cell is taken for what can be
understood of it, so that a student's text is lost only where the file is no JSON at all. What
nobody can see (line ends, a byte order mark) is put right in silence.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.classroom.repair_log import Repair, noted, shown
from autograder.language import _

MAX_BYTES = 100_000_000
"""Larger files are not read, as nbgrader does not collect them (CourseDirectory.max_file_size)."""

MAX_CELLS = 10_000


KINDS = ("code", "markdown", "raw")

# What an output needs for nbconvert and nbgrader to handle it.
OUTPUT_FIELDS: dict[str, dict[str, type]] = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


def too_large() -> str:
    """Say of a submitted file that it is larger than `MAX_BYTES`."""
    return _("it is larger than {count} MB; clear its outputs").format(count=MAX_BYTES // 10**6)


class UnreadableError(Exception):
    """A submitted file that is no notebook; the message says why, to follow a colon."""


@dataclass(eq=False)
class Cell:
    """One cell of a submission.

    `marks` is what its metadata tells nbgrader ({} if nothing), `grade_id` the id therein. `id`
    and `grade_id` are empty where there is none. `attachments` are pictures pasted into text.
    """

    kind: str
    source: str
    id: str = ""
    marks: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    attachments: dict[str, Any] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None

    @property
    def grade_id(self) -> str:
        """The id by which nbgrader knows the cell."""
        found = self.marks.get("grade_id")
        return found if isinstance(found, str) else ""


@dataclass
class Submission:
    """A submitted notebook, as far as grading needs it."""

    cells: list[Cell]
    kernelspec: dict[str, str]


def read_submission(data: bytes) -> tuple[Submission, list[Repair]]:
    """Read the bytes of a submitted notebook: UTF-8, -16 or -32, nbformat 2 to 4, any minor.

    Raises:
        UnreadableError: it is not JSON, not a notebook, or too large.
    """
    repairs: list[Repair] = []
    content = _json(_text(data, repairs), repairs)
    cells = content.get("cells")
    if "worksheets" in content:
        cells = _old_cells(content["worksheets"])
        repairs.append(noted("old-format", found=shown(str(content.get("nbformat")))))
    if not isinstance(cells, list):
        raise UnreadableError(_("it holds no list of cells, so it is not a notebook"))
    if len(cells) > MAX_CELLS:
        raise UnreadableError(_("it holds more than {count} cells").format(count=MAX_CELLS))
    metadata = _dict(content.get("metadata"))
    found = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    kernelspec = {
        key: _lines(value)
        for key, value in _dict(metadata.get("kernelspec")).items()
        if key in ("name", "display_name") and isinstance(value, str)
    }
    return Submission(found, kernelspec), repairs


def _text(data: bytes, repairs: list[Repair]) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableError(too_large())
    if not data.strip():
        raise UnreadableError(_("it is empty"))
    encoding: str = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "Windows-1252"
        text = data.decode(encoding, errors="replace")
    if not encoding.startswith("utf-8"):
        repairs.append(noted("encoding", encoding=encoding.upper()))
    return text.lstrip("\ufeff \t\r\n")


def _json(text: str, repairs: list[Repair]) -> dict[str, Any]:
    try:
        # Not strict: line ends within strings are taken as they are.
        content, end = json.JSONDecoder(strict=False).raw_decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            _("it breaks off or is damaged at line {line} of the file").format(line=error.lineno)
        ) from None
    except (RecursionError, ValueError):
        raise UnreadableError(_("it is nested too deeply or holds a number without end")) from None
    if not isinstance(content, dict):
        raise UnreadableError(_("it is not a notebook"))
    if text[end:].strip("\0 \t\r\n"):
        repairs.append(noted("trailing"))
    return content


def _old_cells(worksheets: object) -> list[Any]:
    """Return the cells of formats before 4, which lay on sheets; their outputs are not taken."""
    cells = []
    for sheet in _list(worksheets):
        for cell in _list(_dict(sheet).get("cells")):
            source = _dict(cell).get("input", _dict(cell).get("source"))
            kind = _dict(cell).get("cell_type")
            if kind == "heading":
                kind, source = "markdown", f"# {_lines(source)}"
            cells.append(_dict(cell) | {"source": source, "cell_type": kind, "outputs": []})
    return cells


def _cell(raw: dict[str, Any]) -> Cell:
    metadata = _dict(raw.get("metadata"))
    kind = raw.get("cell_type")
    if kind not in KINDS:
        kind = "code" if "outputs" in raw else "raw"
    # Colab keeps the id among the metadata.
    cell_id = str(raw.get("id", metadata.get("id")))
    valid = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id) and cell_id != "None"
    tags = metadata.get("tags")
    count = raw.get("execution_count")
    return Cell(
        kind=kind,
        source=_lines(raw.get("source")),
        id=cell_id if valid else "",
        marks=_dict(metadata.get("nbgrader")),
        tags=_tags(tags) if isinstance(tags, list) else [],
        attachments=_attachments(_dict(raw.get("attachments"))),
        outputs=[output for output in map(_output, _list(raw.get("outputs"))) if output],
        execution_count=count if isinstance(count, int) and count >= 0 else None,
    )


def _lines(source: object) -> str:
    """Return a source as one text: its line ends \\n, and nothing that UTF-8 cannot hold."""
    text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tags(tags: list[Any]) -> list[str]:
    return list(
        dict.fromkeys(
            _lines(tag) for tag in tags if isinstance(tag, str) and tag and "," not in tag
        )
    )


def _attachments(attachments: dict[str, Any]) -> dict[str, Any]:
    """Return the pictures among a cell's attachments: name → type → base64 text."""
    return {
        _lines(name): {_lines(kind): _lines(text) for kind, text in bundle.items()}
        for name, bundle in attachments.items()
        if isinstance(bundle, dict) and all(isinstance(text, str) for text in bundle.values())
    }


def _output(raw: object) -> dict[str, Any] | None:
    """Return an output with nothing left out that its type needs; None if it is not one."""
    if not isinstance(raw, dict) or raw.get("output_type") not in OUTPUT_FIELDS:
        return None
    kind = raw["output_type"]
    output: dict[str, Any] = {"output_type": kind}
    for name, wanted in OUTPUT_FIELDS[kind].items():
        value = raw.get(name, {} if name == "metadata" else None)
        if wanted is str and isinstance(value, list):
            value = "".join(map(str, value))
        if not isinstance(value, wanted):
            return None
        output[name] = value
    if kind == "execute_result":
        count = raw.get("execution_count")
        output["execution_count"] = count if isinstance(count, int) else None
    try:
        json.dumps(output, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return output


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
