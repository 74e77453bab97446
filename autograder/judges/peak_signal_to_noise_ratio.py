"""peak_signal_to_noise_ratio: −10 log10 of the mean squared error over all pixels, in dB."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import apart, close, recognise
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SCALAR, BATCH, RANKS = "A single number", "Value for a batch", "Images of any rank and number"
IDENTICAL, ARGUMENTS = "Identical images", "Arguments left alone"
CRITERIA = {SCALAR: 0.1, BATCH: 0.5, RANKS: 0.15, IDENTICAL: 0.15, ARGUMENTS: 0.1}

CALL = "peak_signal_to_noise_ratio(clean, restored)"
MESSAGES = Messages() | {
    "expected": "one number, in dB",
    "scalar": "Expected one number for all images together, got an array of shape {came}.",
    "value": "Expected {expected:.3f} dB for two arrays of shape {shape} with a mean squared "
    "error of {mse:.5f}, got {came:.3f}.",
    "identical": "Expected infinity for two equal arrays (their mean squared error is 0), got "
    "{came}.",
    "arguments": "Expected the arguments to stay as they were, but your function changed them in "
    "place.",
    "mean_of_per_image": "That is the mean of the PSNRs of the single images; take the mean "
    "squared error over all pixels of all images first, and its logarithm once.",
    "natural_log": "That is the natural logarithm; decibels want log10.",
    "twenty_log10_of_mse": "The factor 20 goes with the root of the mean squared error; with the "
    "mean squared error itself it is 10.",
    "wrong_peak": "That takes another peak than 1; these pixels run from 0 to 1.",
    "wrong_sign": "The sign is turned: a smaller error must give a larger PSNR.",
    "no_logarithm": "That is the mean squared error itself, or its inverse; decibels are its "
    "logarithm.",
    "root_mean_square_error": "That is 10 times the logarithm of the root; the factor 10 goes "
    "with the mean squared error, 20 with its root.",
}
TOLERANCE = 6e-3
"""dB. Room for a value rounded to two decimals; float32 sums of squares are off by 1e-5 dB, and
the nearest mistake by half a decibel."""


def draw(rng: np.random.Generator) -> Challenge:
    """A batch whose images differ much in quality, other ranks, and a pair of equal images.

    Besides, black images and white ones, which the probe makes: their mean squared error is 1, and
    the sum of the squares is more than half precision holds.

    Drawn again until all mistakes lie apart on the batch.
    """
    while True:
        clean, restored = _pair(rng, (4, 28, 28), rng.permutation([0.05, 0.12, 0.2, 0.35]))
        if apart({"right": psnr(clean, restored)} | mistakes(clean, restored)):
            break
    arrays = {"batch/clean": clean, "batch/restored": restored}
    for name, shape in {"single": (28, 28), "channel": (2, 28, 28, 1), "flat": (60,)}.items():
        clean, restored = _pair(rng, shape, np.full(shape[0], 0.15))
        arrays |= {f"{name}/clean": clean, f"{name}/restored": restored}
    equal = rng.random((3, 28, 28), dtype=np.float32)
    arrays |= {"identical/clean": equal, "identical/restored": equal.copy()}
    pairs = ["batch", "single", "channel", "flat", "identical"]
    return Challenge(arrays, {"pairs": pairs, "black_and_white": [100, 28, 28]})


def _pair(
    rng: np.random.Generator, shape: tuple[int, ...], spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Clean pixels and noisy ones; `spread` is the level of noise for each index of axis 0."""
    clean = rng.uniform(0.0, 0.8, shape)
    noise = rng.normal(size=shape) * spread.reshape((-1,) + (1,) * (len(shape) - 1))
    return clean.astype(np.float32), np.clip(clean + noise, 0, 1).astype(np.float32)


def psnr(clean: np.ndarray, restored: np.ndarray) -> float:
    """−10 log10 MSE in dB, for a peak of 1, over all pixels; infinity for equal arrays."""
    mse = np.mean((clean.astype(np.float64) - restored) ** 2)
    return float("inf") if mse == 0 else float(0.0 - 10 * np.log10(mse))


