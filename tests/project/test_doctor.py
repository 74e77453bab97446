"""The doctor: one line a thing, a way out of every fault, never a traceback."""

from __future__ import annotations

import io
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autograder import doctor
from autograder.doctor import Finding
from autograder.sandbox import probes, warm
from autograder.sandbox.start import SandboxError


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    return doctor.examine(tmp_path_factory.mktemp("empty"))


def write_program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_this_machine_has_no_fault(healthy: list[Finding]) -> None:
    assert [finding for finding in healthy if finding.state == "fault"] == []
    subjects = {finding.subject for finding in healthy}
    assert {"Python", "packages", "TensorFlow", "data", "alembic", "sandbox"} <= subjects
    states = {finding.subject: finding.state for finding in healthy}
    assert states["Python"] == states["packages"] == states["TensorFlow"] == "ok"


def test_each_finding_is_one_line_and_only_faults_cost_the_exit_code() -> None:
    findings = [Finding("a", "ok", "fine"), Finding("b", "warn", "odd", "Mend [it]." + "x" * 200)]
    screen = io.StringIO()
    assert doctor.show(findings, Console(file=screen, width=80, soft_wrap=True)) == 0
    lines = screen.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("warn  b") and "odd Mend [it]." in lines[1]
    assert doctor.show([*findings, Finding("c", "fault", "broken")], Console(file=screen)) == 1


def test_an_examination_that_fails_is_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ill() -> Finding:
        raise RuntimeError("ill")

    monkeypatch.setattr(doctor, "tensorflow", ill)
    monkeypatch.setattr(doctor, "packages", ill)
    found = {finding.subject: finding for finding in doctor.examine(tmp_path)}
    assert found["packages"].state == found["TensorFlow"].state == "warn"
    assert "ill" in found["packages"].message
    assert found["Python"].state == "ok"


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_a_python_outside_the_lock_is_a_fault(version: tuple[int, int, int]) -> None:
    finding = doctor.python_version(version)
    assert finding.state == "fault"
    assert ".".join(map(str, version)) in finding.message


def test_versions_other_than_the_lock_are_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "click==0.1 \\\n    --hash=sha256:00\n"
        "no-such-thing==1.0 \\\n    --hash=sha256:00\n"
        "nothing-here==1.0 ; sys_platform == 'amiga' \\\n    --hash=sha256:00\n"
    )
    finding = doctor.packages(lock)
    assert finding.state == "warn"
    assert "no-such-thing missing" in finding.message
    assert "click" in finding.message and "==0.1" in finding.message
    assert "nothing-here" not in finding.message


def test_without_a_lock_the_projects_ranges_count(tmp_path: Path) -> None:
    finding = doctor.packages(tmp_path / "no.lock")
    assert finding.state == "ok"
    assert "range" in finding.message


@pytest.mark.skipif(os.name == "nt", reason="stands in for Python by a shell script")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo \"ModuleNotFoundError: No module named 'tensorflow'\" >&2; exit 1", "tensorflow"),
        ("kill -ILL $$", "signal 4"),
        ("sleep 30", "took over"),
        ("echo found 2.15.0 2.15.0 0 1.0", "Keras 2.15.0"),
    ],
)
def test_a_tensorflow_that_fails_is_a_fault(script: str, words: str, tmp_path: Path) -> None:
    python = write_program(tmp_path / "python", f"#!/bin/sh\n{script}\n")
    finding = doctor.tensorflow(str(python), seconds=1)
    assert finding.state == "fault"
    assert words in finding.message
    assert finding.advice


def test_data_that_is_not_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from course.data import SHA256_OF_FILE

    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path))
    assert doctor.data().state == "fault"
    for name in SHA256_OF_FILE:
        (tmp_path / name).write_bytes(b"not the data")
    finding = doctor.data()
    assert finding.state == "fault"
    assert next(iter(SHA256_OF_FILE.values())) in finding.message


def test_no_data_yet_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    finding = doctor.data()
    assert finding.state == "info"
    assert str(tmp_path) in finding.message


