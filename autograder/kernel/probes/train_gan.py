"""Has two recording networks trained against each other: who was called with what, who moved."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.neighbours import neighbours_replaced
from autograder.kernel.student import StudentCodeFailed, attempt
from autograder.kernel.tape import Tape

_CAPACITY = 2048


class Ledger:
    """What reached the two networks, in order, written inside the graph.

    Each row of `calls` is one call: network (0 generator, 1 discriminator), training mode (0 or 1),
    how many rows came, a fingerprint of the trainable weights of either network at that time, the
    mean of the generator's biases, and that of the discriminator's kernel.
    The rows themselves are on `codings` and `images`, the discriminator's answers on `answers`.
    A ledger that watches no networks notes the codings alone.
    """

    def __init__(self, codings_size: int, rng: np.random.Generator) -> None:
        self.calls = Tape(_CAPACITY, 7, tf.float64)
        self.codings = Tape(_CAPACITY, codings_size)
        self.images = Tape(_CAPACITY, 784)
        self.answers = Tape(_CAPACITY, 1)
        self._rng = rng
        self._variables: list[list[Any]] = []
        self._factors: list[list[np.ndarray]] = []

    def watch(self, generator: keras.Model, discriminator: keras.Model) -> None:
        """Take both networks' trainable variables for the fingerprints."""
        self._variables = [list(n.trainable_variables) for n in (generator, discriminator)]
        self._factors = [
            [self._rng.uniform(0.5, 1.5, variable.shape) for variable in variables]
            for variables in self._variables
        ]

    def state(self) -> list[tf.Tensor]:
        """Two fingerprints, which change when any trainable weight does, and two means; float64."""
        of_generator, of_discriminator = self._variables
        means = [
            tf.reduce_mean(tf.cast(variable, tf.float64))
            for variable in (of_generator[-1], of_discriminator[0])
        ]
        return self._fingerprints() + means

    def _fingerprints(self) -> list[tf.Tensor]:
        return [
            tf.add_n(
                [
                    tf.reduce_sum(tf.cast(variable, tf.float64) * factor)
                    for variable, factor in zip(variables, factors, strict=True)
                ]
            )
            for variables, factors in zip(self._variables, self._factors, strict=True)
        ]

    def write(self, network: int, training: Any, rows: tf.Tensor) -> None:
        """Note one call."""
        if network == 0:
            self.codings.write(rows)
        if not self._variables:
            return
        if network == 1:
            self.images.write(rows)
        count = rows.shape[0] if rows.shape[0] is not None else tf.shape(rows)[0]
        row = [float(network), float(bool(training)), tf.cast(count, tf.float64), *self.state()]
        self.calls.write(tf.stack(row))

    def write_answers(self, answers: tf.Tensor) -> None:
        """Note what the discriminator answered."""
        if self._variables:
            self.answers.write(answers)


class Recorder(keras.layers.Layer):
    """Passes its inputs on and notes them in the ledger."""

    def __init__(self, network: int, ledger: Ledger) -> None:
        super().__init__()
        self._network, self._note = network, ledger.write

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The inputs."""
        self._note(self._network, training, inputs)
        return inputs

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        """What `call` gives for symbols, without noting them."""
        return keras.KerasTensor(inputs.shape, inputs.dtype)


class AnswerRecorder(keras.layers.Layer):
    """Passes the discriminator's answers on, and notes them in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._note = ledger.write_answers

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        self._note(inputs)
        return inputs

    def compute_output_spec(self, inputs: Any) -> Any:
        """What `call` gives for symbols, without noting them."""
        return keras.KerasTensor(inputs.shape, inputs.dtype)


def make_networks(
    codings_size: int, rng: np.random.Generator
) -> tuple[keras.Model, keras.Model, Ledger]:
    """A tiny generator, a tiny discriminator that tells bright images from dark, their ledger."""
    ledger = Ledger(codings_size, rng)
    layers = keras.layers
    generator = keras.Sequential(
        [
            layers.Input((codings_size,)),
            Recorder(0, ledger),
            layers.Dense(784, activation="tanh"),
            layers.Reshape((28, 28, 1)),
        ]
    )
    discriminator = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            Recorder(1, ledger),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
            AnswerRecorder(ledger),
        ]
    )
    values = (
        rng.normal(0, 0.1, (codings_size, 784)),
        np.full(784, -0.5),
        np.full((784, 1), 0.004),
        np.zeros(1),
    )
    variables = generator.trainable_variables + discriminator.trainable_variables
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return generator, discriminator, ledger


