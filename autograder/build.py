"""Build notebooks: lesson text + solutions + catalogue → source, release and solved notebooks.

A lesson's Markdown holds the theory; an exercise cell in it only names its exercise. Stub, card
and check cell are filled in here. nbgrader's own preprocessors make the release version, so what
a student opens is what `nbgrader generate_assignment` would have made of the source.

Everything here is a function of the files it reads: a build repeats byte for byte.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.errors import AutograderError
from autograder.exercises import (
    DEMONSTRATION,
    EXERCISES,
    LESSONS,
    QUESTIONS,
    Exercise,
    Question,
    check_id,
    exercises_of,
)
from autograder.language import N_, _, current_language, languages, ngettext, speaking
from autograder.texts import exercise_text

Asked = TypeVar("Asked", Exercise, Question)

ROOT = Path(__file__).resolve().parents[1]
COURSE = ROOT / "course"
SOLUTIONS = ROOT / "solutions"

SETUP = "setup"
NEEDS = "%%needs"

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"
# The text that nbgrader puts in place of a solution (ClearSolutions.code_stub).
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")

NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}

CARD = N_(
    "### ✏️ Exercise: {title}\n\n"
    "**{points}** · about {minutes} minutes · difficulty {difficulty}\n\n"
    'Fill in the next cell, then run the check below it. Stuck? `hint("{id}")` helps.'
)
ANSWER_HERE = N_("YOUR ANSWER HERE")

MAX_CELL_ID = 64  # nbformat 4.5


# ------------------------------------------------------------------------------ public functions


def text_path(lesson: str, language: str = "en") -> Path:
    """Return where the text of a lesson lies."""
    return COURSE / "text" / language / f"{lesson}.md"


def notebook_path(lesson: str, language: str = "en") -> Path:
    """Return where the committed (release) notebook of a lesson lies."""
    return COURSE / "notebooks" / language / f"{lesson}.ipynb"


def solution_path(lesson: str) -> Path:
    """Return where the solutions of a lesson lie: in a checkout only, not in the wheel."""
    return SOLUTIONS / f"lesson_{lesson}.py"


def source_notebook(
    lesson: str, language: str = "en", points: Mapping[str, float] | None = None
) -> NotebookNode:
    """Build the instructor's version of a lesson, with solutions, rubric and nbgrader metadata.

    Args:
        lesson: one of `LESSONS`.
        language: a folder of course/text.
        points: exercise or question id → points, for those that differ from the catalogue.

    Where there are no solutions (an installed wheel) the packaged release notebook is taken and
    each stub is wrapped as a solution again, so that generate_assignment gives it back.

    Raises:
        AutograderError: the lesson, its language or one of its texts is missing or at fault.
    """
    if lesson not in LESSONS:
        raise AutograderError(f"There is no lesson {lesson!r}; take one of {', '.join(LESSONS)}.")
    points = points or {}
    with speaking(language):
        if not solution_path(lesson).exists():
            return _source_from_release(lesson, language, points)
        return assemble(
            _read(text_path(lesson, language)),
            where=f"course/text/{language}/{lesson}.md",
            lesson=lesson,
            solutions=_read(solution_path(lesson)),
            titles={item.id: exercise_text(item.id).title for item in exercises_of(lesson)},
            rubric=_read(_question_path(lesson, language)),
            points=points,
        )


def assemble(
    text: str,
    *,
    where: str,
    lesson: str,
    solutions: str,
    titles: Mapping[str, str],
    rubric: str,
    points: Mapping[str, float],
) -> NotebookNode:
    """Assemble the instructor's notebook of one lesson from texts alone (reads no file).

    Its cards are in the language of the moment, which its metadata names.

    Args:
        text: the lesson, MyST notebook Markdown.
        where: the name of its file, for messages.
        lesson: its id in the catalogue.
        solutions: the text of the lesson's solutions module.
        titles: exercise id → title.
        rubric: what the instructor sees in the answer cell of the manually graded question.
        points: exercise or question id → points that differ from the catalogue.

    Raises:
        AutograderError: a fault in the lesson, told with file and cell.
    """
    nb = jupytext.reads(text, fmt="md:myst")
    asked: list[str] = []
    cells: list[NotebookNode] = []
    ids = _CellIds()
    for number, cell in enumerate(nb.cells, start=1):
        place = f"{where}, cell {number}"
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code":
            cells.append(new_markdown_cell(cell.source, id=ids.text(cell.source)))
        elif SETUP in tags:
            if any(other.cell_type == "code" for other in cells):
                raise AutograderError(
                    f"{place}: the setup cell must be the lesson's first code cell, once."
                )
            cells.append(_setup_cell(cell.source, lesson))
        elif not any(other.cell_type == "code" for other in cells):
            raise AutograderError(
                f"{place}: the lesson's first code cell must carry the tag `setup`."
            )
        elif "exercise" in tags:
            exercise = _known(cell.source, EXERCISES, lesson, asked, place)
            asked.append(exercise.id)
            cells += _exercise_cells(
                exercise,
                function_source(solutions, exercise.id, f"solutions/lesson_{lesson}.py"),
                titles[exercise.id],
                points.get(exercise.id, exercise.points),
            )
        elif "question" in tags:
            question = _known(cell.source, QUESTIONS, lesson, asked, place)
            asked.append(question.id)
            cells.append(
                _question_cell(question.id, rubric, points.get(question.id, question.points))
            )
        else:
            _check_needs(cell.source, asked, place)
            demonstration = new_code_cell(cell.source, id=ids.demonstration())
            kept = [tag for tag in tags if tag != DEMONSTRATION]
            demonstration.metadata["tags"] = [DEMONSTRATION, *kept]
            cells.append(demonstration)
    _check_complete(asked, cells, lesson, where)
    metadata = copy.deepcopy(NOTEBOOK_METADATA) | {"language": current_language()}
    built = new_notebook(cells=cells, metadata=metadata)
    built.nbformat_minor = 5
    nbformat.validate(built)
    return built


def release_notebook(source: NotebookNode) -> NotebookNode:
    """Make the student's version of a source notebook by nbgrader's own preprocessors.

    They run in process and without a gradebook; the argument is not changed.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import Config

    nb = copy.deepcopy(source)
    resources: dict = {"nbgrader": {}}
    with speaking(source.metadata["language"]):
        config = Config({"ClearSolutions": {"text_stub": _(ANSWER_HERE)}})
    for preprocessor in GenerateAssignment().preprocessors:
        if preprocessor is not SaveCells:
            nb, resources = preprocessor(config=config).preprocess(nb, resources)
    return nb


