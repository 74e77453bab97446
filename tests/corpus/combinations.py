"""Answers that make two mistakes at once: none of what a check names may be absent from them.

For each exercise one function composes an answer from any set of mistakes. Mistakes that sit in
one place of the answer (two wrong outputs, say) exclude each other; all other pairs are tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Mistakes = frozenset[str]


@dataclass(frozen=True)
class Kit:
    """What composes answers to one exercise.

    `places` maps each mistake to the place of the answer where it is made. `one` lists pairs that
    together are one other mistake, or none: they are not tried.
    """

    exercise: str
    places: Mapping[str, str]
    build: Callable[[Mistakes], Any]
    one: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Combination:
    """One answer with one or two mistakes."""

    exercise: str
    mistakes: Mistakes
    build: Callable[[], Any]

    @property
    def label(self) -> str:
        return f"{self.exercise}-{'+'.join(sorted(self.mistakes))}"


KITS: list[Kit] = []


def kit(
    exercise: str, places: Mapping[str, tuple[str, ...]], one: tuple[tuple[str, str], ...] = ()
) -> Callable[[Callable[[Mistakes], Any]], Callable[[Mistakes], Any]]:
    """Enter a function that composes an answer; `places` lists the mistakes of each place."""

    def enter(build: Callable[[Mistakes], Any]) -> Callable[[Mistakes], Any]:
        where = {mistake: place for place, mistakes in places.items() for mistake in mistakes}
        KITS.append(Kit(exercise, where, build, tuple(map(frozenset, one))))
        return build

    return enter


def combinations(size: int) -> list[Combination]:
    """All answers that make `size` mistakes (1 or 2), exercise by exercise."""
    found = []
    for each in KITS:
        for chosen in itertools.combinations(each.places, size):
            mistakes = frozenset(chosen)
            if len({each.places[name] for name in chosen}) == size and mistakes not in each.one:
                found.append(Combination(each.exercise, mistakes, _builder(each, mistakes)))
    return found


def _builder(each: Kit, mistakes: Mistakes) -> Callable[[], Any]:
    return lambda: each.build(mistakes)
