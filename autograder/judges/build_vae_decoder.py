"""build_vae_decoder: Dense 100, Dense 150, Dense 784 sigmoid, Reshape to (28, 28)."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.judges.build_dae_decoder import MESSAGES as DAE_MESSAGES
from autograder.judges.build_dae_decoder import judge_shape
from autograder.judges.build_dae_encoder import is_model, judge_layers, recorded_weights
from autograder.judges.build_vae_encoder import is_affine
from autograder.judges.networks import Chain, dense_chain, forward
from autograder.judges.numbers import close
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, LAYERS = "A model from codings to images", "Dense layers"
OUTPUT, HIDDEN = "Activation of the output", "Non-linear hidden layers"
QUIET, DEFAULT = "The same in training", "Default codings_size"
CRITERIA = {SHAPE: 0.1, LAYERS: 0.1, OUTPUT: 0.4, HIDDEN: 0.2, QUIET: 0.1, DEFAULT: 0.1}

CALL = "build_vae_decoder(codings_size={size})"
SIZES = (100, 150, 784)
USUAL_SIZE = 10

MESSAGES = Messages() | {
    "unknown_output": "Expected sigmoid after the last dense layer; with its weights multiplied by "
    "{scale:g} the pixels do not follow as those of a sigmoid would.",
    "linear_hidden_layers": "Expected a non-linearity after both hidden layers; without it, dense "
    "layers in a row are no more than one.",
    "default": "Called without an argument, expected a decoder of {size} codings that gives images "
    "of shape {expected}, got {came}.",
}
TOLERANCE = 1e-3
"""Relative and absolute, of logits of size 1 to 10 through three float32 layers."""


def draw(rng: np.random.Generator) -> Challenge:
    """Thirty codings, the last ten half way between the first and the second ten."""
    ends = rng.normal(size=(20, 6))
    codings = np.concatenate([ends, (ends[:10] + ends[10:]) / 2])
    arrays = {"codings": codings, "ten_codings": rng.normal(size=(2, USUAL_SIZE))}
    return Challenge(
        {name: array.astype(np.float32) for name, array in arrays.items()},
        {"scale": -0.5, "seed": int(rng.integers(2**31))},
    )


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and layers; the output by what scaled weights do to it; the hidden layers."""
    codings = challenge.arrays["codings"]
    count, size = codings.shape
    if not is_model(sheet, SHAPE, "model", CALL.format(size=size)):
        return
    first = sheet.array(SHAPE, "first", "decoder(codings)", "images")
    if first is None:
        return
    judge_shape(sheet, SHAPE, first, count)
    if first.size != count * 784:
        return
    chain = dense_chain(sheet.evidence.facts["model/trainable_shapes"], size, 784)
    judge_layers(sheet, LAYERS, chain, SIZES, may_have_slopes=True)
    results = {}
    for name in ("predict", "call"):
        results[name] = sheet.array(OUTPUT, f"inference/{name}", "decoder(codings)", "images")
    for name in ("one_coding", "training", "scaled"):
        results[name] = sheet.array(OUTPUT, name, "decoder(codings)", "images")
    if any(result is None for result in results.values()):
        return
    rows = {
        name: np.asarray(result, np.float64).reshape(-1, 784) for name, result in results.items()
    }
    if not close(rows["call"], rows["predict"], 1e-4, 1e-4) or not close(
        rows["one_coding"], rows["predict"][:1], 1e-4, 1e-4
    ):
        sheet.fail(OUTPUT, DAE_MESSAGES["ways"])
        return
    if len(chain.layers) != len(SIZES):
        return
    _judge_output(sheet, challenge, chain, rows)
    if not sheet.passed(OUTPUT):
        return
    _judge_hidden(sheet, challenge, chain, rows["predict"])
    same = close(rows["training"], rows["predict"], 1e-4, 1e-4)
    sheet.decide(QUIET, same, DAE_MESSAGES["training"], "extra_layer")
    _judge_default(sheet)


def _logits(probabilities: np.ndarray) -> np.ndarray:
    return np.log(probabilities / (1 - probabilities))


