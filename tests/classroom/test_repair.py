"""Damaged submissions: each kind by name, then many at random."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import DeduplicateIds

from autograder.build import release_notebook, source_notebook
from autograder.classroom.cells import catalogue_exercise
from autograder.classroom.exporter import choose_files, repair_file
from autograder.classroom.judging import judge_run
from autograder.classroom.reading import MAX_BYTES, MAX_CELLS
from autograder.classroom.repair import MISSING_ANSWER, answers_in, repair
from autograder.classroom.source import defined_names, stands_alone
from autograder.classroom.store import Place, read_run
from autograder.demo import ANSWERED_QUESTION, STUDENTS, fill_in
from autograder.demo import answers as answers_of
from autograder.exercises import DEMONSTRATION, EXERCISES, LESSONS, check_id, exercises_of

from . import damage
from .conftest import LESSON, Graded, cell

ADA = STUDENTS[0]
QUESTION = "question_01"
BOTH = ("scale_images", "split_dataset")


@pytest.fixture(scope="module")
def release() -> nbformat.NotebookNode:
    return release_notebook(source_notebook(LESSON))


@pytest.fixture(scope="module")
def solved(release: nbformat.NotebookNode) -> nbformat.NotebookNode:
    nb = copy.deepcopy(release)
    fill_in(nb, answers_of(ADA, LESSON))
    return nb


def repaired(
    nb: Any, release: nbformat.NotebookNode
) -> tuple[nbformat.NotebookNode, dict[str, list[str | None]]]:
    """The rebuilt notebook, held against the release; kind of repair → cells."""
    data = nb if isinstance(nb, bytes) else json.dumps(nb).encode()
    result, repairs = repair(data, release, "handed in.ipynb")
    assert_as_released(result, release)
    found: dict[str, list[str | None]] = {}
    for entry in repairs:
        assert set(entry) == {"what", "cell", "message"}
        assert entry["message"].endswith(".") and "\n" not in entry["message"]
        found.setdefault(entry["what"], []).append(entry["cell"])
    return result, found


def graded(nb: nbformat.NotebookNode) -> list[str]:
    return [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata]


def assert_as_released(nb: nbformat.NotebookNode, release: nbformat.NotebookNode) -> None:
    """Every graded cell once, as it was handed out; a check below its answer; a valid notebook."""
    assert sorted(graded(nb)) == sorted(graded(release))
    masters = {c.metadata.nbgrader.grade_id: c for c in release.cells if "nbgrader" in c.metadata}
    order = graded(nb)
    for one in nb.cells:
        if "nbgrader" not in one.metadata:
            continue
        master = masters[one.metadata.nbgrader.grade_id]
        assert one.metadata.nbgrader == master.metadata.nbgrader
        assert one.cell_type == master.cell_type
        if not one.metadata.nbgrader.solution:
            assert one.source == master.source
        exercise = catalogue_exercise(one)
        if exercise is not None:
            assert order.index(exercise) < order.index(check_id(exercise))
    answered = [n for n in order if n in EXERCISES and by_grade_id(nb, n).source != MISSING_ANSWER]
    assert all(order.index("setup") < order.index(name) for name in answered)
    nbformat.validate(nb)
    nbformat.writes(nb).encode("utf-8")


def by_grade_id(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def run_order(nb: nbformat.NotebookNode) -> dict[str, str]:
    """What each check of a notebook is given: exercise → the source that bound its name last.

    A kernel in words: a cell that does not compile does nothing, one tagged as a demonstration is
    not run, the first cell unbinds every name.
    """
    bound: dict[str, str] = {}
    seen: dict[str, str] = {}
    for one in nb.cells:
        if one.cell_type != "code" or DEMONSTRATION in one.metadata.get("tags", []):
            continue
        exercise = catalogue_exercise(one)
        if exercise is not None:
            seen[exercise] = bound.get(exercise, "")
        elif stands_alone(one.source):
            if any(line.endswith("= None") for line in one.source.split("\n")):
                bound.clear()
            bound |= dict.fromkeys(defined_names(one.source), one.source)
    return seen


# ------------------------------------------------------------------------- nothing to repair


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_honest_notebook_is_left_alone(lesson: str) -> None:
    release = release_notebook(source_notebook(lesson))
    nb = copy.deepcopy(release)
    fill_in(nb, answers_of(ADA, lesson))
    result, found = repaired(nb, release)
    assert found == {}
    assert result == nb


def test_a_notebook_with_outputs_and_own_cells_is_left_alone(release, solved) -> None:
    nb = copy.deepcopy(solved)
    nb.cells.insert(5, new_code_cell("import math", metadata={"tags": ["mine"]}))
    nb.cells.insert(9, new_markdown_cell("a note"))
    picture = {"picture.png": {"image/png": "aGVsbG8="}}
    cell(nb, QUESTION)["attachments"] = picture
    cell(nb, "scale_images").outputs = [
        nbformat.v4.new_output("stream", text="1\n"),
        nbformat.v4.new_output("execute_result", {"text/plain": "1"}, execution_count=3),
    ]
    result, found = repaired(nb, release)
    assert found == {}
    assert result == nb


def test_a_notebook_of_an_earlier_edition_is_not_called_changed(release, solved) -> None:
    edition = source_notebook(LESSON)
    for one in edition.cells:
        if one.cell_type == "code":
            one.source = one.source.replace("check", "check  ").replace("images", "images ")
    earlier = release_notebook(edition)
    for name in ("setup", "scale_images", "check-scale_images"):
        assert cell(earlier, name).source != cell(release, name).source
    twin = copy.deepcopy(cell(earlier, "scale_images"))
    cell(earlier, "scale_images").source = cell(solved, "scale_images").source
    earlier.cells.insert(earlier.cells.index(cell(earlier, "check-scale_images")), twin)
    result, found = repaired(earlier, release)
    assert found == {"copy": ["scale_images"]}
    assert run_order(result)["scale_images"] == cell(solved, "scale_images").source


# -------------------------------------------------------------------------------- deleted cells


def test_every_set_of_deleted_cells_comes_back_in_its_place(release) -> None:
    names = graded(release)
    assert len(names) == 6
    for size in range(len(names) + 1):
        for deleted in itertools.combinations(names, size):
            nb = copy.deepcopy(release)
            nb.cells = [
                one
                for one in nb.cells
                if one.metadata.get("nbgrader", {}).get("grade_id") not in deleted
            ]
            result, found = repaired(nb, release)
            assert [one.id for one in result.cells] == [one.id for one in release.cells]
            told = [name for kind in found if kind.startswith("missing") for name in found[kind]]
            assert sorted(told) == sorted(deleted) or "nothing-known" in found
            if "scale_images" in deleted:
                # What comes back binds nothing, wherever the student's own answer stands.
                assert cell(result, "scale_images").source == MISSING_ANSWER
                assert MISSING_ANSWER.startswith("#") and "\n" not in MISSING_ANSWER


def test_an_empty_submission_gets_every_graded_cell(release) -> None:
    result, found = repaired(nbformat.v4.new_notebook(), release)
    assert graded(result) == graded(release)
    assert found == {"nothing-known": [None]}


def test_an_own_cell_in_place_of_a_deleted_answer_is_the_answer(release) -> None:
    nb = copy.deepcopy(release)
    place = next(i for i, one in enumerate(nb.cells) if one.id == "scale_images")
    own = "def scale_images(images): return images / 255"
    nb.cells[place] = new_code_cell(own)
    result, found = repaired(nb, release)
    assert cell(result, "scale_images").source == own
    assert [one.id for one in result.cells] == [one.id for one in release.cells]
    assert found == {"marks-lost": [None]}


def test_a_deleted_check_comes_back_below_the_helpers_that_follow_the_answer(release, solved):
    nb = copy.deepcopy(solved)
    place = nb.cells.index(cell(nb, "check-scale_images"))
    nb.cells[place] = new_code_cell("def helper(x): return x", id="helper")
    result, _ = repaired(nb, release)
    order = [one.id for one in result.cells]
    assert order[place - 1 : place + 2] == ["scale_images", "helper", "check-scale_images"]


# ------------------------------------------------------------------------- copies, two answers


def test_copies_lost_and_forged_metadata_are_put_right(release) -> None:
    nb = copy.deepcopy(release)
    answered = copy.deepcopy(cell(nb, "scale_images"))
    answered.source, answered.id = "scale_images = 1", "copy-one"
    untouched = copy.deepcopy(cell(nb, "scale_images"))
    untouched.id = "copy-two"
    nb.cells += [answered, untouched]
    del cell(nb, "check-split_dataset").metadata["nbgrader"]
    cell(nb, "check-scale_images").metadata.nbgrader.update(points=99, grade=False, locked=False)
    cell(nb, QUESTION).metadata.nbgrader = {"grade_id": 7}
    cell(nb, "setup").metadata.nbgrader = "nonsense"
    forged = new_code_cell("1", id="forged")
    forged.metadata.nbgrader = {"grade": True, "grade_id": "mine", "points": 50}
    nb.cells.append(forged)
    result, found = repaired(nb, release)
    # nbgrader's own steps find nothing to object to.
    MetadataValidator().validate_nb(result)
    before = copy.deepcopy(result)
    DeduplicateIds().preprocess(result, {})
    assert result == before
    assert cell(result, "scale_images").source == "scale_images = 1"
    assert "nbgrader" not in cell(result, "forged").metadata
    assert found["marks-changed"] == ["check-scale_images"]
    assert found["unknown-marks"] == [None]
    assert "copy" in found and "marks-lost" in found
    assert not any(one.id == "copy-two" for one in result.cells)


def test_an_untouched_copy_below_the_answer_does_not_undo_it(release, solved) -> None:
    nb = copy.deepcopy(solved)
    stub = copy.deepcopy(cell(release, "scale_images"))
    nb.cells.insert(nb.cells.index(cell(nb, "check-scale_images")), stub)
    result, found = repaired(nb, release)
    assert run_order(result)["scale_images"] == cell(solved, "scale_images").source
    assert found == {"copy": ["scale_images"]}


def test_of_two_answers_the_last_above_the_check_is_graded(release, solved) -> None:
    nb = copy.deepcopy(solved)
    second = copy.deepcopy(cell(nb, "scale_images"))
    second.source += "\n    # once more"
    nb.cells.insert(nb.cells.index(cell(nb, "check-scale_images")), second)
    result, found = repaired(nb, release)
    assert cell(result, "scale_images").source == second.source
    assert found == {"two-answers": ["scale_images"]}
    assert cell(solved, "scale_images").source in [one.source for one in result.cells]


def test_an_experiment_below_the_check_is_not_graded(release, solved) -> None:
    nb = copy.deepcopy(solved)
    trial = 'scale_images = lambda images: images\ncheck("scale_images", scale_images)'
    nb.cells.append(new_code_cell(trial))
    result, _ = repaired(nb, release)
    assert run_order(result)["scale_images"] == cell(solved, "scale_images").source
    assert result.cells[-1].source == trial


def test_a_copy_with_a_syntax_error_is_not_graded(release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    damage.broken_copies(np.random.default_rng(0), nb)
    result, found = repaired(nb, release)
    for name in BOTH:
        assert cell(result, name).source == cell(solved, name).source
    assert "two-answers" in found


# ----------------------------------------------------------------------------------- order


def test_what_could_not_work_is_moved_and_the_rest_stays(release, solved) -> None:
    nb = copy.deepcopy(solved)
    nb.cells.append(nb.cells.pop(nb.cells.index(cell(nb, "setup"))))
    nb.cells.insert(0, nb.cells.pop(nb.cells.index(cell(nb, "check-scale_images"))))
    result, found = repaired(nb, release)
    assert found == {"moved": ["setup", "check-scale_images"]}
    assert [one.id for one in result.cells] == [one.id for one in release.cells]


def test_helpers_stay_between_the_cells_that_they_stood_between(release, solved) -> None:
    nb = copy.deepcopy(solved)
    for name in ("setup", "scale_images", "check-scale_images", "split_dataset"):
        at = nb.cells.index(cell(nb, name))
        nb.cells.insert(at, new_code_cell(f"above_{len(name)} = 1", id=f"above-{name}"))
    result, found = repaired(nb, release)
    assert found == {}
    assert [one.id for one in result.cells] == [one.id for one in nb.cells]


# -------------------------------------------------------------------------- merged and split


@pytest.mark.parametrize(
    "names",
    [
        ("card-scale_images", "scale_images"),
        ("scale_images", "check-scale_images"),
        ("card-scale_images", "scale_images", "check-scale_images"),
        ("demonstration-1-3-how-grey-are-the-pixels-1", "scale_images"),
        ("scale_images", "split_dataset"),
        ("setup", "scale_images"),
        ("check-split_dataset", "demonstration-1-5-three-parts-train-validate-test-1"),
    ],
    ids=" + ".join,
)
def test_merged_cells_are_taken_apart(names: tuple[str, ...], release, solved) -> None:
    nb = copy.deepcopy(solved)
    cells = [cell(nb, name) for name in names]
    for kind in {one.cell_type for one in cells}:
        cells[0].cell_type = kind
        for fields in ("outputs", "execution_count") if kind != "code" else ():
            cells[0].pop(fields, None)
        merged = copy.deepcopy(nb)
        first = cell(merged, names[0])
        first.source = "\n\n".join(one.source for one in cells)
        merged.cells = [one for one in merged.cells if one.id not in names[1:]]
        result, found = repaired(merged, release)
        assert found["merged"] == [None]
        assert {one.id: one.source for one in result.cells} == {
            one.id: one.source for one in solved.cells
        }


def test_a_note_added_to_a_text_or_a_demonstration_is_no_damage(release, solved) -> None:
    nb = copy.deepcopy(solved)
    name = "demonstration-1-3-how-grey-are-the-pixels-1"
    cell(nb, "text-1-4-scaling-1").source += "\n\nI wonder."
    cell(nb, name).source += "\nimport math"
    result, found = repaired(nb, release)
    assert found == {}
    assert cell(result, "text-1-4-scaling-1").source.endswith("I wonder.")
    # What was added may be what an answer needs, so that it is run.
    added = result.cells[result.cells.index(cell(result, name)) + 1]
    assert added.source == "import math" and "tags" not in added.metadata


def test_a_check_within_a_string_is_no_merged_cell(release, solved) -> None:
    nb = copy.deepcopy(solved)
    note = f'note = """\n{cell(release, "check-scale_images").source}\n"""'
    cell(nb, "check-scale_images").source = note
    result, found = repaired(nb, release)
    assert note in [one.source for one in result.cells]
    assert found == {"locked-changed": ["check-scale_images"]}


def test_an_answer_split_at_any_line_is_joined(release, solved) -> None:
    whole = cell(solved, "scale_images").source.split("\n")
    for cut in range(1, len(whole)):
        nb = copy.deepcopy(solved)
        first = cell(nb, "scale_images")
        second = copy.deepcopy(first)
        first.source, second.source = "\n".join(whole[:cut]), "\n".join(whole[cut:])
        if not second.source.strip():
            continue
        nb.cells.insert(nb.cells.index(first) + 1, second)
        result, found = repaired(nb, release)
        assert cell(result, "scale_images").source == "\n".join(whole), cut
        assert found == {"split": ["scale_images"]}


def test_a_function_and_the_indented_trial_below_it_are_two_cells(release, solved) -> None:
    nb = copy.deepcopy(solved)
    trial = new_code_cell("    print(scale_images(np.zeros((1, 28, 28), np.uint8)))", id="trial")
    nb.cells.insert(nb.cells.index(cell(nb, "scale_images")) + 1, trial)
    result, found = repaired(nb, release)
    assert found == {}
    assert cell(result, "trial").source == trial.source


# ---------------------------------------------------------------- what cells are known by


def test_answers_are_known_without_any_metadata(release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    damage.from_colab(np.random.default_rng(0), nb)
    result, found = repaired(nb, release)
    assert found == {"found-by-place": [QUESTION], "marks-lost": [None]}
    assert [one.source for one in result.cells] == [one.source for one in solved.cells]
    assert cell(result, QUESTION).source == ANSWERED_QUESTION


def test_an_answer_of_another_name_is_known_by_its_likeness(release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    damage.from_colab(np.random.default_rng(0), nb)
    renamed = cell(solved, "scale_images").source.replace("def scale_images", "def scale")
    for one in nb["cells"]:
        if "def scale_images" in damage.text(one):
            one["source"] = renamed
    result, found = repaired(nb, release)
    assert found["found-alike"] == ["scale_images"]
    assert cell(result, "scale_images").source == renamed


def test_an_answer_written_into_the_check_is_an_answer(release, solved) -> None:
    nb = copy.deepcopy(release)
    answer = cell(solved, "scale_images").source
    cell(nb, "check-scale_images").source = f"{answer}\n\nprint(1)"
    result, found = repaired(nb, release)
    assert run_order(result)["scale_images"].startswith(answer)
    assert found["missing-locked"] == ["check-scale_images"]
    assert found["found-by-name"] == ["scale_images"]


def test_marks_that_went_astray_do_not_exchange_answers(release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    one, other = damage.answers(nb)
    for key in ("id", "metadata"):
        one[key], other[key] = other[key], one[key]
    result, _ = repaired(nb, release)
    for name in BOTH:
        assert cell(result, name).source == cell(solved, name).source


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_retyped_cells_get_their_type_back(kind: str, release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    for one in nb["cells"]:
        if damage.grade_id(one):
            one["cell_type"] = kind
    result, found = repaired(nb, release)
    names = [n for n in graded(release) if kind != "markdown" or n != QUESTION]
    assert found == {"retyped": names}
    assert [one.source for one in result.cells] == [one.source for one in solved.cells]


def test_changed_locked_cells_are_restored_and_their_text_stays(release, solved) -> None:
    nb = copy.deepcopy(solved)
    setup = cell(nb, "setup").source
    cell(nb, "setup").source = setup.replace("import numpy", "import math\nimport numpy")
    cell(nb, "check-scale_images").source = "# not today"
    result, found = repaired(nb, release)
    assert found == {"locked-changed": ["setup", "check-scale_images"]}
    order = [one.source for one in result.cells]
    changed = order.index(cell(nb, "setup").source)
    assert order[changed - 1] == setup
    note = order.index("# not today")
    assert order[note + 1] == cell(release, "check-scale_images").source
    assert set(run_order(result).values()) == {cell(solved, name).source for name in BOTH}


def test_what_was_added_to_the_first_cell_gets_a_cell_of_its_own(release, solved) -> None:
    nb = copy.deepcopy(solved)
    cell(nb, "setup").source += "\nimport math"
    result, found = repaired(nb, release)
    assert found == {"locked-changed": ["setup"]}
    order = [one.source for one in result.cells]
    assert order[order.index(cell(release, "setup").source) + 1] == "import math"


# ------------------------------------------------------------------------- tags and kernels


def test_only_demonstrations_are_skipped(release) -> None:
    demonstrations = [c.id for c in release.cells if "demonstration" in c.metadata.get("tags", [])]
    assert demonstrations
    nb = copy.deepcopy(release)
    for one in nb.cells:
        one.metadata["tags"] = ["skip-execution", "demonstration", "mine"]
    for name in demonstrations[1:]:
        del cell(nb, name).metadata["tags"]
    own = new_code_cell("x = 1", metadata={"tags": ["demonstration"]})
    strange = new_code_cell("y = 1")
    strange.metadata["tags"] = "demonstration"
    earlier = new_code_cell("z = 1", id="demonstration-a-section-since-renamed-1")
    moved = new_code_cell(cell(nb, demonstrations[0]).source)
    nb.cells += [own, strange, earlier, moved]
    result, found = repaired(nb, release)
    skipped = [c.id for c in result.cells if "demonstration" in c.metadata.get("tags", [])]
    assert skipped == [*demonstrations, earlier.id, moved.id]
    assert not any("skip-execution" in one.metadata.get("tags", []) for one in result.cells)
    assert "mine" in cell(result, "check-scale_images").metadata.tags
    assert found == {"tags": [None]}


def test_another_kernel_is_named_and_ours_is_used(release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    damage.another_kernel(np.random.default_rng(0), nb)
    result, found = repaired(nb, release)
    assert result.metadata == release.metadata
    assert found == {"kernel": [None]}


def test_names_that_a_student_chose_are_shown_harmlessly(release) -> None:
    nb = nbformat.from_dict(release)
    nb = json.loads(nbformat.writes(nb))
    nb["metadata"]["kernelspec"]["name"] = "<script>`![x](http://x)`\n\ud800" + "y" * 500
    _, repairs = repair(json.dumps(nb).encode(), release, "x")
    message = repairs[0]["message"]
    assert message.encode("utf-8")
    assert message.count("`") == 4 and "\n" not in message and len(message) < 200


# ------------------------------------------------------------------------------- the file


@pytest.mark.parametrize("write", damage.READABLE, ids=lambda write: write.__name__)
def test_files_that_another_program_wrote_are_read(write, release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    result, found = repaired(write(np.random.default_rng(1), nb), release)
    told = {
        "utf_16": "encoding",
        "utf_32": "encoding",
        "windows_1252": "encoding",
        "trailing_text": "trailing",
        "format_3": "old-format",
    }
    assert [kind for kind in found if kind != "marks-lost"][:1] == (
        [told[write.__name__]] if write.__name__ in told else []
    )
    for name in BOTH:
        # Windows-1252 has no character for all that the lesson writes.
        if write is not damage.windows_1252:
            assert cell(result, name).source == cell(solved, name).source
        assert stands_alone(cell(result, name).source)


@pytest.mark.parametrize("write", damage.UNREADABLE, ids=lambda write: write.__name__)
def test_a_file_that_cannot_be_read_is_named_in_one_sentence(write, release, solved) -> None:
    nb = json.loads(nbformat.writes(solved))
    for seed in range(5):
        data = write(np.random.default_rng(seed), nb)
        result, repairs = repair(data, release, "my `solution`.ipynb")
        assert_as_released(result, release)
        (entry,) = repairs
        assert entry["what"] == "unreadable"
        assert entry["message"].startswith("`my 'solution'.ipynb` cannot be read: it ")
        assert "hand it in anew" in entry["message"]


def test_a_file_that_is_too_large_is_not_taken(release) -> None:
    for data in (b" " * (MAX_BYTES + 1), b'{"cells": [' + b"{}," * MAX_CELLS + b"{}]}"):
        _, found = repaired(data, release)
        assert found == {"unreadable": [None]}


def test_no_source_is_too_strange_to_be_read(release) -> None:
    nb = nbformat.v4.new_notebook()
    deep = (
        "(" * 100_000,
        "-" * 199_999 + "1",
        "a" + ".b" * 90_000,
        "x=" * 90_000 + "1",
        "f'{" * 5_000,
    )
    long = ("if 1:\n pass\n" + "elif 1:\n pass\n" * 2_500, "x = 1000**1000**2", "x" * 10**6)
    for source in deep + long:
        nb.cells.append(new_code_cell(source))
    result, _ = repaired(nb, release)
    assert len(result.cells) == len(nb.cells) + len(graded(release))


@pytest.mark.parametrize("harm", damage.CELL_DAMAGE, ids=lambda harm: harm.__name__)
def test_each_kind_of_damage(harm, release, solved) -> None:
    for seed in range(20):
        nb = json.loads(nbformat.writes(solved))
        harm(np.random.default_rng(seed), nb)
        result, _ = repaired(nb, release)
        assert_honest_answers_count(nb, result, solved, LESSON)
        assert_no_text_is_lost(nb, result, release)


# ----------------------------------------------------------------------------- which file


@pytest.fixture
def folder(tmp_path: Path, release) -> tuple[Path, dict[str, Path]]:
    """A submission's folder, empty, and the released notebooks."""
    path = tmp_path / "released.ipynb"
    nbformat.write(release, path)
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder", {"lesson.ipynb": path}


