"""The unit of work of grading: a notebook and seeds in, outputs and evidence out.

All of it is plain data without a path, so that it can be done by another process or on another
machine; only the grading process reads the class and writes its store. Nothing here imports
nbgrader, so that a worker is soon ready.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

from autograder.classroom.run import run_notebook
from autograder.classroom.store import Fault
from autograder.judges import draw_challenge
from autograder.kernel.challenge import Challenge
from autograder.language import speaking
from autograder.sandbox.probes import layers_in_force, tell
from autograder.sandbox.warm import lend

MAX_OUTPUT_CHARACTERS = 1_000_000
"""More output than this of one cell is cut before it is written to the graded notebook."""


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


# ------------------------------------------------------------------------- beside other workers


def lent_to_a_worker() -> Callable[[], None]:
    """Return what a worker has to call to share what this process has found out and started."""
    return partial(_be_lent, lend(), layers_in_force())


def _be_lent(borrow: Callable[[], None], layers: dict[str, bool]) -> None:
    # Outputs are validated one by one, for which nbformat's usual validator is slow to set up.
    os.environ.setdefault("NBFORMAT_VALIDATOR", "jsonschema")
    borrow()
    tell(layers)
