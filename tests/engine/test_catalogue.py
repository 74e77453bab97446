"""Each exercise has its probe, its judge, its texts and its solution; each judge is in order."""

import importlib
import inspect
import string

import numpy as np
import pytest

from autograder.build import function_source, solution_path
from autograder.exercises import EXERCISES, LESSONS, QUESTIONS
from autograder.judges import draw_challenge, judge, noise
from autograder.kernel.evidence import Evidence
from autograder.texts import exercise_text

IDS = sorted(EXERCISES)


def judge_module(exercise_id):
    return importlib.import_module(f"autograder.judges.{exercise_id}")


def test_every_lesson_asks_one_question():
    assert [question.lesson for question in QUESTIONS.values()] == list(LESSONS)
    assert {exercise.lesson for exercise in EXERCISES.values()} == set(LESSONS)


@pytest.mark.parametrize("exercise_id", IDS)
def test_texts_and_solution_are_there(exercise_id):
    text = exercise_text(exercise_id)
    assert text.title
    assert all(text.hints)
    assert text.explanation
    path = solution_path(EXERCISES[exercise_id].lesson)
    assert function_source(path.read_text(), exercise_id, path.name)


@pytest.mark.parametrize("exercise_id", IDS)
def test_shares_sum_to_one(exercise_id):
    assert sum(judge_module(exercise_id).CRITERIA.values()) == pytest.approx(1)


@pytest.mark.parametrize("exercise_id", IDS)
def test_every_message_is_used(exercise_id):
    module = judge_module(exercise_id)
    others = [judge_module(other) for other in IDS if other != exercise_id]
    text = inspect.getsource(module) + "".join(inspect.getsource(other) for other in others)
    for key, template in module.MESSAGES.items():
        assert list(string.Formatter().parse(template))  # well-formed
        # Some keys are made of an activation's name, or come from the shared reading of noise.
        computed = key.endswith("_output") or key in noise.MESSAGES
        # A slash parts the variants of one mistake.
        count = text.count(f'"{key}"') + text.count(f'"{key}/')
        assert computed or count >= 2, f"{exercise_id}: {key} is never used"


@pytest.mark.parametrize("exercise_id", IDS)
def test_a_challenge_follows_from_its_seed(exercise_id):
    first, again, other = (draw_challenge(exercise_id, seed) for seed in (5, 5, 6))
    assert first.facts == again.facts
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, again.arrays[name])
    assert any(not np.array_equal(first.arrays[name], other.arrays[name]) for name in first.arrays)


@pytest.mark.parametrize("exercise_id", IDS)
def test_a_fault_of_ours_costs_nothing_and_says_so(exercise_id):
    challenge = draw_challenge(exercise_id, 1)
    for evidence in (
        Evidence(),
        Evidence(facts={"answer": {"callable": True}, "stopped": "probe", "fault": "Boom: x"}),
    ):
        verdict = judge(exercise_id, challenge, evidence)
        assert verdict.points == verdict.max_points == EXERCISES[exercise_id].points
        assert {criterion.outcome for criterion in verdict.criteria} == {"grader_fault"}
        assert "our fault" in verdict.criteria[0].message