def chosen(folder: tuple[Path, dict[str, Path]], **files: Any) -> tuple[str, list[str]]:
    """The name of the file that is graded, and the kinds of repair."""
    for name, content in files.items():
        path = folder[0] / f"{name}.ipynb"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            nbformat.write(content, path)
    choice = choose_files(sorted(folder[0].glob("*.ipynb")), folder[1])
    path, repairs = choice["lesson.ipynb"]
    return path.stem, [entry["what"] for entry in repairs]


def test_a_renamed_notebook_is_found(folder, solved) -> None:
    assert chosen(folder, **{"lesson (1)": solved}) == ("lesson (1)", ["renamed"])


def test_of_several_renamed_the_one_with_answers_is_graded(folder, solved, release) -> None:
    files = {"lesson-Copy1": release, "my solution": solved, "scratch": b"{}"}
    assert chosen(folder, **files) == ("my solution", ["renamed"])


def test_the_right_name_wins_if_it_holds_answers(folder, solved, release) -> None:
    assert chosen(folder, lesson=solved, notes=release) == ("lesson", [])
    assert chosen(folder, better=solved) == ("lesson", ["not-graded"])


@pytest.mark.parametrize("own", ["untouched", "unreadable"])
def test_a_twin_with_answers_is_graded_in_place_of_one_without(folder, solved, release, own):
    first = release if own == "untouched" else b'{"cells": ['
    files = {"lesson": first, "lesson (1)": solved}
    assert chosen(folder, **files) == ("lesson (1)", ["untouched-twin"])