def probe(answer: Callable[..., Any], challenge: Challenge, evidence: Evidence) -> None:
    """Record a training of some epochs, and then one with the default arguments.

    The steps and losses in the answer's module are other exercises' answers: stand-ins take their
    places, which move the weights in a way of their own.
    """
    facts = challenge.facts
    rng = np.random.default_rng(facts["seed"])
    images = challenge.arrays["images"]
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(facts["batch_size"])
    generator, discriminator, ledger = make_networks(facts["codings_size"], rng)
    ledger.watch(generator, discriminator)
    before = [float(value) for value in ledger.state()]
    epoch_ends: list[list[float]] = []

    def on_epoch_end(*arguments: Any, **keywords: Any) -> None:
        epoch_ends.append(_describe_epoch_end(arguments, keywords, generator, ledger))

    losses = {name: Tape(_CAPACITY, 1) for name in ("discriminator_loss", "generator_loss")}
    with neighbours_replaced(answer, _stand_ins(losses)):
        try:
            history = attempt(
                evidence,
                "history",
                answer,
                generator,
                discriminator,
                dataset,
                facts["epochs"],
                codings_size=facts["codings_size"],
                on_epoch_end=on_epoch_end,
            )
            _record_history(evidence, history)
        finally:
            after = [float(value) for value in ledger.state()]
            evidence.record("states", np.array([before, after]))
            evidence.record("calls", ledger.calls.rows())
            evidence.record("codings", ledger.codings.rows())
            evidence.record("images", ledger.images.rows())
            evidence.record("answers", ledger.answers.rows())
            evidence.facts["epoch_ends"] = epoch_ends[:50]
            for name, tape in losses.items():
                evidence.record(f"losses/{name}", tape.rows())
        _train_with_defaults(answer, images, rng, evidence)
    _train_in_graph(answer, images, rng, evidence)


def _describe_epoch_end(
    arguments: tuple[Any, ...], keywords: Mapping[str, Any], generator: Any, ledger: Ledger
) -> list[float]:
    """The epoch (−1 if it is no number), whether the generator came, and the calls so far."""
    given = dict(zip(("epoch", "generator"), arguments, strict=False)) | dict(keywords)
    try:
        epoch = float(given.get("epoch", -1))
    except (TypeError, ValueError):
        epoch = -1.0
    right_arguments = len(arguments) + len(keywords) == 2 and given.get("generator") is generator
    return [epoch, float(right_arguments), float(ledger.calls.count)]


def _train_with_defaults(
    answer: Callable[..., Any], images: np.ndarray, rng: np.random.Generator, evidence: Evidence
) -> None:
    generator, discriminator, _ = make_networks(100, rng)
    dataset = tf.data.Dataset.from_tensor_slices(images[:4]).batch(4)
    attempt(evidence, "defaults", answer, generator, discriminator, dataset, 1)


def _train_in_graph(
    answer: Callable[..., Any], images: np.ndarray, rng: np.random.Generator, evidence: Evidence
) -> None:
    """Once more with the answer's own neighbours, since their stand-ins have all run eagerly.

    Three batches of one size run one graph: what NumPy draws in it is drawn while it is built.
    Neighbours may be wrong or missing, so that this run may fail without any fault of the answer.
    """
    generator, discriminator, ledger = make_networks(100, rng)
    dataset = tf.data.Dataset.from_tensor_slices(images[:6]).batch(2)
    with contextlib.suppress(StudentCodeFailed):
        attempt(evidence, "graph", answer, generator, discriminator, dataset, 1)
    evidence.record("graph/codings", ledger.codings.rows())


def _record_history(evidence: Evidence, history: Any) -> None:
    evidence.facts["is_mapping"] = isinstance(history, Mapping)
    if isinstance(history, Mapping):
        evidence.facts["keys"] = [str(key)[:60] for key in history][:20]
        for key in evidence.facts["keys"]:
            evidence.record(f"history/{key}", history.get(key))


def _stand_ins(losses: Mapping[str, Tape]) -> dict[str, Callable[..., Any]]:
    """Losses and steps unlike those that the exercises ask for: all weights drift upwards.

    What the steps return is on the tapes `losses` as well.
    """

    def push(optimizer: Any, network: Any) -> None:
        optimizer.apply_gradients([(-tf.ones_like(v), v) for v in network.trainable_variables])

    def discriminator_step(
        generator: Any, discriminator: Any, optimizer: Any, real_images: Any, codings: Any
    ) -> Any:
        discriminator(generator(codings, training=True), training=True)
        answers = discriminator(real_images, training=True)
        push(optimizer, discriminator)
        loss = tf.reduce_mean(1 - answers)
        losses["discriminator_loss"].write(loss)
        return loss

    def generator_step(generator: Any, discriminator: Any, optimizer: Any, codings: Any) -> Any:
        answers = discriminator(generator(codings, training=True), training=True)
        push(optimizer, generator)
        loss = tf.reduce_mean(1 - answers)
        losses["generator_loss"].write(loss)
        return loss

    def discriminator_loss(real_probabilities: Any, fake_probabilities: Any) -> Any:
        return tf.reduce_mean(tf.square(1 - real_probabilities)) + tf.reduce_mean(
            tf.square(fake_probabilities)
        )

    def generator_loss(fake_probabilities: Any) -> Any:
        return 2 * tf.reduce_mean(tf.square(1 - fake_probabilities))

    return {
        "discriminator_step": discriminator_step,
        "generator_step": generator_step,
        "discriminator_loss": discriminator_loss,
        "generator_loss": generator_loss,
    }
