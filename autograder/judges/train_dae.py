"""train_dae: clean images to themselves, each once an epoch, validated, with a History."""

from __future__ import annotations

import numpy as np

from autograder.judges.sheet import Sheet, a
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

HISTORY, INPUTS, TARGETS = "A History, one loss an epoch", "Every image once an epoch", "Targets"
VALIDATION, LEARNS = "Validation", "The weights move"
CRITERIA = {HISTORY: 0.2, INPUTS: 0.3, TARGETS: 0.25, VALIDATION: 0.15, LEARNS: 0.1}

CALL = "train_dae(dae, train_images, validation_images, epochs={epochs})"
MESSAGES = Messages() | {
    "history": "a History object",
    "not_history": "Expected a History object, whose attribute `history` is a dictionary; got "
    "{came}.",
    "history_dict": "That is its dictionary: return the object itself.",
    "epochs": 'Expected one loss for each of {epochs} epochs in history["loss"], got {came}.',
    "epochs_ignored": "The argument `epochs` has no effect on how long you train.",
    "no_loss": 'Expected history["loss"], with one number an epoch; got the keys {keys}.',
    "never_trains": "Expected the model to be called in training mode; it never was.",
    "inputs": "Expected each of the {count} training images {epochs} times in training, got "
    "{came} images in all, {known} of them training images.",
    "noisy_inputs": "What goes in is not a training image but looks like one with something "
    "added: the encoder adds the noise by itself, and wants clean images.",
    "rescaled_inputs": "What goes in is a training image on another scale; `train_images` have "
    "the scale [0, 1] already.",
    "trains_on_validation": "{came} of the images trained on are validation images: what the "
    "model has trained on cannot validate it.",
    "validation_split": "The last training images are kept back (validation_split?): validate on "
    "`validation_images`, and train on all of `train_images`.",
    "partial_data": "Some training images are left out, or seen less often than others.",
    "targets": "Expected the clean images as targets; what you compare the output with is "
    "something else.",
    "target_not_clean": "The target of each image is the image itself, without noise.",
    "validation": "Expected the validation images to go through the model at inference, and "
    'history["val_loss"]; got {came}.',
    "no_inference": "no image at inference",
    "other_inference": "other images at inference",
    "no_val_loss": 'no "val_loss"',
    "validation_targets": "Expected the validation images as their own targets.",
    "learns": "Expected training to change the weights; {part} did not change.",
    "encoder": "those of the encoder",
    "decoder": "those of the decoder",
}
PIXEL_TOLERANCE = 1e-4
"""Of pixels that pass through unchanged; float32 rounds them by 6e-8. What right answers use of
the tolerances is in benchmarks/results/calibration.json."""
GRADIENT_TOLERANCE = 1e-3
"""Of a row of gradients, relative to its length, against the gradient of a loss in float64."""


def draw(rng: np.random.Generator) -> Challenge:
    """90 training and 30 validation images, all different, with a mean image worth learning.

    90 is no multiple of any usual batch size: a batch that is left out shows.
    """
    pattern = rng.uniform(0.1, 0.9, (28, 28))
    images = np.clip(pattern + rng.normal(0, 0.15, (120, 28, 28)), 0, 1).astype(np.float32)
    return Challenge(
        {"train_images": images[:90], "validation_images": images[90:]},
        {"epochs": 3, "seed": int(rng.integers(2**31))},
    )


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """What was returned, then what went in, what it was compared with, validation, weights."""
    facts = sheet.evidence.facts
    epochs = challenge.facts["epochs"]
    if not sheet.came(HISTORY, "history", CALL.format(epochs=epochs)):
        return
    images, validation_images = (
        challenge.arrays[name].reshape(-1, 784) for name in ("train_images", "validation_images")
    )
    count = facts["trained_on/count"]
    trained_on = _rows(sheet, "trained_on")
    passes = count / len(images)
    _judge_history(sheet, epochs, passes)
    if count == 0:
        sheet.fail(INPUTS, MESSAGES["never_trains"], "never_trains")
        return
    which = match_rows(trained_on, images)
    _judge_inputs(sheet, trained_on, which, images, validation_images, epochs)
    _judge_targets(sheet, trained_on, images, validation_images)
    _judge_validation(sheet, validation_images)
    moved = facts["moved"]
    still = [part for part in ("encoder", "decoder") if not moved[part]]
    message = MESSAGES["learns"].format(part=_(" and ").join(MESSAGES[part] for part in still))
    sheet.decide(LEARNS, not still, message, "never_trains" if len(still) == 2 else None)


