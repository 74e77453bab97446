"""Computes the loss on batches in which one of its two terms, or neither, is at work."""

import contextlib
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import StudentCodeFailed, attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the loss of each case, and the gradients in the case that the challenge names.

    If the answer's module has a `kl_divergence`, that is another exercise's answer: a stand-in
    takes its place, which is 0 at the prior like it, but another function.
    """
    squares, quarts = challenge.facts["stand_in"]
    evidence.facts["stand_in_calls"] = 0

    def stand_in(codings_mean: Any, codings_log_var: Any) -> Any:
        evidence.facts["stand_in_calls"] += 1
        terms = squares * tf.square(codings_mean) + quarts * tf.square(codings_log_var)
        return tf.reduce_sum(terms, axis=-1)

    with neighbours_replaced(answer, {"kl_divergence": stand_in}):
        for case in challenge.facts["cases"]:
            attempt(evidence, case, answer, *_tensors(challenge, case))
        images, *others = _tensors(challenge, challenge.facts["gradients_of"])

        def gradients() -> Any:
            with tf.GradientTape() as tape:
                tape.watch(others)
                loss = tf.reduce_mean(tf.convert_to_tensor(answer(images, *others)))
            found = tape.gradient(loss, others)
            return [None if one is None else tf.convert_to_tensor(one) for one in found]

        with contextlib.suppress(StudentCodeFailed):
            attempt(evidence, "gradients", gradients, depth=1)


def _tensors(challenge: Challenge, case: str) -> list[tf.Tensor]:
    """Images, reconstructions, mean and log_var of a case."""
    names = ("images", "reconstructions", "mean", "log_var")
    return [tf.constant(challenge.arrays[f"{case}/{name}"]) for name in names]
