"""The one file format of challenges and evidence: named arrays and JSON facts, never a pickle."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from autograder.errors import AutograderError

MAX_FILE_BYTES = 64 * 2**20
"""A larger file is refused unread. The largest honest evidence is a tenth of this."""

MAX_ARRAY_BYTES = 8 * 2**20
"""A larger array is described by shape and dtype, never copied."""

_FACTS = "facts.json"

_DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I16": np.int16,
    "U32": np.uint32,
    "I32": np.int32,
    "U64": np.uint64,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}
STORABLE_DTYPES = frozenset(np.dtype(dtype).name for dtype in _DTYPES.values())


class RecordError(AutograderError):
    """A challenge or evidence file that cannot be read or written."""


def write_record(path: Path, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """Write arrays and facts to one safetensors file, whole or not at all.

    Raises RecordError if facts are not JSON (non-finite numbers belong in arrays) or the whole is
    larger than `MAX_FILE_BYTES`.
    """
    try:
        # The names again, because safetensors sorts them, and a judge looks in the given order.
        text = json.dumps({"arrays": list(arrays), "facts": facts}, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise RecordError(f"the facts for {path.name} are not plain JSON: {error}") from error
    size = len(text) + sum(array.nbytes for array in arrays.values())
    if size > MAX_FILE_BYTES:
        raise RecordError(f"{path.name} would hold {size} bytes, more than {MAX_FILE_BYTES}")
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # ascontiguousarray makes a scalar one-dimensional; its own shape is part of what is recorded.
    tensors = {name: tensor.reshape(arrays[name].shape) for name, tensor in tensors.items()}
    tensors[_FACTS] = np.frombuffer(text, np.uint8)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(save(tensors))
    partial.replace(path)


def read_record(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `write_record` wrote.

    Raises RecordError for a missing, oversized, truncated or malformed file. Sizes are tested
    before anything is copied.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise RecordError(f"{path.name} is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise RecordError(f"{path.name} is larger than {MAX_FILE_BYTES} bytes")
        entries = dict(deserialize(path.read_bytes()))
        told = json.loads(bytes(entries.pop(_FACTS)["data"]), parse_constant=_refuse_constant)
        facts = told["facts"]
        arrays = {name: _array(entries.pop(name)) for name in told["arrays"]}
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(facts, dict) or entries:
        raise RecordError(f"{path.name} holds no table of facts, or arrays that it does not name")
    return arrays, facts


def _array(entry: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(entry["data"], _DTYPES[entry["dtype"]]).reshape(entry["shape"])


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not allowed in facts")
