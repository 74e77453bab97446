"""Measures pairs of images of several ranks, the last of them two equal ones."""

import contextlib
from collections.abc import Callable
from typing import Any

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record `answer(clean, restored)` for each pair, under the pair's name.

    A pair on which the answer raises does not keep it from the others.
    """
    for name in challenge.facts["pairs"]:
        clean = challenge.arrays[f"{name}/clean"].copy()
        restored = challenge.arrays[f"{name}/restored"].copy()
        with contextlib.suppress(StudentCodeFailed):
            attempt(evidence, name, answer, clean, restored)
