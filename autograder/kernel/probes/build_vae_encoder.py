"""Builds a variational encoder and calls it under several settings of its weights."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import (
    build_model,
    record_layout,
    scale_last_layers,
    set_random_weights,
)
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import attempt


class StandInSampling(keras.layers.Layer):
    """Takes the place of the answer to another exercise: a known function, without noise."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(name=keywords.get("name"))

    def call(self, inputs: Any) -> Any:
        """2·mean − 3·log_var + 5, of the shape of both."""
        mean, log_var = inputs
        return 2.0 * mean - 3.0 * log_var + 5.0


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the three outputs under random weights, and with those of the last layers scaled."""
    rng = np.random.default_rng(challenge.facts["seed"])
    images = challenge.arrays["images"]
    size = challenge.facts["codings_size"]
    with neighbours_replaced(answer, {"Sampling": StandInSampling}):
        model = build_model(evidence, "model", answer, codings_size=size)
        if model is None:
            return
        attempt(evidence, "first", model, images.copy(), depth=1)
        record_layout(evidence, "model", model)
        set_random_weights(evidence, "weights", model, rng)
        for call in range(2):
            attempt(evidence, f"inference/{call}", model, images.copy(), depth=1)
            attempt(evidence, f"training/{call}", model, images.copy(), training=True, depth=1)
        attempt(evidence, "one_image", model, images[:1].copy(), depth=1)
        scale_last_layers(model, challenge.facts["scale"], widths=(size, 2 * size))
        attempt(evidence, "scaled", model, images.copy(), depth=1)
        default = build_model(evidence, "default_model", answer)
        if default is not None:
            attempt(evidence, "default", default, images[:2].copy(), depth=1)
