"""Makes one training step on two tiny networks whose losses and gradients have closed forms."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import attempt

WEIGHTS = (
    "mean/kernel",
    "mean/bias",
    "log_var/kernel",
    "log_var/bias",
    "pixels/kernel",
    "pixels/bias",
)


def _not_trained(model: keras.Model, value: float) -> Any:
    """A weight like the moving statistics of a normalisation: no optimizer knows it."""
    return model.add_weight(
        shape=(), initializer=keras.initializers.Constant(value), trainable=False
    )


class StandInEncoder(keras.Model):
    """One dense layer for the mean, one for log_var; smaller by a known factor at inference.

    Its codings are a function of its own, with fixed noise: not those of another exercise.
    """

    def __init__(self, size: int, quiet: float, noise: np.ndarray) -> None:
        super().__init__()
        self.mean, self.log_var = keras.layers.Dense(size), keras.layers.Dense(size)
        self.quiet, self.noise = _not_trained(self, quiet), tf.constant(noise)

    def build(self, images_shape: Any) -> None:
        """Make the weights; Keras would find them out by a symbolic call, which takes longer."""
        for layer in (self.mean, self.log_var):
            layer.build((None, 784))

    def call(self, images: Any, training: bool | None = None) -> Any:
        """mean, log_var and codings, each of shape (batch, size)."""
        factor = 1.0 if training else self.quiet
        pixels = keras.ops.reshape(images, (-1, 784))
        mean, log_var = factor * self.mean(pixels), factor * self.log_var(pixels)
        return [mean, log_var, 0.5 * mean + 0.8 * log_var * self.noise + 0.3]


class StandInDecoder(keras.Model):
    """One dense layer of sigmoid pixels, whose logits are smaller at inference."""

    def __init__(self, quiet: float) -> None:
        super().__init__()
        self.pixels, self.quiet = keras.layers.Dense(784), _not_trained(self, quiet)

    def build(self, codings_shape: Any) -> None:
        """Make the weights."""
        self.pixels.build(codings_shape)

    def call(self, codings: Any, training: bool | None = None) -> Any:
        """Images of shape (batch, 28, 28)."""
        factor = 1.0 if training else self.quiet
        images = keras.ops.sigmoid(factor * self.pixels(codings))
        return keras.ops.reshape(images, (-1, 28, 28))


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record what one step returns, the weights after it, and how often the optimizer was used.

    `vae_loss` and `kl_divergence` of the answer's module are other exercises' answers: stand-ins
    with other formulas take their places.
    """
    facts, arrays = challenge.facts, challenge.arrays
    encoder = StandInEncoder(facts["codings_size"], facts["quiet_encoder"], arrays["noise"])
    decoder = StandInDecoder(facts["quiet_decoder"])
    encoder.build(arrays["images"].shape)
    decoder.build((None, facts["codings_size"]))
    layers = (encoder.mean, encoder.log_var, decoder.pixels)
    variables = [variable for layer in layers for variable in (layer.kernel, layer.bias)]
    for variable, name in zip(variables, WEIGHTS, strict=True):
        variable.assign(arrays[name])
    optimizer = keras.optimizers.SGD(facts["learning_rate"])
    optimizer.build(encoder.trainable_variables + decoder.trainable_variables)
    stand_ins = _stand_ins(facts["squares"], facts["quarts"], facts["pixels"], evidence)
    with neighbours_replaced(answer, stand_ins):
        result = attempt(
            evidence, "step", answer, encoder, decoder, optimizer, tf.constant(arrays["images"])
        )
    evidence.facts["is_mapping"] = isinstance(result, Mapping)
    if isinstance(result, Mapping):
        evidence.facts["keys"] = [str(key)[:40] for key in result][:20]
        for key in evidence.facts["keys"]:
            evidence.record(f"step/{key}", result.get(key))
    evidence.facts["updates"] = int(optimizer.iterations.numpy())
    for variable, name in zip(variables, WEIGHTS, strict=True):
        evidence.record(f"after/{name}", variable.numpy())


def _stand_ins(
    squares: float, quarts: float, weight: float, evidence: Evidence
) -> dict[str, Callable[..., Any]]:
    calls = evidence.facts["calls"] = {"kl_divergence": 0, "vae_loss": 0}

    def divergences(codings_mean: Any, codings_log_var: Any) -> Any:
        terms = squares * tf.square(codings_mean) + quarts * tf.square(codings_log_var)
        return tf.reduce_sum(terms, axis=-1)

    def kl_divergence(codings_mean: Any, codings_log_var: Any) -> Any:
        calls["kl_divergence"] += 1
        return divergences(codings_mean, codings_log_var)

    def vae_loss(images: Any, reconstructions: Any, codings_mean: Any, codings_log_var: Any) -> Any:
        calls["vae_loss"] += 1
        # Not the same with images and reconstructions exchanged.
        errors = (1 + images) * tf.square(images - reconstructions)
        errors = tf.reduce_sum(errors, axis=(1, 2))
        return tf.reduce_mean(weight * errors + divergences(codings_mean, codings_log_var))

    return {"kl_divergence": kl_divergence, "vae_loss": vae_loss}
