"""denoising_gain: PSNR of restored images minus PSNR of noisy ones, in dB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.judges.networks import sigmoid
from autograder.judges.noise import noise_fault
from autograder.judges.numbers import apart, close, recognise
from autograder.judges.peak_signal_to_noise_ratio import psnr
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SCALAR, RESTORES, NOISE = "A single number", "Restores at inference", "Noise added to the images"
GAIN, ARGUMENTS = "Value of the gain", "Arguments left alone"
CRITERIA = {SCALAR: 0.1, RESTORES: 0.15, NOISE: 0.25, GAIN: 0.4, ARGUMENTS: 0.1}

CALL = "denoising_gain(dae, clean_images, {stddev:g})"
MESSAGES = Messages() | {
    "expected": "one number, in dB",
    "scalar": "Expected one number for all images together, got an array of shape {came}.",
    "never_called": "Expected the model to restore the noisy images; it was never called.",
    "training_mode": "Expected the model to be called at inference; it was called with "
    "training=True, where it adds noise of its own.",
    "images": "Expected the {count} images to be restored once each; {came} images reached the "
    "model.",
    "clean_input": "Expected noisy images to reach the model; it was given the clean ones, and "
    "there was nothing to restore.",
    "same_level": "Expected noise of standard deviation {stddev:g}, the argument, got {came:.3f} "
    "whatever the argument says.",
    "gain": "Expected a gain of {expected:.3f} dB for the noise you drew, got {came:.3f}.",
    "wrong_sign": "The sign is turned: a model that helps has a positive gain.",
    "restored_only": "That is the PSNR of the restored images alone; subtract that of the noisy "
    "ones.",
    "ratio": "That is a quotient; decibels are logarithms already, and are subtracted.",
    "noise_in_target": "You compare the restored images with the noisy ones; the truth is the "
    "clean ones.",
    "mean_of_per_image": "That is the mean of the gains of single images; take the mean squared "
    "error over all pixels of all images first.",
    "natural_log": "That is with natural logarithms; decibels want log10.",
    "twenty_log10_of_mse": "That is twice the gain: the factor is 10 with the mean squared error.",
    "root_mean_square_error": "That is half the gain: with the root of the mean squared error the "
    "factor is 20.",
    "no_logarithm": "That is a difference of mean squared errors, not of decibels.",
    "two_draws": "That is near, but not equal: are the noisy images that you measure the same "
    "ones that you restore?",
    "arguments": "Expected the clean images to stay as they were, but your function changed them "
    "in place: add the noise to a copy.",
}
TOLERANCE = 6e-3
"""dB. Room for a value rounded to two decimals; float32 sums of squares are off by 4e-5 dB."""
USUAL_STDDEV = 0.2


@dataclass(frozen=True)
class Seen:
    """What one case's call was seen to do; images as rows of 784 pixels, float64."""

    clean: np.ndarray
    given: tuple[np.ndarray, ...]
    """What the model was given: whole sets of images, each different one once."""
    steepness: float
    in_training: bool
    count: int


def draw(rng: np.random.Generator) -> Challenge:
    """Two sets of images, two levels of noise, and the steepness of a stand-in denoiser.

    The stand-in gives sigmoid(steepness·(x − ½)): like a real one it stays inside [0, 1]. It helps
    where pixels are black or white, and harms where they are grey; some of the images are grey,
    so that the mean of the images' PSNRs is far from the PSNR of all. Drawn again until all
    mistakes lie twice as far apart as they need to, since the answer draws the noise.
    """
    steepness = round(float(rng.uniform(6.3, 7.0)), 3)
    arrays, levels = {}, {}
    for case, (count, stddevs, shares_of_grey) in _CASES.items():
        while True:
            images = _images(rng, count, rng.uniform(*shares_of_grey))
            levels[case] = round(float(rng.uniform(*stddevs)), 3)
            clean = images.reshape(-1, 784).astype(np.float64)
            noisy = clean + rng.normal(0, levels[case], clean.shape)
            seen = Seen(clean, (noisy,), steepness, in_training=False, count=count)
            if apart(mistakes(seen, noisy, psnr), share=0.1):
                break
        arrays[f"{case}/images"] = images
    facts = {
        "cases": levels,
        "steepness": steepness,
        "training_steepness": 2.0,
        # What stands in for another exercise's answer: numbers with differences all their own.
        "stand_in_psnr": [round(float(value), 3) for value in rng.uniform(8, 30, 8)],
    }
    return Challenge(arrays, facts)


