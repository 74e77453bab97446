"""A challenge: the input of one check, drawn from a seed on the judge's side and sent as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.kernel.record import read_record, write_record


@dataclass(frozen=True)
class Challenge:
    """Arrays and plain facts on which an answer is tried."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the challenge to `path`. Raises RecordError."""
        write_record(path, self.arrays, self.facts)

    @classmethod
    def load(cls, path: Path) -> Challenge:
        """Read a challenge that `save` wrote. Raises RecordError."""
        return cls(*read_record(path))
