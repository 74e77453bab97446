"""Dense networks in NumPy: activations, forward passes, and which activations explain outputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.judges.numbers import close, normal_cdf

Array = np.ndarray

# Klambauer et al. (2017), "Self-normalizing neural networks", equation 2 and its constants.
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def selu(z: Array) -> Array:
    """λ z for z > 0, λ α (exp(z) − 1) otherwise."""
    return _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0)))


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(−z)), for any z."""
    with np.errstate(over="ignore"):  # 1 / inf is the right 0
        return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    """exp(z) over its sum along the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _gelu(z: Array) -> Array:
    return z * normal_cdf(z)


def _gelu_tanh(z: Array) -> Array:
    return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "selu": selu,
    "relu": lambda z: np.maximum(z, 0),
    "linear": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softmax": softmax,
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "leaky ReLU (0.3)": lambda z: np.where(z > 0, z, 0.3 * z),
    "leaky ReLU (0.2)": lambda z: np.where(z > 0, z, 0.2 * z),
    "leaky ReLU (0.01)": lambda z: np.where(z > 0, z, 0.01 * z),
    "gelu": _gelu,
    "approximate gelu": _gelu_tanh,
    "swish": lambda z: z * sigmoid(z),
    "softplus": lambda z: np.logaddexp(0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "ReLU6": lambda z: np.clip(z, 0, 6),
    "hard sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "exponential": np.exp,
}
"""Activations by name; the names are what a message shows."""

TOLERANCE = 1e-4
"""Relative and absolute. A float32 sum of 784 products of size 1 is off by a few 1e-6; other
activations differ from the right one by 1e-2 and more at many units."""


@dataclass(frozen=True)
class Chain:
    """The dense layers of a network, from its inputs to its outputs.

    `layers` holds, for each, the places of kernel and bias (None if it has none) in the list of
    trainable weights; `sizes` their numbers of units; `left_over` counts other trainable weights.
    """

    layers: tuple[tuple[int, int | None], ...]
    sizes: tuple[int, ...]
    left_over: int

    @property
    def has_biases(self) -> bool:
        """Whether every dense layer has a bias."""
        return all(bias is not None for _, bias in self.layers)

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing but dense layers with biases."""
        return self.left_over == 0 and self.has_biases


def dense_chain(shapes: Sequence[Sequence[int]], inputs: int, output_size: int) -> Chain:
    """Put kernels (rows, units) and biases (units,) in the order in which data pass them.

    Weights may come in any order. Each kernel must have as many rows as the layer before has
    units, and the last `output_size` units; where the sizes allow several orders, the first that
    uses all kernels is taken.
    """
    kernels = [index for index, shape in enumerate(shapes) if len(shape) == 2]
    order = _order(shapes, kernels, inputs, output_size) or _longest(shapes, kernels, inputs)
    biases = [index for index, shape in enumerate(shapes) if len(shape) == 1]
    layers = []
    for kernel in order:
        after = [b for b in biases if shapes[b][0] == shapes[kernel][1]]
        # Keras lists a layer's bias behind its kernel.
        bias = min(after, key=lambda b: (b < kernel, abs(b - kernel)), default=None)
        if bias is not None:
            biases.remove(bias)
        layers.append((kernel, bias))
    used = sum(1 + (bias is not None) for _, bias in layers)
    sizes = tuple(int(shapes[kernel][1]) for kernel in order)
    return Chain(tuple(layers), sizes, len(shapes) - used)


def _order(
    shapes: Sequence[Sequence[int]], kernels: list[int], rows: int, output_size: int
) -> list[int] | None:
    if not kernels:
        return [] if rows == output_size else None
    for kernel in kernels:
        if shapes[kernel][0] == rows:
            rest = [other for other in kernels if other != kernel]
            tail = _order(shapes, rest, shapes[kernel][1], output_size)
            if tail is not None:
                return [kernel, *tail]
    return None


def _longest(shapes: Sequence[Sequence[int]], kernels: list[int], rows: int) -> list[int]:
    order: list[int] = []
    while True:
        following = [k for k in kernels if k not in order and shapes[k][0] == rows]
        if not following:
            return order
        order.append(following[0])
        rows = shapes[following[0]][1]


def forward(inputs: Array, weights: Sequence[Array], chain: Chain, names: Sequence[str]) -> Array:
    """The outputs (batch, units) of dense layers with the activations `names`."""
    values = inputs.reshape(len(inputs), -1).astype(np.float64)
    for (kernel, bias), name in zip(chain.layers, names, strict=True):
        values = values @ weights[kernel].astype(np.float64, copy=False)
        if bias is not None:
            values = values + weights[bias]
        with np.errstate(over="ignore"):
            values = ACTIVATIONS[name](values)
    return values


def recognise_activations(
    outputs: Array, inputs: Array, weights: Sequence[Array], chain: Chain, right: tuple[str, str]
) -> tuple[str, str] | None:
    """The activations of a two-layer chain that explain its outputs; the right ones first."""
    outputs = outputs.reshape(len(outputs), -1)
    weights = [array.astype(np.float64) for array in weights]  # once, not for every pair
    pairs = [right, *((first, second) for first in ACTIVATIONS for second in ACTIVATIONS)]
    # Three rows are enough to tell candidates apart, and quick; the survivor is tried on all.
    for pair in pairs:
        few = forward(inputs[:3], weights, chain, pair)
        if not close(outputs[:3], few, TOLERANCE, TOLERANCE):
            continue
        if close(outputs, forward(inputs, weights, chain, pair), TOLERANCE, TOLERANCE):
            return pair
    return None
