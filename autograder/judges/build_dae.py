"""build_dae: the two given networks joined and compiled: mean binary cross-entropy, MSE metric."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.judges.build_dae_encoder import is_model
from autograder.judges.networks import sigmoid
from autograder.judges.numbers import close, recognise, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, JOINED = "A model from images to images", "decoder(encoder(images))"
LOSS, METRIC, TRAINS = "Loss", "Mean squared error among the metrics", "Training moves both parts"
CRITERIA = {SHAPE: 0.1, JOINED: 0.3, LOSS: 0.35, METRIC: 0.15, TRAINS: 0.1}

CALL = "build_dae(encoder, decoder)"
MESSAGES = Messages() | {
    "shape": "Expected images of shape {expected}, got {came}.",
    "joined": "Expected decoder(encoder(images)); with known weights the model gives something "
    "else. Does it hold another layer, or leave one out?",
    "copied_layers": "New weights given to `encoder` and `decoder` do not reach your model: it "
    "holds copies, and training it would leave these two untrained.",
    "noise_switched_off": "Called with training=True the encoder adds its noise, but inside your "
    "model it does not: leave the `training` argument to Keras.",
    "not_compiled": "Expected a compiled model: `fit` needs a loss and an optimizer. Call "
    "`compile` before you return it.",
    "loss": "Expected the mean binary cross-entropy per pixel, here {expected:.4f}; got "
    "{came:.4f}.",
    "loss_broken": "Expected the mean binary cross-entropy per pixel, got {came}.",
    "mse_loss": "That is the mean squared error; it belongs among the metrics.",
    "mean_absolute_error_loss": "That is the mean absolute error.",
    "loss_summed": "That is the cross-entropy summed over pixels; this exercise wants the mean.",
    "from_logits": "That is the value with from_logits=True, but the decoder ends in a sigmoid: "
    "its outputs are probabilities already.",
    "targets_swapped": "That is the cross-entropy with target and prediction exchanged.",
    "metric": "Expected one of the metrics to be the mean squared error, here {expected:.4f}; got "
    "{came}.",
    "no_metrics": "no metric",
    "accuracy_metric": "Accuracy counts right classes; these targets are grey levels, and it says "
    "next to nothing about them.",
    "no_mse_metric": "Name it in `compile`, beside the loss.",
    "frozen_encoder": "Expected a training step to change encoder and decoder; the encoder did "
    "not change. Is its `trainable` set to False?",
    "frozen_decoder": "Expected a training step to change encoder and decoder; the decoder did "
    "not change. Is its `trainable` set to False?",
    "optimizer_never_moves": "Expected a training step to change encoder and decoder; neither "
    "changed. Is the learning rate 0?",
    "negative_learning_rate": "Expected training to lower the loss; with the negative learning "
    "rate {came:g} every step raises it.",
}
RTOL = 2e-4
"""Float32 sums of some thousand terms are off by 1e-5 of their value at the most. What right
answers use of the tolerances is in benchmarks/results/calibration.json."""
ATOL = 1e-5
"""Of pixels between 0 and 1, besides."""


def draw(rng: np.random.Generator) -> Challenge:
    """Images, targets, and two sets of weights for networks with 7 codings.

    Logits are limited so that probabilities stay in [0.01, 0.99], where libraries clip alike.
    Targets lie about the outputs, which keeps the loss well below that of a wrong loss function.
    """
    arrays: dict[str, np.ndarray] = {"images": rng.random((12, 28, 28))}
    for when in ("before", "after"):
        arrays |= {
            f"{when}/encoder/kernel": rng.normal(0, 0.06, (784, 7)),
            f"{when}/encoder/bias": rng.normal(0, 0.3, 7),
            f"{when}/decoder/kernel": rng.uniform(-0.5, 0.5, (7, 784)),
            f"{when}/decoder/bias": rng.choice([-1.0, 1.0], 784),
        }
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    outputs = restored(Challenge(arrays), "after")
    targets = np.clip(outputs + rng.normal(0, 0.15, outputs.shape), 0, 1)
    targets = np.where(rng.random(outputs.shape) < 0.6, np.round(outputs), targets)
    return Challenge(arrays | {"targets": targets.astype(np.float32)})


def restored(challenge: Challenge, when: str) -> np.ndarray:
    """What decoder(encoder(images)) gives, float64 of shape (n, 28, 28)."""
    weights = {
        name: challenge.arrays[f"{when}/{name}"].astype(np.float64)
        for name in ("encoder/kernel", "encoder/bias", "decoder/kernel", "decoder/bias")
    }
    pixels = challenge.arrays["images"].reshape(-1, 784)
    codings = np.tanh(pixels @ weights["encoder/kernel"] + weights["encoder/bias"])
    logits = codings @ weights["decoder/kernel"] + weights["decoder/bias"]
    return sigmoid(logits).reshape(-1, 28, 28)


def cross_entropy(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """−mean(y log p + (1 − y) log(1 − p)), in nats per pixel."""
    y, p = targets.astype(np.float64), probabilities
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def loss_mistakes(targets: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """What each known misconception gives as the loss."""
    y, p = targets.astype(np.float64), probabilities
    right = cross_entropy(y, p)
    return {
        "mse_loss": float(np.mean((y - p) ** 2)),
        "mean_absolute_error_loss": float(np.mean(np.abs(y - p))),
        "loss_summed": right * 784,
        "loss_summed/rows": right * 28,
        "loss_summed/batch": right * y.size,
        "loss_summed/reduction": right * 28 * len(y),
        # Keras takes probabilities for logits.
        "from_logits": float(np.mean(np.logaddexp(0, p) - y * p)),
        "targets_swapped": cross_entropy(p, np.clip(y, 1e-7, 1 - 1e-7)),
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Outputs before and after the weights are exchanged; then loss, metric and training."""
    if not is_model(sheet, SHAPE, "model", CALL):
        return
    before = sheet.array(SHAPE, "before", "dae.predict(images)", "images")
    if before is None:
        return
    images = challenge.arrays["images"]
    expected, came = shape_text(images.shape), shape_text(before.shape)
    message = MESSAGES["shape"].format(expected=expected, came=came)
    if not sheet.decide(SHAPE, before.shape == images.shape, message):
        return
    after = sheet.array(JOINED, "after", "dae.predict(images)", "images")
    if after is None:
        return
    _judge_joined(sheet, challenge, before, after)
    compiled = sheet.evidence.facts.get("compiled")
    if compiled is False:
        sheet.fail(LOSS, MESSAGES["not_compiled"], "not_compiled")
        return
    if not sheet.came(LOSS, "evaluate", "dae.evaluate(images, targets)"):
        return
    # Judged on what the model itself gives, so that a wrong join costs points once.
    probabilities = np.clip(after.astype(np.float64), 1e-7, 1 - 1e-7)
    _judge_loss(sheet, challenge.arrays["targets"], probabilities)
    _judge_metric(sheet, challenge.arrays["targets"], after)
    if sheet.passed(JOINED):  # else the parts given may not be the ones that train
        _judge_training(sheet)


