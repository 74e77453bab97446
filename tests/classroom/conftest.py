"""One graded class for the whole folder: making and grading it is what takes the time."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.classroom.api import nbgrader_api
from autograder.demo import STUDENTS, answers, fill_in, run_demo
from autograder.exercises import EXERCISES, check_id
from autograder.verdict import Verdict

LESSON = "01_fashion_mnist"
ADA = STUDENTS[0]
Change = Callable[[nbformat.NotebookNode], None]


@dataclass
class Graded:
    """A class on disk, with the verdicts that the demo returned."""

    directory: Path
    verdicts: dict[str, dict[str, Verdict]]

    def release(self, lesson: str = LESSON) -> nbformat.NotebookNode:
        path = self.directory / "release" / lesson / f"{lesson}.ipynb"
        return nbformat.read(path, as_version=4)

    def solved(self) -> nbformat.NotebookNode:
        nb = self.release()
        fill_in(nb, answers(ADA, LESSON))
        return nb

    def hand_in(self, student: str, nb: nbformat.NotebookNode) -> None:
        path = self.directory / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(nb), encoding="utf-8")

    def grade(self, student: str) -> None:
        with nbgrader_api(self.directory) as api:
            result = api.autograde(LESSON, student)
            assert result["success"], result
            result = api.generate_feedback(LESSON, student)
            assert result["success"], result

    def autograded(self, student: str, lesson: str = LESSON) -> nbformat.NotebookNode:
        path = self.directory / "autograded" / student / lesson / f"{lesson}.ipynb"
        return nbformat.read(path, as_version=4)

    def feedback(self, student: str, lesson: str = LESSON) -> str:
        return (self.directory / "feedback" / student / lesson / f"{lesson}.html").read_text()

    def grade_of(self, student: str, exercise: str) -> tuple[float, float]:
        """Points and maximum of an exercise, from the gradebook."""
        lesson = EXERCISES[exercise].lesson
        with Gradebook(f"sqlite:///{self.directory / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(check_id(exercise), lesson, lesson, student)
            return grade.auto_score, grade.max_score

    def comment_on(self, student: str, exercise: str) -> str | None:
        lesson = EXERCISES[exercise].lesson
        with Gradebook(f"sqlite:///{self.directory / 'gradebook.db'}") as gradebook:
            return gradebook.find_comment(exercise, lesson, lesson, student).comment

    def try_student(self, student: str, nb: nbformat.NotebookNode, change: Change) -> None:
        """Let a student change a notebook, hand it in, and be graded."""
        nb = copy.deepcopy(nb)
        change(nb)
        self.hand_in(student, nb)
        self.grade(student)


def cell(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(cell for cell in nb.cells if cell.get("id") == name)


@pytest.fixture(scope="session")
def demo_class(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    directory = tmp_path_factory.mktemp("demo") / "class"
    verdicts = run_demo(directory)
    # A shorter limit for what follows; settings below the line of the file win.
    with (directory / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.timeout = 6\n")
    return Graded(directory, verdicts)


@pytest.fixture(scope="session")
def bare_environment() -> dict[str, str]:
    """The environment of a shell in which nothing was activated."""
    kept = {
        name: os.environ[name]
        for name in ("HOME", "LANG", "FASHION_MNIST_DIR")
        if name in os.environ
    }
    return kept | {"PATH": "/usr/bin:/bin"}
