"""Running notebooks on a Dask cluster: an executor for `grade`, and what its workers do.

A job goes out and its evidence comes back as plain data; workers see neither the class nor its
gradebook. Dask places the jobs, moves those that wait behind a long one, and gives those of a
worker that died to another. What Dask leaves open is settled here:

- Whose fault is a death? Dask counts one for every job that a dead worker held, also for those
  that waited there, and gives a job up after several (`allowed-failures` of the scheduler). Such
  a job is a suspect here: it is tried once more in the same way, when nothing else runs on the
  cluster. Only a job that ends its workers alone is reported.
- A job that hangs: it runs in a thread of its own, and its worker waits for it only so long;
  then the job alone is reported, and the worker's nanny starts the worker anew.
  (No process between, as in the local pool: a worker below a nanny may have no children by
  multiprocessing, and a worker of one thread is such a process already.)
- A worker that came later and is not like the grader: it leaves, and its job goes to another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import platform
import re
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distributed import (
    Client,
    KilledWorker,
    Reschedule,
    Security,
    Worker,
    WorkerPlugin,
    get_worker,
)

import autograder
import course
from autograder.classroom.pool import CallFailed
from autograder.classroom.store import KERNEL_SIDE, code_versions, digest
from autograder.errors import AutograderError
from autograder.sandbox.probes import refuse_without_sandbox
from autograder.sandbox.start import SandboxError
from autograder.sandbox.warm import cool_down, warm_up

CONNECT_SECONDS = 10
"""How long a scheduler, and then its first worker, is waited for."""

DESERTED_SECONDS = 300
"""How long a cluster may be without any worker while there are jobs."""

LOOK_SECONDS = 2
"""How often the number of workers is asked for."""

MOST_IN_FLIGHT = 256
"""So many calls are handed in at most: their results may all wait for the grader, megabytes each.
More cores would not be faster: the one writer is the limit long before (benchmarks/cluster.py)."""

FAREWELL_SECONDS = 2
"""How long a worker goes on that has told that its job hangs, so that the word gets out. A job
that it is given meanwhile waits, and goes to another worker."""

PLUGIN = "autograder"
OWN_CODE = "code of the course"


class ClusterError(AutograderError):
    """A cluster that cannot be used, or is lost; the message says what to do."""


# ------------------------------------------------------------------------------ the workers' side


@cache
def versions_here() -> dict[str, str]:
    """Return what must be the same wherever a job runs: packages, Python, all of our own code."""
    own = [*_code(autograder), *_code(course)]
    packages = {name: number for name, number in code_versions().items() if name != KERNEL_SIDE}
    python = ".".join(platform.python_version_tuple()[:2])
    names = ("dask", "distributed")
    return packages | {"Python": python, OWN_CODE: digest(own)} | {n: version(n) for n in names}


def _code(package: Any) -> list[Path]:
    return sorted(Path(package.__file__).parent.rglob("*.py"))


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """Say in a few words in what a machine `there` differs; empty if in nothing."""
    told = []
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) == there.get(name):
            continue
        if name == OWN_CODE:
            told.append(f"other {OWN_CODE}")
        else:
            told.append(f"{name} {there.get(name, '(none)')}, here {here.get(name, '(none)')}")
    return "; ".join(told)


def unfit(worker: Worker, versions: dict[str, str], sandbox: bool) -> str:
    """Say in one sentence why a worker can run no job; empty if it can.

    Args:
        worker: the worker whose process this is.
        versions: what `versions_here` gives where the grader runs.
        sandbox: whether notebooks run in a sandbox.
    """
    differs = differences(versions, versions_here())
    if differs:
        return (
            f"The worker {worker.address} has {differs}: install the same versions there, and "
            "start it again."
        )
    if worker.state.nthreads != 1:
        return (
            f"The worker {worker.address} has {worker.state.nthreads} threads, but a notebook "
            "needs a process of its own: start workers with --nthreads 1, as many as there are "
            "cores."
        )
    try:
        if sandbox:
            refuse_without_sandbox()
    except SandboxError as error:
        return f"On the worker {worker.address}: {error}"
    return ""


async def examine(versions: dict[str, str], sandbox: bool, dask_worker: Worker) -> str:
    """Do as `unfit` says, outside of the worker's event loop."""
    return await asyncio.to_thread(unfit, dask_worker, versions, sandbox)


