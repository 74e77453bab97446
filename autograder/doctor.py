"""`autograder doctor`: one line per thing the course leans on, and what to do about a fault.

Every examination is a function that returns a Finding or several; none raises, none writes. What
could crash or print (importing TensorFlow, entering namespaces) is tried in a child process.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from rich.console import Console
from rich.text import Text

from autograder.language import N_, _

State = Literal["ok", "info", "warn", "fault"]

DISTRIBUTION = "generative-garments"
ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
COLOURS = {"ok": "green", "info": "cyan", "warn": "yellow", "fault": "bold red"}
WORDS = {"ok": N_("ok"), "info": N_("info"), "warn": N_("warn"), "fault": N_("fault")}


@dataclass(frozen=True)
class Finding:
    """What one examination found. `advice` says what to do, if there is something to do."""

    subject: str
    state: State
    message: str
    advice: str = ""


def examine(directory: Path) -> list[Finding]:
    """Examine this machine and, if `directory` is an nbgrader class, the class. Never raises."""
    examinations: dict[str, Callable[[], Finding | Iterable[Finding]]] = {
        "Python": python_version,
        "packages": packages,
        "TensorFlow": tensorflow,
        "data": data,
        "alembic": alembic,
        "names": lambda: foreign_packages(directory),
        "sandbox": sandbox,
        "class": lambda: nbgrader_class(directory),
    }
    findings: list[Finding] = []
    for subject, examination in examinations.items():
        try:
            found = examination()
        except Exception as error:  # a doctor that falls ill helps nobody
            message = _("could not be examined: {error!r}").format(error=error)
            found = Finding(subject, "warn", message)
        findings.extend([found] if isinstance(found, Finding) else found)
    return findings


def show(findings: list[Finding], console: Console | None = None) -> int:
    """Print one line per finding. Returns the exit code: 1 if there is a fault, else 0."""
    console = console or Console(soft_wrap=True, highlight=False)
    for finding in findings:
        line = Text(f"{_(WORDS[finding.state]):<6}", style=COLOURS[finding.state])
        line.append(f"{finding.subject:<12}{finding.message}", style="default")
        if finding.advice:
            line.append(f" {finding.advice}", style="bold")
        console.print(line)
    return int(any(finding.state == "fault" for finding in findings))


def python_version(version: tuple[int, int, int] = sys.version_info[:3]) -> Finding:
    """Whether this Python is one that the course is locked for."""
    name = ".".join(map(str, version))
    if (3, 11) <= version < (3, 14):
        return Finding("Python", "ok", f"{name} ({platform.system()} {platform.machine()})")
    return Finding(
        "Python",
        "fault",
        _("{version} is not 3.11, 3.12 or 3.13.").format(version=name),
        _("Make the environment with one."),
    )


def pins(lock: str) -> list[str]:
    """The requirements in the text of a lock: `name==version` with markers, without hashes."""
    lines = (line for line in lock.splitlines() if line and not line.startswith((" ", "#")))
    return [line.removesuffix("\\").strip() for line in lines]


def packages(lock: Path = LOCK) -> Finding:
    """Installed versions against the lock, or against the project's own ranges without one."""
    if lock.exists():
        lines = pins(lock.read_text(encoding="utf-8"))
        wanted, source = [Requirement(line) for line in lines], _("the lock")
        remedy = _("Run: pip install --require-hashes -r requirements.lock")
    else:
        lines = metadata.requires(DISTRIBUTION) or []
        wanted = [Requirement(line) for line in lines if "extra ==" not in line]
        source = _("the project's ranges")
        remedy = _("Install the course again, or the named packages.")
    wanted = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    missing, other = [], []
    for requirement in wanted:
        installed = _version(requirement.name)
        if installed is None:
            missing.append(requirement.name)
        elif not requirement.specifier.contains(installed, prereleases=True):
            text = _("{name} {installed} (wanted {wanted})")
            other.append(
                text.format(
                    name=requirement.name, installed=installed, wanted=requirement.specifier
                )
            )
    if not missing and not other:
        text = _("all {count} are as {source} says")
        return Finding("packages", "ok", text.format(count=len(wanted), source=source))
    parts = []
    if missing:
        parts.append(_("{names} missing").format(names=_some(missing)))
    if other:
        parts.append(_("other than {source}: {names}").format(source=source, names=_some(other)))
    # Another version may well work (Colab brings its own); a missing package does not.
    state: State = "fault" if missing and not lock.exists() else "warn"
    return Finding("packages", state, "; ".join(parts) + ".", remedy)


