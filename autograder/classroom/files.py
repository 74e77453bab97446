"""The files that make a folder a class: class.json, the secret, and the mark in each assignment."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.exercises import exercises_of
from autograder.language import ENGLISH

CLASS_FILE = "class.json"
CONFIG_FILE = "nbgrader_config.py"
SECRET_FILE = ".class-secret"
MARK_FILE = "autograder-class.json"


@dataclass
class ClassFile:
    """What a class remembers of itself.

    `versions` names what it was made with, `points` gives each exercise and question its maximum,
    `sources` the SHA-256 of each lesson's source notebook as it was written, so that an
    instructor's own edits are seen.
    """

    course_id: str
    language: str
    versions: dict[str, str]
    points: dict[str, float]
    sources: dict[str, str]


def read_class(directory: Path) -> ClassFile:
    """Read the class file of a class.

    Raises:
        AutograderError: there is none, or it cannot be understood.
    """
    path = directory / CLASS_FILE
    try:
        return ClassFile(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise AutograderError(
            f"{directory} is not a class (it has no {CLASS_FILE}); "
            "make one with `autograder new-class`."
        ) from None
    except (ValueError, TypeError) as error:
        raise AutograderError(f"{path} cannot be read ({error}); put the file right.") from None


def class_language(directory: Path) -> str:
    """Return the language of a class; English for an nbgrader course that is not one of ours.

    Raises:
        AutograderError: the class file cannot be understood.
    """
    return read_class(directory).language if (directory / CLASS_FILE).exists() else ENGLISH


def write_class(directory: Path, content: ClassFile) -> None:
    """Write the class file."""
    text = json.dumps(asdict(content), indent=1, sort_keys=True) + "\n"
    (directory / CLASS_FILE).write_text(text, encoding="utf-8")


def write_secret(directory: Path) -> None:
    """Make the class's secret, which only its owner can read."""
    descriptor = os.open(directory / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")


def challenge_seed(directory: Path, student: str, exercise: str) -> int:
    """Return the seed of a student's challenge: HMAC-SHA256 of both names under the secret.

    The same class, student and exercise always give the same seed, so that a verdict can be
    reproduced. Without the secret it cannot be foreseen.

    Raises:
        AutograderError: the secret is missing or not one.
    """
    path = directory / SECRET_FILE
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) < 16:
        raise AutograderError(
            f"{path}, the secret of this class, is missing or damaged; restore it from a backup."
        )
    message = json.dumps([student, exercise]).encode()
    return int.from_bytes(hmac.digest(key, message, "sha256")[:16], "big")


def sha256(path: Path) -> str | None:
    """Return the SHA-256 of a file in hexadecimal digits; None if there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def read_mark(folder: Path) -> dict[str, Any]:
    """Read the mark in an assignment's folder; empty if there is none that can be understood."""
    try:
        mark = json.loads((folder / MARK_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def solutions_released(folder: Path) -> bool:
    """Tell whether the mark in an assignment's folder says that solutions may be seen."""
    return read_mark(folder).get("solutions_released") is True


def class_points(folder: Path) -> dict[str, float]:
    """Return the points that the mark in an assignment's folder gives its exercises."""
    points = read_mark(folder).get("points")
    return {
        name: float(value)
        for name, value in (points.items() if isinstance(points, dict) else ())
        if isinstance(value, int | float) and value > 0
    }


def write_mark(folder: Path, content: ClassFile, assignment: str, released: bool) -> None:
    """Write the mark that tells a student's notebook that it belongs to a class.

    Its points keep a student's own check on the scale of the class.
    """
    mark = {
        "class": content.course_id,
        "assignment": assignment,
        "language": content.language,
        "points": {item.id: content.points[item.id] for item in exercises_of(assignment)},
        "solutions_released": released,
    }
    text = json.dumps(mark, indent=1) + "\n"
    (folder / MARK_FILE).write_text(text, encoding="utf-8")
