"""One mutant through its check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.judges import PUBLIC_SEED
from autograder.notebook import check_with_seed
from autograder.verdict import Verdict

from .mutants import Mutant

Fate = Literal["killed", "survived", "fault"]


@dataclass(frozen=True)
class Trial:
    """What became of a mutant: `why` is the first criterion that it failed, or nothing.

    A "fault" is a check that broke on the mutant: it names no mistake, and costs no points.
    """

    fate: Fate
    why: str = ""


def try_mutant(mutant: Mutant, seed: int = PUBLIC_SEED) -> Trial:
    """Check a mutant as a student's answer is checked, on the challenge of `seed`."""
    try:
        answer = mutant.build()
    except Exception as error:
        return Trial("killed", f"its cell raises {type(error).__name__}")
    return fate_of(check_with_seed(mutant.exercise, answer, seed))


def fate_of(verdict: Verdict) -> Trial:
    """Killed by a criterion that failed, unless the checker itself failed."""
    broken = [line for line in verdict.criteria if line.outcome == "grader_fault"]
    failed = [line for line in verdict.criteria if line.outcome != "pass"]
    if broken:
        return Trial("fault", broken[0].message)
    return Trial("killed", failed[0].name) if failed else Trial("survived")
