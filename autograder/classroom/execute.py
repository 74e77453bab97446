"""Sealed grading within nbgrader: secret challenges go in, evidence comes out and is stored.

Only the grading process reads the class and writes its store; running a notebook is a job (job.py).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Bool

from autograder.classroom.cells import catalogue_exercise
from autograder.classroom.files import challenge_seed, class_language
from autograder.classroom.job import Done, Job, Settings, execute
from autograder.classroom.judging import show_run
from autograder.classroom.preprocessors import class_directory
from autograder.classroom.store import (
    Place,
    StoredRun,
    files_beside,
    is_worth_another_try,
    place_of,
    read_run,
    run_key,
    save_run,
)
from autograder.language import speaking
from autograder.sandbox.policy import Limits

UNLIMITED_SECONDS = 7 * 24 * 3600
"""A cell's time limit where the instructor set none (`Execute.timeout = None`, or a negative)."""


def keep(folder: Path, key: str, done: Done) -> StoredRun:
    """Store what a run gave, in place of the run before. Raises StoreError."""
    return save_run(
        folder,
        key,
        done.notebook,
        done.challenges,
        done.evidence,
        done.faults,
        done.layers,
        done.seconds,
    )


class SealedExecute(Execute):
    """Run a submission with secret challenges and judge the evidence outside its kernel.

    A submission that is unchanged since its stored run is not executed again.
    """

    sandbox = Bool(
        True,
        help="Whether submissions run in a sandbox. Without one, which is the only way where none "
        "can be made, student code has every right that the grader has.",
    ).tag(config=True)

    retry_faults = Bool(
        True,
        help="Whether a stored run is made again in which a kernel hung or died, which a busy "
        "machine can cause.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one notebook, unless its run is in the store, and put in outputs and verdicts."""
        with speaking(class_language(class_directory(self))):
            self._run_and_show(nb, place_of(resources))
        return nb, resources

    def _run_and_show(self, nb: NotebookNode, place: Place) -> None:
        folder = place.folder(class_directory(self))
        key = self.key(nb, place)
        run = read_run(folder)
        if run is None or run.key != key or (self.retry_faults and is_worth_another_try(run)):
            run = self._execute(nb, place, folder, key)
            self.log.info("Sandbox: %s", ", ".join(run.layers) or "none, as was asked for")
            for fault in run.faults:
                self.log.warning("Cell %d: %s", fault.cell, fault.message)
        else:
            self.log.info("Unchanged since its run of %s, which is judged again", run.when)
        show_run(nb, run)

    def key(self, nb: NotebookNode, place: Place) -> str:
        """Return the key of the run of a notebook, sanitised for grading."""
        limits = {**asdict(self.settings()), "of_the_sandbox": repr(Limits())}
        return run_key(nb, self._seeds(nb, place), self._files(place), limits)

    def job(self, nb: NotebookNode, place: Place) -> Job:
        """Return the work of running a notebook, sanitised for grading."""
        files = {name: path.read_bytes() for name, path in self._files(place).items()}
        language = class_language(class_directory(self))
        return Job(json.dumps(nb), self._seeds(nb, place), files, self.settings(), language)

    def settings(self) -> Settings:
        """Return what this class sets of its runs."""
        limited = self.timeout is not None and self.timeout > 0
        return Settings(self.timeout if limited else UNLIMITED_SECONDS, self.sandbox)

    def _seeds(self, nb: NotebookNode, place: Place) -> dict[str, int]:
        directory = class_directory(self)
        return {
            exercise: challenge_seed(directory, place.student, exercise)
            for exercise in filter(None, map(catalogue_exercise, nb.cells))
        }

    def _files(self, place: Place) -> dict[str, Path]:
        """Return the files beside the notebook: those handed in, and over them those given out.

        What a link in a submission leads to may be anything that the grader can read, so that
        links are left out.
        """
        course = CourseDirectory(parent=self)
        handed_in = course.format_path(course.submitted_directory, place.student, place.assignment)
        given_out = course.format_path(course.source_directory, ".", place.assignment)
        return files_beside(Path(handed_in), Path(given_out), ignore=course.ignore)

    def _execute(self, nb: NotebookNode, place: Place, folder: Path, key: str) -> StoredRun:
        """Run a notebook and keep the run."""
        return keep(folder, key, execute(self.job(nb, place)))
