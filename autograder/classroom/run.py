"""Running one submission: its cells in a sealed kernel, challenges in and evidence out as data.

No gradebook and no judge here. What a kernel does is never trusted to end: every stage has a
limit, and a kernel that is lost costs the cell that lost it and no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import os
import shutil
import stat
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any, Literal

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.classroom.cells import catalogue_exercise, is_solution
from autograder.classroom.store import Fault
from autograder.exercises import DEMONSTRATION, EXERCISES
from autograder.kernel.challenge import Challenge
from autograder.kernel.gather import EXCHANGE_VARIABLE
from autograder.kernel.record import MAX_FILE_BYTES
from autograder.language import Messages
from autograder.sandbox.policy import Limits, Policy, kernel_policy
from autograder.sandbox.probes import refuse_without_sandbox
from autograder.sandbox.provisioner import SealedSpecs
from autograder.sandbox.start import Sandbox, SandboxError
from autograder.sandbox.warm import names_tensorflow

CELL_SECONDS = 120
"""A cell's time limit. A check ends by itself within a minute; this is for everything else."""

NOTEBOOK_SECONDS = 1800
"""When it is reached, the rest of a notebook is not run."""

GRACE_SECONDS = 5
"""How long a cell may go on after its interrupt before its kernel is given up."""

MOST_OUTPUT_BYTES = 8 * 2**20
"""A cell that puts out more is interrupted."""

MOST_MESSAGE_BYTES = 16 * 2**20
"""A larger message is refused by the socket, unread."""

FULL = 0.9
"""A kernel that has used this share of its memory or scratch space is given up."""

Kind = Literal["died", "hung", "flooded", "memory", "disk", "not_run"]

MESSAGES = Messages() | {
    "died": "This cell ended the kernel.",
    "hung": "This cell did not end within {seconds} seconds and was stopped.",
    "flooded": "This cell put out more than {megabytes} MB and was stopped.",
    "memory": "This cell used more memory than there is for a submission.",
    "disk": "This cell filled the space that there is for a submission's files.",
    "not_run": "This cell was not run: the notebook had used up its {minutes} minutes.",
}

_quiet = logging.Logger("autograder.run", logging.CRITICAL)


@dataclass(frozen=True)
class Run:
    """What came of running a notebook: the notebook with its outputs, and what went wrong.

    `layers` names the layers of the sandbox that were in force; there is none without a sandbox.
    """

    notebook: NotebookNode
    faults: tuple[Fault, ...]
    layers: tuple[str, ...]
    seconds: float


def run_notebook(
    nb: NotebookNode,
    challenges: Mapping[str, Challenge],
    evidence_folder: Path,
    *,
    files: Mapping[str, Path] | None = None,
    sandbox: bool = True,
    cell_seconds: int = CELL_SECONDS,
    limits: Limits | None = None,
) -> Run:
    """Run a notebook's cells, in place, and keep the evidence that its checks leave.

    Args:
        nb: the notebook, repaired and sanitised. Cells tagged as demonstrations are skipped.
        challenges: exercise → challenge, for every check that may leave evidence.
        evidence_folder: where <exercise>.safetensors is written as soon as a check has ended;
            evidence of the same name that is there already goes.
        files: what was handed in beside the notebook, by relative path; copies lie in the folder
            in which the kernel works.
        sandbox: False runs the student's code unfenced, with all the rights of this process.
        cell_seconds: a cell's time limit.
        limits: what the kernel may use; those of `Limits` if not given.

    Raises:
        SandboxError: no sandbox can be made here, or no kernel starts.
    """
    layers = refuse_without_sandbox() if sandbox else ()
    start = time.monotonic()
    evidence_folder.mkdir(parents=True, exist_ok=True)
    for exercise in challenges:
        (evidence_folder / f"{exercise}.safetensors").unlink(missing_ok=True)
    policy = None
    if sandbox:
        tensorflow = any(names_tensorflow(cell.source) for cell in nb.cells if _is_run(cell))
        policy = kernel_policy(files or {}, limits, tensorflow=tensorflow)
    runner = _Runner(nb, challenges, evidence_folder, files or {}, policy, cell_seconds, start)
    run_sync(runner.run)()
    return Run(nb, tuple(runner.faults), layers, time.monotonic() - start)


# ---------------------------------------------------------------------------- one notebook


