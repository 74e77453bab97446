"""The two halves of nbgrader's autograde, with its settings, for one who runs notebooks between.

`nbgrader autograde` sanitises a submission into autograded/, reads it there, executes it, and
writes notebook and grades. Here the first half gives the notebooks back, and nothing is written;
the second half is given them, and finds their runs in the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import capture_log, setenv, temp_attrs

from autograder.classroom.api import failure_reason
from autograder.errors import AutograderError


def sanitised(api: Any, assignment: str, student: str) -> dict[str, NotebookNode]:
    """Return notebook → its content as `nbgrader autograde` would run it; nothing is written.

    Raises:
        AutograderError: nbgrader cannot read or sanitise it; its reason is told.
    """
    return _started(api, assignment, student, _FirstHalf).found


def write_graded(
    api: Any, assignment: str, student: str, notebooks: Mapping[str, NotebookNode]
) -> None:
    """Judge and write a submission as `nbgrader autograde --force` would.

    Args:
        api: nbgrader's, of the class.
        assignment: what was handed in.
        student: whose it is.
        notebooks: what `sanitised` gave of it.

    Raises:
        AutograderError: nbgrader cannot write it; its reason is told.
    """
    _started(api, assignment, student, _SecondHalf, sanitised=notebooks, force=True)


def _started(api: Any, assignment: str, student: str, half: type[Any], **options: Any) -> Any:
    """Have a converter do its work. Raises AutograderError."""
    with temp_attrs(api.coursedir, assignment_id=assignment, student_id=student):
        converter = half(coursedir=api.coursedir, parent=api, **options)
        result = capture_log(converter)
    if not result["success"]:
        raise AutograderError(failure_reason(result))
    return converter


class _FirstHalf(Autograde):
    """Repair and sanitise, in memory."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found: dict[str, NotebookNode] = {}

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        # Where nothing lies: nbgrader removes what it finds here when something goes wrong.
        return os.devnull

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Take every submission."""
        return True

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Keep to the notebooks that the gradebook knows."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                known = {nb.name for nb in gradebook.find_assignment(assignment_id).notebooks}
            except MissingEntry:
                known = set()
        listed: Any = self.notebooks  # type: ignore[has-type]
        self.notebooks = [path for path in listed if Path(path).stem in known]
        if not self.notebooks:
            raise NbGraderException(
                f"{student_id} handed in no notebook of {assignment_id} that was given out."
            )

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Sanitise one notebook and keep it here."""
        self._sanitizing = True
        self._init_preprocessors()
        resources = self.init_single_notebook_resources(notebook_filename)
        # What exporters of every kind begin with, without the text that this kind makes of it.
        self.exporter.from_notebook_node = partial(Exporter.from_notebook_node, self.exporter)
        nb, _ = self.exporter.from_filename(notebook_filename, resources=resources)
        self.found[Path(notebook_filename).stem] = nb

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Nothing was written."""

    def run_pre_convert_hook(self) -> None:
        """The hooks are for what is written."""

    def run_post_convert_hook(self) -> None:
        """The hooks are for what is written."""


class _SecondHalf(Autograde):
    """Judge, grade and write what is sanitised."""

    def __init__(self, sanitised: Mapping[str, NotebookNode], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sanitised = sanitised

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook, as if it had been read from autograded/."""
        path = Path(notebook_filename)
        resources = self.init_single_notebook_resources(notebook_filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        self._sanitizing = False
        self._init_preprocessors()
        try:
            with setenv(NBGRADER_EXECUTION="autograde"):
                output, resources = self.exporter.from_notebook_node(
                    self._sanitised[path.stem], resources
                )
            self.write_single_notebook(output, resources)
        finally:
            self._sanitizing = True
