"""The report card: what it shows is what was measured, and tolerances lie where they should."""

from __future__ import annotations

import json
import math

import pytest

from benchmarks.bounds import bound_by_count, bound_by_tail, is_accepted
from benchmarks.calibration import TOLERANCES, tolerances_of
from benchmarks.record import read
from benchmarks.report_card import PAGE, SOURCES, page

CALIBRATION = read("calibration").get("exercises", {})

# A right run uses at most this share of the tolerances, and of all right runs so few use all.
MOST_SHARE, MOST_FALSE_REJECTS, LEAST_RUNS = 0.5, 1e-4, 30


def test_the_committed_page_is_made_of_the_committed_results() -> None:
    made = page({name: read(name) for name in SOURCES})
    assert PAGE.read_text(encoding="utf-8") == made, "run `make report-card` and commit the page"


def test_a_page_without_results_shows_dashes() -> None:
    assert "| `Sampling` | – | – | – |" in page({name: {} for name in SOURCES})


@pytest.mark.parametrize("exercise", CALIBRATION)
def test_tolerances_are_those_that_were_calibrated(exercise: str) -> None:
    assert CALIBRATION[exercise]["tolerances"] == tolerances_of(exercise)


def test_calibrated_exercises_are_those_that_train() -> None:
    assert CALIBRATION and set(CALIBRATION) <= set(TOLERANCES)


@pytest.mark.parametrize("exercise", CALIBRATION)
def test_tolerances_lie_far_beyond_what_right_answers_use(exercise: str) -> None:
    row = CALIBRATION[exercise]
    for kind in (row["reference"], row["variations"]):
        assert kind["runs"] >= LEAST_RUNS
        assert kind["rejected"] == []
        assert sum(kind["log2_shares"].values()) == kind["runs"]
        assert max(map(float, kind["log2_shares"])) <= math.log2(MOST_SHARE)
    assert row["bound_by_tail"] + row["bound_by_tests"] <= MOST_FALSE_REJECTS


def test_no_right_check_was_rejected() -> None:
    rows = read("false_rejects")["exercises"]
    assert {exercise: row["rejected"] for exercise, row in rows.items() if row["rejected"]} == {}


def test_mutants_that_survive_are_few_and_explained() -> None:
    rows = read("mutation_score")["exercises"].values()
    # A machine under load may kill a mutant by the time limit; that is no hole.
    surprises = [surprise for row in rows for surprise in row["unexplained"]]
    assert [surprise for surprise in surprises if not surprise.endswith(": killed")] == []
    unseen = sum(row["equivalent"] + row["holes"] for row in rows)
    assert unseen <= 0.05 * sum(row["total"] for row in rows)


def test_results_are_plain_json() -> None:
    for name in SOURCES:
        json.dumps(read(name), allow_nan=False)


def test_the_count_bound_is_that_of_clopper_and_pearson() -> None:
    # None in n: the bound solves (1 − p)^n = 0.05. One in 10: scipy.stats.beta.ppf(0.95, 2, 9).
    assert bound_by_count(0, 200) == pytest.approx(1 - 0.05 ** (1 / 200), rel=1e-9)
    assert bound_by_count(1, 10) == pytest.approx(0.3942, abs=1e-4)
    assert bound_by_count(5, 5) == 1.0


def test_the_tail_bound_lies_above_the_tail() -> None:
    # Mean −3, standard deviation 1: the tail above 0 is 1.35e-3.
    logs = [-3 + sign * step for step in (0.5, 1.0, 1.25) for sign in (-1, 1)] * 50
    bound = bound_by_tail(logs, 0.25)
    assert 1.35e-3 < bound < 1e-2
    assert bound_by_tail(logs[:20], 0.25) > bound


def test_a_fault_of_the_checker_is_no_acceptance() -> None:
    from autograder.verdict import Criterion, Verdict

    fault = Criterion("The checker", "grader_fault", "", 1, 1)
    assert Verdict("Sampling", (fault,)).passed
    assert not is_accepted(Verdict("Sampling", (fault,)))