@dataclass
class _Runner:
    nb: NotebookNode
    challenges: Mapping[str, Challenge]
    evidence_folder: Path
    files: Mapping[str, Path]
    policy: Policy | None
    cell_seconds: int
    start: float
    faults: list[Fault] = field(default_factory=list)
    done: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Run all cells, in a fresh kernel each time that one is lost."""
        left_out: set[int] = set()
        while True:
            async with _kernel(self) as kernel:
                lost = await self.run_in(kernel, left_out)
            if lost is None:
                return
            left_out.add(lost)

    async def run_in(self, kernel: _Kernel, left_out: set[int]) -> int | None:
        """Run what is left in one kernel, earlier cells first; return the cell that lost it."""
        for index, cell in enumerate(self.nb.cells):
            if index in left_out or not _is_run(cell):
                continue
            exercise = catalogue_exercise(cell)
            is_new = index not in self.done
            if not is_new and exercise is not None:
                continue  # its evidence is in hand
            if time.monotonic() - self.start > NOTEBOOK_SECONDS:
                if is_new:
                    self.note(index, "not_run")
                    self.done.add(index)
                continue
            if exercise is not None:
                kernel.clear(exercise)
            kind, is_lost = await kernel.run_cell(self.nb, index, keep_outputs=is_new)
            self.done.add(index)
            if exercise is not None:
                _take(kernel.evidence, exercise, self.evidence_folder)
            if kind is not None and (is_new or is_lost):
                self.note(index, kind)
            if is_lost:
                return index
        return None

    def note(self, index: int, kind: Kind) -> None:
        """Write down what happened, and say it among the cell's outputs."""
        cell = self.nb.cells[index]
        message = MESSAGES[kind].format(
            seconds=self.cell_seconds,
            megabytes=MOST_OUTPUT_BYTES // 2**20,
            minutes=NOTEBOOK_SECONDS // 60,
        )
        self.faults.append(Fault(index, _exercise(cell), kind, message))
        cell.outputs.append(
            new_output("error", ename="Stopped", evalue=message, traceback=[message])
        )


def _is_run(cell: NotebookNode) -> bool:
    return (
        cell.cell_type == "code"
        and bool(cell.source.strip())
        and DEMONSTRATION not in cell.metadata.get("tags", [])
    )


def _exercise(cell: NotebookNode) -> str | None:
    """The exercise that a cell checks or answers."""
    if is_solution(cell) and (name := cell.metadata.nbgrader.get("grade_id")) in EXERCISES:
        return str(name)
    return catalogue_exercise(cell)


def _take(place: Path, exercise: str, evidence_folder: Path) -> None:
    """Copy one file of evidence out of the kernel's reach, if it is an ordinary file."""
    name = f"{exercise}.safetensors"
    try:
        # A link is not followed, and a pipe is not waited for.
        handle = os.open(place / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_FILE_BYTES:
            return
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) <= MAX_FILE_BYTES:
        partial = evidence_folder / f"{name}.part"
        partial.write_bytes(content)
        partial.replace(evidence_folder / name)


# ------------------------------------------------------------------------------- one kernel


