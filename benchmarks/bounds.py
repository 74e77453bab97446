"""Upper bounds on the probability that a check rejects a right answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograder.judges.numbers import FALSE_REJECT
from autograder.kernel import gather
from autograder.verdict import Verdict

TESTS = {
    # noise_fault (7) in training and for the default argument.
    "build_dae_encoder": 14,
    # noise_fault (7) on strong and on weak noise.
    "denoising_gain": 14,
    # distribution_fault (8) of calls, of calls in a graph and of calls inside a model.
    "Sampling": 24,
    # gaussian_fault (6).
    "generate_images": 6,
    "train_gan": 6,
}
"""How many statistical tests one check makes at the most, as the judges say, each of which rejects
a right answer with a probability below FALSE_REJECT. Other checks judge nothing that is random."""

CONFIDENCE = 0.95
_QUANTILE = 1.645
"""P(Z < 1.645) = 0.95 for a standard normal Z."""


def bound_by_count(happened: int, tried: int) -> float:
    """The one-sided bound of Clopper and Pearson (1934): it assumes independent trials alone.

    The p at which at most `happened` of `tried` would have a probability of 5 %.
    """
    if happened >= tried:
        return 1.0
    low, high = happened / tried, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(happened, tried, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(happened: int, tried: int, p: float) -> float:
    """The probability that a binomial variable is at most `happened`, for 0 < p < 1."""
    logs = [
        math.lgamma(tried + 1)
        - math.lgamma(k + 1)
        - math.lgamma(tried - k + 1)
        + k * math.log(p)
        + (tried - k) * math.log1p(-p)
        for k in range(happened + 1)
    ]
    return sum(math.exp(log) for log in logs)


def bound_by_tail(logs: Sequence[float], resolution: float) -> float:
    """A bound on P(log > 0), assuming that the logs are normal. They are known to `resolution`.

    z = −mean / stddev standard deviations lie between; its standard error in a sample of n is about
    sqrt(1/n + z²/(2n)) (Owen 1968, the one-sided tolerance limit, for large n).
    """
    stddev = max(float(np.std(logs, ddof=1)), resolution)
    z = -float(np.mean(logs)) / stddev
    least = z - _QUANTILE * math.sqrt((1 + z**2 / 2) / len(logs))
    return 0.5 * math.erfc(least / math.sqrt(2))


def bound_by_tests(exercise: str) -> float:
    """The sum of the probabilities with which the statistical tests of one check reject."""
    return TESTS.get(exercise, 0) * FALSE_REJECT


def take_time() -> None:
    """Let student code take minutes: the usual limit stops right answers on a loaded machine."""
    gather.SECONDS = 600.0


def is_accepted(verdict: Verdict) -> bool:
    """Whether every criterion is met; a fault of the checker is no pass here."""
    return all(criterion.outcome == "pass" for criterion in verdict.criteria)
