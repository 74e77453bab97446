"""Builds a generator and looks at its layers: sizes, strides, normalisation, output."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.convolutions import convolutions, kernels, record_model, record_scaled
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import build_model, record_prediction
from autograder.kernel.student import attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the generator's outputs under weights of our choice.

    - "scaled": with the last layer's weights multiplied by known factors.
    - "cell": with one of the 7 × 7 cells changed, which tells how far a cell reaches; the dense
      units taken cell by cell (0), or channel by channel (1).
    - "flat": with every gamma 0, before and after the first kernel of convolution is changed.
    """
    codings, size = challenge.arrays["codings"], challenge.facts["codings_size"]
    rng = np.random.default_rng(challenge.facts["seed"])
    model = build_model(evidence, "model", answer, codings_size=size)
    if model is None:
        return
    record_model(evidence, model, codings, rng)
    default = build_model(evidence, "default_model", answer)
    if default is not None:
        attempt(evidence, "default", default, np.zeros((1, 100), np.float32))
    layers = convolutions(model, picture_last=True)
    if len(layers) == 2:
        # The last layer: its kernel, and what is added behind it.
        variables = model.trainable_variables
        if layers[0].shape[2] == 1:  # whose own numbers have the same shape
            variables = variables[_place(variables, layers[1]) :]
        added = [v for v in variables if v.shape == (1,) and v.name != "gamma"]
        record_scaled(evidence, model, codings, [layers[1], *added])
        _record_cell(evidence, model, codings, rng)
        _record_flat(evidence, model, codings, layers[0], rng)


def _place(variables: list[Any], variable: Any) -> int:
    return next(place for place, other in enumerate(variables) if other is variable)


def _record_cell(
    evidence: Evidence, model: Any, codings: np.ndarray, rng: np.random.Generator
) -> None:
    """Let the first coding reach the cell in row 3, column 3 alone, in all its channels.

    The other codings reach all cells, and keep the outputs equal elsewhere.
    """
    dense = kernels(model, 2)
    if len(dense) != 1 or dense[0].shape[1] != 6272:
        return
    kernel = rng.normal(0, 1, tuple(dense[0].shape)).astype(np.float32)
    cells = np.zeros((7, 7, 128), np.float32)
    cells[3, 3] = rng.normal(0, 1, 128)
    rest, changed = codings.copy(), codings.copy()
    rest[:, 0], changed[:, 0] = 0.0, 2.0
    dense[0].assign(kernel)
    record_prediction(evidence, "cell/rest", model, rest)
    for index, units in enumerate((cells, np.moveaxis(cells, 2, 0))):
        kernel[0] = units.ravel()
        dense[0].assign(kernel)
        record_prediction(evidence, f"cell/{index}", model, changed)


def _record_flat(
    evidence: Evidence, model: Any, codings: np.ndarray, kernel: Any, rng: np.random.Generator
) -> None:
    for variable in model.trainable_variables:
        if variable.name == "gamma":
            variable.assign(np.zeros(variable.shape))
    record_prediction(evidence, "flat/0", model, codings)
    kernel.assign(rng.normal(0, 0.1, tuple(kernel.shape)))
    record_prediction(evidence, "flat/1", model, codings)
