"""Where a student works: copies of the lesson notebooks, made without ever overwriting one."""

from __future__ import annotations

from pathlib import Path

import course
from autograder.errors import AutograderError

NOTEBOOKS = Path(course.__file__).parent / "notebooks"


def copy_lessons(directory: Path, language: str) -> list[tuple[Path, bool]]:
    """Copy the notebooks of one language into `directory`, which is made if need be.

    A file that exists is left alone. Returns each notebook's path in `directory` and whether it is
    new there. Raises AutograderError for a language without notebooks.
    """
    sources = sorted((NOTEBOOKS / language).glob("*.ipynb"))
    if not sources:
        known = ", ".join(sorted(folder.name for folder in NOTEBOOKS.glob("*/"))) or "none"
        raise AutograderError(
            f"There are no notebooks in the language {language!r}; choose one of: {known}."
        )
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
