"""kl_divergence: −½ Σ (1 + log_var − mean² − exp(log_var)), one number for each image."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import apart, close, recognise, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, VALUES, PRIOR = "One number for each image", "Values", "Zero at the prior"
GRADIENTS, EXTREMES = "Gradients", "Extreme values"
CRITERIA = {SHAPE: 0.1, VALUES: 0.55, PRIOR: 0.05, GRADIENTS: 0.2, EXTREMES: 0.1}

CALL = "kl_divergence(codings_mean, codings_log_var)"
MESSAGES = Messages() | {
    "expected": "a tensor of one number for each image",
    "shape": "Expected the shape {expected} for {count} images with {size} codings each, got "
    "{came}.",
    "not_finite": "Expected finite numbers, got {what}.",
    "values": "Expected {expected:.4f} nats for the first image, got {came:.4f}.",
    "prior": "Expected 0 for mean 0 and log_var 0, where the distribution is the prior itself; got "
    "{came:.4f}.",
    "averaged_over_codings": "That is the mean over the codings; the divergence of independent "
    "codings is their sum.",
    "summed_over_batch": "That is summed over the images too; keep one number for each.",
    "averaged_over_batch": "That is averaged over the images already; keep one number for each.",
    "wrong_sign": "The sign is turned: a divergence is never negative.",
    "half_missing": "That is twice the divergence: the factor ½ is missing.",
    "log_stddev_for_log_var": "You take log_var for the logarithm of the standard deviation; it is "
    "that of the variance.",
    "stddev_for_variance": "The standard deviation stands where the formula has the variance.",
    "one_missing": "The 1 in the bracket is missing.",
    "mean_squared_missing": "The squared mean is missing.",
    "mean_not_squared": "The mean stands in the formula without its square.",
    "log_var_missing": "The term log_var is missing.",
    "exp_missing": "log_var stands where its exponential should.",
    "arguments_swapped": "Mean and log_var have changed places.",
    "numpy_inside": "Expected gradients with respect to both arguments, got none for {which}: "
    "NumPy inside the function, or a stopped gradient, cuts them off. Use tf or keras.ops.",
    "gradient_values": "The values are right, but the gradient with respect to {which} is not that "
    "of the divergence. Is something detached, or rounded?",
    "gradients_raised": "tape.gradient(kl_divergence(…), …)",
    "mean": "the mean",
    "log_var": "log_var",
    "extremes": "Expected {expected:.4g} for mean {mean:g} and log_var {log_var:g}, got {came:g}.",
}
RTOL, ATOL = 1e-4, 1e-5
"""Float32 sums of ten terms of size 1 to 50 are off by some 1e-6 of the largest term."""

EXTREME_PAIRS = ((0.0, -30.0), (50.0, 0.0), (-50.0, -20.0), (0.0, 20.0), (3.0, 60.0))
"""(mean, log_var) outside the usual range; all results are finite in float32."""


def draw(rng: np.random.Generator) -> Challenge:
    """Usual codings, one image alone, the prior, extremes, and weights for the gradients.

    Drawn again until all mistakes lie apart.
    """
    while True:
        mean = rng.normal(0.3, 0.9, (6, 9))
        log_var = rng.uniform(-2.5, 1.5, (6, 9))
        results = {"right": divergence(mean, log_var)} | mistakes(mean, log_var)
        if apart({name: first_image(result) for name, result in results.items()}):
            break
    arrays = {
        "usual/mean": mean,
        "usual/log_var": log_var,
        "one/mean": rng.normal(size=(1, 4)),
        "one/log_var": rng.uniform(-6, 4, (1, 4)),
        "prior/mean": np.zeros((3, 5)),
        "prior/log_var": np.zeros((3, 5)),
        "extreme/mean": np.array([[mean] for mean, _ in EXTREME_PAIRS]),
        "extreme/log_var": np.array([[log_var] for _, log_var in EXTREME_PAIRS]),
        "weights": rng.uniform(0.5, 2, 6),
    }
    cases = ["usual", "one", "prior", "extreme"]
    return Challenge({k: v.astype(np.float32) for k, v in arrays.items()}, {"cases": cases})


def divergence(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) summed over the last axis (Kingma & Welling 2014, B)."""
    mean, log_var = mean.astype(np.float64), log_var.astype(np.float64)
    return -0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=-1)


def mistakes(mean: np.ndarray, log_var: np.ndarray) -> dict[str, np.ndarray]:
    """What each known misconception gives."""
    m, v = mean.astype(np.float64), log_var.astype(np.float64)

    def total(terms: np.ndarray) -> np.ndarray:
        return -0.5 * np.sum(terms, axis=-1)

    right = divergence(m, v)
    return {
        "averaged_over_codings": right / m.shape[-1],
        "wrong_sign": -right,
        "half_missing": 2 * right,
        "log_stddev_for_log_var": total(1 + 2 * v - m**2 - np.exp(2 * v)),
        "stddev_for_variance": total(1 + v - m**2 - np.exp(v / 2)),
        "one_missing": total(v - m**2 - np.exp(v)),
        "mean_squared_missing": total(1 + v - np.exp(v)),
        "mean_not_squared": total(1 + v - m - np.exp(v)),
        "log_var_missing": total(1 - m**2 - np.exp(v)),
        "exp_missing": total(1 - m**2 + 0 * v),
        "arguments_swapped": divergence(v, m),
    }


