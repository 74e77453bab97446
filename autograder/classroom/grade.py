"""Grading a class: run what is new in parallel, keep each run, judge and write in one place.

A submission goes through four steps: sanitised by the first half of nbgrader's autograde, in
memory; run by a worker, unless its run is in the store; kept in the store; and written by the
second half, which finds the run there and only judges it. The graded notebook of an earlier grading
stays until the last of them. A stamp then says from what the grade was made: whoever has a right
one is done.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import importlib.util
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.classroom.api import nbgrader_api
from autograder.classroom.execute import SealedExecute, keep
from autograder.classroom.files import SECRET_FILE, read_class
from autograder.classroom.graded import read_graded, stopped_checks
from autograder.classroom.halves import sanitised, write_graded
from autograder.classroom.job import Done, execute, lent_to_a_worker
from autograder.classroom.pool import WorkerPool
from autograder.classroom.repair_log import UNREADABLE
from autograder.classroom.store import (
    Place,
    code_versions,
    digest,
    read_run,
    write_whole,
)
from autograder.errors import AutograderError
from autograder.sandbox.probes import refuse_without_sandbox

if TYPE_CHECKING:  # Dask is an extra
    from autograder.classroom.cluster import Cluster

JOB_SECONDS = 3600
"""A run ends itself long before; this is for one that does not."""

AHEAD = 16
"""So many notebooks a worker are sanitised ahead: there is time while the workers get ready."""

STAMP_FILE = "stamp"


@dataclass(frozen=True, order=True)
class Submission:
    """What one student handed in for one assignment: one notebook, or several."""

    assignment: str
    student: str

    def __str__(self) -> str:
        return f"{self.student}, {self.assignment}"


@dataclass
class Summary:
    """What a grading did. `failed` maps what was not graded to the reason, in one sentence.

    `unreadable` maps submissions to what is wrong with their files, which earned nothing. `faults`
    counts what was stopped, by kind; `by_hand` the answers on which a check failed.
    """

    graded: int = 0
    unchanged: int = 0
    executed: int = 0
    reused: int = 0
    by_hand: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 if everything is graded, 130 after Ctrl-C, else 1."""
        return 130 if self.interrupted else int(bool(self.failed))


def grade(
    directory: Path,
    assignment: str | None = None,
    student: str | None = None,
    *,
    jobs: int | None = None,
    force: bool = False,
    sandbox: bool = True,
    console: Console | None = None,
    dask: str | None = None,
    executor: Executor | None = None,
) -> Summary:
    """Grade what was handed in and is not graded yet.

    Args:
        directory: the folder of a class.
        assignment: this one alone, or None for all.
        student: this one alone, or None for all.
        jobs: how many notebooks to run at the same time; as many as there are cores if not given.
        force: run everything again, whatever is stored.
        sandbox: False runs student code unfenced, with all the rights of this process.
        console: where to show the progress; stderr if not given.
        dask: the address of a Dask scheduler, on whose workers notebooks run.
        executor: where to run notebooks, in place of processes on this machine.

    Returns:
        What was done, also after Ctrl-C. A submission that fails stops no other.

    Raises:
        AutograderError: not a class, nothing handed in, no sandbox can be made here, the cluster
            cannot be used, or the store cannot be written.
    """
    directory = directory.resolve()
    read_class(directory)
    count = jobs or os.cpu_count() or 1
    start = time.monotonic()
    with nbgrader_api(directory) as api, contextlib.ExitStack() as stack:
        api.config.SealedExecute.retry_faults = False
        if not sandbox:
            api.config.SealedExecute.sandbox = False
        grading = _Grading(directory, api, force)
        todo = submissions(api, assignment, student)
        if not todo:
            by = f" by {student}" if student else ""
            where = f" for {assignment}" if assignment else ""
            raise AutograderError(
                f"Nothing was handed in{by}{where} in {directory}; collect into "
                "submitted/STUDENT/LESSON/."
            )
        if assignment is None:
            grading.summary.failed |= astray(api, student)
        most: Callable[[], int] = partial(int, AHEAD * count)
        if dask is not None:
            cluster = stack.enter_context(_connected(dask, grading.needs_sandbox))
            executor, most = cluster, cluster.in_flight
        elif executor is None:
            prepare = None
            if grading.needs_sandbox:
                refuse_without_sandbox()
                prepare = lent_to_a_worker
            executor = WorkerPool(count, JOB_SECONDS, prepare)
            stack.callback(executor.shutdown, cancel_futures=True)
        with _progress(console or Console(stderr=True)) as progress:
            task = progress.add_task("", total=len(todo), note="")
            stop = stack.enter_context(_interrupts())
            for _ in grading.run(todo, executor, most, stop):
                progress.update(task, advance=1, note=grading.note())
            grading.summary.interrupted = stop()
    grading.summary.seconds = round(time.monotonic() - start, 2)
    return grading.summary


