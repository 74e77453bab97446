"""What grading puts right in a submitted notebook before it is run."""

from __future__ import annotations

import copy
import itertools

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, DeduplicateIds

from autograder.build import release_notebook, source_notebook
from autograder.classroom.preprocessors import (
    MISSING_ANSWER,
    HideHiddenTests,
    clean_tags,
    restore_cells,
)

LESSON = "01_fashion_mnist"


@pytest.fixture(scope="module")
def release() -> nbformat.NotebookNode:
    return release_notebook(source_notebook(LESSON))


def graded(nb: nbformat.NotebookNode) -> list[str]:
    return [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata]


def by_id(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(cell for cell in nb.cells if cell.id == name)


def assert_as_released(nb: nbformat.NotebookNode, release: nbformat.NotebookNode) -> None:
    assert sorted(graded(nb)) == sorted(graded(release))
    masters = {c.metadata.nbgrader.grade_id: c for c in release.cells if "nbgrader" in c.metadata}
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            master = masters[cell.metadata.nbgrader.grade_id]
            assert cell.metadata.nbgrader == master.metadata.nbgrader
    MetadataValidator().validate_nb(nb)
    nbformat.validate(nb)


def test_every_set_of_deleted_cells_comes_back_in_its_place(release) -> None:
    names = graded(release)
    assert len(names) == 6
    for size in range(len(names) + 1):
        for deleted in itertools.combinations(names, size):
            nb = copy.deepcopy(release)
            nb.cells = [
                cell
                for cell in nb.cells
                if cell.metadata.get("nbgrader", {}).get("grade_id") not in deleted
            ]
            restore_cells(nb, release)
            assert [cell.id for cell in nb.cells] == [cell.id for cell in release.cells]
            assert_as_released(nb, release)
            if "scale_images" in deleted:
                assert by_id(nb, "scale_images").source == MISSING_ANSWER


def test_an_empty_submission_gets_every_graded_cell(release) -> None:
    nb = nbformat.v4.new_notebook()
    restore_cells(nb, release)
    assert graded(nb) == graded(release)


def test_a_students_own_cell_in_place_of_a_deleted_answer_runs_after_what_comes_back(
    release,
) -> None:
    nb = copy.deepcopy(release)
    place = next(i for i, cell in enumerate(nb.cells) if cell.id == "scale_images")
    nb.cells[place] = new_code_cell("def scale_images(images): return images / 255")
    restore_cells(nb, release)
    order = [cell.source for cell in nb.cells]
    own = order.index("def scale_images(images): return images / 255")
    assert own < order.index('check("scale_images", scale_images)')
    # What came back binds nothing, wherever it stands.
    assert by_id(nb, "scale_images").source.startswith("#")
    assert_as_released(nb, release)


def test_copies_lost_and_forged_metadata_are_put_right(release) -> None:
    nb = copy.deepcopy(release)
    answered = copy.deepcopy(by_id(nb, "scale_images"))
    answered.source, answered.id = "scale_images = 1", "copy-one"
    untouched = copy.deepcopy(by_id(nb, "scale_images"))
    untouched.id = "copy-two"
    nb.cells += [answered, untouched]
    del by_id(nb, "check-split_dataset").metadata["nbgrader"]
    by_id(nb, "check-scale_images").metadata.nbgrader.update(points=99, grade=False, locked=False)
    by_id(nb, "question_01").metadata.nbgrader = {"grade_id": 7}
    by_id(nb, "setup").metadata.nbgrader = "nonsense"
    forged = new_code_cell("1")
    forged.metadata.nbgrader = {"grade": True, "grade_id": "mine", "points": 50}
    nb.cells.append(forged)
    restore_cells(nb, release)
    assert_as_released(nb, release)
    assert "nbgrader" in answered.metadata and "nbgrader" not in untouched.metadata
    assert "nbgrader" not in forged.metadata
    before = copy.deepcopy(nb)
    DeduplicateIds().preprocess(nb, {})
    assert nb == before


def test_only_demonstrations_are_skipped(release) -> None:
    demonstrations = [c.id for c in release.cells if "demonstration" in c.metadata.get("tags", [])]
    assert demonstrations
    nb = copy.deepcopy(release)
    for cell in nb.cells:
        cell.metadata["tags"] = ["skip-execution", "demonstration", "mine"]
    for name in demonstrations[1:]:
        del by_id(nb, name).metadata["tags"]
    own = new_code_cell("x = 1", metadata={"tags": ["demonstration"]})
    strange = new_code_cell("y = 1")
    strange.metadata["tags"] = "demonstration"
    earlier = new_code_cell("z = 1", id="demonstration-a-section-since-renamed-1")
    moved = new_code_cell(by_id(nb, demonstrations[0]).source)
    nb.cells += [own, strange, earlier, moved]
    clean_tags(nb, release)
    skipped = [c.id for c in nb.cells if "demonstration" in c.metadata.get("tags", [])]
    assert skipped == [*demonstrations, earlier.id, moved.id]
    assert not any("skip-execution" in cell.metadata.get("tags", []) for cell in nb.cells)
    assert "mine" in by_id(nb, "check-scale_images").metadata.tags


def hidden_test_cell() -> nbformat.NotebookNode:
    cell = new_code_cell("1\n### BEGIN HIDDEN TESTS\nassert secret == 42\n### END HIDDEN TESTS")
    cell.metadata.nbgrader = {"grade": True, "solution": False, "grade_id": "own", "points": 1}
    error = new_output("error", ename="AssertionError", evalue="42", traceback=["secret == 42"])
    cell.outputs = [error]
    return cell


def test_feedback_shows_neither_hidden_tests_nor_a_traceback_that_quotes_them() -> None:
    cell, _ = HideHiddenTests().preprocess_cell(hidden_test_cell(), {}, 0)
    assert cell.source == "1"
    assert "42" not in str(cell.outputs) and "AssertionError" in str(cell.outputs)


def test_a_student_who_writes_the_marks_cannot_stop_the_feedback() -> None:
    cell = new_code_cell("### BEGIN HIDDEN TESTS")
    with pytest.raises(RuntimeError):
        ClearHiddenTests().preprocess_cell(copy.deepcopy(cell), {}, 0)
    assert HideHiddenTests().preprocess_cell(cell, {}, 0)[0].source == "### BEGIN HIDDEN TESTS"
