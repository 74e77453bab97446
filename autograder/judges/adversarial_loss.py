"""Reading a loss on a discriminator's answers: its value, its unit, its gradients.

The two losses of a GAN differ in their formulas and their mistakes; how a formula is recognised in
what came is one thing for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from autograder.judges.numbers import close, recognise_in_all, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

SCALAR, VALUE, UNIT, GRADIENTS = "A scalar", "Value", "Averaged over the images", "Gradients"
CRITERIA = {SCALAR: 0.1, VALUE: 0.5, UNIT: 0.2, GRADIENTS: 0.2}

MESSAGES = Messages() | {
    "expected": "one number",
    "scalar": "Expected one number for the whole batch, got an array of shape {came}.",
    "not_reduced": "That is one number for each image: take their mean.",
    "not_finite": "Expected a finite loss, got {what}.",
    "value": "Expected {expected:.4f}, got {came:.4f}.",
    "numpy_inside": "Expected gradients with respect to {which}, got none: NumPy, `float`, "
    "`.numpy()` or a stopped gradient cuts them off. Use tf or keras.ops.",
    "gradient_values": "The value is right, but the gradient with respect to {which} is not that "
    "of this loss. Is something detached, or rounded?",
    "summed_over_batch": "The loss is right, in another unit: summed over the images. The lesson "
    "takes their mean, so that the loss does not grow with the batch.",
    "base_two": "The loss is right, but in bits: use the natural logarithm.",
    "other_unit": "The loss is right, but {factor:.4g} times the mean over the images.",
}
RTOL, ATOL = 1e-4, 1e-5
"""Float32 means of some logarithms up to 4.6 are off by 1e-6; libraries clip probabilities at
1e-7, which changes a logarithm in [0.01, 0.99] by at most 1e-5."""


def cross_entropy_of_clipped_logits(probabilities: np.ndarray, label: float) -> float:
    """The same, of logits that are taken for probabilities: libraries clip them to [1e-7, 1)."""
    p = probabilities.astype(np.float64)
    # 1 − 1e-7 is no float32: the nearest is 1 − 2⁻²³.
    clipped = np.clip(np.log(p) - np.log1p(-p), 1e-7, 1 - 2.0**-23)
    return cross_entropy(clipped, label)


Probabilities = Mapping[str, np.ndarray]
Formula = Callable[[Probabilities], float]


def cross_entropy(probabilities: np.ndarray, label: float) -> float:
    """Mean binary cross-entropy of probabilities whose images all have one label, in nats."""
    return cross_entropy_with(probabilities)(label)


def cross_entropy_with(probabilities: np.ndarray) -> Callable[[float], float]:
    """The same for any label, in which it is linear: the logarithms are taken once."""
    p = probabilities.astype(np.float64)
    of_one, of_zero = -float(np.mean(np.log(p))), -float(np.mean(np.log1p(-p)))
    return lambda label: label * of_one + (1 - label) * of_zero


def cross_entropy_of_logits(logits: np.ndarray, label: float) -> float:
    """The same, of what is taken for logits."""
    z = logits.astype(np.float64)
    return float(np.mean(np.logaddexp(0, z) - label * z))


def judge_loss(
    sheet: Sheet,
    challenge: Challenge,
    call: str,
    arguments: Sequence[str],
    right: Formula,
    right_gradients: Callable[[Probabilities], dict[str, np.ndarray]],
    mistakes: Callable[[Probabilities], Mapping[str, float]],
    messages: Mapping[str, str],
) -> None:
    """One number a batch; then its formula, its unit, its gradients.

    `mistakes` gives what each misconception computes, named by a key of `messages`.
    """
    cases = {
        case: {name: challenge.arrays[f"{case}/{name}"] for name in arguments}
        for case in challenge.facts["cases"]
    }
    losses = _losses(sheet, cases, call)
    if losses is None:
        return
    expected = {case: right(probabilities) for case, probabilities in cases.items()}
    factor = _unit(losses, expected, cases)
    if factor is None:
        _fail_value(sheet, cases, losses, expected, mistakes, messages)
        return
    sheet.ok(VALUE)
    _judge_unit(sheet, factor, len(next(iter(cases[_FIRST].values()))), messages)
    _judge_gradients(sheet, cases[_FIRST], factor, right_gradients)


_FIRST = "eight"


def draw_probabilities(
    rng: np.random.Generator, arguments: Sequence[str], lie_apart: Callable[[Probabilities], bool]
) -> Challenge:
    """Batches of eight, of five and of one image, with probabilities in [0.03, 0.97].

    Drawn again until the mistakes lie apart on the batch that recognises them.
    """
    while True:
        arrays = {
            f"{case}/{name}": rng.uniform(0.03, 0.97, (count, 1)).astype(np.float32)
            for case, count in {_FIRST: 8, "five": 5, "one": 1}.items()
            for name in arguments
        }
        if lie_apart({name: arrays[f"{_FIRST}/{name}"] for name in arguments}):
            return Challenge(arrays, {"cases": [_FIRST, "five", "one"]})


def _losses(
    sheet: Sheet, cases: Mapping[str, Probabilities], call: str
) -> dict[str, np.ndarray] | None:
    """The loss of each case, a single number each; None, with the reason, if there are none."""
    losses = {}
    for case, probabilities in cases.items():
        loss = sheet.array(SCALAR, case, call, MESSAGES["expected"])
        if loss is None:
            return None
        if loss.size != 1 and not sheet.decided(SCALAR):
            count = len(next(iter(probabilities.values())))
            rows = loss.shape[:1] in ((count,), (2 * count,)) and loss.size == loss.shape[0]
            message = MESSAGES["scalar"].format(came=shape_text(loss.shape))
            message = f"{message} {MESSAGES['not_reduced']}" if rows else message
            sheet.fail(SCALAR, message, "not_reduced" if rows else None)
            if not rows:
                return None
        what = unusable(loss)
        if what is not None:
            sheet.fail(VALUE, MESSAGES["not_finite"].format(what=what))
            return None
        # The kind of float tells how exact it can be.
        losses[case] = loss.mean(dtype=loss.dtype if loss.dtype.kind == "f" else np.float64)
    if not sheet.decided(SCALAR):
        sheet.ok(SCALAR)
    return losses


def _unit(
    losses: Mapping[str, np.ndarray],
    expected: Mapping[str, float],
    cases: Mapping[str, Probabilities],
) -> dict[str, float] | None:
    """The factor of each case by which the right loss is multiplied; None if it is not the loss.

    It is 1, the number of images, a multiple of that, or any positive constant.
    """

    def all_agree(factors: Mapping[str, float]) -> bool:
        return all(
            close(
                losses[case],
                np.array(factors[case] * expected[case]),
                RTOL,
                ATOL * min(1.0, factors[case]),
            )
            for case in cases
        )

    plain = dict.fromkeys(cases, 1.0)
    if all_agree(plain):
        return plain
    ratio = float(losses[_FIRST]) / expected[_FIRST]
    if ratio <= 0:
        return None
    counts = {case: len(next(iter(rows.values()))) for case, rows in cases.items()}
    by_count = {case: ratio * counts[case] / counts[_FIRST] for case in cases}
    for factors in (dict.fromkeys(cases, ratio), by_count):
        if all_agree(factors):
            return factors
    return None


def _judge_unit(
    sheet: Sheet, factor: Mapping[str, float], count: int, messages: Mapping[str, str]
) -> None:
    if all(value == 1 for value in factor.values()):
        if sheet.passed(SCALAR):
            sheet.ok(UNIT)
        return
    first = factor[_FIRST]
    constant = len(set(factor.values())) == 1
    if constant and abs(first - 2) < 1e-3 and "summed_loss" in messages:
        sheet.fail(UNIT, messages["summed_loss"], "summed_loss")
    elif constant and abs(first - 1 / np.log(2)) < 1e-3:
        sheet.fail(UNIT, MESSAGES["base_two"], "base_two")
    elif not constant and min(abs(first - count), abs(first - 2 * count)) < 1e-3 * first:
        sheet.fail(UNIT, MESSAGES["summed_over_batch"], "summed_over_batch")
    else:
        sheet.fail(UNIT, MESSAGES["other_unit"].format(factor=first))


def _fail_value(
    sheet: Sheet,
    cases: Mapping[str, Probabilities],
    losses: Mapping[str, np.ndarray],
    expected: Mapping[str, float],
    mistakes: Callable[[Probabilities], Mapping[str, float]],
    messages: Mapping[str, str],
) -> None:
    case = next(
        case for case in cases if not close(losses[case], np.array(expected[case]), RTOL, ATOL)
    )
    message = MESSAGES["value"].format(expected=expected[case], came=float(losses[case]))
    candidates = {name: mistakes(probabilities) for name, probabilities in cases.items()}
    mistake = recognise_in_all(losses, candidates, RTOL, ATOL)
    sheet.fail(VALUE, message if not mistake else f"{message} {messages[mistake]}", mistake)


def _judge_gradients(
    sheet: Sheet,
    probabilities: Probabilities,
    factor: Mapping[str, float],
    right_gradients: Callable[[Probabilities], dict[str, np.ndarray]],
) -> None:
    came = {
        name: sheet.evidence.arrays.get(f"gradients/{index}")
        for index, name in enumerate(probabilities)
    }
    missing = [
        _("the {name} probabilities").format(name=name)
        for name, gradient in came.items()
        if gradient is None
    ]
    if missing:
        message = MESSAGES["numpy_inside"].format(which=_(" and ").join(missing))
        sheet.fail(GRADIENTS, message, "numpy_inside")
        return
    for name, gradient in right_gradients(probabilities).items():
        actual = came[name]
        if actual is None or not close(actual, factor[_FIRST] * gradient, 1e-3, 1e-5):
            message = MESSAGES["gradient_values"].format(
                which=_("the {name} probabilities").format(name=name)
            )
            sheet.fail(GRADIENTS, message)
            return
    sheet.ok(GRADIENTS)
