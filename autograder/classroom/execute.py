"""Sealed grading within nbgrader: secret challenges go in, evidence comes out and is stored."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Bool

from autograder.classroom.files import challenge_seed
from autograder.classroom.judging import show_run
from autograder.classroom.preprocessors import catalogue_exercise, class_directory
from autograder.classroom.run import run_notebook
from autograder.classroom.store import (
    StoredRun,
    files_beside,
    read_run,
    run_folder,
    run_key,
    save_run,
)
from autograder.judges import draw_challenge

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""


class SealedExecute(Execute):
    """Run a submission with secret challenges and judge the evidence outside its kernel.

    A submission that is unchanged since its stored run is not executed again.
    """

    sandbox = Bool(
        True,
        help="Whether submissions run in a sandbox. Without one, which is the only way where none "
        "can be made, student code has every right that the grader has.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one notebook, unless its run is in the store, and put in outputs and verdicts."""
        student = resources["nbgrader"]["student"]
        assignment = resources["nbgrader"]["assignment"]
        directory = class_directory(self)
        folder = run_folder(directory, student, assignment)
        seeds = {
            exercise: challenge_seed(directory, student, exercise)
            for exercise in filter(None, map(catalogue_exercise, nb.cells))
        }
        course = CourseDirectory(parent=self)
        submitted = course.format_path(course.submitted_directory, student, assignment)
        files = _handed_in(files_beside(Path(resources["metadata"]["path"])), Path(submitted))
        limits = {"timeout": self.timeout, "sandbox": self.sandbox}
        key = run_key(nb, seeds, files, limits)
        run = read_run(folder)
        if run is None or run.key != key:
            run = self._execute(nb, folder, key, seeds, files)
        else:
            self.log.info("Unchanged since its run of %s, which is judged again", run.when)
        show_run(nb, run)
        return nb, resources

    def _execute(
        self,
        nb: NotebookNode,
        folder: Path,
        key: str,
        seeds: dict[str, int],
        files: dict[str, Path],
    ) -> StoredRun:
        """Run a notebook and keep the run."""
        challenges = {exercise: draw_challenge(exercise, seed) for exercise, seed in seeds.items()}
        with TemporaryDirectory(prefix="autograder-evidence-") as evidence:
            run = run_notebook(
                nb,
                challenges,
                Path(evidence),
                files=files,
                sandbox=self.sandbox,
                cell_seconds=self.timeout,
            )
            self.log.info("Sandbox: %s", ", ".join(run.layers) or "none, as was asked for")
            for fault in run.faults:
                self.log.warning("Cell %d: %s", fault.cell, fault.message)
            for cell in nb.cells:
                limit_outputs(cell)
            return save_run(
                folder,
                key,
                nb,
                challenges,
                Path(evidence),
                run.faults,
                run.layers,
                run.seconds,
            )


def _handed_in(files: dict[str, Path], submitted: Path) -> dict[str, Path]:
    """Leave out what is a symbolic link in the submission.

    nbgrader copies what a link points to, which may be anything that the grader can read.
    """
    return {
        name: path
        for name, path in files.items()
        if not any(
            (submitted / part).is_symlink() for part in (Path(name), *Path(name).parents[:-1])
        )
    }


def limit_outputs(cell: NotebookNode) -> None:
    """Cut a code cell's outputs to `MAX_OUTPUT_CHARACTERS`, in place.

    What nbgrader reads as a failure (an error, text on stderr) stays, if shorter.
    """
    room = MAX_OUTPUT_CHARACTERS
    kept = []
    for output in cell.get("outputs", []):
        size = len(json.dumps(output))
        if size > room:
            output = _shortened(output, room)
        if output is not None:
            room -= min(size, room)
            kept.append(output)
    if "outputs" in cell:
        cell.outputs = kept


def _shortened(output: NotebookNode, room: int) -> NotebookNode | None:
    notice = "(more output than is kept)"
    if output.output_type == "stream":
        if room == 0 and output.name == "stdout":
            return None
        output.text = f"{output.text[: room // 6]}\n{notice}\n"
    elif output.output_type == "error":
        output.evalue = output.evalue[:200]
        output.traceback = [f"{output.ename}: {output.evalue}", notice]
    elif output.output_type == "execute_result":
        output.data = NotebookNode({"text/plain": notice})
    else:
        return None
    return output
