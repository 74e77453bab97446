"""vae_train_step: one update of both networks, in training mode, decoding the encoder's own z."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from autograder.judges.networks import sigmoid
from autograder.judges.numbers import close, unusable
from autograder.judges.sheet import Sheet, a, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

REPORT, LOSS = "Three scalars", "Loss, and its two terms"
MODE, CODINGS = "Training mode", "Decodes the z of the encoder"
ENCODER, DECODER = "Update of the encoder", "Update of the decoder"
CRITERIA = {REPORT: 0.1, LOSS: 0.25, MODE: 0.15, CODINGS: 0.15, ENCODER: 0.2, DECODER: 0.15}

CALL = "vae_train_step(encoder, decoder, optimizer, images)"
KEYS = ("loss", "reconstruction", "kl")

MESSAGES = Messages() | {
    "dictionary": 'a dictionary with "loss", "reconstruction" and "kl"',
    "not_dictionary": "Expected {expected}, got {came}.",
    "missing_keys": 'Expected the keys "loss", "reconstruction" and "kl", got {came}.',
    "scalar": "Expected one number under {key}, got an array of shape {came}.",
    "not_finite": "Expected a finite number under {key}, got {what}.",
    "loss": "Expected a loss of {expected:.4f} on known networks, got {came:.4f}.",
    "reconstruction": "Expected the reconstruction term {expected:.4f}, got {came:.4f}.",
    "kl": "Expected the KL term {expected:.4f}, got {came:.4f}.",
    "loss_is_not_sum": "The loss is {loss:.4f}, but the two terms add up to {total:.4f}.",
    "kl_omitted": "That is the reconstruction term alone: the KL is not in the loss.",
    "mean_bce_with_full_kl": "The cross-entropy is averaged over the 784 pixels, and the KL "
    "is not.",
    "sum_bce_with_scaled_kl": "The KL is divided by the 784 pixels, and the cross-entropy is not.",
    "per_pixel": "That is divided by the 784 pixels; the lesson counts nats per image.",
    "summed_over_batch": "That is summed over the images; the lesson takes their mean.",
    "wrong_sign_of_kl": "The KL is subtracted; it must be added.",
    "loss_after_update": "That is the loss after the update; report the one whose gradient you "
    "took.",
    "inference_mode": "Expected both networks to be called with training=True; {which} was called "
    "without.",
    "encoder": "the encoder",
    "decoder": "the decoder",
    "both": "each of them",
    "decodes_mean": "Expected the decoder to get z, the third output of the encoder; it got the "
    "mean. Then log_var has no part in the reconstruction, and is not trained by it.",
    "no_update": "Expected new weights in both networks, and none has changed: apply the "
    "gradients.",
    "updates_decoder_only": "Expected new weights in both networks; those of the encoder have not "
    "changed. Are its variables in the list?",
    "updates_encoder_only": "Expected new weights in both networks; those of the decoder have not "
    "changed. Are its variables in the list?",
    "two_updates": "Expected one update a step; the weights have moved by {count}.",
    "detached": "The encoder moves by the gradient of the KL alone: none reaches it through the "
    "decoder. Is z detached, or made of NumPy numbers?",
    "kl_not_in_gradient": "The encoder moves by the gradient of the reconstruction alone: the KL "
    "is reported, but it has no part in the loss that you differentiate.",
    "no_gradients": "No gradient reaches the weights: something between them and the loss is not "
    "a tensor any more. Leave `float`, `.numpy()` and NumPy out of the step.",
    "wrong_sign_of_update": "The weights move uphill: the gradient is added.",
    "update": "Expected {part} to move by the gradient of this loss times the learning rate; it "
    "moves otherwise.",
}
RTOL = 2e-4
"""Of losses: float32 sums of some thousand terms are off by 1e-5 of their value."""
UPDATE_TOLERANCE = 5e-3
"""Of an update, relative to its largest entry: a float32 weight of 0.1 is rounded by 4e-9, and
the updates are 1e-5 and more. What right answers use of the tolerances is in
benchmarks/results/calibration.json."""


@dataclass(frozen=True)
class Route:
    """One way to make the step: modes, what is decoded, and how the two terms are weighed.

    The loss is reconstruction_weight · (cross-entropy, or the stand-in's squared error)
    + kl_weight · (the true divergence, or the stand-in's).
    """

    encoder_trains: bool = True
    decoder_trains: bool = True
    decodes_mean: bool = False
    own_reconstruction: bool = True
    own_kl: bool = True
    reconstruction_weight: float = 1.0
    kl_weight: float = 1.0
    mistake: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a route gives: its loss, its two terms (unweighted), and the gradients.

    These are worked out when they are asked for; `backward` takes the share of the reconstruction.
    """

    loss: float
    reconstruction: float
    kl: float
    backward: Callable[[float], dict[str, np.ndarray]]

    @cached_property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradients of the loss."""
        return self.backward(1.0)

    @cached_property
    def gradients_of_kl(self) -> dict[str, np.ndarray]:
        """Those of its second term alone."""
        return self.backward(0.0)


def follow(route: Route, challenge: Challenge, weights: Mapping[str, np.ndarray]) -> Outcome:
    """The forward and backward pass of a route through the two stand-in networks."""
    return following(challenge, weights)(route)


def following(
    challenge: Challenge, weights: Mapping[str, np.ndarray]
) -> Callable[[Route], Outcome]:
    """From the stand-in networks to any route's outcome; what routes share is computed once."""
    facts = challenge.facts
    x = challenge.arrays["images"].reshape(-1, 784).astype(np.float64)
    noise = challenge.arrays["noise"].astype(np.float64)
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    count = len(x)
    trained = {part: x @ w[f"{part}/kernel"] + w[f"{part}/bias"] for part in ("mean", "log_var")}

    @cache
    def encoded(k: float) -> tuple[np.ndarray, np.ndarray]:
        return k * trained["mean"], k * trained["log_var"]

    @cache
    def decoded(k: float, q: float, decodes_mean: bool) -> tuple[np.ndarray, np.ndarray]:
        mean, log_var = encoded(k)
        z = mean if decodes_mean else 0.5 * mean + 0.8 * log_var * noise + 0.3
        return z, q * (z @ w["pixels/kernel"] + w["pixels/bias"])

    @cache
    def reconstruction(k: float, q: float, decodes_mean: bool, own: bool) -> float:
        _z, logits = decoded(k, q, decodes_mean)
        if own:  # log(1 + exp(logits)) of any logits, in less time than np.logaddexp takes
            errors = np.maximum(logits, 0) + np.log(1 + np.exp(-np.abs(logits))) - x * logits
        else:
            errors = facts["pixels"] * (1 + x) * (x - sigmoid(logits)) ** 2
        return float(errors.sum() / count)

    @cache
    def divergence(k: float, own: bool) -> float:
        mean, log_var = encoded(k)
        if own:
            terms = -0.5 * (1 + log_var - mean**2 - np.exp(log_var))
        else:
            terms = facts["squares"] * mean**2 + facts["quarts"] * log_var**2
        return float(terms.sum() / count)

    def outcome(route: Route) -> Outcome:
        k = 1.0 if route.encoder_trains else facts["quiet_encoder"]
        q = 1.0 if route.decoder_trains else facts["quiet_decoder"]
        of = reconstruction(k, q, route.decodes_mean, route.own_reconstruction)
        kl = divergence(k, route.own_kl)
        loss = route.reconstruction_weight * of + route.kl_weight * kl

        def backward(share_of_reconstruction: float) -> dict[str, np.ndarray]:
            mean, log_var = encoded(k)
            z, logits = decoded(k, q, route.decodes_mean)
            p = sigmoid(logits)
            slope = p - x
            if not route.own_reconstruction:
                slope *= 2 * facts["pixels"] * (1 + x) * p * (1 - p)
            of_logits = share_of_reconstruction * route.reconstruction_weight * slope / count
            of_z = q * of_logits @ w["pixels/kernel"].T
            if route.own_kl:
                kl_slopes = mean, 0.5 * np.expm1(log_var)
            else:
                kl_slopes = 2 * facts["squares"] * mean, 2 * facts["quarts"] * log_var
            shares = np.ones(1), np.zeros(1)
            if not route.decodes_mean:
                shares = np.full(1, 0.5), 0.8 * noise
            gradients = {"pixels/kernel": q * z.T @ of_logits, "pixels/bias": q * of_logits.sum(0)}
            for part, share, kl_slope in zip(trained, shares, kl_slopes, strict=True):
                of_output = route.kl_weight * kl_slope / count + share * of_z
                gradients[f"{part}/kernel"] = k * x.T @ of_output
                gradients[f"{part}/bias"] = k * of_output.sum(0)
            return gradients

        return Outcome(loss, of, kl, backward)

    return outcome


def routes(calls: Mapping[str, int], count: int) -> list[Route]:
    """All routes that an answer may have taken, the right ones first.

    `calls` tells which stand-ins it used: with the stand-in loss both terms are the stand-in's,
    with the stand-in divergence the KL may be.
    """
    kinds = [(True, True)]
    if calls["kl_divergence"]:
        kinds.insert(0, (True, False))
    if calls["vae_loss"]:
        kinds.insert(0, (False, False))
    weights = (
        (1.0, 1.0, None),
        (1.0, 0.0, "kl_omitted"),
        (1 / 784, 1.0, "mean_bce_with_full_kl"),
        (1.0, 1 / 784, "sum_bce_with_scaled_kl"),
        (1 / 784, 1 / 784, "per_pixel"),
        (float(count), float(count), "summed_over_batch"),
        (1.0, -1.0, "wrong_sign_of_kl"),
    )
    return [
        Route(encoder, decoder, decodes_mean, *kind, *weight)
        for weight in weights
        for decodes_mean in (False, True)
        for encoder, decoder in itertools.product((True, False), repeat=2)
        for kind in kinds
    ]


def draw(rng: np.random.Generator) -> Challenge:
    """Images, weights of the two stand-in networks, and how these differ at inference.

    Drawn again until no wrong way to make the step has the loss of a right one.
    """
    count, size = 6, 4
    facts = {
        "codings_size": size,
        "learning_rate": 1e-3,
        "quiet_encoder": 0.6,
        "quiet_decoder": 0.5,
        "squares": round(float(rng.uniform(1.1, 1.9)), 3),
        "quarts": round(float(rng.uniform(0.6, 0.9)), 3),
        "pixels": 2.0,
    }
    candidates = routes({"kl_divergence": 1, "vae_loss": 1}, count)
    while True:
        challenge = Challenge(_arrays(rng, size, count), facts)
        if _lie_apart(challenge, candidates):
            return challenge


def _arrays(rng: np.random.Generator, size: int, count: int) -> dict[str, np.ndarray]:
    """Means far from 0 keep the KL large enough to be seen beside the reconstruction."""
    arrays = {
        "images": rng.random((count, 28, 28)),
        "noise": rng.uniform(0.5, 1.5, (count, size)) * rng.choice([-1, 1], (count, size)),
        "mean/kernel": rng.normal(0, 0.06, (784, size)),
        "mean/bias": rng.uniform(3, 7, size) * rng.choice([-1, 1], size),
        "log_var/kernel": rng.normal(0, 0.05, (784, size)),
        "log_var/bias": rng.uniform(1, 2, size) * rng.choice([-1, 1], size),
        "pixels/kernel": rng.normal(0, 0.2, (size, 784)),
        "pixels/bias": rng.normal(0, 0.3, 784),
    }
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def _lie_apart(challenge: Challenge, candidates: list[Route]) -> bool:
    """Whether the losses of right and wrong routes differ by ten times their rounding."""
    outcome = following(challenge, _before(challenge))
    losses = np.array([outcome(route).loss for route in candidates])
    right = losses[: sum(route.mistake is None for route in candidates), None]
    near = np.abs(right - losses) <= 10 * RTOL * np.abs(right)
    pairs = np.argwhere(np.triu(near, 1))
    return all(_are_one(candidates[i], candidates[j]) for i, j in pairs)


def _are_one(route: Route, other: Route) -> bool:
    """Whether two routes differ only in a divergence that has no weight in either."""
    return replace(route, own_kl=True) == replace(other, own_kl=True)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """What is reported; which route explains the loss; whether the updates follow from it."""
    numbers = _report(sheet)
    if numbers is None:
        return
    before = _before(challenge)
    after = {name: sheet.evidence.arrays[f"after/{name}"] for name in _WEIGHTS}
    calls, count = sheet.evidence.facts["calls"], len(challenge.arrays["images"])
    route = _explain(challenge, numbers, before, after, routes(calls, count))
    if route is None:
        _fail_loss(sheet, challenge, numbers, after)
        _name_unmoved(sheet, before, after)
        return
    outcome = follow(route, challenge, before)
    _judge_loss(sheet, challenge, numbers, route, outcome, calls)
    _judge_mode(sheet, route)
    sheet.decide(CODINGS, not route.decodes_mean, MESSAGES["decodes_mean"], "decodes_mean")
    if not _name_unmoved(sheet, before, after):
        _judge_updates(sheet, challenge, route, outcome, before, after)


def _explain(
    challenge: Challenge,
    numbers: dict[str, float],
    before: dict[str, np.ndarray],
    after: dict[str, np.ndarray],
    candidates: list[Route],
) -> Route | None:
    """The route that explains what was reported; None if none does.

    First a right one with this loss. A wrong loss may be the report's fault alone: then a right
    route has these two terms, unless the weights moved along the wrong loss too.
    """

    def near(value: float, other: float) -> bool:
        return abs(value - other) <= RTOL * abs(other)

    outcomes = []
    outcome_of = following(challenge, before)
    for route in candidates:  # the right ones first
        outcome = outcome_of(route)
        if route.mistake is None and near(numbers["loss"], outcome.loss):
            return route
        outcomes.append((route, outcome))
    of_loss = [(r, o) for r, o in outcomes if near(numbers["loss"], o.loss)]
    of_terms = [
        (r, o)
        for r, o in outcomes
        if r.mistake is None
        and near(numbers["reconstruction"], o.reconstruction)
        and abs(numbers["kl"] - o.kl) <= 1e-3 * abs(o.kl)
    ]
    rate = challenge.facts["learning_rate"]
    moved = {name: before[name].astype(np.float64) - after[name] for name in _WEIGHTS}
    for route, outcome in of_loss:
        steps = {name: rate * gradient for name, gradient in outcome.gradients.items()}
        if _same(moved, steps, _WEIGHTS):
            return route
    return next((route for route, _ in [*of_terms, *of_loss]), None)


_WEIGHTS = (
    "mean/kernel",
    "mean/bias",
    "log_var/kernel",
    "log_var/bias",
    "pixels/kernel",
    "pixels/bias",
)
_PARTS = {ENCODER: _WEIGHTS[:4], DECODER: _WEIGHTS[4:]}


def _report(sheet: Sheet) -> dict[str, float] | None:
    """The three numbers; None, with the reason, if there are not three."""
    step = sheet.evidence.facts.get("step", {})
    if "No gradients provided" in step.get("message", ""):
        sheet.fail(REPORT, MESSAGES["no_gradients"], "numpy_inside")
        return None
    if not sheet.came(REPORT, "step", CALL):
        return None
    facts = sheet.evidence.facts
    if not facts["is_mapping"]:
        if facts["step"]["type"] == "NoneType":
            sheet.array(REPORT, "step", CALL, MESSAGES["dictionary"])
            return None
        message = MESSAGES["not_dictionary"].format(
            expected=MESSAGES["dictionary"], came=a(facts["step"]["type"])
        )
        sheet.fail(REPORT, message)
        return None
    if any(key not in facts["keys"] for key in KEYS):
        came = ", ".join(f'"{key}"' for key in facts["keys"]) or _("none")
        sheet.fail(REPORT, MESSAGES["missing_keys"].format(came=came), "missing_keys")
        return None
    numbers = {}
    for key in KEYS:
        value = sheet.array(REPORT, f"step/{key}", f'{CALL}["{key}"]', "one number")
        if value is None:
            return None
        what = unusable(value)
        if value.size != 1 or what is not None:
            message = MESSAGES["scalar"].format(key=f'"{key}"', came=shape_text(value.shape))
            if what is not None:
                message = MESSAGES["not_finite"].format(key=f'"{key}"', what=what)
            sheet.fail(REPORT, message)
            return None
        numbers[key] = float(value.reshape(()))
    sheet.ok(REPORT)
    return numbers


def _fail_loss(
    sheet: Sheet, challenge: Challenge, numbers: dict[str, float], after: dict[str, np.ndarray]
) -> None:
    calls = sheet.evidence.facts["calls"]
    right = routes(calls, len(challenge.arrays["images"]))[0]
    expected = follow(right, challenge, _before(challenge)).loss
    message = MESSAGES["loss"].format(expected=expected, came=numbers["loss"])
    late = [*map(following(challenge, after), routes(calls, 1)[:24])]
    if any(close(np.array(numbers["loss"]), np.array(outcome.loss), RTOL) for outcome in late):
        sheet.fail(LOSS, f"{message} {MESSAGES['loss_after_update']}", "loss_after_update")
    else:
        sheet.fail(LOSS, message)


def _judge_loss(
    sheet: Sheet,
    challenge: Challenge,
    numbers: dict[str, float],
    route: Route,
    outcome: Outcome,
    calls: Mapping[str, int],
) -> None:
    if route.mistake is not None:
        right = follow(replace(route, **_RIGHT), challenge, _before(challenge)).loss
        message = MESSAGES["loss"].format(expected=right, came=numbers["loss"])
        sheet.fail(LOSS, f"{message} {MESSAGES[route.mistake]}", route.mistake)
        return
    total = numbers["reconstruction"] + numbers["kl"]
    if not close(np.array(numbers["loss"]), np.array(outcome.loss), RTOL):
        message = MESSAGES["loss"].format(expected=outcome.loss, came=numbers["loss"])
        message += " " + MESSAGES["loss_is_not_sum"].format(loss=numbers["loss"], total=total)
        sheet.fail(LOSS, message, "loss_is_not_sum")
        return
    if _has_terms(challenge, numbers, route, outcome, calls):
        sheet.ok(LOSS)
        return
    mistake = None
    for key, value in (("kl", outcome.kl), ("reconstruction", outcome.reconstruction)):
        if abs(numbers[key] - value) > _slack(outcome):
            message = MESSAGES[key].format(expected=value, came=numbers[key])
    if abs(total - numbers["loss"]) > _slack(outcome):
        message += " " + MESSAGES["loss_is_not_sum"].format(loss=numbers["loss"], total=total)
        mistake = "loss_is_not_sum"
    sheet.fail(LOSS, message, mistake)


def _slack(outcome: Outcome) -> float:
    """How far a difference of two terms may be off by the rounding of both."""
    return RTOL * (abs(outcome.kl) + abs(outcome.reconstruction))


def _has_terms(
    challenge: Challenge,
    numbers: dict[str, float],
    route: Route,
    outcome: Outcome,
    calls: Mapping[str, int],
) -> bool:
    """Whether both terms are right.

    A stand-in loss has terms that the answer cannot know. It may then report the true ones, which
    it computed by itself, or one of them and what the loss leaves for the other.
    """

    def is_one_of(number: float, *values: float) -> bool:
        return any(abs(number - value) <= _slack(outcome) for value in values)

    loss, reconstruction, kl = (numbers[key] for key in KEYS)
    if not (calls["vae_loss"] or calls["kl_divergence"]):
        return is_one_of(kl, outcome.kl) and is_one_of(reconstruction, outcome.reconstruction)
    own = replace(route, own_reconstruction=True, own_kl=True)
    true = follow(own, challenge, _before(challenge))
    has_kl = is_one_of(kl, outcome.kl, true.kl)
    has_reconstruction = is_one_of(reconstruction, outcome.reconstruction, true.reconstruction)
    if has_kl and has_reconstruction:
        return True
    return (has_kl or has_reconstruction) and is_one_of(reconstruction + kl, loss)


_RIGHT: dict[str, Any] = {"reconstruction_weight": 1.0, "kl_weight": 1.0, "mistake": None}


def _before(challenge: Challenge) -> dict[str, np.ndarray]:
    return {name: challenge.arrays[name] for name in _WEIGHTS}


def _judge_mode(sheet: Sheet, route: Route) -> None:
    quiet = [not route.encoder_trains, not route.decoder_trains]
    which = MESSAGES["both" if all(quiet) else ("encoder" if quiet[0] else "decoder")]
    sheet.decide(
        MODE, not any(quiet), MESSAGES["inference_mode"].format(which=which), "inference_mode"
    )


def _name_unmoved(
    sheet: Sheet, before: dict[str, np.ndarray], after: dict[str, np.ndarray]
) -> bool:
    """Fail the updates of networks that did not move at all; tells whether any did not."""
    still = [
        part
        for part, names in _PARTS.items()
        if all(np.array_equal(before[name], after[name]) for name in names)
    ]
    if len(still) == 2:
        sheet.fail(ENCODER, MESSAGES["no_update"], "no_update")
        sheet.fail(DECODER, MESSAGES["no_update"], "no_update")
    elif still:
        mistake = "updates_decoder_only" if still == [ENCODER] else "updates_encoder_only"
        sheet.fail(still[0], MESSAGES[mistake], mistake)
        moved = DECODER if still == [ENCODER] else ENCODER
        if sheet.passed(LOSS):
            sheet.ok(moved)
    return bool(still)


def _judge_updates(
    sheet: Sheet,
    challenge: Challenge,
    route: Route,
    outcome: Outcome,
    before: dict[str, np.ndarray],
    after: dict[str, np.ndarray],
) -> None:
    rate = challenge.facts["learning_rate"]
    moved = {name: before[name].astype(np.float64) - after[name] for name in _WEIGHTS}
    steps = {name: rate * gradient for name, gradient in outcome.gradients.items()}
    twice = {name: before[name] - steps[name] for name in _WEIGHTS}
    second = follow(route, challenge, twice).gradients
    two = {name: steps[name] + rate * second[name] for name in _WEIGHTS}
    double = {name: 2 * step for name, step in steps.items()}
    of_kl = {name: rate * gradient for name, gradient in outcome.gradients_of_kl.items()}
    of_rest = {name: steps[name] - of_kl[name] for name in _WEIGHTS}
    for part, names in _PARTS.items():
        if _same(moved, steps, names):
            sheet.ok(part)
        elif _same(moved, two, names) or _same(moved, double, names):
            sheet.fail(part, MESSAGES["two_updates"].format(count="two"), "two_updates")
        elif part == ENCODER and _same(moved, of_kl, names):
            sheet.fail(part, MESSAGES["detached"], "detached")
        elif part == ENCODER and _same(moved, of_rest, names):
            sheet.fail(part, MESSAGES["kl_not_in_gradient"], "kl_omitted")
        elif _same(moved, {name: -step for name, step in steps.items()}, names):
            sheet.fail(part, MESSAGES["wrong_sign_of_update"], "wrong_sign_of_update")
        else:
            which = MESSAGES["encoder" if part == ENCODER else "decoder"]
            sheet.fail(part, MESSAGES["update"].format(part=which))


def _same(
    moved: dict[str, np.ndarray], steps: dict[str, np.ndarray], names: tuple[str, ...]
) -> bool:
    return all(
        np.abs(moved[name] - steps[name]).max() <= UPDATE_TOLERANCE * np.abs(steps[name]).max()
        for name in names
    )
