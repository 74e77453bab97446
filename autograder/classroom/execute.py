"""Sealed grading within nbgrader: secret challenges go in, evidence comes out, judged here.

What the kernel prints or returns in a catalogue check counts for nothing. Its outputs are
replaced by exactly one result, whose text/plain is the number that nbgrader reads as the score.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute

from autograder.classroom.files import challenge_seed, read_class
from autograder.classroom.preprocessors import catalogue_exercise, class_directory
from autograder.judges import draw_challenge, judge
from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence, EvidenceError
from autograder.kernel.gather import EXCHANGE_VARIABLE
from autograder.kernel.record import MAX_FILE_BYTES
from autograder.language import N_, _, speaking
from autograder.report import VERDICT_MIME, card_html
from autograder.verdict import Verdict, no_evidence, scaled

MAX_STARTS = 4
"""How often a kernel is started for one notebook; each time, the cell that ended it is left out."""

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""

UNSEALED = N_(
    '<p style="opacity:.7"><small>unsealed: graded by nbgrader inside the notebook\'s own kernel, '
    "not by the course's checks</small></p>"
)


class SealedExecute(Execute):
    """Run a submission with secret challenges and judge the evidence outside its kernel.

    Evidence is kept in the class's folder, evidence/<student>/<assignment>/, with its challenge.
    A kernel that dies, or that cannot be interrupted, is started again without the cell that was
    to blame, so that the other exercises keep their points.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run one notebook and put a verdict into every catalogue check."""
        student = resources["nbgrader"]["student"]
        directory = class_directory(self)
        challenges = {
            exercise: draw_challenge(exercise, challenge_seed(directory, student, exercise))
            for exercise in filter(None, map(catalogue_exercise, nb.cells))
        }
        with TemporaryDirectory(prefix="autograder-exchange-") as folder:
            self._exchange = Path(folder)
            _save_challenges(challenges, self._exchange)
            self._run(nb, resources)
            kept = directory / "evidence" / student / resources["nbgrader"]["assignment"]
            _keep(self._exchange, kept, challenges)
        with speaking(read_class(directory).language):
            for cell in nb.cells:
                limit_outputs(cell)
                exercise = catalogue_exercise(cell)
                if exercise is not None:
                    error = _last_error(nb, cell)
                    set_verdict(cell, judge_kept(exercise, challenges[exercise], kept, error))
                elif cell.cell_type == "code" and utils.is_grade(cell):
                    cell.outputs.append(new_output("display_data", {"text/html": _(UNSEALED)}))
        return nb, resources

    def _run(self, nb: NotebookNode, resources: ResourcesDict) -> None:
        """Run all cells, in a fresh kernel each time that one is lost."""
        self._left_out: set[int] = set()
        for _start in range(MAX_STARTS):
            self._running: int | None = None
            try:
                super().preprocess(nb, resources)
                return
            except (DeadKernelError, CellTimeoutError) as error:
                if self._running is None:
                    raise
                self.log.warning("The kernel was lost in cell %d: %s", self._running, error)
                self._left_out.add(self._running)
                message = N_("This cell ended the kernel, or could not be interrupted.")
                nb.cells[self._running].outputs = [
                    new_output("error", ename="KernelLost", evalue=message, traceback=[message])
                ]
        self.log.warning("Four kernels were lost; the rest of this notebook was not run.")

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


def _save_challenges(challenges: dict[str, Challenge], folder: Path) -> None:
    (folder / "challenges").mkdir(parents=True, exist_ok=True)
    for exercise, challenge in challenges.items():
        challenge.save(folder / "challenges" / f"{exercise}.safetensors")


def _keep(exchange: Path, kept: Path, challenges: dict[str, Challenge]) -> None:
    """Copy the evidence to where it stays, beside its challenges; older evidence goes.

    Challenges are written anew, because the kernel could have changed the copies it was given.
    """
    (kept / "evidence").mkdir(parents=True, exist_ok=True)
    (kept.parents[1]).chmod(0o700)
    _save_challenges(challenges, kept)
    for exercise in challenges:
        name = Path("evidence") / f"{exercise}.safetensors"
        (kept / name).unlink(missing_ok=True)
        found = exchange / name
        if found.is_file() and not found.is_symlink() and found.stat().st_size <= MAX_FILE_BYTES:
            shutil.copyfile(found, kept / name)


def judge_kept(exercise: str, challenge: Challenge, kept: Path, error: str) -> Verdict:
    """Judge the evidence in a submission's evidence folder; none gives no points.

    Args:
        exercise: an id of the catalogue.
        challenge: what the evidence was gathered on.
        kept: the folder evidence/<student>/<assignment>.
        error: what the kernel said, for the student, if there is no evidence.
    """
    path = kept / "evidence" / f"{exercise}.safetensors"
    if not path.exists():
        message = _("The check left no evidence, so it earns no points.")
        return no_evidence(exercise, f"{message} {error}")
    try:
        return judge(exercise, challenge, Evidence.load(path))
    except EvidenceError as unreadable:
        message = _("The evidence of this check is unreadable: {fault}.").format(fault=unreadable)
        return no_evidence(exercise, message)


def _last_error(nb: NotebookNode, check: NotebookNode) -> str:
    """Return what went wrong at or before a check cell, as one sentence; empty if nothing did."""
    upto = next(index for index, cell in enumerate(nb.cells) if cell is check)
    for cell in reversed(nb.cells[: upto + 1]):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                text = one_line(f"{output.ename}: {output.evalue}")
                where = _("An earlier cell stopped with {error}")
                if cell is check:
                    where = _("The check stopped with {error}")
                return where.format(error=text)
    return ""


def one_line(text: str) -> str:
    """Return a text on one line, at most 200 characters long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else f"{flat[:199]}…"


def set_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """Replace a check cell's outputs by one result: card, points, verdict.

    The points are the fraction earned times the cell's points, which nbgrader took from its
    gradebook. They are finite and never above those, which nbgrader would refuse.
    """
    maximum = float(cell.metadata.nbgrader["points"])
    fraction = verdict.points / verdict.max_points if verdict.max_points else 0.0
    data = {
        "text/html": card_html(scaled(verdict, maximum)),
        "text/plain": repr(maximum * min(max(fraction, 0.0), 1.0)),
        VERDICT_MIME: verdict.to_dict(),
    }
    count = cell.execution_count or 1
    cell.outputs = [new_output("execute_result", data, execution_count=count)]


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
