"""generator_loss: cross-entropy of fake = 1, the non-saturating loss, mean over the batch."""

from __future__ import annotations

import numpy as np

from autograder.judges import adversarial_loss
from autograder.judges.adversarial_loss import (
    Probabilities,
    cross_entropy,
    cross_entropy_of_clipped_logits,
    cross_entropy_of_logits,
    draw_probabilities,
    judge_loss,
)
from autograder.judges.numbers import apart
from autograder.judges.sheet import Sheet
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

CRITERIA = adversarial_loss.CRITERIA

CALL = "generator_loss(fake_probabilities)"
MESSAGES = Messages() | {
    "saturating_loss": "That is log(1 − fake), the saturating loss: it falls as the fakes get "
    "better, as it should, but hardly changes while they are bad. The lesson's is steepest there.",
    "minimises_fake_label": "That is the cross-entropy with the label 0: it falls as the fakes get "
    "*worse*. The generator wants its images to be called real.",
    "double_sigmoid": "That is the value with from_logits=True: the probabilities are taken for "
    "logits and get a second sigmoid.",
    "logits_for_probabilities": "That is the cross-entropy of logits that are taken for "
    "probabilities: the argument is a probability already, so leave it as it is.",
    "wrong_sign": "The sign is turned: a cross-entropy is never negative, and it is minimised.",
    "label_smoothing": "That has smoothed labels (0.9 in place of 1): a fine trick, and not this "
    "loss.",
    "mse_for_bce": "That is a squared error (the loss of a least-squares GAN); this one has the "
    "binary cross-entropy.",
    "wasserstein": "That is a mean of probabilities (as in a Wasserstein GAN); this loss has the "
    "binary cross-entropy.",
    "log_of_mean": "That is the logarithm of the mean; it is the mean of the logarithms.",
}


def right(p: Probabilities) -> float:
    """The mean of −log(fake), in nats per image (Goodfellow et al. 2014, section 3)."""
    return cross_entropy(p["fake"], 1)


def right_gradients(p: Probabilities) -> dict[str, np.ndarray]:
    """How `right` changes with each probability."""
    fake = p["fake"].astype(np.float64)
    return {"fake": -1 / (len(fake) * fake)}


def mistakes(p: Probabilities) -> dict[str, float]:
    """What each known misconception computes; a "/" parts the variants of one."""
    fake = p["fake"].astype(np.float64)
    return {
        "saturating_loss": -cross_entropy(fake, 0),
        "minimises_fake_label": cross_entropy(fake, 0),
        "double_sigmoid": cross_entropy_of_logits(fake, 1),
        "logits_for_probabilities": cross_entropy_of_clipped_logits(fake, 1),
        "wrong_sign": -right(p),
        "label_smoothing/hard": cross_entropy(fake, 0.9),
        "label_smoothing/keras": cross_entropy(fake, 0.95),
        "mse_for_bce": float(np.mean((fake - 1) ** 2)),
        "wasserstein/plain": -float(np.mean(fake)),
        "wasserstein/turned": float(np.mean(fake)),
        "log_of_mean": float(-np.log(np.mean(fake))),
    }


def _lie_apart(p: Probabilities) -> bool:
    results = {"right": right(p)} | mistakes(p)
    rest = {k: v for k, v in results.items() if not k.startswith("label_smoothing")}
    # Smoothed labels are near the hard ones by nature; the tolerance is a hundred times smaller.
    return apart(rest) and apart(results, share=0.01)


def draw(rng: np.random.Generator) -> Challenge:
    """Probabilities for generated images, on which mistakes lie apart."""
    return draw_probabilities(rng, ("fake",), _lie_apart)


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """One number a batch, the formula, its unit, its gradient."""
    judge_loss(sheet, challenge, CALL, ("fake",), right, right_gradients, mistakes, MESSAGES)
