"""A class folder: made and used from the command line, corrected in mid-term, refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

from autograder.build import release_notebook, source_notebook
from autograder.classroom import new_class as module
from autograder.classroom.files import read_class
from autograder.classroom.new_class import (
    generate,
    nbgrader_api,
    new_class,
    read_points,
    release_solutions,
    update_class,
)
from autograder.demo import answers, fill_in
from autograder.errors import AutograderError
from autograder.exercises import LESSONS, exercises_of

from .conftest import ADA, LESSON, Graded, cell

pytestmark = pytest.mark.xdist_group("class")

OWN_TEST = """\
assert scale_images is not None
### BEGIN HIDDEN TESTS
assert 6 * 7 == 41
### END HIDDEN TESTS"""


def source_path(directory: Path) -> Path:
    return directory / "source" / LESSON / f"{LESSON}.ipynb"


@pytest.fixture(scope="module")
def commands(tmp_path_factory, bare_environment):
    """A class made and used by commands alone, in a shell in which nothing was activated."""
    directory = tmp_path_factory.mktemp("commands") / "term one"
    points = directory.parent / "points.toml"
    points.write_text("scale_images = 5\nquestion_01 = 2.5\n")

    def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=cwd or directory,
            env=bare_environment,
            capture_output=True,
            text=True,
        )

    made = run("autograder", "new-class", directory, "--points", points, cwd=directory.parent)
    assert made.returncode == 0, made.stderr
    return directory, run


def test_a_class_has_what_nbgrader_expects(commands) -> None:
    directory, _ = commands
    content = read_class(directory)
    assert content.course_id == "term-one"
    for lesson in LESSONS:
        for step in ("source", "release"):
            mark = json.loads((directory / step / lesson / "autograder-class.json").read_text())
            assert mark == {
                "class": "term-one",
                "assignment": lesson,
                "language": "en",
                "points": {e.id: content.points[e.id] for e in exercises_of(lesson)},
                "solutions_released": False,
            }
            assert mark["points"].get("scale_images") in (5, None)
        released = nbformat.read(directory / "release" / lesson / f"{lesson}.ipynb", as_version=4)
        source = source_notebook(lesson, points=content.points)
        assert released == release_notebook(source)
        assert "solutions" not in {path.name for path in (directory / "release" / lesson).iterdir()}
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        weights = {c.name: c.max_score for c in gradebook.find_notebook(LESSON, LESSON).grade_cells}
    assert weights == {"check-scale_images": 5, "check-split_dataset": 1, "question_01": 2.5}


def test_nbgraders_commands_work_as_its_documentation_says(commands) -> None:
    directory, run = commands
    # An instructor adds a test of her own, with a hidden part that fails.
    source = nbformat.read(source_path(directory), as_version=4)
    own = new_code_cell(OWN_TEST, id="own-test")
    own.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "own-test",
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    source.cells.append(own)
    nbformat.write(source, source_path(directory))
    done = run("nbgrader", "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr

    graded = Graded(directory, {})
    nb = graded.release()
    assert "HIDDEN" not in nbformat.writes(nb)
    fill_in(nb, answers(ADA, LESSON))
    graded.hand_in("ada", nb)
    for command in (["autograde", LESSON], ["generate_feedback", LESSON], ["export"]):
        done = run("nbgrader", *command)
        assert done.returncode == 0, done.stderr
    assert graded.grade_of("ada", "scale_images") == (5, 5)
    assert "ada" in (directory / "grades.csv").read_text()
    (directory / "feedback" / "ada" / LESSON / f"{LESSON}.html").write_text("of an earlier grade")
    assert run("nbgrader", "generate_feedback", LESSON).returncode == 0
    page = graded.feedback("ada")
    assert "41" not in cell_text(page, "own-test") and "hidden" in page
    assert "unsealed" in page
    assert [o.output_type for o in cell(graded.autograded("ada"), "own-test").outputs] == [
        "error",
        "display_data",
    ]


def cell_text(page: str, name: str) -> str:
    """The part of a feedback page from a cell's anchor to its end."""
    assert f'id="{name}"' in page or f'name="{name}"' in page
    return page[page.rindex(f'"{name}"') :]


def test_validate_shows_a_failing_check_as_failing(commands) -> None:
    directory, run = commands
    folder = directory / "release" / LESSON
    untouched = folder / f"{LESSON}.ipynb"
    shown = run("nbgrader", "validate", untouched)
    assert "VALIDATION FAILED" in shown.stdout, shown
    assert 'check("scale_images", scale_images)' in shown.stdout
    nb = nbformat.read(untouched, as_version=4)
    nb.cells = [c for c in nb.cells if c.id != "own-test"]
    fill_in(nb, answers(ADA, LESSON))
    solved = folder / "solved.ipynb"
    nbformat.write(nb, solved)
    try:
        shown = run("nbgrader", "validate", solved)
        assert "Success" in shown.stdout, shown
    finally:
        solved.unlink()


def test_edited_points_are_refused_with_both_numbers(commands) -> None:
    directory, run = commands
    text = source_path(directory).read_text()
    try:
        nb = nbformat.reads(text, as_version=4)
        cell(nb, "check-split_dataset").metadata.nbgrader.points = 3
        nbformat.write(nb, source_path(directory))
        done = run("nbgrader", "generate_assignment", LESSON, "--force")
        assert done.returncode != 0
        assert "worth 3 points in the notebook but 1 in this class" in done.stderr
        with pytest.raises(AutograderError, match=r"worth 3 points in the notebook but 1") as told:
            generate(directory, LESSON)
        assert "\n" not in str(told.value)
    finally:
        source_path(directory).write_text(text)
    generate(directory, LESSON)


def test_formgrader_sees_the_class(commands, bare_environment) -> None:
    """Asks the pages' own interface, through a real Jupyter server."""
    import time
    import urllib.request

    directory, _ = commands
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"),
            *(f"--ServerApp.port={port}", "--IdentityProvider.token=letmein"),
        ],
        cwd=directory,
        env=bare_environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/formgrader/api/assignments?token=letmein"
        deadline = time.monotonic() + 40
        while True:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    found = json.load(answer)
                break
            except OSError:
                assert time.monotonic() < deadline and server.poll() is None
                time.sleep(0.3)
    finally:
        server.terminate()
        server.wait()
    assert {item["name"]: item["status"] for item in found} == dict.fromkeys(LESSONS, "draft")


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ------------------------------------------------------------------------------- mid-term


