"""Two pairs of tiny networks that play a GAN's parts while one step of it is tried."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import attempt
from autograder.kernel.tape import Tape

Step = Callable[[keras.Model, keras.Model, keras.optimizers.Optimizer], Any]
"""The student's step, with all its arguments but the two networks and the optimizer given."""


class StandInGenerator(keras.Model):
    """One dense layer of tanh pixels, whose inputs to tanh are smaller at inference."""

    def __init__(self, quiet: float, codings_size: int) -> None:
        super().__init__()
        self.pixels, self.quiet = keras.layers.Dense(784), quiet
        self.tape = Tape(64, codings_size)
        self.backward = Tape(64, 1)

    def build(self, codings_shape: Any) -> None:
        """Make the weights; Keras would find them out by a symbolic call, which takes longer."""
        self.pixels.build(codings_shape)

    def call(self, codings: Any, training: bool | None = None) -> Any:
        """Images of shape (batch, 28, 28, 1); the codings are written on the tape."""
        if tf.is_tensor(codings):
            self.tape.write(codings)
        factor = 1.0 if training else self.quiet
        images = keras.ops.reshape(keras.ops.tanh(factor * self.pixels(codings)), (-1, 28, 28, 1))
        return self._watched(images) if tf.is_tensor(images) else images

    def _watched(self, images: tf.Tensor) -> tf.Tensor:
        """The images; a gradient that comes back to them leaves a row on `backward`."""

        @tf.custom_gradient
        def watch(values: tf.Tensor) -> Any:
            def backward(upstream: tf.Tensor) -> tf.Tensor:
                self.backward.write(tf.ones((1, 1)))
                return upstream

            return tf.identity(values), backward

        return watch(images)


