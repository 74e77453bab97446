"""Reading a convolutional network: its activation at the output, its modes, its strides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.judges.numbers import close
from autograder.judges.sheet import Sheet
from autograder.language import Messages

SCALES = (0.25, 0.5, 1.0, 2.0, -1.0)

MESSAGES = Messages() | {
    "always_on": "Expected the same from `model(x)`, `model(x, training=False)` and "
    "`model.predict(x)`; they differ: something random is at work at inference too.",
    "constant": "Expected outputs that depend on the input; they are the same for every input.",
    "batch": "Expected the same output for an input alone as in a batch.",
    "linear": "no activation",
    "relu": "ReLU",
    "unknown_activation": "something else",
}

# The inverse of each activation, and the outputs between which it can be told in float32.
_INVERSES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float, float]] = {
    "tanh": (np.arctanh, -0.995, 0.995),
    "sigmoid": (lambda p: np.log(p) - np.log1p(-p), 1e-4, 1 - 1e-4),
    "linear": (lambda z: z, -np.inf, np.inf),
}


def output_activation(sheet: Sheet) -> str:
    """A name, or "unknown_activation", as told by the outputs under scaled weights.

    If the last layer's weights are multiplied by s, so are the numbers z that its activation gets.
    The inverse of the right activation, applied to the outputs, must be proportional to s. With
    s < 0 the numbers change their signs: what lets one sign alone pass (a ReLU behind the right
    activation) shows.
    """
    outputs = {
        scale: sheet.evidence.arrays[f"scaled/{scale}"].astype(np.float64) for scale in SCALES
    }
    for name, (inverse, low, high) in _INVERSES.items():
        inside = np.ones(outputs[1.0].shape, bool)
        for values in outputs.values():
            inside &= (values > low) & (values < high)
        if inside.mean() < 0.02:
            continue
        base = inverse(outputs[1.0][inside])
        if np.abs(base).max() < 1e-3:
            continue
        if all(
            np.allclose(inverse(outputs[scale][inside]), scale * base, rtol=5e-3, atol=2e-3)
            for scale in SCALES
        ):
            is_relu = name == "linear" and all(v.min() == 0 for v in outputs.values())
            return "relu" if is_relu else name
    return "unknown_activation"


def is_quiet(sheet: Sheet, criterion: str, call: str) -> bool | None:
    """Whether all ways of inference agree; None if one raised. The criterion says what is wrong."""
    ways = {}
    for way in ("inference/predict", "inference/call", "inference/training_false", "one_input"):
        result = sheet.array(criterion, way, call, "numbers")
        if result is None:
            return None
        ways[way] = result
    quiet = ways["inference/predict"]
    alone = ways.pop("one_input")
    if not all(close(other, quiet, 1e-3, 1e-4) for other in ways.values()):
        sheet.fail(criterion, MESSAGES["always_on"], "noise_always_on")
        return False
    if not close(alone, quiet[:1], 1e-3, 1e-4):
        sheet.fail(criterion, MESSAGES["batch"])
        return False
    return True


def is_constant(sheet: Sheet) -> bool:
    """Whether every input has the same output, so that nothing can be read from the outputs."""
    return bool(np.ptp(sheet.evidence.arrays["inference/call"], axis=0).max() < 1e-6)


def is_random_in_training(sheet: Sheet) -> bool:
    """Whether two calls in training mode differ."""
    first, second = (sheet.evidence.arrays[f"training/{index}"] for index in range(2))
    return not close(first, second, 1e-3, 1e-4)


def extent(influence: np.ndarray) -> tuple[int, int] | None:
    """First and last column that is touched at all; None if none is."""
    touched = np.flatnonzero(influence.max(axis=0) > 1e-5 * max(float(influence.max()), 1e-12))
    return (int(touched[0]), int(touched[-1])) if touched.size else None


def width(reach: tuple[int, int]) -> int:
    """How many columns there are from the first to the last."""
    return reach[1] - reach[0] + 1


def is_affine(sheet: Sheet, activation: str) -> bool:
    """Whether what enters the last activation is an affine function of the inputs.

    Halfway between two inputs it then is halfway between what the two give.
    """
    ends = sheet.evidence.arrays[f"scaled/{SCALES[0]}"].astype(np.float64)
    middle = sheet.evidence.arrays["middle"].astype(np.float64)
    first, second = ends, np.roll(ends, 1, axis=0)
    inverse, low, high = _INVERSES.get(activation, _INVERSES["linear"])
    inside = np.all([(v > low) & (v < high) for v in (first, second, middle)], axis=0)
    first, second, middle = (inverse(v[inside]) for v in (first, second, middle))
    return bool(np.allclose(middle, (first + second) / 2, rtol=1e-3, atol=1e-4))
