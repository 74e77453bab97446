"""Judging again from stored evidence: shown first, written whole, a person's grades untouched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder import cli
from autograder.classroom import rejudge
from autograder.classroom.api import nbgrader_api
from autograder.classroom.execute import SealedExecute
from autograder.classroom.judging import CHECKER_FAILED
from autograder.classroom.store import Place, StoreError, code_versions
from autograder.exercises import check_id
from autograder.judges import scale_images

from .conftest import LESSON, Graded, cell

pytestmark = pytest.mark.xdist_group("class")

STUDENT = "rhea"
REASON = "A new rubric asks for more."


@pytest.fixture(scope="module")
def graded(demo_class: Graded) -> Graded:
    """The demo's class with one student more, on whom these tests work."""
    demo_class.hand_in(STUDENT, demo_class.solved())
    demo_class.grade(STUDENT)
    return demo_class


@pytest.fixture
def stricter(monkeypatch) -> Iterator[None]:
    """A judge of scale_images that recognises a mistake in every answer."""

    def judge(sheet, challenge) -> None:
        for name in scale_images.CRITERIA:
            sheet.fail(name, REASON, "a_new_mistake", keep=0.5)

    monkeypatch.setattr(scale_images, "judge", judge)


@pytest.fixture
def broken(monkeypatch) -> Iterator[None]:
    """A judge of scale_images with a bug."""

    def judge(sheet, challenge) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(scale_images, "judge", judge)


@pytest.fixture(autouse=True)
def as_before(graded: Graded) -> Iterator[None]:
    """After each test: the judges as they are, the gradebook as they say, no manual grades."""

    def executed(*arguments: object) -> None:
        raise AssertionError("student code was run")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SealedExecute, "_execute", executed)
        yield
    with Gradebook(f"sqlite:///{graded.directory / 'gradebook.db'}") as gradebook:
        for name in ("scale_images", "split_dataset"):
            grade = gradebook.find_grade(check_id(name), LESSON, LESSON, STUDENT)
            grade.manual_score = grade.extra_credit = None
            gradebook.find_comment(name, LESSON, LESSON, STUDENT).manual_comment = None
        gradebook.db.commit()


def differences(graded: Graded) -> list[rejudge.Rejudged]:
    return rejudge.find_differences(graded.directory, LESSON, STUDENT)


def bring_up_to_date(graded: Graded) -> None:
    rejudge.write(graded.directory, differences(graded))
    with nbgrader_api(graded.directory) as api:
        assert api.generate_feedback(LESSON, STUDENT)["success"]


def entry(graded: Graded, exercise: str = "scale_images") -> dict[str, object]:
    with Gradebook(f"sqlite:///{graded.directory / 'gradebook.db'}") as gradebook:
        return gradebook.find_grade(check_id(exercise), LESSON, LESSON, STUDENT).to_dict()


def shown_number(graded: Graded) -> float:
    check = cell(graded.autograded(STUDENT), "check-scale_images")
    (output,) = check.outputs
    return float(output.data["text/plain"])


def test_nothing_changed_nothing_to_write(graded: Graded) -> None:
    judged = rejudge.find_differences(graded.directory)
    assert len(judged) > 20
    assert not any(one.differences for one in judged)
    before = (graded.directory / "gradebook.db").read_bytes()
    assert rejudge.write(graded.directory, judged) == 0
    assert (graded.directory / "gradebook.db").read_bytes() == before


@pytest.mark.usefixtures("stricter")
def test_a_new_rubric_is_shown_then_written_and_all_places_agree(graded, monkeypatch) -> None:
    shown = CliRunner().invoke(
        cli.main, ["rejudge", str(graded.directory), LESSON, "--student", STUDENT], input="n\n"
    )
    assert shown.exit_code == 0, shown.output
    for word in (STUDENT, "scale_images", "1 → 0.5", "a new mistake", "1 change"):
        assert word in shown.output
    assert entry(graded)["auto_score"] == 1 and shown_number(graded) == 1

    (submission,) = differences(graded)
    (one,) = submission.differences
    assert (one.exercise, one.old_score, one.new_score) == ("scale_images", 1, 0.5)
    bring_up_to_date(graded)
    assert entry(graded)["auto_score"] == 0.5 and shown_number(graded) == 0.5
    assert not entry(graded)["needs_manual_grade"]
    assert REASON in graded.comment_on(STUDENT, "scale_images")
    assert REASON in graded.feedback(STUDENT)
    assert not differences(graded)[0].differences

    monkeypatch.undo()
    bring_up_to_date(graded)
    assert entry(graded)["auto_score"] == 1 and shown_number(graded) == 1
    assert graded.comment_on(STUDENT, "scale_images") is None
    assert REASON not in graded.feedback(STUDENT)


