"""Has a recording stand-in trained: which images went in, what they were compared with."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.models import build_ahead
from autograder.kernel.student import attempt
from autograder.kernel.tape import Tape

_CAPACITY = 1024
_PIXELS = 784


class RecordingAutoencoder(keras.Model):
    """A tiny denoising autoencoder that writes on tapes what passes through it.

    Whatever route the training takes, a forward pass goes through `call`, and a backward pass
    through the gradient of `_watched`, which tells how the loss changes with each output pixel.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = keras.Sequential(
            [
                keras.layers.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.GaussianNoise(0.1),
                keras.layers.Dense(5, activation="tanh"),
            ]
        )
        self.decoder = keras.Sequential(
            [
                keras.layers.Input((5,)),
                keras.layers.Dense(_PIXELS, activation="sigmoid"),
                keras.layers.Reshape((28, 28)),
            ]
        )
        self.tapes = {
            "trained_on": Tape(_CAPACITY, _PIXELS),
            "inferred_on": Tape(_CAPACITY, _PIXELS),
            "outputs": Tape(_CAPACITY, _PIXELS),
            "gradients": Tape(_CAPACITY, _PIXELS),
            "training_targets": Tape(_CAPACITY, _PIXELS),
            "validation_targets": Tape(_CAPACITY, _PIXELS),
        }

    def build(self, images_shape: Any) -> None:
        """Nothing is left to be made: both parts have their weights."""

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The restored images; tensors of images are written on the tapes, symbols are not."""
        outputs = self.decoder(self.encoder(inputs, training=training), training=training)
        if not tf.is_tensor(outputs):
            return outputs
        if not training:
            self.tapes["inferred_on"].write(inputs)
            return outputs
        self.tapes["trained_on"].write(inputs)
        return self._watched(outputs)

    def _watched(self, outputs: tf.Tensor) -> tf.Tensor:
        tapes = self.tapes

        @tf.custom_gradient
        def watch(values: tf.Tensor) -> Any:
            def backward(upstream: tf.Tensor) -> tf.Tensor:
                tapes["outputs"].write(values)
                tapes["gradients"].write(upstream)
                return upstream

            return tf.identity(values), backward

        return watch(outputs)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Keras's own, with the targets written on the tapes first."""
        if tf.is_tensor(y):
            self.tapes["training_targets" if training else "validation_targets"].write(y)
        return super().compute_loss(x, y, y_pred, sample_weight, training)


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record the History, what is on the tapes, and how far each part's weights moved."""
    dae = RecordingAutoencoder()
    dae.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["mse"])
    dae.build((None, 28, 28))
    rng = np.random.default_rng(challenge.facts["seed"])
    for variable in dae.trainable_variables:
        variable.assign(rng.normal(0, 0.05, variable.shape))
    build_ahead(dae, challenge.arrays["train_images"], challenge.arrays["train_images"])
    parts = {"encoder": dae.encoder, "decoder": dae.decoder}
    before = {name: part.get_weights() for name, part in parts.items()}
    train_images = challenge.arrays["train_images"].copy()
    validation_images = challenge.arrays["validation_images"].copy()
    try:
        history = attempt(
            evidence,
            "history",
            answer,
            dae,
            train_images,
            validation_images,
            challenge.facts["epochs"],
        )
        _record_history(evidence, history)
    finally:
        for name, tape in dae.tapes.items():
            evidence.facts[f"{name}/count"] = tape.count
            evidence.record(name, tape.rows())
    evidence.facts["moved"] = {
        name: any(
            not np.array_equal(old, new)
            for old, new in zip(before[name], part.get_weights(), strict=True)
        )
        for name, part in parts.items()
    }


def _record_history(evidence: Evidence, history: Any) -> None:
    table = getattr(history, "history", None)
    evidence.facts["has_history"] = isinstance(table, Mapping)
    if isinstance(table, Mapping):
        evidence.facts["history_keys"] = [str(key)[:80] for key in table][:40]
        for key in evidence.facts["history_keys"]:
            evidence.record(f"history/{key}", table.get(key))
