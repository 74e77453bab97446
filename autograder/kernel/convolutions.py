"""Looking at a student's convolutional model: what its layers are, and what its outputs tell."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.evidence import Evidence
from autograder.kernel.models import record_inference, record_layout, record_prediction
from autograder.kernel.order import order_of_convolutions
from autograder.kernel.student import attempt

SCALES = (0.25, 0.5, 1.0, 2.0, -1.0)
"""By which the last layer's weights are multiplied, to tell its activation."""


def record_model(
    evidence: Evidence, model: Any, inputs: np.ndarray, rng: np.random.Generator
) -> None:
    """Record its weights' shapes and names; then its outputs, under random weights, in all modes.

    Twice in training mode, since dropout differs from call to call.
    """
    attempt(evidence, "first", model, inputs.copy())
    record_layout(evidence, "model", model)
    evidence.facts["model/trainable_names"] = [v.name[:40] for v in model.trainable_variables]
    evidence.facts["model/other_names"] = [v.name[:40] for v in model.non_trainable_weights]
    set_lively_weights(model, rng)
    record_inference(evidence, "inference", model, inputs)
    attempt(evidence, "one_input", model, inputs[:1].copy())
    for index in range(2):
        attempt(evidence, f"training/{index}", model, inputs.copy(), training=True)
    # Training mode has moved the statistics of batch normalisation: back to where they were.
    for variable in model.non_trainable_weights:
        if "moving" in variable.name:
            variable.assign(np.full(variable.shape, float("variance" in variable.name)))


def set_lively_weights(model: Any, rng: np.random.Generator) -> None:
    """Random weights that keep activations near 1, with biases that are not 0."""
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        if len(shape) == 4:
            values = rng.normal(0, 2.0 / np.sqrt(np.prod(shape[:2]) * max(shape[2:])), shape)
        elif len(shape) == 2:
            values = rng.normal(0, 1.0 / np.sqrt(shape[0]), shape)
        elif variable.name == "gamma":
            values = rng.uniform(0.8, 1.2, shape)
        else:
            values = rng.normal(0, 0.2, shape)
        variable.assign(values.astype(np.float32))


def record_scaled(evidence: Evidence, model: Any, inputs: np.ndarray, last: list[Any]) -> None:
    """Record outputs with the weights of the last layer multiplied by each of SCALES."""
    values = [variable.numpy() for variable in last]
    for scale in SCALES:
        for variable, value in zip(last, values, strict=True):
            variable.assign(scale * value)
        record_prediction(evidence, f"scaled/{scale}", model, inputs)
        if scale == SCALES[0]:
            # Halfway between each input and the one before.
            record_prediction(evidence, "middle", model, (inputs + np.roll(inputs, 1, axis=0)) / 2)
    for variable, value in zip(last, values, strict=True):
        variable.assign(value)


def kernels(model: Any, rank: int) -> list[Any]:
    """The trainable weights with so many axes, in order."""
    return [variable for variable in model.trainable_variables if len(variable.shape) == rank]


def convolutions(model: Any, picture_last: bool) -> list[Any]:
    """The trainable kernels of convolutions, in the order in which data pass them."""
    found = kernels(model, 4)
    order = order_of_convolutions([tuple(kernel.shape) for kernel in found], picture_last)
    return [found[place] for place in order]


def influence_on(model: Any, images: np.ndarray) -> np.ndarray:
    """Which pixels (28, 28) change the first output of any of the images, as |gradient|, summed."""
    tensor = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        outputs = keras.ops.sum(model(tensor, training=False))
    gradient = tape.gradient(outputs, tensor)
    if gradient is None:
        return np.zeros((28, 28), np.float32)
    return np.abs(gradient.numpy()).sum(axis=(0, 3))
