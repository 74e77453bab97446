"""Solutions of lesson 04: a deep convolutional GAN, from its images to its training loop."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf


def rescale_images(images: np.ndarray) -> np.ndarray:
    """Bring images to the range of tanh, and give them the channel axis that convolutions want.

    Args:
        images: float array of shape (n, 28, 28) with pixels in [0, 1]; it is not changed.

    Returns:
        A float array of shape (n, 28, 28, 1) with pixels in [-1, 1]: 0 becomes -1, 0.5 becomes 0
        and 1 becomes 1, whatever the darkest and the brightest pixel of these images are.
    """
    ### BEGIN SOLUTION
    return 2.0 * images[..., np.newaxis] - 1.0
    ### END SOLUTION


def images_for_display(generated: np.ndarray) -> np.ndarray:
    """Undo `rescale_images`: bring a generator's images back to what a plot expects.

    Args:
        generated: float array of shape (n, 28, 28, 1) with pixels in [-1, 1]; n may be 1. It is
            not changed.

    Returns:
        A float array of shape (n, 28, 28) with pixels in [0, 1]: -1 becomes 0, 0 becomes 0.5 and
        1 becomes 1.
    """
    ### BEGIN SOLUTION
    return (generated[..., 0] + 1.0) / 2.0
    ### END SOLUTION


def build_generator(codings_size: int = 100) -> keras.Model:
    """Build the network that turns random codings into images (Radford et al. 2016).

    Its layers, in this order:

    1. dense, 7 * 7 * 128 units, reshaped to 7 x 7 pixels with 128 channels; batch normalization
       after this is optional;
    2. a transposed convolution with stride 2, to 14 x 14 pixels; the number of its filters and
       the size of its kernel are yours (64 filters of 5 x 5 do well);
    3. batch normalization;
    4. a transposed convolution with stride 2 and one filter, to 28 x 28 pixels, with tanh.

    A non-linearity of your choice (ReLU, leaky ReLU, SELU, ...) follows the first or the second
    layer, before or after the batch normalization; usually both. No dropout.

    Args:
        codings_size: how many codings an image is made from, at least 1.

    Returns:
        A Keras model, not necessarily compiled, from codings of shape (batch, codings_size), any
        real numbers, to images of shape (batch, 28, 28, 1) with pixels in [-1, 1].
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.layers.Input((codings_size,)),
            keras.layers.Dense(7 * 7 * 128),
            keras.layers.Reshape((7, 7, 128)),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Conv2DTranspose(64, kernel_size=4, strides=2, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Conv2DTranspose(
                1, kernel_size=4, strides=2, padding="same", activation="tanh"
            ),
        ],
        name="generator",
    )
    ### END SOLUTION


