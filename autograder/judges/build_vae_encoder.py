"""build_vae_encoder: Flatten, Dense 150, Dense 100, and three outputs: mean, log_var, z."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np

from autograder.judges.build_dae_encoder import is_model, recorded_weights
from autograder.judges.networks import ACTIVATIONS
from autograder.judges.numbers import close, unusable
from autograder.judges.Sampling import distribution_fault
from autograder.judges.sheet import Sheet, a, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

SHAPE, LAYERS = "Three outputs: mean, log_var, z", "Dense layers"
HIDDEN, HEADS = "Non-linear hidden layers", "mean and log_var without activation"
CODINGS, DEFAULT = "z is drawn from mean and log_var", "Default codings_size"
CRITERIA = {SHAPE: 0.1, LAYERS: 0.1, HIDDEN: 0.15, HEADS: 0.3, CODINGS: 0.25, DEFAULT: 0.1}

CALL = "build_vae_encoder(codings_size={size})"
HIDDEN_SIZES = (150, 100)
USUAL_SIZE = 10

MESSAGES = Messages() | {
    "outputs": "Expected a list of three outputs, [mean, log_var, z], got {came}.",
    "sequence": "{a_type} of {length}",
    "z_missing": "The codings z, drawn by Sampling, are missing.",
    "shape": "Expected {expected} for each of mean, log_var and z, got {came}.",
    "wrong_codings_size": "The number of codings is the argument `codings_size`.",
    "layers": "Expected dense layers of 150 and 100 units, and of {size} units each for mean and "
    "log_var (or one of {double} for both), each with a bias; got kernels of shape {came}.",
    "moving": "Expected no layer with weights but the dense ones; there are moving statistics (a "
    "normalisation).",
    "linear_hidden_layers": "Expected a non-linearity after both hidden layers; without it two "
    "dense layers are no more than one.",
    "extra_layer": "Expected the same mean and log_var in training as at inference; a layer such "
    "as Dropout makes them differ.",
    "batch": "Expected the mean of an image to be the same alone as in a batch.",
    "activation_on_mean": "Expected a mean that may be any number; with the weights of the last "
    "layers multiplied by {scale:g} it should be too, and is not. Has its layer an activation?",
    "activation_on_log_var": "Expected a log_var that may be any number; with the weights of the "
    "last layers multiplied by {scale:g} it should be too, and is not. Has its layer an "
    "activation?",
    "shared_head": "Mean and log_var are the same numbers: each needs a dense layer of its own.",
    "z_without_noise": "Expected z to scatter around the mean; it is the mean.",
    "outputs_in_wrong_order": "Mean and log_var have changed places somewhere: the outputs are "
    "[mean, log_var, z], and Sampling takes [mean, log_var].",
    "z_elsewhere": "Expected z to be what `Sampling()([mean, log_var])` gives for the first two "
    "outputs; it is another function of them, without noise.",
    "z_own": "The z of your own sampling: {fault}",
    "not_finite": "Expected finite numbers, got {what}.",
    "default": "Called without an argument, expected outputs of shape {expected}, got {came}.",
}
TOLERANCE = 1e-3
"""Relative and absolute: outputs of size 1 to 10 through three float32 layers."""


def draw(rng: np.random.Generator) -> Challenge:
    """Sixty images, the last twenty half way between the first and the second twenty."""
    ends = rng.random((40, 28, 28))
    images = np.concatenate([ends, (ends[:20] + ends[20:]) / 2]).astype(np.float32)
    facts = {"codings_size": 6, "scale": -2.0, "seed": int(rng.integers(2**31))}
    return Challenge({"images": images}, facts)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Outputs and layers; then hidden layers, heads and codings under known weights."""
    size, images = challenge.facts["codings_size"], challenge.arrays["images"]
    if not is_model(sheet, SHAPE, "model", CALL.format(size=size)):
        return
    if not _has_outputs(sheet, SHAPE, "first", (len(images), size)):
        return
    sheet.ok(SHAPE)
    kernels = _judge_layers(sheet, size)
    needed = [f"{name}/{i}" for name in ("inference", "training") for i in (0, 1)]
    for name in (*needed, "one_image", "scaled"):
        count = 1 if name == "one_image" else len(images)
        if not _has_outputs(sheet, HEADS, name, (count, size)):
            return
    if len(kernels) not in (3, 4):
        return
    what = unusable(np.stack([_output(sheet, "inference/0", index) for index in range(3)]))
    if what is not None:
        sheet.fail(HEADS, MESSAGES["not_finite"].format(what=what))
        return
    # Outputs in another order cost points once: the rest is judged in the order that explains them.
    order = _judge_codings(sheet)
    _judge_hidden(sheet, challenge, order)
    _judge_heads(sheet, challenge, order)
    if is_model(sheet, DEFAULT, "default_model", "build_vae_encoder()"):
        expected = (2, USUAL_SIZE)
        came = sheet.evidence.arrays.get("default/0")
        text = shape_text(came.shape) if came is not None else _("something else")
        message = MESSAGES["default"].format(expected=shape_text(expected), came=text)
        met = came is not None and came.shape == expected
        sheet.decide(DEFAULT, met, message, "wrong_codings_size")


