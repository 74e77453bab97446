"""Comparing arrays, recognising a mistake by its numbers, and tests of randomness.

A statistical test here rejects a right answer with a probability below FALSE_REJECT. The bounds
are closed forms; where they come from stands beside each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from autograder.language import _

FALSE_REJECT = 1e-8
"""The probability with which one statistical test may reject a right answer."""

_NORMAL_QUANTILE = 5.8
"""P(|Z| > 5.8) = 6.6e-9 for a standard normal Z: below FALSE_REJECT."""


def close(actual: np.ndarray, expected: np.ndarray, rtol: float, atol: float = 0.0) -> bool:
    """Whether two arrays have one shape and all their numbers agree; NaN agrees with nothing.

    A result in half precision may be off by 5e-3, some rounding errors of that type.
    """
    if actual.dtype == np.float16:
        rtol, atol = max(rtol, 5e-3), max(atol, 5e-3)
    if actual.shape != expected.shape:
        return False
    # Most of what is compared is another mistake's result: a few numbers tell.
    few = slice(64)
    alike = _all_close(actual.ravel()[few], expected.ravel()[few], rtol, atol)
    return alike and (actual.size <= few.stop or _all_close(actual, expected, rtol, atol))


def _all_close(actual: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> bool:
    """What np.allclose says of numbers of one shape, in a fraction of its time."""
    actual = actual.astype(np.float64)
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - expected) <= atol + rtol * np.abs(expected)
    near &= np.isfinite(expected)
    return bool(near.all() or (near | (actual == expected)).all())


def recognise(
    actual: np.ndarray, candidates: Mapping[str, np.ndarray | float], rtol: float, atol: float = 0.0
) -> str | None:
    """The one mistake whose result agrees with what came; None if none does, or several do."""
    names = [
        name
        for name, result in candidates.items()
        if np.all(np.isfinite(result)) and close(actual, np.asarray(result), rtol, atol)
    ]
    return names[0] if len(names) == 1 else None


def recognise_in_all(
    actual: Mapping[str, np.ndarray],
    candidates: Mapping[str, Mapping[str, np.ndarray | float]],
    rtol: float,
    atol: float = 0.0,
) -> str | None:
    """The one mistake that explains every case; None if none does, or several do.

    Both arguments are tables by cases. Names that agree up to a slash are variants of one mistake.
    """
    explained = [
        {
            name
            for name, result in candidates[case].items()
            if np.all(np.isfinite(result)) and close(came, np.asarray(result), rtol, atol)
        }
        for case, came in actual.items()
    ]
    names = {name.split("/")[0] for name in set.intersection(*explained)}
    return names.pop() if len(names) == 1 else None


def apart(results: Mapping[str, np.ndarray | float], share: float = 0.05) -> bool:
    """Whether each two results differ somewhere by more than `share` of their largest number.

    Names that agree up to a slash are variants of one mistake, and may coincide. A challenge on
    which results lie nearer could take one mistake for another, or for the right answer.
    """
    kinds = np.array([name.split("/")[0] for name in results])
    rows = np.stack(np.broadcast_arrays(*results.values())).reshape(len(results), -1)
    sizes = np.abs(rows).max(axis=1)
    differences = np.abs(rows[:, None] - rows).max(axis=2)
    near = differences <= share * np.maximum(sizes[:, None], sizes)
    return not np.any(near & (kinds[:, None] != kinds))


def unusable(values: np.ndarray) -> str | None:
    """What is not a finite number in `values`, in words; None if all are finite."""
    if values.dtype.kind in "biu":
        return None
    nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    if not nan and not infinite:
        return None
    text = _("infinity in {infinite} of {count} places")
    if nan:
        text = _("NaN in {nan} of {count} places")
    if nan and infinite:
        text = _("NaN in {nan} and infinity in {infinite} of {count} places")
    return text.format(nan=nan, infinite=infinite, count=values.size)


def stddev_bounds(stddev: float, count: int) -> tuple[float, float]:
    """Where the root mean square of `count` independent N(0, stddev²) draws lies.

    Wilson and Hilferty (1931): (χ²_n / n)^(1/3) is close to N(1 − 2/(9n), 2/(9n)); the relative
    error of the tail bound is far below a percent for count ≥ 100.
    """
    centre, spread = 1 - 2 / (9 * count), math.sqrt(2 / (9 * count))
    low, high = (centre + sign * _NORMAL_QUANTILE * spread for sign in (-1, 1))
    return stddev * max(low, 0.0) ** 1.5, stddev * high**1.5


def mean_bound(stddev: float, count: int) -> float:
    """How far from 0 the mean of `count` independent N(0, stddev²) draws may lie."""
    return _NORMAL_QUANTILE * stddev / math.sqrt(count)


def correlation_bound(count: int) -> float:
    """How large the correlation of `count` independent normal pairs may be.

    Fisher's z: artanh(r) is close to N(0, 1 / (count − 3)).
    """
    return math.tanh(_NORMAL_QUANTILE / math.sqrt(count - 3))


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """The correlation of two samples about a known mean of 0; 0 if one of them is constant 0."""
    scale = math.sqrt(float(np.sum(first**2)) * float(np.sum(second**2)))
    return float(np.sum(first * second)) / scale if scale > 0 else 0.0


def distance_bound(count: int) -> float:
    """How far the empirical distribution of `count` draws may lie from the true one.

    Dvoretzky, Kiefer and Wolfowitz, with Massart's constant (1990):
    P(sup |F_n − F| > d) ≤ 2 exp(−2 n d²), whatever n.
    """
    return math.sqrt(math.log(2 / FALSE_REJECT) / (2 * count))


def distance_from_normal(draws: np.ndarray, stddev: float) -> float:
    """Kolmogorov's distance between the draws' distribution and N(0, stddev²)."""
    ordered = np.sort(draws.ravel()) / stddev
    expected = normal_cdf(ordered)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max(np.max(steps[1:] - expected), np.max(expected - steps[:-1])))


def distance_from_uniform(draws: np.ndarray) -> float:
    """Kolmogorov's distance between the draws and a uniform distribution from least to largest."""
    ordered = np.sort(draws.ravel())
    expected = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max(np.max(steps[1:] - expected), np.max(expected - steps[:-1])))


def normal_cdf(values: np.ndarray) -> np.ndarray:
    """The distribution function of N(0, 1), off by less than 3e-8.

    Linear interpolation between rungs h apart errs by at most h²/8 · max |φ′| = h²/8 · 0.242.
    """
    return np.interp(values, *_normal_table())


@cache
def _normal_table() -> tuple[np.ndarray, np.ndarray]:
    rungs = np.linspace(-8, 8, 16 * 1024 + 1)
    return rungs, np.array([0.5 * math.erfc(-rung / math.sqrt(2)) for rung in rungs])