def first_image(result: np.ndarray) -> float:
    """The number that a message shows, and by which mistakes are told apart."""
    return float(np.ravel(result)[0])


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape and values; then the prior, the gradients and extreme values."""
    result = sheet.array(SHAPE, "usual", CALL, MESSAGES["expected"])
    if result is None:
        return
    mean, log_var = (challenge.arrays[f"usual/{name}"] for name in ("mean", "log_var"))
    if result.shape != (len(mean),):
        _fail_shape(sheet, result, mean, log_var)
        return
    sheet.ok(SHAPE)
    for case in ("usual", "one"):
        if not sheet.decided(VALUES):
            _judge_values(sheet, challenge, case)
    if sheet.decided(VALUES):
        return
    sheet.ok(VALUES)
    prior = sheet.array(PRIOR, "prior", CALL, MESSAGES["expected"])
    if prior is not None:
        met = prior.shape == (3,) and close(prior, np.zeros(3), 0, 1e-5)
        came = float(np.ravel(prior)[0]) if prior.size else float("nan")
        sheet.decide(PRIOR, met, MESSAGES["prior"].format(came=came))
    _judge_gradients(sheet, challenge)
    _judge_extremes(sheet, challenge)


def _fail_shape(sheet: Sheet, result: np.ndarray, mean: np.ndarray, log_var: np.ndarray) -> None:
    message = MESSAGES["shape"].format(
        expected=f"({len(mean)},)",
        count=len(mean),
        size=mean.shape[1],
        came=shape_text(result.shape),
    )
    right = divergence(mean, log_var)
    candidates: dict[str, np.ndarray | float] = {
        "summed_over_batch": right.sum(),
        "averaged_over_batch": right.mean(),
        "averaged_over_codings": right.mean() / mean.shape[1],
    }
    terms = -0.5 * (1.0 + log_var - mean.astype(np.float64) ** 2 - np.exp(log_var))
    if result.shape == (mean.shape[1],) and close(result, terms.sum(axis=0), RTOL, ATOL):
        mistake: str | None = "summed_over_batch"
    else:
        mistake = recognise(
            result.reshape(-1), {k: np.array([v]) for k, v in candidates.items()}, RTOL
        )
    sheet.fail(SHAPE, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _judge_values(sheet: Sheet, challenge: Challenge, case: str) -> None:
    """Fail the criterion if the values of one case are wrong."""
    result = sheet.array(VALUES, case, CALL, MESSAGES["expected"])
    if result is None:
        return
    mean, log_var = (challenge.arrays[f"{case}/{name}"] for name in ("mean", "log_var"))
    right = divergence(mean, log_var)
    if close(result, right, RTOL, ATOL):
        return
    what = unusable(result)
    if result.shape != right.shape or what is not None:
        message = MESSAGES["shape"].format(
            expected=shape_text(right.shape),
            count=len(mean),
            size=mean.shape[1],
            came=shape_text(result.shape),
        )
        sheet.fail(VALUES, MESSAGES["not_finite"].format(what=what) if what else message)
        return
    message = MESSAGES["values"].format(expected=first_image(right), came=first_image(result))
    mistake = recognise(result, mistakes(mean, log_var), 1e-3, 1e-4)
    sheet.fail(VALUES, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _judge_gradients(sheet: Sheet, challenge: Challenge) -> None:
    if not sheet.came(GRADIENTS, "gradients", MESSAGES["gradients_raised"]):
        return
    mean, log_var = (
        challenge.arrays[f"usual/{name}"].astype(np.float64) for name in ("mean", "log_var")
    )
    weights = challenge.arrays["weights"][:, None]
    right = {"mean": weights * mean, "log_var": weights * 0.5 * np.expm1(log_var)}
    for index, (name, expected) in enumerate(right.items()):
        came = sheet.evidence.arrays.get(f"gradients/{index}")
        if came is None:
            message = MESSAGES["numpy_inside"].format(which=MESSAGES[name])
            sheet.fail(GRADIENTS, message, "numpy_inside")
            return
        if not close(came, expected, 1e-3, 1e-4):
            sheet.fail(GRADIENTS, MESSAGES["gradient_values"].format(which=MESSAGES[name]))
            return
    sheet.ok(GRADIENTS)


def _judge_extremes(sheet: Sheet, challenge: Challenge) -> None:
    result = sheet.array(EXTREMES, "extreme", CALL, MESSAGES["expected"])
    if result is None:
        return
    right = divergence(challenge.arrays["extreme/mean"], challenge.arrays["extreme/log_var"])
    came = result.reshape(-1).astype(np.float64) if result.size == right.size else right * np.nan
    wrong = ~np.isclose(came, right, rtol=1e-3, atol=1e-3)
    index = int(np.argmax(wrong))
    mean, log_var = EXTREME_PAIRS[index]
    message = MESSAGES["extremes"].format(
        expected=right[index], mean=mean, log_var=log_var, came=came[index]
    )
    sheet.decide(EXTREMES, not wrong.any(), message)
