"""The tests of randomness: how often they reject what is right, and what they let pass."""

import math

import numpy as np
import pytest

from autograder.judges.noise import noise_fault
from autograder.judges.numbers import (
    correlation_bound,
    distance_bound,
    distance_from_normal,
    mean_bound,
    normal_cdf,
    stddev_bounds,
)

ROWS, PIXELS, STDDEV = 20, 30, 0.3
CLEAN = np.random.default_rng(0).choice([0.0, 0.4, 1.0], (ROWS, PIXELS))


def normal_noise(rng, calls=2, stddev=STDDEV):
    return rng.normal(0, stddev, (calls, ROWS, PIXELS))


def test_right_noise_is_never_rejected():
    rng = np.random.default_rng(1)
    faults = [noise_fault(normal_noise(rng), CLEAN, STDDEV, 0.2) for _ in range(1000)]
    assert faults == [None] * 1000


def test_the_bounds_hold_at_a_level_that_can_be_counted():
    """The same formulas at z = 3 (0.27 %) reject about as often as they promise."""
    rng = np.random.default_rng(2)
    draws = rng.normal(0, 1, (20_000, 200))
    rms = np.sqrt((draws**2).mean(axis=1))
    centre, spread = 1 - 2 / 1800, np.sqrt(2 / 1800)
    low, high = ((centre + sign * 3 * spread) ** 1.5 for sign in (-1, 1))
    assert np.mean((rms < low) | (rms > high)) == pytest.approx(0.0027, abs=0.0015)
    low, high = stddev_bounds(1.0, 200)
    assert low < rms.min() and rms.max() < high
    assert np.abs(draws.mean(axis=1)).max() < mean_bound(1.0, 200)
    first, second = draws[:10_000], draws[10_000:]
    r = (first * second).sum(1) / np.sqrt((first**2).sum(1) * (second**2).sum(1))
    assert np.abs(r).max() < correlation_bound(200)
    distances = [distance_from_normal(row, 1.0) for row in draws[:500]]
    assert max(distances) < distance_bound(200)


def test_the_normal_distribution_is_as_exact_as_it_says():
    values = np.random.default_rng(3).uniform(-12, 12, (100, 200))
    exact = [0.5 * math.erfc(-value / math.sqrt(2)) for value in values.ravel()]
    assert np.abs(normal_cdf(values).ravel() - exact).max() < 3e-8


WRONG = {
    "no_noise": lambda rng: np.zeros((2, ROWS, PIXELS)),
    "noise_clipped": lambda rng: (CLEAN + normal_noise(rng)).clip(0, 1) - CLEAN,
    "dropout_for_noise": lambda rng: CLEAN * normal_noise(rng),
    "noise_level_ignored": lambda rng: normal_noise(rng, stddev=0.2),
    "variance_for_stddev": lambda rng: normal_noise(rng, stddev=STDDEV**2),
    "wrong_noise_level": lambda rng: normal_noise(rng, stddev=0.4),
    "noise_not_centred": lambda rng: normal_noise(rng) * 0.9 + 0.13,
    "uniform_noise": lambda rng: rng.uniform(-1, 1, (2, ROWS, PIXELS)) * np.sqrt(3) * STDDEV,
    "noise_repeats": lambda rng: np.repeat(normal_noise(rng, calls=1), 2, axis=0),
    "noise_shared": lambda rng: np.repeat(rng.normal(0, STDDEV, (200, 1, PIXELS)), ROWS, axis=1),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_noise_is_named(mistake):
    rng = np.random.default_rng(3)
    for _ in range(20):
        found = noise_fault(WRONG[mistake](rng), CLEAN, STDDEV, 0.2)
        assert found is not None
        assert found[0] == mistake