# Number of images, range of the noise's standard deviation, range of the share of grey images:
# where, by trial, mistakes mostly lie apart.
_CASES = {
    "strong": (40, (0.27, 0.33), (0.25, 0.35)),
    "weak": (16, (0.11, 0.14), (0.42, 0.58)),
}


def _images(rng: np.random.Generator, count: int, share_of_grey: float) -> np.ndarray:
    """Images of nearly black and nearly white pixels, and some of grey ones."""
    grey = np.arange(count) < count * share_of_grey
    contrast = np.where(grey, 0.1, 1.0)[:, None, None] * rng.uniform(0.8, 1.0, (count, 28, 28))
    sign = rng.choice([-1.0, 1.0], contrast.shape)
    return rng.permutation(0.5 + 0.5 * sign * contrast).astype(np.float32)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """One number; then, in each case, what reached the model, and whether the number follows."""
    results = {}
    for case, stddev in challenge.facts["cases"].items():
        result = sheet.array(SCALAR, case, CALL.format(stddev=stddev), MESSAGES["expected"])
        if result is None:
            return
        if result.size != 1:
            sheet.fail(SCALAR, MESSAGES["scalar"].format(came=shape_text(result.shape)))
            return
        results[case] = result.reshape(())
    sheet.ok(SCALAR)
    cases = {case: _seen(sheet, challenge, case) for case in results}
    _judge_restores(sheet, cases)
    if all(seen.given for seen in cases.values()):
        _judge_noise(sheet, challenge, cases)
    if all(_noisy(seen) for seen in cases.values()):
        _judge_gain(sheet, challenge, cases, results)
    sheet.judge_arguments(ARGUMENTS, GAIN, MESSAGES["arguments"])


def _seen(sheet: Sheet, challenge: Challenge, case: str) -> Seen:
    facts, arrays = sheet.evidence.facts, sheet.evidence.arrays
    clean = challenge.arrays[f"{case}/images"].reshape(-1, 784).astype(np.float64)
    in_training = facts[f"{case}/trained_on/count"] > 0
    name = f"{case}/trained_on" if in_training else f"{case}/inferred_on"
    count = facts[f"{name}/count"]
    rows = arrays[name].reshape(-1, 784).astype(np.float64)
    whole = len(rows) // len(clean) if count % len(clean) == 0 else 0
    sets: list[np.ndarray] = []
    for index in range(whole):
        block = rows[index * len(clean) : (index + 1) * len(clean)]
        if not any(np.array_equal(block, other) for other in sets):
            sets.append(block)
    steepness = challenge.facts["training_steepness" if in_training else "steepness"]
    return Seen(clean, tuple(sets), steepness, in_training, count)


def _noisy(seen: Seen) -> list[np.ndarray]:
    return [images for images in seen.given if np.abs(images - seen.clean).max() > 1e-3]


def _judge_restores(sheet: Sheet, cases: dict[str, Seen]) -> None:
    for seen in cases.values():
        if seen.count == 0:
            sheet.fail(RESTORES, MESSAGES["never_called"])
            return
        if seen.in_training:
            sheet.fail(RESTORES, MESSAGES["training_mode"], "training_mode")
            return
        if not seen.given:
            count = len(seen.clean)
            sheet.fail(RESTORES, MESSAGES["images"].format(count=count, came=seen.count))
            return
    sheet.ok(RESTORES)


def _judge_noise(sheet: Sheet, challenge: Challenge, cases: dict[str, Seen]) -> None:
    levels = challenge.facts["cases"]
    faults = []
    for case, seen in cases.items():
        noisy = _noisy(seen)
        if not noisy:
            sheet.fail(NOISE, MESSAGES["clean_input"], "clean_input")
            return
        noise = np.stack(noisy) - seen.clean
        fault = noise_fault(noise, seen.clean, levels[case], USUAL_STDDEV)
        if fault is not None:
            faults.append((case, *fault, float(np.sqrt(np.mean(noise**2)))))
    if not faults:
        sheet.ok(NOISE)
        return
    case, mistake, message, came = faults[0]
    spreads = [float(np.std(np.stack(_noisy(seen)) - seen.clean)) for seen in cases.values()]
    if mistake == "wrong_noise_level" and max(spreads) < 1.05 * min(spreads):
        mistake = "noise_level_ignored"
        message = MESSAGES["same_level"].format(stddev=levels[case], came=came)
    sheet.fail(NOISE, message, mistake)


