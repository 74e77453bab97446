"""Where a student works: copies of the lessons, made without ever overwriting one."""

from __future__ import annotations

import json
from pathlib import Path

import course
from autograder.errors import AutograderError
from autograder.language import _, known

COURSE = Path(course.__file__).parent


def copy_lessons(directory: Path, language: str) -> list[tuple[Path, bool]]:
    """Copy the notebooks and the glossary of one language into `directory`, made if need be.

    A file that exists is left alone. Returns each file's path in `directory` and whether it is new
    there. Raises AutograderError for a language that the course is not in, and if `directory` holds
    the lessons in another one.
    """
    sources = sorted((COURSE / "notebooks" / known(language)).glob("*.ipynb"))
    sources += sorted((COURSE / "text" / language).glob("glossary.md"))
    for source in sources:
        found = _language_of(directory / source.name)
        if found not in (None, language):
            text = _(
                "{path} is there already, in the language {found}; name another folder, so that "
                "both can be had."
            )
            raise AutograderError(text.format(path=directory / source.name, found=found))
    directory.mkdir(parents=True, exist_ok=True)
    return [
        (directory / source.name, _copy_if_missing(source, directory / source.name))
        for source in sources
    ]


def _language_of(path: Path) -> str | None:
    """The language of a lesson that was copied before; None if it does not say."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["metadata"]["language"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return str(told)


def _copy_if_missing(source: Path, target: Path) -> bool:
    """Copy a file unless the target exists, be it a dangling link; tell whether it was copied."""
    content = source.read_bytes()
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
