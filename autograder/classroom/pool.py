"""Worker processes on this machine: a concurrent.futures executor whose calls are sure to end.

`ProcessPoolExecutor` loses every call in flight when one worker dies, and cannot end one that
hangs. Here each worker has a thread that watches it: a call that dies or takes too long fails
alone, and the next one gets a fresh worker.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

import psutil

from autograder.errors import AutograderError

# A fork of a process with threads and an open database may hang; a fresh start may not.
_CONTEXT = multiprocessing.get_context("spawn")


class CallFailed(AutograderError):
    """A call that did not end by itself, or whose worker died."""


class WorkerPool(Executor):
    """An executor of `count` processes, in which a call may take `seconds`.

    Functions, arguments and results must be picklable; an exception comes back as it was raised.
    """

    def __init__(
        self, count: int, seconds: float, prepare: Callable[[], Callable[[], None]] | None = None
    ) -> None:
        """Start no process yet.

        Args:
            count: of the processes.
            seconds: how long a call may take.
            prepare: called here for each process that is started; what it returns is called there
                before anything else.
        """
        self._seconds = seconds
        self._prepare = prepare
        self._threads = ThreadPoolExecutor(count)
        self._here = threading.local()
        self._workers: set[_Worker] = set()
        self._is_cancelled = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future:
        """Have a function called in a worker. The future may raise CallFailed."""
        return self._threads.submit(self._call, function, arguments, named)

    def _call(self, *call: Any) -> Any:
        worker = getattr(self._here, "worker", None)
        if worker is None:
            worker = self._here.worker = _Worker(self._prepare() if self._prepare else None)
            self._workers.add(worker)
        if self._is_cancelled:
            worker.end()
        try:
            is_result, value = worker.call(call, self._seconds)
        except CallFailed:
            self._here.worker = None
            self._workers.discard(worker)
            worker.end()
            raise
        if is_result:
            return value
        raise value

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, and with `cancel_futures` what they are at."""
        if cancel_futures:
            self._is_cancelled = True
            self._threads.shutdown(wait=False, cancel_futures=True)
            for worker in list(self._workers):
                worker.end()
        self._threads.shutdown(wait=wait)
        for worker in list(self._workers):
            worker.end()


class _Worker:
    """One process that calls what it is sent."""

    def __init__(self, begin: Callable[[], None] | None) -> None:
        self._connection, other = _CONTEXT.Pipe()
        # What a worker that is ended leaves lying about is taken away with this folder.
        self._scratch = tempfile.mkdtemp(prefix="autograder-worker-")
        arguments = (other, self._scratch, begin)
        self._process = _CONTEXT.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        other.close()

    def call(self, call: Any, seconds: float) -> tuple[bool, Any]:
        """Have one call made; returns whether it returned, and its result or exception."""
        try:
            self._connection.send(call)
            if not self._connection.poll(seconds):
                raise CallFailed(f"It did not end within {seconds:.0f} seconds and was stopped.")
            answer: tuple[bool, Any] = self._connection.recv()
            return answer
        except (EOFError, OSError) as error:
            self._process.join(timeout=1)
            code = self._process.exitcode
            raise CallFailed(f"The process at work on it ended (exit code {code}).") from error

    def end(self) -> None:
        """End the process and all that it has started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._process.pid)
            for process in [*root.children(recursive=True), root]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.join(timeout=5)
        shutil.rmtree(self._scratch, ignore_errors=True)


def _serve(connection: Connection, scratch: str, begin: Callable[[], None] | None) -> None:
    """Make calls until the other end is closed, or is gone because the grader was killed."""
    # Ctrl-C is the grading process's business. Not SIG_IGN: kernels would inherit it, and could
    # not be interrupted.
    signal.signal(signal.SIGINT, lambda *_: None)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    if begin is not None:
        begin()
    try:
        while True:
            function, arguments, named = connection.recv()
            _send(connection, _outcome(function, arguments, named))
    except (EOFError, ConnectionError):
        shutil.rmtree(scratch, ignore_errors=True)


def _outcome(function: Callable[..., Any], arguments: Any, named: Any) -> tuple[bool, Any]:
    try:
        return True, function(*arguments, **named)
    except Exception as error:
        return False, error


def _send(connection: Connection, answer: tuple[bool, Any]) -> None:
    try:
        connection.send(answer)
    except ConnectionError:
        raise
    except Exception as error:  # it cannot be pickled
        connection.send((False, CallFailed(f"{answer[1]!r} cannot be sent back: {error}")))