def _judge_joined(
    sheet: Sheet, challenge: Challenge, before: np.ndarray, after: np.ndarray
) -> None:
    expected_before, expected_after = restored(challenge, "before"), restored(challenge, "after")
    if close(after, before, RTOL, ATOL):
        sheet.fail(JOINED, MESSAGES["copied_layers"], "copied_layers")
    elif not close(before, expected_before, RTOL, ATOL) or not close(
        after, expected_after, RTOL, ATOL
    ):
        sheet.fail(JOINED, MESSAGES["joined"])
    else:
        noisy = [
            sheet.array(JOINED, f"training/{index}", "dae(images, training=True)", "images")
            for index in range(2)
        ]
        if noisy[0] is not None and noisy[1] is not None:
            differ = not np.array_equal(noisy[0], noisy[1])
            sheet.decide(JOINED, differ, MESSAGES["noise_switched_off"], "noise_switched_off")


def _judge_loss(sheet: Sheet, targets: np.ndarray, probabilities: np.ndarray) -> None:
    loss = sheet.array(LOSS, "score/loss", "dae.evaluate(images, targets)", "a loss")
    if loss is None:
        return
    what = unusable(loss)
    if loss.size != 1 or what is not None:
        came = what or shape_text(loss.shape)
        sheet.fail(LOSS, MESSAGES["loss_broken"].format(came=came))
        return
    value, right = loss.reshape(()), cross_entropy(targets, probabilities)
    if close(value, np.array(right), RTOL):
        sheet.ok(LOSS)
        return
    found = recognise(value, loss_mistakes(targets, probabilities), RTOL)
    mistake = found.split("/")[0] if found else None
    message = MESSAGES["loss"].format(expected=right, came=float(value))
    sheet.fail(LOSS, message if mistake is None else f"{message} {MESSAGES[mistake]}", mistake)


def _judge_metric(sheet: Sheet, targets: np.ndarray, outputs: np.ndarray) -> None:
    right = float(np.mean((targets.astype(np.float64) - outputs) ** 2))
    names = [name for name in sheet.evidence.facts["score_names"] if name != "loss"]
    scores: Mapping[str, np.ndarray] = {
        name: sheet.evidence.arrays[f"score/{name}"]
        for name in names
        if f"score/{name}" in sheet.evidence.arrays
    }
    if any(close(score.reshape(-1), np.array([right]), RTOL) for score in scores.values()):
        sheet.ok(METRIC)
        return
    came = ", ".join(f"{name} {float(score.ravel()[0]):.4f}" for name, score in scores.items())
    message = MESSAGES["metric"].format(expected=right, came=came or MESSAGES["no_metrics"])
    mistake = "no_mse_metric"
    if any("acc" in name.lower() for name in scores):
        mistake = "accuracy_metric"
    sheet.fail(METRIC, f"{message} {MESSAGES[mistake]}", mistake)


def _judge_training(sheet: Sheet) -> None:
    if not sheet.came(TRAINS, "fit", "dae.fit(images, images)"):
        return
    moved = sheet.evidence.facts["moved"]
    still = [part for part in ("encoder", "decoder") if not moved[part]]
    if not still:
        _judge_learning_rate(sheet)
        return
    known = {"encoder": "frozen_encoder", "decoder": "frozen_decoder"}
    mistake = known[still[0]] if len(still) == 1 else "optimizer_never_moves"
    sheet.fail(TRAINS, MESSAGES[mistake], mistake)


def _judge_learning_rate(sheet: Sheet) -> None:
    """Any optimizer is right, with any learning rate above 0 (or none that can be read)."""
    rate = sheet.evidence.arrays.get("learning_rate")
    if rate is not None and rate.size == 1 and float(rate.reshape(())) < 0:
        message = MESSAGES["negative_learning_rate"].format(came=float(rate.reshape(())))
        sheet.fail(TRAINS, message, "negative_learning_rate")
    else:
        sheet.ok(TRAINS)
