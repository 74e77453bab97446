"""What a sealed kernel may read and how much it may use: the allow-list, as data."""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from course.cache import keras_cache

MIB = 2**20
GIB = 2**30

# Places inside the sandbox. Everything that can be written lies in the memory of this machine.
SCRATCH = "/tmp"
HOME = f"{SCRATCH}/home"
WORK = f"{SCRATCH}/work"
EXCHANGE = "/exchange"
CHALLENGES, EVIDENCE, SOCKETS = (f"{EXCHANGE}/{name}" for name in ("challenges", "evidence", "zmq"))

PACKAGE = Path(__file__).parent.parent
KERNEL_SIDE = (
    "__init__.py",
    "errors.py",
    "exercises.py",
    "kernel",
    "language.py",
    "locale",
    "notebook.py",
    "places.py",
    "progress.py",
    "report.py",
    "text_card.html.j2",
    "texts.py",
    "verdict.py",
)
"""What a check, a hint and a card need of this package: neither judges nor the class's side."""

_SYSTEM = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"),
    *("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec"),
    *("/usr/share", "/usr/local/bin", "/usr/local/lib", "/usr/local/share"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
    *("/etc/fonts", "/etc/localtime", "/etc/timezone", "/etc/mime.types"),
    "/sys/devices/system/cpu",
)
_OF_A_PREFIX = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
MOST_FILES_BYTES = 64 * MIB
MOST_NAMES_BYTES = 100_000

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_KEPT_VARIABLES = frozenset(
    [
        "LANG",
        "LANGUAGE",
        "TZ",
        "LD_LIBRARY_PATH",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_CPP_MIN_LOG_LEVEL",
        "TF_ENABLE_ONEDNN_OPTS",
        "TF_NUM_INTEROP_THREADS",
        "TF_NUM_INTRAOP_THREADS",
    ]
)


@dataclass(frozen=True)
class Limits:
    """What the processes of one sandbox may use; bytes, seconds, counts.

    `address_space`, `file_bytes`, `cpu_seconds` and `open_files` bind each process, `memory` and
    `scratch_bytes` all of them together, `tasks` the number of processes and threads.
    """

    address_space: int = 4 * GIB + 64 * MIB * (os.cpu_count() or 1)
    memory: int = 4 * GIB
    scratch_bytes: int = 512 * MIB
    evidence_bytes: int = 256 * MIB
    file_bytes: int = 512 * MIB
    cpu_seconds: int = 3600
    open_files: int = 4096
    tasks: int = 1024 + 16 * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Policy:
    """One sandbox.

    `program` is what runs in it: the kernel, or the probes of the sandbox itself. `readable` maps
    places inside to files and folders outside (without symbolic links), `copies` are put into the
    scratch folder, `settings` go to the program. With `tensorflow` a kernel starts quicker that
    imports it, and slower any other.
    """

    program: Literal["kernel", "probes"]
    readable: dict[str, str]
    environment: dict[str, str]
    copies: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    settings: dict[str, Any] = field(default_factory=dict)
    tensorflow: bool = True

    def to_json(self) -> bytes:
        """The policy as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Policy:
        """The policy that `to_json` wrote."""
        told = json.loads(text)
        return cls(**told | {"limits": Limits(**told["limits"])})


def readable() -> dict[str, str]:
    """What a sealed kernel may read: place inside → real path outside.

    Python with its packages, the kernel's side of this package, `course`, the data if they are
    there, and the system's libraries. Nothing else of the folder that these are installed in.
    """
    return dict(_readable(data_folder()))


@cache
def _readable(data: Path | None) -> dict[str, str]:
    places = [Path(place) for place in _SYSTEM]
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        places += [Path(prefix) / part for part in _OF_A_PREFIX]
    packages = site.getsitepackages()
    packages += [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    places += map(Path, packages)
    places += [PACKAGE / name for name in KERNEL_SIDE]
    course = find_spec("course")
    if course is not None and course.origin:
        places.append(Path(course.origin).parent)
    if data is not None:
        places.append(data)
    found: dict[str, str] = {}
    for place in sorted({place for place in places if place.exists()}):
        # Outer folders come first. What lies in one is there already, but for this package,
        # of which a part is hidden.
        if PACKAGE in place.parents or not any(str(outer) in found for outer in place.parents):
            found[str(place)] = str(place.resolve())
    return found


def data_folder() -> Path | None:
    """Where this machine has Fashion-MNIST; None if it has not."""
    named = os.environ.get("FASHION_MNIST_DIR")
    folder = Path(named).expanduser().absolute() if named else keras_cache()
    return folder if folder.is_dir() else None


def start_environment() -> dict[str, str]:
    """The environment in which a sealed process starts: an allow-list of the grader's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_VARIABLES or name.startswith("LC_")
    }
    if site.ENABLE_USER_SITE:
        kept["PYTHONUSERBASE"] = site.getuserbase()
    # Few arenas: each takes 64 MiB of the address space that is allowed.
    return kept | {"PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "4", "HOME": HOME}


def inner_environment() -> dict[str, str]:
    """What is set besides, once inside."""
    inner = {
        "AUTOGRADER_EXCHANGE": EXCHANGE,
        "NBGRADER_EXECUTION": "autograde",  # nbgrader's documentation promises it to tests
        "TMPDIR": SCRATCH,
        "USER": "student",
        "LOGNAME": "student",
        "MPLCONFIGDIR": f"{HOME}/matplotlib",
    }
    if (data := data_folder()) is not None:
        inner["FASHION_MNIST_DIR"] = str(data)
    return inner


def kernel_policy(
    files: Mapping[str, Path], limits: Limits | None = None, *, tensorflow: bool = True
) -> Policy:
    """The policy of a kernel that finds copies of files in the folder in which it works.

    What exceeds `MOST_FILES_BYTES` in all is left out, and so is what exceeds `MOST_NAMES_BYTES` by
    the files' names: the policy is one message.
    """
    copies, room, names = font_cache(), MOST_FILES_BYTES, MOST_NAMES_BYTES
    for name, path in files.items():
        room -= path.stat().st_size
        names -= len(json.dumps([name, str(path)]))
        if room >= 0 and names >= 0:
            copies[f"{WORK}/{name}"] = str(path.resolve())
    return Policy(
        "kernel",
        readable(),
        inner_environment(),
        copies,
        limits or Limits(),
        tensorflow=tensorflow,
    )


def font_cache() -> dict[str, str]:
    """Matplotlib's list of this machine's fonts, if it was ever made: to make it takes seconds."""
    named = os.environ.get("MPLCONFIGDIR")
    folder = Path(named) if named else Path.home() / ".cache" / "matplotlib"
    return {f"{HOME}/matplotlib/{path.name}": str(path) for path in folder.glob("fontlist-*.json")}
