"""Every answer of the corpus, checked as a student checks it.

The answers were written from the contract of each exercise, apart from the judges: where a
verdict and the corpus disagree, one of the two misreads the contract.
"""

from __future__ import annotations

import zlib

import pytest

from autograder import check
from autograder.exercises import EXERCISES
from autograder.notebook import check_with_seed

from .answers import Answer
from .collect import answers_of

# A check that builds or trains a model takes a second or more: fewer challenges must do there.
SEEDS = {
    "scale_images": (11, 12, 13),
    "split_dataset": (11, 12, 13),
    "peak_signal_to_noise_ratio": (11, 12, 13),
    "denoising_gain": (11, 12),
}


# Their checks build, call or train models, some 0.3 to 4 s each. Every run tries one of so many of
# their answers, always the same; `make full` tries all.
HEAVY = {
    "build_dae_encoder": 4,
    "build_dae_decoder": 4,
    "build_dae": 4,
    "train_dae": 4,
    "build_vae_encoder": 4,
    "build_vae_decoder": 4,
    "build_generator": 4,
    "build_discriminator": 4,
    "discriminator_step": 4,
    "generator_step": 4,
    "train_gan": 8,
}


def is_slow(answer: Answer) -> bool:
    return answer.slow or zlib.crc32(answer.label.encode()) % HEAVY.get(answer.exercise, 1) != 0


def parameters(answers: list[Answer]) -> list:
    return [
        pytest.param(a, id=a.label, marks=[pytest.mark.slow] if is_slow(a) else []) for a in answers
    ]


def words_of(verdict) -> str:
    return "\n".join(criterion.message for criterion in verdict.criteria)


def told(verdict) -> str:
    """The verdict in words, for the report of a failed test."""
    rows = (f"{c.name}: {c.outcome}: {c.message}" for c in verdict.criteria)
    found = f"{verdict.points}/{verdict.max_points} {list(verdict.misconceptions)}"
    return "\n".join([found, *rows])


def assert_sound(verdict, exercise: str) -> None:
    """Assert what holds for the verdict on any answer whatever."""
    assert verdict.exercise_id == exercise
    assert verdict.max_points == EXERCISES[exercise].points
    assert 0 <= verdict.points <= verdict.max_points
    assert "grader_fault" not in {str(c.outcome) for c in verdict.criteria}, told(verdict)
    assert "autograder/" not in words_of(verdict), told(verdict)


def assert_passes(verdict) -> None:
    assert verdict.passed, told(verdict)
    assert verdict.points == verdict.max_points, told(verdict)
    assert tuple(verdict.misconceptions) == (), told(verdict)


def assert_silent(capfd) -> None:
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize("answer", parameters(answers_of("right")))
def test_a_right_answer_passes(answer: Answer, capfd) -> None:
    student_object = answer.build()
    capfd.readouterr()
    verdicts = [check(answer.exercise, student_object)]
    for seed in SEEDS.get(answer.exercise, (11,)):
        verdicts.append(check_with_seed(answer.exercise, student_object, seed))
    assert_silent(capfd)
    for verdict in verdicts:
        assert_sound(verdict, answer.exercise)
        assert_passes(verdict)


@pytest.mark.parametrize("answer", parameters(answers_of("wrong")))
def test_a_wrong_answer_fails(answer: Answer, capfd) -> None:
    student_object = answer.build()
    capfd.readouterr()
    verdict = check(answer.exercise, student_object)
    assert_silent(capfd)
    assert_sound(verdict, answer.exercise)
    assert not verdict.passed, told(verdict)
    assert verdict.points < verdict.max_points, told(verdict)
    assert words_of(verdict).strip()
    if answer.at_most is not None:
        assert verdict.points <= answer.at_most * verdict.max_points + 1e-9, told(verdict)
    if answer.misconception is not None:
        assert answer.misconception in verdict.misconceptions, told(verdict)
    for word in answer.says:
        assert word.lower() in words_of(verdict).lower(), told(verdict)


@pytest.mark.parametrize("answer", parameters(answers_of("disputed")))
def test_a_disputed_answer_gets_a_sound_verdict(answer: Answer, capfd, record_property) -> None:
    student_object = answer.build()
    capfd.readouterr()
    verdict = check(answer.exercise, student_object)
    assert_silent(capfd)
    assert_sound(verdict, answer.exercise)
    record_property("why", answer.why)
    record_property("verdict", told(verdict))


IN_PLACE = [
    answer
    for answer in answers_of("wrong")
    if "in_place" in answer.name or answer.name.startswith("wipes")
]


@pytest.mark.parametrize("answer", parameters(IN_PLACE))
def test_an_answer_that_changes_its_arguments_spoils_no_later_check(answer: Answer) -> None:
    check(answer.exercise, answer.build())
    sound = next(a for a in answers_of("right") if a.exercise == answer.exercise)
    assert_passes(check(answer.exercise, sound.build()))


def test_the_corpus_is_broad() -> None:
    for exercise in EXERCISES:
        assert sum(a.exercise == exercise for a in answers_of("right")) >= 10
        assert sum(a.exercise == exercise for a in answers_of("wrong")) >= 14
