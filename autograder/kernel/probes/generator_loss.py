"""Measures a discriminator's answers to generated images, as the generator sees them."""

from collections.abc import Callable
from typing import Any

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.losses import record_losses


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the loss of each case, and its gradient with respect to the probabilities."""
    record_losses(answer, challenge, evidence, ("fake",))
