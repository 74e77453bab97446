"""vae_loss: mean over the batch of (cross-entropy summed over pixels + KL), in nats per image."""

from __future__ import annotations

import numpy as np

from autograder.judges.kl_divergence import MESSAGES as KL_MESSAGES
from autograder.judges.kl_divergence import divergence
from autograder.judges.kl_divergence import mistakes as kl_mistakes
from autograder.judges.numbers import close, recognise, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SCALAR, RECONSTRUCTION, KL = "A scalar", "Reconstruction term", "KL term"
GRADIENTS, UNIT = "Gradients", "Nats per image"
CRITERIA = {SCALAR: 0.1, RECONSTRUCTION: 0.3, KL: 0.3, GRADIENTS: 0.1, UNIT: 0.2}

CALL = "vae_loss(images, reconstructions, codings_mean, codings_log_var)"
MESSAGES = Messages() | {
    "expected": "one number, in nats per image",
    "scalar": "Expected one number for the whole batch, got an array of shape {came}.",
    "not_reduced": "That is one number for each image: take their mean.",
    "not_finite": "Expected a finite loss, got {what}.",
    "reconstruction": "Expected {expected:.3f} nats for codings at the prior, where the KL is 0; "
    "got {came:.3f}.",
    "kl": "Expected the KL to add {expected:.3f} nats; it adds {came:.3f}.",
    "kl_omitted": "The KL is not in the loss.",
    "kl_averaged": "That is the KL averaged over the codings; sum it.",
    "kl_summed_over_batch": "That is the KL summed over the images; take their mean.",
    "wrong_sign_of_kl": "The KL is subtracted; it must be added.",
    "wrong_sign": "The sign of the whole loss is turned: it is minimised.",
    "mean_bce_with_full_kl": "The cross-entropy is averaged over the 784 pixels, and the KL is "
    "not: the KL counts 784 times too much, and the codings will collapse.",
    "sum_bce_with_scaled_kl": "The cross-entropy is summed over the 784 pixels, and the KL is "
    "divided by them: it counts 784 times too little.",
    "bce_averaged": "That is the cross-entropy averaged over the 784 pixels; sum it.",
    "kl_over_pixels": "That is the KL divided by the 784 pixels; they have no part in it.",
    "bce_summed_over_one_axis": "That is the cross-entropy summed over one axis of the image and "
    "averaged over the other: 28 times too little.",
    "bce_summed_over_batch": "That is the cross-entropy summed over the images too; take their "
    "mean.",
    "mse_for_bce": "That is a squared error; this loss has the binary cross-entropy.",
    "from_logits": "That is the value with from_logits=True; the reconstructions are "
    "probabilities.",
    "reconstruction_omitted": "The cross-entropy is not in the loss.",
    "half_missing": "The KL counts twice: its factor ½ is missing.",
    "per_pixel": "Both terms are right, in another unit: divided by the 784 pixels. The lesson "
    "counts nats per image.",
    "summed_over_batch": "Both terms are right, in another unit: summed over the images. The "
    "lesson takes their mean, so that the loss does not grow with the batch.",
    "numpy_inside": "Expected gradients with respect to all arguments but the images, got none for "
    "{which}: NumPy, `float` or a stopped gradient cuts them off. Use tf or keras.ops.",
    "gradient_values": "The values are right, but the gradient with respect to {which} is not that "
    "of the loss. Is something detached, or rounded?",
    "gradients_raised": "tape.gradient(vae_loss(…), …)",
    "the_reconstructions": "the reconstructions",
    "the_mean": "the mean",
    "the_log_var": "log_var",
    "other_unit": "Both terms are right, but {factor:.4g} times the nats per image.",
}
RTOL = 2e-4
"""Float32 sums of some thousand terms are off by 1e-5 of their value at the most."""


def draw(rng: np.random.Generator) -> Challenge:
    """Two batches of different lengths, each with codings at the prior and away from it.

    Reconstructions stay in [0.02, 0.98], where libraries clip alike.
    """
    arrays = {}
    for batch, count in {"five": 5, "nine": 9}.items():
        reconstructions = rng.uniform(0.02, 0.98, (count, 28, 28))
        noise = rng.normal(0, 0.2, reconstructions.shape)
        images = np.clip(reconstructions + noise, 0, 1)
        for case in (f"{batch}/prior", f"{batch}/away"):
            at = 0.0 if case.endswith("prior") else 1.0
            arrays[f"{case}/images"] = images
            arrays[f"{case}/reconstructions"] = reconstructions
            arrays[f"{case}/mean"] = at * rng.normal(2, 2, (count, 6))
            arrays[f"{case}/log_var"] = at * rng.uniform(-5, 3, (count, 6))
    cases = ["five/prior", "five/away", "nine/prior", "nine/away"]
    stand_in = [round(float(rng.uniform(1.1, 1.9)), 3), round(float(rng.uniform(0.2, 0.4)), 3)]
    return Challenge(
        {name: array.astype(np.float32) for name, array in arrays.items()},
        {"cases": cases, "stand_in": stand_in, "gradients_of": "five/away"},
    )


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """One number a batch; the reconstruction at the prior; what the KL adds; gradients; unit."""
    losses = {}
    for case in challenge.facts["cases"]:
        loss = sheet.array(SCALAR, case, CALL, MESSAGES["expected"])
        if loss is None:
            return
        count = len(challenge.arrays[f"{case}/images"])
        if loss.size != 1 and not sheet.decided(SCALAR):
            mistake = "not_reduced" if loss.shape == (count,) else None
            message = MESSAGES["scalar"].format(came=shape_text(loss.shape))
            sheet.fail(SCALAR, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)
            if mistake is None:
                return
        what = unusable(loss)
        if what is not None:
            sheet.fail(RECONSTRUCTION, MESSAGES["not_finite"].format(what=what))
            return
        losses[case] = float(loss.astype(np.float64).mean())
    if not sheet.decided(SCALAR):
        sheet.ok(SCALAR)
    _judge_terms(sheet, challenge, losses)


