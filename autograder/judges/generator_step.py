"""generator_step: one update of the generator alone, in training mode, through the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autograder.judges import adversarial_step
from autograder.judges.adversarial_step import (
    Formula,
    Kind,
    Modes,
    after_sigmoid,
    cross_entropy,
    draw_step,
    judge_step,
    logits_cross_entropy,
    squares_of_fakes,
)
from autograder.judges.generator_loss import MESSAGES as LOSS_MESSAGES
from autograder.judges.sheet import Sheet
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

CRITERIA = adversarial_step.CRITERIA

MESSAGES = Messages() | {
    key: LOSS_MESSAGES.templates[key]
    for key in (
        "saturating_loss",
        "minimises_fake_label",
        "double_sigmoid",
        "wrong_sign",
        "label_smoothing",
    )
}


def formulas(challenge: Challenge, calls: Mapping[str, int]) -> list[Formula]:
    """Ways to compute the loss, the right ones first; with the stand-in if the answer called it."""
    right = cross_entropy(None, 1)
    found = [right]
    if calls["generator_loss"]:
        stand_in = squares_of_fakes(challenge.facts["weights"][0])
        found = [stand_in, *found, replace(after_sigmoid(stand_in), mistake="double_sigmoid")]
    found.append(right.scaled(len(challenge.arrays["codings"]), unit="summed_over_batch"))
    wrong = {
        "minimises_fake_label": cross_entropy(None, 0),
        "saturating_loss": cross_entropy(None, 0).scaled(-1),
        "double_sigmoid": logits_cross_entropy(None, 1),
        "wrong_sign": right.scaled(-1),
        "label_smoothing": cross_entropy(None, 0.9),
    }
    return found + [replace(formula, mistake=mistake) for mistake, formula in wrong.items()]


_KIND = Kind(
    call="generator_step(generator, discriminator, optimizer, codings)",
    trains="generator",
    formulas=formulas,
    modes=tuple(
        Modes(generator, True, on_fake) for generator in (True, False) for on_fake in (True, False)
    ),
    messages=MESSAGES,
    # The discriminator judges in either mode.
    right_modes=lambda modes: modes.generator,
)


def draw(rng: np.random.Generator) -> Challenge:
    """Two known networks and codings."""
    return draw_step(rng, _KIND)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """The loss returned, its unit and its modes; then who moved, and how far."""
    judge_step(sheet, challenge, _KIND)