def test_links_and_folders_are_not_read(folder, solved) -> None:
    """They could lead to another student's notebook, or to the sources."""
    elsewhere = folder[0].parent / "elsewhere.ipynb"
    nbformat.write(solved, elsewhere)
    (folder[0] / "lesson.ipynb").symlink_to(elsewhere)
    (folder[0] / "a folder.ipynb").mkdir()
    assert chosen(folder) == ("lesson", [])
    release = nbformat.read(folder[1]["lesson.ipynb"], as_version=4)
    result, (entry,) = repair_file(folder[0] / "lesson.ipynb", release)
    assert entry["what"] == "unreadable" and "it is a link" in entry["message"]
    assert answers_in(result, release) == 0


def test_a_notebook_that_was_not_handed_in_is_not_invented(tmp_path, folder, solved) -> None:
    releases = folder[1] | {"second.ipynb": folder[1]["lesson.ipynb"]}
    nbformat.write(solved, folder[0] / "lesson.ipynb")
    (folder[0] / "other.ipynb").write_text("{}")
    choice = choose_files(sorted(folder[0].glob("*.ipynb")), releases)
    assert [path.name for path, _ in choice.values()] == ["lesson.ipynb"]


# ------------------------------------------------------------------- many, at random


def is_present(nb: damage.Notebook, answer: str) -> bool:
    """Whether a damaged notebook still holds an answer in a form that could have run.

    In a cell of its own, of any type; or among other code that compiles as a whole.
    """
    for one in nb["cells"]:
        source = damage.text(one).replace("\r\n", "\n")
        if source.strip("\n") == answer:
            return True
        is_code = isinstance(one, dict) and one.get("cell_type") == "code"
        if is_code and f"\n{answer}\n" in f"\n{source}\n" and stands_alone(source):
            return True
    return False