def _output(sheet: Sheet, name: str, index: int) -> np.ndarray:
    return sheet.evidence.arrays[f"{name}/{index}"].astype(np.float64)


def _has_outputs(sheet: Sheet, criterion: str, name: str, expected: tuple[int, int]) -> bool:
    if not sheet.came(criterion, name, "encoder(images)"):
        return False
    fact = sheet.evidence.facts[name]
    if fact["kind"] != "sequence" or fact["length"] != 3:
        came = a(fact["type"])
        mistake = None
        if fact["kind"] == "sequence":
            came = MESSAGES["sequence"].format(a_type=came, length=fact["length"])
            mistake = "z_missing" if fact["length"] == 2 else None
        message = MESSAGES["outputs"].format(came=came)
        sheet.fail(criterion, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)
        return False
    shapes = []
    for index in range(3):
        values = sheet.array(criterion, f"{name}/{index}", "encoder(images)", "numbers")
        if values is None:
            return False
        shapes.append(values.shape)
    if all(shape == expected for shape in shapes):
        return True
    message = MESSAGES["shape"].format(
        expected=shape_text(expected), came=", ".join(shape_text(shape) for shape in shapes)
    )
    ignored = len(set(shapes)) == 1 and len(shapes[0]) == 2 and shapes[0][0] == expected[0]
    mistake = "wrong_codings_size" if ignored else None
    sheet.fail(criterion, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)
    return False


def _judge_layers(sheet: Sheet, size: int) -> list[tuple[int, ...]]:
    """Judge the shapes of all weights; returns those of the kernels."""
    facts = sheet.evidence.facts
    shapes = [tuple(shape) for shape in facts["model/trainable_shapes"]]
    kernels: list[tuple[int, ...]] = [shape for shape in shapes if len(shape) == 2]
    biases = sorted(shape[0] for shape in shapes if len(shape) == 1)
    if "PReLU" in facts["model/layers"]:  # a non-linearity with weights of its own
        biases = _without(biases, HIDDEN_SIZES)
    if facts["model/other_shapes"]:
        sheet.fail(LAYERS, MESSAGES["moving"], "extra_layer")
        return kernels
    hidden = [(784, 150), (150, 100)]
    heads = ([(100, size)] * 2, [(100, 2 * size)])
    met = any(
        sorted(kernels) == sorted(hidden + head)
        and biases == sorted([*HIDDEN_SIZES, *(shape[1] for shape in head)])
        for head in heads
    )
    came = ", ".join(shape_text(shape) for shape in kernels) or _("none")
    message = MESSAGES["layers"].format(size=size, double=2 * size, came=came)
    head_widths = [shape[1] for shape in kernels if shape[1] in (size, 2 * size)]
    in_between = len(kernels) - len(head_widths)
    mistake = "wrong_sizes"
    if in_between < 2:
        mistake = "missing_layer"
    elif in_between > 2 or len(biases) > len(kernels):
        mistake = "extra_layer"
    elif head_widths == [size]:
        mistake = "shared_head"
    sheet.decide(LAYERS, met, message, mistake)
    return kernels


def _without(numbers: list[int], others: Sequence[int]) -> list[int]:
    rest = list(numbers)
    for number in others:
        if rest.count(number) > 1:
            rest.remove(number)
    return rest


def _judge_hidden(sheet: Sheet, challenge: Challenge, order: tuple[int, int]) -> None:
    mean, log_var = (_output(sheet, "inference/0", index) for index in order)
    for index, values in zip(order, (mean, log_var), strict=True):
        training = _output(sheet, "training/0", index)
        if not close(training, values, TOLERANCE, TOLERANCE):
            sheet.fail(HIDDEN, MESSAGES["extra_layer"], "extra_layer")
            return
    if not close(_output(sheet, "one_image", order[0]), mean[:1], TOLERANCE, TOLERANCE):
        sheet.fail(HIDDEN, MESSAGES["batch"])
        return
    straight = is_affine(mean) or is_affine(log_var)
    names = _hidden_activations(sheet, challenge.arrays["images"], mean, log_var)
    met = not straight and "linear" not in (names or ())
    sheet.decide(HIDDEN, met, MESSAGES["linear_hidden_layers"], "linear_hidden_layers")


def is_affine(values: np.ndarray) -> bool:
    """Whether values half way between two inputs are half way between theirs, three times n."""
    first, second, middle = np.split(values, 3)
    return close(middle, (first + second) / 2, TOLERANCE, TOLERANCE)


