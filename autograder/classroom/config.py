"""nbgrader's settings for a class; `nbgrader_config.py` of the class calls `configure`."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.language import _, speaking


def configure(c: Config, directory: Path) -> None:
    """Set what grading a class of this course needs; settings made afterwards win.

    Args:
        c: nbgrader's configuration object.
        directory: the folder of the class.
    """
    from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
    from nbgrader.preprocessors import Execute, GetGrades, SaveAutoGrades, SaveCells

    from autograder.build import ANSWER_HERE
    from autograder.classroom.execute import SealedExecute
    from autograder.classroom.exporter import RepairingExporter
    from autograder.classroom.files import class_language
    from autograder.classroom.grades import SaveGrades, ShowGrades
    from autograder.classroom.preprocessors import (
        HideHiddenTests,
        RefuseEditedPoints,
    )
    from autograder.classroom.run import CELL_SECONDS

    find_alembic()
    c.CourseDirectory.root = str(directory.resolve())

    c.Execute.timeout = CELL_SECONDS
    # A notebook is validated after all steps, not after each of a dozen.
    c.Exporter.optimistic_validation = True

    # Submissions are repaired as they are read; exporter.py says why there.
    c.Autograde.exporter_class = RepairingExporter

    # The stock lists, with our steps put in.
    c.GenerateAssignment.preprocessors = _with_before(
        GenerateAssignment().preprocessors, SaveCells, [RefuseEditedPoints]
    )
    ours = {Execute: SealedExecute, SaveAutoGrades: SaveGrades, GetGrades: ShowGrades}
    c.Autograde.autograde_preprocessors = [
        ours.get(step, step) for step in Autograde().autograde_preprocessors
    ]
    # nbgrader keeps a page that is there, also when the grade behind it has changed.
    c.GenerateFeedback.force = True
    with speaking(class_language(directory)):
        c.ClearSolutions.text_stub = _(ANSWER_HERE)
    c.GenerateFeedback.preprocessors = [
        HideHiddenTests,
        *(ours.get(step, step) for step in GenerateFeedback().preprocessors),
    ]


def find_alembic() -> None:
    """Put this Python's own scripts on PATH, as an activated environment would.

    nbgrader calls `alembic` by name when it makes a gradebook; without it, the gradebook is left
    broken.
    """
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != scripts:
        os.environ["PATH"] = os.pathsep.join([scripts, *path])


def _with_before(steps: list[Any], place: Any, added: list[Any]) -> list[Any]:
    """Return a list of preprocessors with others put in before one of them."""
    index = steps.index(place)
    return [*steps[:index], *added, *steps[index:]]