class _Client(NotebookClient):
    """nbclient's client, which counts what a cell puts out while it arrives."""

    put_out = 0
    """Bytes of the running cell so far, roughly."""

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Keep a message of the running cell, unless it is one too many."""
        if msg["msg_type"] == "status":
            return super().process_message(msg, cell, cell_index)
        self.put_out += len(repr(msg["content"]))
        if self.put_out > MOST_OUTPUT_BYTES or msg["msg_type"].startswith("comm"):
            return None
        return super().process_message(msg, cell, cell_index)


class _Channels(AsyncKernelClient):
    """Ready once the kernel has answered on its shell and on its output channel.

    jupyter_client's own waits besides until the kernel has been silent for a fifth of a second,
    which is a third of the time that a warm start takes.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel can be used. Raises RuntimeError."""
        start = time.monotonic()
        while timeout is None or time.monotonic() - start < timeout:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
                return
            if not await self.is_alive():
                raise RuntimeError("it died before it was ready")
        raise RuntimeError(f"it did not answer within {timeout} seconds")


def _show_error(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
    """Put an error that student code kept from being shown into the outputs, where nbgrader looks.

    Otherwise an instructor's own test would count as passed once `showtraceback` is patched.
    """
    reply = execute_reply["content"]
    name = reply.get("ename") if reply["status"] == "error" else ""  # empty after a timeout
    if name and name not in [output.get("ename") for output in cell.outputs]:
        lines = reply.get("traceback") or [f"{name} (its traceback was not shown)"]
        cell.outputs.append(
            new_output("error", ename=name, evalue=reply.get("evalue", ""), traceback=lines)
        )


@dataclass
class _Kernel:
    """A kernel that is ready, and the folder in which it leaves evidence."""

    manager: Any
    client: _Client
    evidence: Path
    cell_seconds: int

    def clear(self, exercise: str) -> None:
        """Remove what stands where a check is going to leave its evidence."""
        with contextlib.suppress(OSError):
            (self.evidence / f"{exercise}.safetensors").unlink()

    async def run_cell(
        self, nb: NotebookNode, index: int, keep_outputs: bool
    ) -> tuple[Kind | None, bool]:
        """Run one cell. Returns what went wrong, if anything, and whether the kernel is lost."""
        cell = nb.cells[index]
        client, ran = self.client, cell if keep_outputs else copy.deepcopy(cell)
        client.nb, client.put_out = NotebookNode(cells=[*nb.cells]), 0
        started = time.monotonic()
        watch = asyncio.ensure_future(self._stop_flood())
        is_lost = False
        kind: Kind | None = None
        try:
            await client.async_execute_cell(ran, index, client.code_cells_executed + 1)
        except (DeadKernelError, CellTimeoutError):
            is_lost = True
        except Exception:  # a message that makes no sense: student code can send any
            is_lost = True
        finally:
            watch.cancel()
        sandbox = getattr(self.manager.provisioner, "sandbox", None)
        if client.put_out > MOST_OUTPUT_BYTES:
            kind = "flooded"
        elif sandbox is not None and sandbox.why_ended() == "memory":
            kind = "memory"
        elif time.monotonic() - started >= self.cell_seconds:
            kind = "hung"
        elif is_lost:
            kind = "died"
        elif sandbox is not None and sandbox.address_space_used() > FULL:
            kind, is_lost = "memory", True
        elif sandbox is not None and sandbox.scratch_used() > FULL:
            kind, is_lost = "disk", True
        return kind, is_lost

    async def _stop_flood(self) -> None:
        """Interrupt the running cell when it puts out too much; end its kernel if it goes on."""
        while self.client.put_out <= MOST_OUTPUT_BYTES:
            await asyncio.sleep(0.1)
        await self.manager.interrupt_kernel()
        await asyncio.sleep(GRACE_SECONDS)
        await self.manager.provisioner.kill()


@contextlib.asynccontextmanager
async def _kernel(runner: _Runner) -> AsyncIterator[_Kernel]:
    """Start a kernel with the challenges; end it and all its processes afterwards."""
    with contextlib.ExitStack() as stack:
        manager: Any = AsyncKernelManager(client_factory=_Channels)
        if runner.policy is not None:
            manager.kernel_spec_manager = SealedSpecs(policy=runner.policy)
        manager.context.setsockopt(zmq.MAXMSGSIZE, MOST_MESSAGE_BYTES)
        manager.context.setsockopt(zmq.RCVHWM, 100)
        client = _Client(
            runner.nb,
            manager,
            log=_quiet,
            timeout=runner.cell_seconds,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": "", "evalue": "", "traceback": []},
            on_cell_executed=_show_error,
            iopub_timeout=GRACE_SECONDS,
            raise_on_iopub_timeout=True,
            allow_errors=True,
            coalesce_streams=True,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        try:
            if runner.policy is not None:
                await client.async_start_new_kernel()
                sandbox: Sandbox = manager.provisioner.sandbox
                challenges, evidence = sandbox.challenges, sandbox.evidence
            else:
                unfenced = stack.enter_context(TemporaryDirectory(prefix="autograder-unfenced-"))
                challenges, evidence = await _start_unfenced(client, runner.files, Path(unfenced))
            for exercise, challenge in runner.challenges.items():
                challenge.save(challenges / f"{exercise}.safetensors")
            try:
                await client.async_start_new_kernel_client()
            except RuntimeError as error:
                raise SandboxError(f"No kernel starts: {error}.") from error
            yield _Kernel(manager, client, evidence, runner.cell_seconds)
        finally:
            await client._async_cleanup_kernel()


async def _start_unfenced(
    client: NotebookClient, files: Mapping[str, Path], folder: Path
) -> tuple[Path, Path]:
    """Start an ordinary kernel; return its folders for challenges and evidence."""
    work, challenges, evidence = places = [
        folder / name for name in ("work", "challenges", "evidence")
    ]
    for place in places:
        place.mkdir()
    for name, path in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, work / name)
    # What TensorFlow logs would flood the grader's terminal.
    await client.async_start_new_kernel(
        stdout=DEVNULL,
        stderr=DEVNULL,
        cwd=str(work),
        env=os.environ | {EXCHANGE_VARIABLE: str(folder), "NBGRADER_EXECUTION": "autograde"},
    )
    return challenges, evidence