def submissions(api: Any, assignment: str | None, student: str | None) -> list[Submission]:
    """Return what lies in submitted/, by assignment and student."""
    course = api.coursedir
    step, chosen = course.submitted_directory, (student, assignment)
    pattern = course.format_path(step, *(glob.escape(name) if name else "*" for name in chosen))
    names = ("(?P<student>[^/]+)", "(?P<assignment>[^/]+)")
    read = re.compile(course.format_path(step, *names, escape=True))
    found = [read.fullmatch(path) for path in glob.glob(pattern) if Path(path).is_dir()]  # noqa: PTH207
    return sorted(Submission(match["assignment"], match["student"]) for match in found if match)


def astray(api: Any, student: str | None) -> dict[str, str]:
    """Return notebooks that lie beside the folders of the assignments, and what is to be done."""
    course = api.coursedir
    names = [glob.escape(student)] if student else [".", "*"]
    folders = [course.format_path(course.submitted_directory, name, ".") for name in names]
    found = [path for folder in folders for path in glob.glob(f"{folder}/*.ipynb")]  # noqa: PTH207
    reason = "it lies in no folder of an assignment; move it to submitted/STUDENT/LESSON/."
    return {os.path.relpath(path, course.root): reason for path in sorted(found)}


@dataclass
class _Pending:
    """A submission some of whose notebooks are being run."""

    submission: Submission
    notebooks: dict[str, NotebookNode]
    left: int = 0


class _Grading:
    """One grading of a class: the single writer of its store and its gradebook."""

    def __init__(self, directory: Path, api: Any, force: bool) -> None:
        self.summary = Summary()
        self._directory = directory
        self._api = api
        self._force = force
        self._step = SealedExecute(parent=api)
        self._common: dict[str, str] = {}

    @property
    def needs_sandbox(self) -> bool:
        """Whether this class's notebooks run in a sandbox."""
        return self._step.settings().sandbox

    def run(
        self,
        todo: list[Submission],
        executor: Executor,
        most: Callable[[], int],
        stop: Callable[[], bool],
    ) -> Iterator[Submission]:
        """Take submissions through all steps; yield each that is done with, whatever came of it.

        Args:
            todo: what to grade.
            executor: where notebooks are run.
            most: asked often; how many notebooks are given to it before their runs are waited for.
            stop: asked often; once it says yes, what is run already is kept, and no more is done.
        """
        queue = iter(todo)
        running: dict[Future[Done], tuple[_Pending, Place, str]] = {}
        upcoming = next(queue, None)
        while (upcoming or running) and not stop():
            if upcoming and len(running) < most():
                pending = _Pending(upcoming, {})
                for place, key, nb in self._begin(pending):
                    future = executor.submit(execute, self._step.job(nb, place))
                    running[future] = pending, place, key
                    pending.left += 1
                if not pending.left:
                    yield self._finish(pending)
                upcoming = next(queue, None)
                continue
            for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                pending, place, key = running.pop(future)
                self._keep(future, pending.submission, place, key)
                pending.left -= 1
                if not pending.left:
                    yield self._finish(pending)
        for future, (pending, place, key) in running.items():
            if future.done():
                self._keep(future, pending.submission, place, key)

    def _begin(self, pending: _Pending) -> Iterator[tuple[Place, str, NotebookNode]]:
        """Sanitise a submission; yield each notebook that has to be run, with its key."""
        submission = pending.submission
        if not self._force and self._is_up_to_date(submission):
            return
        self._stamp(submission).unlink(missing_ok=True)
        try:
            if not any(self._handed_in(submission).glob("*.ipynb")):
                raise AutograderError("There is no notebook in its folder.")
            pending.notebooks = sanitised(self._api, submission.assignment, submission.student)
            for name, nb in pending.notebooks.items():
                place = Place(submission.student, submission.assignment, name)
                key = self._step.key(nb, place)
                run = None if self._force else read_run(place.folder(self._directory))
                if run is not None and run.key == key:
                    self.summary.reused += 1
                else:
                    yield place, key, nb
        except AutograderError as error:
            self.summary.failed[str(submission)] = str(error)

    def _keep(self, future: Future[Done], submission: Submission, place: Place, key: str) -> None:
        """Store a run that has ended. Raises StoreError: then no other could be stored either."""
        try:
            done = future.result()
        except AutograderError as error:
            self.summary.failed[str(submission)] = str(error)
            return
        except Exception as error:  # a bug of ours must not cost the other submissions
            reason = f"Running it failed, by our fault ({type(error).__name__}: {error})."
            self.summary.failed[str(submission)] = reason
            return
        keep(place.folder(self._directory), key, done)
        self.summary.executed += 1
        for fault in done.faults:
            self.summary.faults[fault.kind] = self.summary.faults.get(fault.kind, 0) + 1

    def _finish(self, pending: _Pending) -> Submission:
        """Judge and write a submission whose runs are all in the store."""
        submission = pending.submission
        if str(submission) in self.summary.failed:
            return submission
        stamp = self._stamp(submission)
        if stamp.exists():
            self.summary.unchanged += 1
            return submission
        made_from = self._made_from(submission)
        try:
            write_graded(self._api, submission.assignment, submission.student, pending.notebooks)
        except AutograderError as error:
            self.summary.failed[str(submission)] = str(error)
            return submission
        write_whole(stamp, made_from + "\n")
        self.summary.graded += 1
        for folder in stamp.parent.iterdir():
            if folder.is_dir():
                self._count(submission, folder)
        return submission

    def _count(self, submission: Submission, folder: Path) -> None:
        """Note what of a graded run somebody should know."""
        graded, run = read_graded(folder), read_run(folder)
        if graded is None or run is None:
            return
        self.summary.by_hand += sum(verdict.faulty for verdict in graded.verdicts.values())
        stopped = len(stopped_checks(run, graded))
        if stopped:
            self.summary.faults["check"] = self.summary.faults.get("check", 0) + stopped
        for repair in graded.repairs:
            if repair["what"] == UNREADABLE:
                self.summary.unreadable[str(submission)] = repair["message"]

    def note(self) -> str:
        """Say in a few words what has gone wrong so far."""
        parts = [f"{count} {kind}" for kind, count in sorted(self.summary.faults.items())]
        parts += [f"{len(self.summary.failed)} failed"] if self.summary.failed else []
        return ", ".join(parts)

    # ------------------------------------------------------------------------------ the stamp

    def _stamp(self, submission: Submission) -> Path:
        place = Place(submission.student, submission.assignment, STAMP_FILE)
        return place.folder(self._directory)

    def _is_up_to_date(self, submission: Submission) -> bool:
        course = self._api.coursedir
        names = (submission.student, submission.assignment)
        autograded = Path(course.format_path(course.autograded_directory, *names))
        try:
            made_from = self._stamp(submission).read_text(encoding="utf-8").strip()
        except OSError:
            return False
        return any(autograded.glob("*.ipynb")) and made_from == self._made_from(submission)

    def _made_from(self, submission: Submission) -> str:
        """Return a hash of all that a grade hangs on, but for the judges."""
        course, assignment = self._api.coursedir, submission.assignment
        if assignment not in self._common:
            told = [
                folder_digest(Path(course.format_path(step, ".", assignment)))
                for step in (course.release_directory, course.source_directory)
            ]
            secret = digest([self._directory / SECRET_FILE])
            told += [secret, repr(self._step.settings()), json.dumps(code_versions())]
            self._common[assignment] = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        own = folder_digest(self._handed_in(submission))
        return hashlib.sha256(f"{own} {self._common[assignment]}".encode()).hexdigest()

    def _handed_in(self, submission: Submission) -> Path:
        course, names = self._api.coursedir, (submission.student, submission.assignment)
        return Path(course.format_path(course.submitted_directory, *names))


