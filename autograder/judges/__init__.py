"""The side that decides: challenges drawn from a seed, evidence read, verdicts reached.

NumPy only. One module an exercise, named after it, with MESSAGES (its feedback, as templates),
CRITERIA (name → share of the points), `draw(rng) -> Challenge` and `judge(sheet, challenge)`.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from types import ModuleType

import numpy as np

from autograder.exercises import EXERCISES
from autograder.judges.sheet import MESSAGES, Sheet
from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.language import N_
from autograder.verdict import Criterion, Verdict

PUBLIC_SEED = 1
"""The seed of the challenges in a learner's own notebook. A class draws from secret ones."""


def _module(exercise_id: str) -> ModuleType:
    return importlib.import_module(f"autograder.judges.{exercise_id}")


def drawing(exercise_id: str) -> Callable[[np.random.Generator], Challenge]:
    """The function that draws the challenges of one exercise."""
    draw: Callable[[np.random.Generator], Challenge] = _module(exercise_id).draw
    return draw


def draw_challenge(exercise_id: str, seed: int) -> Challenge:
    """The challenge that `seed` (any non-negative integer) gives for one exercise."""
    rng = np.random.default_rng([zlib.crc32(exercise_id.encode()), seed])
    return drawing(exercise_id)(rng)


def judge(exercise_id: str, challenge: Challenge, evidence: Evidence) -> Verdict:
    """The verdict on evidence that a probe gathered on `challenge`.

    A pure function. It never raises: a fault of a judge becomes the outcome "grader_fault", which
    costs no points.
    """
    try:
        module = _module(exercise_id)
        sheet = Sheet(EXERCISES[exercise_id], module.CRITERIA, evidence)
        if sheet.open():
            module.judge(sheet, challenge)
        return sheet.verdict()
    except Exception as error:
        points = EXERCISES[exercise_id].points
        message = MESSAGES["fault"].format(fault=f"{type(error).__name__}: {error}")
        fault = Criterion(N_("The checker"), "grader_fault", message, points, points)
        return Verdict(exercise_id, (fault,))
