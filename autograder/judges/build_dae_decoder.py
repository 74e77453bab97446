"""build_dae_decoder: Dense 100 selu, Dense 784 sigmoid, Reshape to (28, 28)."""

from __future__ import annotations

import numpy as np

from autograder.judges.build_dae_encoder import is_model, judge_layers, recorded_weights
from autograder.judges.networks import dense_chain, recognise_activations
from autograder.judges.numbers import close
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, LAYERS = "A model from 30 codings to images", "Dense layers"
HIDDEN, OUTPUT = "Activation of the hidden layer", "Activation of the output"
QUIET = "The same in training"
CRITERIA = {SHAPE: 0.1, LAYERS: 0.1, HIDDEN: 0.35, OUTPUT: 0.35, QUIET: 0.1}

CALL = "build_dae_decoder()"
SIZES = (100, 784)

MESSAGES = Messages() | {
    "shape": "Expected images of shape {expected} from {count} codings, got {came}.",
    "channel_axis": "The images of this lesson have no channel axis.",
    "not_reshaped": "The 784 pixels of an image still lie in one row.",
    "hidden": "Expected selu after the first dense layer, got {came}.",
    "output": "Expected sigmoid after the last dense layer, got {came}.",
    "softmax_output": "softmax lets the 784 pixels of an image share a sum of 1: it is for "
    "choosing one class, and no image can be bright.",
    "relu_output": "A ReLU output can exceed 1, and where it is 0 the cross-entropy is huge.",
    "linear_output": "Without an activation the pixels leave [0, 1].",
    "tanh_output": "tanh gives pixels in [−1, 1]; these images live in [0, 1].",
    "unknown": "Expected the pixels to be sigmoid(selu(z·W₁ + b₁)·W₂ + b₂), row by row; with known "
    "weights they are something else. Is there another layer, or another order of the pixels?",
    "ways": "Expected the same images from `model(codings)` and `model.predict(codings)`, and for "
    "a coding alone as in a batch; they differ.",
    "training": "Expected the same images in training as at inference; a layer such as Dropout or "
    "noise makes them differ.",
}


def draw(rng: np.random.Generator) -> Challenge:
    """Codings, and the seed of the weights."""
    codings = rng.normal(size=(20, 30)).astype(np.float32)
    return Challenge({"codings": codings}, {"seed": int(rng.integers(2**31))})


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and layers, then both activations under known weights, then training mode."""
    if not is_model(sheet, SHAPE, "model", CALL):
        return
    codings = challenge.arrays["codings"]
    first = sheet.array(SHAPE, "first", "decoder(codings)", "images")
    if first is None:
        return
    judge_shape(sheet, SHAPE, first, len(codings))
    if first.size != len(codings) * 784:
        return
    chain = dense_chain(sheet.evidence.facts["model/trainable_shapes"], 30, 784)
    judge_layers(sheet, LAYERS, chain, SIZES)
    images = sheet.array(HIDDEN, "inference/predict", "decoder.predict(codings)", "images")
    called = sheet.array(HIDDEN, "inference/call", "decoder(codings)", "images")
    alone = sheet.array(HIDDEN, "one_coding", "decoder(one_coding)", "images")
    if images is None or called is None or alone is None:
        return
    if not close(called, images, 1e-4, 1e-4) or not close(alone, images[:1], 1e-4, 1e-4):
        sheet.fail(HIDDEN, MESSAGES["ways"])
        return
    if len(chain.layers) != 2 or chain.left_over:
        return
    weights = recorded_weights(sheet)
    came = recognise_activations(images, codings, weights, chain, ("selu", "sigmoid"))
    if came is None:
        sheet.fail(HIDDEN, MESSAGES["unknown"])
        return
    hidden, output = came
    sheet.decide(
        HIDDEN, hidden == "selu", MESSAGES["hidden"].format(came=hidden), "wrong_activation"
    )
    _judge_output(sheet, output)
    if not sheet.passed(HIDDEN) and not sheet.passed(OUTPUT):
        return
    training = sheet.array(QUIET, "training", "decoder(codings, training=True)", "images")
    if training is not None:
        same = close(training, images, 1e-4, 1e-4)
        sheet.decide(QUIET, same, MESSAGES["training"], "extra_layer")


def judge_shape(sheet: Sheet, criterion: str, images: np.ndarray, count: int) -> None:
    """Whether there are `count` images of shape (28, 28)."""
    expected = (count, 28, 28)
    if images.shape == expected:
        sheet.ok(criterion)
        return
    message = MESSAGES["shape"].format(
        expected=shape_text(expected), count=count, came=shape_text(images.shape)
    )
    known = {(count, 28, 28, 1): "channel_axis", (count, 784): "not_reshaped"}
    mistake = known.get(images.shape)
    sheet.fail(criterion, message if mistake is None else f"{message} {MESSAGES[mistake]}", mistake)


def _judge_output(sheet: Sheet, output: str) -> None:
    if output == "sigmoid":
        sheet.ok(OUTPUT)
        return
    key = f"{output}_output"
    mistake = key if key in MESSAGES else "wrong_activation"
    message = MESSAGES["output"].format(came=output)
    sheet.fail(OUTPUT, message if key not in MESSAGES else f"{message} {MESSAGES[key]}", mistake)