def solved_notebook(
    lesson: str, language: str = "en", points: Mapping[str, float] | None = None
) -> NotebookNode:
    """Build a lesson with its solutions in and nbgrader's solution marks taken out, to be run.

    Raises:
        AutograderError: as `source_notebook`; and there are no solutions beside the course.
    """
    if not solution_path(lesson).exists():
        raise AutograderError(
            f"The solutions of {lesson} are not installed; work in a checkout of the course."
        )
    nb = source_notebook(lesson, language, points)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = without_solution_marks(cell.source)
    return nb


def notebook_text(nb: NotebookNode) -> str:
    """Return a notebook as the text of its file: sorted keys, one newline at the end."""
    return nbformat.writes(nb, version=nbformat.NO_CONVERT) + "\n"


def build_all(check: bool = False) -> list[Path]:
    """Write the release notebooks of every lesson in every language that are out of date.

    Args:
        check: compare only, and write nothing.

    Returns:
        The files that were written.

    Raises:
        AutograderError: a lesson text is at fault, there are no solutions to build from, or, with
            `check`, a notebook is out of date.
    """
    built: dict[Path, str] = {}
    for language in languages():
        for lesson in LESSONS:
            if not solution_path(lesson).exists():
                raise AutograderError(
                    "There are no solutions to build from; work in a checkout of the course."
                )
            text = notebook_text(release_notebook(source_notebook(lesson, language)))
            path = notebook_path(lesson, language)
            if not path.exists() or path.read_bytes() != text.encode():
                built[path] = text
    if check and built:
        names = ", ".join(_shown(path) for path in built)
        raise AutograderError(f"Out of date: {names}; run `autograder build` and commit.")
    for path, text in built.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return list(built)


