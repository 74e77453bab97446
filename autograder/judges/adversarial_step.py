"""Reading one step of a GAN: which loss on which networks explains what came, and what moved.

The two stand-in networks have closed forms. With codings c and real images x,

    G(c) = tanh(g · (c·W + b))     D(x) = sigmoid(d · (x·v + a))

where the factors g and d are 1 in training mode and smaller at inference.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from autograder.judges.networks import sigmoid
from autograder.judges.numbers import unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SCALAR, LOSS, UNIT = "A scalar", "Loss", "Averaged over the images"
MODE, UPDATE, ALONE = "Training mode", "The update", "The other network stays"
CRITERIA = {SCALAR: 0.05, LOSS: 0.15, UNIT: 0.2, MODE: 0.15, UPDATE: 0.35, ALONE: 0.1}

MESSAGES = Messages() | {
    "expected": "one number, the loss",
    "scalar": "Expected one number, got an array of shape {came}.",
    "not_finite": "Expected a finite loss, got {what}.",
    "loss": "Expected a loss of {expected:.4f} on known networks, got {came:.4f}.",
    "loss_after_update": "That is the loss after the update; return the one whose gradient you "
    "took.",
    "other_codings": "The generator was given other codings than the argument: the caller draws "
    "them, the step uses them.",
    "summed_over_batch": "The loss is right, in another unit: summed over the images. The lesson "
    "takes their mean.",
    "inference_mode": "Expected {network} to be called with training=True; it was called without: "
    "batch normalisation and dropout then do not take part in the training.",
    "no_update": "Expected new weights in {network}, and none has changed: apply the gradients.",
    "wrong_network": "Expected new weights in {network}; those of the other network moved instead.",
    "other_moves": "Expected only {network} to move; trainable weights of the other network "
    "changed as well.",
    "unknown_variable": "The optimizer knows the trainable variables of {network} alone; it was "
    "given others. Ask the tape for the gradients of that network alone.",
    "no_gradients": "No gradient reaches {network}: something between its weights and the loss is "
    "not a tensor any more, or is detached, or lies outside the tape.",
    "left_out": "Expected every trainable variable of {network} to move; on networks with several "
    "layers some stay as they were.",
    "two_updates": "Expected one update a step; the optimizer was used {count} times.",
    "scaled_update": "The weights move in the right direction, {factor:.3g} times as far as the "
    "gradient of the loss that you return says.",
    "wrong_sign_of_update": "The weights move uphill: the gradient is added.",
    "update": "Expected {network} to move by the gradient of this loss times the learning rate; it "
    "moves otherwise.",
    "generator": "the generator",
    "discriminator": "the discriminator",
}

RTOL = 1e-4
"""Of losses: float32 means of a dozen logarithms are off by 1e-6; an ε inside a logarithm adds
some 1e-5."""
UPDATE_TOLERANCE, ROUNDING = 5e-3, 2.4e-7
"""Of an update, relative to its largest entry; and of the weight that it changes, which float32
rounds by at most 6e-8 of its value, before and after. What right answers use of the tolerances is
in benchmarks/results/calibration.json."""

WEIGHTS = ("generator/kernel", "generator/bias", "discriminator/kernel", "discriminator/bias")

Array = np.ndarray


@dataclass(frozen=True)
class Measure:
    """A loss on probabilities: its value, and how it changes with those of real and fake images."""

    value: float
    by_real: Array
    by_fake: Array


@dataclass(frozen=True)
class Formula:
    """One way to compute the loss: right, right in another unit, or with a known mistake."""

    measure: Callable[[Array, Array], Measure]
    mistake: str | None = None
    unit: str | None = None

    def scaled(self, factor: float, unit: str | None = None) -> Formula:
        """The same, times a number; `unit` names it if the formula is right but for that."""

        def measure(real: Array, fake: Array) -> Measure:
            plain = self.measure(real, fake)
            return Measure(factor * plain.value, factor * plain.by_real, factor * plain.by_fake)

        return Formula(measure, self.mistake, unit)


def cross_entropy(real_label: float | None, fake_label: float | None) -> Formula:
    """Mean cross-entropy of the real images plus that of the fakes; None leaves one out."""
    return _labelled(real_label, fake_label, _entropy)


def logits_cross_entropy(real_label: float | None, fake_label: float | None) -> Formula:
    """The same with the probabilities taken for logits."""
    return _labelled(real_label, fake_label, _entropy_of_logits)


def _labelled(
    real_label: float | None,
    fake_label: float | None,
    entropy: Callable[[Array, float], tuple[float, Array]],
) -> Formula:
    def measure(real: Array, fake: Array) -> Measure:
        nothing = (0.0, np.zeros_like(real))
        of_real, by_real = nothing if real_label is None else entropy(real, real_label)
        of_fake, by_fake = nothing if fake_label is None else entropy(fake, fake_label)
        return Measure(of_real + of_fake, by_real, by_fake)

    return Formula(measure)


def _entropy(p: Array, label: float) -> tuple[float, Array]:
    value = -np.mean(label * np.log(p) + (1 - label) * np.log1p(-p))
    return float(value), (p - label) / (p * (1 - p)) / p.size


def _entropy_of_logits(z: Array, label: float) -> tuple[float, Array]:
    return float(np.mean(np.logaddexp(0, z) - label * z)), (sigmoid(z) - label) / z.size


def squares(of_real: float, of_fake: float, swapped: bool = False) -> Formula:
    """The stand-in for the discriminator's loss.

    It is of_real · mean((1.5 − real)²) + of_fake · mean((fake + 0.3)²).
    """

    def measure(real: Array, fake: Array) -> Measure:
        first, second = (fake, real) if swapped else (real, fake)
        value = of_real * np.mean((1.5 - first) ** 2) + of_fake * np.mean((second + 0.3) ** 2)
        by_first = -2 * of_real * (1.5 - first) / first.size
        by_second = 2 * of_fake * (second + 0.3) / second.size
        by_real, by_fake = (by_second, by_first) if swapped else (by_first, by_second)
        return Measure(float(value), by_real, by_fake)

    return Formula(measure)


def squares_of_fakes(weight: float) -> Formula:
    """The stand-in for the generator's loss: weight · mean((1.5 − fake)²)."""

    def measure(real: Array, fake: Array) -> Measure:
        value = weight * float(np.mean((1.5 - fake) ** 2))
        return Measure(value, np.zeros_like(real), -2 * weight * (1.5 - fake) / fake.size)

    return Formula(measure)