class WarmWorker(WorkerPlugin):
    """Has a worker's fork-server ready before its first job, and its scratch files in one place."""

    def __init__(self, sandbox: bool) -> None:
        self._sandbox = sandbox

    async def setup(self, worker: Worker) -> None:
        """Start the fork-server."""
        # Dask empties this folder after a worker that was killed.
        os.environ["TMPDIR"] = tempfile.tempdir = worker.local_directory
        # Dask's profiler would look a hundred times a second at threads that wait for a kernel.
        for name in ("profile", "profile-cycle"):
            if (callback := worker.periodic_callbacks.pop(name, None)) is not None:
                callback.stop()
        if self._sandbox:
            await asyncio.to_thread(warm_up)

    async def teardown(self, worker: Worker) -> None:
        """End the fork-server."""
        await asyncio.to_thread(cool_down)


@dataclass(frozen=True)
class Work:
    """What a worker is sent: a call that may take `seconds`, and what the worker must be like."""

    call: Callable[[], Any]
    seconds: float
    versions: dict[str, str]
    sandbox: bool


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


def work(given: Work) -> Any:
    """Make a call in this worker.

    Raises:
        CallFailed: it did not end in time; this process will soon.
        Reschedule: this worker is not fit for it, and leaves the cluster.
    """
    worker = get_worker()
    reason = unfit(worker, given.versions, given.sandbox)
    if reason:
        logging.getLogger("distributed.worker").error(reason)
        worker.loop.add_callback(worker.close, nanny=True, reason=reason)
        raise Reschedule
    answer = _thread().submit(given.call)
    try:
        return answer.result(given.seconds)
    except TimeoutError:
        if answer.done():
            raise
        threading.Timer(FAREWELL_SECONDS, os._exit, [1]).start()
        message = f"It did not end within {given.seconds:.0f} seconds and was stopped."
        raise CallFailed(message) from None


# ------------------------------------------------------------------------------ the grader's side


@dataclass(eq=False)
class _Call:
    """A call that was handed in, and where its outcome is awaited."""

    make: Callable[[], Any]
    is_alone: bool = False
    outcome: Future = field(default_factory=Future)


