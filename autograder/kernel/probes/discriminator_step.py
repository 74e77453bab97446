"""Makes one step of the discriminator, on known networks and on networks with real layers."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from autograder.kernel.adversaries import probe_step
from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record what each step returns, and which weights it moved, and where to."""
    real_images, codings = (tf.constant(challenge.arrays[name]) for name in ("images", "codings"))

    def step(generator: Any, discriminator: Any, optimizer: Any) -> Any:
        return answer(generator, discriminator, optimizer, real_images, codings)

    probe_step(answer, step, "discriminator", challenge, evidence)
