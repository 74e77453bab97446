"""A class in another language, graded end to end: it speaks its own, whatever the grader's is."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from autograder.classroom import new_class
from autograder.classroom.grades import notebook_verdicts
from autograder.classroom.rejudge import find_differences
from autograder.demo import answers, fill_in
from autograder.exercises import LESSONS
from tests.classroom.conftest import ADA, LESSON, Graded, cell

WRONG = {"scale_images": 'return (images / images.max()).astype("float32")'}


@pytest.fixture(scope="module")
def indonesian_class(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    directory = tmp_path_factory.mktemp("kelas") / "kelas"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_class, "LESSONS", LESSONS[:1])
        patch.setenv("AUTOGRADER_LANGUAGE", "en")
        new_class.new_class(directory, "id")
        graded = Graded(directory, {})
        nb = graded.release()
        fill_in(nb, answers(ADA, LESSON) | WRONG)
        graded.hand_in("budi", nb)
        graded.grade("budi")
    return graded


def test_the_release_is_indonesian(indonesian_class: Graded) -> None:
    release = indonesian_class.release()
    assert release.metadata["language"] == "id"
    assert "Latihan" in cell(release, "card-scale_images").source
    assert cell(release, "question_01").source == "TULIS JAWABAN ANDA DI SINI"


def test_grades_and_names_of_criteria_are_those_of_every_language(indonesian_class: Graded) -> None:
    assert indonesian_class.grade_of("budi", "scale_images") == (0.2, 1)
    assert indonesian_class.grade_of("budi", "split_dataset") == (1, 1)
    verdict = notebook_verdicts(indonesian_class.autograded("budi"))["scale_images"]
    assert [criterion.name for criterion in verdict.criteria][2] == "Values"
    assert verdict.misconceptions


def test_comment_and_feedback_are_indonesian(indonesian_class: Graded) -> None:
    comment = indonesian_class.comment_on("budi", "scale_images")
    assert comment is not None and comment.startswith("Nilai: Diharapkan piksel")
    page = BeautifulSoup(indonesian_class.feedback("budi"), "html.parser")
    cards = page.find_all(attrs={"role": "region", "aria-label": True})
    labels = [region["aria-label"] for region in cards]
    assert labels == ["Pemeriksaan scale_images", "Pemeriksaan split_dataset"]
    wrong, right = (region.get_text(" ", strip=True) for region in cards)
    assert "belum terpenuhi" in wrong and "diperoleh" in wrong and "0.2 / 1 poin" in wrong
    assert "terpenuhi" in right and "Mengapa demikian" in right and "1 / 1 poin" in right
    for english in ("Expected", "not met", "points", "Why this is so"):
        assert english not in wrong + right


def test_judging_again_changes_not_a_word(
    indonesian_class: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "en")
    (judged,) = find_differences(indonesian_class.directory)
    assert judged.differences == ()
    assert "Diharapkan" in judged.verdicts["scale_images"].criteria[2].message
