"""Grading one attacker's notebook: the real runner, a real kernel in the real sandbox, judges."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.classroom.judging import score
from autograder.classroom.run import Run, run_notebook
from autograder.exercises import check_id
from autograder.judges import draw_challenge, judge
from autograder.kernel.evidence import Evidence, EvidenceError
from autograder.sandbox.policy import MIB, Limits
from autograder.verdict import Verdict

BEFORE, TARGET, AFTER = EXERCISES = ("rescale_images", "scale_images", "images_for_display")
ANSWERS = {
    BEFORE: "def rescale_images(images):\n    return (2 * images - 1)[..., np.newaxis]",
    TARGET: "def scale_images(images):\n    return images.astype(np.float32) / 255",
    AFTER: "def images_for_display(generated):\n    return 0.5 * generated[..., 0] + 0.5",
}
SETUP = "from autograder import check\nimport numpy as np"
SECRET = "0123456789abcdef-the-class-secret"

# Small, so that what exhausts them is quick; imported TensorFlow alone takes 1300 MiB of addresses.
LIMITS = Limits(
    address_space=2560 * MIB, memory=768 * MIB, scratch_bytes=64 * MIB, file_bytes=512 * MIB
)


@dataclass
class Graded:
    """What came of one notebook."""

    run: Run
    verdicts: dict[str, Verdict]

    def points(self, exercise: str) -> float:
        """Points without a person's help: a fault of the checker gives none by itself."""
        verdict = self.verdicts.get(exercise)
        return (score(verdict, verdict.max_points) or 0.0) if verdict else 0.0

    def text(self) -> str:
        return "\n".join(str(cell.get("outputs", "")) for cell in self.run.notebook.cells)


def answer_cell(exercise: str, source: str) -> NotebookNode:
    nbgrader = {"grade": False, "solution": True, "grade_id": exercise}
    return new_code_cell(source, id=exercise, metadata={"nbgrader": nbgrader})


def check_cell(exercise: str, metadata: Iterable[tuple[str, object]] = ()) -> NotebookNode:
    nbgrader = {"grade": True, "solution": False, "grade_id": check_id(exercise), "points": 1}
    return new_code_cell(
        f'check("{exercise}", {exercise})',
        id=check_id(exercise),
        metadata={"nbgrader": nbgrader, **dict(metadata)},
    )


def notebook(*cells: NotebookNode | str) -> NotebookNode:
    return new_notebook(
        cells=[new_code_cell(cell) if isinstance(cell, str) else cell for cell in (SETUP, *cells)]
    )


def grade(nb: NotebookNode, folder: Path, cell_seconds: int = 30, **options: Any) -> Graded:
    """Run a notebook with secret challenges and judge what it leaves in `folder`."""
    exercises = [name for name in EXERCISES if any(cell.id == name for cell in nb.cells)]
    challenges = {name: draw_challenge(name, 987_654_321) for name in exercises}
    options.setdefault("limits", LIMITS)
    run = run_notebook(nb, challenges, folder, cell_seconds=cell_seconds, **options)
    verdicts = {}
    for name, challenge in challenges.items():
        path = folder / f"{name}.safetensors"
        if path.exists():
            try:
                verdicts[name] = judge(name, challenge, Evidence.load(path))
            except EvidenceError:
                continue
    return Graded(run, verdicts)


# -------------------------------------------------------------------------- the surroundings


def is_tracker(process: psutil.Process) -> bool:
    """Whether a process is the one that multiprocessing keeps beside others."""
    return any("resource_tracker" in part for part in process.cmdline())


@dataclass
class Surroundings:
    """A class and a grader that an attacker would like to reach."""

    folder: Path
    mark: str
    listener: socket.socket
    named: socket.socket
    abstract: socket.socket
    nursery: psutil.Process
    before: dict[str, str]

    def names(self) -> str:
        """A cell that tells the attacker all that she might find out, and more."""
        files = [str(path) for path in sorted(self.folder.rglob("*")) if path.is_file()]
        facts = {
            "CLASS_FOLDER": str(self.folder),
            "CLASS_FILES": files,
            "GRADER_PID": psutil.Process().pid,
            "NURSERY_PID": self.nursery.pid,
            "GRADER_PORT": self.listener.getsockname()[1],
            "GRADER_SOCKET": self.named.getsockname(),
            "ABSTRACT": self.abstract.getsockname().decode()[1:],
            "GRADER_HOME": str(Path.home()),
            "GRADER_FOLDER": str(Path.cwd()),
            "WRITE_GUESSES": [str(place) for place in self.places()],
            "MARK": self.mark,
        }
        return "\n".join(f"{name} = {value!r}" for name, value in facts.items())

    def places(self) -> list[Path]:
        """Folders into which an attacker may try to write."""
        package = Path(__file__).parents[2] / "autograder"
        return [
            *(self.folder, Path.home(), Path.cwd(), package, package / "kernel"),
            *(Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/dev/shm"), Path("/etc")),
            *(package.parent, package.parent / "course", Path("/"), Path("/usr/lib")),
        ]

    def assert_unharmed(self) -> None:
        """Nothing of the class has changed, nothing was written, no process of a run is left."""
        assert contents(self.folder) == self.before
        found = [place for place in self.places() if (place / self.mark).exists()]
        assert not found, found
        # Multiprocessing's tracker is there if another test has started processes. The nursery's
        # two processes are a group, to which no sandbox belongs.
        assert self.nursery.is_running()
        assert not [
            one
            for one in psutil.Process().children(recursive=True)
            if not is_tracker(one) and os.getpgid(one.pid) != self.nursery.pid
        ]
        for process in psutil.process_iter(["cmdline"]):
            assert self.mark not in " ".join(process.info["cmdline"] or ())
        for listener in (self.listener, self.named, self.abstract):
            listener.setblocking(False)
            try:
                listener.accept()
            except BlockingIOError:
                continue
            raise AssertionError("somebody connected")


def contents(folder: Path) -> dict[str, str]:
    """Path → hash of what lies there, and its mode."""
    return {
        str(path): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mode}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
