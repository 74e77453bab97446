"""Sampling: z = mean + exp(log_var/2)·ε, with ε ~ N(0, I) fresh for each call, row, dimension."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.judges.noise import gaussian_fault
from autograder.judges.numbers import close, stddev_bounds, unusable
from autograder.judges.sheet import Sheet, a, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, DISTRIBUTION, FRESH = "A layer that gives codings", "Mean and spread", "Fresh, independent"
EVERYWHERE, GRADIENTS = "Any batch, in a graph, at inference", "Gradients to mean and log_var"
CRITERIA = {SHAPE: 0.1, DISTRIBUTION: 0.35, FRESH: 0.25, EVERYWHERE: 0.15, GRADIENTS: 0.15}

CALL = "Sampling()([mean, log_var])"
MESSAGES = Messages() | {
    "expected": "a tensor of codings",
    "a_layer": "a layer",
    "instance": "Expected the class `Sampling` itself, got an instance of it: hand it over without "
    "brackets.",
    "not_callable": "Expected `Sampling()` to give a layer, got {came}.",
    "shape": "Expected codings of shape {expected}, like the mean, got {came}.",
    "not_finite": "Expected finite codings, got {what}.",
    "no_noise": "Expected codings that scatter around the mean; they are the mean itself.",
    "constant_for_noise": "Expected random noise; the codings are a fixed function of mean and "
    "log_var.",
    "variance_for_stddev": "You scale the noise by exp(log_var), which is the variance; noise is "
    "scaled by a standard deviation.",
    "log_var_for_stddev": "You scale the noise by log_var itself; it must first become a standard "
    "deviation.",
    "inverse_stddev": "You scale the noise by the inverse of the standard deviation: the sign in "
    "the exponent is turned.",
    "unit_stddev": "The spread is 1 whatever log_var says.",
    "arguments_swapped": "Mean and log_var have changed places: the list is [mean, log_var].",
    "mean_missing": "The codings scatter around 0; the mean is missing.",
    "spread": "Expected the codings' distance from the mean, in standard deviations, to have a "
    "root mean square of 1; got {low:.3f} where log_var is small and {high:.3f} where it is large.",
    "noise_not_centred": "Expected noise with mean 0, got {mean:+.3f} standard deviations.",
    "uniform_noise": "Expected noise from the standard normal distribution; this is uniform.",
    "noise_not_normal": "Expected noise from the standard normal distribution; its spread is "
    "right, its shape is not.",
    "noise_shared_by_rows": "Expected noise of its own for each image; all rows of the batch share "
    "it. Give it the shape of the mean.",
    "noise_shared_by_dimensions": "Expected noise of its own for each coding; all codings of an "
    "image share it. Give it the shape of the mean.",
    "noise_repeats": "Expected fresh noise at every call; {where} gives the same again. Is the "
    "seed fixed, or the noise drawn once, or by NumPy while a graph is built?",
    "two_calls": "the second call",
    "two_graph_calls": "the second call inside a `tf.function`",
    "two_model_calls": "the second call of a model that holds the layer",
    "batch_size_fixed": "Works for a batch of {usual}, but not for one of {count}: {fault} Take "
    "the batch size from the mean, with tf.shape or keras.ops.shape.",
    "gives_shape": "got the shape {came}.",
    "in_graph": "Sampling()([mean, log_var]) inside a tf.function",
    "in_model": "Sampling() on the inputs of a Keras model",
    "training_only": "Expected noise at inference too; there the codings are the mean. A "
    "variational encoder always draws.",
    "numpy_inside": "Expected gradients with respect to both inputs, got none for {which}: NumPy "
    "inside the layer, or a stopped gradient, cuts them off. Use tf or keras.ops.",
    "gradient_values": "The gradient with respect to {which} is not that of noise scaled by the "
    "standard deviation and moved to the mean. Is something detached?",
    "mean": "the mean",
    "log_var": "log_var",
    "gradients_raised": "tape.gradient of Sampling()([mean, log_var])",
}


def draw(rng: np.random.Generator) -> Challenge:
    """400 rows of six means and log variances, and weights for the gradients.

    log_var keeps away from 0, where many wrong spreads are right, and mean from log_var. Gradients,
    and the calls of a model, are of the first `few` rows.
    """
    shape = (400, 6)
    sign = rng.choice([-1.0, 1.0], shape)
    arrays = {
        "mean": rng.uniform(1.0, 3.0, shape) * rng.choice([-1.0, 1.0], shape),
        "log_var": np.where(sign > 0, rng.uniform(0.8, 2.0, shape), rng.uniform(-4, -1, shape)),
        "weights": rng.uniform(0.5, 2.0, shape),
    }
    return Challenge(
        {name: array.astype(np.float32) for name, array in arrays.items()},
        {"other_counts": [7, 1, 32], "few": 100},
    )


# How a misconception would have made z: the noise that it implies is standard normal if the
# misconception is the one at work.
_IMPLIED: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    "variance_for_stddev": lambda z, m, v: (z - m) / np.exp(v),
    "log_var_for_stddev": lambda z, m, v: (z - m) / v,
    "inverse_stddev": lambda z, m, v: (z - m) * np.exp(v / 2),
    "unit_stddev": lambda z, m, v: z - m,
    "arguments_swapped": lambda z, m, v: (z - v) / np.exp(m / 2),
    "mean_missing": lambda z, m, v: z / np.exp(v / 2),
}


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """A layer and its shape, the distribution, freshness; then every way of calling it."""
    if sheet.evidence.facts["answer"]["layer"]:
        sheet.fail(SHAPE, MESSAGES["instance"])
        return
    if not sheet.came(SHAPE, "layer", "Sampling()"):
        return
    fact = sheet.evidence.facts["layer"]
    if fact["type"] == "NoneType":
        sheet.array(SHAPE, "layer", "Sampling()", MESSAGES["a_layer"])
        return
    if not fact["callable"]:
        sheet.fail(SHAPE, MESSAGES["not_callable"].format(came=a(fact["type"])))
        return
    if _works_for_one_count_only(sheet, challenge):
        return
    first = sheet.array(SHAPE, "eager/0", CALL, MESSAGES["expected"])
    second = None if first is None else sheet.array(SHAPE, "eager/1", CALL, MESSAGES["expected"])
    if first is None or second is None:
        return
    mean, log_var = (challenge.arrays[name].astype(np.float64) for name in ("mean", "log_var"))
    expected, came = shape_text(mean.shape), shape_text(first.shape)
    message = MESSAGES["shape"].format(expected=expected, came=came)
    if not sheet.decide(SHAPE, first.shape == second.shape == mean.shape, message):
        return
    codings = np.stack([first, second]).astype(np.float64)
    what = unusable(codings)
    if what is not None:
        sheet.fail(DISTRIBUTION, MESSAGES["not_finite"].format(what=what))
        return
    _judge_draws(sheet, codings, mean, log_var)
    if sheet.passed(DISTRIBUTION):
        _judge_everywhere(sheet, challenge, mean, log_var)
        _judge_gradients(sheet, challenge, mean, log_var)


def _works_for_one_count_only(sheet: Sheet, challenge: Challenge) -> bool:
    """Whether the layer refuses the whole batch but takes another number of rows."""
    facts = sheet.evidence.facts
    whole = facts.get("eager/0")
    counts = [n for n in challenge.facts["other_counts"] if facts[f"count_{n}"]["kind"] == "array"]
    if whole is None or whole["kind"] != "raised" or not counts:
        return False
    fault = f"{whole['type']}: {whole['message'][:200]}."
    message = MESSAGES["batch_size_fixed"].format(
        usual=counts[-1], count=len(challenge.arrays["mean"]), fault=fault
    )
    sheet.fail(SHAPE, message, "batch_size_fixed")
    return True


def _judge_draws(sheet: Sheet, codings: np.ndarray, mean: np.ndarray, log_var: np.ndarray) -> None:
    """Distribution and freshness of two eager calls, shape (2, rows, codings)."""
    fault = distribution_fault(codings, mean, log_var)
    if fault is None:
        sheet.ok(DISTRIBUTION)
        sheet.ok(FRESH)
        return
    mistake, message = fault
    in_training = sheet.evidence.arrays.get("training/0")
    noisy_in_training = (
        in_training is not None and np.abs(in_training - mean[: len(in_training)]).max() > 1e-3
    )
    if mistake == "no_noise" and noisy_in_training:
        mistake, message = "training_only", MESSAGES["training_only"]
    if mistake not in ("noise_repeats", "noise_shared_by_rows", "noise_shared_by_dimensions"):
        sheet.fail(DISTRIBUTION, message, mistake)
        return
    # Shared or repeated draws are fewer than they seem: their spread is judged with that in mind,
    # on one draw of each, and generously.
    noise = (codings - mean) / np.exp(log_var / 2)
    if 0.3 < np.sqrt(np.mean(noise**2)) < 2.5:
        sheet.ok(DISTRIBUTION)
    sheet.fail(FRESH, message, mistake)


def distribution_fault(
    codings: np.ndarray, mean: np.ndarray, log_var: np.ndarray
) -> tuple[str | None, str] | None:
    """What is wrong with draws (calls, rows, codings); misconception and message, or None.

    A right answer is rejected with a probability below 1e-7: at most eight tests, each below
    FALSE_REJECT.
    """
    if np.abs(codings - mean).max() < 1e-5:
        return "no_noise", MESSAGES["no_noise"]
    noise = (codings - mean) / np.exp(log_var / 2)
    variants = [noise, *(implied(codings, mean, log_var) for implied in _IMPLIED.values())]
    if any(np.ptp(variant) < 1e-3 for variant in variants):
        return "constant_for_noise", MESSAGES["constant_for_noise"]
    fault = gaussian_fault(noise, 1.0)
    # Where log_var is small and where it is large, so that no two errors make up for each other.
    small = np.broadcast_to(log_var < np.median(log_var), noise.shape)
    parts = [noise[part] for part in (small, ~small) if part.sum() >= 100] or [noise]
    halves = [float(np.sqrt(np.mean(part**2))) for part in parts]
    bounds = [stddev_bounds(1.0, part.size) for part in parts]
    spread_is_right = all(low <= c <= high for c, (low, high) in zip(halves, bounds, strict=True))
    if fault is None and spread_is_right:
        return None
    spread = MESSAGES["spread"].format(low=halves[0], high=halves[-1])
    mistake = _implied_by(codings, mean, log_var)
    if mistake is not None:
        return mistake, f"{spread} {MESSAGES[mistake]}"
    if fault is not None and fault[0] in ("noise_repeats", "noise_shared"):
        return _sharing(*fault)
    if fault is not None and fault[0] == "uniform_noise":
        return fault[0], MESSAGES[fault[0]]
    if fault is None or not spread_is_right:
        return None, spread
    return fault[0], MESSAGES[fault[0]].format(**fault[1])


def _sharing(key: str, values: dict[str, str]) -> tuple[str, str]:
    if key == "noise_repeats":
        return key, MESSAGES[key].format(where=MESSAGES["two_calls"])
    known = {"images": "noise_shared_by_rows", "pixels": "noise_shared_by_dimensions"}
    name = known[values["what"]]
    return name, MESSAGES[name]


def _implied_by(codings: np.ndarray, mean: np.ndarray, log_var: np.ndarray) -> str | None:
    """The one misconception under which the noise would be standard normal."""
    found = [
        name
        for name, implied in _IMPLIED.items()
        if gaussian_fault(implied(codings, mean, log_var), 1.0) is None
    ]
    return found[0] if len(found) == 1 else None


def _judge_everywhere(
    sheet: Sheet, challenge: Challenge, mean: np.ndarray, log_var: np.ndarray
) -> None:
    for count in challenge.facts["other_counts"]:
        if _fails_for(sheet, count, mean):
            return
    ways: dict[str, tuple[str, list[str], int | None]] = {
        "two_graph_calls": (MESSAGES["in_graph"], ["graph/0", "graph/1"], None)
    }
    if "model" in sheet.evidence.facts:
        if not sheet.came(EVERYWHERE, "model", MESSAGES["in_model"]):
            return
        names = ["inference/0", "inference/1", "training/0"]
        ways["two_model_calls"] = (MESSAGES["in_model"], names, challenge.facts.get("few"))
    for where, (call, names, count) in ways.items():
        draws, asked = [], mean[:count]
        for name in names:
            codings = sheet.array(EVERYWHERE, name, call, MESSAGES["expected"])
            if codings is None:
                return
            draws.append(codings)
        if any(codings.shape != asked.shape for codings in draws):
            expected, came = shape_text(asked.shape), shape_text(draws[0].shape)
            sheet.fail(EVERYWHERE, MESSAGES["shape"].format(expected=expected, came=came))
            return
        fault = distribution_fault(np.stack(draws).astype(np.float64), asked, log_var[:count])
        if fault is None:
            continue
        mistake, message = fault
        if mistake == "noise_repeats" or np.array_equal(draws[0], draws[1]):
            is_mean = close(draws[0], asked, 0, 1e-4)
            mistake = "training_only" if is_mean else "noise_repeats"
            message = MESSAGES[mistake].format(where=MESSAGES[where])
        sheet.fail(EVERYWHERE, message, mistake)
        return
    sheet.ok(EVERYWHERE)


def _fails_for(sheet: Sheet, count: int, mean: np.ndarray) -> bool:
    fact = sheet.evidence.facts.get(f"count_{count}")
    if fact is None:
        sheet.came(EVERYWHERE, f"count_{count}", CALL)
        return True
    expected = [count, mean.shape[1]]
    if fact["kind"] == "array" and fact["shape"] == expected:
        return False
    if fact["kind"] == "raised":
        fault = f"{fact['type']}: {fact['message'][:200]}."
    else:
        fault = MESSAGES["gives_shape"].format(came=shape_text(fact.get("shape", ())))
    message = MESSAGES["batch_size_fixed"].format(usual=len(mean), count=count, fault=fault)
    sheet.fail(EVERYWHERE, message, "batch_size_fixed")
    return True


def _judge_gradients(
    sheet: Sheet, challenge: Challenge, mean: np.ndarray, log_var: np.ndarray
) -> None:
    """z = mean + exp(log_var/2)·ε gives ∂z/∂mean = 1 and ∂z/∂log_var = (z − mean)/2."""
    if not sheet.came(GRADIENTS, "gradients", MESSAGES["gradients_raised"]):
        return
    arrays = sheet.evidence.arrays
    codings = arrays["gradients/0"].astype(np.float64)
    few = challenge.facts.get("few")  # an older version recorded all rows
    weights = challenge.arrays["weights"][:few].astype(np.float64)
    right = {"mean": weights, "log_var": weights * (codings - mean[:few]) / 2}
    for index, (name, expected) in enumerate(right.items(), start=1):
        came = arrays.get(f"gradients/{index}")
        if came is None:
            message = MESSAGES["numpy_inside"].format(which=MESSAGES[name])
            sheet.fail(GRADIENTS, message, "numpy_inside")
            return
        if not close(came, expected, 1e-3, 1e-3):
            sheet.fail(GRADIENTS, MESSAGES["gradient_values"].format(which=MESSAGES[name]))
            return
    sheet.ok(GRADIENTS)
