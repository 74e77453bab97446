"""Computes the loss on batches in which one of its two terms, or neither, is at work."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the loss of each case.

    If the answer's module has a `kl_divergence`, that is another exercise's answer: a stand-in
    takes its place, which is 0 at the prior like it, but another function.
    """
    squares, quarts = challenge.facts["stand_in"]
    evidence.facts["stand_in_calls"] = 0

    def stand_in(codings_mean: Any, codings_log_var: Any) -> Any:
        evidence.facts["stand_in_calls"] += 1
        terms = squares * tf.square(codings_mean) + quarts * tf.square(codings_log_var)
        return tf.reduce_sum(terms, axis=-1)

    for case in challenge.facts["cases"]:
        arguments = [
            tf.constant(challenge.arrays[f"{case}/{name}"])
            for name in ("images", "reconstructions", "mean", "log_var")
        ]
        with neighbours_replaced(answer, {"kl_divergence": stand_in}):
            attempt(evidence, case, answer, *arguments)