@pytest.mark.parametrize("how", ["rejudge", "autograde"])
def test_what_a_person_gave_is_never_overwritten(graded, request, how) -> None:
    with Gradebook(f"sqlite:///{graded.directory / 'gradebook.db'}") as gradebook:
        for name in ("scale_images", "split_dataset"):
            grade = gradebook.find_grade(check_id(name), LESSON, LESSON, STUDENT)
            grade.manual_score, grade.extra_credit = 0.75, 2
            grade.needs_manual_grade = False
            comment = gradebook.find_comment(name, LESSON, LESSON, STUDENT)
            comment.manual_comment = f"Well seen: {name}."
        gradebook.db.commit()
    request.getfixturevalue("stricter")
    if how == "rejudge":
        bring_up_to_date(graded)
        # Its automatic score is the same, so that it need not be looked at again.
        assert not entry(graded, "split_dataset")["needs_manual_grade"]
    else:
        graded.grade(STUDENT)
    assert entry(graded)["auto_score"] == 0.5
    assert entry(graded)["needs_manual_grade"]
    for name in ("scale_images", "split_dataset"):
        told = entry(graded, name)
        assert (told["manual_score"], told["extra_credit"]) == (0.75, 2)
        assert graded.comment_on(STUDENT, name) == f"Well seen: {name}."
        assert f"Well seen: {name}." in graded.feedback(STUDENT)
    request.getfixturevalue("monkeypatch").undo()
    bring_up_to_date(graded)


@pytest.mark.parametrize("how", ["rejudge", "autograde"])
def test_a_fault_of_ours_is_flagged_and_neither_scored_0_nor_given_away(
    graded, request, how
) -> None:
    request.getfixturevalue("broken")
    bring_up_to_date(graded) if how == "rejudge" else graded.grade(STUDENT)
    told = entry(graded)
    assert told["auto_score"] is None and told["needs_manual_grade"]
    assert graded.comment_on(STUDENT, "scale_images") == CHECKER_FAILED
    page = graded.feedback(STUDENT)
    assert "your instructor grades this" in page and "our fault" in page
    # Of 1 + 1 + 4, the last for the question, what waits for a person is left out.
    assert f"{LESSON} (Score: 1.0 / 1.0)" in page
    assert "0.0 / 1.0" not in page and "0.0 / 4.0" not in page
    assert "Not marked yet" in page
    for comment in re.findall(r'href="#(comment-[^"]+)"', page):
        assert f'name="{comment}"' in page
    request.getfixturevalue("monkeypatch").undo()
    bring_up_to_date(graded)
    told = entry(graded)
    assert told["auto_score"] == 1 and not told["needs_manual_grade"]
    assert f"{LESSON} (Score: 2.0 / 2.0)" in graded.feedback(STUDENT)


@pytest.mark.usefixtures("broken")
def test_evidence_of_earlier_checks_is_not_held_against_anybody(graded: Graded) -> None:
    path = Place(STUDENT, LESSON, LESSON).folder(graded.directory) / "run.json"
    text = path.read_text()
    path.write_text(text.replace(code_versions()["kernel_side"], "earlier"))
    try:
        (submission,) = differences(graded)
        assert submission.outdated == ("scale_images",) and not submission.differences
        result = CliRunner().invoke(
            cli.main, ["rejudge", str(graded.directory), "--student", STUDENT]
        )
        assert "Verdicts that stay as they were: 1." in result.output
        assert entry(graded)["auto_score"] == 1
    finally:
        path.write_text(text)


@pytest.mark.usefixtures("stricter")
@pytest.mark.parametrize("step", ["_show_in_notebook", "_save_in_gradebook", "save_graded"])
def test_an_interrupt_loses_nothing_and_what_is_left_shows_up_again(
    graded, monkeypatch, step
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    judged = differences(graded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rejudge, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            rejudge.write(graded.directory, judged)
    assert differences(graded)[0].differences
    bring_up_to_date(graded)
    assert not differences(graded)[0].differences
    assert entry(graded)["auto_score"] == shown_number(graded) == 0.5
    monkeypatch.undo()
    bring_up_to_date(graded)


def test_a_missing_graded_notebook_is_named(graded, request, monkeypatch) -> None:
    request.getfixturevalue("stricter")
    path = graded.directory / "autograded" / STUDENT / LESSON / f"{LESSON}.ipynb"
    path.rename(path.with_suffix(".away"))
    try:
        with pytest.raises(StoreError, match=r"cannot be brought up to date .* autograde --force"):
            rejudge.write(graded.directory, differences(graded))
        assert entry(graded)["auto_score"] == 1
    finally:
        path.with_suffix(".away").rename(path)


def test_a_class_without_runs_and_a_folder_that_is_no_class(graded, tmp_path) -> None:
    for arguments, words in (
        ([str(graded.directory), "--student", "nobody"], "No graded run of nobody is stored"),
        ([str(tmp_path)], "is not a class"),
    ):
        result = CliRunner().invoke(cli.main, ["rejudge", *arguments])
        assert result.exit_code == 1 and words in result.output, result.output
