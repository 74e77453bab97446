"""discriminator_step: one update of the discriminator alone, in training mode."""

from __future__ import annotations

import itertools
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
    squares,
)
from autograder.judges.discriminator_loss import MESSAGES as LOSS_MESSAGES
from autograder.judges.sheet import Sheet
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

CRITERIA = adversarial_step.CRITERIA

MESSAGES = Messages() | {
    "swapped_labels": "Real images and fakes have changed places: the real ones have the label 1, "
    "and `discriminator_loss` takes their probabilities first.",
    **{
        key: LOSS_MESSAGES.templates[key]
        for key in (
            "summed_loss",
            "fake_label_one",
            "real_label_zero",
            "real_only",
            "fake_only",
            "double_sigmoid",
            "label_smoothing",
        )
    },
}


def formulas(challenge: Challenge, calls: Mapping[str, int]) -> list[Formula]:
    """Ways to compute the loss, the right ones first; with stand-ins if the answer called them."""
    images = 2 * len(challenge.arrays["images"])
    both = cross_entropy(1, 0)
    found = [both.scaled(0.5)]
    if calls["discriminator_loss"]:
        of_real, of_fake = challenge.facts["weights"]
        stand_in = squares(of_real, of_fake)
        found = [stand_in, *found]
        found.append(replace(squares(of_real, of_fake, swapped=True), mistake="swapped_labels"))
        found.append(replace(after_sigmoid(stand_in), mistake="double_sigmoid"))
    found += [replace(both, unit="summed_loss")]
    found += [both.scaled(images / 2, unit="summed_over_batch")]
    wrong = {
        "swapped_labels": cross_entropy(0, 1),
        "fake_label_one": cross_entropy(1, 1),
        "real_label_zero": cross_entropy(0, 0),
        "real_only": cross_entropy(1, None),
        "fake_only": cross_entropy(None, 0),
        "double_sigmoid": logits_cross_entropy(1, 0),
        "label_smoothing": cross_entropy(0.9, 0),
    }
    return found + [
        replace(formula, mistake=mistake).scaled(factor)
        for mistake, formula in wrong.items()
        for factor in (0.5, 1.0)
    ]


_KIND = Kind(
    call="discriminator_step(generator, discriminator, optimizer, real_images, codings)",
    trains="discriminator",
    formulas=formulas,
    modes=tuple(itertools.starmap(Modes, itertools.product((True, False), repeat=3))),
    messages=MESSAGES,
    # The fakes may come from a generator in either mode.
    right_modes=lambda modes: modes.on_real and modes.on_fake,
)


def draw(rng: np.random.Generator) -> Challenge:
    """Two known networks, real images and codings."""
    return draw_step(rng, _KIND)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """The loss returned, its unit and its modes; then who moved, and how far."""
    judge_step(sheet, challenge, _KIND)
