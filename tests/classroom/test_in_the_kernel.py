"""Open mode: a learner's own notebook, run from top to bottom, and as stock nbgrader scores it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from autograder.build import notebook_path, solved_notebook
from autograder.exercises import DEMONSTRATION, LESSONS, check_id, exercises_of
from autograder.report import VERDICT_MIME

from .conftest import cell

pytestmark = pytest.mark.xdist_group("kernels")


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No data and no network: the lessons show toy garments, which takes less time."""
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nothing answers


def run_all(nb: nbformat.NotebookNode, folder: Path, allow_errors: bool = False) -> None:
    """Run all cells as a learner does: no setting of nbgrader's is at work."""
    client = NotebookClient(
        nb,
        timeout=300,
        allow_errors=allow_errors,
        resources={"metadata": {"path": str(folder)}},
        shutdown_kernel="immediate",
    )
    client.execute()


@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_on_an_untouched_notebook_ends_without_a_traceback(
    lesson, tmp_path, offline
) -> None:
    nb = nbformat.read(notebook_path(lesson), as_version=4)
    run_all(nb, tmp_path, allow_errors=True)
    for one in nb.cells:
        for output in one.get("outputs", []):
            assert output.output_type != "error", (one.id, output)
        if one.cell_type == "code" and one.source.startswith("%%needs"):
            assert "This demonstration needs" in one.outputs[0].text
    for exercise in exercises_of(lesson):
        check = cell(nb, check_id(exercise.id))
        assert [output.output_type for output in check.outputs] == ["execute_result"]
        assert determine_grade(check) == (0, exercise.points)
        assert not check.outputs[0].data[VERDICT_MIME]["attempted"], exercise.id


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_solutions_get_full_marks_in_the_kernel(lesson, tmp_path) -> None:
    nb = solved_notebook(lesson)
    nb.cells = [one for one in nb.cells if DEMONSTRATION not in one.metadata.get("tags", [])]
    run_all(nb, tmp_path)
    for exercise in exercises_of(lesson):
        check = cell(nb, check_id(exercise.id))
        assert [output.output_type for output in check.outputs] == ["execute_result"]
        assert determine_grade(check) == (exercise.points, exercise.points)
