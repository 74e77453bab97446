"""scale_images: uint8 pixels 0..255 become float32 in [0, 1], divided by 255."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import close, recognise_in_all, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, DTYPE, VALUES, ARGUMENTS = "Shape", "Data type", "Values", "Arguments left alone"
CRITERIA = {SHAPE: 0.1, DTYPE: 0.1, VALUES: 0.7, ARGUMENTS: 0.1}

MESSAGES = Messages() | {
    "expected": "an array of float32",
    "shape": "Expected the shape of the argument, {expected}, got {came}.",
    "dtype": "Expected float32, got {came}. Convert before you divide, or after.",
    "not_finite": "Expected pixels between 0 and 1, got {what}.",
    "values": "Expected a pixel of {pixel} to become {expected:.6f}, got {came:.6f}.",
    "arguments": "Expected the argument to stay as it was, but your function changed it in place. "
    "The caller's data must survive: make a new array.",
    "divided_by_maximum": "The image in hand has no pixel of 255, and you divide by the largest "
    "pixel there is: the same grey would mean another number in another batch.",
    "not_scaled": "The pixels are still on the scale 0 to 255.",
    "divided_by_256": "That is a division by 256; the largest pixel is 255.",
    "integer_division": "That is whole-number division, which leaves only 0 and 1.",
    "scaled_to_minus_one_one": "That is the scale [−1, 1]; this lesson wants [0, 1].",
    "min_max_scaled": "That moves the darkest pixel of the batch to 0 and the brightest to 1; "
    "the scale must not depend on the batch.",
    "standardised": "That is standardised to mean 0 and standard deviation 1; this lesson wants "
    "the fixed scale [0, 1].",
}

TOLERANCE = 1e-6
"""A float32 quotient near 1 is rounded by at most 6e-8; a product with 1/255 by twice that."""


def draw(rng: np.random.Generator) -> Challenge:
    """Three batches: one with all greys, one without the darkest and brightest, one image alone."""
    full = rng.integers(0, 256, (5, 28, 28))
    full[0, 0, :2] = 0, 255
    dim = rng.integers(20, 181, (3, 28, 28))
    single = rng.integers(20, 121, (1, 28, 28))
    batches = {"full": full, "dim": dim, "single": single}
    return Challenge({name: batch.astype(np.uint8) for name, batch in batches.items()})


def mistakes(images: np.ndarray) -> dict[str, np.ndarray]:
    """What each known misconception makes of a batch."""
    pixels = images.astype(np.float64)
    low, high = pixels.min(), pixels.max()
    return {
        "divided_by_maximum": pixels / high,
        "divided_by_maximum/of each image": pixels / pixels.max(axis=(1, 2), keepdims=True),
        "not_scaled": pixels,
        "divided_by_256": pixels / 256,
        "integer_division": pixels // 255,
        "scaled_to_minus_one_one": pixels / 127.5 - 1,
        "min_max_scaled": (pixels - low) / (high - low),
        "standardised": (pixels - pixels.mean()) / pixels.std(),
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and dtype on each batch, then the values, then whether the argument survived."""
    results = {}
    for name in challenge.arrays:
        result = sheet.array(SHAPE, name, "scale_images(images)", MESSAGES["expected"])
        if result is None:
            return
        results[name] = result
    for name, images in challenge.arrays.items():
        if results[name].shape != images.shape:
            expected, came = shape_text(images.shape), shape_text(results[name].shape)
            sheet.fail(SHAPE, MESSAGES["shape"].format(expected=expected, came=came))
            return
    sheet.ok(SHAPE)
    came = sheet.evidence.facts["full"]["dtype"]
    sheet.decide(DTYPE, came == "float32", MESSAGES["dtype"].format(came=came))
    _judge_values(sheet, challenge.arrays, results)
    sheet.judge_arguments(ARGUMENTS, VALUES, MESSAGES["arguments"])


def _judge_values(
    sheet: Sheet, batches: dict[str, np.ndarray], results: dict[str, np.ndarray]
) -> None:
    # The dim batch first: there every misconception differs from the right answer.
    for name in ("dim", "single", "full"):
        images, result = batches[name], results[name]
        expected = images / 255
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
        candidates = {batch: mistakes(batches[batch]) for batch in batches}
        mistake = recognise_in_all(results, candidates, rtol=1e-5, atol=1e-5)
        if mistake is not None:
            message += " " + MESSAGES[mistake]
        sheet.fail(VALUES, message, mistake)
        return
    sheet.ok(VALUES)
