"""The grader's side of the nursery: sandboxes that start with everything imported already.

A process that starts sandboxes has one nursery, from the first that it starts until it ends, or
borrows another process's. One that dies or hangs is replaced; where none can be had, sandboxes are
started cold.
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
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograder.sandbox.policy import font_cache, start_environment
from autograder.sandbox.spawn import WITH_TENSORFLOW, WITHOUT_TENSORFLOW, spawn

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
    """A running nursery, which may still be importing."""

    def __init__(self) -> None:
        """Start one. Raises OSError."""
        self.environment = start_environment()
        self.is_ready = False
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-nursery-"))
        # Its own home, as Keras and Matplotlib write there when they are imported. One thread for
        # NumPy's matrices, and the pictures' backend that a kernel would name: both are settled by
        # the import.
        environment = self.environment | {
            "HOME": str(self._folder),
            "MPLCONFIGDIR": str(self._folder),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "OPENBLAS_NUM_THREADS": "1",
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.line = _Line(ours)
        try:
            with theirs:
                for source in font_cache().values():
                    shutil.copy(source, self._folder)
                self.process = spawn("nursery", theirs, str(self._folder), environment=environment)
        except OSError:
            ours.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def wait_until_ready(self) -> None:
        """Wait until it can fork, but for TensorFlow. Raises OSError, if only TimeoutError."""
        if not self.is_ready:
            self.line.end.settimeout(START_SECONDS)
            _refuse_error(self.line.end.recv(4096))
            self.is_ready = True

    def forget(self) -> None:
        """Let go of the nursery of another process, of which this one is a fork."""
        self.line.end.close()

    def end(self) -> None:
        """End the nursery; the sandboxes that it has forked go on."""
        self.line.end.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # the one with TensorFlow too
        self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass
class _Line:
    """The grader's end of a nursery's line.

    `proven` says which kinds of sandbox it has given already: with TensorFlow, or without.
    """

    end: socket.socket
    proven: set[bool] = field(default_factory=set)

    def ask(self, tensorflow: bool, wire: socket.socket | None = None) -> tuple[bytes, list[int]]:
        """Ask for a sandbox, or only whether one can be had; other processes may ask too.

        Raises OSError.
        """
        # At first it may still be importing.
        seconds = FORK_SECONDS if tensorflow in self.proven else START_SECONDS
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                self.end.settimeout(seconds)
                sockets = [one.fileno() for one in (wire, theirs) if one is not None]
                socket.send_fds(self.end, [_request(tensorflow)], sockets)
            ours.settimeout(seconds)
            message, handles, _, _ = socket.recv_fds(ours, 4096, 1)
        _refuse_error(message)
        self.proven.add(tensorflow)
        return message, handles

    def fork(self, tensorflow: bool, wire: socket.socket) -> ForkedProcess:
        """Have a process forked that holds the wire. Raises OSError."""
        message, handles = self.ask(tensorflow, wire)
        return ForkedProcess(json.loads(message)["pid"], handles[0])


_lock = threading.Lock()
_nursery: _Nursery | None = None
_borrowed: _Line | None = None
_failed_starts = 0


def names_tensorflow(source: str) -> bool:
    """Whether code looks as if it imported TensorFlow. A wrong guess costs seconds, not more."""
    return "tensorflow" in source or "keras" in source


def warm_up(tensorflow: bool = True) -> None:
    """Have this process's nursery start now, if one can be had; otherwise the first sandbox does.

    Returns at once: a nursery takes seconds to import everything. With `tensorflow` it imports
    that, too, before anybody asks for it.
    """
    with _lock:
        nursery = _running()
        if nursery is not None and tensorflow:
            with contextlib.suppress(OSError):
                nursery.line.end.send(_request(tensorflow))


def cool_down() -> None:
    """End this process's nursery, and let go of a borrowed one."""
    global _nursery
    with _lock:
        _give_back()
        if _nursery is not None:
            _nursery.end()
            _nursery = None


def lend() -> Callable[[], None]:
    """Return what a process that this one starts has to call to use this one's nursery."""
    with _lock:
        nursery = _running()
        # A handle of its own, since another thread may replace the nursery before this is sent.
        return partial(_borrow, nursery.line.end.dup()) if nursery else _do_nothing


def why_cold() -> str:
    """Say why sandboxes start cold here; empty if they start warm."""
    with _lock:
        try:
            _ready().line.ask(tensorflow=True)
        except OSError as error:
            return str(error)
    return ""


def fork_process(wire: socket.socket, tensorflow: bool = True) -> ForkedProcess:
    """Fork a process that is to become a sandbox: it reads its policy from the wire.

    Args:
        wire: the socket that it is left.
        tensorflow: whether it has TensorFlow imported already.

    Raises:
        OSError: there is no nursery and none can be had, or a borrowed one has failed; this
            process then has one of its own next time.
    """
    global _nursery, _failed_starts
    with _lock:
        if _borrowed is not None:
            try:
                return _borrowed.fork(tensorflow, wire)
            except OSError:
                # No second try: if it only hangs it may still fork, for the same wire.
                _give_back()
                raise
        for _ in range(2):
            nursery = _ready()
            try:
                forked = nursery.line.fork(tensorflow, wire)
            except OSError:
                if tensorflow in nursery.line.proven:
                    nursery.end()  # it has died, or hangs: the second try is another's
                    _nursery = None
                else:
                    _start_failed()
                continue
            if tensorflow:
                _failed_starts = 0
            return forked
    raise ChildProcessError("two nurseries did not fork")


def _request(tensorflow: bool) -> bytes:
    return WITH_TENSORFLOW if tensorflow else WITHOUT_TENSORFLOW


def _refuse_error(message: bytes) -> None:
    """Raise ChildProcessError if this is no answer, or tells of an error."""
    told = json.loads(message or b'{"error": "the nursery has ended"}')
    if "error" in told:
        raise ChildProcessError(told["error"])


def _ready() -> _Nursery:
    """This process's nursery, once it can fork, if without TensorFlow. Raises OSError."""
    nursery = _running()
    if nursery is None:
        raise ChildProcessError("no nursery starts here")
    try:
        nursery.wait_until_ready()
    except OSError:
        _start_failed()
        raise
    return nursery


def _running() -> _Nursery | None:
    """This process's nursery, started if need be."""
    global _nursery
    if _nursery is not None and (
        _nursery.environment != start_environment() or _nursery.process.poll() is not None
    ):
        _nursery.end()
        _nursery = None
    if _nursery is None and _failed_starts < MOST_FAILED_STARTS:
        try:
            _nursery = _Nursery()
        except OSError:
            _start_failed()
    return _nursery


def _start_failed() -> None:
    global _nursery, _failed_starts
    _failed_starts += 1
    if _nursery is not None:
        _nursery.end()
        _nursery = None


def _borrow(line: socket.socket) -> None:
    global _borrowed
    _borrowed = _Line(line)


def _give_back() -> None:
    global _borrowed
    if _borrowed is not None:
        _borrowed.end.close()
        _borrowed = None


def _do_nothing() -> None:
    """What there is to call where there is no nursery."""


def _forget() -> None:
    """In a process that is a fork of this one: the nursery is not its own."""
    global _lock, _nursery
    _lock = threading.Lock()
    _give_back()
    if _nursery is not None:
        _nursery.forget()
        _nursery = None


os.register_at_fork(after_in_child=_forget)
atexit.register(cool_down)