def build_discriminator() -> keras.Model:
    """Build the network that tells real images from generated ones.

    Two convolutions with stride 2, each with a non-linearity (leaky ReLU is usual); at least one
    dropout layer, of any kind and at any place; then the image flattened, and one dense unit with
    a sigmoid. The numbers of filters and the sizes of the kernels are yours (32 and 64 filters of
    4 x 4 do well on a laptop). Batch normalization is allowed, and not asked for.

    Returns:
        A Keras model, not necessarily compiled, from images of shape (batch, 28, 28, 1) with
        pixels in [-1, 1] to shape (batch, 1): for each image the probability, between 0 and 1,
        that it is real.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=4, strides=2, padding="same"),
            keras.layers.LeakyReLU(0.2),
            keras.layers.Conv2D(64, kernel_size=4, strides=2, padding="same"),
            keras.layers.LeakyReLU(0.2),
            keras.layers.Dropout(0.4),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )
    ### END SOLUTION


def discriminator_loss(real_probabilities: tf.Tensor, fake_probabilities: tf.Tensor) -> tf.Tensor:
    """Compute the loss of the discriminator: how badly it tells real images from fakes.

    It is the binary cross-entropy of the discriminator's answers, with the label 1 for a real
    image and 0 for a generated one, averaged over all images of both batches together
    (Goodfellow et al. 2014, equation 1, with the sign turned and the mean taken):

        -(sum of log(real) + sum of log(1 - fake)) / (number of real and fake images)

    Args:
        real_probabilities: float tensor of shape (batch, 1): the discriminator's probabilities,
            not logits, that real images are real.
        fake_probabilities: float tensor of the same shape: the same for generated images.

    Returns:
        A scalar tensor, in nats per image: log 2 = 0.693 where all probabilities are 0.5.
        Gradients pass to both arguments.
    """
    ### BEGIN SOLUTION
    probabilities = tf.concat([real_probabilities, fake_probabilities], axis=0)
    labels = tf.concat([tf.ones_like(real_probabilities), tf.zeros_like(fake_probabilities)], 0)
    return tf.reduce_mean(keras.losses.binary_crossentropy(labels, probabilities))
    ### END SOLUTION


def generator_loss(fake_probabilities: tf.Tensor) -> tf.Tensor:
    """Compute the non-saturating loss of the generator: how seldom it fools the discriminator.

    It is the binary cross-entropy of the discriminator's answers to generated images, with the
    label 1, averaged over the batch: the mean of -log(fake) (Goodfellow et al. 2014, section 3).

    Args:
        fake_probabilities: float tensor of shape (batch, 1): the discriminator's probabilities,
            not logits, that generated images are real.

    Returns:
        A scalar tensor, in nats per image: log 2 = 0.693 where all probabilities are 0.5, 0 where
        the discriminator is fooled completely. Gradients pass to the argument.
    """
    ### BEGIN SOLUTION
    labels = tf.ones_like(fake_probabilities)
    return tf.reduce_mean(keras.losses.binary_crossentropy(labels, fake_probabilities))
    ### END SOLUTION


def discriminator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    real_images: tf.Tensor,
    codings: tf.Tensor,
) -> tf.Tensor:
    """Improve the discriminator once; leave the generator as it is.

    Let the generator make images from `codings` (in training mode, as usual, or not), let the
    discriminator, in training mode (`training=True`), judge the real images and these, and compute
    `discriminator_loss` of these two answers. Apply its gradients once, to the trainable variables
    of the discriminator alone.

    The training loop wraps this function in `tf.function`, so it computes with tensors only (no
    `.numpy()`, no `float` and no `predict`).

    Args:
        generator: a Keras model from codings to images of shape (batch, 28, 28, 1).
        discriminator: a Keras model from such images to probabilities of shape (batch, 1).
        optimizer: a Keras optimizer for the trainable variables of the discriminator.
        real_images: float tensor of shape (batch, 28, 28, 1) with pixels in [-1, 1].
        codings: float tensor of shape (batch, codings_size): one draw from N(0, I) for each fake.

    Returns:
        The loss, a scalar tensor, as it was before the update.
    """
    ### BEGIN SOLUTION
    fake_images = generator(codings, training=True)
    with tf.GradientTape() as tape:
        real_probabilities = discriminator(real_images, training=True)
        fake_probabilities = discriminator(fake_images, training=True)
        loss = discriminator_loss(real_probabilities, fake_probabilities)
    variables = discriminator.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return loss
    ### END SOLUTION


def generator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    codings: tf.Tensor,
) -> tf.Tensor:
    """Improve the generator once; leave the discriminator as it is.

    Let the generator, in training mode (`training=True`), make images from `codings`, let the
    discriminator judge them (in whichever mode), and compute `generator_loss`. Its gradients pass
    through the discriminator to the generator; apply them once, to the trainable variables of the
    generator alone.

    The training loop wraps this function in `tf.function`, so it computes with tensors only (no
    `.numpy()`, no `float` and no `predict`).

    Args:
        generator: a Keras model from codings to images of shape (batch, 28, 28, 1).
        discriminator: a Keras model from such images to probabilities of shape (batch, 1).
        optimizer: a Keras optimizer for the trainable variables of the generator.
        codings: float tensor of shape (batch, codings_size): one draw from N(0, I) for each image.

    Returns:
        The loss, a scalar tensor, as it was before the update.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        fake_images = generator(codings, training=True)
        loss = generator_loss(discriminator(fake_images, training=True))
    variables = generator.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return loss
    ### END SOLUTION


def train_gan(
    generator: keras.Model,
    discriminator: keras.Model,
    dataset: tf.data.Dataset,
    epochs: int,
    codings_size: int = 100,
    on_epoch_end: Callable[[int, keras.Model], None] | None = None,
) -> dict[str, list[float]]:
    """Train a generator and a discriminator against each other.

    In each epoch, for each batch of the data set: one step of the discriminator, then one of the
    generator. Codings are drawn from N(0, I) anew for every batch, as many as the batch has images
    (the last batch is smaller); the two steps of one batch may share a draw. Each network has an
    optimizer of its own, which this function makes (Adam with a learning rate of 0.0002 and
    `beta_1=0.5` is usual; Radford et al. 2016).

    Args:
        generator: a built Keras model from codings of shape (batch, codings_size) to images of
            shape (batch, 28, 28, 1); trained in place.
        discriminator: a built Keras model from such images to probabilities of shape (batch, 1);
            trained in place.
        dataset: a `tf.data.Dataset` of batches of real images, float tensors of shape
            (batch, 28, 28, 1) with pixels in [-1, 1]. Each pass over it is one epoch.
        epochs: how many passes to make, at least 1.
        codings_size: how many codings the generator takes.
        on_epoch_end: if given, called after each epoch as `on_epoch_end(epoch, generator)`, with
            `epoch` counted from 0.

    Returns:
        The history: a dictionary with the lists "discriminator_loss" and "generator_loss", one
        number for each epoch (the mean over the epoch's batches; the last batch's will do).
    """
    ### BEGIN SOLUTION
    discriminator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    generator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    discriminator_optimizer.build(discriminator.trainable_variables)
    generator_optimizer.build(generator.trainable_variables)

    @tf.function
    def train_batch(real_images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        shape = (tf.shape(real_images)[0], codings_size)
        codings = tf.random.normal(shape)
        loss_of_discriminator = discriminator_step(
            generator, discriminator, discriminator_optimizer, real_images, codings
        )
        codings = tf.random.normal(shape)
        loss_of_generator = generator_step(generator, discriminator, generator_optimizer, codings)
        return loss_of_discriminator, loss_of_generator

    history: dict[str, list[float]] = {"discriminator_loss": [], "generator_loss": []}
    for epoch in range(epochs):
        losses = [train_batch(real_images) for real_images in dataset]
        discriminator_mean, generator_mean = np.mean(losses, axis=0)
        history["discriminator_loss"].append(float(discriminator_mean))
        history["generator_loss"].append(float(generator_mean))
        if on_epoch_end is not None:
            on_epoch_end(epoch, generator)
    return history
    ### END SOLUTION
