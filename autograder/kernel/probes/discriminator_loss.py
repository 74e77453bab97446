"""Measures a discriminator's answers to real and to generated images."""

from collections.abc import Callable
from typing import Any

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.losses import record_losses


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the loss of each case, and its gradients with respect to both arguments."""
    record_losses(answer, challenge, evidence, ("real", "fake"))