def after_sigmoid(formula: Formula) -> Formula:
    """The same on probabilities that have gone through a second sigmoid."""

    def measure(real: Array, fake: Array) -> Measure:
        real, fake = sigmoid(real), sigmoid(fake)
        plain = formula.measure(real, fake)
        return Measure(
            plain.value, plain.by_real * real * (1 - real), plain.by_fake * fake * (1 - fake)
        )

    return Formula(measure)


@dataclass(frozen=True)
class Modes:
    """Which networks are in training mode: the generator, and the discriminator on each batch."""

    generator: bool
    on_real: bool
    on_fake: bool


@dataclass(frozen=True)
class Outcome:
    """What a formula and modes give: the loss, and its gradients by the names of the weights.

    Both are worked out when they are asked for: of many candidates few are looked at.
    """

    measure: Callable[[], Measure]
    backward: Callable[[Measure], dict[str, Array]]

    @cached_property
    def measured(self) -> Measure:
        """The loss, and how it changes with the discriminator's answers."""
        return self.measure()

    @property
    def loss(self) -> float:
        """The loss."""
        return self.measured.value

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """The gradients of the loss."""
        return self.backward(self.measured)


def follow(
    formula: Formula, modes: Modes, challenge: Challenge, weights: Mapping[str, Array]
) -> Outcome:
    """The forward and backward pass through the two stand-in networks."""
    return following(modes, challenge, weights)(formula)


def following(
    modes: Modes, challenge: Challenge, weights: Mapping[str, Array]
) -> Callable[[Formula], Outcome]:
    """The forward pass in one mode, and from there to any formula's outcome."""
    facts = challenge.facts
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    codings = challenge.arrays["codings"].astype(np.float64)
    real = challenge.arrays["images"].reshape(-1, 784).astype(np.float64)
    g = 1.0 if modes.generator else facts["quiet_generator"]
    d_real, d_fake = (
        1.0 if trains else facts["quiet_discriminator"] for trains in (modes.on_real, modes.on_fake)
    )
    fake = np.tanh(g * (codings @ w["generator/kernel"] + w["generator/bias"]))
    p_real, p_fake = (
        sigmoid(d * (images @ w["discriminator/kernel"] + w["discriminator/bias"]))
        for d, images in ((d_real, real), (d_fake, fake))
    )

    def backward(measured: Measure) -> dict[str, Array]:
        by_logit_of_real = d_real * measured.by_real * p_real * (1 - p_real)
        by_logit_of_fake = d_fake * measured.by_fake * p_fake * (1 - p_fake)
        by_pixel = by_logit_of_fake @ w["discriminator/kernel"].T * (1 - fake**2) * g
        return {
            "generator/kernel": codings.T @ by_pixel,
            "generator/bias": by_pixel.sum(0),
            "discriminator/kernel": real.T @ by_logit_of_real + fake.T @ by_logit_of_fake,
            "discriminator/bias": by_logit_of_real.sum(0) + by_logit_of_fake.sum(0),
        }

    def outcome(formula: Formula) -> Outcome:
        return Outcome(partial(formula.measure, p_real, p_fake), backward)

    return outcome


