"""All combinations, from one module a lesson, and what a verdict on one must hold."""

from __future__ import annotations

from autograder.verdict import Verdict

from . import (  # noqa: F401  (importing a module enters its kits)
    combined_lesson_03,
    combined_lesson_04,
    combined_lessons_01_02,
)
from .combinations import Combination, combinations

SINGLE = combinations(1)
COMBINATIONS = combinations(2)

# Mistakes without a name of their own: their criterion says all there is to say.
NAMELESS = {"another_type", "argument_changed"}


def misnamed(verdict: Verdict, combination: Combination) -> list[str]:
    """Mistakes that the verdict names and the answer does not make."""
    return [name for name in verdict.misconceptions if name not in combination.mistakes]
