"""Looking at a student's Keras model: its weights, and its outputs under weights of our choice."""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt, describe_answer


def build_model(evidence: Evidence, name: str, build: Any, *arguments: Any, **keywords: Any) -> Any:
    """Call the student's builder and record what kind of thing came; None if it is no model."""
    model = attempt(evidence, name, build, *arguments, **keywords)
    evidence.facts[name] |= {"is_model": describe_answer(model)["model"]}
    return model if evidence.facts[name]["is_model"] else None


def record_layout(evidence: Evidence, name: str, model: Any) -> None:
    """Record the shapes of the trainable weights, and of the other weights, in their order.

    States of random generators are not weights.
    """
    evidence.facts[f"{name}/trainable_shapes"] = [
        list(variable.shape) for variable in model.trainable_variables
    ]
    evidence.facts[f"{name}/other_shapes"] = [
        list(variable.shape) for variable in model.non_trainable_weights
    ]
    evidence.facts[f"{name}/layers"] = _layer_names(model)


def _layer_names(model: Any) -> list[str]:
    layers = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if not isinstance(layer, keras.Model | keras.layers.InputLayer)
    ]
    return [type(layer).__name__[:40] for layer in layers[:40]]


def set_random_weights(evidence: Evidence, name: str, model: Any, rng: np.random.Generator) -> None:
    """Give every trainable weight random values, and record them as name/0, name/1, ...

    Kernels get a spread that keeps activations near 1; biases are never 0, so that a missing or
    misplaced one shows.
    """
    for index, variable in enumerate(model.trainable_variables):
        shape = tuple(variable.shape)
        spread = 1.5 / np.sqrt(shape[0]) if len(shape) > 1 else 0.5
        _assign(evidence, f"{name}/{index}", variable, rng.normal(0, spread, shape))


def set_selecting_weights(model: Any, rng: np.random.Generator) -> None:
    """Let every unit of every dense layer copy one input, with 3 added at the first layer.

    What reaches the pixels then reaches the outputs, one pixel each, through activations alone.
    A shift of 3 keeps pre-activations positive, where even a ReLU lets everything through.
    """
    first = True
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        values = np.zeros(shape)
        if len(shape) == 2:
            inputs = rng.permutation(np.resize(rng.permutation(shape[0]), max(shape)))[: shape[1]]
            values[inputs, np.arange(shape[1])] = 1.0
        elif first and len(shape) == 1:
            values += 3.0
            first = False
        variable.assign(values.astype(np.float32))


def set_constant_weights(model: Any, layer: int, rng: np.random.Generator) -> None:
    """Random weights, but for dense layer number `layer`, whose kernel is zero.

    The outputs then depend on nothing before that layer: randomness that still shows comes from
    behind it.
    """
    kernels = 0
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        values = rng.normal(0, 0.5, shape) / (np.sqrt(shape[0]) if len(shape) > 1 else 1.0)
        if len(shape) == 2:
            values = values * (kernels != layer)
            kernels += 1
        variable.assign(values.astype(np.float32))


def _assign(evidence: Evidence, name: str, variable: Any, values: np.ndarray) -> None:
    values = values.astype(np.float32)
    variable.assign(values)
    evidence.record(name, values)


def record_inference(evidence: Evidence, name: str, model: Any, inputs: np.ndarray) -> None:
    """Record the outputs at inference by the three ways of asking for them."""
    attempt(evidence, f"{name}/call", model, inputs.copy())
    attempt(evidence, f"{name}/training_false", model, inputs.copy(), training=False)
    record_prediction(evidence, f"{name}/predict", model, inputs)


def record_prediction(evidence: Evidence, name: str, model: Any, inputs: np.ndarray) -> None:
    """Record the outputs by the function that `model.predict` uses, without its data pipeline.

    The first call traces it, which takes as long as many calls of `model` itself; another one with
    inputs of the same shape takes a fraction.
    """
    attempt(evidence, name, model.predict_on_batch, inputs.copy())


def build_ahead(model: keras.Model, images: np.ndarray, targets: np.ndarray) -> None:
    """Let a compiled model make the variables of its metrics and of its optimizer.

    Otherwise they are made while its steps are traced, and TensorFlow then traces these once more.
    What fails here is not noted: it fails again where it is asked for.
    """

    def update_metrics() -> None:
        model.compute_metrics(tf.constant(images), tf.constant(targets), tf.constant(targets))
        model.reset_metrics()

    def build_optimizer() -> None:
        optimizer, variables = model.optimizer, model.trainable_variables
        if isinstance(optimizer, keras.optimizers.Optimizer) and variables:
            optimizer.build(variables)

    for build in (update_metrics, build_optimizer):
        with contextlib.suppress(StudentCodeFailed):
            attempt(Evidence(), "ahead", build)


def record_calls_in_graph(evidence: Evidence, name: str, model: Any, inputs: np.ndarray) -> None:
    """Record the outputs of two calls in training mode of one traced graph, as `fit` makes them."""
    # `fit` does without AutoGraph, too.
    in_graph = tf.function(lambda images: model(images, training=True), autograph=False)
    for index in range(2):
        attempt(evidence, f"{name}/{index}", in_graph, tf.constant(inputs))


def scale_last_layers(model: Any, factor: float, widths: tuple[int, ...]) -> None:
    """Multiply kernels and biases of all dense layers with one of these numbers of units.

    A layer without an activation then gives `factor` times what it gave.
    """
    for variable in model.trainable_variables:
        if variable.shape[-1] in widths:
            variable.assign(factor * variable)
