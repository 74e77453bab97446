"""The store of runs: what executing a submission gave, kept whole or not at all, found by its key.

evidence/<student>/<assignment>/<notebook>/ holds

    run.json                    the key, and what is known of the run besides its files
    challenges/EX.safetensors   what each check was given
    evidence/EX.safetensors     what each check left
    executed.ipynb              the notebook with its outputs, before any verdict
    graded.json                 what the gradebook was last told of this run (see graded.py)

A run is written into a folder beside its place and renamed, so that neither a killed grader nor a
full disk leaves half a run or takes away the one before. A submission whose key is unchanged is
not executed again.
"""

from __future__ import annotations

import glob
import hashlib
import inspect
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import autograder
import course
from autograder.classroom.files import MARK_FILE
from autograder.errors import AutograderError
from autograder.exercises import DEMONSTRATION
from autograder.judges import drawing
from autograder.kernel.challenge import Challenge
from autograder.sandbox.policy import MOST_FILES_BYTES

RUN_FILE = "run.json"
NOTEBOOK_FILE = "executed.ipynb"

# What lies beside a notebook without being the student's: it does not change what a run gives.
_NOT_A_STUDENTS = {MARK_FILE, "timestamp.txt", "solutions"}


MACHINE_FAULTS = frozenset({"kernel_lost", "died", "hung", "not_run"})
"""Kinds of fault that a second run may be spared. Floods and full scratch space come again."""


KERNEL_SIDE = "kernel_side"


class StoreError(AutograderError):
    """A run that cannot be written or read."""


@dataclass(frozen=True)
class Fault:
    """Something that went wrong while a notebook ran, other than an exception in a cell.

    `cell` is the index of the cell, `exercise` the catalogue exercise it belongs to, if any.
    """

    cell: int
    exercise: str | None
    kind: str
    message: str


@dataclass(frozen=True)
class StoredRun:
    """One run of one submission, as it lies in `folder`.

    `layers` names the walls that stood around the kernel, `seconds` is what the run took, `when`
    its end in UTC (ISO 8601).
    """

    folder: Path
    key: str
    versions: dict[str, str]
    seconds: float
    faults: tuple[Fault, ...]
    layers: tuple[str, ...]
    when: str

    def notebook(self) -> NotebookNode:
        """Read the executed notebook. Raises StoreError."""
        path = self.folder / NOTEBOOK_FILE
        try:
            return nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise unreadable(path, error) from error

    @property
    def is_of_earlier_checks(self) -> bool:
        """Whether other probes than today's left the evidence; a judge may ask for more."""
        return self.versions.get(KERNEL_SIDE) != code_versions()[KERNEL_SIDE]

    def challenge_path(self, exercise: str) -> Path:
        """Where the challenge of an exercise lies."""
        return self.folder / "challenges" / f"{exercise}.safetensors"

    def evidence_path(self, exercise: str) -> Path:
        """Where the evidence of an exercise lies, if its check left any."""
        return self.folder / "evidence" / f"{exercise}.safetensors"


def is_worth_another_try(run: StoredRun) -> bool:
    """Tell whether a run had a fault that a busy machine can cause."""
    return any(fault.kind in MACHINE_FAULTS for fault in run.faults)


# ---------------------------------------------------------------------------------------- keys


