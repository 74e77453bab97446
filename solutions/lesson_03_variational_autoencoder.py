"""Solutions of lesson 03: a variational autoencoder, from its noise to its training step."""

import keras
import numpy as np
import tensorflow as tf


class Sampling(keras.layers.Layer):
    """Draw codings at random, in a way that lets gradients pass to what they are drawn from.

    Each row of the batch has a normal distribution of its own, with independent dimensions: mean
    `mean` and standard deviation exp(log_var / 2). The layer draws one point from each as
    z = mean + exp(log_var / 2) * noise, where the noise is standard normal (Kingma & Welling
    2014, section 2.4).

    The noise is fresh for every row, every dimension and every call, at inference as well as in
    training, and also when the layer is called inside a `tf.function`.
    """

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        """Draw one point for each row.

        Args:
            inputs: `[mean, log_var]`, a list of two float tensors of shape (batch, codings_size),
                any real numbers. `log_var` is the natural logarithm of the variance. The batch
                size may differ from call to call, and is unknown while a model is being built.

        Returns:
            A tensor of shape (batch, codings_size), through which gradients reach both inputs.
        """
        ### BEGIN SOLUTION
        mean, log_var = inputs
        noise = tf.random.normal(tf.shape(mean), dtype=mean.dtype)
        return mean + tf.exp(log_var / 2) * noise
        ### END SOLUTION


def kl_divergence(codings_mean: tf.Tensor, codings_log_var: tf.Tensor) -> tf.Tensor:
    """Measure how far each image's distribution of codings is from the standard normal.

    The Kullback-Leibler divergence KL(N(mean, exp(log_var)) || N(0, 1)), summed over the codings
    of an image:

        -1/2 * sum over j of (1 + log_var_j - mean_j ** 2 - exp(log_var_j)).

    Args:
        codings_mean: float tensor of shape (batch, codings_size), any real numbers.
        codings_log_var: float tensor of the same shape: the natural logarithm of the variance.

    Returns:
        A tensor of shape (batch,), one number for each image, in nats: 0 if its distribution is
        the standard normal, otherwise positive. Gradients pass to both arguments. Source: Kingma
        & Welling (2014), appendix B.
    """
    ### BEGIN SOLUTION
    terms = 1 + codings_log_var - tf.square(codings_mean) - tf.exp(codings_log_var)
    return -0.5 * tf.reduce_sum(terms, axis=-1)
    ### END SOLUTION


def build_vae_encoder(codings_size: int = 10) -> keras.Model:
    """Build the encoder: from an image to a distribution of codings, and one draw from it.

    The layers, in this order: flatten the image to 784 numbers; a dense layer of 150 units; a
    dense layer of 100 units, both with a non-linearity of your choice. On these 100 numbers
    stand two dense layers of `codings_size` units without an activation, since both of their
    outputs may be any real number: one gives the mean, the other the logarithm of the variance
    (one dense layer of twice the size, split in two, is the same). `Sampling` draws the codings
    from these two. Dense layers have biases, as Keras gives them by default; initial weights are
    free. There is no other layer with weights.

    Args:
        codings_size: how many codings an image has, at least 1.

    Returns:
        A Keras model, not necessarily built or compiled, from images of shape (batch, 28, 28)
        with pixels in [0, 1] to a list (or tuple) of three tensors of shape
        (batch, codings_size), in this order: mean, log_var, z. `z` is a fresh draw at each call.
    """
    ### BEGIN SOLUTION
    images = keras.layers.Input((28, 28))
    hidden = keras.layers.Flatten()(images)
    hidden = keras.layers.Dense(150, activation="relu")(hidden)
    hidden = keras.layers.Dense(100, activation="relu")(hidden)
    codings_mean = keras.layers.Dense(codings_size, name="codings_mean")(hidden)
    codings_log_var = keras.layers.Dense(codings_size, name="codings_log_var")(hidden)
    codings = Sampling(name="codings")([codings_mean, codings_log_var])
    return keras.Model(images, [codings_mean, codings_log_var, codings], name="encoder")
    ### END SOLUTION


