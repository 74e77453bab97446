"""Sealed grading within nbgrader: secret challenges go in, evidence comes out and is stored."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

from autograder.classroom.files import challenge_seed, read_class
from autograder.classroom.judging import show_run
from autograder.classroom.preprocessors import catalogue_exercise, class_directory
from autograder.classroom.store import (
    Fault,
    StoredRun,
    files_beside,
    read_run,
    run_folder,
    run_key,
    save_challenges,
    save_run,
)
from autograder.judges import draw_challenge
from autograder.kernel.gather import EXCHANGE_VARIABLE
from autograder.language import _, speaking

MAX_STARTS = 4
"""How often a kernel is started for one notebook; each time, the cell that ended it is left out."""

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""


class SealedExecute(Execute):
    """Run a submission with secret challenges and judge the evidence outside its kernel.

    A submission that is unchanged since its stored run is not executed again. A kernel that dies,
    or that cannot be interrupted, is started again without the cell that was to blame, so that the
    other exercises keep their points.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one notebook, unless its run is in the store, and put in outputs and verdicts."""
        with speaking(read_class(class_directory(self)).language):
            self._run_and_show(nb, resources)
        return nb, resources

    def _run_and_show(self, nb: NotebookNode, resources: ResourcesDict) -> None:
        student = resources["nbgrader"]["student"]
        directory = class_directory(self)
        folder = run_folder(directory, student, resources["nbgrader"]["assignment"])
        seeds = {
            exercise: challenge_seed(directory, student, exercise)
            for exercise in filter(None, map(catalogue_exercise, nb.cells))
        }
        beside = files_beside(Path(resources["metadata"]["path"]))
        limits = {"timeout": self.timeout, "iopub_timeout": self.iopub_timeout}
        key = run_key(nb, seeds, beside, limits)
        run = read_run(folder)
        if run is None or run.key != key:
            run = self._execute(nb, resources, folder, key, seeds)
        else:
            self.log.info("Unchanged since its run of %s, which is judged again", run.when)
        show_run(nb, run)

    def _execute(
        self,
        nb: NotebookNode,
        resources: ResourcesDict,
        folder: Path,
        key: str,
        seeds: dict[str, int],
    ) -> StoredRun:
        """Run a notebook and keep the run."""
        start = time.monotonic()
        challenges = {exercise: draw_challenge(exercise, seed) for exercise, seed in seeds.items()}
        with TemporaryDirectory(prefix="autograder-exchange-") as exchange:
            self._exchange = Path(exchange)
            save_challenges(challenges, self._exchange)
            faults = self._run(nb, resources)
            for cell in nb.cells:
                limit_outputs(cell)
            seconds = time.monotonic() - start
            evidence = self._exchange / "evidence"
            return save_run(folder, key, nb, challenges, evidence, faults, (), seconds)

    def _run(self, nb: NotebookNode, resources: ResourcesDict) -> list[Fault]:
        """Run all cells, in a fresh kernel each time that one is lost."""
        faults: list[Fault] = []
        self._left_out: set[int] = set()
        for _start in range(MAX_STARTS):
            self._running: int | None = None
            try:
                super().preprocess(nb, resources)
                return faults
            except (DeadKernelError, CellTimeoutError) as error:
                if self._running is None:
                    raise
                self.log.warning("The kernel was lost in cell %d: %s", self._running, error)
                self._left_out.add(self._running)
                message = _("This cell ended the kernel, or could not be interrupted.")
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
        kwargs["env"] = os.environ | {EXCHANGE_VARIABLE: str(self._exchange)}
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
