"""nbgrader's settings for a class; `nbgrader_config.py` of the class calls `configure`."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.language import _, speaking

CELL_SECONDS = 120
"""A cell's time limit. A check ends by itself within 20 s; this is for everything else."""


def configure(c: Config, directory: Path) -> None:
    """Set what grading a class of this course needs; settings made afterwards win.

    Args:
        c: nbgrader's configuration object.
        directory: the folder of the class.
    """
    from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
    from nbgrader.preprocessors import Execute, OverwriteCells, SaveAutoGrades, SaveCells

    from autograder.build import ANSWER_HERE, DEMONSTRATION
    from autograder.classroom.execute import SealedExecute
    from autograder.classroom.files import read_class
    from autograder.classroom.preprocessors import (
        CleanTags,
        HideHiddenTests,
        RefuseEditedPoints,
        RestoreCells,
        SaveGrades,
    )

    find_alembic()
    c.CourseDirectory.root = str(directory.resolve())

    c.Execute.timeout = CELL_SECONDS
    c.Execute.interrupt_on_timeout = True
    c.Execute.raise_on_iopub_timeout = False
    # A kernel at work is asked to stop for a second and more; nothing in it is worth waiting for.
    c.Execute.shutdown_kernel = "immediate"
    # This name in place of "skip-execution", with which a student could skip a failing check.
    c.Execute.skip_cells_with_tag = DEMONSTRATION
    # A kernel that ignores the interrupt must not make every later cell wait: SealedExecute
    # catches this error and starts another one.
    c.SealedExecute.raise_on_iopub_timeout = True
    c.SealedExecute.iopub_timeout = 20

    # The stock lists, with our steps put in.
    c.GenerateAssignment.preprocessors = _with_before(
        GenerateAssignment().preprocessors, SaveCells, [RefuseEditedPoints]
    )
    c.Autograde.sanitize_preprocessors = _with_before(
        Autograde().sanitize_preprocessors, OverwriteCells, [RestoreCells, CleanTags]
    )
    ours = {Execute: SealedExecute, SaveAutoGrades: SaveGrades}
    c.Autograde.autograde_preprocessors = [
        ours.get(step, step) for step in Autograde().autograde_preprocessors
    ]
    with speaking(read_class(directory).language):
        c.ClearSolutions.text_stub = _(ANSWER_HERE)
    c.GenerateFeedback.preprocessors = [HideHiddenTests, *GenerateFeedback().preprocessors]


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
