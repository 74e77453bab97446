"""Lesson 04's judges: gradients in closed form, mistakes far apart, calls read in order."""

import numpy as np
import pytest

from autograder.judges import (
    adversarial_step,
    discriminator_loss,
    discriminator_step,
    draw_challenge,
    generator_loss,
    generator_step,
    images_for_display,
    rescale_images,
    train_gan,
)
from autograder.judges.adversarial_step import WEIGHTS, Modes, follow
from autograder.judges.convolutional import extent
from autograder.judges.numbers import apart

STEPS = {"discriminator_step": discriminator_step, "generator_step": generator_step}
CALLS = {"discriminator_loss": 1, "generator_loss": 1}


def formulas():
    for name, module in STEPS.items():
        challenge = draw_challenge(name, 3)
        for index, formula in enumerate(module.formulas(challenge, CALLS)):
            yield pytest.param(name, formula, id=f"{name}-{index}-{formula.mistake}")


@pytest.mark.parametrize(("name", "formula"), list(formulas()))
def test_gradients_in_closed_form_are_those_of_the_loss(name, formula):
    challenge = draw_challenge(name, 3)
    weights = {key: challenge.arrays[key].astype(np.float64) for key in WEIGHTS}
    modes = Modes(generator=False, on_real=True, on_fake=False)
    gradients = follow(formula, modes, challenge, weights).gradients
    step = 1e-5
    for key in WEIGHTS:
        place = np.unravel_index(np.argmax(np.abs(gradients[key])), gradients[key].shape)
        losses = []
        for sign in (-1, 1):
            moved = {k: v.copy() for k, v in weights.items()}
            moved[key][place] += sign * step
            losses.append(follow(formula, modes, challenge, moved).loss)
        numerical = (losses[1] - losses[0]) / (2 * step)
        assert numerical == pytest.approx(gradients[key][place], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("name", STEPS)
def test_a_right_loss_lies_apart_from_the_wrong_ones(name):
    kind = STEPS[name]._KIND
    for seed in range(20):
        challenge = draw_challenge(name, seed)
        assert adversarial_step._lie_apart(challenge, kind)


@pytest.mark.parametrize("module", [discriminator_loss, generator_loss])
def test_mistakes_of_the_losses_lie_apart(module):
    for seed in range(20):
        name = module.__name__.rsplit(".", 1)[1]
        challenge = draw_challenge(name, seed)
        arguments = ("real", "fake") if module is discriminator_loss else ("fake",)
        batch = {key: challenge.arrays[f"eight/{key}"] for key in arguments}
        results = {"right": module.right(batch)} | module.mistakes(batch)
        # Smoothed labels are near the hard ones by nature.
        hard = {k: v for k, v in results.items() if not k.startswith("label_smoothing")}
        assert apart(hard)


def test_the_losses_at_one_half_are_log_two():
    half = {"real": np.full((4, 1), 0.5), "fake": np.full((4, 1), 0.5)}
    assert discriminator_loss.right(half) == pytest.approx(np.log(2))
    assert generator_loss.right(half) == pytest.approx(np.log(2))


@pytest.mark.parametrize("module", [rescale_images, images_for_display])
def test_mistakes_with_images_lie_apart(module):
    name = module.__name__.rsplit(".", 1)[1]
    for seed in range(20):
        images = draw_challenge(name, seed).arrays["dim"].astype(np.float64)
        right = 2 * images - 1 if module is rescale_images else (images + 1) / 2
        assert apart({"right": right} | module.mistakes(images), share=0.02)


def test_extent_finds_the_columns_that_are_touched():
    influence = np.zeros((28, 28))
    influence[3, 5] = influence[9, 17] = 1
    assert extent(influence) == (5, 17)
    assert extent(np.zeros((28, 28))) is None


def calls_of(*moves):
    """One call for each move: "d", "g" or "b" for both."""
    state = np.zeros(4)
    rows = []
    for move in moves:
        rows.append([0, 1, 4, *state])
        state = state + np.array([move in "gb", move in "db", 1, 1])
    return train_gan.read_calls(np.array(rows, float), state)


@pytest.mark.parametrize(
    ("moves", "alternate"),
    [("dgdg", True), ("ddgddg", True), ("bb", True), ("gdgd", False), ("ddgg", False)],
)
def test_alternating_steps(moves, alternate):
    calls = calls_of(*moves)
    assert [c.generator_moves for c in calls] == [move in "gb" for move in moves]
    assert train_gan._alternate(calls) is alternate
