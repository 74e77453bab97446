"""Joins two stand-in networks, and asks the joined model for images, losses and training steps."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import build_ahead, build_model, record_prediction
from autograder.kernel.student import attempt

_KERNELS = ("encoder/kernel", "encoder/bias", "decoder/kernel", "decoder/bias")


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the joined model's outputs, evaluation, which weights a few steps move, how fast.

    The stand-ins are one dense layer each. Their weights are exchanged under the joined model's
    hands: a model that holds copies does not notice.
    """
    images, targets = challenge.arrays["images"], challenge.arrays["targets"]
    encoder, decoder = _stand_ins(challenge.arrays["before/encoder/kernel"].shape[1])
    _set_weights(encoder, decoder, challenge, "before")
    dae = build_model(evidence, "model", answer, encoder, decoder)
    if dae is None:
        return
    record_prediction(evidence, "before", dae, images)
    _set_weights(encoder, decoder, challenge, "after")
    record_prediction(evidence, "after", dae, images)
    attempt(evidence, "training/0", dae, images.copy(), training=True)
    attempt(evidence, "training/1", dae, images.copy(), training=True)

    evidence.facts["compiled"] = bool(dae.compiled)
    if not dae.compiled:
        return
    build_ahead(dae, images, targets)
    scores = attempt(
        evidence, "evaluate", dae.evaluate, images, targets, return_dict=True, verbose=0
    )
    evidence.facts["score_names"] = [str(name)[:80] for name in scores]
    for name, score in scores.items():
        evidence.record(f"score/{str(name)[:80]}", score)
    parts = {"encoder": encoder, "decoder": decoder}
    weights_before = {name: part.get_weights() for name, part in parts.items()}
    # By `fit`, for which a train step of one's own may be written.
    attempt(evidence, "fit", dae.fit, images, targets, epochs=2, verbose=0)
    evidence.facts["moved"] = {
        name: any(
            not np.array_equal(before, after)
            for before, after in zip(weights_before[name], part.get_weights(), strict=True)
        )
        for name, part in parts.items()
    }
    evidence.record("learning_rate", getattr(dae.optimizer, "learning_rate", None))


class StandIn(keras.Sequential):
    """A network that shows its ends under the names that functional models have too.

    Answers join networks by calling them, by their layers, or by their `input` and `output`.
    """

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self.inputs[0]

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self.outputs[0]


def _stand_ins(codings_size: int) -> tuple[keras.Model, keras.Model]:
    encoder = StandIn(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.GaussianNoise(0.5),
            keras.layers.Dense(codings_size, activation="tanh"),
        ]
    )
    decoder = StandIn(
        [
            keras.layers.Input((codings_size,)),
            keras.layers.Dense(784, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )
    return encoder, decoder


def _set_weights(
    encoder: keras.Model, decoder: keras.Model, challenge: Challenge, when: str
) -> None:
    kernels = [challenge.arrays[f"{when}/{name}"] for name in _KERNELS]
    # All weights: an answer may have frozen a part in the meantime.
    for variable, values in zip(encoder.weights + decoder.weights, kernels, strict=True):
        variable.assign(values)