def mistakes(clean: np.ndarray, restored: np.ndarray) -> dict[str, np.ndarray | float]:
    """What each known misconception makes of a batch of images; some in two variants."""
    squares = (clean.astype(np.float64) - restored) ** 2
    mse = squares.mean()
    right = -10 * np.log10(mse)
    return {
        "mean_of_per_image": np.mean(-10 * np.log10(squares.mean(axis=(1, 2)))),
        "natural_log": -10 * np.log(mse),
        "twenty_log10_of_mse": 2 * right,
        "wrong_peak": right + 20 * np.log10(255),
        "wrong_peak/maximum": right + 20 * np.log10(clean.max()),
        "wrong_peak/two": right + 20 * np.log10(2),
        "wrong_peak/not_squared": right + 10 * np.log10(255),
        "wrong_sign": -right,
        "no_logarithm": mse,
        "no_logarithm/inverse": 1 / mse,
        "root_mean_square_error": right / 2,
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """One number for the batch and its value; then other ranks, equal images, the arguments."""
    result = sheet.array(SCALAR, "batch", CALL, MESSAGES["expected"])
    if result is None:
        return
    if result.size != 1:
        sheet.fail(SCALAR, MESSAGES["scalar"].format(came=shape_text(result.shape)))
        return
    sheet.ok(SCALAR)
    _judge_value(sheet, challenge, BATCH, "batch")
    sheet.judge_arguments(ARGUMENTS, BATCH, MESSAGES["arguments"])
    if not sheet.passed(BATCH):
        return
    for name in ("single", "channel", "flat"):
        if not sheet.decided(RANKS):
            _judge_value(sheet, challenge, RANKS, name)
    if not sheet.decided(RANKS):
        _judge_black_and_white(sheet, challenge)
    if not sheet.decided(RANKS):
        sheet.ok(RANKS)
    _judge_identical(sheet)


def _judge_value(sheet: Sheet, challenge: Challenge, criterion: str, name: str) -> None:
    clean, restored = (challenge.arrays[f"{name}/{which}"] for which in ("clean", "restored"))
    _compare(sheet, criterion, name, clean, restored)


def _judge_black_and_white(sheet: Sheet, challenge: Challenge) -> None:
    shape = challenge.facts["black_and_white"]
    _compare(sheet, RANKS, "black_and_white", np.zeros(shape), np.ones(shape))


def _compare(
    sheet: Sheet, criterion: str, name: str, clean: np.ndarray, restored: np.ndarray
) -> None:
    """Fail the criterion if the value for one pair is wrong; pass it if the pair is the batch."""
    result = sheet.array(criterion, name, CALL, MESSAGES["expected"])
    if result is None:
        return
    expected = psnr(clean, restored)
    if result.size == 1 and close(result.ravel(), np.array([expected]), rtol=0, atol=TOLERANCE):
        if criterion == BATCH:
            sheet.ok(BATCH)
        return
    if result.size != 1:
        sheet.fail(criterion, MESSAGES["scalar"].format(came=shape_text(result.shape)))
        return
    message = MESSAGES["value"].format(
        expected=expected,
        shape=shape_text(clean.shape),
        mse=10 ** (-expected / 10),
        came=float(result.ravel()[0]),
    )
    mistake = None
    if name == "batch":
        found = recognise(result.reshape(()), mistakes(clean, restored), rtol=1e-4)
        mistake = found.split("/")[0] if found else None
    if mistake is not None:
        message += " " + MESSAGES[mistake]
    sheet.fail(criterion, message, mistake)


def _judge_identical(sheet: Sheet) -> None:
    result = sheet.array(IDENTICAL, "identical", CALL, MESSAGES["expected"])
    if result is None:
        return
    came = float(result.ravel()[0]) if result.size == 1 else float("nan")
    sheet.decide(IDENTICAL, came == np.inf, MESSAGES["identical"].format(came=f"{came:g}"))
