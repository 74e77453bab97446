"""Each known mistake is in the corpus in two styles; of two mistakes at once none is misnamed."""

from __future__ import annotations

import zlib

import pytest

from autograder.exercises import EXERCISES
from autograder.judges import PUBLIC_SEED
from autograder.notebook import check_with_seed

from .answers import ANSWERS
from .collect import answers_of
from .collect_combinations import COMBINATIONS, NAMELESS, SINGLE, misnamed
from .combinations import Combination
from .misconceptions import DO_NOT_FLAG, MISCONCEPTIONS
from .test_corpus import HEAVY, told


@pytest.mark.parametrize("row", MISCONCEPTIONS, ids=lambda row: f"{row.exercise}-{row.name}")
def test_a_known_mistake_is_made_in_two_styles(row) -> None:
    found = {
        answer.name
        for answer in answers_of("wrong")
        if (answer.exercise, answer.misconception) == (row.exercise, row.name)
    }
    assert len(found) >= 2, row


@pytest.mark.parametrize("row", DO_NOT_FLAG, ids=lambda row: row.habit)
def test_what_must_not_be_flagged_is_among_the_right_answers(row) -> None:
    right = {answer.name for answer in answers_of("right") if answer.exercise == row.exercise}
    assert set(row.answers) <= right


def test_every_exercise_has_combinations() -> None:
    assert {combination.exercise for combination in COMBINATIONS} == set(EXERCISES)
    assert len(COMBINATIONS) >= 40


def test_no_two_answers_share_a_name() -> None:
    assert len({answer.label for answer in ANSWERS}) == len(ANSWERS)


def parameters(combinations: list[Combination]) -> list:
    """Every run tries a fixed share: one in 30 where models are built, one in 5 elsewhere."""

    def is_slow(combination: Combination) -> bool:
        share = 30 if combination.exercise in HEAVY else 5
        return zlib.crc32(combination.label.encode()) % share != 0

    return [
        pytest.param(c, id=c.label, marks=[pytest.mark.slow] if is_slow(c) else [])
        for c in combinations
    ]


@pytest.mark.parametrize("combination", parameters(SINGLE))
def test_a_kit_makes_the_mistake_that_it_says(combination: Combination) -> None:
    verdict = check_with_seed(combination.exercise, combination.build(), PUBLIC_SEED)
    assert not verdict.passed
    assert set(verdict.misconceptions) == combination.mistakes - NAMELESS, told(verdict)


@pytest.mark.parametrize("combination", parameters(COMBINATIONS))
def test_of_two_mistakes_none_is_misnamed(combination: Combination) -> None:
    verdict = check_with_seed(combination.exercise, combination.build(), PUBLIC_SEED)
    assert not verdict.passed, told(verdict)
    assert misnamed(verdict, combination) == [], told(verdict)
    assert "grader_fault" not in {str(line.outcome) for line in verdict.criteria}, told(verdict)
