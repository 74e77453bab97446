"""What a user can do wrong ends in one sentence and an exit code, never in a traceback."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from autograder import cli, lessons
from autograder.errors import AutograderError


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(one) for one in arguments])


def assert_one_sentence(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit), result.exception
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert "Traceback" not in result.output
    for word in words:
        assert word in last


def test_help_is_quick_and_names_every_command() -> None:
    start = time.perf_counter()
    shown = subprocess.run(
        [sys.executable, "-m", "autograder", "--help"], capture_output=True, text=True, check=True
    )
    assert time.perf_counter() - start < 5  # importing TensorFlow alone takes half of that
    commands = ["build", "lab", "new-class", "update-class", "release-solutions", "grade"]
    commands += ["rejudge", "report", "demo", "doctor"]
    assert [name for name in commands if f"  {name} " not in shown.stdout] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["nonsense"]),
        (["new-class"], ["DIRECTORY"]),
        (["new-class", "somewhere", "--points", "no-such-file"], ["no-such-file"]),
        (["update-class", "no-such-class"], ["no-such-class"]),
        (["release-solutions", "no-such-class", "01"], ["no-such-class"]),
        (["build", "--chekc"], ["--chekc"]),
    ],
)
def test_a_wrong_call_exits_with_2(arguments: list[str], words: list[str]) -> None:
    assert_one_sentence(run(*arguments), 2, *words)


def fail_with(error: Exception) -> Result:
    """Run the real group with one command more, whose work ends in `error`."""
    group = cli.OneSentence("autograder")

    @group.command()
    def work() -> None:
        raise error

    return CliRunner().invoke(group, ["work"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AutograderError("The points are odd; mend them."), ["The points are odd; mend them."]),
        (PermissionError(13, "Permission denied", "a-class"), ["a-class", "Permission denied"]),
        (ModuleNotFoundError("No module", name="keras.src"), ["keras", "autograder doctor"]),
    ],
)
def test_expected_errors_become_one_sentence(error: Exception, words: list[str]) -> None:
    assert_one_sentence(fail_with(error), 1, *words)


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), ModuleNotFoundError("our bug", name="autograder.nonsense")]
)
def test_bugs_of_our_own_keep_their_traceback(error: Exception) -> None:
    assert fail_with(error).exception is error


def test_the_command_line_is_that_group() -> None:
    assert isinstance(cli.main, cli.OneSentence)
    assert all(isinstance(command, click.Command) for command in cli.main.commands.values())


@pytest.mark.parametrize("command", ["new-class", "demo"])
def test_a_file_where_a_folder_should_be(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert_one_sentence(run(command, tmp_path / "file"), 2, "file")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["update-class", "{}"], ["is not a class", "new-class"]),
        (["release-solutions", "{}", "01_fashion_mnist"], ["is not a class"]),
        (["new-class", "{}"], ["is not empty"]),
        (["new-class", "{}/new", "--language", "xx"], ["'xx'", "en"]),
        (["new-class", "{}/new", "--points", "{}/points.toml"], ["points.toml", "scale_images"]),
        (["lab", "{}/points.toml/work", "--copy-only"], ["points.toml", "Not a directory"]),
    ],
)
def test_what_a_class_cannot_take_exits_with_1(
    arguments: list[str], words: list[str], tmp_path: Path
) -> None:
    (tmp_path / "points.toml").write_text("scale_images = -1\n")
    result = run(*(argument.format(tmp_path) for argument in arguments))
    assert_one_sentence(result, 1, *words)
    assert [path.name for path in tmp_path.iterdir()] == ["points.toml"]


def test_an_unknown_language_is_named_with_the_known_ones(tmp_path: Path) -> None:
    result = run("lab", tmp_path / "work", "--language", "xx", "--copy-only")
    assert_one_sentence(result, 1, "'xx'", "en")
    assert not (tmp_path / "work").exists()


def test_lab_copies_every_lesson(tmp_path: Path) -> None:
    work = tmp_path / "deep" / "work"
    result = run("lab", work, "--copy-only")
    assert result.exit_code == 0, result.output
    sources = sorted((lessons.COURSE / "notebooks" / "en").glob("*.ipynb"))
    assert len(sources) >= 2
    for source in sources:
        assert (work / source.name).read_bytes() == source.read_bytes()
        assert f"copied {work / source.name}" in result.output


def test_lab_has_a_folder_for_each_other_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("lab", "--language", "id", "--copy-only")
    assert result.exit_code == 0, result.output
    work = Path("work") / "id"
    assert {path.name for path in work.iterdir()} > {"01_fashion_mnist.ipynb", "glossary.md"}
    assert f"disalin: {work / 'glossary.md'}" in result.output
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "id")
    assert f"milik Anda dipertahankan: {work / 'glossary.md'}" in run("lab", "--copy-only").output


def test_lab_never_overwrites_a_students_file(tmp_path: Path) -> None:
    assert run("lab", tmp_path, "--copy-only").exit_code == 0
    first, second, *_ = sorted(tmp_path.glob("*.ipynb"))
    first.write_text("a week of work")
    second.unlink()
    second.symlink_to(tmp_path / "elsewhere.ipynb")  # a link to a disk that is not there today
    result = run("lab", tmp_path, "--copy-only")
    assert result.exit_code == 0, result.output
    assert first.read_text() == "a week of work"
    assert not (tmp_path / "elsewhere.ipynb").exists()
    assert f"kept your {first}" in result.output


def test_lab_opens_jupyterlab_in_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(cli.subprocess, "call", lambda command: calls.append(command) or 3)
    opened = [sys.executable, "-m", "jupyterlab", str(tmp_path)]
    for user, more in ((1000, []), (0, ["--allow-root"])):
        monkeypatch.setattr(cli.os, "geteuid", lambda user=user: user)
        assert run("lab", tmp_path).exit_code == 3
        assert calls.pop() == [*opened, *more]


def test_lab_keeps_languages_apart(tmp_path: Path) -> None:
    assert run("lab", tmp_path, "--copy-only").exit_code == 0
    before = sorted(tmp_path.iterdir())
    result = run("lab", tmp_path, "--language", "id", "--copy-only")
    assert result.exit_code == 1 and f"{tmp_path / '01_fashion_mnist.ipynb'}" in result.output
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("assignment", "student", "wanted"),
    [
        (None, None, True),
        ("b", None, True),
        ("a", None, False),
        (None, "ada", False),
        ("x", "y", False),
    ],
)
def test_whether_a_class_wants_tensorflow_is_read_off_its_notebooks(
    assignment: str | None, student: str | None, wanted: bool, tmp_path: Path
) -> None:
    for place, text in {
        "ada/a": "import numpy",
        "ben/a": "\udcff",
        "ben/b": "import keras",
    }.items():
        folder = tmp_path / "submitted" / place
        folder.mkdir(parents=True)
        (folder / "n.ipynb").write_text(text, errors="surrogateescape")
    assert cli._names_tensorflow(tmp_path, assignment, student) is wanted
