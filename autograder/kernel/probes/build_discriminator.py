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
from autograder.kernel.models import build_model


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the discriminator's outputs under weights of our choice.

    - "scaled": with the last layer's weights multiplied by known factors.
    - "influence": which pixels reach one cell of the last map of features, and its neighbour.
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
        dense[0].assign(values.reshape(rows, 1))
        evidence.record(f"influence/{index}", influence_on(model, images))
