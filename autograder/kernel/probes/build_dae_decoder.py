"""Builds a decoder, sets its weights, and calls it at inference and in training mode."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import (
    build_model,
    record_inference,
    record_layout,
    set_random_weights,
)
from autograder.kernel.student import attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the decoder's outputs on codings under random weights."""
    codings = challenge.arrays["codings"]
    model = build_model(evidence, "model", answer)
    if model is None:
        return
    attempt(evidence, "first", model, codings.copy())
    record_layout(evidence, "model", model)
    set_random_weights(evidence, "weights", model, np.random.default_rng(challenge.facts["seed"]))
    record_inference(evidence, "inference", model, codings)
    attempt(evidence, "one_coding", model, codings[:1].copy())
    attempt(evidence, "training", model, codings.copy(), training=True)
