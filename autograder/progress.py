"""What a learner has done so far: one JSON file beside the notebook."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.verdict import Verdict

FILE_NAME = "autograder-progress.json"
_LOCK_SECONDS = 5


@dataclass
class ExerciseProgress:
    """The state of one exercise.

    `failures` counts genuine attempts that failed: untouched blanks do not count.
    """

    best: float = 0.0
    passed: bool = False
    checks: int = 0
    failures: int = 0
    hints: int = 0
    gave_up: bool = False


def read_progress(folder: Path) -> dict[str, ExerciseProgress]:
    """The progress kept in `folder`; empty if there is none, or it cannot be understood."""
    try:
        table = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))["exercises"]
        names = {field.name for field in fields(ExerciseProgress)}
        return {
            exercise: ExerciseProgress(**{k: v for k, v in entry.items() if k in names})
            for exercise, entry in table.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


@contextlib.contextmanager
def changed_progress(folder: Path, exercise_id: str) -> Iterator[ExerciseProgress]:
    """Yield the state of one exercise; what the block changes is written back, whole.

    Two notebooks in one folder may do so at the same time. In a folder that cannot be written,
    and while nbgrader runs the notebook, the changes are forgotten: a check never fails for them.
    """
    if "NBGRADER_EXECUTION" in os.environ:
        yield ExerciseProgress()
        return
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, Timeout):
            lock = FileLock(folder / f".{FILE_NAME}.lock", timeout=_LOCK_SECONDS)
            stack.enter_context(lock)
        table = read_progress(folder)
        entry = table.setdefault(exercise_id, ExerciseProgress())
        yield entry
        with contextlib.suppress(OSError):
            _write(folder, table)


def _write(folder: Path, table: dict[str, ExerciseProgress]) -> None:
    content = {"exercises": {exercise: asdict(entry) for exercise, entry in table.items()}}
    partial = folder / f".{FILE_NAME}.{os.getpid()}"
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / FILE_NAME)


def note_check(folder: Path, verdict: Verdict) -> None:
    """Keep the outcome of a check."""
    with changed_progress(folder, verdict.exercise_id) as entry:
        entry.checks += 1
        entry.best = max(entry.best, verdict.points)
        entry.passed = entry.passed or verdict.passed
        entry.failures += verdict.attempted and not verdict.passed
