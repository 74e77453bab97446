"""Has the gain of a stand-in denoiser measured, and records what it was given to restore."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.stand_in import StandIn
from autograder.kernel.student import attempt
from autograder.kernel.tape import Tape

_RECORDED_CALLS = 8


class StandInDenoiser(StandIn):
    """Maps each pixel x to sigmoid(steepness·(x − ½)), with another steepness in training.

    It writes on tapes what it is given.
    """

    def __init__(self, steepness: float, training_steepness: float, capacity: int) -> None:
        super().__init__()
        self.steepness, self.training_steepness = steepness, training_steepness
        self.tapes = {name: Tape(capacity, 784) for name in ("inferred_on", "trained_on")}

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The restored images, of the shape of the inputs."""
        images = keras.ops.cast(inputs, "float32")
        if tf.is_tensor(images):
            self.tapes["trained_on" if training else "inferred_on"].write(images)
        steepness = self.training_steepness if training else self.steepness
        return keras.ops.sigmoid(steepness * (images - 0.5))


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the gain that the answer finds in each case, and the images that it had restored.

    If the answer's module has a `peak_signal_to_noise_ratio`, that is another exercise's answer: a
    stand-in takes its place, which notes its arguments and returns numbers of the challenge.
    """
    for case, noise_stddev in challenge.facts["cases"].items():
        images = challenge.arrays[f"{case}/images"]
        dae = StandInDenoiser(
            challenge.facts["steepness"],
            challenge.facts["training_steepness"],
            capacity=4 * len(images),
        )
        stand_in = _stand_in_psnr(challenge.facts["stand_in_psnr"], evidence, case)
        with neighbours_replaced(answer, {"peak_signal_to_noise_ratio": stand_in}):
            attempt(evidence, case, answer, dae, images.copy(), noise_stddev)
        for name, tape in dae.tapes.items():
            evidence.facts[f"{case}/{name}/count"] = tape.count
            evidence.record(f"{case}/{name}", tape.rows())


def _stand_in_psnr(values: list[float], evidence: Evidence, case: str) -> Callable[..., float]:
    calls = 0

    def stand_in(*arguments: Any, **keywords: Any) -> float:
        nonlocal calls
        if calls < _RECORDED_CALLS:
            for index, argument in enumerate([*arguments, *keywords.values()][:2]):
                evidence.record(f"{case}/psnr/{calls}/{index}", argument)
        calls += 1
        evidence.facts[f"{case}/psnr/calls"] = calls
        return values[(calls - 1) % len(values)]

    return stand_in