def _judge_terms(sheet: Sheet, challenge: Challenge, losses: dict[str, float]) -> None:
    """Compare both terms on both batches with right ones, then with a common other unit."""
    came = {
        batch: (losses[f"{batch}/prior"], losses[f"{batch}/away"] - losses[f"{batch}/prior"])
        for batch in ("five", "nine")
    }
    right = {batch: _right_terms(sheet, challenge, batch) for batch in came}
    counts = {batch: len(challenge.arrays[f"{batch}/prior/images"]) for batch in came}
    units = {"right": 1.0, "per_pixel": 1 / 784}
    for unit, factor in units.items():
        if all(_agree(came[batch], right[batch], factor) for batch in came):
            _write_unit(sheet, unit, factor)
            _judge_gradients(sheet, challenge, factor)
            return
    for unit, share in (("summed_over_batch", 1.0), ("other_unit", 1 / 784)):
        if all(_agree(came[batch], right[batch], share * counts[batch]) for batch in came):
            _write_unit(sheet, unit, share * counts["five"])
            _judge_gradients(sheet, challenge, share * counts["five"])
            return
    factor = came["five"][0] / right["five"][0]
    if factor > 0 and all(_agree(came[batch], right[batch], factor) for batch in came):
        _write_unit(sheet, "other_unit", factor)
        _judge_gradients(sheet, challenge, factor)
        return
    if all(_agree(came[batch], right[batch], -1.0) for batch in came):
        message = MESSAGES["reconstruction"].format(expected=right["five"][0], came=came["five"][0])
        message = f"{message} {MESSAGES['wrong_sign']}"
        for criterion in (RECONSTRUCTION, KL):
            sheet.fail(criterion, message, "wrong_sign")
        return
    _judge_kl(sheet, challenge, came["five"], right["five"])
    _judge_reconstruction(sheet, challenge, came["five"][0], right["five"][0])
    if sheet.passed(RECONSTRUCTION) and sheet.passed(KL):
        # The batch of five is right, that of nine is not.
        message = MESSAGES["reconstruction"].format(expected=right["nine"][0], came=came["nine"][0])
        sheet.fail(RECONSTRUCTION, message)


def _agree(came: tuple[float, float], right: tuple[float, float], factor: float) -> bool:
    # The KL term is a difference of two losses, and inherits the rounding of both.
    slack = 3 * RTOL * abs(factor) * (right[0] + abs(right[1]))
    return abs(came[0] - factor * right[0]) <= RTOL * abs(factor * right[0]) and abs(
        came[1] - factor * right[1]
    ) <= min(slack, 0.02 * abs(factor * right[1]))


def _write_unit(sheet: Sheet, unit: str, factor: float) -> None:
    sheet.ok(RECONSTRUCTION)
    sheet.ok(KL)
    if unit == "right":
        if sheet.passed(SCALAR):
            sheet.ok(UNIT)
    else:
        mistake = None if unit == "other_unit" else unit
        sheet.fail(UNIT, MESSAGES[unit].format(factor=factor), mistake)


def _judge_gradients(sheet: Sheet, challenge: Challenge, factor: float) -> None:
    """The gradients of the mean loss of five images, in the unit that the answer has chosen."""
    if not sheet.came(GRADIENTS, "gradients", MESSAGES["gradients_raised"]):
        return
    y, p = _terms(challenge, "five")
    mean, log_var = _codings(challenge, "five")
    slopes = {"the_reconstructions": (p - y) / (p * (1 - p))}
    if sheet.evidence.facts["stand_in_calls"]:
        squares, quarts = challenge.facts["stand_in"]
        slopes |= {"the_mean": 2 * squares * mean, "the_log_var": 2 * quarts * log_var}
    else:
        slopes |= {"the_mean": mean, "the_log_var": 0.5 * np.expm1(log_var)}
    for index, (name, slope) in enumerate(slopes.items()):
        came = sheet.evidence.arrays.get(f"gradients/{index}")
        if came is None:
            message = MESSAGES["numpy_inside"].format(which=MESSAGES[name])
            sheet.fail(GRADIENTS, message, "numpy_inside")
            return
        right = factor / len(y) * slope
        if not close(came, right, rtol=1e-3, atol=1e-4 * float(np.abs(right).max())):
            sheet.fail(GRADIENTS, MESSAGES["gradient_values"].format(which=MESSAGES[name]))
            return
    sheet.ok(GRADIENTS)