def tensorflow(python: str = sys.executable, seconds: float = 120) -> Finding:
    """Whether TensorFlow and Keras 3 can be imported, tried in a child process."""
    code = (
        "import time; start = time.time(); import tensorflow as tf, keras;"
        "print('found', tf.__version__, keras.__version__,"
        " len(tf.config.list_physical_devices('GPU')), round(time.time() - start, 1))"
    )
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        child = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=seconds, env=quiet
        )
    except subprocess.TimeoutExpired:
        message = _("its import took over {seconds:g} s.").format(seconds=seconds)
        return Finding("TensorFlow", "fault", message, _("Reinstall it."))
    found = [line.split() for line in child.stdout.splitlines() if line.startswith("found ")]
    if child.returncode == 0 and found:
        _found, version, keras, gpus, took = found[-1]
        if int(keras.split(".")[0]) < 3:
            message = _("Keras {version} is too old.").format(version=keras)
            return Finding("TensorFlow", "fault", message, "pip install 'keras>=3.8'")
        device = f"{gpus} GPU" if gpus != "0" else _("no GPU, none is needed")
        message = _("{version} with Keras {keras}, {device}, imported in {took} s").format(
            version=version, keras=keras, device=device, took=took
        )
        return Finding("TensorFlow", "ok", message)
    intel_linux = (sys.platform, platform.machine()) == ("linux", "x86_64")
    package = "tensorflow-cpu" if intel_linux else "tensorflow"
    if child.returncode < 0:
        reason = _("importing it kills Python (signal {number})").format(number=-child.returncode)
    else:
        reason = (child.stderr.strip().splitlines() or [_("importing it failed")])[-1]
    return Finding(
        "TensorFlow",
        "fault",
        f"{reason}.",
        _("Install it with: pip install {package} keras").format(package=package),
    )


def data() -> Finding:
    """Whether the four files of Fashion-MNIST are there, whole and the right ones."""
    from course.cache import keras_cache
    from course.data import SHA256_OF_FILE, DataError, load_fashion_mnist

    named = os.environ.get("FASHION_MNIST_DIR")
    folder = Path(named).expanduser() if named else keras_cache()
    missing = [name for name in SHA256_OF_FILE if not (folder / name).is_file()]
    if missing and not named:
        return Finding(
            "data",
            "info",
            _("{count} of the 4 files of Fashion-MNIST are not in {folder} yet.").format(
                count=len(missing), folder=folder
            ),
            _("The first lesson downloads them (31 MB); without network it shows toy garments."),
        )
    try:
        load_fashion_mnist()
    except DataError as error:
        return Finding("data", "fault", str(error))
    message = _("Fashion-MNIST in {folder}, every hash right").format(folder=folder)
    return Finding("data", "ok", message)


def alembic() -> Finding:
    """Whether nbgrader, which calls `alembic` from PATH to make a gradebook, will find it."""
    if _version("nbgrader") is None:
        return Finding(
            "nbgrader",
            "info",
            _("not installed; lessons do not need it, a class does."),
            _('For a class, run: pip install "nbgrader<0.10"'),
        )
    name = "alembic.exe" if os.name == "nt" else "alembic"
    beside = Path(sys.executable).parent / name
    on_path = shutil.which("alembic")
    if on_path and beside.exists() and Path(on_path).resolve() != beside.resolve():
        return Finding(
            "alembic",
            "warn",
            _("PATH finds {path}, of another environment.").format(path=on_path),
            _("Activate this environment before nbgrader commands."),
        )
    if on_path:
        return Finding("alembic", "ok", _("on PATH"))
    if beside.exists():
        return Finding(
            "alembic",
            "info",
            _("installed, not on PATH. A class of `autograder new-class` finds it nevertheless."),
            _(
                "For other nbgrader classes activate the environment, or add {folder} to PATH."
            ).format(folder=beside.parent),
        )
    message = _("not found; nbgrader needs it.")
    return Finding("alembic", "fault", message, "pip install alembic")