def build_vae_decoder(codings_size: int = 10) -> keras.Model:
    """Build the decoder: from codings to the pixels of an image.

    The layers, in this order: a dense layer of 100 units; a dense layer of 150 units, both with a
    non-linearity of your choice; a dense layer of 784 sigmoid units, one for each pixel; a
    reshaping to 28 rows of 28 pixels. Dense layers have biases, as Keras gives them by default;
    initial weights are free. There is no other layer with weights.

    Args:
        codings_size: how many codings an image has, at least 1.

    Returns:
        A Keras model, not necessarily built or compiled, from codings of shape
        (batch, codings_size), any real numbers, to images of shape (batch, 28, 28), without a
        channel axis, with pixels between 0 and 1: probabilities, not logits.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.layers.Input((codings_size,)),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(150, activation="relu"),
            keras.layers.Dense(784, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ],
        name="decoder",
    )
    ### END SOLUTION


def vae_loss(
    images: tf.Tensor,
    reconstructions: tf.Tensor,
    codings_mean: tf.Tensor,
    codings_log_var: tf.Tensor,
) -> tf.Tensor:
    """Compute the loss of a variational autoencoder, in nats per image.

    For one image it is the binary cross-entropy, *summed* over its 784 pixels, plus the KL
    divergence of the exercise before, summed over its codings. The loss is the mean over the
    images of the batch. (For binary pixels it is minus the evidence lower bound, estimated with
    one draw; Kingma & Welling 2014, equation 10.)

    Args:
        images: float tensor of shape (batch, 28, 28) with pixels in [0, 1]: the targets.
        reconstructions: float tensor of the same shape with pixels strictly between 0 and 1:
            probabilities, not logits.
        codings_mean: float tensor of shape (batch, codings_size), any real numbers.
        codings_log_var: float tensor of the same shape: the natural logarithm of the variance.

    Returns:
        A scalar tensor, in nats per image. Gradients pass to all arguments but the first.
    """
    ### BEGIN SOLUTION
    of_each_pixel = keras.ops.binary_crossentropy(images, reconstructions)
    reconstruction = tf.reduce_sum(of_each_pixel, axis=(1, 2))
    return tf.reduce_mean(reconstruction + kl_divergence(codings_mean, codings_log_var))
    ### END SOLUTION


def vae_train_step(
    encoder: keras.Model,
    decoder: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    images: tf.Tensor,
) -> dict[str, tf.Tensor]:
    """Improve both networks once, on one batch of images.

    Run the encoder and then, on the very `z` that it returned, the decoder, both in training mode
    (`training=True`) and under a gradient tape. Compute the loss of the exercise before, its
    gradients with respect to all trainable variables of both networks, and apply them once.

    The training loop wraps this function in `tf.function`, so it computes with tensors only (no
    `.numpy()` and no `float`).

    Args:
        encoder: a Keras model from images (batch, 28, 28) to `[mean, log_var, z]`, each of shape
            (batch, codings_size).
        decoder: a Keras model from codings (batch, codings_size) to images (batch, 28, 28) with
            pixels between 0 and 1.
        optimizer: a Keras optimizer for the trainable variables of the encoder and the decoder
            together, encoder first.
        images: float tensor of shape (batch, 28, 28) with pixels in [0, 1].

    Returns:
        A dictionary of three scalar tensors, in nats per image, as they were before the update:
        "reconstruction" (the cross-entropy summed over pixels), "kl" (the divergence summed over
        codings), each a mean over the batch, and "loss", their sum.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        codings_mean, codings_log_var, codings = encoder(images, training=True)
        reconstructions = decoder(codings, training=True)
        loss = vae_loss(images, reconstructions, codings_mean, codings_log_var)
    variables = encoder.trainable_variables + decoder.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    kl = tf.reduce_mean(kl_divergence(codings_mean, codings_log_var))
    return {"loss": loss, "reconstruction": loss - kl, "kl": kl}
    ### END SOLUTION


def generate_images(decoder: keras.Model, count: int, codings_size: int) -> np.ndarray:
    """Invent images: draw codings from the prior, and decode them.

    Args:
        decoder: a Keras model from codings (batch, codings_size) to images (batch, 28, 28) with
            pixels between 0 and 1, used at inference. No encoder is needed.
        count: how many images to make, at least 1.
        codings_size: how many codings the decoder takes.

    Returns:
        An array (or tensor) of shape (count, 28, 28), row i being the decoded i-th coding. The
        codings are fresh at each call: independent draws from the standard normal N(0, I).
    """
    ### BEGIN SOLUTION
    codings = tf.random.normal((count, codings_size))
    return decoder.predict(codings, verbose=0)
    ### END SOLUTION


def interpolate_codings(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Walk from one coding to another in a straight line, with equal steps.

    Args:
        start: float array of shape (codings_size,), any real numbers; it is not changed.
        end: float array of the same shape; it is not changed.
        steps: how many points the walk has, both ends included, at least 2.

    Returns:
        An array of shape (steps, codings_size): the first row is `start`, the last is `end`, and
        neighbouring rows differ by (end - start) / (steps - 1).
    """
    ### BEGIN SOLUTION
    return np.linspace(start, end, steps)
    ### END SOLUTION
