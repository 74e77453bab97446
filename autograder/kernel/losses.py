"""Trying a loss: its values on each case of a challenge, and how it changes with its arguments."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, attempt


def record_losses(
    answer: Callable[..., Any],
    challenge: Challenge,
    evidence: Evidence,
    arguments: Sequence[str],
) -> None:
    """Record the loss of each case under its name, and the gradients on the first of them.

    A case is a batch of probabilities, under the arrays `case/argument`.
    """
    for case in challenge.facts["cases"]:
        attempt(evidence, case, answer, *_tensors(challenge, case, arguments))
    tensors = _tensors(challenge, challenge.facts["cases"][0], arguments)

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            # Of a loss that is not one number, the mean is taken, as its judge does.
            loss = tf.reduce_mean(tf.convert_to_tensor(answer(*tensors)))
        return tape.gradient(loss, tensors)

    with contextlib.suppress(StudentCodeFailed):
        attempt(evidence, "gradients", gradients, depth=1)


def _tensors(challenge: Challenge, case: str, arguments: Sequence[str]) -> list[tf.Tensor]:
    return [tf.constant(challenge.arrays[f"{case}/{name}"]) for name in arguments]
