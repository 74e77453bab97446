"""The marking sheet that a judge fills in: one line a criterion, in the order of dependence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.exercises import Exercise
from autograder.kernel.evidence import Evidence
from autograder.kernel.time_limit import SECONDS
from autograder.language import Messages, _
from autograder.verdict import Criterion, Outcome, Verdict

MESSAGES = Messages() | {
    "is_none": "`{id}` is None: the cell that defines it has not run, or an error stopped it. "
    "Run that cell, then this one.",
    "not_callable": "Expected a function called `{id}`, got {a_type}. Has another cell given the "
    "name to something else?",
    "stub": "The blank in `{id}` is still empty. Write your answer, run its cell, then this one.",
    "raised": "`{call}` raised {type}: {message}{where}",
    "where": " (line {line}: `{code}`)",
    "where_line": " (line {line})",
    "memory": "`{call}` asked for more memory than there is{where}. Look for an array that is "
    "larger than it need be.",
    "time": "`{call}` was still running after {seconds:.0f} s and was stopped. Look for a loop "
    "whose condition never becomes false.",
    "fault": "The checker itself failed here; this is our fault, not yours, and costs you "
    "nothing. ({fault})",
    "none": "Expected `{call}` to return {expected}, got None. Is a `return` missing?",
    "none_printed": "Expected `{call}` to return {expected}, got None. Your code prints something: "
    "to print is not to return.",
    "not_numbers": "Expected `{call}` to return {expected}, got {a_type}.",
    "too_large": "Expected `{call}` to return {expected}, got something of shape {shape}, too "
    "large to look at.",
    "blocked": "Not looked at yet: “{name}” comes first.",
    "a": "a {type}",
    "an": "an {type}",
}


class Sheet:
    """Collects the outcomes of one exercise's criteria.

    `criteria` maps each criterion's name to its share of the points; shares sum to 1. A criterion
    without an outcome in the end is blocked by the first that failed.
    """

    def __init__(
        self, exercise: Exercise, criteria: Mapping[str, float], evidence: Evidence
    ) -> None:
        self.exercise = exercise
        self.evidence = evidence
        self.attempted = True
        self._shares = dict(criteria)
        self._lines: dict[str, Criterion] = {}

    def open(self) -> bool:
        """Whether there is an answer to judge; if not, the first criterion says why."""
        answer = self.evidence.facts["answer"]
        if answer["callable"]:
            return True
        first = next(iter(self._shares))
        self.attempted = not answer["none"]
        key = "is_none" if answer["none"] else "not_callable"
        self.fail(first, MESSAGES[key].format(id=self.exercise.id, a_type=a(answer["type"])))
        return False

    def ok(self, name: str, message: str = "") -> None:
        """The criterion is met."""
        self._write(name, "pass", message, keep=1.0)

    def fail(
        self, name: str, message: str, misconception: str | None = None, keep: float = 0.0
    ) -> None:
        """The criterion is not met; `keep` is the share of its points kept all the same."""
        self._write(name, "fail", message, keep, misconception)

    def decide(self, name: str, met: bool, message: str, misconception: str | None = None) -> bool:
        """Pass or fail by a condition; `message` and `misconception` are for the failure."""
        if met:
            self.ok(name)
        else:
            self.fail(name, message, misconception)
        return met

    def passed(self, name: str) -> bool:
        """Whether the criterion has the outcome "pass"."""
        return name in self._lines and self._lines[name].outcome == "pass"

    def decided(self, name: str) -> bool:
        """Whether the criterion has any outcome yet."""
        return name in self._lines

    def _write(
        self,
        name: str,
        outcome: Outcome,
        message: str,
        keep: float,
        misconception: str | None = None,
    ) -> None:
        points = self._shares[name] * self.exercise.points
        self._lines[name] = Criterion(
            name, outcome, message, round(keep * points, 6), round(points, 6), misconception
        )

    def came(self, criterion: str, name: str, call: str) -> bool:
        """Whether the call recorded under `name` returned; if not, the criterion says why.

        `call` is the call as the student would write it.
        """
        fact = self.evidence.facts.get(name)
        if fact is not None and fact["kind"] != "raised":
            return True
        if fact is None:
            self._explain_absence(criterion, call)
        else:
            self._explain_exception(criterion, fact, call)
        return False

    def array(self, criterion: str, name: str, call: str, expected: str) -> np.ndarray | None:
        """The numbers recorded under `name`; if there are none, the criterion says why.

        `expected` says in words what the call should have returned; in English, or translated.
        """
        if not self.came(criterion, name, call):
            return None
        fact = self.evidence.facts[name]
        if name in self.evidence.arrays:
            return self.evidence.arrays[name]
        key = "not_numbers"
        if fact["kind"] == "too_large":
            key = "too_large"
        elif fact["type"] == "NoneType":
            key = "none_printed" if self.evidence.facts.get("printed", "").strip() else "none"
        text = MESSAGES[key].format(
            call=call,
            expected=_(expected),
            a_type=a(fact["type"]),
            shape=shape_text(fact.get("shape", ())),
        )
        self.fail(criterion, text, "returns_nothing" if fact["type"] == "NoneType" else None)
        return None

    def _explain_exception(self, criterion: str, fact: Mapping[str, Any], call: str) -> None:
        where = ""
        if fact.get("code"):
            where = MESSAGES["where"].format(**fact)
        elif "line" in fact:
            where = MESSAGES["where_line"].format(**fact)
        values = {"id": self.exercise.id, "call": call, "where": where}
        values |= {"type": fact["type"], "message": fact["message"]}
        if fact["stub"]:
            self.attempted = False
            self.fail(criterion, MESSAGES["stub"].format(**values))
        elif fact["memory"]:
            self._write(criterion, "resource_limit", MESSAGES["memory"].format(**values), 0.0)
        else:
            self.fail(criterion, MESSAGES["raised"].format(**values))

    def _explain_absence(self, criterion: str, call: str) -> None:
        facts = self.evidence.facts
        stopped = facts.get("stopped")
        if stopped == "time":
            text = MESSAGES["time"].format(call=call, seconds=SECONDS)
            self._write(criterion, "resource_limit", text, 0.0)
            return
        raised = [fact for fact in facts.values() if _was_raised(fact)]
        if stopped != "probe" and raised:
            self._explain_exception(criterion, raised[-1], call)
            return
        text = MESSAGES["fault"].format(fault=facts.get("fault", "evidence is missing"))
        self._write(criterion, "grader_fault", text, keep=1.0)

    def judge_arguments(self, criterion: str, unless_failed: str, message: str) -> None:
        """Whether no argument was changed in place; not asked of an answer that is wrong anyway."""
        if "changed_arguments" in self.evidence.facts:
            self.fail(criterion, message)
        elif self.passed(unless_failed):
            self.ok(criterion)

    def verdict(self) -> Verdict:
        """The finished sheet."""
        undone = [name for name in self._shares if name not in self._lines]
        culprits = [line.name for line in self._lines.values() if line.outcome != "pass"]
        for name in undone:
            if not culprits:
                raise ValueError(f"criterion {name!r} of {self.exercise.id} was never decided")
            cause = self._lines[culprits[0]]
            message = MESSAGES["blocked"].format(name=_(cause.name))
            if cause.outcome == "grader_fault":
                self._write(name, "grader_fault", message, keep=1.0)
            else:
                self._write(name, "blocked", message, keep=0.0)
        criteria = tuple(self._lines[name] for name in self._shares)
        printed = str(self.evidence.facts.get("printed", ""))
        return Verdict(self.exercise.id, criteria, self.attempted, printed)


def _was_raised(fact: object) -> bool:
    return isinstance(fact, dict) and fact.get("kind") == "raised"


def a(type_name: str) -> str:
    """A type's name with its article: "an int", "a list"."""
    key = "an" if type_name[:1].lower() in "aeiou" or type_name == "ndarray" else "a"
    return MESSAGES[key].format(type=type_name)


def shape_text(shape: Any) -> str:
    """A shape as NumPy prints it: "(5, 28, 28)", "(3,)", "()"."""
    return str(tuple(int(length) for length in shape))
