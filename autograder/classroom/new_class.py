"""Make an nbgrader class, bring corrected lessons into it, and release solutions to it."""

from __future__ import annotations

import hashlib
import math
import re
import shutil
import tempfile
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console

from autograder.build import notebook_text, solution_path, source_notebook
from autograder.classroom.api import failure_reason, load_config, nbgrader_api
from autograder.classroom.files import (
    CLASS_FILE,
    CONFIG_FILE,
    ClassFile,
    read_class,
    sha256,
    solutions_released,
    write_class,
    write_mark,
    write_secret,
)
from autograder.errors import AutograderError
from autograder.exercises import EXERCISES, LESSONS, QUESTIONS

CONFIG_TEXT = '''\
"""nbgrader's settings for this class. Your own go below the line; they win."""

from pathlib import Path

from autograder.classroom.config import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).parent)
c.CourseDirectory.course_id = "{course_id}"

# ---------------------------------------------------------------------------------------------
'''

VERSIONS_OF = ("generative-garments", "nbgrader", "keras", "numpy")


def new_class(directory: Path, language: str = "en", points: Path | None = None) -> None:
    """Write an nbgrader course folder: one assignment per lesson, released, with its gradebook.

    Everything is made beside `directory` and moved there at the end, so that a failure leaves
    nothing behind.

    Args:
        directory: a folder that does not exist or is empty.
        language: the language of the lessons.
        points: a TOML file of lines `exercise = points`, for those that differ from the catalogue.

    Raises:
        AutograderError: the folder is in use, the language or the points file is at fault, or
            nbgrader could not generate an assignment.
    """
    directory = directory.resolve()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise AutograderError(f"{directory} is not empty; name a new folder for the class.")
    weights = catalogue_points() | (read_points(points) if points else {})
    course_id = re.sub(r"[^A-Za-z0-9_-]+", "-", directory.name).strip("-") or "class"
    content = ClassFile(course_id, language, installed_versions(), weights, {})
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        (partial / CONFIG_FILE).write_text(CONFIG_TEXT.format(course_id=course_id))
        write_secret(partial)
        for lesson in LESSONS:
            _write_source(partial, lesson, content, _source_text(lesson, content))
        write_class(partial, content)
        for lesson in LESSONS:
            generate(partial, lesson)
        directory.mkdir(exist_ok=True)
        for item in partial.iterdir():
            shutil.move(item, directory / item.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    Console().print(
        f"The class {course_id} is in {directory}: hand out release/, "
        "collect into submitted/STUDENT/LESSON/, then run autograder grade.",
        soft_wrap=True,
    )


def update_class(directory: Path, force: bool = False) -> list[str]:
    """Bring corrected lessons (or points changed in class.json) into a running class.

    Submissions and grades stay, and submissions made on the earlier release are graded as before.
    Nothing is written unless everything can be. A source that is replaced by force is kept in the
    folder backup/.

    Args:
        directory: the folder of a class.
        force: replace sources that the instructor has edited, too.

    Returns:
        The lessons that were changed.

    Raises:
        AutograderError: not a class; a source was edited (and not `force`); cells come or go in a
            lesson that has submissions, which nbgrader cannot take; or generating failed.
    """
    directory = directory.resolve()
    content = read_class(directory)
    content.points = catalogue_points() | checked_points(content.points, directory / CLASS_FILE)
    texts = {lesson: _source_text(lesson, content) for lesson in LESSONS}
    changed = [
        lesson
        for lesson, text in texts.items()
        if content.sources.get(lesson) != hashlib.sha256(text.encode()).hexdigest()
        or not _source_path(directory, lesson).exists()
    ]
    edited = [lesson for lesson in changed if _is_edited(directory, lesson, content)]
    if edited and not force:
        names = ", ".join(str(_source_path(directory, lesson)) for lesson in edited)
        raise AutograderError(
            f"You have edited {names}, which the update would replace; run it with --force "
            "(your version is kept in backup/), or leave the class as it is."
        )
    for lesson in changed:
        _refuse_changed_cells(directory, lesson, texts[lesson])
    for lesson in changed:
        if lesson in edited:
            _back_up(directory, lesson)
        _write_source(directory, lesson, content, texts[lesson])
    content.versions = installed_versions()
    write_class(directory, content)
    for lesson in changed:
        generate(directory, lesson)
    Console().print(
        f"Updated: {', '.join(changed)}. Release them again to the students, and grade again what "
        "is handed in."
        if changed
        else "Nothing to update.",
        soft_wrap=True,
    )
    return changed


def release_solutions(directory: Path, lesson: str) -> None:
    """Let the students of a class see a lesson's solutions.

    The text goes into the assignment, where `solution` finds it, and the mark is flipped. Release
    the assignment again afterwards, so that it reaches the students.

    Raises:
        AutograderError: not a class, an unknown lesson, or solutions are not installed.
    """
    directory = directory.resolve()
    content = read_class(directory)
    if lesson not in LESSONS:
        raise AutograderError(f"There is no lesson {lesson!r}; take one of {', '.join(LESSONS)}.")
    if not solution_path(lesson).exists():
        raise AutograderError(
            "The solutions are not installed; run this command in a checkout of the course."
        )
    for folder in (directory / "source" / lesson, directory / "release" / lesson):
        folder.mkdir(parents=True, exist_ok=True)
        _write_solutions(folder, lesson)
        write_mark(folder, content, lesson, released=True)
    Console().print(
        f"The solutions of {lesson} are released; release the assignment again to the students.",
        soft_wrap=True,
    )


def catalogue_points() -> dict[str, float]:
    """Return the points of every exercise and question of the catalogue."""
    points = {exercise.id: float(exercise.points) for exercise in EXERCISES.values()}
    return points | {question.id: float(question.points) for question in QUESTIONS.values()}


def read_points(path: Path) -> dict[str, float]:
    """Read a points file: TOML, lines `exercise = points`.

    Raises:
        AutograderError: it is not TOML, names an unknown exercise, or gives something other than
            a positive number.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AutograderError(
            f"{path} cannot be read as TOML ({error}); write lines like `scale_images = 2`."
        ) from None
    return checked_points(table, path)


def checked_points(table: dict[str, Any], path: Path) -> dict[str, float]:
    """Return points as numbers; `path` is where they stand, for messages.

    Raises:
        AutograderError: an unknown exercise, or something other than a positive number.
    """
    for name, value in table.items():
        if name not in catalogue_points():
            raise AutograderError(
                f"{path}: there is no exercise {name!r}; "
                f"the exercises are {', '.join(catalogue_points())}."
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or round(value, 6) <= 0:
            raise AutograderError(
                f"{path}: {name} = {value!r} is not a positive number of points; correct it."
            )
    # More decimals than a score is written with would let it round above its maximum.
    return {name: round(float(value), 6) for name, value in table.items()}


def installed_versions() -> dict[str, str]:
    """Return the versions of what a class is graded with, as far as they are installed."""
    versions = {}
    for name in VERSIONS_OF:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def generate(directory: Path, lesson: str) -> None:
    """Run generate_assignment for one lesson, replacing its release.

    Raises:
        AutograderError: nbgrader refused; its reason is told.
    """
    with nbgrader_api(directory) as api:
        result = api.generate_assignment(lesson, force=True)
    if not result["success"]:
        raise AutograderError(f"nbgrader could not generate {lesson}: {failure_reason(result)}")


# ------------------------------------------------------------------------------------ sources


def _source_path(directory: Path, lesson: str) -> Path:
    return directory / "source" / lesson / f"{lesson}.ipynb"


def _source_text(lesson: str, content: ClassFile) -> str:
    return notebook_text(source_notebook(lesson, content.language, content.points))


def _write_source(directory: Path, lesson: str, content: ClassFile, text: str) -> None:
    """Write an assignment's source notebook and mark, and remember its hash in `content`."""
    path = _source_path(directory, lesson)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    content.sources[lesson] = sha256(path) or ""
    released = solutions_released(path.parent)
    write_mark(path.parent, content, lesson, released)
    if released and solution_path(lesson).exists():
        _write_solutions(path.parent, lesson)


def _write_solutions(folder: Path, lesson: str) -> None:
    (folder / "solutions").mkdir(exist_ok=True)
    shutil.copyfile(solution_path(lesson), folder / "solutions" / f"{lesson}.py")


def _is_edited(directory: Path, lesson: str, content: ClassFile) -> bool:
    found = sha256(_source_path(directory, lesson))
    return found is not None and found != content.sources.get(lesson)


def _back_up(directory: Path, lesson: str) -> None:
    """Keep an edited source outside source/, whose every file nbgrader hands to the students."""
    folder = directory / "backup"
    folder.mkdir(exist_ok=True)
    number = 1 + len(list(folder.glob(f"{lesson}-*.ipynb.bak")))
    shutil.copyfile(_source_path(directory, lesson), folder / f"{lesson}-{number}.ipynb.bak")


def _refuse_changed_cells(directory: Path, lesson: str, text: str) -> None:
    """Refuse to add or remove graded cells where there are submissions, as nbgrader would."""
    from nbgrader.api import Gradebook, MissingEntry

    new = {
        cell.metadata.nbgrader.grade_id
        for cell in nbformat.reads(text, as_version=4).cells
        if "nbgrader" in cell.metadata
    }
    url = load_config(directory).CourseDirectory.get("db_url") or (
        f"sqlite:///{directory / 'gradebook.db'}"
    )
    with Gradebook(url) as gradebook:
        try:
            notebook = gradebook.find_notebook(lesson, lesson)
        except MissingEntry:
            return
        old = {cell.name for cell in notebook.source_cells}
        if notebook.submissions and new != old:
            raise AutograderError(
                f"{lesson} has submissions, and its graded cells would change "
                f"({', '.join(sorted(new ^ old))}), which nbgrader cannot take; "
                "use the new edition for the next class."
            )
