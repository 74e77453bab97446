"""Classes to measure on: the made-up students' submissions, as often as wanted, and timed commands.

Copies are named NUMBER-STUDENT, so that in the order of names, in which both `nbgrader autograde`
and `autograder grade` go, every stretch of a class is the same mixture of students.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode

from autograder.classroom.config import find_alembic
from autograder.classroom.new_class import new_class
from autograder.demo import STUDENTS, hand_in
from autograder.exercises import LESSONS

ORIGINALS = tuple(student.name for student in STUDENTS)
RIGHT = ORIGINALS[0]
"""The student whose every answer is right."""

_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"

GRADED_FOLDERS = ("submitted", "autograded", "feedback", "evidence")


def made_class(folder: Path | None, directory: Path) -> dict[str, Path]:
    """Make a class without submissions in `directory`; return lesson → the originals' notebooks.

    Args:
        folder: a class that the demo made, whose copy it becomes; None makes a new one.
        directory: a folder that does not exist.

    Returns:
        lesson → a folder that holds STUDENT/LESSON.ipynb for each of `ORIGINALS`.
    """
    if folder is None:
        new_class(directory)
        for student in STUDENTS:
            for lesson in LESSONS:
                hand_in(directory, student, lesson)
        submitted = directory / "submitted"
    else:
        shutil.copytree(folder, directory, ignore=shutil.ignore_patterns(*GRADED_FOLDERS))
        submitted = folder / "submitted"
    kept = directory / "originals"
    for student in ORIGINALS:
        for lesson in LESSONS:
            (kept / lesson / student).mkdir(parents=True)
            name = f"{lesson}.ipynb"
            shutil.copyfile(submitted / student / lesson / name, kept / lesson / student / name)
    shutil.rmtree(directory / "submitted", ignore_errors=True)
    return {lesson: kept / lesson for lesson in LESSONS}


def names(count: int) -> dict[str, str]:
    """Copy → the student whose work it is, for `count` copies of the originals in turn."""
    return {
        f"{index:04}-{ORIGINALS[index % len(ORIGINALS)]}": ORIGINALS[index % len(ORIGINALS)]
        for index in range(count)
    }


def replicate(originals: Path, lesson: str, copies: Mapping[str, str], directory: Path) -> None:
    """Hand in the copies of one lesson's originals."""
    for copy, student in copies.items():
        place = directory / "submitted" / copy / lesson
        place.mkdir(parents=True)
        shutil.copyfile(originals / student / f"{lesson}.ipynb", place / f"{lesson}.ipynb")


def without_copies(directory: Path) -> None:
    """Take all submissions away, and what grading has made of them but for the gradebook."""
    for name in GRADED_FOLDERS:
        shutil.rmtree(directory / name, ignore_errors=True)


def cell_seconds(cell: NotebookNode) -> float:
    """How long an executed cell took on the clock, as its kernel dates "busy" and "idle"."""
    told = cell.metadata.execution
    busy, idle = (datetime.fromisoformat(told[f"iopub.status.{s}"]) for s in ("busy", "idle"))
    return (idle - busy).total_seconds()


# -------------------------------------------------------------------------------- commands


@dataclass(frozen=True)
class Used:
    """What a command took: seconds on the clock, and the processor's seconds of all cores.

    `others` is how many cores other programs kept busy in the seconds before.
    """

    wall: float
    processor: float
    others: float

    def row(self) -> dict[str, float]:
        """The figures, rounded."""
        return {
            "wall_seconds": round(self.wall, 2),
            "core_seconds": round(self.processor, 2),
            "cores_busy_before": round(self.others, 2),
        }


def timed(
    arguments: Sequence[str],
    directory: Path,
    watch: Callable[[psutil.Popen], None] = lambda process: None,
    typed: str = "",
) -> tuple[Used, str]:
    """Run a command in a folder; return what it took, and what it wrote to stdout.

    Args:
        arguments: the command; the first is a module of Python's, run as `python -m`.
        directory: where it runs.
        watch: called with the process once a second until it has ended.
        typed: what it reads from stdin.

    Raises:
        RuntimeError: the command failed; what it wrote is told.
    """
    find_alembic()
    began, busy = time.perf_counter(), machine_seconds()
    time.sleep(2)
    others = (machine_seconds() - busy) / (time.perf_counter() - began)
    (directory / "stdin").write_text(typed)
    # Byte code is kept on a user's machine; who measures may have forbidden it.
    environment = {name: of for name, of in os.environ.items() if name != _NO_BYTE_CODE}
    with (
        (directory / "stdin").open() as into,
        (directory / "stdout").open("w+") as out,
        (directory / "stderr").open("w+") as err,
        processor_meter() as (join, seconds),
    ):
        began = time.perf_counter()
        process = psutil.Popen(
            [sys.executable, "-m", *arguments],
            cwd=directory,
            env=environment,
            stdin=into,
            stdout=out,
            stderr=err,
        )
        join(process.pid)
        while process.poll() is None:
            watch(process)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(1)
        wall = time.perf_counter() - began
        used = Used(wall, seconds(), others)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{out.read()}\n{err.read()[-4000:]}")
        return used, out.read()


@contextlib.contextmanager
def processor_meter() -> Iterator[tuple[Callable[[int], object], Callable[[], float]]]:
    """Give two functions: one lets a process join the meter, one reads it when all has ended.

    A sandbox is ended by the operating system, whose accounts of ended children leave out what
    lived in it. So the meter is a control group (version 2), which counts all that a process ever
    starts. Where none can be made, it is the whole machine, which must be idle otherwise.
    """
    group = control_group()
    if group is None:
        start = machine_seconds()
        yield lambda pid: None, lambda: machine_seconds() - start
        return

    def seconds() -> float:
        for _ in range(100):
            if "populated 0" in (group / "cgroup.events").read_text():
                return int((group / "cpu.stat").read_text().split()[1]) / 1e6
            time.sleep(0.1)
        left = (group / "cgroup.procs").read_text().split()
        raise RuntimeError(f"Processes are left ten seconds after the command: {left}")

    try:
        yield lambda pid: (group / "cgroup.procs").write_text(str(pid)), seconds
    finally:
        with contextlib.suppress(OSError):  # the command is still running: something was raised
            group.rmdir()


def control_group() -> Path | None:
    """Make a control group of version 2 below this process's; None where that cannot be done."""
    mounted = [part for part in psutil.disk_partitions(all=True) if part.fstype == "cgroup2"]
    own = re.search(r"^0::/(.*)$", _text(Path("/proc/self/cgroup")), re.M)
    if not mounted or own is None:
        return None
    group = Path(mounted[0].mountpoint, own.group(1), f"benchmark-{os.getpid()}")
    try:
        group.mkdir()
    except OSError:
        return None
    return group


def machine_seconds() -> float:
    """The seconds that this machine's cores have worked since it was started, added up."""
    times = psutil.cpu_times()
    return sum(getattr(times, kind, 0.0) for kind in ("user", "nice", "system", "irq", "softirq"))


def machine() -> dict[str, Any]:
    """What the figures belong to."""
    model = re.search(r"^model name\s*:\s*(.*)$", _text(Path("/proc/cpuinfo")), re.M)
    if group := control_group():
        group.rmdir()
    return {
        "cores": os.cpu_count(),
        "processor": model.group(1) if model else platform.machine(),
        "memory_gigabytes": round(psutil.virtual_memory().total / 2**30),
        "core_seconds_of": "the command" if group else "the whole machine",
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