def function_source(module: str, name: str, where: str) -> str:
    """Return the text of a module's top-level function or class, decorators included.

    Comments at its end that are indented (the solution's end mark) belong to it.

    Args:
        module: the module's text; it is parsed, never imported.
        name: the function or class.
        where: the name of the module's file, for messages.
    """
    lines = module.splitlines()
    for node in ast.parse(module).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name != name:
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        last = node.end_lineno or node.lineno
        while last < len(lines) and (not lines[last].strip() or lines[last].startswith(" ")):
            last += 1
        source = "\n".join(lines[first - 1 : last]).rstrip()
        if source.count(BEGIN_SOLUTION) != source.count(END_SOLUTION) or (
            BEGIN_SOLUTION not in source
        ):
            raise AutograderError(
                f"{where}: {name} needs a blank between `{BEGIN_SOLUTION}` and `{END_SOLUTION}`."
            )
        return source
    raise AutograderError(f"{where}: there is no top-level function or class {name}.")


def without_solution_marks(source: str) -> str:
    """Return a source without the lines that mark a solution."""
    return "\n".join(
        line for line in source.split("\n") if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
    )


# --------------------------------------------------------------------------------- cells


def _nbgrader(
    grade_id: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> dict:
    """Return the metadata of a cell that nbgrader knows (its schema, version 3)."""
    nbgrader: dict = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    return {"nbgrader": nbgrader}


def _setup_cell(source: str, lesson: str) -> NotebookNode:
    """Return the locked first cell: the notebook's four helpers, imports, and placeholders."""
    names = " = ".join(exercise.id for exercise in exercises_of(lesson))
    source = (
        "from autograder import check, hint, solution, progress\n"
        f"{source.strip()}\n\n"
        f"{names} = None"
    )
    return new_code_cell(source, id=SETUP, metadata=_nbgrader(SETUP, locked=True))


def _card(exercise: Exercise, title: str, points: float) -> str:
    """Return the text that introduces an exercise: title, points, minutes, difficulty."""
    return _(CARD).format(
        title=title,
        points=ngettext("{count:g} point", "{count:g} points", points).format(count=points),
        minutes=exercise.minutes,
        difficulty="●" * exercise.difficulty + "○" * (3 - exercise.difficulty),
        id=exercise.id,
    )


def _exercise_cells(
    exercise: Exercise, function: str, title: str, points: float
) -> list[NotebookNode]:
    """Return the card, the answer cell and the check cell of one exercise."""
    check = check_id(exercise.id)
    return [
        new_markdown_cell(_card(exercise, title, points), id=f"card-{exercise.id}"),
        new_code_cell(function, id=exercise.id, metadata=_nbgrader(exercise.id, solution=True)),
        new_code_cell(
            f'check("{exercise.id}", {exercise.id})',
            id=check,
            metadata=_nbgrader(check, grade=True, locked=True, points=points),
        ),
    ]


def _question_cell(question_id: str, rubric: str, points: float) -> NotebookNode:
    """Return the answer cell of the manually graded question; nbgrader empties it for release."""
    return new_markdown_cell(
        rubric.strip(),
        id=question_id,
        metadata=_nbgrader(question_id, grade=True, solution=True, points=points),
    )


class _CellIds:
    """Derives ids for cells that are not an exercise's: section heading and a running number.

    Demonstrations have ids of a kind of their own, so that grading knows them in a notebook that
    was handed out before a lesson was corrected.
    """

    def __init__(self) -> None:
        self._section = "top"
        self._used: Counter[str] = Counter()

    def text(self, source: str) -> str:
        headings = re.findall(r"^#+\s+(.+)$", source, re.M)
        if headings:
            slug = re.sub(r"[^a-z0-9]+", "-", headings[0].lower()).strip("-")
            self._section = slug[: MAX_CELL_ID - 24].strip("-") or "section"
        return self._next("text")

    def demonstration(self) -> str:
        return self._next(DEMONSTRATION)

    def _next(self, kind: str) -> str:
        stem = f"{kind}-{self._section}"
        self._used[stem] += 1
        return f"{stem}-{self._used[stem]}"


# ---------------------------------------------------------------------------------- faults


def _known(
    source: str, catalogue: Mapping[str, Asked], lesson: str, asked: list[str], place: str
) -> Asked:
    """Return the catalogue's entry that a cell names: of this lesson, and not asked before."""
    item = catalogue.get(source.strip())
    if item is None or item.lesson != lesson:
        raise AutograderError(
            f"{place}: {source.strip()!r} is not in the catalogue of {lesson}; "
            "correct the name, or add it to autograder/exercises.py."
        )
    if item.id in asked:
        raise AutograderError(f"{place}: {item.id} is asked a second time; ask it once.")
    return item


def _check_needs(source: str, asked: list[str], place: str) -> None:
    """Refuse a `%%needs` of an exercise that the lesson has not asked before this cell."""
    first = source.split("\n", 1)[0]
    if not first.startswith(NEEDS):
        return
    for name in first.removeprefix(NEEDS).split():
        if name not in asked or name in QUESTIONS:
            raise AutograderError(
                f"{place}: `{NEEDS} {name}` names no exercise that this lesson has asked before."
            )


def _check_complete(asked: list[str], cells: list[NotebookNode], lesson: str, where: str) -> None:
    """Refuse a lesson without a setup cell, or that leaves something of the catalogue unasked."""
    if not any(cell.id == SETUP for cell in cells):
        raise AutograderError(f"{where}: no cell carries the tag `setup`; add one at the top.")
    questions = [question.id for question in QUESTIONS.values() if question.lesson == lesson]
    for name in [exercise.id for exercise in exercises_of(lesson)] + questions:
        if name not in asked:
            raise AutograderError(f"{where}: {name} is never asked; add a cell that names it.")


# ------------------------------------------------------------------------------------ files


def _question_path(lesson: str, language: str) -> Path:
    return COURSE / "text" / language / "questions" / f"{lesson}.md"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AutograderError(
            f"{_shown(path)} is missing; write it, or install the course again."
        ) from None


def _shown(path: Path) -> str:
    return (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()


def _source_from_release(lesson: str, language: str, points: Mapping[str, float]) -> NotebookNode:
    """Make a source notebook from the packaged release notebook, for want of solutions."""
    nb = nbformat.reads(_read(notebook_path(lesson, language)), as_version=4)
    for cell in nb.cells:
        for key in ("deletable", "editable"):
            cell.metadata.pop(key, None)
        exercise = EXERCISES.get(cell.id.removeprefix("card-"))
        if exercise is not None and exercise.id in points and cell.cell_type == "markdown":
            title = exercise_text(exercise.id).title
            cell.source = _card(exercise, title, points[exercise.id])
        nbgrader = cell.metadata.get("nbgrader", {})
        nbgrader.pop("checksum", None)
        nbgrader.pop("cell_type", None)
        if nbgrader.get("grade"):
            name = nbgrader["grade_id"].removeprefix("check-")
            nbgrader["points"] = points.get(name, nbgrader["points"])
        if nbgrader.get("solution"):
            cell.source = (
                _read(_question_path(lesson, language)).strip()
                if cell.cell_type == "markdown"
                else _wrap_stub(cell.source)
            )
    return nb


def _wrap_stub(source: str) -> str:
    """Return an answer cell with nbgrader's solution marks round each stub."""
    pattern = rf"^([ \t]*){re.escape(STUB[0])}\n[ \t]*{re.escape(STUB[1])}$"
    marked = rf"\1{BEGIN_SOLUTION}\n\g<0>\n\1{END_SOLUTION}"
    return re.sub(pattern, marked, source, flags=re.M)