def _terms(challenge: Challenge, batch: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and reconstructions of a batch, float64."""
    images, reconstructions = (
        challenge.arrays[f"{batch}/prior/{name}"].astype(np.float64)
        for name in ("images", "reconstructions")
    )
    return images, reconstructions


def _codings(challenge: Challenge, batch: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and log_var of a batch away from the prior, float64."""
    mean, log_var = (
        challenge.arrays[f"{batch}/away/{name}"].astype(np.float64) for name in ("mean", "log_var")
    )
    return mean, log_var


def cross_entropies(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Cross-entropy of each pixel, in nats."""
    y, p = images, reconstructions
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


def _right_terms(sheet: Sheet, challenge: Challenge, batch: str) -> tuple[float, float]:
    images, reconstructions = _terms(challenge, batch)
    reconstruction = cross_entropies(images, reconstructions).sum(axis=(1, 2)).mean()
    return float(reconstruction), float(_divergences(sheet, challenge, batch).mean())


def _divergences(sheet: Sheet, challenge: Challenge, batch: str) -> np.ndarray:
    """The divergence of each image as the answer had it: its own, or the stand-in's."""
    mean, log_var = _codings(challenge, batch)
    if sheet.evidence.facts["stand_in_calls"]:
        squares, quarts = challenge.facts["stand_in"]
        return np.sum(squares * mean**2 + quarts * log_var**2, axis=-1)
    return divergence(mean, log_var)


def _judge_reconstruction(sheet: Sheet, challenge: Challenge, came: float, right: float) -> None:
    if abs(came - right) <= RTOL * right:
        sheet.ok(RECONSTRUCTION)
        return
    y, p = _terms(challenge, "five")
    count = len(y)
    squares = float(((y - p) ** 2).sum(axis=(1, 2)).mean())
    candidates = {
        "mean_bce_with_full_kl": right / 784,
        "bce_summed_over_one_axis": right / 28,
        "bce_summed_over_one_axis/batch": right / 28 * count,
        "bce_summed_over_batch": right * count,
        "mse_for_bce": squares,
        "mse_for_bce/mean": squares / 784,
        "mse_for_bce/batch": squares * count,
        "from_logits": float((np.logaddexp(0, p) - y * p).sum(axis=(1, 2)).mean()),
        "reconstruction_omitted": 0.0,
    }
    mistake = _recognised(came, candidates)
    message = MESSAGES["reconstruction"].format(expected=right, came=came)
    if mistake == "mean_bce_with_full_kl" and not sheet.passed(KL):
        # Half of that mistake: how much the two terms count cannot be said of a wrong KL.
        sheet.fail(RECONSTRUCTION, message + " " + MESSAGES["bce_averaged"])
        return
    sheet.fail(RECONSTRUCTION, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _judge_kl(
    sheet: Sheet,
    challenge: Challenge,
    came_terms: tuple[float, float],
    right_terms: tuple[float, float],
) -> None:
    came, right = came_terms[1], right_terms[1]
    # The loss around the KL may be large: what float32 leaves of a small KL is coarse.
    if abs(came - right) <= 5e-3 * abs(right):
        sheet.ok(KL)
        return
    count, size = challenge.arrays["five/away/mean"].shape
    candidates = {
        "kl_omitted": 0.0,
        "wrong_sign_of_kl": -right,
        "sum_bce_with_scaled_kl": right / 784,
        "kl_averaged": right / size,
        "kl_summed_over_batch": right * count,
        "half_missing": 2 * right,
    }
    mistake = _recognised(came, candidates)
    message = MESSAGES["kl"].format(expected=right, came=came)
    if mistake is None and not sheet.evidence.facts["stand_in_calls"]:
        mean, log_var = (challenge.arrays[f"five/away/{name}"] for name in ("mean", "log_var"))
        variants = {key: float(value.mean()) for key, value in kl_mistakes(mean, log_var).items()}
        mistake = _recognised(came, variants)
        if mistake is not None:
            sheet.fail(KL, f"{message} {KL_MESSAGES[mistake]}", mistake)
            return
    summed = abs(came_terms[0] - right_terms[0]) <= RTOL * right_terms[0]
    if mistake == "sum_bce_with_scaled_kl" and not summed:
        sheet.fail(KL, message + " " + MESSAGES["kl_over_pixels"])
        return
    sheet.fail(KL, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _recognised(came: float, candidates: dict[str, float]) -> str | None:
    found = recognise(np.array(came), candidates, rtol=5e-3, atol=2e-3)
    return found.split("/")[0] if found else None
