"""Evidence: what a probe saw an answer do, as data alone.

`arrays` holds numbers, `facts` everything else (JSON). A value that came out of student code is
recorded under a name: `facts[name]` describes it, and, if it is numeric and not too large,
`arrays[name]` holds it. The descriptions are

    {"kind": "array", "shape": [...], "dtype": "float32", "type": "EagerTensor"}
    {"kind": "sequence", "type": "tuple", "length": 2}     items recorded as name/0, name/1, ...
    {"kind": "too_large", "shape": [...], "dtype": "float64", "type": "ndarray"}
    {"kind": "other", "type": "NoneType"}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.kernel.record import (
    MAX_ARRAY_BYTES,
    STORABLE_DTYPES,
    RecordError,
    read_record,
    write_record,
)

EvidenceError = RecordError

_LONGEST_SEQUENCE = 8


@dataclass(frozen=True)
class Evidence:
    """What came out when an answer met a challenge."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the evidence to `path`. Raises EvidenceError."""
        write_record(path, self.arrays, self.facts)

    @classmethod
    def load(cls, path: Path) -> Evidence:
        """Read evidence that `save` wrote. Raises EvidenceError."""
        return cls(*read_record(path))

    def record(self, name: str, value: Any, depth: int = 0) -> None:
        """Describe `value` under `name`; take a copy if it is numeric and not too large.

        With `depth` > 0 a list or tuple of at most eight items is recorded item by item, to that
        depth; otherwise it is taken as one array, as `np.asarray` does.
        """
        if depth > 0 and isinstance(value, list | tuple) and len(value) <= _LONGEST_SEQUENCE:
            self.facts[name] = {
                "kind": "sequence",
                "type": _type_name(value),
                "length": len(value),
            }
            for index, item in enumerate(value):
                self.record(f"{name}/{index}", item, depth - 1)
            return
        self.facts[name] = self._describe(name, value)

    def _describe(self, name: str, value: Any) -> dict[str, Any]:
        kind: dict[str, Any] = {"kind": "other", "type": _type_name(value)}
        if value is None or isinstance(value, str | bytes | dict | set) or callable(value):
            return kind
        shape, item_bytes = _announced_size(value)
        if int(np.prod(shape, dtype=object)) * item_bytes > MAX_ARRAY_BYTES:
            return kind | {"kind": "too_large", "shape": list(shape)}
        try:
            array = np.asarray(value)
            if array.dtype.name == "bfloat16" or array.dtype == np.longdouble:
                stored = array.astype(np.float32)
            else:
                stored = np.array(array)
        except Exception:
            return kind
        if stored.nbytes > MAX_ARRAY_BYTES:
            return kind | {"kind": "too_large", "shape": list(stored.shape)}
        if stored.dtype.name not in STORABLE_DTYPES:
            return kind | {"dtype": stored.dtype.name}
        self.arrays[name] = stored
        return kind | {
            "kind": "array",
            "shape": list(stored.shape),
            "dtype": array.dtype.name,
        }


def _type_name(value: Any) -> str:
    return type(value).__name__[:80]


def _announced_size(value: Any) -> tuple[Sequence[int], int]:
    """Shape and bytes per item as the object itself tells them, before anything is copied."""
    if isinstance(value, list | tuple):
        shape: list[int] = []
        while isinstance(value, list | tuple) and len(shape) < 32:
            shape.append(len(value))
            if not value:
                break
            value = value[0]
        inner, item_bytes = _announced_size(value) if shape and shape[-1] else ((), 8)
        return [*shape, *inner], item_bytes
    try:
        shape = [int(length) for length in value.shape]
        item_bytes = int(getattr(value.dtype, "itemsize", None) or value.dtype.size)
    except Exception:
        return (), 8
    return shape, item_bytes