@dataclass(frozen=True)
class Kind:
    """What the judge of one of the two steps has to know."""

    call: str
    trains: str
    formulas: Callable[[Challenge, Mapping[str, int]], list[Formula]]
    modes: tuple[Modes, ...]
    messages: Mapping[str, str]
    right_modes: Callable[[Modes], bool]

    @property
    def network(self) -> str:
        """The network that the step trains, in words."""
        return MESSAGES[self.trains]

    @property
    def other(self) -> str:
        """The id of the mistake of moving the other network too, without its prefix."""
        return "generator" if self.trains == "discriminator" else "discriminator"


def draw_step(rng: np.random.Generator, kind: Kind) -> Challenge:
    """Images, codings, the weights of both networks; drawn until right losses lie apart."""
    count, size = 6, 3
    while True:
        arrays = {
            "images": rng.uniform(-1, 1, (count, 28, 28, 1)),
            "codings": rng.normal(size=(count, size)),
            "generator/kernel": rng.normal(0, 0.6, (size, 784)),
            "generator/bias": rng.normal(0, 0.4, 784),
            "discriminator/kernel": rng.normal(0, 0.08, (784, 1)),
            "discriminator/bias": rng.uniform(0.2, 0.5, 1) * rng.choice([-1, 1]),
        }
        facts = {
            "learning_rate": 0.2,
            "quiet_generator": 0.5,
            "quiet_discriminator": 0.6,
            "weights": [round(float(rng.uniform(*low)), 3) for low in ((0.6, 0.9), (1.2, 1.9))],
            "seed": int(rng.integers(2**31)),
        }
        challenge = Challenge({k: v.astype(np.float32) for k, v in arrays.items()}, facts)
        if _lie_apart(challenge, kind):
            return challenge


def _lie_apart(challenge: Challenge, kind: Kind) -> bool:
    """Whether the discriminator's answers are spread, and no wrong loss is near a right one."""
    calls = {"discriminator_loss": 1, "generator_loss": 1}
    candidates = _candidates(challenge, kind, calls, _before(challenge))
    spread = follow(cross_entropy(1, 0), Modes(True, True, True), challenge, _before(challenge))
    if not 0.5 < spread.loss < 6:
        return False
    return all(
        abs(outcome.loss - other_outcome.loss) > 3 * RTOL * abs(outcome.loss)
        for (formula, modes, outcome), (other, other_modes, other_outcome) in (
            itertools.combinations(candidates, 2)
        )
        if (_is_right(formula) and kind.right_modes(modes))
        != (_is_right(other) and kind.right_modes(other_modes))
    )


def _is_right(formula: Formula) -> bool:
    return formula.mistake is None and formula.unit is None


Candidate = tuple[Formula, Modes, Outcome]


@dataclass(frozen=True)
class Movement:
    """How far each weight moved downhill, and how much of that may be rounding."""

    down: dict[str, Array]
    slack: dict[str, Array]


def _candidates(
    challenge: Challenge, kind: Kind, calls: Mapping[str, int], weights: Mapping[str, Array]
) -> list[Candidate]:
    """All formulas in all modes, the right ones first."""
    outcomes = {modes: following(modes, challenge, weights) for modes in kind.modes}
    return [
        (formula, modes, outcomes[modes](formula))
        for formula in kind.formulas(challenge, calls)
        for modes in kind.modes
    ]


def _before(challenge: Challenge) -> dict[str, Array]:
    return {name: challenge.arrays[name] for name in WEIGHTS}


