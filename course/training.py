"""The training loop of the variational autoencoder: everything round the student's one step."""

import itertools
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from course.baselines import binary_cross_entropy

TrainStep = Callable[
    [keras.Model, keras.Model, keras.optimizers.Optimizer, tf.Tensor], dict[str, tf.Tensor]
]
Divergence = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

TERMS = ("loss", "reconstruction", "kl")
EVALUATION_BATCH = 1000


class StepError(RuntimeError):
    """A training step that TensorFlow cannot compile; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the sentence alone: where in our code it was raised helps nobody."""
        return [f"StepError: {self}"]


def fit_vae(
    encoder: keras.Model,
    decoder: keras.Model,
    train_step: TrainStep,
    kl_divergence: Divergence,
    train_images: NDArray[np.float32],
    validation_images: NDArray[np.float32],
    epochs: int,
    batch_size: int = 128,
    learning_rate: float = 0.001,
) -> dict[str, list[float]]:
    """Train both networks in place with Adam, print a line an epoch, and return the history.

    Images have shape (n, 28, 28), float32 in [0, 1]; each is seen once in an epoch, in an order
    that `keras.utils.set_random_seed` fixes, and the last batch may be smaller. `train_step` is
    wrapped in tf.function.

    The history has "loss", "reconstruction" and "kl", averaged over the epoch while the networks
    still changed, and the same with "val_" before them, measured after the epoch on the
    validation images: one number an epoch, in nats per image.

    Raises StepError if tf.function cannot compile the step.
    """
    variables = _variables(encoder, decoder, train_images[:1])
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(variables)
    step = tf.function(lambda images: train_step(encoder, decoder, optimizer, images))
    history: dict[str, list[float]] = {
        prefix + term: [] for prefix in ("", "val_") for term in TERMS
    }
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        totals = dict.fromkeys(TERMS, 0.0)
        for images in _shuffled_batches(train_images, batch_size):
            terms = _run(step, images)
            for term in TERMS:
                totals[term] += float(terms[term]) * len(images)
        for term in TERMS:
            history[term].append(totals[term] / len(train_images))
        reconstruction, kl = vae_terms(encoder, decoder, kl_divergence, validation_images)
        history["val_reconstruction"].append(reconstruction)
        history["val_kl"].append(kl)
        history["val_loss"].append(reconstruction + kl)
        print(
            f"epoch {epoch:2}/{epochs}, {time.perf_counter() - start:3.1f} s: "
            f"train {_sum(history, '')}, validation {_sum(history, 'val_')} nats per image"
        )
    return history


def vae_terms(
    encoder: keras.Model, decoder: keras.Model, kl_divergence: Divergence, images: ArrayLike
) -> tuple[float, float]:
    """Return the reconstruction term and the KL on some images, in nats per image.

    Both networks run at inference; one z is drawn for each image. The reconstruction is the
    binary cross-entropy summed over pixels, the KL is summed over codings, both are averaged over
    the images, which have shape (n, 28, 28) with pixels in [0, 1].
    """
    images = np.asarray(images)
    pixels = images[0].size
    reconstruction = kl = 0.0
    for start in range(0, len(images), EVALUATION_BATCH):
        batch = images[start : start + EVALUATION_BATCH]
        mean, log_var, codings = encoder(batch, training=False)
        restored = np.asarray(decoder(codings, training=False))
        reconstruction += len(batch) * pixels * binary_cross_entropy(batch, restored)
        kl += float(np.sum(kl_divergence(mean, log_var)))
    return reconstruction / len(images), kl / len(images)


def _variables(
    encoder: keras.Model, decoder: keras.Model, one_image: NDArray[np.float32]
) -> list[keras.Variable]:
    """Return the trainable variables of both networks, encoder first."""
    decoder(encoder(one_image)[2])  # a subclassed model has none before its first call
    return encoder.trainable_variables + decoder.trainable_variables


def _shuffled_batches(
    images: NDArray[np.float32], batch_size: int
) -> Iterator[NDArray[np.float32]]:
    # NumPy's old global generator, since that is the one that set_random_seed seeds.
    order = np.random.permutation(len(images))
    for start, stop in itertools.pairwise([*range(0, len(images), batch_size), len(images)]):
        yield images[order[start:stop]]


def _run(
    step: Callable[[tf.Tensor], dict[str, tf.Tensor]], images: NDArray[np.float32]
) -> dict[str, tf.Tensor]:
    try:
        return step(tf.convert_to_tensor(images))
    except (AttributeError, TypeError, NotImplementedError) as error:
        reason = str(error).strip().rpartition("\n")[2].strip()
        raise StepError(
            "tf.function cannot compile your training step: compute with TensorFlow operations "
            f"alone, without .numpy(), float() or NumPy. TensorFlow says: {reason}"
        ) from error


def _sum(history: dict[str, list[float]], prefix: str) -> str:
    loss, reconstruction, kl = (history[prefix + term][-1] for term in TERMS)
    return f"{loss:.1f} = {reconstruction:.1f} + {kl:.1f}"
