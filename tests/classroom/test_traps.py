"""Ways in which stock nbgrader gives points away, or takes a whole submission: each is tried."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.classroom.job import MAX_OUTPUT_CHARACTERS, limit_outputs
from autograder.classroom.judging import set_verdict
from autograder.verdict import Criterion, Verdict

from .conftest import Graded, cell

pytestmark = pytest.mark.xdist_group("class")

FULL = (1, 1)
NONE = (0, 1)


def insert_before(nb: nbformat.NotebookNode, name: str, source: str, **metadata) -> None:
    place = nb.cells.index(cell(nb, name))
    nb.cells.insert(place, new_code_cell(source, metadata=metadata))


def test_noise_on_stderr_costs_nothing(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        insert_before(
            nb,
            "card-scale_images",
            "import logging, os, sys, warnings\n"
            "logging.getLogger().addHandler(logging.StreamHandler(sys.stderr))\n"
            "def noise():\n"
            "    print('printed', file=sys.stderr)\n"
            "    logging.getLogger().warning('logged')\n"
            "    warnings.warn('warned')\n"
            "    os.write(2, b'written')\n"
            "noise()",
        )
        answer = cell(nb, "scale_images")
        answer.source = answer.source.replace("    return", "    noise()\n    return")
        assert "noise()" in answer.source

    demo_class.try_student("noisy", demo_class.solved(), change)
    assert demo_class.grade_of("noisy", "scale_images") == FULL
    assert len(cell(demo_class.autograded("noisy"), "check-scale_images").outputs) == 1


def test_tags_that_skip_a_check_have_no_power(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        for name in ("scale_images", "split_dataset"):
            cell(nb, f"check-{name}").metadata["tags"] = ["skip-execution", "demonstration"]

    demo_class.try_student("skipper", demo_class.release(), change)
    demo_class.try_student("tagged", demo_class.solved(), change)
    for exercise in ("scale_images", "split_dataset"):
        assert demo_class.grade_of("skipper", exercise) == NONE
        assert demo_class.grade_of("tagged", exercise) == FULL


def test_an_answer_in_a_cell_split_off_a_demonstration_is_run(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        source = cell(nb, "scale_images").source
        nb.cells.remove(cell(nb, "scale_images"))
        insert_before(nb, "check-scale_images", source, tags=["demonstration"])

    demo_class.try_student("splitter", demo_class.solved(), change)
    assert demo_class.grade_of("splitter", "scale_images") == FULL


def test_deleted_cells_come_back_and_are_graded(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        gone = (
            "setup",
            "check-scale_images",
            "split_dataset",
            "check-split_dataset",
            "question_01",
        )
        nb.cells = [c for c in nb.cells if c.id not in gone]

    demo_class.try_student("deleter", demo_class.solved(), change)
    assert demo_class.grade_of("deleter", "scale_images") == FULL
    assert demo_class.grade_of("deleter", "split_dataset") == NONE


def test_a_copied_check_counts_once(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        for name in ("scale_images", "check-scale_images"):
            twin = nbformat.from_dict(cell(nb, name))
            twin.id = f"twin-{name}"
            nb.cells.append(twin)

    demo_class.try_student("copier", demo_class.solved(), change)
    assert demo_class.grade_of("copier", "scale_images") == FULL


def test_what_the_notebook_says_of_itself_counts_for_nothing(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        insert_before(nb, "card-scale_images", "check = lambda *answers: 1000")
        for name in ("scale_images", "split_dataset"):
            cell(nb, f"check-{name}").metadata.nbgrader.points = 1000

    demo_class.try_student("liar", demo_class.solved(), change)
    for exercise in ("scale_images", "split_dataset"):
        assert demo_class.grade_of("liar", exercise) == NONE
    assert "no evidence" in demo_class.feedback("liar")


def test_a_kernel_that_dies_costs_only_the_exercise_that_killed_it(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        answer = cell(nb, "split_dataset")
        answer.source = answer.source.replace(
            "    return", "    import os; os._exit(1)\n    return"
        )

    demo_class.try_student("killer", demo_class.solved(), change)
    assert demo_class.grade_of("killer", "scale_images") == FULL
    assert demo_class.grade_of("killer", "split_dataset") == NONE
    assert "This cell ended the kernel" in demo_class.feedback("killer")


def test_a_loop_that_ignores_the_interrupt_costs_only_its_own_cell(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        loop = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
        insert_before(nb, "card-scale_images", loop)

    demo_class.try_student("looper", demo_class.solved(), change)
    for exercise in ("scale_images", "split_dataset"):
        assert demo_class.grade_of("looper", exercise) == FULL


def test_an_answer_cell_that_fails_is_named_where_it_is_missed(demo_class: Graded) -> None:
    def change(nb: nbformat.NotebookNode) -> None:
        cell(nb, "scale_images").source = "def scale_images(images:\n    return images / 255"

    demo_class.try_student("typo", demo_class.solved(), change)
    assert demo_class.grade_of("typo", "scale_images") == NONE
    assert demo_class.grade_of("typo", "split_dataset") == FULL


# -------------------------------------------------------------------------- without a kernel


def check_cell(points: float) -> nbformat.NotebookNode:
    nbgrader = {"grade": True, "solution": False, "grade_id": "check-x", "points": points}
    return new_code_cell("check(x)", metadata={"nbgrader": nbgrader})


@pytest.mark.parametrize("points", [1, 2.5, 1 / 3, 0.6666666, 1e-7, 7e6])
@pytest.mark.parametrize("share", [0, 0.5, 0.8, 1])
def test_the_score_is_the_fraction_of_what_the_gradebook_gives(points, share) -> None:
    check = check_cell(points)
    verdict = Verdict("scale_images", (Criterion("a", "fail", "m", 4 * share, 4),))
    set_verdict(check, verdict)
    score = float(check.outputs[0].data["text/plain"])
    assert score <= points
    assert score == pytest.approx(share * points, rel=1e-9)


def test_huge_outputs_are_cut_and_failures_stay_failures() -> None:
    big = "x" * (3 * MAX_OUTPUT_CHARACTERS)
    noisy = new_code_cell("")
    noisy.outputs = [
        new_output("stream", name="stdout", text=big),
        new_output("display_data", {"text/plain": big}),
        new_output("stream", name="stderr", text=big),
        new_output("error", ename="E", evalue=big, traceback=[big]),
    ]
    limit_outputs(noisy)
    assert len(str(noisy)) < 1.2 * MAX_OUTPUT_CHARACTERS
    kinds = [(output.output_type, output.get("name")) for output in noisy.outputs]
    assert kinds == [("stream", "stdout"), ("stream", "stderr"), ("error", None)]
    small = new_code_cell("")
    small.outputs = [new_output("stream", name="stdout", text="short")]
    limit_outputs(small)
    assert small.outputs[0].text == "short"
