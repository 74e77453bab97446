"""Starting a sandbox from the grader's side, and the handles on it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.sandbox.policy import Limits, Policy, start_environment
from autograder.sandbox.spawn import spawn
from autograder.sandbox.warm import ForkedProcess, cool_down, fork_process

START_SECONDS = 60.0

Process = subprocess.Popen[bytes] | ForkedProcess


class SandboxError(AutograderError):
    """A sandbox could not be made; the message says what is missing."""


@dataclass
class Sandbox:
    """A running sandbox. Its folders are in memory and vanish when it is closed.

    The paths lead through this process's own handles: `challenges` is written to before any
    student code runs, `evidence` is where a check leaves its files, `sockets` the kernel's own.
    """

    process: Process
    wire: socket.socket
    handles: list[int]
    limits: Limits

    @property
    def challenges(self) -> Path:
        """The folder of the challenges, which the inside can only read."""
        return Path(f"/proc/self/fd/{self.handles[0]}")

    @property
    def evidence(self) -> Path:
        """The folder in which the inside leaves its evidence."""
        return Path(f"/proc/self/fd/{self.handles[1]}")

    @property
    def sockets(self) -> Path:
        """The folder of the kernel's sockets."""
        return Path(f"/proc/self/fd/{self.handles[2]}")

    def scratch_used(self) -> float:
        """The share of the scratch folder that is full, from 0 to 1: of bytes, or of files."""
        state = os.fstatvfs(self.handles[3])
        return 1 - min(state.f_bfree / state.f_blocks, state.f_ffree / state.f_files)

    def address_space_used(self) -> float:
        """The share of the kernel's own address space that is in use, from 0 to 1."""
        try:
            keeper = self.process.pid
            init = int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text())
            kernel = Path(f"/proc/{init}/task/{init}/children").read_text().split()[0]
            pages = int(Path(f"/proc/{kernel}/statm").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / self.limits.address_space

    def why_ended(self) -> str:
        """Why the sandbox ended itself ("memory"); empty if it did not."""
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(self.wire.recv(4096)).get("ended", ""))
        return ""

    def end(self) -> None:
        """End every process inside."""
        with contextlib.suppress(OSError):
            self.wire.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        """End every process inside, and let go of the folders."""
        self.end()
        self.wire.close()
        while self.handles:
            os.close(self.handles.pop())


def start_sandbox(policy: Policy) -> Sandbox:
    """Start a sandbox and wait until it is in force: a kernel warm, if that can be had.

    Raises:
        SandboxError: the machine does not let one be made.
    """
    if policy.program == "kernel":
        with contextlib.suppress(OSError):  # there is no nursery, or its fork does not answer
            return _start(partial(fork_process, tensorflow=policy.tensorflow), policy)
        cool_down()
    try:
        return _start(_spawn_process, policy)
    except OSError as error:
        raise SandboxError(f"The sandbox did not start: {error}.") from error


def _start(start_process: Callable[[socket.socket], Process], policy: Policy) -> Sandbox:
    """Start a process, send it the policy, and wait until it is fenced in.

    Raises:
        OSError: the process does not start, ends, or does not answer.
        SandboxError: it cannot be fenced in.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            sandbox = Sandbox(start_process(theirs), ours, [], policy.limits)
        except OSError:
            ours.close()
            raise
    try:
        ours.settimeout(START_SECONDS)
        ours.send(policy.to_json())
        message, handles, _, _ = socket.recv_fds(ours, 4096, 4)
        sandbox.handles.extend(handles)
        _refuse_error(message)
        _refuse_error(ours.recv(4096))
        ours.setblocking(False)
        return sandbox
    except (OSError, SandboxError):
        sandbox.close()
        raise


def _spawn_process(wire: socket.socket) -> subprocess.Popen[bytes]:
    """Start a process that imports everything itself."""
    return spawn("launch", wire, environment=start_environment())


def _refuse_error(message: bytes) -> None:
    told: dict[str, Any] = json.loads(message or b"{}")
    if not told:
        raise ConnectionError("it ended while it was being made")
    if "error" in told:
        raise SandboxError(f"No sandbox can be made here: {told['error']}.")
