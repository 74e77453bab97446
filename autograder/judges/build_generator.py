"""build_generator: codings → 7×7×128 → two transposed convolutions with stride 2 → tanh."""

from __future__ import annotations

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
from autograder.judges.numbers import close
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.kernel.order import order_of_convolutions
from autograder.language import Messages

SHAPE, LAYERS, STRIDES = "A model from codings to images", "Layers", "Stride 2, twice"
NORMALISED, OUTPUT = "Batch normalization", "tanh at the output"
INSIDE, QUIET = "A non-linearity inside", "No randomness"
CRITERIA = {
    SHAPE: 0.1,
    LAYERS: 0.2,
    STRIDES: 0.15,
    NORMALISED: 0.2,
    OUTPUT: 0.2,
    INSIDE: 0.1,
    QUIET: 0.05,
}

CALL, DEFAULT_CALL = "build_generator(codings_size={size})", "build_generator()"
MESSAGES = Messages() | {
    "shape": "Expected images of shape {expected} from {count} codings, got {came}.",
    "no_channel_axis": "The channel axis is missing.",
    "wrong_size": 'With stride 2 and padding "same" each transposed convolution doubles the '
    "size: 7, 14, 28.",
    "codings_size_ignored": "Expected a generator of codings of size {size}, the argument; got one "
    "of another size. The argument codings_size has no effect.",
    "dense": "Expected one dense layer of 7·7·128 = 6272 units; got {came}.",
    "dense_none": "none",
    "dense_sizes": "{sizes} units",
    "convolutions": "Expected two transposed convolutions behind the dense layer, the first on 128 "
    "channels, the second with one filter, and no other convolution; got kernels of shape {came}.",
    "upsampling": "These are ordinary convolutions: the lesson's generator enlarges by "
    "Conv2DTranspose.",
    "none": "none",
    "strides": "Expected stride 2 in both transposed convolutions: one cell of the 7 × 7 should "
    "reach {expected} pixels across with these kernels; it reaches {came}.",
    "missing_batch_norm": "Expected batch normalization behind the first transposed convolution; "
    "there is none.",
    "batch_norm_elsewhere": "Expected batch normalization behind the first transposed convolution; "
    "yours stands elsewhere.",
    "output": "Expected tanh at the output, got {came}.",
    "sigmoid_output": "sigmoid gives pixels in [0, 1]; the real images will come in [−1, 1], and "
    "the discriminator would tell the two apart by that alone.",
    "linear_output": "Without tanh the pixels leave [−1, 1].",
    "no_nonlinearity": "Expected a non-linearity (ReLU, say) between the layers; without one the "
    "generator is a single linear map.",
    "random": "Expected the same images for the same codings in training mode; a layer such as "
    "Dropout makes them differ. The codings are a generator's only noise.",
}


def draw(rng: np.random.Generator) -> Challenge:
    """Codings of an unusual size, and the seed of the weights."""
    size = int(rng.integers(11, 30))
    codings = rng.normal(size=(12, size)).astype(np.float32)
    return Challenge({"codings": codings}, {"codings_size": size, "seed": int(rng.integers(2**31))})


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and layers, then what the outputs under known weights tell."""
    size, codings = challenge.facts["codings_size"], challenge.arrays["codings"]
    call = CALL.format(size=size)
    if not is_model(sheet, SHAPE, "model", call):
        return
    if _ignores_size(sheet, size):
        message = MESSAGES["codings_size_ignored"].format(size=size)
        sheet.fail(SHAPE, message, "codings_size_ignored")
        return
    images = sheet.array(SHAPE, "first", "generator(codings)", "images")
    if images is None:
        return
    _judge_shape(sheet, images, len(codings))
    kernels = _judge_layers(sheet, size)
    if kernels is None or not sheet.came(OUTPUT, "scaled/2.0", "generator(codings)"):
        return
    if not is_quiet(sheet, QUIET, "generator(codings)"):
        return  # of outputs that change from call to call nothing more can be said
    random = is_random_in_training(sheet)
    sheet.decide(QUIET, not random, MESSAGES["random"], "dropout_in_generator")
    activation = output_activation(sheet)
    _judge_output(sheet, activation)
    _judge_normalised(sheet, kernels)
    if is_constant(sheet):
        sheet.fail(INSIDE, convolutional.MESSAGES["constant"])
        return
    if sheet.came(INSIDE, "middle", "generator(codings)"):
        affine = is_affine(sheet, activation)
        sheet.decide(INSIDE, not affine, MESSAGES["no_nonlinearity"], "no_nonlinearity")
    if sheet.passed(SHAPE) and sheet.passed(LAYERS):
        _judge_strides(sheet, kernels)


def _ignores_size(sheet: Sheet, size: int) -> bool:
    """Whether the model wants codings of size 100, whatever the argument said."""
    fact = sheet.evidence.facts.get("first", {})
    message = fact.get("message", "") if fact.get("kind") == "raised" else ""
    return "100" in message and str(size) in message


def _judge_shape(sheet: Sheet, images: np.ndarray, count: int) -> None:
    expected = (count, 28, 28, 1)
    if images.shape != expected:
        message = MESSAGES["shape"].format(
            expected=shape_text(expected), count=count, came=shape_text(images.shape)
        )
        mistake = "no_channel_axis" if images.shape == expected[:3] else None
        if images.ndim == 4 and images.shape[3] == 1:
            mistake = "wrong_size"
        sheet.fail(SHAPE, message if not mistake else f"{message} {MESSAGES[mistake]}", mistake)
        return
    if not is_model(sheet, SHAPE, "default_model", DEFAULT_CALL):
        return
    default = sheet.array(SHAPE, "default", "build_generator()(codings)", "images")
    if default is not None:
        message = MESSAGES["shape"].format(
            expected="(1, 28, 28, 1)", count=1, came=shape_text(default.shape)
        )
        sheet.decide(SHAPE, default.shape == (1, 28, 28, 1), message)


Shape = tuple[int, ...]


def _judge_layers(sheet: Sheet, size: int) -> tuple[Shape, Shape] | None:
    """The kernels of the two transposed convolutions; None if there are not two convolutions."""
    shapes = [tuple(shape) for shape in sheet.evidence.facts["model/trainable_shapes"]]
    dense = [shape for shape in shapes if len(shape) == 2]
    kernels = [shape for shape in shapes if len(shape) >= 3 and not _is_slope(sheet, shape)]
    kernels = [kernels[place] for place in order_of_convolutions(kernels, picture_last=True)]
    if dense != [(size, 6272)]:
        sizes = ", ".join(str(shape[1]) for shape in dense)
        came = MESSAGES["dense_sizes"].format(sizes=sizes) if dense else MESSAGES["dense_none"]
        sheet.fail(LAYERS, MESSAGES["dense"].format(came=came), "wrong_sizes")
    if len(kernels) != 2 or any(len(shape) != 4 for shape in kernels):
        came = ", ".join(map(shape_text, kernels)) or MESSAGES["none"]
        if not sheet.decided(LAYERS):
            sheet.fail(LAYERS, MESSAGES["convolutions"].format(came=came), "wrong_layers")
        return None
    first, last = kernels
    if sheet.decided(LAYERS):
        return first, last
    if first[3] == 128 and last[2:] == (1, first[2]):
        sheet.ok(LAYERS)
        return first, last
    message = MESSAGES["convolutions"].format(came=", ".join(map(shape_text, kernels)))
    if first[2] == 128 and last[2:] == (first[3], 1):
        sheet.fail(LAYERS, f"{message} {MESSAGES['upsampling']}", "upsampling")
    else:
        sheet.fail(LAYERS, message, "wrong_layers")
    return first, last


def _is_slope(sheet: Sheet, shape: Shape) -> bool:
    """Whether this is the shape of PReLU's slopes (rows, columns, channels)."""
    return len(shape) == 3 and "PReLU" in sheet.evidence.facts["model/layers"]