def test_alembic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = "alembic.exe" if os.name == "nt" else "alembic"
    environment, other = tmp_path / "environment", tmp_path / "other"
    environment.mkdir()
    other.mkdir()
    monkeypatch.setattr(doctor.sys, "executable", str(environment / "python"))
    monkeypatch.setenv("PATH", str(environment))
    assert doctor.alembic().state == "fault"
    write_program(environment / name, "#!/bin/sh\n")
    assert doctor.alembic().state == "ok"
    monkeypatch.setenv("PATH", str(other))
    assert str(environment) in doctor.alembic().advice
    write_program(other / name, "#!/bin/sh\n")
    finding = doctor.alembic()
    assert finding.state == "warn"
    assert str(other) in finding.message


def test_without_nbgrader_nobody_needs_alembic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    finding = doctor.alembic()
    assert (finding.subject, finding.state) == ("nbgrader", "info")


def test_a_foreign_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owners = {"autograder": [doctor.DISTRIBUTION, "autograder"], "solutions": ["solutions"]}
    monkeypatch.setattr(doctor.metadata, "packages_distributions", lambda: owners)
    found = {finding.subject: finding for finding in doctor.foreign_packages(tmp_path)}
    assert found["autograder"].state == "fault"
    assert "pip uninstall autograder" in found["autograder"].advice
    assert found["solutions"].state == "warn"
    assert found["course"].state == "ok"


def test_a_file_of_the_students_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "course.py").write_text("raise SystemExit('never run')")
    found = {finding.subject: finding for finding in doctor.foreign_packages(tmp_path)}
    assert found["course"].state == "fault"
    assert str(tmp_path) in found["course"].message
    assert found["autograder"].state == "ok"


def test_the_sandbox_is_information(healthy: list[Finding]) -> None:
    (finding,) = [finding for finding in healthy if finding.subject == "sandbox"]
    assert finding.state == "info"


def test_the_sandbox_that_cannot_be_made_is_information(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise SandboxError("No sandbox can be made here.")

    monkeypatch.setattr(probes, "layers_in_force", refuse)
    finding = doctor.sandbox()
    assert finding.state == "info" and "No sandbox" in finding.message and finding.advice


def test_a_layer_that_does_not_hold_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    held = dict.fromkeys(probes.LAYERS, True) | {"landlock": False}
    monkeypatch.setattr(probes, "layers_in_force", lambda: held)
    finding = doctor.sandbox()
    assert "; not in force: landlock; " in finding.message and not finding.advice
    assert finding.message.endswith("; kernels start warm")


def test_why_kernels_start_cold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "layers_in_force", lambda: dict.fromkeys(probes.LAYERS, True))
    monkeypatch.setattr(warm, "why_cold", lambda: "importing started threads: x")
    finding = doctor.sandbox()
    assert "kernels start cold, which is slow (importing started threads: x)" in finding.message


def test_a_folder_that_is_no_class_is_not_mentioned(tmp_path: Path) -> None:
    assert doctor.nbgrader_class(tmp_path) == []


def test_a_class_and_its_broken_gradebook(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    assert doctor.nbgrader_class(tmp_path)[0].state == "fault"
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    assert doctor.nbgrader_class(tmp_path)[0].state == "warn"
    (tmp_path / "nbgrader_config.py").write_text("from autograder.classroom import config\n")
    (tmp_path / "gradebook.db").touch()
    config, gradebook = doctor.nbgrader_class(tmp_path)
    assert (config.state, gradebook.state) == ("ok", "fault")
    with sqlite3.connect(tmp_path / "gradebook.db") as connection:
        connection.execute("CREATE TABLE assignment (id)")
    assert [finding.state for finding in doctor.nbgrader_class(tmp_path)] == ["ok"]


def test_the_command_exits_with_1_on_a_fault_and_shows_no_traceback(tmp_path: Path) -> None:
    broken = {**os.environ, "FASHION_MNIST_DIR": str(tmp_path / "nowhere")}
    child = subprocess.run(
        [sys.executable, "-m", "autograder", "doctor"],
        cwd=tmp_path,
        env=broken,
        capture_output=True,
        text=True,
    )
    assert child.returncode == 1
    assert "fault data" in child.stdout
    assert child.stderr == ""