def _rows(sheet: Sheet, name: str) -> np.ndarray:
    return sheet.evidence.arrays[name].reshape(-1, 784)


def match_rows(rows: np.ndarray, images: np.ndarray) -> np.ndarray:
    """For each row the number of the image that it equals, but for rounding; −1 if none."""
    if len(rows) == 0:
        return np.zeros(0, int)
    with np.errstate(over="ignore", invalid="ignore"):
        rows, images = rows.astype(np.float32), images.astype(np.float32)
        # The squared distances, but for what is the same for all images.
        nearest = ((images**2).sum(1) - 2 * rows @ images.T).argmin(axis=1)
        distances = np.abs(rows - images[nearest]).max(axis=1)
    return np.where(distances <= PIXEL_TOLERANCE, nearest, -1)


def _judge_history(sheet: Sheet, epochs: int, passes: float) -> None:
    facts = sheet.evidence.facts
    if not facts.get("has_history"):
        fact = facts["history"]
        if fact["type"] == "NoneType":
            sheet.array(HISTORY, "history", CALL.format(epochs=epochs), MESSAGES["history"])
            return
        mistake = "history_dict" if fact["type"] == "dict" else None
        message = MESSAGES["not_history"].format(came=a(fact["type"]))
        sheet.fail(HISTORY, message + (f" {MESSAGES[mistake]}" if mistake else ""), mistake)
        return
    if "history/loss" not in sheet.evidence.arrays:
        keys = ", ".join(facts["history_keys"]) or _("none")
        sheet.fail(HISTORY, MESSAGES["no_loss"].format(keys=keys))
        return
    came = sheet.evidence.arrays["history/loss"].size
    if came == epochs:
        sheet.ok(HISTORY)
        return
    message = MESSAGES["epochs"].format(epochs=epochs, came=came)
    ignored = came == round(passes) != epochs
    if ignored:
        message += " " + MESSAGES["epochs_ignored"]
    sheet.fail(HISTORY, message, "epochs_ignored" if ignored else None)


def _judge_inputs(
    sheet: Sheet,
    trained_on: np.ndarray,
    which: np.ndarray,
    images: np.ndarray,
    validation_images: np.ndarray,
    epochs: int,
) -> None:
    count = sheet.evidence.facts["trained_on/count"]
    times = np.bincount(which[which >= 0], minlength=len(images))
    if count == len(images) * epochs and np.all(times == epochs):
        sheet.ok(INPUTS)
        return
    message = MESSAGES["inputs"].format(
        count=len(images), epochs=epochs, came=count, known=int((which >= 0).sum())
    )
    foreign = int((match_rows(trained_on, validation_images) >= 0).sum())
    mistake = None
    if foreign:
        mistake = "trains_on_validation"
    elif np.all(which < 0):
        if _rescaled(trained_on, images):
            mistake = "rescaled_inputs"
        elif _look_like(trained_on, images):
            mistake = "noisy_inputs"
    elif np.all(which >= 0) and times.min() == times.max():
        mistake = "epochs_ignored"
    elif np.all(which >= 0) and _kept_back(times) and _all_inferred(sheet, images[times == 0]):
        mistake = "validation_split"
    elif np.all(which >= 0) and times.min() < epochs:
        mistake = "partial_data"
    if mistake is not None:
        message += " " + MESSAGES[mistake].format(came=foreign)
    sheet.fail(INPUTS, message, mistake)


def _rescaled(rows: np.ndarray, images: np.ndarray) -> bool:
    """Whether each row is an image times a number, or with a number added to all its pixels."""
    rows, images = (values.astype(np.float64) for values in (rows, images))
    rows, images = (values - values.mean(1, keepdims=True) for values in (rows, images))
    lengths = np.linalg.norm(rows, axis=1)[:, None] * np.linalg.norm(images, axis=1)
    likeness = np.max(rows @ images.T / np.maximum(lengths, 1e-12), axis=1)
    return bool(np.all(likeness > 1 - 1e-5))