def corrected(monkeypatch: pytest.MonkeyPatch, change) -> None:
    """Let the course have a corrected first lesson."""

    def build(lesson, language="en", points=None):
        nb = source_notebook(lesson, language, points)
        if lesson == LESSON:
            change(nb)
        return nb

    monkeypatch.setattr(module, "source_notebook", build)


def add_words(nb: nbformat.NotebookNode) -> None:
    nb.cells.insert(0, new_markdown_cell("A corrected sentence.", id="correction"))
    setup = cell(nb, "setup")
    setup.source = f"CORRECTED = True\n{setup.source}"


def test_a_corrected_lesson_reaches_a_running_class(demo_class, monkeypatch) -> None:
    directory = demo_class.directory
    assert update_class(directory) == []

    corrected(monkeypatch, add_words)
    before = nbformat.read(directory / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb", 4)
    assert update_class(directory) == [LESSON]
    assert cell(demo_class.release(), "correction").source == "A corrected sentence."
    # Grades and submissions stay, and the submission made on the old release is graded anew.
    assert demo_class.grade_of("ada", "scale_images") == (1, 1)
    assert nbformat.read(directory / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb", 4) == before
    demo_class.grade("ada")
    for exercise in ("scale_images", "split_dataset"):
        assert demo_class.grade_of("ada", exercise) == (1, 1)
    assert "CORRECTED" in cell(demo_class.autograded("ada"), "setup").source

    corrected(monkeypatch, lambda nb: nb.cells.remove(cell(nb, "check-split_dataset")))
    with pytest.raises(AutograderError, match=r"submissions.*check-split_dataset"):
        update_class(directory)
    assert cell(demo_class.release(), "check-split_dataset")


def test_an_edited_source_is_replaced_only_by_force(tmp_path, monkeypatch) -> None:
    directory = tmp_path / "class"
    new_class(directory)
    edited = source_path(directory).read_text().replace("Fashion", "FASHION")
    source_path(directory).write_text(edited)
    assert update_class(directory) == []  # nothing new: an edited source is nobody's business
    corrected(monkeypatch, add_words)
    with pytest.raises(AutograderError, match=f"You have edited .*{LESSON}.ipynb.*--force"):
        update_class(directory)
    assert source_path(directory).read_text() == edited
    assert update_class(directory, force=True) == [LESSON]
    (backup,) = (directory / "backup").iterdir()
    assert backup.read_text() == edited
    assert "A corrected sentence." in source_path(directory).read_text()
    assert not list((directory / "release").rglob("*.bak"))

    release_solutions(directory, LESSON)
    for step in ("source", "release"):
        folder = directory / step / LESSON
        assert json.loads((folder / "autograder-class.json").read_text())["solutions_released"]
        assert "def scale_images" in (folder / "solutions" / f"{LESSON}.py").read_text()
    monkeypatch.undo()
    assert update_class(directory) == [LESSON]
    mark = directory / "release" / LESSON / "autograder-class.json"
    assert json.loads(mark.read_text())["solutions_released"]


# ------------------------------------------------------------------------------- refusals


def test_a_foreign_folder_is_refused_and_untouched(tmp_path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(AutograderError, match="not empty"):
        new_class(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(AutograderError, match="not a class"):
        update_class(tmp_path)
    with pytest.raises(AutograderError, match="not a class"):
        release_solutions(tmp_path, LESSON)


def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    def fail(directory, lesson):
        raise AutograderError("no")

    monkeypatch.setattr(module, "generate", fail)
    with pytest.raises(AutograderError):
        new_class(tmp_path / "class")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scale_imgs = 2", "no exercise 'scale_imgs'"),
        ("scale_images = 0", "scale_images = 0 is not a positive number"),
        ("scale_images = -1", "not a positive number"),
        ("scale_images = nan", "not a positive number"),
        ("scale_images = inf", "not a positive number"),
        ("scale_images = true", "not a positive number"),
        ("scale_images = '2'", "not a positive number"),
        ("scale_images 2", "cannot be read as TOML"),
    ],
)
def test_a_points_file_is_refused_in_one_sentence(tmp_path, text: str, words: str) -> None:
    path = tmp_path / "points.toml"
    path.write_text(text)
    with pytest.raises(AutograderError, match=words) as told:
        read_points(path)
    assert "\n" not in str(told.value)


def test_a_lost_secret_is_told(tmp_path) -> None:
    from autograder.classroom.files import challenge_seed

    with pytest.raises(AutograderError, match="secret of this class, is missing"):
        challenge_seed(tmp_path, "ada", "scale_images")


def test_the_gradebook_is_opened_through_one_engine(demo_class: Graded) -> None:
    import nbgrader.api

    plain = nbgrader.api.create_engine
    url = f"sqlite:///{demo_class.directory / 'gradebook.db'}"
    with nbgrader_api(demo_class.directory), Gradebook(url) as one, Gradebook(url) as other:
        assert one.engine is other.engine
    assert nbgrader.api.create_engine is plain
