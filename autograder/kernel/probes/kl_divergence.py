"""Measures distributions of codings, and how the measure changes with them."""

import contextlib
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the divergences of each case, and on the first their gradients.

    The gradients are those of a sum with the weights of the challenge, so that each row counts.
    An extreme case on which the answer raises does not keep it from the gradients.
    """
    for case in challenge.facts["cases"]:
        with contextlib.suppress(StudentCodeFailed):
            attempt(evidence, case, answer, *_tensors(challenge, case))
    mean, log_var = _tensors(challenge, challenge.facts["cases"][0])

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch([mean, log_var])
            divergences = tf.convert_to_tensor(answer(mean, log_var))
            weighted = tf.reduce_sum(divergences * challenge.arrays["weights"])
        return tape.gradient(weighted, [mean, log_var])

    with contextlib.suppress(StudentCodeFailed):
        attempt(evidence, "gradients", gradients, depth=1)


def _tensors(challenge: Challenge, case: str) -> tuple[tf.Tensor, tf.Tensor]:
    return tuple(tf.constant(challenge.arrays[f"{case}/{name}"]) for name in ("mean", "log_var"))
