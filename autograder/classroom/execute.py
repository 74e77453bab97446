"""Sealed grading within nbgrader: secret challenges go in, evidence comes out and is stored.

The unit of work is `execute`: a notebook and seeds in, outputs and evidence out, all of it plain
data without a path, so that it can be done by another process or on another machine. Only the
grading process reads the class and writes its store.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Bool

from autograder.build import DEMONSTRATION
from autograder.classroom.files import challenge_seed
from autograder.classroom.judging import show_run
from autograder.classroom.preprocessors import catalogue_exercise, class_directory
from autograder.classroom.store import (
    Fault,
    Place,
    StoredRun,
    files_beside,
    is_worth_another_try,
    place_of,
    read_run,
    run_key,
    save_challenges,
    save_run,
)
from autograder.judges import draw_challenge
from autograder.kernel.challenge import Challenge
from autograder.kernel.gather import EXCHANGE_VARIABLE
from autograder.kernel.record import MAX_FILE_BYTES

MAX_STARTS = 4
"""How often a kernel is started for one notebook; each time, the cell that ended it is left out."""

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""


@dataclass(frozen=True)
class Settings:
    """What an instructor may set of a run, in seconds: the limits of a cell, and of its silence."""

    cell_seconds: int
    idle_seconds: int


@dataclass(frozen=True)
class Job:
    """All that running one notebook takes: its text, its exercises' seeds, the files beside it."""

    notebook: str
    seeds: dict[str, int]
    files: dict[str, bytes]
    settings: Settings


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
    """Run one notebook in a kernel of its own. Nothing but the result is left behind."""
    start = time.monotonic()
    nb = nbformat.from_dict(json.loads(job.notebook))
    challenges = {name: draw_challenge(name, seed) for name, seed in job.seeds.items()}
    with TemporaryDirectory(prefix="autograder-") as scratch:
        exchange, folder = Path(scratch, "exchange"), Path(scratch, "submission")
        for name, content in job.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        save_challenges(challenges, exchange)
        faults = _Runner(exchange, job.settings).run(nb, folder)
        for cell in nb.cells:
            limit_outputs(cell)
        evidence = read_evidence(exchange / "evidence", challenges)
    seconds = time.monotonic() - start
    return Done(json.dumps(nb), challenges, evidence, tuple(faults), (), seconds)


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


def read_evidence(folder: Path, exercises: Iterable[str]) -> dict[str, bytes]:
    """Read what a kernel left in a folder; only plain files of a permitted size count."""
    found = {}
    for exercise in exercises:
        path = folder / f"{exercise}.safetensors"
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_FILE_BYTES:
            found[exercise] = path.read_bytes()
    return found


class SealedExecute(Execute):
    """Run a submission with secret challenges and judge the evidence outside its kernel.

    A submission that is unchanged since its stored run is not executed again.
    """

    retry_faults = Bool(
        True,
        help="Whether a stored run is made again in which a kernel hung or died, which a busy "
        "machine can cause.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one notebook, unless its run is in the store, and put in outputs and verdicts."""
        place = place_of(resources)
        folder = place.folder(class_directory(self))
        key = self.key(nb, place)
        run = read_run(folder)
        if run is None or run.key != key or (self.retry_faults and is_worth_another_try(run)):
            run = self._execute(nb, place, folder, key)
        else:
            self.log.info("Unchanged since its run of %s, which is judged again", run.when)
        show_run(nb, run)
        return nb, resources

    def key(self, nb: NotebookNode, place: Place) -> str:
        """Return the key of the run of a notebook, sanitised for grading."""
        return run_key(nb, self._seeds(nb, place), self._files(place), asdict(self.settings()))

    def job(self, nb: NotebookNode, place: Place) -> Job:
        """Return the work of running a notebook, sanitised for grading."""
        files = {name: path.read_bytes() for name, path in self._files(place).items()}
        return Job(json.dumps(nb), self._seeds(nb, place), files, self.settings())

    def settings(self) -> Settings:
        """Return what this class sets of its runs."""
        return Settings(self.timeout, self.iopub_timeout)

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


class _Runner(Execute):
    """Run cells in fresh kernels, each of which knows the exchange folder.

    A kernel that dies, or that cannot be interrupted, is started again without the cell that was
    to blame, so that the other exercises keep their points.
    """

    def __init__(self, exchange: Path, settings: Settings) -> None:
        super().__init__(
            timeout=settings.cell_seconds,
            iopub_timeout=settings.idle_seconds,
            raise_on_iopub_timeout=True,
            interrupt_on_timeout=True,
            shutdown_kernel="immediate",
            skip_cells_with_tag=DEMONSTRATION,
        )
        self._exchange = exchange

    def run(self, nb: NotebookNode, folder: Path) -> list[Fault]:
        """Run all cells of a notebook, in place, in a folder."""
        resources: Any = {"metadata": {"path": str(folder)}}
        faults: list[Fault] = []
        self._left_out: set[int] = set()
        for _ in range(MAX_STARTS):
            self._running: int | None = None
            try:
                super().preprocess(nb, resources)
                return faults
            except (DeadKernelError, CellTimeoutError) as error:
                if self._running is None:
                    raise
                self.log.warning("The kernel was lost in cell %d: %s", self._running, error)
                self._left_out.add(self._running)
                message = "This cell ended the kernel, or could not be interrupted."
                exercise = catalogue_exercise(nb.cells[self._running])
                faults.append(Fault(self._running, exercise, "kernel_lost", message))
                nb.cells[self._running].outputs = [
                    new_output("error", ename="KernelLost", evalue=message, traceback=[message])
                ]
        self.log.warning("Four kernels were lost; the rest of this notebook was not run.")
        return faults

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one cell, unless it ended an earlier kernel."""
        if index in self._left_out:
            return cell, resources
        self._running = index
        done: tuple[NotebookNode, ResourcesDict] = super().preprocess_cell(cell, resources, index)
        return done

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start a kernel that knows the exchange folder, emptied of evidence."""
        evidence = self._exchange / "evidence"
        shutil.rmtree(evidence, ignore_errors=True)
        evidence.mkdir()
        kwargs["env"] = os.environ | {
            EXCHANGE_VARIABLE: str(self._exchange),
            "NBGRADER_EXECUTION": "autograde",
        }
        # What TensorFlow logs would flood the instructor's terminal; output meant for the notebook
        # takes another way.
        super().start_new_kernel(stdout=DEVNULL, stderr=DEVNULL, **kwargs)


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