def assert_honest_answers_count(
    nb: damage.Notebook, result: nbformat.NotebookNode, solved: nbformat.NotebookNode, lesson: str
) -> list[str]:
    """Whatever honest answer is left is what its check is given; returns their names."""
    given = run_order(result)
    left = []
    for exercise in exercises_of(lesson):
        answer = cell(solved, exercise.id).source
        if is_present(nb, answer):
            left.append(exercise.id)
            assert answer in given[exercise.id], exercise.id
            assert answer in by_grade_id(result, exercise.id).source
    return left


def assert_no_text_is_lost(
    nb: damage.Notebook, result: nbformat.NotebookNode, release: nbformat.NotebookNode
) -> None:
    """Each line that is not of the release still stands in the notebook."""
    kept = {line.rstrip() for one in result.cells for line in one.source.split("\n")}
    handed_out = {line.rstrip() for one in release.cells for line in one.source.split("\n")}
    text = "\n".join(map(damage.text, nb["cells"])).encode("utf-8", "replace").decode()
    assert {line.rstrip() for line in text.replace("\r\n", "\n").split("\n")} <= kept | handed_out


def random_submission(seed: int, solved: nbformat.NotebookNode) -> tuple[damage.Notebook, bytes]:
    """An honest notebook after one to five kinds of damage, and its file."""
    random = np.random.default_rng(seed)
    nb = json.loads(nbformat.writes(solved))
    *harms, last = damage.CELL_DAMAGE
    for index in random.choice(len(harms), size=random.integers(1, 6), replace=False):
        harms[index](random, nb)
    if random.integers(10) == 0:
        last(random, nb)
    write = damage.READABLE[random.integers(len(damage.READABLE))]
    if write is damage.windows_1252:
        write = damage.as_json  # it changes the answers' own letters
    return nb, write(random, nb)


