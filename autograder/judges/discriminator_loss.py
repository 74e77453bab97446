"""discriminator_loss: cross-entropy of real = 1 and fake = 0, mean over the combined batch."""

from __future__ import annotations

import numpy as np

from autograder.judges import adversarial_loss
from autograder.judges.adversarial_loss import (
    Probabilities,
    cross_entropy,
    cross_entropy_of_clipped_logits,
    cross_entropy_of_logits,
    cross_entropy_with,
    draw_probabilities,
    judge_loss,
)
from autograder.judges.numbers import apart
from autograder.judges.sheet import Sheet
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

CRITERIA = adversarial_loss.CRITERIA

CALL = "discriminator_loss(real_probabilities, fake_probabilities)"
MESSAGES = Messages() | {
    "summed_loss": "That is the loss of the real images plus that of the fakes: right, and twice "
    "the mean over all images of both batches. At probabilities of ½ it is 1.386; the lesson's is "
    "0.693.",
    "swapped_labels": "That is the loss with the labels exchanged: real images have the label 1, "
    "generated ones 0.",
    "fake_label_one": "That has the label 1 for the fakes as well: theirs is 0.",
    "real_label_zero": "That has the label 0 for the real images as well: theirs is 1.",
    "real_only": "That is the loss of the real images alone; the fakes have no part in it.",
    "fake_only": "That is the loss of the fakes alone; the real images have no part in it.",
    "double_sigmoid": "That is the value with from_logits=True: the probabilities are taken for "
    "logits and get a second sigmoid.",
    "logits_for_probabilities": "That is the cross-entropy of logits that are taken for "
    "probabilities: the arguments are probabilities already, so leave them as they are.",
    "wrong_sign": "The sign is turned: a cross-entropy is never negative, and it is minimised.",
    "label_smoothing": "That has smoothed labels (0.9 in place of 1): a fine trick, and not this "
    "loss.",
    "mse_for_bce": "That is a squared error (the loss of a least-squares GAN); this one has the "
    "binary cross-entropy.",
    "wasserstein": "That is a difference of means (the loss of a Wasserstein GAN); this one has "
    "the binary cross-entropy.",
}


def right(p: Probabilities) -> float:
    """−(Σ log real + Σ log(1 − fake)) / (2n), in nats per image (Goodfellow et al. 2014, eq. 1)."""
    return (cross_entropy(p["real"], 1) + cross_entropy(p["fake"], 0)) / 2


def right_gradients(p: Probabilities) -> dict[str, np.ndarray]:
    """How `right` changes with each probability."""
    real, fake = (p[name].astype(np.float64) for name in ("real", "fake"))
    return {"real": -1 / (2 * len(real) * real), "fake": 1 / (2 * len(fake) * (1 - fake))}


def mistakes(p: Probabilities) -> dict[str, float]:
    """What each known misconception computes; a "/" parts the variants of one."""
    real, fake = p["real"], p["fake"]
    of_real, of_fake = cross_entropy_with(real), cross_entropy_with(fake)

    def both(first: float, second: float) -> dict[str, float]:
        return {"mean": (first + second) / 2, "sum": first + second}

    squares = both(float(np.mean((real - 1.0) ** 2)), float(np.mean(fake.astype(float) ** 2)))
    means = float(np.mean(fake, dtype=float) - np.mean(real, dtype=float))
    pairs = {
        "swapped_labels": both(of_real(0), of_fake(1)),
        "fake_label_one": both(of_real(1), of_fake(1)),
        "real_label_zero": both(of_real(0), of_fake(0)),
        "real_only": both(of_real(1), 0.0),
        "fake_only": both(0.0, of_fake(0)),
        "double_sigmoid": both(cross_entropy_of_logits(real, 1), cross_entropy_of_logits(fake, 0)),
        "logits_for_probabilities": both(
            cross_entropy_of_clipped_logits(real, 1), cross_entropy_of_clipped_logits(fake, 0)
        ),
        "wrong_sign": both(-of_real(1), -of_fake(0)),
        "mse_for_bce": squares,
        "wasserstein": {"plain": means, "turned": -means},
    }
    results = {f"{name}/{way}": value for name, of in pairs.items() for way, value in of.items()}
    for way, real_label, fake_label in (
        ("real", 0.9, 0.0),
        ("both", 0.9, 0.1),
        ("keras", 0.95, 0.05),
    ):
        pair = both(of_real(real_label), of_fake(fake_label))
        results |= {f"label_smoothing/{way}/{name}": value for name, value in pair.items()}
    return results


def _lie_apart(p: Probabilities) -> bool:
    results = {"right": right(p), "summed_loss": 2 * right(p)} | mistakes(p)
    # Smoothed labels are near the hard ones by nature; the tolerance is a hundred times smaller.
    smoothed = {k: v for k, v in results.items() if k.startswith("label_smoothing")}
    rest = {k: v for k, v in results.items() if k not in smoothed}
    near = rest | smoothed
    return apart(rest) and apart(near, share=0.005)


def draw(rng: np.random.Generator) -> Challenge:
    """Probabilities for real and generated images, on which mistakes lie apart."""
    return draw_probabilities(rng, ("real", "fake"), _lie_apart)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """One number a batch, the formula, its unit, its gradients."""
    judge_loss(sheet, challenge, CALL, ("real", "fake"), right, right_gradients, mistakes, MESSAGES)
