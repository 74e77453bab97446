"""Where a student works: copies of the lessons, made without ever overwriting one."""

from __future__ import annotations

from pathlib import Path

import course
from autograder.language import known

COURSE = Path(course.__file__).parent


def copy_lessons(directory: Path, language: str) -> list[tuple[Path, bool]]:
    """Copy the notebooks and the glossary of one language into `directory`, made if need be.

    A file that exists is left alone. Returns each file's path in `directory` and whether it is new
    there. Raises AutograderError for a language that the course is not in.
    """
    sources = sorted((COURSE / "notebooks" / known(language)).glob("*.ipynb"))
    sources += sorted((COURSE / "text" / language).glob("glossary.md"))
    directory.mkdir(parents=True, exist_ok=True)
    return [
        (directory / source.name, _copy_if_missing(source, directory / source.name))
        for source in sources
    ]


def _copy_if_missing(source: Path, target: Path) -> bool:
    """Copy a file unless the target exists, be it a dangling link; tell whether it was copied."""
    content = source.read_bytes()
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
