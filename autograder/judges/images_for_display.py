"""images_for_display: a generator's pixels from [−1, 1] to [0, 1], without the channel axis."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import close, recognise, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, VALUES = "Shape, without the channel axis", "Values"
ONE, ARGUMENTS = "One image alone", "Arguments left alone"
CRITERIA = {SHAPE: 0.15, VALUES: 0.6, ONE: 0.15, ARGUMENTS: 0.1}

CALL = "images_for_display(generated)"
MESSAGES = Messages() | {
    "expected": "an array of images",
    "shape": "Expected the shape {expected}, got {came}.",
    "channel_axis": "The channel axis is still there.",
    "squeezed_batch": "Squeezing every axis of length 1 takes the batch axis of a single image "
    "too: name the axis.",
    "not_finite": "Expected pixels between 0 and 1, got {what}.",
    "values": "Expected a pixel of {pixel:.4f} to become {expected:.4f}, got {came:.4f}.",
    "arguments": "Expected the argument to stay as it was, but your function changed it in place. "
    "The caller's data must survive: make a new array.",
    "display_off": "That is 0.5·g + 1, with the range [0.5, 1.5]: the shift must be halved too.",
    "not_rescaled": "The pixels still have the range [−1, 1].",
    "not_halved": "That has the range [0, 2]: white must become 1.",
    "not_shifted": "That has the range [−0.5, 0.5]: black must become 0.",
    "clipped_not_rescaled": "That cuts off everything darker than middle grey: shift and halve.",
    "absolute_value": "That makes black white: −1 must become 0.",
    "wrong_direction": "That is the way there, from [0, 1] to [−1, 1].",
    "scaled_to_255": "That has the range 0 to 255; this course plots pixels in [0, 1].",
    "inverted": "Black and white have changed places.",
    "min_max_scaled": "That stretches each batch to its own darkest and brightest pixel; the "
    "scale must not depend on the batch.",
}

TOLERANCE = 2e-6
"""A few float32 roundings of numbers up to 2."""


def draw(rng: np.random.Generator) -> Challenge:
    """Four images with all greys, three without the darkest and brightest, one alone."""
    full = rng.uniform(-1, 1, (4, 28, 28, 1))
    full[0, 0, :2, 0] = -1, 1
    dim = rng.uniform(-0.8, 0.6, (3, 28, 28, 1))
    single = rng.uniform(-0.9, 0.8, (1, 28, 28, 1))
    batches = {"dim": dim, "full": full, "single": single}
    return Challenge({name: batch.astype(np.float32) for name, batch in batches.items()})


def mistakes(generated: np.ndarray) -> dict[str, np.ndarray]:
    """What each known misconception makes of a batch."""
    g = generated.astype(np.float64)
    return {
        "display_off": 0.5 * g + 1,
        "not_rescaled": g,
        "not_halved": g + 1,
        "not_shifted": g / 2,
        "clipped_not_rescaled": np.clip(g, 0, 1),
        "absolute_value": np.abs(g),
        "wrong_direction": 2 * g - 1,
        "scaled_to_255": 127.5 * g + 127.5,
        "inverted": (1 - g) / 2,
        "min_max_scaled": (g - g.min()) / np.ptp(g),
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and values of two batches, then one image alone, then whether the argument survived."""
    came_all = {}
    for name in ("dim", "full"):
        result = sheet.array(SHAPE, name, CALL, MESSAGES["expected"])
        if result is None:
            return
        came_all[name] = result
    for name, result in came_all.items():
        expected = challenge.arrays[name].shape[:3]
        if result.shape != expected:
            _fail_shape(sheet, SHAPE, expected, result.shape)
            if result.size != challenge.arrays[name].size:
                return
            break
    else:
        sheet.ok(SHAPE)
    for name in ("dim", "full"):
        if not _judge_values(sheet, VALUES, challenge.arrays[name], came_all[name]):
            break
    else:
        sheet.ok(VALUES)
        _judge_single(sheet, challenge.arrays["single"])
    sheet.judge_arguments(ARGUMENTS, VALUES, MESSAGES["arguments"])


def _fail_shape(
    sheet: Sheet, criterion: str, expected: tuple[int, ...], came: tuple[int, ...]
) -> None:
    message = MESSAGES["shape"].format(expected=shape_text(expected), came=shape_text(came))
    known = {(*expected, 1): "channel_axis", expected[1:]: "squeezed_batch"}
    mistake = known.get(came)
    message = message if mistake is None else f"{message} {MESSAGES[mistake]}"
    sheet.fail(criterion, message, mistake)


def _judge_values(sheet: Sheet, criterion: str, generated: np.ndarray, result: np.ndarray) -> bool:
    """Whether the values are right, wherever the axes are; if not, the criterion says why."""
    if result.size != generated.size:
        _fail_shape(sheet, criterion, generated.shape[:3], result.shape)
        return False
    result = result.reshape(generated.shape)
    expected = (generated.astype(np.float64) + 1) / 2
    if close(result, expected, rtol=0, atol=TOLERANCE):
        return True
    what = unusable(result)
    if what is not None:
        sheet.fail(criterion, MESSAGES["not_finite"].format(what=what))
        return False
    place = np.unravel_index(np.argmax(np.abs(result - expected)), expected.shape)
    message = MESSAGES["values"].format(
        pixel=generated[place], expected=expected[place], came=float(result[place])
    )
    mistake = recognise(result, mistakes(generated), rtol=1e-5, atol=1e-5)
    sheet.fail(criterion, message if not mistake else f"{message} {MESSAGES[mistake]}", mistake)
    return False


def _judge_single(sheet: Sheet, generated: np.ndarray) -> None:
    result = sheet.array(ONE, "single", CALL, MESSAGES["expected"])
    if result is None or not _judge_values(sheet, ONE, generated, result):
        return
    expected = generated.shape[:3]
    # A channel axis too many was counted already.
    if result.shape == expected or (result.shape == generated.shape and not sheet.passed(SHAPE)):
        sheet.ok(ONE)
    else:
        _fail_shape(sheet, ONE, expected, result.shape)