def run_key(
    nb: NotebookNode,
    seeds: Mapping[str, int],
    files: Mapping[str, Path],
    limits: Mapping[str, Any],
) -> str:
    """Return the SHA-256 of everything that a run's outcome hangs on, in hexadecimal digits.

    Args:
        nb: the submission as it is to be executed; prose, outputs and points do not count.
        seeds: exercise → the seed of its challenge, which depends on the class's secret.
        files: what lies beside the notebook, by its relative path.
        limits: the limits of the run.
    """
    told = {
        "code": [
            [cell.source, DEMONSTRATION in cell.metadata.get("tags", [])]
            for cell in nb.cells
            if cell.cell_type == "code"
        ],
        "challenges": {name: [str(seed), _drawing(name)] for name, seed in seeds.items()},
        "files": {name: digest([path]) for name, path in files.items()},
        "limits": dict(limits),
        "versions": code_versions(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def files_beside(*folders: Path, ignore: Iterable[str] = ()) -> dict[str, Path]:
    """Return the files in folders that a notebook may lean on, by relative path.

    A file of a later folder takes the place of an earlier one's. Links, pipes and files that are
    larger than what a kernel is given of files in all are left out.

    Args:
        folders: a submission's folder, and what was given out with the assignment.
        ignore: patterns of the names of files and folders that are left out.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for where, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if not _is_ignored(name, ignore))
            if Path(where) == folder:
                names[:] = [name for name in names if name not in _NOT_A_STUDENTS]
                files = [name for name in files if name not in _NOT_A_STUDENTS]
            for name in sorted(files):
                path = Path(where, name)
                if path.suffix == ".ipynb" or _is_ignored(name, ignore):
                    continue
                state = path.lstat()  # a link would lead anywhere, a pipe would never end
                if stat.S_ISREG(state.st_mode) and state.st_size <= MOST_FILES_BYTES:
                    found[path.relative_to(folder).as_posix()] = path
    return found


def _is_ignored(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


@cache
def code_versions() -> dict[str, str]:
    """Return the versions of what a run hangs on besides the class.

    Those of the packages that a student's numbers depend on, and a hash of our own code in the
    kernel.
    """
    names = ("generative-garments", "tensorflow-cpu", "tensorflow", "keras", "numpy")
    installed = {KERNEL_SIDE: _kernel_side()}
    for name in names:
        try:
            installed[name] = version(name)
        except ModuleNotFoundError:
            continue
    return installed


@cache
def _kernel_side() -> str:
    """Return a hash of the code that a sealed kernel runs, other than the student's."""
    package = Path(autograder.__file__).parent
    own = [package / "notebook.py", *sorted((package / "kernel").rglob("*.py"))]
    return digest([*own, *sorted(Path(course.__file__).parent.rglob("*.py"))])


@cache
def _drawing(exercise: str) -> str:
    """Return a hash of the function that draws an exercise's challenges."""
    return hashlib.sha256(inspect.getsource(drawing(exercise)).encode()).hexdigest()


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the contents of files, in hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


# ----------------------------------------------------------------------------- writing, reading


@dataclass(frozen=True, order=True)
class Place:
    """A submitted notebook, by nbgrader's names for it."""

    student: str
    assignment: str
    notebook: str

    def folder(self, directory: Path) -> Path:
        """Return where a class keeps the run of this notebook."""
        return directory / "evidence" / self.student / self.assignment / self.notebook

    def names(self) -> dict[str, str]:
        """Return what nbgrader's converters call `resources["nbgrader"]`."""
        return asdict(self)


def place_of(resources: Mapping[str, Any]) -> Place:
    """Return the submitted notebook that a converter of nbgrader is at work on."""
    names = resources["nbgrader"]
    return Place(names["student"], names["assignment"], names["notebook"])


def stored_runs(
    directory: Path, assignment: str | None = None, student: str | None = None
) -> list[Place]:
    """Return the submitted notebooks of which a class keeps a run, in alphabetical order."""
    chosen = "/".join(glob.escape(name) if name else "*" for name in (student, assignment))
    return sorted(
        Place(*path.relative_to(directory / "evidence").parts[:3])
        for path in (directory / "evidence").glob(f"{chosen}/*/{RUN_FILE}")
        if not path.parent.name.startswith(".")
    )


def save_run(
    folder: Path,
    key: str,
    notebook: str,
    challenges: Mapping[str, Challenge],
    evidence: Mapping[str, bytes],
    faults: Iterable[Fault],
    layers: Iterable[str],
    seconds: float,
) -> StoredRun:
    """Keep a run in `folder`, in place of the one before.

    Args:
        folder: what `Place.folder` gives.
        key: what `run_key` gives.
        notebook: the text of the executed notebook, in ASCII.
        challenges: exercise → challenge; written anew, because the kernel could have changed the
            copies it was given.
        evidence: exercise → content of the file that its check left; not looked into here.
        faults: what went wrong while it ran.
        layers: the walls that stood around the kernel.
        seconds: what the run took.

    Raises:
        StoreError: the run could not be written; the one before is untouched.
    """
    facts = {
        "key": key,
        "versions": code_versions(),
        "seconds": round(seconds, 3),
        "faults": [asdict(fault) for fault in faults],
        "layers": list(layers),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    partial = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.parents[2].chmod(0o700)
        for left in folder.parent.glob(f".{glob.escape(folder.name)}-*"):
            shutil.rmtree(left, ignore_errors=True)  # by a grader that was killed
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        save_challenges(challenges, partial)
        (partial / "evidence").mkdir()
        for exercise, content in evidence.items():
            (partial / "evidence" / f"{exercise}.safetensors").write_bytes(content)
        # ASCII, because what a student prints need not be valid Unicode.
        (partial / NOTEBOOK_FILE).write_text(notebook, encoding="ascii")
        (partial / RUN_FILE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        _put_in_place(partial, folder)
    except OSError as error:
        raise StoreError(
            f"The run cannot be kept in {folder} ({error.strerror}); nothing was lost: put this "
            "right and grade again."
        ) from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
    stored = read_run(folder)
    assert stored is not None
    return stored


def save_challenges(challenges: Mapping[str, Challenge], folder: Path) -> None:
    """Write challenges/EX.safetensors in a folder. Raises RecordError, OSError."""
    (folder / "challenges").mkdir(parents=True, exist_ok=True)
    for exercise, challenge in challenges.items():
        challenge.save(folder / "challenges" / f"{exercise}.safetensors")


def read_run(folder: Path) -> StoredRun | None:
    """Return the run that is kept in `folder`; None if there is none.

    Raises:
        StoreError: there is one, but it cannot be read.
    """
    before = _before(folder)
    if before.exists() and not folder.exists():
        before.rename(folder)  # a grader was killed between the two renames
    path = folder / RUN_FILE
    if not path.exists():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        faults = tuple(Fault(**fault) for fault in facts.pop("faults"))
        layers = tuple(facts.pop("layers"))
        return StoredRun(folder, faults=faults, layers=layers, **facts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise unreadable(path, error) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, whatever the one before permits. Raises OSError."""
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _put_in_place(partial: Path, folder: Path) -> None:
    """Let a finished folder take the place of the one before, which `read_run` can bring back."""
    before = _before(folder)
    if folder.exists():
        shutil.rmtree(before, ignore_errors=True)
        folder.rename(before)
    partial.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def _before(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before")


def unreadable(path: Path, error: Exception) -> StoreError:
    """Say in one sentence that a file of the store cannot be read."""
    return StoreError(
        f"{path} cannot be read ({error}); restore it from a backup, or delete its folder and "
        "grade again."
    )
