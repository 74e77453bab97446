"""The register of right, wrong and disputed answers to the exercises.

An answer is written as a factory without arguments, so that nothing is built before a test asks
for it:

    @wrong("scale_images", misconception="divided_by_256")
    def divides_by_the_number_of_grey_levels():
        return lambda images: (images / 256).astype("float32")

The answers follow the published contract of each exercise alone. They know nothing of how an
answer is judged, and that is what makes them a test of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Factory = Callable[[], Any]
Group = Literal["right", "wrong", "disputed"]


@dataclass(frozen=True)
class Answer:
    """One student's answer, and what the contract says of it.

    `at_most` is the largest share of the points that a wrong answer may earn; `says` are words
    that its messages hold, in any case of letters; `why` tells what makes an answer disputed.
    """

    exercise: str
    name: str
    group: Group
    build: Factory
    misconception: str | None = None
    says: tuple[str, ...] = ()
    at_most: float | None = None
    slow: bool = False
    why: str = ""

    @property
    def label(self) -> str:
        return f"{self.exercise}-{self.name}"


ANSWERS: list[Answer] = []

# What shape and dtype alone may earn.
SHAPE_ALONE = 0.2
NOTHING = 0.0


def _enter(answer: Answer) -> None:
    if any((a.exercise, a.name) == (answer.exercise, answer.name) for a in ANSWERS):
        raise ValueError(f"two answers are called {answer.label}")
    ANSWERS.append(answer)


def right(exercise: str) -> Callable[[Factory], Factory]:
    """Enter an answer that the contract accepts in full."""

    def enter(factory: Factory) -> Factory:
        _enter(Answer(exercise, factory.__name__, "right", factory))
        return factory

    return enter


def wrong(
    exercise: str,
    misconception: str | None = None,
    says: tuple[str, ...] = (),
    at_most: float | None = None,
    slow: bool = False,
) -> Callable[[Factory], Factory]:
    """Enter an answer that the contract rejects."""

    def enter(factory: Factory) -> Factory:
        _enter(
            Answer(exercise, factory.__name__, "wrong", factory, misconception, says, at_most, slow)
        )
        return factory

    return enter


def disputed(exercise: str, why: str) -> Callable[[Factory], Factory]:
    """Enter an answer on which the contract is silent: its verdict is reported, not asserted."""

    def enter(factory: Factory) -> Factory:
        _enter(Answer(exercise, factory.__name__, "disputed", factory, why=why))
        return factory

    return enter
