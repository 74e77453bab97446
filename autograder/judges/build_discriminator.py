"""build_discriminator: two strided convolutions, a dropout, Flatten, one dense sigmoid unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.judges import convolutional
from autograder.judges.build_dae_encoder import is_model
from autograder.judges.convolutional import (
    extent,
    is_affine,
    is_constant,
    is_quiet,
    is_random_in_training,
    output_activation,
    width,
)
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.kernel.order import order_of_convolutions
from autograder.language import Messages

SHAPE, LAYERS, STRIDES = "A model from images to probabilities", "Layers", "Strided convolutions"
DROPOUT, OUTPUT = "Dropout in training", "A sigmoid at the output"
INSIDE, QUIET = "A non-linearity inside", "No randomness at inference"
CRITERIA = {
    SHAPE: 0.1,
    LAYERS: 0.2,
    STRIDES: 0.15,
    DROPOUT: 0.2,
    OUTPUT: 0.2,
    INSIDE: 0.1,
    QUIET: 0.05,
}

CALL = "build_discriminator()"
MESSAGES = Messages() | {
    "shape": "Expected probabilities of shape {expected} for {count} images, got {came}.",
    "convolutions": "Expected two convolutions, the first on the one channel of the images, and no "
    "other; got kernels of shape {came}.",
    "dense": "Expected one dense layer, of one unit, on the flattened features; got {came}.",
    "dense_sizes": "{sizes} units",
    "none": "none",
    "not_flattened": "Expected every position of the last features to reach the dense unit "
    "(Flatten); here {rows} numbers do, from {features} filters.",
    "pooling": "Expected the convolutions themselves to take strides of 2; with these kernels a "
    "feature should see {expected} pixels across, and it sees {came}: is there a pooling layer?",
    "strides": "Expected both convolutions to take strides of 2; one feature sees {came} pixels "
    "across, its neighbour the same {shift} further.",
    "no_reach": "Expected each feature to see some pixels; the probability changes with none of "
    "them. Is its activation stuck?",
    "missing_dropout": "Expected dropout in training: two calls with training=True gave the same "
    "probabilities.",
    "noise_for_dropout": "Expected dropout; this adds Gaussian noise.",
    "output": "Expected a sigmoid at the output, got {came}.",
    "linear_output": "The losses of this lesson want probabilities, not logits.",
    "tanh_output": "tanh gives numbers from −1 to 1, which are no probabilities.",
    "no_nonlinearity": "Expected a non-linearity (leaky ReLU, say) behind the convolutions; "
    "without one they are a single linear map.",
    "linear_stage": "Expected a non-linearity (leaky ReLU, say) behind each convolution; "
    "behind the {which} there is none.",
    "first": "first",
    "second": "second",
}


def draw(rng: np.random.Generator) -> Challenge:
    """Images in [−1, 1], and the seed of the weights."""
    images = rng.uniform(-1, 1, (12, 28, 28, 1)).astype(np.float32)
    return Challenge({"images": images}, {"seed": int(rng.integers(2**31))})


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and layers, then what the outputs under known weights tell."""
    count = len(challenge.arrays["images"])
    if not is_model(sheet, SHAPE, "model", CALL):
        return
    came = sheet.array(SHAPE, "first", "discriminator(images)", "probabilities")
    if came is None:
        return
    message = MESSAGES["shape"].format(
        expected=shape_text((count, 1)), count=count, came=shape_text(came.shape)
    )
    sheet.decide(SHAPE, came.shape == (count, 1), message, "wrong_shape")
    if came.shape[:1] != (count,):
        return
    kernels = _judge_layers(sheet)
    if kernels is None or not sheet.came(OUTPUT, "scaled/2.0", "discriminator(images)"):
        return
    if not is_quiet(sheet, QUIET, "discriminator(images)"):
        return  # of outputs that change from call to call nothing more can be said
    activation = output_activation(sheet)
    _judge_output(sheet, activation)
    if is_constant(sheet):
        sheet.fail(INSIDE, convolutional.MESSAGES["constant"])
        return
    _judge_dropout(sheet)
    _judge_inside(sheet, activation)
    if sheet.passed(LAYERS):
        _judge_strides(sheet, kernels)


Shape = Sequence[int]


