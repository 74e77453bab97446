"""Builds an encoder, sets its weights, and calls it at inference and in training mode."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import (
    build_model,
    record_calls_in_graph,
    record_layout,
    set_constant_weights,
    set_random_weights,
    set_selecting_weights,
)
from autograder.kernel.student import attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the encoder's outputs under random, selecting and constant weights.

    Under selecting weights the outputs on `ladder`, constant images of known greys, tell how a
    grey is seen at the outputs, so that a judge can read the pixels back. They go through in one
    batch with the images, which follow them.
    """
    rng = np.random.default_rng(challenge.facts["seed"])
    images = challenge.arrays["images"]
    rungs_and_images = np.concatenate([challenge.arrays["ladder"], images])
    noise_stddev = challenge.facts["noise_stddev"]
    model = build_model(evidence, "model", answer, noise_stddev=noise_stddev)
    if model is None:
        return
    attempt(evidence, "first", model, images.copy())
    record_layout(evidence, "model", model)
    set_random_weights(evidence, "weights", model, rng)
    # As `predict` computes it; that the model works in a graph shows below.
    attempt(evidence, "inference/predict", model.predict_step, (tf.constant(images),))
    attempt(evidence, "inference/call", model, images.copy())
    attempt(evidence, "inference/training_false", model, images.copy(), training=False)
    attempt(evidence, "one_image", model, images[:1].copy())
    for selection in range(challenge.facts["selections"]):
        set_selecting_weights(model, rng)
        name = f"selection_{selection}"
        attempt(evidence, f"{name}/quiet", model, rungs_and_images.copy(), training=False)
        for call in range(2):
            attempt(evidence, f"{name}/noisy/{call}", model, images.copy(), training=True)
    record_calls_in_graph(evidence, "graph", model, images)
    for layer in (0, 1):
        set_constant_weights(model, layer, rng)
        attempt(evidence, f"constant_{layer}/quiet", model, images.copy(), training=False)
        attempt(evidence, f"constant_{layer}/noisy", model, images.copy(), training=True)
    default = build_model(evidence, "default_model", answer)
    if default is None:
        return
    attempt(evidence, "default_first", default, images.copy())
    set_selecting_weights(default, rng)
    attempt(evidence, "default/quiet", default, rungs_and_images.copy(), training=False)
    attempt(evidence, "default/noisy/0", default, images.copy(), training=True)
