"""The store of runs: found by its key, whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.classroom.api import failure_reason, nbgrader_api
from autograder.classroom.execute import SealedExecute
from autograder.classroom.store import (
    Fault,
    Place,
    StoreError,
    files_beside,
    read_run,
    run_key,
    save_run,
)
from autograder.errors import AutograderError
from autograder.judges import draw_challenge
from autograder.kernel.challenge import Challenge

from .conftest import LESSON, Graded, cell

CHALLENGES = {"scale_images": draw_challenge("scale_images", 3)}
FAULT = Fault(0, "scale_images", "kernel_lost", "It died.")


def notebook(source: str = "x = 1"):
    cell = new_code_cell(source)
    cell.outputs = [new_output("stream", name="stdout", text="printed \ud800")]
    return new_notebook(cells=[new_markdown_cell("prose"), cell])


def save(folder: Path, key: str = "one", evidence: dict[str, bytes] | None = None):
    text = json.dumps(notebook())
    return save_run(folder, key, text, CHALLENGES, evidence or {}, [FAULT], ["landlock"], 1.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Place("ada", LESSON, LESSON).folder(tmp_path)


def test_a_run_comes_back_as_it_was_stored(folder, tmp_path) -> None:
    assert read_run(folder) is None
    stored = save(folder, evidence={"scale_images": b"left"})
    assert read_run(folder) == stored
    assert (stored.key, stored.faults, stored.layers) == ("one", (FAULT,), ("landlock",))
    assert [c.source for c in stored.notebook().cells] == ["prose", "x = 1"]
    assert stored.notebook().cells[1].outputs == notebook().cells[1].outputs
    assert stored.evidence_path("scale_images").read_bytes() == b"left"
    kept, drawn = Challenge.load(stored.challenge_path("scale_images")), CHALLENGES["scale_images"]
    assert kept.arrays.keys() == drawn.arrays.keys()
    assert all((kept.arrays[name] == drawn.arrays[name]).all() for name in drawn.arrays)
    assert (tmp_path / "evidence").stat().st_mode & 0o777 == 0o700


def test_the_key_changes_with_all_that_a_run_hangs_on_and_with_nothing_else(tmp_path) -> None:
    (tmp_path / "helper.py").write_text("1")
    beside = files_beside(tmp_path)
    assert list(beside) == ["helper.py"]
    limits = {"timeout": 10}
    key = run_key(notebook(), {"scale_images": 1}, beside, limits)
    same = notebook()
    same.cells[0].source = "other prose"
    same.cells[1].outputs = []
    same.cells[1].metadata["nbgrader"] = {"points": 7}
    assert run_key(same, {"scale_images": 1}, beside, limits) == key
    tagged = notebook()
    tagged.cells[1].metadata["tags"] = ["demonstration"]
    others = {
        run_key(notebook("x = 2"), {"scale_images": 1}, beside, limits),
        run_key(tagged, {"scale_images": 1}, beside, limits),
        run_key(notebook(), {"scale_images": 2}, beside, limits),
        run_key(notebook(), {"split_dataset": 1}, beside, limits),
        run_key(notebook(), {"scale_images": 1}, {}, limits),
        run_key(notebook(), {"scale_images": 1}, beside, {"timeout": 11}),
    }
    (tmp_path / "helper.py").write_text("2")
    others.add(run_key(notebook(), {"scale_images": 1}, beside, limits))
    assert len(others) == 7 and key not in others


def test_what_was_given_out_takes_the_place_of_what_was_handed_in(tmp_path) -> None:
    for name in ("in/data/a.csv", "in/b.py", "in/b.pyc", "in/__pycache__/c.py", "out/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "in" / "secret").symlink_to("/etc/passwd")
    found = files_beside(tmp_path / "in", tmp_path / "out", ignore=["*.pyc", "__pycache__"])
    assert {name: path.read_text() for name, path in found.items()} == {
        "data/a.csv": "in/data/a.csv",
        "b.py": "out/b.py",
    }


def test_files_that_are_not_the_students_are_left_out_of_the_key(tmp_path) -> None:
    for name in ("autograder-class.json", "timestamp.txt", "x.ipynb", "solutions/a.py", "b/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert list(files_beside(tmp_path)) == ["b/c.py"]


IN_A_CHILD = """
import os, resource, signal, sys
from pathlib import Path
from tests.classroom import test_store
from autograder.classroom import store
folder, how = Path(sys.argv[1]), sys.argv[2]
if how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
else:
    def killed(partial, folder):
        if how == "while renaming":
            folder.rename(store._before(folder))
        os.kill(os.getpid(), signal.SIGKILL)
    store._put_in_place = killed