def _judge_output(
    sheet: Sheet, challenge: Challenge, chain: Chain, rows: dict[str, np.ndarray]
) -> None:
    """A sigmoid's logits follow the weights of the last layer; no other output's do."""
    scale, images = challenge.facts["scale"], rows["predict"]
    if images.min() >= 0 and images.max() <= 1 and rows["scaled"].min() >= 0:
        # Away from 0 and 1, where float32 leaves little of a logit.
        clear = (images > 1e-3) & (images < 1 - 1e-3)
        logits = _logits(images[clear])
        scaled = _logits(np.clip(rows["scaled"][clear], 1e-12, 1 - 1e-12))
        if clear.mean() > 0.3 and close(scaled, scale * logits, 5e-3, 5e-3):
            sheet.ok(OUTPUT)
            return
    came = _recognise_output(sheet, challenge, chain, images)
    if came is None:
        sheet.fail(OUTPUT, MESSAGES["unknown_output"].format(scale=scale))
        return
    key = f"{came}_output"
    message = DAE_MESSAGES["output"].format(came=came)
    if key in DAE_MESSAGES:
        message += " " + DAE_MESSAGES[key]
    sheet.fail(OUTPUT, message, key if key in DAE_MESSAGES else "wrong_activation")


_USUAL = ("relu", "selu", "elu", "tanh", "swish", "gelu", "sigmoid", "leaky ReLU (0.2)", "linear")


def _recognise_output(
    sheet: Sheet, challenge: Challenge, chain: Chain, images: np.ndarray
) -> str | None:
    weights = [array.astype(np.float64) for array in recorded_weights(sheet)]
    codings = challenge.arrays["codings"][:3]
    for first, second in itertools.product(_USUAL, repeat=2):
        for output in ("linear", "softmax", "tanh", "relu", "hard sigmoid", "softplus"):
            came = forward(codings, weights, chain, (first, second, output))
            if close(images[:3], came, TOLERANCE, 1e-5):
                return output
    # Hidden layers of another kind: the range of the outputs tells a little.
    sums_to_one = np.allclose(images.sum(axis=1), 1, atol=1e-3)
    return "softmax" if sums_to_one else None


def _judge_hidden(sheet: Sheet, challenge: Challenge, chain: Chain, images: np.ndarray) -> None:
    clipped = np.clip(images, 1e-6, 1 - 1e-6)
    clear = np.all((images > 1e-3) & (images < 1 - 1e-3), axis=0)
    logits = _logits(clipped[:, clear]) if clear.any() else _logits(clipped)
    straight = is_affine(logits)
    weights = [array.astype(np.float64) for array in recorded_weights(sheet)]
    # Some pixels tell most activations apart, and need their columns of the last layer alone.
    some, fewer = slice(None, None, 12), list(weights)
    for place in chain.layers[-1]:
        if place is not None:
            fewer[place] = weights[place][..., some]
    codings = challenge.arrays["codings"][:3]

    def explains(pair: tuple[str, str]) -> bool:
        names = (*pair, "sigmoid")
        return all(
            close(wanted, forward(codings, used, chain, names), TOLERANCE, 1e-4)
            for wanted, used in ((images[:3, some], fewer), (images[:3], weights))
        )

    half_straight = any(explains(("linear", name)) or explains((name, "linear")) for name in _USUAL)
    sheet.decide(
        HIDDEN,
        not straight and not half_straight,
        MESSAGES["linear_hidden_layers"],
        "linear_hidden_layers",
    )


def _judge_default(sheet: Sheet) -> None:
    if not is_model(sheet, DEFAULT, "default_model", "build_vae_decoder()"):
        return
    expected = shape_text((2, 28, 28))
    images = sheet.array(DEFAULT, "default", "decoder(ten_codings)", "images")
    if images is not None:
        message = MESSAGES["default"].format(
            size=USUAL_SIZE, expected=expected, came=shape_text(images.shape)
        )
        sheet.decide(DEFAULT, images.size == 2 * 784, message)
