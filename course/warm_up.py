"""A GAN of one dimension, so small that the best discriminator and both densities can be drawn.

Real numbers come from a mixture of two normal distributions, of which the density is known; a
generated number is a function of one normal coding, whose density a fine grid gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course.plots import LINE_COLOURS

PEAKS = (-1.5, 1.5)  # means of the two normal distributions, equally likely
SPREAD = 0.5  # their standard deviation

EDGES = np.linspace(-5, 5, 201)  # of the cells in which densities are counted
GRID = (EDGES[1:] + EDGES[:-1]) / 2
_WIDTH = EDGES[1] - EDGES[0]
_SAMPLES = 1 << 16

_UNITS = 32
CODINGS = 4
_BATCH = 256


@dataclass(frozen=True)
class Snapshot:
    """Both players at one moment; arrays have shape (200,), one number for each point of GRID.

    `real` and `generated` are densities, `discriminator` and `best` (D*) probabilities that a
    number is real. `discriminator_loss` and `generator_loss` are in nats per number, over the
    densities themselves (not a batch); `best_loss` is the discriminator's loss with D*, and
    `divergence` the Jensen-Shannon divergence of both densities, so that
    best_loss = log 2 - divergence. `gradient` is the norm of the gradient that the generator gets.
    """

    epoch: int
    real: NDArray[np.float64]
    generated: NDArray[np.float64]
    discriminator: NDArray[np.float64]
    best: NDArray[np.float64]
    discriminator_loss: float
    generator_loss: float
    best_loss: float
    divergence: float
    gradient: float


def play(
    epochs: int = 8,
    rounds: int = 100,
    discriminator_steps: int = 3,
    head_start: int = 0,
    saturating: bool = False,
    start: float = 0.0,
    generator_optimizer: keras.optimizers.Optimizer | None = None,
    seed: int = 1,
) -> list[Snapshot]:
    """Train both players, and return epochs + 1 snapshots, the first of the untrained pair.

    An epoch has `rounds` rounds; in each the discriminator makes `discriminator_steps` steps, then
    the generator one, each on 256 fresh numbers. Before the first snapshot the discriminator makes
    `head_start` steps alone. The generator maximises log D of its numbers, or minimises log(1 - D)
    if `saturating`. Its untrained numbers lie around `start`. Both players use Adam unless an
    optimizer is given for the generator.
    """
    keras.utils.set_random_seed(seed)
    generator = _network(CODINGS, start)
    discriminator = _network(1, 0.0)
    optimizers = (
        keras.optimizers.Adam(0.003, beta_1=0.5),
        generator_optimizer or keras.optimizers.Adam(0.001, beta_1=0.5),
    )
    for optimizer, network in zip(optimizers, (discriminator, generator), strict=True):
        optimizer.build(network.trainable_variables)

    def discriminator_objective(real: tf.Tensor, codings: tf.Tensor) -> tf.Tensor:
        of_real, of_fake = discriminator(real), discriminator(generator(codings))
        return tf.reduce_mean(tf.nn.softplus(-of_real) + tf.nn.softplus(of_fake)) / 2

    def generator_objective(codings: tf.Tensor) -> tf.Tensor:
        logits = discriminator(generator(codings))
        if saturating:
            return -tf.reduce_mean(tf.nn.softplus(logits))
        return tf.reduce_mean(tf.nn.softplus(-logits))

    def improve_discriminator() -> None:
        with tf.GradientTape() as tape:
            loss = discriminator_objective(_draw_real(), tf.random.normal((_BATCH, CODINGS)))
        optimizers[0].apply(tape.gradient(loss, discriminator.trainable_variables))

    def gradients_of_generator(codings: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = generator_objective(codings)
        return tape.gradient(loss, generator.trainable_variables)

    # One function for all that trains, so that TensorFlow compiles once.
    @tf.function
    def train(steps_alone: tf.Tensor, rounds: tf.Tensor) -> None:
        for _ in tf.range(steps_alone):
            improve_discriminator()
        for _ in tf.range(rounds):
            for _ in range(discriminator_steps):
                improve_discriminator()
            optimizers[1].apply(gradients_of_generator(tf.random.normal((_BATCH, CODINGS))))

    many_codings = tf.random.normal((4096, CODINGS))

    def snapshot(epoch: int) -> Snapshot:
        gradient = float(tf.linalg.global_norm(gradients_of_generator(many_codings)))
        return _snapshot(epoch, generator, discriminator, gradient)

    nothing = tf.constant(0)
    train(tf.constant(head_start), nothing)
    snapshots = [snapshot(0)]
    for epoch in range(1, epochs + 1):
        train(nothing, tf.constant(rounds))
        snapshots.append(snapshot(epoch))
    return snapshots


def _network(inputs: int, start: float) -> keras.Model:
    return keras.Sequential(
        [
            keras.layers.Input((inputs,)),
            keras.layers.Dense(_UNITS, activation="tanh"),
            keras.layers.Dense(_UNITS, activation="tanh"),
            keras.layers.Dense(1, bias_initializer=keras.initializers.Constant(start)),
        ]
    )


def _draw_real() -> tf.Tensor:
    peak = tf.where(tf.random.uniform((_BATCH, 1)) < 0.5, *PEAKS)
    return peak + SPREAD * tf.random.normal((_BATCH, 1))


def _real_density() -> NDArray[np.float64]:
    scaled = (GRID[:, np.newaxis] - PEAKS) / SPREAD
    return np.mean(np.exp(-(scaled**2) / 2), axis=1) / (SPREAD * np.sqrt(2 * np.pi))


def _generated_density(generator: keras.Model) -> NDArray[np.float64]:
    """Count where many codings land, the same at every call."""
    codings = np.random.default_rng(0).normal(size=(_SAMPLES, CODINGS)).astype(np.float32)
    numbers = np.clip(generator(codings), EDGES[0], EDGES[-1])
    return np.histogram(numbers, EDGES)[0] / (_SAMPLES * _WIDTH)


def _snapshot(
    epoch: int, generator: keras.Model, discriminator: keras.Model, gradient: float
) -> Snapshot:
    real, generated = _real_density(), _generated_density(generator)
    logits = np.asarray(discriminator(GRID[:, np.newaxis].astype(np.float32)), np.float64)[:, 0]
    minus_log_d, minus_log_not_d = np.logaddexp(0, -logits), np.logaddexp(0, logits)
    best = real / (real + generated)
    # Where nothing is generated, log(1 - D*) is minus infinity, and counts 0 times.
    minus_log_not_best = -np.log(np.where(generated > 0, 1 - best, 1))
    best_loss = _WIDTH * np.sum(-real * np.log(best) + generated * minus_log_not_best) / 2
    return Snapshot(
        epoch=epoch,
        real=real,
        generated=generated,
        discriminator=np.exp(-minus_log_d),
        best=best,
        discriminator_loss=_WIDTH * np.sum(real * minus_log_d + generated * minus_log_not_d) / 2,
        generator_loss=_WIDTH * np.sum(generated * minus_log_d),
        best_loss=best_loss,
        divergence=np.log(2) - best_loss,
        gradient=gradient,
    )


def draw_games(games: Mapping[str, Sequence[Snapshot]]) -> Figure:
    """Draw a row for each game, labelled by its name, and in it a panel for each snapshot."""
    columns = max(map(len, games.values()))
    figure = Figure(figsize=(1.9 * columns, 2.1 * len(games) + 0.4), layout="constrained")
    panels = figure.subplots(len(games), columns, squeeze=False, sharex=True, sharey=True)
    for row, (name, snapshots) in zip(panels, games.items(), strict=True):
        row[0].set_ylabel(name)
        for axes, snapshot in zip(row, snapshots, strict=False):
            _draw_snapshot(axes, snapshot)
        for axes in row[len(snapshots) :]:
            axes.axis("off")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _draw_snapshot(axes: Axes, snapshot: Snapshot) -> None:
    axes.fill_between(GRID, snapshot.real, color="#BBBBBB", label="density of real numbers")
    axes.step(
        GRID, snapshot.generated, where="mid", color=LINE_COLOURS[1], label="of generated ones"
    )
    axes.plot(GRID, snapshot.best, color="black", linestyle=":", label="D*, the best answer")
    axes.plot(GRID, snapshot.discriminator, color=LINE_COLOURS[0], label="D, the discriminator")
    axes.set(ylim=(0, 1.05), title=f"epoch {snapshot.epoch}")