def _judge_gain(
    sheet: Sheet, challenge: Challenge, cases: dict[str, Seen], results: dict[str, np.ndarray]
) -> None:
    for case, seen in cases.items():
        result = results[case]
        measure = _Measure(sheet, challenge, case)
        gains = [
            measure(seen.clean, _restored(images, seen)) - measure(seen.clean, images)
            for images in _noisy(seen)
        ]
        # An answer may average over several draws of noise.
        if any(close(result, np.array(g), 0, TOLERANCE) for g in (*gains, np.mean(gains))):
            continue
        candidates = mistakes(seen, _noisy(seen)[0], measure)
        found = recognise(result, candidates, rtol=1e-3, atol=TOLERANCE)
        mistake = found.split("/")[0] if found else None
        if mistake is None and measure.calls >= 2 * len(seen.clean):
            mistake = "mean_of_per_image"
        message = MESSAGES["gain"].format(expected=gains[0], came=float(result))
        if mistake is not None:
            message += " " + MESSAGES[mistake]
        elif abs(float(result) - gains[0]) < 0.15:
            message += " " + MESSAGES["two_draws"]
        sheet.fail(GAIN, message, mistake)
        return
    sheet.ok(GAIN)


def _restored(images: np.ndarray, seen: Seen) -> np.ndarray:
    return sigmoid(seen.steepness * (images - 0.5))


class _Measure:
    """PSNR as the answer measured it: by itself, or by the stand-in, which named the number."""

    def __init__(self, sheet: Sheet, challenge: Challenge, case: str) -> None:
        self._arrays = sheet.evidence.arrays
        self._values = challenge.facts["stand_in_psnr"]
        self._prefix = f"{case}/psnr"
        self.calls = sheet.evidence.facts.get(f"{case}/psnr/calls", 0)

    def __call__(self, reference: np.ndarray, images: np.ndarray) -> float:
        """The PSNR of `images` (rows of pixels), in dB."""
        for call in range(min(self.calls, len(self._values))):
            pair = [self._arrays.get(f"{self._prefix}/{call}/{index}") for index in (0, 1)]
            if _same(pair[0], reference) and _same(pair[1], images):
                return self._values[call]
            if _same(pair[1], reference) and _same(pair[0], images):
                return self._values[call]
        return psnr(reference, images)


def _same(came: np.ndarray | None, rows: np.ndarray) -> bool:
    return (
        came is not None and came.size == rows.size and close(came.ravel(), rows.ravel(), 0, 1e-4)
    )


def mistakes(
    seen: Seen, noisy: np.ndarray, measure: Callable[[np.ndarray, np.ndarray], float]
) -> dict[str, float]:
    """The right gain and what each known misconception gives, for one draw of noise."""
    clean, restored = seen.clean, _restored(noisy, seen)
    right, before = measure(clean, restored), measure(clean, noisy)
    against_noisy = measure(noisy, restored)
    gain = right - before
    per_image = [psnr(c, r) - psnr(c, n) for c, r, n in zip(clean, restored, noisy, strict=True)]
    errors = [float(np.mean((clean - images) ** 2)) for images in (noisy, restored)]
    return {
        "right": gain,
        "wrong_sign": -gain,
        "restored_only": right,
        "ratio": right / before,
        "noise_in_target": against_noisy - before,
        "noise_in_target/alone": against_noisy,
        "noise_in_target/difference": right - against_noisy,
        "mean_of_per_image": float(np.mean(per_image)),
        "natural_log": gain * float(np.log(10)),
        "twenty_log10_of_mse": 2 * gain,
        "root_mean_square_error": gain / 2,
        "no_logarithm": errors[0] - errors[1],
        "no_logarithm/sign": errors[1] - errors[0],
    }
