"""The training loop of the GAN: everything round the student's two steps."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from tqdm import tqdm

from course.plots import show_images
from course.training import StepError

DiscriminatorStep = Callable[
    [keras.Model, keras.Model, keras.optimizers.Optimizer, tf.Tensor, tf.Tensor], tf.Tensor
]
GeneratorStep = Callable[
    [keras.Model, keras.Model, keras.optimizers.Optimizer, tf.Tensor], tf.Tensor
]

NETWORKS = ("discriminator", "generator")
IMAGE_SHAPE = (28, 28, 1)
PICTURES_IN_GRID = 16
COLUMNS = 8
NOISE_SEED = 42

# beta_1 is that of Radford et al. (2016); their learning rate of 0.0002 learns too slowly for a
# laptop's few minutes (benchmarks/results/laptop_gan.json).
LEARNING_RATE = 0.0005
BETA_1 = 0.5

GIF_ENLARGEMENT = 3
GIF_MILLISECONDS = 500  # for each picture

# What float32 may add to -1 or 1 by rounding.
RANGE_MARGIN = 1e-5


class GanError(RuntimeError):
    """Images, networks or losses with which training cannot go on; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the sentence alone: where in our code it was raised helps nobody."""
        return [f"GanError: {self}"]


@dataclass(frozen=True)
class Budget:
    """How long to train: the first `images` of the training set, `epochs` times."""

    images: int
    batch_size: int
    epochs: int


# "laptop" is for two cores, "full" for a GPU or an evening.
BUDGETS = {"laptop": Budget(30_000, 64, 12), "full": Budget(60_000, 64, 30)}


class GanTraining:
    """Two networks, the two steps that train them, and what has come of it so far.

    history: "discriminator_loss" and "generator_loss", the mean over each finished epoch's
        batches, in nats per image.
    pictures: after each finished epoch, what the generator (at inference) makes of the same 16
        codings: float32 of shape (16, 28, 28) in [0, 1].

    Training can be interrupted and gone on with: everything is kept here, and the weights are
    in the networks themselves.
    """

    def __init__(
        self,
        discriminator_step: DiscriminatorStep,
        generator_step: GeneratorStep,
        generator: keras.Model,
        discriminator: keras.Model,
        codings_size: int = 100,
        learning_rate: float = LEARNING_RATE,
    ):
        """Take built networks; each gets an Adam of its own.

        Raises GanError if the networks do not fit `codings_size`, the images or each other.
        """
        # A generator of its own, so that the grid is the same whatever was drawn before.
        rng = np.random.default_rng(NOISE_SEED)
        shape = (PICTURES_IN_GRID, codings_size)
        self._fixed_codings = tf.constant(rng.standard_normal(shape, np.float32))
        _check_networks(generator, discriminator, self._fixed_codings)
        self.generator, self.discriminator = generator, discriminator
        self.history: dict[str, list[float]] = {f"{name}_loss": [] for name in NETWORKS}
        self.pictures: list[NDArray[np.float32]] = []
        self._train_batch = _compile(
            discriminator_step,
            generator_step,
            generator,
            discriminator,
            codings_size,
            learning_rate,
        )

    def fit(self, dataset: tf.data.Dataset, epochs: int, draw: bool = True) -> dict:
        """Train until `epochs` epochs are done in all, and return the history.

        `dataset` gives batches of real images, float32 of shape (batch, 28, 28, 1) in [-1, 1], as
        `batches` makes them. For each batch the discriminator's step comes first, then the
        generator's, each with fresh codings from N(0, I). A bar shows the progress and both mean
        losses; after each epoch the 16 fixed codings are drawn as images, unless `draw` is False.

        An interruption (the stop button, Ctrl-C) ends training but loses nothing: calling `fit`
        again goes on. The epoch it fell in has changed the weights, and is then begun anew.

        Raises GanError for unusable images and for losses that are not finite, StepError for a
        step that fails or does not return a scalar.
        """
        _check_dataset(dataset)
        done = len(self.pictures)
        if done >= epochs:
            print(f"{done} epochs are done already: ask for more than {done} to go on.")
        try:
            for epoch in range(done + 1, epochs + 1):
                self._fit_epoch(dataset, f"epoch {epoch}/{epochs}")
                if draw:
                    self._draw(epoch)
        except KeyboardInterrupt:
            done = len(self.pictures)
            print(
                f"Interrupted: {done} of {epochs} epochs are done and kept, and so are the weights "
                f"as they are now; run this cell again to go on with epoch {done + 1}."
            )
        return self.history

    def save_gif(self, path: str | Path) -> Path:
        """Write the pictures, one grid of 4 x 4 images for each epoch, as an animated GIF.

        Returns the path. Raises GanError if no epoch is finished.
        """
        if not self.pictures:
            raise GanError("There is no picture to save yet: finish an epoch of fit first.")
        frames = [_frame(images) for images in self.pictures]
        path = Path(path)
        frames[0].save(
            path,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=GIF_MILLISECONDS,
            loop=0,  # for ever
        )
        return path

    def _fit_epoch(self, dataset: tf.data.Dataset, name: str) -> None:
        sums, count = np.zeros(len(NETWORKS)), 0
        total = int(dataset.cardinality())
        # On stdout, since whatever stands on stderr looks like an error in a notebook.
        with tqdm(
            desc=name,
            total=total if total > 0 else None,
            unit="batch",
            file=sys.stdout,
            mininterval=0.5,
            dynamic_ncols=False,
        ) as bar:
            for images in dataset:
                if count == 0 and len(images) == 1:
                    raise GanError(
                        "The batches hold one image each, from which nothing general can be "
                        "learnt: give many images, in batches of 32 or so."
                    )
                _check_range(np.asarray(images), "The data set's images")
                losses = np.array([float(loss) for loss in self._train_batch(images)])
                _check_losses(losses, f"{name}, batch {count + 1}")
                sums, count = sums + losses, count + 1
                mean = sums / count
                bar.set_postfix_str(f"D loss {mean[0]:.3f}, G loss {mean[1]:.3f}", refresh=False)
                bar.update()
        if count == 0:
            raise GanError("The data set is empty: it gave no batch of images to train on.")
        picture = (self.generator(self._fixed_codings, training=False)[..., 0] + 1) / 2
        # Together and last, so that an interruption never finds one without the other.
        for network, loss in zip(NETWORKS, mean, strict=True):
            self.history[f"{network}_loss"].append(float(loss))
        self.pictures.append(np.asarray(picture, np.float32))

    def _draw(self, epoch: int) -> None:
        show_images(
            self.pictures[-1],
            columns=COLUMNS,
            title=f"After epoch {epoch}",
            alt=f"What the generator makes of the same {PICTURES_IN_GRID} codings "
            f"after epoch {epoch}: {COLUMNS} images to a row.",
        )


def batches(images: ArrayLike, batch_size: int) -> tf.data.Dataset:
    """Return the images as a data set of batches, shuffled anew for each epoch.

    `images` are floats of shape (n, 28, 28, 1) in [-1, 1], n at least 2, as `rescale_images` makes
    them. The last batch holds what is left over. The order follows `keras.utils.set_random_seed`.

    Raises GanError for images of another shape or range.
    """
    array = np.asarray(images)
    if array.shape in ((28, 28), IMAGE_SHAPE) or (array.ndim == 4 and len(array) == 1):
        raise GanError(
            "This is a single image, from which nothing general can be learnt: give many, of "
            "shape (n, 28, 28, 1)."
        )
    if array.ndim != 4 or array.shape[1:] != IMAGE_SHAPE or len(array) == 0:
        raise GanError(
            "Images must have shape (n, 28, 28, 1), as rescale_images returns them, but these "
            f"have {array.shape}."
        )
    if batch_size < 2:
        raise GanError(f"A batch must hold at least 2 images, but batch_size is {batch_size}.")
    _check_range(array, "The images")
    dataset = tf.data.Dataset.from_tensor_slices(array.astype(np.float32, copy=False))
    return dataset.shuffle(len(array)).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def _compile(
    discriminator_step: DiscriminatorStep,
    generator_step: GeneratorStep,
    generator: keras.Model,
    discriminator: keras.Model,
    codings_size: int,
    learning_rate: float,
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return the compiled work of one batch: both steps, and the losses they report."""
    optimizers = []
    for network in (discriminator, generator):
        optimizer = keras.optimizers.Adam(learning_rate, beta_1=BETA_1)
        # Before tf.function, which lets nothing make variables once it has been traced.
        optimizer.build(network.trainable_variables)
        optimizers.append(optimizer)

    @tf.function(input_signature=[tf.TensorSpec((None, *IMAGE_SHAPE), tf.float32)])
    def train_batch(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        shape = (tf.shape(images)[0], codings_size)
        codings = tf.random.normal(shape)
        loss_of_discriminator = _scalar(
            discriminator_step(generator, discriminator, optimizers[0], images, codings),
            "discriminator_step",
        )
        codings = tf.random.normal(shape)
        loss_of_generator = _scalar(
            generator_step(generator, discriminator, optimizers[1], codings), "generator_step"
        )
        return loss_of_discriminator, loss_of_generator

    def run(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        try:
            return train_batch(images)
        except StepError:
            raise
        except Exception as error:  # the student's code may raise anything
            raise StepError(_explain(error)) from error

    return run


def _scalar(loss: tf.Tensor | None, name: str) -> tf.Tensor:
    if loss is None:
        raise StepError(f"Your {name} returns nothing: end it with `return loss`.")
    try:
        tensor = tf.convert_to_tensor(loss)
    except (TypeError, ValueError) as error:
        raise StepError(
            f"Your {name} returns a {type(loss).__name__}: it must return the loss alone, a scalar "
            "tensor."
        ) from error
    if tensor.shape.rank != 0:
        raise StepError(
            f"Your {name} returns a tensor of shape {tuple(tensor.shape)}: it must return one "
            "number, the loss averaged over the batch."
        )
    return tf.cast(tensor, tf.float32)


def _explain(error: Exception) -> str:
    reason = str(error).strip().rpartition("\n")[2].strip()
    if isinstance(error, AttributeError | TypeError | NotImplementedError):
        return (
            "tf.function cannot compile your steps: compute with TensorFlow operations alone, "
            f"without .numpy(), float() or NumPy. TensorFlow says: {reason}"
        )
    return (
        "Your steps fail on a batch: check the shapes of labels, images and codings in "
        "discriminator_step, generator_step and the losses they call. TensorFlow says: "
        f"{reason}"
    )


def _check_networks(generator: keras.Model, discriminator: keras.Model, codings: tf.Tensor) -> None:
    images = _call(generator, codings, "generator", f"codings of shape {tuple(codings.shape)}")
    shape = tuple(images.shape[1:])
    if shape != IMAGE_SHAPE:
        raise GanError(
            f"The generator makes images of shape {shape}, but {IMAGE_SHAPE} is expected: start "
            'from 7 × 7 pixels and give both transposed convolutions strides=2 and padding="same".'
        )
    _check_range(np.asarray(images), "The generator's images", whole=False)
    answers = _call(discriminator, images, "discriminator", f"images of shape {IMAGE_SHAPE}")
    if tuple(answers.shape) != (PICTURES_IN_GRID, 1):
        raise GanError(
            "The discriminator must answer each image with one number, shape (batch, 1), but "
            f"answers {PICTURES_IN_GRID} images with shape {tuple(answers.shape)}: end it with "
            "Flatten and one dense unit."
        )
    answers = np.asarray(answers)
    if not (answers.min() >= 0 and answers.max() <= 1):
        raise GanError(
            f"The discriminator's answers reach from {answers.min():.3g} to {answers.max():.3g}, "
            "but must be probabilities: give its last layer a sigmoid."
        )


def _call(network: keras.Model, inputs: tf.Tensor, name: str, kind: str) -> tf.Tensor:
    try:
        return network(inputs, training=False)
    except Exception as error:  # Keras raises many kinds
        reason = " ".join(str(error).split())[:300]
        raise GanError(f"The {name} does not take {kind}. Keras says: {reason}") from error


def _check_dataset(dataset: tf.data.Dataset) -> None:
    """Raise GanError unless this is a finite data set of batches of images."""
    if not isinstance(dataset, tf.data.Dataset):
        raise GanError(
            f"fit needs a tf.data.Dataset, but got a {type(dataset).__name__}: make one with "
            "batches(images, batch_size)."
        )
    spec = dataset.element_spec
    if not isinstance(spec, tf.TensorSpec):
        raise GanError(
            "The data set gives more than images at each step (labels, perhaps): a GAN needs none, "
            "so make it from the images alone."
        )
    if spec.dtype != tf.float32:
        raise GanError(
            f"The data set's images are {spec.dtype.name}, but must be float32 in [-1, 1]: use "
            "rescale_images, then batches."
        )
    if tuple(spec.shape) == IMAGE_SHAPE:
        raise GanError("The data set gives single images: group them with .batch(32).")
    if not spec.shape.is_compatible_with((None, *IMAGE_SHAPE)):
        raise GanError(
            f"The data set gives batches of shape {tuple(spec.shape)}, but (batch, 28, 28, 1) is "
            "expected: use rescale_images, then batches."
        )
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise GanError("The data set never ends, so no epoch would: take .repeat() away.")


def _check_range(images: NDArray[np.floating], whose: str, whole: bool = True) -> None:
    """Raise GanError unless pixels lie in [-1, 1], and some below 0 where images are `whole`.

    Garments stand on black, which is -1: real images without a negative pixel were not rescaled.
    """
    low, high = float(images.min()), float(images.max())
    where = f"{whose} have pixels from {low:.3g} to {high:.3g}, but must"
    if not np.isfinite(low + high):
        raise GanError(f"{whose} have pixels that are NaN or infinite: make them anew.")
    if high > 1 + RANGE_MARGIN or low < -1 - RANGE_MARGIN:
        remedy = (
            "scale them to [0, 1] with scale_images, then use rescale_images"
            if whole
            else "end the generator with tanh"
        )
        raise GanError(f"{where} lie in [-1, 1]: {remedy}.")
    if whole and low >= 0:
        raise GanError(f"{where} fill [-1, 1], with black at -1: use rescale_images.")


def _check_losses(losses: NDArray[np.floating], where: str) -> None:
    for network, loss in zip(NETWORKS, losses, strict=True):
        if not np.isfinite(loss):
            raise GanError(
                f"The {network}'s loss is {loss} in {where}, so the weights are spoilt or soon "
                "will be, and training stops: look for the logarithm of 0 in your losses or a "
                "learning rate that is too high, then build both networks anew."
            )


def _frame(images: NDArray[np.float32]) -> Image.Image:
    side = int(PICTURES_IN_GRID**0.5)
    pixels = np.round(255 * np.clip(images, 0, 1)).astype(np.uint8)
    grid = pixels.reshape(side, side, 28, 28).transpose(0, 2, 1, 3).reshape(side * 28, -1)
    return Image.fromarray(grid).resize(
        (grid.shape[1] * GIF_ENLARGEMENT, grid.shape[0] * GIF_ENLARGEMENT), Image.Resampling.NEAREST
    )
