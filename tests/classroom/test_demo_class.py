"""The demo's class, from submission to feedback: both ways for every exercise, and the mistakes."""

from __future__ import annotations

import math

import pytest
from bs4 import BeautifulSoup
from nbgrader import utils
from nbgrader.api import Gradebook

from autograder.classroom.cells import catalogue_exercise
from autograder.classroom.files import challenge_seed
from autograder.classroom.judging import judge_run
from autograder.classroom.store import Place, read_run
from autograder.demo import STUDENTS
from autograder.exercises import EXERCISES, LESSONS, QUESTIONS
from autograder.judges import draw_challenge
from autograder.kernel.challenge import Challenge
from autograder.report import VERDICT_MIME

pytestmark = pytest.mark.xdist_group("class")

WRONG = [(student, exercise) for student in STUDENTS for exercise in student.wrong]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_earns_nothing_and_the_solution_everything(demo_class, exercise: str) -> None:
    maximum = EXERCISES[exercise].points
    assert demo_class.grade_of("blank", exercise) == (0, maximum)
    assert demo_class.grade_of("ada", exercise) == (maximum, maximum)
    assert demo_class.verdicts["ada"][exercise].passed


@pytest.mark.parametrize(("student", "exercise"), WRONG)
def test_each_mistake_costs_points_and_is_recognised(demo_class, student, exercise: str) -> None:
    earned, maximum = demo_class.grade_of(student.name, exercise)
    verdict = demo_class.verdicts[student.name][exercise]
    assert earned < maximum and not verdict.passed
    assert verdict.misconceptions
    told = next(c for c in verdict.criteria if c.misconception)
    assert demo_class.comment_on(student.name, exercise).startswith(told.name)


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.name)
def test_what_a_student_got_right_earns_everything(demo_class, student) -> None:
    for exercise in student.solves - set(student.wrong):
        earned, maximum = demo_class.grade_of(student.name, exercise)
        assert earned == maximum, exercise
    for exercise in set(EXERCISES) - student.solves - set(student.wrong):
        assert demo_class.grade_of(student.name, exercise)[0] == 0, exercise


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_check_yields_one_finite_number_and_a_card(demo_class, lesson: str) -> None:
    for student in STUDENTS:
        checks = [
            c for c in demo_class.autograded(student.name, lesson).cells if catalogue_exercise(c)
        ]
        assert len(checks) == sum(e.lesson == lesson for e in EXERCISES.values())
        for check in checks:
            (output,) = check.outputs
            assert output.output_type == "execute_result"
            number = float(output.data["text/plain"])
            assert math.isfinite(number) and 0 <= number <= check.metadata.nbgrader.points
            assert utils.determine_grade(check)[0] == number
            assert output.data["text/html"].lstrip().startswith("<")
            assert output.data[VERDICT_MIME]["exercise_id"] == catalogue_exercise(check)


def test_the_feedback_shows_the_cards(demo_class) -> None:
    for student in STUDENTS:
        for lesson in LESSONS:
            page = shown_text(demo_class.feedback(student.name, lesson))
            for check in demo_class.autograded(student.name, lesson).cells:
                if catalogue_exercise(check):
                    assert shown_text(check.outputs[0].data["text/html"]) in page


def shown_text(html: str) -> str:
    """What a reader sees of a page: nbconvert writes the tags of a card anew."""
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def test_answered_questions_wait_for_a_grader_and_untouched_ones_do_not(demo_class) -> None:
    with Gradebook(f"sqlite:///{demo_class.directory / 'gradebook.db'}") as gradebook:
        for question in QUESTIONS.values():
            where = (question.id, question.lesson, question.lesson)
            answered = gradebook.find_grade(*where, "ada")
            assert answered.needs_manual_grade and answered.max_score == question.points
            untouched = gradebook.find_grade(*where, "blank")
            assert untouched.auto_score == 0 and not untouched.needs_manual_grade


def test_stored_evidence_gives_the_same_verdict_again(demo_class) -> None:
    for student in STUDENTS:
        for exercise in EXERCISES.values():
            place = Place(student.name, exercise.lesson, exercise.lesson)
            run = read_run(place.folder(demo_class.directory))
            assert run is not None and not run.faults
            seed = challenge_seed(demo_class.directory, student.name, exercise.id)
            drawn = draw_challenge(exercise.id, seed)
            stored = Challenge.load(run.challenge_path(exercise.id))
            assert drawn.facts == stored.facts
            assert all((drawn.arrays[name] == stored.arrays[name]).all() for name in drawn.arrays)
            assert judge_run(run, exercise.id) == demo_class.verdicts[student.name][exercise.id]


def test_students_get_different_challenges_and_each_the_same_again(demo_class) -> None:
    directory = demo_class.directory
    seeds = {
        (student.name, exercise): challenge_seed(directory, student.name, exercise)
        for student in STUDENTS
        for exercise in EXERCISES
    }
    assert len(set(seeds.values())) == len(seeds)
    assert seeds["ada", "scale_images"] == challenge_seed(directory, "ada", "scale_images")
    assert (directory / ".class-secret").stat().st_mode & 0o777 == 0o600
