"""What students install: the course with its texts, and the autograder; nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of a copy of the repository's own files: no stale build folder helps."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in _own_files():
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target]
    build = subprocess.run([*command, source], capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path)


def _own_files(*folders: str) -> list[str]:
    """The files that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_it_holds_course_and_autograder_whole(wheel: zipfile.ZipFile) -> None:
    wanted = {name for name in _own_files("autograder", "course") if "/pictures/" not in name}
    assert "course/__init__.py" in wanted
    assert wanted <= set(wheel.namelist())


def test_it_holds_the_texts_of_the_lessons(wheel: zipfile.ZipFile) -> None:
    from autograder.exercises import EXERCISES, LESSONS

    names = set(wheel.namelist())
    for lesson in LESSONS:
        assert f"course/text/en/{lesson}.md" in names
        assert f"course/notebooks/en/{lesson}.ipynb" in names
    for exercise in EXERCISES:
        assert f"course/text/en/exercises/{exercise}.md" in names


def test_it_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    (info,) = [top for top in tops if top.endswith(".dist-info")]
    assert tops == {"autograder", "course", info}


def test_its_notebooks_hold_no_solution(wheel: zipfile.ZipFile) -> None:
    notebooks = [name for name in wheel.namelist() if name.endswith(".ipynb")]
    assert notebooks
    assert not [name for name in notebooks if b"BEGIN SOLUTION" in wheel.read(name)]


def test_its_base_dependencies_leave_tensorflow_alone(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(wheel.read(name).decode())
    assert metadata["Name"] == "generative-garments"
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    plain = [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    assert "numpy" in plain
    assert not [name for name in plain if name.startswith(("tensorflow", "keras"))]
