"""generate_images: decode count fresh draws from N(0, I)."""

from __future__ import annotations

import numpy as np

from autograder.judges.networks import sigmoid
from autograder.judges.noise import gaussian_fault
from autograder.judges.numbers import close, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, PRIOR, DECODED = "Images, as many as asked for", "Fresh draws from the prior", "Decoded"
CRITERIA = {SHAPE: 0.2, PRIOR: 0.5, DECODED: 0.3}

CALL = "generate_images(decoder, count={count}, codings_size={size})"
MESSAGES = Messages() | {
    "expected": "images",
    "shape": "Expected images of shape {expected}, got {came}.",
    "codings_returned": "These are codings: let the decoder turn them into images.",
    "wrong_count": "The argument `count` says how many.",
    "never_called": "Expected the decoder to be called; it never was.",
    "decoder_count": "Expected {count} codings to reach the decoder, got {came}.",
    "uniform_codings": "Expected codings from the standard normal distribution, the prior; these "
    "are uniform.",
    "spread": "Expected codings from the standard normal distribution, with spread 1; got "
    "{came:.3f}.",
    "not_centred": "Expected codings with mean 0, got {mean:+.3f}.",
    "not_normal": "Expected codings from the standard normal distribution; their spread is right, "
    "their shape is not.",
    "same_images_repeated": "Expected codings of its own for each image, drawn independently; "
    "{what} share theirs.",
    "images": "all images",
    "pixels": "the codings of an image",
    "fixed_codings": "Expected fresh codings at every call, got the same again: is the seed fixed?",
    "training_mode": "Expected the decoder at inference; it was called with training=True.",
    "not_finite": "Expected pixels between 0 and 1, got {what}.",
    "decoder_changed": "Expected the decoder to stay as it was; its weights have changed.",
    "decoded": "Expected row i to be the decoded i-th coding; it is something else. Are the images "
    "changed, or put in another order, after decoding?",
}


def draw(rng: np.random.Generator) -> Challenge:
    """A decoder of 7 codings, two calls for many images, and one for a single image."""
    kernel = rng.normal(0, 0.5, (7, 784)).astype(np.float32)
    return Challenge({"kernel": kernel}, {"counts": {"first": 150, "second": 150, "single": 1}})


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shapes; then the codings that reached the decoder; then what became of them."""
    size = len(challenge.arrays["kernel"])
    results = {}
    for case, count in challenge.facts["counts"].items():
        call = CALL.format(count=count, size=size)
        result = sheet.array(SHAPE, case, call, MESSAGES["expected"])
        if result is None:
            return
        if result.shape != (count, 28, 28):
            _fail_shape(sheet, result.shape, count, size)
            return
        results[case] = result
    sheet.ok(SHAPE)
    what = unusable(np.concatenate(list(results.values())))
    if what is not None:
        sheet.fail(DECODED, MESSAGES["not_finite"].format(what=what))
        return
    codings = _codings(sheet, challenge)
    if codings is None:
        return
    _judge_codings(sheet, np.stack([codings["first"], codings["second"]]))
    _judge_images(sheet, challenge, codings, results)


def _fail_shape(sheet: Sheet, came: tuple[int, ...], count: int, size: int) -> None:
    expected = shape_text((count, 28, 28))
    message = MESSAGES["shape"].format(expected=expected, came=shape_text(came))
    mistake = None
    if came == (count, size):
        mistake = "codings_returned"
    elif came[1:] == (28, 28):
        mistake = "wrong_count"
    sheet.fail(SHAPE, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _codings(sheet: Sheet, challenge: Challenge) -> dict[str, np.ndarray] | None:
    """The codings that each call decoded; None, with the reason, if they cannot be told."""
    facts, codings = sheet.evidence.facts, {}
    for case, count in challenge.facts["counts"].items():
        name = f"{case}/inferred_on"
        if facts[f"{case}/trained_on/count"]:
            name = f"{case}/trained_on"
            if not sheet.decided(DECODED):
                sheet.fail(DECODED, MESSAGES["training_mode"], "training_mode")
        came = facts[f"{name}/count"]
        if came == 0:
            sheet.fail(PRIOR, MESSAGES["never_called"])
            return None
        if came != count:
            # One image decoded and repeated is the usual way to fewer codings than images.
            mistake = "same_images_repeated" if came < count else None
            message = MESSAGES["decoder_count"].format(count=count, came=came)
            sheet.fail(PRIOR, message, mistake)
            return None
        codings[case] = sheet.evidence.arrays[name].astype(np.float64)
    return codings


def _judge_codings(sheet: Sheet, codings: np.ndarray) -> None:
    """Two calls' codings, shape (2, images, codings), against independent draws of N(0, 1)."""
    fault = gaussian_fault(codings, 1.0)
    if fault is None:
        sheet.ok(PRIOR)
        return
    key, values = fault
    if key == "noise_repeats" or np.array_equal(codings[0], codings[1]):
        sheet.fail(PRIOR, MESSAGES["fixed_codings"], "fixed_codings")
    elif key == "noise_shared":
        message = MESSAGES["same_images_repeated"].format(what=MESSAGES[values["what"]])
        sheet.fail(PRIOR, message, "same_images_repeated")
    elif key == "uniform_noise":
        sheet.fail(PRIOR, MESSAGES["uniform_codings"], "uniform_codings")
    elif key == "wrong_noise_level":
        sheet.fail(PRIOR, MESSAGES["spread"].format(**values), "off_the_prior")
    elif key == "noise_not_centred":
        sheet.fail(PRIOR, MESSAGES["not_centred"].format(**values), "off_the_prior")
    else:
        sheet.fail(PRIOR, MESSAGES["not_normal"])


def _judge_images(
    sheet: Sheet,
    challenge: Challenge,
    codings: dict[str, np.ndarray],
    results: dict[str, np.ndarray],
) -> None:
    if sheet.decided(DECODED):
        return
    if sheet.evidence.facts["decoder_changed"]:
        sheet.fail(DECODED, MESSAGES["decoder_changed"])
        return
    kernel = challenge.arrays["kernel"]  # in float32, which is off by a few 1e-6
    right = {
        case: sigmoid(drawn.astype(np.float32) @ kernel).reshape(-1, 28, 28)
        for case, drawn in codings.items()
    }
    met = all(close(results[case], images, 1e-4, 1e-4) for case, images in right.items())
    sheet.decide(DECODED, met, MESSAGES["decoded"])
