"""One set of versions: pyproject.toml asks, the lock decides, environment.yml repeats."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# sys_platform, os_name, platform_system, platform_machine of what the lock speaks for.
SYSTEMS = [
    ("linux", "posix", "Linux", "x86_64"),
    ("linux", "posix", "Linux", "aarch64"),
    ("darwin", "posix", "Darwin", "arm64"),
    ("win32", "nt", "Windows", "AMD64"),
]
PYTHONS = ["3.11", "3.12", "3.13"]


def _machine(python: str, system: tuple[str, ...]) -> dict[str, str]:
    keys = ("sys_platform", "os_name", "platform_system", "platform_machine")
    names = dict(zip(keys, system, strict=True))
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
        **names,
    }


def _requirements_of(lines: list[str], machine: dict[str, str]) -> dict[str, str]:
    """Name -> version of the pins that apply to one machine."""
    wanted = [Requirement(line) for line in lines]
    chosen = [one for one in wanted if one.marker is None or one.marker.evaluate(machine)]
    assert len({one.name for one in chosen}) == len(chosen), "two versions of one package"
    return {one.name: str(one.specifier) for one in chosen}


def _lock_lines() -> list[str]:
    return re.findall(r"^([a-z0-9][^\\\n]*?) *\\$", LOCK, flags=re.MULTILINE)


def _environment() -> tuple[list[str], list[str]]:
    """Conda's own dependencies, and the lines that it hands to pip."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    return [entry for entry in listed if isinstance(entry, str)], pip


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: "-".join(system[2:]))
@pytest.mark.parametrize("python", PYTHONS)
def test_conda_users_get_the_versions_of_the_lock(python: str, system: tuple[str, ...]) -> None:
    *pip, project = _environment()[1]
    assert project == "-e ."
    machine = _machine(python, system)
    assert _requirements_of(pip, machine) == _requirements_of(_lock_lines(), machine)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: "-".join(system[2:]))
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_the_project(python: str, system: tuple[str, ...]) -> None:
    machine = _machine(python, system)
    locked = _requirements_of(_lock_lines(), machine)
    extras = PROJECT["optional-dependencies"].values()
    for line in [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]:
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate(machine):
            version = locked[wanted.name].removeprefix("==")
            assert wanted.specifier.contains(version), line
    small = (system[0], system[3]) == ("linux", "x86_64")
    tensorflow = "tensorflow-cpu" if small else "tensorflow"
    assert {name for name in locked if name.startswith("tensorflow")} == {tensorflow}


def test_environment_names_what_the_course_stands_on() -> None:
    conda, pip = _environment()
    names = {Requirement(line).name for line in pip if not line.startswith("-")}
    assert "python=3.11" in conda
    assert {"tensorflow", "tensorflow-cpu", "keras", "numpy", "matplotlib"} <= names
    assert {"jupyter", "nbgrader", "pytest"} <= names


def test_every_file_of_the_lock_has_a_hash_and_none_an_address() -> None:
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    pinned = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert len(pinned) == len(_lock_lines()) > 100
    assert all("--hash=sha256:" in block for block in pinned)
    assert "://" not in LOCK
    assert not re.search(r"^\s*--(?!hash=)", LOCK, flags=re.MULTILINE)


def test_a_plain_install_leaves_colab_as_it_is() -> None:
    """TensorFlow, Jupyter and nbgrader come with extras alone; Colab has its own of the first two.

    IPython 7.34 is what Colab runs.
    """
    base = {Requirement(line).name: Requirement(line) for line in PROJECT["dependencies"]}
    heavy = ("tensorflow", "keras", "jupyter", "notebook", "ipykernel", "nbgrader")
    assert not {name for name in base if name.startswith(heavy)}
    assert base["ipython"].specifier.contains("7.34.0")
    extra = {Requirement(line).name for line in PROJECT["optional-dependencies"]["tensorflow"]}
    assert extra == {"tensorflow", "tensorflow-cpu", "keras"}
