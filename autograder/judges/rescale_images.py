"""rescale_images: pixels from [0, 1] to [−1, 1], and a channel axis."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import close, recognise_in_all, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, VALUES, ARGUMENTS = "Shape, with a channel axis", "Values", "Arguments left alone"
CRITERIA = {SHAPE: 0.2, VALUES: 0.7, ARGUMENTS: 0.1}

CALL = "rescale_images(images)"
MESSAGES = Messages() | {
    "expected": "an array of images with a channel axis",
    "shape": "Expected the shape {expected}, got {came}.",
    "no_channel_axis": "The channel axis is missing: convolutions want one, even for one grey.",
    "channel_axis_misplaced": "The channel axis comes last in Keras.",
    "not_finite": "Expected pixels between −1 and 1, got {what}.",
    "values": "Expected a pixel of {pixel:.4f} to become {expected:.4f}, got {came:.4f}.",
    "arguments": "Expected the argument to stay as it was, but your function changed it in place. "
    "The caller's data must survive: make a new array.",
    "not_rescaled": "The pixels still have the range [0, 1], which reaches half of tanh's range "
    "alone.",
    "wrong_direction": "That is the way back, from [−1, 1] to [0, 1].",
    "not_shifted": "That has the range [0, 2]: black must become −1.",
    "not_stretched": "That is shifted but not stretched: white must become 1.",
    "scaled_from_255": "That is right for pixels of 0 to 255; these run from 0 to 1 already.",
    "inverted": "Black and white have changed places.",
    "min_max_scaled": "That moves the darkest pixel of the batch to −1 and the brightest to 1; "
    "the scale must not depend on the batch.",
    "standardised": "That is standardised to mean 0 and standard deviation 1; tanh wants the "
    "fixed scale [−1, 1].",
}

TOLERANCE = 2e-6
"""A few float32 roundings of numbers up to 2."""


def draw(rng: np.random.Generator) -> Challenge:
    """Three batches: one with all greys, one without the darkest and brightest, one image alone."""
    full = rng.random((5, 28, 28))
    full[0, 0, :2] = 0, 1
    dim = rng.uniform(0.1, 0.7, (3, 28, 28))
    single = rng.uniform(0.1, 0.5, (1, 28, 28))
    batches = {"full": full, "dim": dim, "single": single}
    return Challenge({name: batch.astype(np.float32) for name, batch in batches.items()})


def mistakes(images: np.ndarray) -> dict[str, np.ndarray]:
    """What each known misconception makes of a batch."""
    x = images.astype(np.float64)
    return {
        "not_rescaled": x,
        "wrong_direction": (x + 1) / 2,
        "not_shifted": 2 * x,
        "not_stretched/by half": x - 0.5,
        "not_stretched/by one": x - 1,
        "scaled_from_255": x / 127.5 - 1,
        "inverted": 1 - 2 * x,
        "min_max_scaled": 2 * (x - x.min()) / np.ptp(x) - 1,
        "standardised": (x - x.mean()) / x.std(),
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape on each batch, then the values, wherever the channel axis is; then the argument."""
    results = {}
    for name in challenge.arrays:
        result = sheet.array(SHAPE, name, CALL, MESSAGES["expected"])
        if result is None:
            return
        results[name] = result
    for name, images in challenge.arrays.items():
        if results[name].shape != (*images.shape, 1):
            _fail_shape(sheet, images.shape, results[name].shape)
            if results[name].size != images.size:
                return
            break
    else:
        sheet.ok(SHAPE)
    _judge_values(sheet, challenge.arrays, results)
    sheet.judge_arguments(ARGUMENTS, VALUES, MESSAGES["arguments"])


def _fail_shape(sheet: Sheet, shape: tuple[int, ...], came: tuple[int, ...]) -> None:
    message = MESSAGES["shape"].format(expected=shape_text((*shape, 1)), came=shape_text(came))
    mistake = None
    if came == shape:
        mistake = "no_channel_axis"
    elif sorted(came) == sorted((*shape, 1)):
        mistake = "channel_axis_misplaced"
    sheet.fail(SHAPE, message if mistake is None else f"{message} {MESSAGES[mistake]}", mistake)


def _judge_values(
    sheet: Sheet, batches: dict[str, np.ndarray], results: dict[str, np.ndarray]
) -> None:
    # The dim batch first: there every misconception differs from the right answer.
    for name in ("dim", "single", "full"):
        images = batches[name]
        if results[name].size != images.size:
            sheet.fail(
                VALUES,
                MESSAGES["shape"].format(
                    expected=shape_text((*images.shape, 1)), came=shape_text(results[name].shape)
                ),
            )
            return
        result = results[name].reshape(images.shape)
        expected = 2 * images.astype(np.float64) - 1
        if close(result, expected, rtol=0, atol=TOLERANCE):
            continue
        what = unusable(result)
        if what is not None:
            sheet.fail(VALUES, MESSAGES["not_finite"].format(what=what))
            return
        place = np.unravel_index(np.argmax(np.abs(result - expected)), images.shape)
        message = MESSAGES["values"].format(
            pixel=images[place], expected=expected[place], came=float(result[place])
        )
        came = {
            batch: results[batch].reshape(batches[batch].shape)
            for batch in batches
            if results[batch].size == batches[batch].size
        }
        candidates = {batch: mistakes(batches[batch]) for batch in came}
        mistake = recognise_in_all(came, candidates, rtol=1e-5, atol=1e-5)
        sheet.fail(VALUES, message if not mistake else f"{message} {MESSAGES[mistake]}", mistake)
        return
    sheet.ok(VALUES)