def foreign_packages(directory: Path) -> list[Finding]:
    """Whether other people's packages stand where `autograder`, `course`, `solutions` belong.

    Looked at as a notebook in `directory` sees it: that folder comes first on Python's path.
    """
    owners = metadata.packages_distributions()
    code = (
        "import importlib.util as u, json;"
        "print(json.dumps({n: getattr(u.find_spec(n), 'origin', None)"
        " for n in ('autograder', 'course', 'solutions')}))"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=True
    )
    findings = []
    for name, origin in json.loads(child.stdout).items():
        place = Path(origin).resolve().parent if origin else None
        others = sorted(set(owners.get(name, [])) - {DISTRIBUTION})
        ours = place == ROOT / name
        if name == "solutions":
            if others or not (ours or place is None):
                findings.append(
                    Finding(
                        name,
                        "warn",
                        _("another project's package of this name is at {place}.").format(
                            place=place or others
                        ),
                        _("Lessons do not mind; uninstall it before working on the course itself."),
                    )
                )
        elif others:
            findings.append(
                Finding(
                    name,
                    "fault",
                    _("another project, {names}, installs a package of this name.").format(
                        names=_some(others)
                    ),
                    _("Run: pip uninstall {names}, then install the course again.").format(
                        names=" ".join(others)
                    ),
                )
            )
        elif ours:
            findings.append(Finding(name, "ok", _("imported from {place}").format(place=place)))
        else:
            findings.append(
                Finding(
                    name,
                    "fault",
                    _("Python imports it from {place}, not from {root}.").format(
                        place=place or _("nowhere"), root=ROOT
                    ),
                    _("Rename the file or folder in the way, or work in another folder."),
                )
            )
    return findings


def sandbox() -> Finding:
    """Which layers of the sandbox for submissions are in force here; for information.

    And whether its kernels start warm: cold, each takes seconds more.
    """
    from autograder.sandbox.probes import LAYERS, REQUIRED, layers_in_force
    from autograder.sandbox.start import SandboxError
    from autograder.sandbox.warm import why_cold

    advice = "Lessons do not need it. To grade a class without it, see the README."
    try:
        held = layers_in_force()
    except SandboxError as error:
        return Finding("sandbox", "info", str(error), advice)
    missing = [layer for layer in LAYERS if not held[layer]]
    state = f"in force: {', '.join(layer for layer in LAYERS if held[layer]) or 'nothing'}"
    if missing:
        state += f"; not in force: {', '.join(missing)}"
    cold = why_cold()
    state += f"; kernels start cold, which is slow ({cold})" if cold else "; kernels start warm"
    return Finding("sandbox", "info", state, advice if {*missing} & {*REQUIRED} else "")


def nbgrader_class(directory: Path) -> list[Finding]:
    """The class in `directory`: its configuration and its gradebook. Nothing elsewhere."""
    config, gradebook = directory / "nbgrader_config.py", directory / "gradebook.db"
    if not config.exists():
        if not (gradebook.exists() or (directory / "submitted").is_dir()):
            return []
        return [
            Finding(
                "class",
                "fault",
                f"{directory} looks like an nbgrader class without nbgrader_config.py.",
                "Put the file back, or run: autograder update-class .",
            )
        ]
    findings = []
    if "autograder" in config.read_text(encoding="utf-8", errors="replace"):
        findings.append(Finding("class", "ok", f"{config} uses the autograder"))
    else:
        findings.append(
            Finding(
                "class",
                "warn",
                f"{config} was not made by `autograder new-class`; nbgrader will grade as usual.",
                "Make a class with: autograder new-class DIR",
            )
        )
    if gradebook.exists() and not _has_tables(gradebook):
        findings.append(
            Finding(
                "gradebook",
                "fault",
                f"{gradebook} holds no tables: nbgrader died while making it.",
                "Delete that file; the next nbgrader command makes it again.",
            )
        )
    return findings


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _some(names: list[str], most: int = 4) -> str:
    """Name a few of them, and count the others."""
    rest = len(names) - most
    some = ", ".join(names[:most])
    return _("{names} and {count} more").format(names=some, count=rest) if rest > 0 else some


def _has_tables(database: Path) -> bool:
    """Whether an SQLite file has nbgrader's tables; opened read-only."""
    try:
        connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
        try:
            query = "SELECT count(*) FROM sqlite_master WHERE name = 'assignment'"
            return bool(connection.execute(query).fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False
