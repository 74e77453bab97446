"""Builds a variational decoder and calls it under two settings of its weights."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import (
    build_model,
    record_inference,
    record_layout,
    scale_last_layers,
    set_random_weights,
)
from autograder.kernel.student import attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the images under random weights, and with those of the last layer scaled."""
    codings = challenge.arrays["codings"]
    model = build_model(evidence, "model", answer, codings_size=codings.shape[1])
    if model is None:
        return
    attempt(evidence, "first", model, codings.copy())
    record_layout(evidence, "model", model)
    set_random_weights(evidence, "weights", model, np.random.default_rng(challenge.facts["seed"]))
    record_inference(evidence, "inference", model, codings)
    attempt(evidence, "one_coding", model, codings[:1].copy())
    attempt(evidence, "training", model, codings.copy(), training=True)
    scale_last_layers(model, challenge.facts["scale"], widths=(784,))
    attempt(evidence, "scaled", model, codings.copy(), training=False)
    default = build_model(evidence, "default_model", answer)
    if default is not None:
        attempt(evidence, "default", default, challenge.arrays["ten_codings"].copy())