def judge_step(sheet: Sheet, challenge: Challenge, kind: Kind) -> None:
    """The number returned; which loss in which modes it is; then what moved, and how far."""
    came = _number(sheet, kind)
    if came is None:
        return
    before = _before(challenge)
    after = {name: sheet.evidence.arrays[f"after/{name}"] for name in WEIGHTS}
    moved = Movement(
        {name: before[name].astype(np.float64) - after[name] for name in WEIGHTS},
        {name: ROUNDING * np.abs(before[name]) for name in WEIGHTS},
    )
    candidates = _candidates(challenge, kind, sheet.evidence.facts["calls"], before)
    found = _explain(came, candidates, moved, kind, challenge.facts["learning_rate"])
    if found is not None and not _is_right(found[0]) and _other_codings(sheet, challenge):
        found = None  # on codings of its own any loss may come near a known mistake by chance
    if found is None:
        _fail_loss(sheet, challenge, kind, came, candidates[0][2].loss, after)
    else:
        _judge_loss(sheet, kind, found, came, candidates[0][2].loss)
        _judge_mode(sheet, kind, found[1])
    _judge_movement(sheet, challenge, kind, found, candidates, moved)


def _number(sheet: Sheet, kind: Kind) -> float | None:
    """The loss returned; None, with the reason, if it is not one finite number."""
    fact = sheet.evidence.facts.get("step", {})
    message = fact.get("message", "") if fact.get("kind") == "raised" else ""
    values = {"network": kind.network, "name": kind.trains}
    if "No gradients provided" in message:
        mistake = "detached_generator" if kind.trains == "generator" else "numpy_inside"
        sheet.fail(SCALAR, MESSAGES["no_gradients"].format(**values), mistake)
        return None
    if "Unknown variable" in message:
        sheet.fail(
            SCALAR, MESSAGES["unknown_variable"].format(**values), f"updates_{kind.other}_too"
        )
        return None
    loss = sheet.array(SCALAR, "step", kind.call, MESSAGES["expected"])
    if loss is None:
        return None
    if loss.size != 1:
        sheet.fail(SCALAR, MESSAGES["scalar"].format(came=shape_text(loss.shape)))
        return None
    what = unusable(loss)
    if what is not None:
        sheet.fail(SCALAR, MESSAGES["not_finite"].format(what=what))
        return None
    sheet.ok(SCALAR)
    return float(loss.reshape(()))


def _explain(
    came: float,
    candidates: Sequence[Candidate],
    moved: Movement,
    kind: Kind,
    rate: float,
) -> Candidate | None:
    """The candidate that has this loss; one that explains the update too, if there is any."""
    names = _weights_of(kind.trains)
    first = None
    for item in candidates:
        outcome = item[2]
        if abs(outcome.loss - came) <= RTOL * abs(outcome.loss):
            first = first or item
            if _same(moved, {name: rate * outcome.gradients[name] for name in names}, names):
                return item
    return first


def _fail_loss(
    sheet: Sheet,
    challenge: Challenge,
    kind: Kind,
    came: float,
    expected: float,
    after: Mapping[str, Array],
) -> None:
    message = MESSAGES["loss"].format(expected=expected, came=came)
    late = _candidates(challenge, kind, sheet.evidence.facts["calls"], after)
    mistake: str | None = None
    if _other_codings(sheet, challenge):
        mistake = "other_codings"
    elif any(
        abs(outcome.loss - came) <= RTOL * abs(outcome.loss)
        for formula, _, outcome in late
        if formula.mistake is None
    ):
        mistake = "loss_after_update"
    sheet.fail(LOSS, message if not mistake else f"{message} {MESSAGES[mistake]}", mistake)


def _other_codings(sheet: Sheet, challenge: Challenge) -> bool:
    """Whether the generator was given other codings than those of the challenge."""
    codings = sheet.evidence.arrays["generated_from"]
    return bool(len(codings)) and not _holds(codings, challenge.arrays["codings"])


def _holds(rows: Array, codings: Array) -> bool:
    return all(np.any(np.all(np.abs(rows - coding) < 1e-5, axis=1)) for coding in codings)


def _judge_loss(sheet: Sheet, kind: Kind, found: Candidate, came: float, expected: float) -> None:
    formula = found[0]
    if formula.mistake is not None:
        message = MESSAGES["loss"].format(expected=expected, came=came)
        sheet.fail(LOSS, f"{message} {kind.messages[formula.mistake]}", formula.mistake)
        return
    sheet.ok(LOSS)
    if formula.unit is None:
        sheet.ok(UNIT)
        return
    messages = {**MESSAGES, **kind.messages}
    sheet.fail(UNIT, messages[formula.unit], formula.unit)