class Cluster(Executor):
    """An executor whose calls are made by the workers of a Dask cluster.

    Functions, arguments and results must be picklable; an exception comes back as it was raised.
    """

    def __init__(self, client: Client, sandbox: bool, seconds: float) -> None:
        self._seconds = seconds
        self._client = client
        self._address = client.scheduler.address
        self._dask = client.get_executor(pure=False)  # equal jobs are two jobs
        self._sandbox = sandbox
        self._lock = threading.RLock()
        self._queue: deque[_Call] = deque()
        self._suspects: deque[_Call] = deque()
        self._given: dict[_Call, Future] = {}
        self._workers = 0
        self._peopled = time.monotonic()
        self._looked = -math.inf

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future:
        """Have a function called by a worker. The future may raise CallFailed, ClusterError.

        Raises:
            ClusterError: the scheduler is lost.
        """
        if self._client.status != "running":
            raise self._lost()
        call = _Call(partial(function, *arguments, **named))
        self._queue.append(call)
        self._give()
        return call.outcome

    def in_flight(self) -> int:
        """Return how many calls keep all workers busy: for each one, and one that waits.

        `MOST_IN_FLIGHT` at most.

        Raises:
            ClusterError: there has been no worker for `DESERTED_SECONDS`.
        """
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS and self._client.status == "running":
            self._looked = now
            self._workers = self._client.scheduler_info(n_workers=0)["n_workers"]
            if self._workers:
                self._peopled = now
            elif now - self._peopled > DESERTED_SECONDS:
                raise ClusterError(
                    f"No worker is left at the scheduler {self._address}. What is done is kept: "
                    "start workers, and the same command does the rest."
                )
        return min(2 * max(self._workers, 1), MOST_IN_FLIGHT)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of all calls; what workers are at is not wanted any more."""
        with self._lock:
            calls = [*self._queue, *self._suspects, *self._given]
            given = list(self._given.values())
            self._queue.clear()
            self._suspects.clear()
            self._given.clear()
        for call in calls:
            call.outcome.cancel()
        for future in given:
            future.cancel()

    def _give(self) -> None:
        """Hand to Dask what may run now: all that is new, or else one suspect and nothing more."""
        with self._lock:
            while self._queue and not any(call.is_alone for call in self._given):
                self._hand_over(self._queue.popleft())
            if self._suspects and not self._given:
                suspect = self._suspects.popleft()
                suspect.is_alone = True
                self._hand_over(suspect)

    def _hand_over(self, call: _Call) -> None:
        given = Work(call.make, self._seconds, versions_here(), self._sandbox)
        future = self._dask.submit(work, given)
        self._given[call] = future
        future.add_done_callback(partial(self._settle, call))

    def _settle(self, call: _Call, future: Future) -> None:
        with self._lock:
            if self._given.pop(call, None) is None:
                return
            error = self._lost() if future.cancelled() else future.exception()
            is_suspect = isinstance(error, KilledWorker) and not call.is_alone
            if is_suspect:
                self._suspects.append(call)
            elif isinstance(error, KilledWorker):
                error = _deadly(error)
        if not is_suspect:  # which by now another thread may have handed over again
            if error is None:
                call.outcome.set_result(future.result())
            else:
                call.outcome.set_exception(error)
        self._give()

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"The scheduler {self._address} is lost. What is done is kept: start it again, and "
            "the same command does the rest."
        )


def _deadly(error: KilledWorker) -> CallFailed:
    times = error.allowed_failures + 1
    return CallFailed(
        f"The worker that had it ended {times} times, and {times} times more when it ran alone: "
        "the logs of the workers may say why, such as too little memory."
    )


@contextlib.contextmanager
def connect(address: str, sandbox: bool, seconds: float) -> Iterator[Cluster]:
    """Use the cluster of a scheduler, once all its workers are found fit.

    Args:
        address: of the scheduler, such as tcp://scheduler:8786.
        sandbox: whether notebooks run in a sandbox.
        seconds: how long a call may take.

    Raises:
        ClusterError: nobody is there, or one who is has other versions or can make no sandbox.
    """
    # What matters of it is said in one sentence.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="distributed")
    _refuse_malformed(address)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise ClusterError(
            f"No scheduler answers at {address} ({error}); start one with `dask scheduler`."
        ) from error
    try:
        _refuse_unfit(client, address, sandbox)
        client.register_plugin(WarmWorker(sandbox), name=PLUGIN)
        cluster = Cluster(client, sandbox, seconds)
        try:
            yield cluster
        finally:
            cluster.shutdown(cancel_futures=True)
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.unregister_worker_plugin(PLUGIN)
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=CONNECT_SECONDS)


def _refuse_malformed(address: str) -> None:
    """Refuse what would leave a client of Dask's half made. Raises ClusterError."""
    if not re.fullmatch(r"(tcp|tls)://[^/\s]+:[0-9]+", address):
        raise ClusterError(
            f"{address!r} is not the address of a scheduler, such as tcp://scheduler:8786."
        )
    if address.startswith("tls") and not Security().get_connection_args("client")["ssl_context"]:
        raise ClusterError(
            f"{address} asks for TLS, but this machine's configuration of Dask names no "
            "certificates (distributed.comm.tls)."
        )


def _refuse_unfit(client: Client, address: str, sandbox: bool) -> None:
    """Refuse a scheduler or a worker that is not like this machine. Raises ClusterError."""
    again = "install the same versions there, and start it again."
    try:
        differs = differences(versions_here(), client.run_on_scheduler(versions_here))
    except ImportError as error:
        reason = f"The scheduler {address} lacks the course ({error}): {again}"
        raise ClusterError(reason) from error
    if differs:
        raise ClusterError(f"The scheduler {address} has {differs}: {again}")
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            f"The scheduler {address} has no worker; start some with "
            f"`dask worker {address} --nworkers=-1 --nthreads 1`."
        ) from error
    answers = client.run(examine, versions_here(), sandbox, on_error="return")
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, ImportError):
            raise ClusterError(f"The worker {worker} lacks the course ({answer}): {again}")
        if isinstance(answer, str) and answer:
            raise ClusterError(answer)