def _judge_strides(sheet: Sheet, kernels: tuple[Shape, Shape]) -> None:
    """One cell reaches k₁ cells of the 14 × 14, and these 2 (k₁ − 1) + k₂ pixels."""
    if not sheet.came(STRIDES, "cell/1", "generator(codings)"):
        return
    rest, *changed = (sheet.evidence.arrays[f"cell/{name}"] for name in ("rest", 0, 1))
    reaches = [extent(np.abs(one.astype(np.float64) - rest).max(axis=0)[..., 0]) for one in changed]
    # The dense units taken in another order than the model takes them reach many cells.
    reach = min(filter(None, reaches), key=width, default=None)
    came = width(reach) if reach else 0
    expected = 2 * (kernels[0][1] - 1) + kernels[1][1]
    # A large kernel reaches the rim.
    message = MESSAGES["strides"].format(expected=expected, came=came)
    at_rim = reach is not None and (reach[0] == 0 or reach[1] == 27)
    sheet.decide(STRIDES, came == expected or (at_rim and came < expected), message, "wrong_stride")


def _judge_normalised(sheet: Sheet, kernels: tuple[Shape, Shape]) -> None:
    facts = sheet.evidence.facts
    (_, _, *first), (_, _, *second) = kernels
    # Transposed convolutions hand on the channels of axis 2, ordinary ones those of axis 3.
    before, filters = first[::-1] if first[0] == second[1] else first
    means = [
        shape
        for shape, name in zip(facts["model/other_shapes"], facts["model/other_names"], strict=True)
        if "mean" in name
    ]
    if not means:
        sheet.fail(NORMALISED, MESSAGES["missing_batch_norm"], "missing_batch_norm")
        return
    met = means.count([filters]) > (filters == before and _reacts(sheet))
    sheet.decide(NORMALISED, met, MESSAGES["batch_norm_elsewhere"], "missing_batch_norm")


def _reacts(sheet: Sheet) -> bool:
    """Whether, with every gamma 0, the first convolution still shows in the images.

    Then no normalisation stands behind it: one that stands before it has as many channels.
    """
    if "gamma" not in sheet.evidence.facts["model/trainable_names"]:
        return False
    first, second = (sheet.evidence.arrays[f"flat/{index}"] for index in range(2))
    return not close(first, second, 1e-4, 1e-5)


def _judge_output(sheet: Sheet, activation: str) -> None:
    if activation == "unknown_activation" and not sheet.passed(LAYERS):
        return  # it cannot be read through layers of another kind
    known = {"sigmoid": "sigmoid_output", "linear": "linear_output"}
    mistake = known.get(activation, "wrong_activation")
    came = convolutional.MESSAGES.get(activation, activation)
    message = MESSAGES["output"].format(came=came)
    message = f"{message} {MESSAGES[mistake]}" if mistake in MESSAGES else message
    sheet.decide(OUTPUT, activation == "tanh", message, mistake)
