"""The prose that goes with an exercise: title, hints and explanation, from the course's texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import course
from autograder.errors import AutograderError

LANGUAGE = "en"
_FOLDER = Path(course.__file__).parent / "text"


@dataclass(frozen=True)
class ExerciseText:
    """What one `exercises/<id>.md` says, in Markdown."""

    title: str
    hints: tuple[str, ...]
    explanation: str


@cache
def section_title(number: str, language: str = LANGUAGE) -> str:
    """The title of a lesson's section, with its number: "3.4 The divergence, in closed form".

    Raises AutograderError if the lesson has no such section.
    """
    lesson = int(number.split(".")[0])
    for path in (_FOLDER / language).glob(f"{lesson:02d}_*.md"):
        heading = rf"^## ({re.escape(number)} .+?)\s*$"
        found = re.search(heading, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if found:
            return found[1]
    raise AutograderError(f"Lesson {lesson} has no section {number} in language {language!r}.")


@cache
def exercise_text(exercise_id: str, language: str = LANGUAGE) -> ExerciseText:
    """The text of an exercise. Raises AutograderError if the file or a section is missing."""
    path = _FOLDER / language / "exercises" / f"{exercise_id}.md"
    try:
        parts = re.split(r"^## +(.+?)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    except OSError as error:
        raise AutograderError(f"The text of {exercise_id} is missing: {path}.") from error
    sections = {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    try:
        hints = tuple(sections[f"Hint {stage}"] for stage in (1, 2, 3))
        return ExerciseText(sections["Title"], hints, sections["Explanation"])
    except KeyError as error:
        raise AutograderError(f"{path} has no section {error}.") from error