@pytest.fixture(scope="module")
def lessons(demo_class: Graded) -> dict[str, tuple[nbformat.NotebookNode, nbformat.NotebookNode]]:
    """Lesson → released and solved notebook."""
    pairs = {}
    for lesson in LESSONS:
        release = demo_class.release(lesson)
        solved = copy.deepcopy(release)
        fill_in(solved, answers_of(ADA, lesson))
        pairs[lesson] = release, solved
    return pairs


@pytest.mark.parametrize(
    "seeds",
    [range(300), pytest.param(range(300, 2000), marks=pytest.mark.slow)],
    ids=["300", "the others"],
)
def test_honest_answers_keep_their_points_through_random_damage(
    seeds: range, demo_class: Graded, lessons
) -> None:
    runs = {
        lesson: read_run(Place(ADA.name, lesson, lesson).folder(demo_class.directory))
        for lesson in LESSONS
    }
    points: dict[str, float] = {}
    kept = 0
    for seed in seeds:
        lesson = LESSONS[seed % len(LESSONS)]
        release, solved = lessons[lesson]
        nb, data = random_submission(seed, solved)
        try:
            result, _ = repaired(data, release)
            left = assert_honest_answers_count(nb, result, solved, lesson)
            assert_no_text_is_lost(nb, result, release)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        for exercise in left:
            run = runs[lesson]
            assert run is not None
            if exercise not in points:
                points[exercise] = judge_run(run, exercise).points
            assert points[exercise] == EXERCISES[exercise].points
        kept += len(left)
    # The test would be empty if the damage left nothing to find.
    assert kept > 3 * len(seeds)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 50))]
)
def test_damaged_notebooks_are_graded_by_nbgrader(seed: int, demo_class: Graded, lessons) -> None:
    """Handed in under any name, the file itself left as it is."""
    _, solved = lessons[LESSON]
    nb, data = random_submission(seed, solved)
    student = f"damaged-{seed}"
    name = (LESSON, f"{LESSON} (1)", "my solution")[seed % 3]
    path = demo_class.directory / "submitted" / student / LESSON / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    demo_class.grade(student)
    assert path.read_bytes() == data
    for exercise in exercises_of(LESSON):
        points = float(exercise.points)
        if is_present(nb, cell(solved, exercise.id).source):
            assert demo_class.grade_of(student, exercise.id) == (points, points), exercise.id
    graded_nb = demo_class.autograded(student)
    repairs = graded_nb.metadata.get("autograder", {}).get("repairs", [])
    page = demo_class.feedback(student)
    assert ("What was put right before grading" in page) == bool(repairs)
    assert [c.id for c in graded_nb.cells[:1]] == ["repairs"] or not repairs
