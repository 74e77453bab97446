"""Calling student code: what it returns or raises becomes evidence, and nothing escapes."""

from __future__ import annotations

import linecache
import os
import re
import sys
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from autograder.kernel.evidence import Evidence
from autograder.kernel.time_limit import TimeLimitReached

_LONGEST_MESSAGE = 600
# Terminal colours, what Keras and TensorFlow wrap round the sentence that matters, and the numbers
# of a variable or tensor that it names.
_CLUTTER = re.compile(
    r"\x1b\[[0-9;]*m|Exception encountered when calling [^\n]*\n\s*"
    r"|Could not automatically infer the output shape[\s\S]*?Error encountered:\s*"
    r"|\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\]( name:\s*)?"
    r"|, (?:value|numpy)=\s*(?:array\()?\[[^>]*(?=>)"
)
_FRAMES = re.compile(r'^\s*File "[^\n]*\n[^\n]*\n?', re.MULTILINE)
_NOT_THE_STUDENT = tuple(
    {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(__file__).resolve().parents[1]) + os.sep, "<frozen"}
)


class StudentCodeFailed(Exception):
    """Student code raised; what it raised is in the evidence, and the probe goes no further."""


def attempt(
    evidence: Evidence,
    name: str,
    function: Callable[..., Any],
    *arguments: Any,
    depth: int = 0,
    **keywords: Any,
) -> Any:
    """Call student code; record its result, or what it raised, under `name`; return the result.

    `depth` as for `Evidence.record`. NumPy arguments that the call changes in place are noted in
    `facts["changed_arguments"]` and put back. Raises StudentCodeFailed if the call raised, and lets
    TimeLimitReached and KeyboardInterrupt through.
    """
    copies = [(array, array.copy()) for array in arguments if isinstance(array, np.ndarray)]
    try:
        result = function(*arguments, **keywords)
    except (TimeLimitReached, KeyboardInterrupt):
        raise
    except BaseException as error:
        evidence.facts[name] = {"kind": "raised"} | _describe_error(error)
        raise StudentCodeFailed(name) from None
    else:
        # Before the arguments are put back: the result may be one of them, changed.
        evidence.record(name, result, depth)
    finally:
        for array, copy in copies:
            if not np.array_equal(array, copy, equal_nan=array.dtype.kind == "f"):
                evidence.facts.setdefault("changed_arguments", []).append(name)
                array[...] = copy
    return result


def _describe_error(error: BaseException) -> dict[str, Any]:
    """Type, message, and the student's own last line: number and text, if there is one."""
    frames = [(frame.f_code.co_filename, line) for frame, line in _walk(error.__traceback__)]
    students = [frame for frame in frames if not frame[0].startswith(_NOT_THE_STUDENT)]
    facts: dict[str, Any] = {
        "type": type(error).__name__[:80],
        "message": (message := _message(error)),
        # An untouched blank raises NotImplementedError itself, without a word of its own; Keras may
        # raise one deeper down, and TensorFlow with its own frames taken out, but both say why.
        "stub": isinstance(error, NotImplementedError)
        and not message
        and bool(students)
        and students[-1:] == frames[-1:],
        "memory": isinstance(error, MemoryError),
    }
    if students:
        filename, line_number = students[-1]
        facts["line"] = line_number
        facts["code"] = linecache.getline(filename, line_number).strip()[:200]
    return facts


def _message(error: BaseException) -> str:
    """What the exception says, without clutter and the frames that AutoGraph lists."""
    try:
        text = str(error).split("Arguments received by")[0]
    except Exception:
        return ""
    text = _CLUTTER.sub("", text).strip()
    if text.startswith("in user code:"):
        text = _FRAMES.sub("", text.removeprefix("in user code:")).strip()
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + " …"


def _walk(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    return list(traceback.walk_tb(trace))[-200:]  # a deep recursion has thousands of frames


def describe_answer(answer: Any) -> dict[str, Any]:
    """What kind of thing the student handed in: its type, and whether it can be called."""
    return {
        "type": type(answer).__name__[:80],
        "none": answer is None,
        "class": isinstance(answer, type),
        "callable": callable(answer),
        "model": _is_keras(answer, "Model"),
        "layer": _is_keras(answer, "Layer"),
    }


def _is_keras(value: Any, kind: str) -> bool:
    """Whether a value is a Keras model or layer; without Keras loaded, none can be."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, getattr(keras, kind))
