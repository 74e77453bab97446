"""Measures pairs of images of several ranks, two equal ones, and black against white."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record `answer(clean, restored)` for each pair, under the pair's name.

    A pair on which the answer raises does not keep it from the others.
    """
    pairs = {
        name: tuple(challenge.arrays[f"{name}/{which}"].copy() for which in ("clean", "restored"))
        for name in challenge.facts["pairs"]
    }
    shape = challenge.facts["black_and_white"]
    pairs["black_and_white"] = (np.zeros(shape, np.float32), np.ones(shape, np.float32))
    for name, (clean, restored) in pairs.items():
        with contextlib.suppress(StudentCodeFailed):
            attempt(evidence, name, answer, clean, restored)
