"""The grader's side of the nursery: sandboxes that start with TensorFlow imported already.

A process that starts sandboxes has one nursery, from the first that it starts until it ends. One
that dies or hangs is replaced; where none can be had, sandboxes are started cold.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from autograder.sandbox.policy import font_cache, start_environment
from autograder.sandbox.spawn import spawn

START_SECONDS = 60.0
"""A nursery that has not imported everything by then is given up."""

FORK_SECONDS = 10.0
"""A nursery that has not forked by then is given up."""

MOST_FAILED_STARTS = 2
"""After so many nurseries that did not start, no other is tried."""


class ForkedProcess:
    """A process that another one forked, known by its pidfd: what `Popen` is for a child.

    Its exit code is its parent's to know: here, 0 means that it has ended.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = handle

    def poll(self) -> int | None:
        """0 if the process has ended, else None."""
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process has ended. Raises TimeoutExpired."""
        if self._ended_within(timeout) is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal, if the process has not ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            if poll.poll(None if seconds is None else seconds * 1000):
                self.returncode = 0
                os.close(self._handle)
        return self.returncode


class _Nursery:
    """A running nursery."""

    def __init__(self) -> None:
        """Start one, and wait until it can fork. Raises OSError, if only TimeoutError."""
        self.environment = start_environment()
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-nursery-"))
        for source in font_cache().values():
            shutil.copy(source, self._folder)
        # Its own home, as Keras and Matplotlib write there when they are imported. One thread for
        # NumPy's matrices, and the pictures' backend that a kernel would name: both are settled by
        # the import.
        environment = self.environment | {
            "HOME": str(self._folder),
            "MPLCONFIGDIR": str(self._folder),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = spawn("nursery", theirs, str(self._folder), environment=environment)
        try:
            self._line.settimeout(START_SECONDS)
            told = json.loads(self._line.recv(4096) or b"{}")
            if "ready" not in told:
                raise ChildProcessError(told.get("error", "it ended"))
        except OSError:
            self.end()
            raise

    def fork(self, wire: socket.socket) -> ForkedProcess:
        """Have a process forked that reads its policy from the wire. Raises OSError."""
        self._line.settimeout(FORK_SECONDS)
        socket.send_fds(self._line, [b"f"], [wire.fileno()])
        message, handles, _, _ = socket.recv_fds(self._line, 4096, 1)
        if not handles:
            raise ChildProcessError("the nursery has ended")
        return ForkedProcess(json.loads(message)["pid"], handles[0])

    def forget(self) -> None:
        """Let go of the nursery of another process, of which this one is a fork."""
        self._line.close()

    def end(self) -> None:
        """End the nursery; the sandboxes that it has forked go on."""
        self._line.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


_lock = threading.Lock()
_nursery: _Nursery | None = None
_failed_starts = 0


def warm_up() -> None:
    """Start this process's nursery now, if one can be had; otherwise the first sandbox does."""
    with _lock:
        _running()


def cool_down() -> None:
    """End this process's nursery."""
    global _nursery
    with _lock:
        if _nursery is not None:
            _nursery.end()
            _nursery = None


def fork_process(wire: socket.socket) -> ForkedProcess:
    """Fork a process that is to become a sandbox: it reads its policy from the wire.

    Raises:
        OSError: there is no nursery and none can be had.
    """
    global _nursery
    with _lock:
        for _ in range(2):
            nursery = _running()
            if nursery is None:
                break
            try:
                return nursery.fork(wire)
            except OSError:  # it has died, or hangs: the second try is another's
                nursery.end()
                _nursery = None
    raise ChildProcessError("no nursery starts here")


def _running() -> _Nursery | None:
    """This process's nursery, started if need be."""
    global _nursery, _failed_starts
    if _nursery is not None and _nursery.environment != start_environment():
        _nursery.end()
        _nursery = None
    if _nursery is None and _failed_starts < MOST_FAILED_STARTS:
        try:
            _nursery = _Nursery()
            _failed_starts = 0
        except OSError:
            _failed_starts += 1
    return _nursery


def _forget() -> None:
    """In a process that is a fork of this one: the nursery is not its own."""
    global _lock, _nursery
    _lock = threading.Lock()
    if _nursery is not None:
        _nursery.forget()
        _nursery = None


os.register_at_fork(after_in_child=_forget)
atexit.register(cool_down)
