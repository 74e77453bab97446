"""The prose that goes with an exercise: title, hints and explanation, from the course's texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import course
from autograder.errors import AutograderError
from autograder.language import current_language

_FOLDER = Path(course.__file__).parent / "text"


@dataclass(frozen=True)
class ExerciseText:
    """What one `exercises/<id>.md` says, in Markdown."""

    title: str
    hints: tuple[str, ...]
    explanation: str


def exercise_text(exercise_id: str) -> ExerciseText:
    """The text of an exercise in the language of the moment.

    Raises AutograderError if the file or a section is missing.
    """
    return _read(exercise_id, current_language())


def section_title(number: str) -> str:
    """The title of a lesson's section, with its number: "3.4 The divergence, in closed form".

    Raises AutograderError if the lesson has no such section.
    """
    return _section_title(number, current_language())


@cache
def _section_title(number: str, language: str) -> str:
    lesson = int(number.split(".")[0])
    for path in (_FOLDER / language).glob(f"{lesson:02d}_*.md"):
        heading = rf"^## ({re.escape(number)} .+?)\s*$"
        found = re.search(heading, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if found:
            return found[1].replace("*", "")  # emphasis, which a heading does without here
    raise AutograderError(f"Lesson {lesson} has no section {number} in language {language!r}.")


@cache
def _read(exercise_id: str, language: str) -> ExerciseText:
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