def _hidden_activations(
    sheet: Sheet, images: np.ndarray, mean: np.ndarray, log_var: np.ndarray
) -> tuple[str, str] | None:
    """The activations of the hidden layers, if they are known ones and lead to the mean."""
    weights = recorded_weights(sheet)
    found = [_layer(weights, (784, 150)), _layer(weights, (150, 100))]
    hidden = [layer for layer in found if layer is not None]
    heads = [w.astype(np.float64) for w in weights if w.ndim == 2 and w.shape[0] == 100]
    if len(hidden) < 2 or not heads:
        return None
    few = images[:3].reshape(3, 784).astype(np.float64)
    wanted = [mean[:3], log_var[:3], np.hstack([mean[:3], log_var[:3]])]
    wanted.append(np.hstack([log_var[:3], mean[:3]]))
    (kernel, bias), (next_kernel, next_bias) = hidden
    # As wide as the inputs, or every product would widen them again.
    next_kernel = next_kernel.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        sums: np.ndarray = few @ kernel.astype(np.float64) + bias

    @cache
    def next_sums(first: str) -> np.ndarray:
        return ACTIVATIONS[first](sums) @ next_kernel + next_bias

    pairs = itertools.product(ACTIVATIONS, repeat=2)
    for first, second in sorted(pairs, key=lambda pair: pair[0] != pair[1]):  # the likely first
        with np.errstate(over="ignore", invalid="ignore"):
            values = ACTIVATIONS[second](next_sums(first))
            slopes = [values @ head for head in heads]
        # The biases of the heads drop out of the difference of two images.
        for slope, want in itertools.product(slopes, wanted):
            if slope.shape == want.shape and close(
                np.diff(slope, axis=0), np.diff(want, axis=0), TOLERANCE, TOLERANCE
            ):
                return first, second
    return None


def _layer(
    weights: list[np.ndarray], shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Kernel and bias of the dense layer whose kernel has this shape; None if there is none."""
    for index, kernel in enumerate(weights):
        if kernel.shape == shape:
            biases = [w for w in weights[index + 1 :] if w.shape == shape[1:]]
            return (kernel, biases[0]) if biases else None
    return None


def _judge_heads(sheet: Sheet, challenge: Challenge, order: tuple[int, int]) -> None:
    mean, log_var = (_output(sheet, "inference/0", index) for index in order)
    if close(mean, log_var, TOLERANCE, TOLERANCE):
        # With two layers to choose from, another output may have taken the place of one.
        mistake = None if sheet.passed(LAYERS) else "shared_head"
        sheet.fail(HEADS, MESSAGES["shared_head"], mistake)
        return
    if sheet.evidence.facts["model/other_shapes"]:
        return  # calls in training mode have moved its statistics, and the outputs with them
    scale = challenge.facts["scale"]
    for index, mistake, values in zip(
        order, ("activation_on_mean", "activation_on_log_var"), (mean, log_var), strict=True
    ):
        if not close(_output(sheet, "scaled", index), scale * values, TOLERANCE, TOLERANCE):
            sheet.fail(HEADS, MESSAGES[mistake].format(scale=scale), mistake)
            return
    sheet.ok(HEADS)


def _judge_codings(sheet: Sheet) -> tuple[int, int]:
    """Judge z; returns where mean and log_var are among the outputs."""
    fault = _fault_of_codings(sheet, (0, 1, 2))
    if fault is None:
        sheet.ok(CODINGS)
        return 0, 1
    for order in itertools.permutations(range(3)):
        if order != (0, 1, 2) and _fault_of_codings(sheet, order) is None:
            message = MESSAGES["outputs_in_wrong_order"]
            sheet.fail(CODINGS, message, "outputs_in_wrong_order")
            return order[0], order[1]
    drawn = [i for i in range(3) if not _is_fixed(sheet, i)]
    if len(drawn) == 1 and drawn != [2]:  # z itself is wrong too, but it is told by its noise
        sheet.fail(CODINGS, MESSAGES["outputs_in_wrong_order"], "outputs_in_wrong_order")
        first, second = (i for i in range(3) if i not in drawn)
        return first, second
    sheet.fail(CODINGS, fault[1], fault[0])
    return 0, 1


def _is_fixed(sheet: Sheet, index: int) -> bool:
    """Whether two calls gave the same for the output of this number."""
    first, second = (_output(sheet, f"inference/{call}", index) for call in range(2))
    return np.array_equal(first, second)


def _fault_of_codings(sheet: Sheet, order: tuple[int, ...]) -> tuple[str | None, str] | None:
    """What is wrong with z, if mean, log_var and z are the outputs of these numbers."""
    names = ("inference/0", "inference/1", "training/0", "training/1")
    # Each call by its own mean and log_var: a layer too many may change them in training.
    mean, log_var, codings = (
        np.stack([_output(sheet, name, index) for name in names]) for index in order
    )
    if close(codings[0], 2 * mean[0] - 3 * log_var[0] + 5, TOLERANCE, TOLERANCE):
        return None
    if close(codings[0], mean[0], TOLERANCE, TOLERANCE):
        return "z_without_noise", MESSAGES["z_without_noise"]
    if np.array_equal(codings[0], codings[1]):
        return "z_without_noise", MESSAGES["z_elsewhere"]
    fault = distribution_fault(codings, mean, log_var)
    if fault is None:
        return None
    return fault[0], MESSAGES["z_own"].format(fault=fault[1])