class StandInDiscriminator(keras.Model):
    """One dense unit with a sigmoid, whose logit is smaller at inference."""

    def __init__(self, quiet: float) -> None:
        super().__init__()
        self.logit, self.quiet = keras.layers.Dense(1), quiet

    def build(self, images_shape: Any) -> None:
        """Make the weights."""
        self.logit.build((None, 784))

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Probabilities of shape (batch, 1)."""
        factor = 1.0 if training else self.quiet
        return keras.ops.sigmoid(factor * self.logit(keras.ops.reshape(images, (-1, 784))))


class _Layers(keras.Model):
    """Layers in a row, as in a Sequential, which would call each of them symbolically first."""

    def __init__(self, *layers: keras.Layer) -> None:
        super().__init__()
        self.row = list(layers)

    def build(self, shape: Any) -> None:
        """Make the weights."""
        for layer in self.row:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, values: Any, training: bool | None = None) -> Any:
        """What the last layer gives."""
        for layer in self.row:
            values = layer(values, training=training)
        return values


def probe_step(
    answer: Callable[..., Any],
    step: Step,
    trains: str,
    challenge: Challenge,
    evidence: Evidence,
) -> None:
    """Record one step on networks with closed forms, and one on networks with real layers.

    `trains` is "generator" or "discriminator": whose variables the optimizer is built on. The loss
    functions in the answer's module are other exercises' answers: stand-ins take their places.
    """
    stand_ins = _stand_in_losses(challenge, evidence)
    with neighbours_replaced(answer, stand_ins):
        _step_on_known_networks(step, trains, challenge, evidence)
        _step_on_real_layers(step, trains, challenge, evidence)


def _step_on_known_networks(
    step: Step, trains: str, challenge: Challenge, evidence: Evidence
) -> None:
    facts, arrays = challenge.facts, challenge.arrays
    codings = arrays["codings"]
    generator = StandInGenerator(facts["quiet_generator"], codings.shape[1])
    discriminator = StandInDiscriminator(facts["quiet_discriminator"])
    generator.build(codings.shape)
    discriminator.build((None, 28, 28, 1))
    variables = {
        "generator/kernel": generator.pixels.kernel,
        "generator/bias": generator.pixels.bias,
        "discriminator/kernel": discriminator.logit.kernel,
        "discriminator/bias": discriminator.logit.bias,
    }
    for name, variable in variables.items():
        variable.assign(arrays[name])
    optimizer = keras.optimizers.SGD(facts["learning_rate"])
    own = generator if trains == "generator" else discriminator
    optimizer.build(own.trainable_variables)
    attempt(evidence, "step", step, generator, discriminator, optimizer)
    evidence.facts["updates"] = int(optimizer.iterations.numpy())
    evidence.record("generated_from", generator.tape.rows())
    evidence.facts["gradient_reached_generator"] = generator.backward.count > 0
    for name, variable in variables.items():
        evidence.record(f"after/{name}", variable.numpy())


def _step_on_real_layers(step: Step, trains: str, challenge: Challenge, evidence: Evidence) -> None:
    """Batch normalisation and dropout, which take part in training mode alone."""
    layers = keras.layers
    networks = {
        "generator": _Layers(
            # A bias before batch normalization has no gradient.
            layers.Dense(784, use_bias=False),
            layers.BatchNormalization(),
            layers.Reshape((28, 28, 1)),
        ),
        "discriminator": _Layers(
            layers.Flatten(),
            layers.Dense(5, use_bias=False),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ),
    }
    networks["generator"].build(challenge.arrays["codings"].shape)
    networks["discriminator"].build((None, 28, 28, 1))
    rng = np.random.default_rng(challenge.facts["seed"])
    for network in networks.values():
        for variable in network.trainable_variables:
            variable.assign(rng.normal(0, 0.1, variable.shape))
    # Kept here, since a step may switch `trainable` on or off.
    trainable = {name: list(network.trainable_variables) for name, network in networks.items()}
    moving = {name: list(_moving(network)) for name, network in networks.items()}
    before = {name: [v.numpy() for v in trainable[name]] for name in networks}
    statistics = {name: [v.numpy() for v in moving[name]] for name in networks}
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build(trainable[trains])
    attempt(
        evidence, "layers/step", step, networks["generator"], networks["discriminator"], optimizer
    )
    for name in networks:
        moved = _moved(before[name], trainable[name])
        evidence.facts[f"layers/{name}/moved"] = any(moved)
        # Kernels alone: a shift of all images alike, which a bias makes, has no gradient where
        # batch normalization follows.
        evidence.facts[f"layers/{name}/all_moved"] = all(
            has_moved
            for has_moved, variable in zip(moved, trainable[name], strict=True)
            if len(variable.shape) == 2
        )
        evidence.facts[f"layers/{name}/normalised"] = any(_moved(statistics[name], moving[name]))


def _moving(network: keras.Model) -> list[Any]:
    return [variable for variable in network.non_trainable_weights if "moving" in variable.name]


def _moved(before: list[np.ndarray], variables: list[Any]) -> list[bool]:
    return [
        not np.array_equal(old, new.numpy()) for old, new in zip(before, variables, strict=True)
    ]


def _stand_in_losses(challenge: Challenge, evidence: Evidence) -> Mapping[str, Callable[..., Any]]:
    """Squared errors, with weights of the challenge: other functions than the exercises ask for."""
    calls = evidence.facts["calls"] = {"discriminator_loss": 0, "generator_loss": 0}
    of_real, of_fake = challenge.facts["weights"]

    def discriminator_loss(real_probabilities: Any, fake_probabilities: Any) -> Any:
        calls["discriminator_loss"] += 1
        real, fake = (tf.cast(p, tf.float32) for p in (real_probabilities, fake_probabilities))
        return of_real * tf.reduce_mean(tf.square(1.5 - real)) + of_fake * tf.reduce_mean(
            tf.square(fake + 0.3)
        )

    def generator_loss(fake_probabilities: Any) -> Any:
        calls["generator_loss"] += 1
        return of_real * tf.reduce_mean(tf.square(1.5 - tf.cast(fake_probabilities, tf.float32)))

    return {"discriminator_loss": discriminator_loss, "generator_loss": generator_loss}