def folder_digest(folder: Path) -> str:
    """Return a hash of the names and contents of all plain files in a folder."""
    told = {
        path.relative_to(folder).as_posix(): digest([path])
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


# ----------------------------------------------------------------------------------- the edge


def _connected(address: str, sandbox: bool) -> contextlib.AbstractContextManager[Cluster]:
    """Return a cluster to be entered. Raises AutograderError."""
    if importlib.util.find_spec("distributed") is None:
        raise AutograderError(
            "Grading on a cluster needs Dask, here and on the cluster; install it with: "
            "pip install distributed"
        )
    from autograder.classroom.cluster import connect

    return connect(address, sandbox, JOB_SECONDS)


@contextlib.contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Note Ctrl-C in place of raising, so that nothing is cut short; give what tells of it.

    nbgrader takes an interrupt for a submission's failure. A second Ctrl-C does raise.
    """
    seen: list[bool] = []

    def note(*_: object) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(seen)
    finally:
        signal.signal(signal.SIGINT, before)


def _progress(console: Console) -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("submissions"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
    )


def show(summary: Summary, console: Console) -> None:
    """Print what a grading did, and what is to be done now."""
    for name, reason in summary.failed.items():
        console.print(f"not graded: {name}: {reason}", highlight=False, soft_wrap=True)
    for name, reason in summary.unreadable.items():
        console.print(f"nothing to grade: {name}: {reason}", highlight=False, soft_wrap=True)
    console.print(
        f"{summary.graded} graded ({summary.executed} notebooks run, {summary.reused} taken from "
        f"the store), {summary.unchanged} unchanged, {len(summary.failed)} failed, in "
        f"{summary.seconds:.0f} s.",
        soft_wrap=True,
    )
    if summary.faults:
        stopped = ", ".join(f"{count} × {kind}" for kind, count in sorted(summary.faults.items()))
        console.print(f"Stopped: {stopped}. The feedback says so.", soft_wrap=True)
    if summary.by_hand:
        console.print(
            f"{summary.by_hand} answers wait for you: a check itself failed on them. See "
            "`autograder report`.",
            soft_wrap=True,
        )
    if summary.interrupted:
        console.print("Interrupted. What is done is kept; the same command does the rest.")