try:
    test_store.save(folder, "two")
except store.StoreError as error:
    print(error)
"""


def save_in_a_child(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", IN_A_CHILD, folder, how],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )


def test_a_full_disk_leaves_the_run_before_and_no_litter(folder) -> None:
    before = save(folder)
    done = save_in_a_child(folder, "full")
    assert "File too large" in done.stdout and "nothing was lost" in done.stdout, done
    assert read_run(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [LESSON]


@pytest.mark.parametrize("how", ["before renaming", "while renaming"])
def test_a_killed_grader_leaves_the_run_before(folder, how) -> None:
    before = save(folder)
    done = save_in_a_child(folder, how)
    assert done.returncode == -9, done
    assert read_run(folder) == before and before.notebook().cells
    after = save(folder, "three")
    assert read_run(folder) == after and after.key == "three"
    assert [path.name for path in folder.parent.iterdir()] == [LESSON]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": 1}', "\x00"])
def test_a_damaged_run_is_named_in_one_sentence(folder, text) -> None:
    save(folder)
    (folder / "run.json").write_text(text)
    with pytest.raises(StoreError, match=r"run\.json cannot be read .* grade again\."):
        read_run(folder)
    (folder / "executed.ipynb").write_text(text[:1])
    facts = {"key": "k", "versions": {}, "seconds": 1, "faults": [], "layers": [], "when": "now"}
    (folder / "run.json").write_text(json.dumps(facts))
    run = read_run(folder)
    assert run is not None
    if not text[:1] or text[:1] == "\x00":
        with pytest.raises(StoreError, match=r"executed\.ipynb cannot be read"):
            run.notebook()


@pytest.mark.xdist_group("class")
def test_an_unchanged_submission_is_not_executed_twice(demo_class: Graded, monkeypatch) -> None:
    def executed(*arguments: object) -> None:
        raise AssertionError("executed again")

    nb = demo_class.solved()
    demo_class.hand_in("steady", nb)
    demo_class.grade("steady")
    folder = Place("steady", LESSON, LESSON).folder(demo_class.directory)
    before = read_run(folder)
    graded = demo_class.autograded("steady")
    monkeypatch.setattr(SealedExecute, "_execute", executed)
    nb.cells[0].source += "\n\nA note of my own."
    demo_class.hand_in("steady", nb)
    demo_class.grade("steady")
    assert read_run(folder) == before
    again = demo_class.autograded("steady")
    assert again.cells[0].source == nb.cells[0].source
    assert [c.get("outputs") for c in again.cells] == [c.get("outputs") for c in graded.cells]


@pytest.mark.xdist_group("class")
def test_a_run_that_fails_for_our_reason_costs_nothing(demo_class: Graded, monkeypatch) -> None:
    def no_kernel(*arguments: object) -> None:
        raise AutograderError("No kernel starts here; see `autograder doctor`.")

    nb = demo_class.solved()
    demo_class.hand_in("unlucky", nb)
    demo_class.grade("unlucky")
    folder = Place("unlucky", LESSON, LESSON).folder(demo_class.directory)
    before = read_run(folder)
    monkeypatch.setattr(SealedExecute, "_execute", no_kernel)
    nb.cells[-1].source += " "
    cell(nb, "scale_images").source = "scale_images = None"
    demo_class.hand_in("unlucky", nb)
    with nbgrader_api(demo_class.directory) as api:
        result = api.autograde(LESSON, "unlucky")
    assert not result["success"]
    assert failure_reason(result) == "No kernel starts here; see `autograder doctor`."
    assert demo_class.grade_of("unlucky", "scale_images") == (1, 1)
    assert read_run(folder) == before