def _look_like(rows: np.ndarray, images: np.ndarray) -> bool:
    """Whether the rows follow the pattern that all images share."""
    pattern = images.mean(axis=0)
    return float(np.corrcoef(rows.mean(axis=0), pattern)[0, 1]) > 0.9


def _all_inferred(sheet: Sheet, images: np.ndarray) -> bool:
    """Whether each of these images went through the model at inference."""
    which = match_rows(_rows(sheet, "inferred_on"), images)
    return set(which[which >= 0]) == set(range(len(images)))


def _kept_back(times: np.ndarray) -> bool:
    """Whether the last images were never seen and all others equally often."""
    seen = int(np.count_nonzero(times))
    return 0 < seen < len(times) and bool(np.all(times[:seen] == times[0]))


def _judge_targets(
    sheet: Sheet, trained_on: np.ndarray, images: np.ndarray, validation_images: np.ndarray
) -> None:
    """Targets as Keras got them, or, for a loop with a loss of its own, as the gradient tells."""
    targets = _rows(sheet, "training_targets")
    if len(targets) == len(trained_on):
        # What goes in may be wrong by itself; its targets must be clean images all the same.
        clean = np.concatenate([images, validation_images])
        which, target_of = match_rows(trained_on, clean), match_rows(targets, clean)
        if np.all(which < 0) and np.array_equal(targets, trained_on) and _rescaled(targets, images):
            return  # images on another scale, compared with themselves
        met = bool(np.all((target_of >= 0) & ((target_of == which) | (which < 0))))
    elif np.all(match_rows(trained_on, images) >= 0):
        met = gradient_points_at(
            _rows(sheet, "gradients"), _rows(sheet, "outputs"), _rows(sheet, "trained_on")
        )
    else:
        return  # the inputs are wrong, and what they were compared with cannot be told
    message = f"{MESSAGES['targets']} {MESSAGES['target_not_clean']}"
    sheet.decide(TARGETS, met, message, "target_not_clean")


def gradient_points_at(gradients: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> bool:
    """Whether gradients with respect to outputs p are those of a loss with the given targets y.

    The binary cross-entropy has the gradient c (p − y) / (p (1 − p)), the squared error c (p − y),
    with a constant c > 0 that depends on how the loss is averaged. Both are tried, with the best c
    for each batch of one size; the agreement must be that of rounding.
    """
    if len(gradients) == 0 or len(gradients) != len(targets):
        return False
    p, y, g = (values.astype(np.float64) for values in (outputs, targets, gradients))
    for scaled in (g * p * (1 - p), g):
        difference = p - y
        # The scale of each row by itself: batches may differ in size.
        scale = (scaled * difference).sum(1) / (difference**2).sum(1)
        rest = np.linalg.norm(scaled - scale[:, None] * difference, axis=1)
        if np.all(scale > 0) and np.all(
            rest <= GRADIENT_TOLERANCE * np.linalg.norm(scaled, axis=1)
        ):
            return True
    return False


def _judge_validation(sheet: Sheet, validation_images: np.ndarray) -> None:
    all_seen = _all_inferred(sheet, validation_images)
    has_loss = "history/val_loss" in sheet.evidence.arrays
    targets = _rows(sheet, "validation_targets")
    if all_seen and has_loss:
        own = len(targets) == 0 or bool(np.all(match_rows(targets, validation_images) >= 0))
        sheet.decide(VALIDATION, own, MESSAGES["validation_targets"], "target_not_clean")
        return
    inferred = sheet.evidence.facts["inferred_on/count"]
    missing = [MESSAGES["other_inference" if inferred else "no_inference"]] * (not all_seen)
    missing += [MESSAGES["no_val_loss"]] * (not has_loss)
    message = MESSAGES["validation"].format(came=_(" and ").join(missing))
    sheet.fail(VALIDATION, message, None if all_seen or inferred else "no_validation")
