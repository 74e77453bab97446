"""Draws codings by the student's layer: eagerly, in a graph, in a model, and for gradients."""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record draws made in each way; a way that raises does not keep the layer from the others."""
    layer = attempt(evidence, "layer", answer)
    evidence.facts["layer"]["callable"] = callable(layer)
    if not callable(layer):
        return
    mean, log_var = (tf.constant(challenge.arrays[name]) for name in ("mean", "log_var"))
    for count in challenge.facts["other_counts"]:
        with contextlib.suppress(StudentCodeFailed):
            attempt(evidence, f"count_{count}", layer, [mean[:count], log_var[:count]])
    for call in range(2):
        attempt(evidence, f"eager/{call}", layer, [mean, log_var])
    with contextlib.suppress(StudentCodeFailed):
        # AutoGraph does not look into Keras's layers, and takes long to find that out.
        autograph = not isinstance(layer, keras.Layer)
        in_graph = tf.function(lambda m, v: layer([m, v]), autograph=autograph)
        for call in range(2):
            attempt(evidence, f"graph/{call}", in_graph, mean, log_var)
    # A layer may go row by row, in seconds for the whole batch: for the rest, some rows will do.
    few = challenge.facts["few"]
    mean, log_var, weights = mean[:few], log_var[:few], challenge.arrays["weights"][:few]
    with contextlib.suppress(StudentCodeFailed):
        _record_gradients(evidence, layer, mean, log_var, weights)
    if isinstance(layer, keras.Layer):
        with contextlib.suppress(StudentCodeFailed):
            _record_model(evidence, layer, mean, log_var)


def _record_gradients(
    evidence: Evidence, layer: Any, mean: tf.Tensor, log_var: tf.Tensor, weights: Any
) -> None:
    """Record a draw and the gradients of its weighted sum."""

    def draw_and_gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch([mean, log_var])
            codings = tf.convert_to_tensor(layer([mean, log_var]))
            weighted = tf.reduce_sum(codings * weights)
        return [codings, *tape.gradient(weighted, [mean, log_var])]

    attempt(evidence, "gradients", draw_and_gradients, depth=1)


def _record_model(evidence: Evidence, layer: Any, mean: tf.Tensor, log_var: tf.Tensor) -> None:
    """Record draws of a functional model made of the layer, at inference and in training."""
    size = int(mean.shape[1])

    def build() -> Any:
        inputs = [keras.layers.Input((size,)), keras.layers.Input((size,))]
        return keras.Model(inputs, layer(inputs))

    model = attempt(evidence, "model", build)
    for call in range(2):
        attempt(evidence, f"inference/{call}", model, [mean, log_var], training=False)
    attempt(evidence, "training/0", model, [mean, log_var], training=True)
