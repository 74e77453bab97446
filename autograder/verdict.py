"""A verdict: what a check decided, criterion by criterion."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from autograder.exercises import EXERCISES
from autograder.language import N_, _

Outcome = Literal["pass", "fail", "blocked", "grader_fault", "resource_limit"]


@dataclass(frozen=True)
class Criterion:
    """One thing that was asked of an answer.

    `name` is in English whatever the language, so that verdicts compare; it is translated where it
    is shown. `message` is in the language of the check. `outcome` is "pass", "fail", "blocked" (a
    criterion it depends on failed), "grader_fault" (our bug: it keeps its points) or
    "resource_limit" (time or memory ran out). A failed criterion may keep some points.
    `misconception` names the mistake that produces exactly what was seen.
    """

    name: str
    outcome: Outcome
    message: str
    points: float
    max_points: float
    misconception: str | None = None


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check.

    `attempted` is False for an untouched stub and for None: nothing to learn from yet. `printed`
    is the beginning of what the student's code printed meanwhile.
    """

    exercise_id: str
    criteria: tuple[Criterion, ...]
    attempted: bool = True
    printed: str = ""

    @property
    def points(self) -> float:
        """Points earned, from 0 to `max_points`."""
        return round(sum(criterion.points for criterion in self.criteria), 6)

    @property
    def max_points(self) -> float:
        """The exercise's points in the catalogue."""
        return round(sum(criterion.max_points for criterion in self.criteria), 6)

    @property
    def stopped(self) -> str:
        """What is said of a check that ran out of time or memory; empty if it did not."""
        stops = [c.message for c in self.criteria if c.outcome == "resource_limit"]
        return stops[0] if stops else ""

    @property
    def passed(self) -> bool:
        """Whether nothing was found wrong with the answer."""
        return all(criterion.outcome in ("pass", "grader_fault") for criterion in self.criteria)

    @property
    def faulty(self) -> bool:
        """Whether the checker itself failed somewhere: a person has to look."""
        return any(criterion.outcome == "grader_fault" for criterion in self.criteria)

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The misconceptions recognised, each once, in the order of the criteria."""
        named = (criterion.misconception for criterion in self.criteria)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON, with points and misconceptions spelled out."""
        return {
            "exercise_id": self.exercise_id,
            "points": self.points,
            "max_points": self.max_points,
            "passed": self.passed,
            "attempted": self.attempted,
            "misconceptions": list(self.misconceptions),
            "criteria": [asdict(criterion) for criterion in self.criteria],
            "printed": self.printed,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote. Raises KeyError, TypeError or ValueError for others."""
        criteria = tuple(Criterion(**criterion) for criterion in data["criteria"])
        if any(criterion.outcome not in get_args(Outcome) for criterion in criteria):
            raise ValueError("unknown outcome")
        return cls(data["exercise_id"], criteria, data["attempted"], data["printed"])

    def __str__(self) -> str:
        head = _("{name}: not passed yet, {points:g} of {max_points:g} points")
        if self.passed:
            head = _("{name}: passed, {points:g} of {max_points:g} points")
        lines = [head.format(name=self.exercise_id, points=self.points, max_points=self.max_points)]
        lines += [f"  {c.outcome}: {_(c.name)}. {c.message}".rstrip() for c in self.criteria]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from autograder.report import mime_bundle

        return mime_bundle(self)


def no_evidence(exercise_id: str, message: str, outcome: Outcome = "fail") -> Verdict:
    """The verdict on a check that left no evidence: no points, and `message` says why."""
    points = EXERCISES[exercise_id].points
    return Verdict(exercise_id, (Criterion(N_("Evidence"), outcome, message, 0.0, points),))


def with_remark(verdict: Verdict, remark: str) -> Verdict:
    """The same verdict with a remark after the message of the first criterion that is not met."""
    for index, item in enumerate(verdict.criteria):
        if item.outcome != "pass":
            told = replace(item, message=f"{item.message} {remark}".strip())
            criteria = (*verdict.criteria[:index], told, *verdict.criteria[index + 1 :])
            return replace(verdict, criteria=criteria)
    return verdict


def scaled(verdict: Verdict, max_points: float) -> Verdict:
    """The same verdict in a class that gives the exercise `max_points`."""
    if verdict.max_points in (0, max_points):
        return verdict
    factor = max_points / verdict.max_points
    criteria = tuple(
        replace(item, points=item.points * factor, max_points=item.max_points * factor)
        for item in verdict.criteria
    )
    return replace(verdict, criteria=criteria)
