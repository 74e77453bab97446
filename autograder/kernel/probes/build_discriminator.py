"""Builds a discriminator and looks at its layers: sizes, strides, dropout, output."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.convolutions import (
    convolutions,
    influence_on,
    kernels,
    record_model,
    record_scaled,
)
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import build_model, record_prediction


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the discriminator's outputs under weights of our choice.

    - "scaled": with the last layer's weights multiplied by known factors.
    - "influence": which pixels reach one cell of the last map of features (0), and its neighbour
      (1); that map flattened cell by cell (0/...), or channel by channel (1/...).
    - "stage_0", "stage_1": with weights under which a convolution without a non-linearity behind it
      leaves nothing of the images.
    """
    images = challenge.arrays["images"]
    rng = np.random.default_rng(challenge.facts["seed"])
    model = build_model(evidence, "model", answer)
    if model is None:
        return
    record_model(evidence, model, images, rng)
    dense, layers = kernels(model, 2), convolutions(model, picture_last=False)
    if len(dense) != 1 or len(layers) != 2:
        return
    added = [v for v in model.trainable_variables if v.shape == (1,) and v.name != "gamma"]
    record_scaled(evidence, model, images, [dense[0], *added])
    rows, features = int(dense[0].shape[0]), int(layers[1].shape[3])
    side = round((rows / features) ** 0.5)
    if side < 3 or side * side * features != rows:
        return
    cell = (side // 2) * side + side // 2
    for index in range(2):
        values = np.zeros((side * side, features), np.float32)
        values[cell + index] = rng.normal(0, 1, features)
        for order, ordered in enumerate((values, values.T)):
            dense[0].assign(ordered.reshape(rows, 1))
            evidence.record(f"influence/{order}/{index}", influence_on(model, images))
    _record_stages(evidence, model, images, rng)


def _record_stages(
    evidence: Evidence, model: Any, images: np.ndarray, rng: np.random.Generator
) -> None:
    """Record the outputs with the channels of either convolution in pairs that cancel if linear.

    Of each pair the second channel is −½ times the first, and what follows takes it twice: for an
    activation g there remains g(z) + 2 g(−z/2), which is 0 for all z only if g is linear. The dense
    unit takes one cell of the last map minus its neighbour, so that no constant remains either.
    The second convolution comes with both signs, of which a ReLU lets one pass at least.
    """
    (dense,), (first, second) = kernels(model, 2), kernels(model, 4)
    for variable in model.trainable_variables:
        if variable.name in ("bias", "beta", "gamma"):
            variable.assign(np.full(variable.shape, float(variable.name == "gamma")))
    for stage, paired in enumerate((first, second)):
        if paired.shape[3] < 2:
            continue
        shapes = [tuple(kernel.shape) for kernel in (first, second)]
        values = [rng.normal(0, 5 / np.sqrt(np.prod(shape[:3])), shape) for shape in shapes]
        side = round(float(dense.shape[0] / shapes[1][3]) ** 0.5)
        reader = np.zeros((side * side, shapes[1][3]))
        cell = (side // 2) * side + side // 2
        reader[cell] = rng.normal(0, 4 / np.sqrt(2 * shapes[1][3]), shapes[1][3])
        _pair(values[stage], (values[1], reader)[stage], axis=2 if stage == 0 else 1)
        reader[cell + 1] = -reader[cell]
        first.assign(values[0])
        dense.assign(reader.reshape(-1, 1))
        for sign in (1, -1):
            second.assign(sign * values[1])
            record_prediction(evidence, f"stage_{stage}/{sign}", model, images)


def _pair(kernel: np.ndarray, following: np.ndarray, axis: int) -> None:
    """Make a pair of every two channels of `kernel`; `axis` is theirs in what follows it."""
    pairs = kernel.shape[3] // 2
    taken = np.moveaxis(following, axis, 0)
    kernel[..., 1 : 2 * pairs : 2] = -kernel[..., : 2 * pairs : 2] / 2
    taken[1 : 2 * pairs : 2] = 2 * taken[: 2 * pairs : 2]
    kernel[..., 2 * pairs :] = 0
    taken[2 * pairs :] = 0