def _judge_layers(sheet: Sheet) -> tuple[Shape, Shape] | None:
    """The kernels of the two convolutions; None if what comes is of another kind altogether."""
    facts = sheet.evidence.facts
    shapes: list[Shape] = [tuple(shape) for shape in facts["model/trainable_shapes"]]
    dense = [shape for shape in shapes if len(shape) == 2]
    slopes = "PReLU" in facts["model/layers"]
    kernels = [shape for shape in shapes if len(shape) == 4 or (len(shape) == 3 and not slopes)]
    kernels = [kernels[place] for place in order_of_convolutions(kernels, picture_last=False)]
    right = len(kernels) == 2 and kernels[0][2] == 1 and kernels[1][2] == kernels[0][3]
    if not right:
        came = ", ".join(map(shape_text, kernels)) or MESSAGES["none"]
        sheet.fail(LAYERS, MESSAGES["convolutions"].format(came=came), "wrong_layers")
    if len(dense) != 1 or dense[0][1] != 1:
        sizes = ", ".join(str(shape[1]) for shape in dense)
        came = MESSAGES["dense_sizes"].format(sizes=sizes) if dense else MESSAGES["none"]
        if right:
            sheet.fail(LAYERS, MESSAGES["dense"].format(came=came), "wrong_sizes")
        return None
    if not right:
        return None
    rows, features = dense[0][0], kernels[1][3]
    message = MESSAGES["not_flattened"].format(rows=rows, features=features)
    sheet.decide(LAYERS, rows > features, message, "not_flattened")
    return kernels[0], kernels[1]


def _judge_strides(sheet: Sheet, kernels: tuple[Shape, Shape]) -> None:
    """A feature sees k₁ + s₁ (k₂ − 1) pixels across, its neighbour the same s₁ s₂ further on."""
    reaches = [_reaches(sheet, order) for order in range(2)]
    # Features taken in another order than the model takes them see pixels all over the image.
    found = min(filter(None, reaches), key=lambda pair: width(pair[0]), default=None)
    k1, k2 = kernels[0][1], kernels[1][1]
    if found is None:
        sheet.fail(STRIDES, MESSAGES["no_reach"])
        return
    first, second = found
    came, shift = width(first), second[0] - first[0]
    at_rim = min(first[0], second[0]) == 0 or max(first[1], second[1]) == 27
    expected = k1 + 2 * (k2 - 1)
    # Where a large kernel reaches the rim, its stride cannot be told.
    if at_rim and came <= expected:
        sheet.ok(STRIDES)
    elif came == k1 + 3 + 2 * (k2 - 1) and shift == 4:
        message = MESSAGES["pooling"].format(expected=expected, came=came)
        sheet.fail(STRIDES, message, "pooling_for_strides")
    else:
        strided = any(
            came == k1 + s1 * (k2 - 1) and shift % s1 == 0 and shift // s1 >= 2 for s1 in (2, 3, 4)
        )
        message = MESSAGES["strides"].format(came=came, shift=shift)
        sheet.decide(STRIDES, strided, message, "wrong_stride")


def _reaches(sheet: Sheet, order: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The columns that a feature and its neighbour see; None if either sees nothing."""
    influences = [
        sheet.evidence.arrays.get(f"influence/{order}/{neighbour}") for neighbour in range(2)
    ]
    first, second = (None if seen is None else extent(seen) for seen in influences)
    return None if first is None or second is None else (first, second)


def _judge_inside(sheet: Sheet, activation: str) -> None:
    """A non-linearity behind each convolution: else, with paired channels, nothing is left."""
    if is_affine(sheet, activation):
        sheet.fail(INSIDE, MESSAGES["no_nonlinearity"], "no_nonlinearity")
        return
    if sheet.passed(LAYERS) and sheet.passed(OUTPUT):
        for stage, which in enumerate(("first", "second")):
            came = [sheet.evidence.arrays.get(f"stage_{stage}/{sign}") for sign in (1, -1)]
            if all(values is not None and np.ptp(values) < 1e-4 for values in came):
                message = MESSAGES["linear_stage"].format(which=MESSAGES[which])
                sheet.fail(INSIDE, message, "no_nonlinearity")
                return
    sheet.ok(INSIDE)


def _judge_dropout(sheet: Sheet) -> None:
    """That inference is quiet is a merit only of a model that is random in training."""
    layers = sheet.evidence.facts["model/layers"]
    if not is_random_in_training(sheet):
        sheet.fail(DROPOUT, MESSAGES["missing_dropout"], "missing_dropout")
        return
    sheet.ok(QUIET)
    noise_alone = "GaussianNoise" in layers and not any("Dropout" in name for name in layers)
    sheet.decide(DROPOUT, not noise_alone, MESSAGES["noise_for_dropout"], "noise_for_dropout")


def _judge_output(sheet: Sheet, activation: str) -> None:
    if activation == "unknown_activation" and not sheet.passed(LAYERS):
        return  # it cannot be read through layers of another kind
    mistake = f"{activation}_output" if f"{activation}_output" in MESSAGES else "wrong_activation"
    came = convolutional.MESSAGES.get(activation, activation)
    message = MESSAGES["output"].format(came=came)
    message = f"{message} {MESSAGES[mistake]}" if mistake in MESSAGES else message
    sheet.decide(OUTPUT, activation == "sigmoid", message, mistake)
