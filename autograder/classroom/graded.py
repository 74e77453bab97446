"""What the gradebook was last told of a run, kept beside it in graded.json.

A later judgement is compared with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom.store import StoredRun, StoreError, unreadable, write_whole
from autograder.verdict import Verdict

GRADED_FILE = "graded.json"


@dataclass(frozen=True)
class Graded:
    """What the gradebook was last told of a run: its verdicts, and the repairs made before it."""

    verdicts: dict[str, Verdict]
    repairs: tuple[dict[str, Any], ...]


def save_graded(folder: Path, verdicts: dict[str, Verdict], repairs: Iterable[Any]) -> None:
    """Keep in a run's folder what the gradebook was told. Raises StoreError."""
    told = {
        "verdicts": {exercise: verdict.to_dict() for exercise, verdict in verdicts.items()},
        "repairs": list(repairs),
    }
    try:
        write_whole(folder / GRADED_FILE, json.dumps(told) + "\n")
    except OSError as error:
        raise StoreError(
            f"{folder / GRADED_FILE} cannot be written ({error.strerror}); the grades are in the "
            "gradebook: put this right and grade again."
        ) from error


def is_graded(folder: Path) -> bool:
    """Tell whether the gradebook was told of a run, which else waits for its first grading."""
    return (folder / GRADED_FILE).exists()


def stopped_checks(run: StoredRun, graded: Graded) -> dict[str, str]:
    """Return exercise → what is said of its check that ran out of time or memory by itself.

    Where a cell was stopped or lost its kernel, the run tells of it.
    """
    told = {fault.exercise for fault in run.faults}
    return {
        exercise: verdict.stopped
        for exercise, verdict in graded.verdicts.items()
        if verdict.stopped and exercise not in told
    }


def read_graded(folder: Path) -> Graded | None:
    """Return what the gradebook was last told of a run; None if nothing yet. Raises StoreError."""
    path = folder / GRADED_FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        verdicts = {name: Verdict.from_dict(data) for name, data in told["verdicts"].items()}
        return Graded(verdicts, tuple(told["repairs"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise unreadable(path, error) from error