def _judge_mode(sheet: Sheet, kind: Kind, modes: Modes) -> None:
    """Known networks tell the mode by their loss, real layers by their moving statistics."""
    message = MESSAGES["inference_mode"].format(network=kind.network)
    if not kind.right_modes(modes):
        sheet.fail(MODE, message, "inference_mode")
    elif sheet.came(MODE, "layers/step", kind.call):
        normalised = sheet.evidence.facts[f"layers/{kind.trains}/normalised"]
        sheet.decide(MODE, normalised, message, "inference_mode")


def _weights_of(network: str) -> tuple[str, ...]:
    return tuple(name for name in WEIGHTS if name.startswith(network))


def _judge_movement(
    sheet: Sheet,
    challenge: Challenge,
    kind: Kind,
    found: Candidate | None,
    candidates: Sequence[Candidate],
    moved: Movement,
) -> None:
    """Whether the network that trains moves by its gradient, and the other not at all."""
    facts = sheet.evidence.facts
    own, others = _weights_of(kind.trains), _weights_of(kind.other)
    moves = any(np.any(moved.down[name]) for name in own)
    other_moves = any(np.any(moved.down[name]) for name in others) or facts.get(
        f"layers/{kind.other}/moved", False
    )
    values = {"network": kind.network, "name": kind.trains}
    if other_moves:
        key = "other_moves" if moves else "wrong_network"
        named = f"updates_{kind.other}_too" if moves else "wrong_network"
        sheet.fail(ALONE, MESSAGES[key].format(**values), named)
    elif moves:
        sheet.ok(ALONE)
    if not moves:
        _fail_unmoved(sheet, kind, other_moves, values)
        return
    if facts["updates"] > 1:
        message = MESSAGES["two_updates"].format(count=facts["updates"])
        sheet.fail(UPDATE, message, "two_updates")
        return
    rate = challenge.facts["learning_rate"]
    if found is not None:
        steps = {name: rate * found[2].gradients[name] for name in own}
        if _same(moved, steps, own):
            all_move = facts.get(f"layers/{kind.trains}/all_moved", True)
            sheet.decide(UPDATE, all_move, MESSAGES["left_out"].format(**values), "left_out")
            return
        factor = _factor(moved, steps, own)
        if factor is not None:
            key = "wrong_sign_of_update" if factor < 0 else "scaled_update"
            sheet.fail(UPDATE, MESSAGES[key].format(factor=factor), key)
            return
    _fail_update(sheet, kind, candidates, moved, rate)


def _fail_unmoved(sheet: Sheet, kind: Kind, other_moves: bool, values: Mapping[str, str]) -> None:
    """The network that should train did not move: which of three reasons is it?"""
    if other_moves:
        sheet.fail(UPDATE, MESSAGES["wrong_network"].format(**values), "wrong_network")
    elif kind.trains == "generator" and not sheet.evidence.facts["gradient_reached_generator"]:
        sheet.fail(UPDATE, MESSAGES["no_gradients"].format(**values), "detached_generator")
    else:
        sheet.fail(UPDATE, MESSAGES["no_update"].format(**values), "no_update")


def _fail_update(
    sheet: Sheet,
    kind: Kind,
    candidates: Sequence[Candidate],
    moved: Movement,
    rate: float,
) -> None:
    """The weights do not follow the loss returned; perhaps they follow one that is known."""
    own = _weights_of(kind.trains)
    message = MESSAGES["update"].format(network=kind.network)
    for formula, _, outcome in candidates:
        if _same(moved, {name: rate * outcome.gradients[name] for name in own}, own):
            if formula.mistake is not None:
                message = f"{message} {kind.messages[formula.mistake]}"
            elif not sheet.passed(LOSS):
                # The loss reported is wrong, the one differentiated is right.
                sheet.ok(UPDATE)
                return
            sheet.fail(UPDATE, message, formula.mistake)
            return
    sheet.fail(UPDATE, message)


def _same(moved: Movement, steps: Mapping[str, Array], names: Sequence[str]) -> bool:
    return all(
        np.all(
            np.abs(moved.down[name] - steps[name])
            <= UPDATE_TOLERANCE * np.abs(steps[name]).max() + moved.slack[name]
        )
        for name in names
    )


def _factor(moved: Movement, steps: Mapping[str, Array], names: Sequence[str]) -> float | None:
    """The number by which all steps are multiplied; None if there is no such number."""
    first, second = (
        np.concatenate([of[name].ravel() for name in names]) for of in (moved.down, steps)
    )
    factor = float(first @ second / (second @ second))
    scaled: dict[str, Any] = {name: factor * steps[name] for name in names}
    return factor if factor != 0 and _same(moved, scaled, names) else None
