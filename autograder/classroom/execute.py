"""Sealed grading within nbgrader: secret challenges go in, evidence comes out and is stored.

The unit of work is `execute`: a notebook and seeds in, outputs and evidence out, all of it plain
data without a path, so that it can be done by another process or on another machine. Only the
grading process reads the class and writes its store.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Bool

from autograder.classroom.files import challenge_seed, class_language
from autograder.classroom.judging import show_run
from autograder.classroom.preprocessors import catalogue_exercise, class_directory
from autograder.classroom.run import run_notebook
from autograder.classroom.store import (
    Fault,
    Place,
    StoredRun,
    files_beside,
    is_worth_another_try,
    place_of,
    read_run,
    run_key,
    save_run,
)
from autograder.judges import draw_challenge
from autograder.kernel.challenge import Challenge
from autograder.language import speaking
from autograder.sandbox.policy import Limits

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""

UNLIMITED_SECONDS = 7 * 24 * 3600
"""A cell's time limit where the instructor set none (`Execute.timeout = None`, or a negative)."""


@dataclass(frozen=True)
class Settings:
    """What an instructor may set of a run: a cell's time limit, and whether it is fenced in."""

    cell_seconds: int
    sandbox: bool


@dataclass(frozen=True)
class Job:
    """All that running one notebook takes: its text, its exercises' seeds, the files beside it.

    `language` is that of the class, in which faults of the run are told.
    """

    notebook: str
    seeds: dict[str, int]
    files: dict[str, bytes]
    settings: Settings
    language: str


@dataclass(frozen=True)
class Done:
    """What running one notebook gave; evidence is the content of the files that checks left."""

    notebook: str
    challenges: dict[str, Challenge]
    evidence: dict[str, bytes]
    faults: tuple[Fault, ...]
    layers: tuple[str, ...]
    seconds: float


def execute(job: Job) -> Done:
    """Run one notebook in a sealed kernel. Nothing but the result is left behind.

    Raises:
        SandboxError: no sandbox can be made here, or no kernel starts.
    """
    nb = nbformat.from_dict(json.loads(job.notebook))
    challenges = {name: draw_challenge(name, seed) for name, seed in job.seeds.items()}
    with TemporaryDirectory(prefix="autograder-job-") as scratch:
        files = {name: Path(scratch, "files", name) for name in job.files}
        for name, path in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(job.files[name])
        evidence = Path(scratch, "evidence")
        with speaking(job.language):
            run = run_notebook(
                nb,
                challenges,
                evidence,
                files=files,
                sandbox=job.settings.sandbox,
                cell_seconds=job.settings.cell_seconds,
            )
        left = {path.stem: path.read_bytes() for path in evidence.glob("*.safetensors")}
    for cell in nb.cells:
        limit_outputs(cell)
    return Done(json.dumps(nb), challenges, left, run.faults, run.layers, run.seconds)


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
