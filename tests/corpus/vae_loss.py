"""Answers to `vae_loss(images, reconstructions, codings_mean, codings_log_var)`.

Nats per image, a scalar: the mean over the batch of the binary cross-entropy summed over pixels
plus the KL divergence. It takes tensors: images and reconstructions (n, 28, 28) in [0, 1].
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "vae_loss"
enter_novices(EXERCISE, arity=4)

# What the right objective in another unit may earn.
ANOTHER_UNIT = 0.8


def kl_divergence(mean, log_var):
    return -0.5 * tf.reduce_sum(1 + log_var - mean**2 - tf.exp(log_var), axis=-1)


def pixel_losses(images, reconstructions):
    p = tf.clip_by_value(reconstructions, 1e-7, 1 - 1e-7)
    return -(images * tf.math.log(p) + (1 - images) * tf.math.log(1 - p))


def summed_bce(images, reconstructions):
    return tf.reduce_sum(pixel_losses(images, reconstructions), axis=(1, 2))


def flat_bce(images, reconstructions):
    """Return the mean over all pixels and images."""
    return keras.losses.BinaryCrossentropy()(images, reconstructions)


def combined(combine):
    """Return a loss that is `combine` of the right terms, each (batch,)."""

    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        return combine(
            summed_bce(images, reconstructions), kl_divergence(codings_mean, codings_log_var)
        )

    return vae_loss


reference = combined(lambda bce, kl: tf.reduce_mean(bce + kl))


@right(EXERCISE)
def row_losses_of_keras_summed():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        rows = keras.losses.binary_crossentropy(images, reconstructions)
        reconstruction = tf.reduce_sum(rows, axis=1) * 28
        return tf.reduce_mean(reconstruction + kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@right(EXERCISE)
def mean_times_784():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        reconstruction = 784 * keras.losses.BinaryCrossentropy()(images, reconstructions)
        return reconstruction + tf.reduce_mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@right(EXERCISE)
def flattened_first():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        flat = tf.reshape(images, (tf.shape(images)[0], -1))
        flat_hat = tf.reshape(reconstructions, tf.shape(flat))
        bce = tf.keras.losses.binary_crossentropy(flat, flat_hat)
        pixels = tf.cast(tf.shape(flat)[1], tf.float32)
        return tf.reduce_mean(bce * pixels + kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@right(EXERCISE)
def elementwise_in_ops():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.sum(ops.binary_crossentropy(images, reconstructions), axis=(1, 2))
        kl = 0.5 * ops.sum(
            ops.expm1(codings_log_var) - codings_log_var + ops.square(codings_mean), axis=-1
        )
        return ops.mean(bce + kl)

    return vae_loss


@right(EXERCISE)
def channel_axis_for_keras():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = keras.losses.binary_crossentropy(images[..., None], reconstructions[..., None])
        reconstruction = ops.mean(ops.sum(bce, axis=(1, 2)))
        kl = -0.5 * (1 + codings_log_var - codings_mean**2 - ops.exp(codings_log_var))
        return reconstruction + ops.mean(ops.sum(kl, axis=1))

    return vae_loss


@right(EXERCISE)
def written_out():
    return reference


@right(EXERCISE)
def written_out_with_an_epsilon():
    def vae_loss(x, x_hat, mean, log_var):
        gain = x * ops.log(x_hat + 1e-7) + (1 - x) * ops.log(1 - x_hat + 1e-7)
        likelihood = ops.mean(ops.sum(ops.sum(gain, -1), -1))
        kl = ops.mean(ops.sum(ops.exp(log_var) + mean**2 - 1 - log_var, -1)) / 2
        return -(likelihood - kl)

    return vae_loss


@right(EXERCISE)
def totals_divided_by_the_batch():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        total = tf.reduce_sum(pixel_losses(images, reconstructions))
        total += tf.reduce_sum(kl_divergence(codings_mean, codings_log_var))
        return total / tf.cast(tf.shape(images)[0], tf.float32)

    return vae_loss


@right(EXERCISE)
def sum_reduction_of_keras():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = keras.losses.BinaryCrossentropy(reduction="sum")(images, reconstructions)
        batch = len(images)
        kl = tf.reduce_sum(kl_divergence(codings_mean, codings_log_var))
        return (images.shape[-1] * bce + kl) / batch

    return vae_loss


@right(EXERCISE)
def no_reduction_of_keras():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = keras.losses.BinaryCrossentropy(reduction="none")(images, reconstructions)
        reconstruction = ops.mean(ops.sum(bce * images.shape[2], axis=-1))
        return reconstruction + ops.mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@right(EXERCISE)
def by_way_of_logits():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        p = tf.clip_by_value(reconstructions, 1e-7, 1 - 1e-7)
        logits = tf.math.log(p) - tf.math.log1p(-p)
        bce = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
        kl = kl_divergence(codings_mean, codings_log_var)
        return tf.reduce_mean(tf.reduce_sum(bce, axis=[1, 2])) + tf.reduce_mean(kl)

    return vae_loss


@right(EXERCISE)
def einsum():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = tf.einsum("bij->b", pixel_losses(images, reconstructions))
        ones = tf.ones_like(codings_mean)
        kl = tf.einsum("bj,bj->b", codings_mean, codings_mean)
        kl += tf.einsum("bj,bj->b", tf.exp(codings_log_var) - 1 - codings_log_var, ones)
        return tf.reduce_mean(bce + kl / 2)

    return vae_loss


@right(EXERCISE)
def image_by_image():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        losses = []
        for x, y, m, v in zip(images, reconstructions, codings_mean, codings_log_var, strict=True):
            kl = 0.5 * tf.reduce_sum(tf.exp(v) + m**2 - 1 - v)
            losses.append(tf.reduce_sum(pixel_losses(x, y)) + kl)
        return sum(losses) / len(losses)

    return vae_loss


@right(EXERCISE)
def mapped_over_images():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        def one(row):
            x, y, m, v = row
            return tf.reduce_sum(pixel_losses(x, y)) + kl_divergence(m, v)

        rows = (images, reconstructions, codings_mean, codings_log_var)
        return tf.reduce_mean(tf.map_fn(one, rows, fn_output_signature=tf.float32))

    return vae_loss


@right(EXERCISE)
def mean_per_pixel_and_mean_per_coding_scaled_back():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.mean(ops.binary_crossentropy(images, reconstructions))
        kl = ops.mean(1 + codings_log_var - codings_mean**2 - ops.exp(codings_log_var)) / -2
        return bce * math.prod(images.shape[1:]) + kl * codings_mean.shape[1]

    return vae_loss


@right(EXERCISE)
def tf_function():
    return tf.function(reference)


@right(EXERCISE)
def in_double_precision():
    def vae_loss(*tensors):
        return reference(*(tf.cast(tensor, tf.float64) for tensor in tensors))

    return vae_loss


@right(EXERCISE)
def layer_with_four_arguments():
    class Loss(layers.Layer):
        def call(self, images, reconstructions, codings_mean, codings_log_var):
            return reference(images, reconstructions, codings_mean, codings_log_var)

    return Loss()


@right(EXERCISE)
def partial_function():
    def weighted(beta, images, reconstructions, mean, log_var):
        return tf.reduce_mean(
            summed_bce(images, reconstructions) + beta * kl_divergence(mean, log_var)
        )

    return functools.partial(weighted, 1.0)


@right(EXERCISE)
def object_with_call():
    class Loss:
        def __init__(self, pixels=28 * 28):
            self.bce = keras.losses.BinaryCrossentropy()
            self.pixels = pixels

        def __call__(self, images, reconstructions, codings_mean, codings_log_var):
            kl = kl_divergence(codings_mean, codings_log_var)
            return self.bce(images, reconstructions) * self.pixels + ops.mean(kl)

    return Loss()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def functions_of_the_old_backend():
    def vae_loss(images, reconstructions, mean, log_var):
        backend = tf.keras.backend
        bce = 28 * 28 * backend.mean(keras.losses.binary_crossentropy(images, reconstructions))
        kl = -0.5 * backend.sum(1 + log_var - backend.square(mean) - backend.exp(log_var), axis=-1)
        return backend.mean(bce + kl)

    return vae_loss


@right(EXERCISE)
def compiled_by_xla():
    @tf.function(jit_compile=True)
    def vae_loss(images, reconstructions, mean, log_var):
        bce = tf.reduce_sum(keras.ops.binary_crossentropy(images, reconstructions), axis=[1, 2])
        kl = tf.reduce_sum(tf.exp(log_var) + mean**2 - 1 - log_var, axis=1) / 2
        return tf.reduce_mean(bce + kl)

    return vae_loss


@right(EXERCISE)
def scaled_up_from_nats_per_pixel():
    def vae_loss(images, reconstructions, mean, log_var):
        kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var), axis=-1)
        per_pixel = tf.reduce_mean(keras.losses.binary_crossentropy(images, reconstructions))
        return (per_pixel + tf.reduce_mean(kl) / 784.0) * 784.0

    return vae_loss


@right(EXERCISE)
def loss_object_on_flat_rows():
    def vae_loss(images, reconstructions, mean, log_var):
        rows = [tf.reshape(x, (-1, 784)) for x in (images, reconstructions)]
        bce = keras.losses.BinaryCrossentropy(reduction="sum_over_batch_size")(*rows) * 784
        kl = ops.sum(ops.expm1(log_var) - log_var + ops.square(mean)) / 2
        return bce + kl / ops.cast(ops.shape(mean)[0], "float32")

    return vae_loss


@right(EXERCISE)
def metric_of_running_means():
    def vae_loss(images, reconstructions, mean, log_var):
        bce = tf.add_n(tf.unstack(ops.binary_crossentropy(images, reconstructions), axis=1))
        kl = tf.reduce_sum(0.5 * (tf.exp(log_var) + mean**2 - 1 - log_var), axis=-1)
        return tf.reduce_mean(tf.concat([bce, kl[:, None]], axis=1)) * 29

    return vae_loss


@right(EXERCISE)
def average_as_distributed_training_takes_it():
    def vae_loss(images, reconstructions, mean, log_var):
        bce = tf.reduce_sum(keras.losses.binary_crossentropy(images, reconstructions), -1) * 28
        kl = tf.reduce_sum(0.5 * (tf.exp(log_var) + mean**2 - 1 - log_var), axis=-1)
        return tf.nn.compute_average_loss(bce + kl, global_batch_size=tf.shape(images)[0])

    return vae_loss


@wrong(EXERCISE, "numpy_inside")
def numpy_throughout():
    def vae_loss(images, reconstructions, mean, log_var):
        x, y, m, v = (np.asarray(t, "float64") for t in (images, reconstructions, mean, log_var))
        y = np.clip(y, 1e-7, 1 - 1e-7)
        bce = -(x * np.log(y) + (1 - x) * np.log(1 - y)).sum(axis=(1, 2))
        return np.mean(bce - 0.5 * np.sum(1 + v - m**2 - np.exp(v), axis=-1))

    return vae_loss


@wrong(EXERCISE, "numpy_inside")
def float_of_the_loss():
    return lambda *tensors: float(reference(*tensors))


@disputed(EXERCISE, "no clipping: probabilities of 0 and 1 give nan")
def never_clipped():
    def vae_loss(x, y, mean, log_var):
        bce = -tf.reduce_sum(x * tf.math.log(y) + (1 - x) * tf.math.log(1 - y), axis=[1, 2])
        return tf.reduce_mean(bce + kl_divergence(mean, log_var))

    return vae_loss


@disputed(EXERCISE, "shape (1,) for a scalar")
def axis_kept():
    return combined(lambda bce, kl: tf.reduce_mean(bce + kl, axis=0, keepdims=True))


@wrong(EXERCISE)
def kl_detached():
    return combined(lambda bce, kl: tf.reduce_mean(bce + tf.stop_gradient(kl)))


@wrong(EXERCISE)
def reconstruction_detached():
    return combined(lambda bce, kl: tf.reduce_mean(tf.stop_gradient(bce) + kl))


@wrong(EXERCISE, "kl_omitted")
def kl_omitted():
    return combined(lambda bce, kl: tf.reduce_mean(bce))


@wrong(EXERCISE, "kl_omitted")
def kl_computed_but_not_added():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.mean(ops.sum(ops.binary_crossentropy(images, reconstructions), axis=(1, 2)))
        kl = ops.mean(kl_divergence(codings_mean, codings_log_var))
        bce + kl
        return bce

    return vae_loss


@wrong(EXERCISE, "reconstruction_omitted")
def reconstruction_omitted():
    return combined(lambda bce, kl: tf.reduce_mean(kl))


@wrong(EXERCISE, "mean_bce_with_full_kl")
def mean_bce_with_full_kl():
    return combined(lambda bce, kl: tf.reduce_mean(bce / 784 + kl))


@wrong(EXERCISE, "mean_bce_with_full_kl")
def loss_object_of_keras_with_full_kl():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = keras.losses.BinaryCrossentropy()(images, reconstructions)
        return bce + ops.mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE, "sum_bce_with_scaled_kl")
def sum_bce_with_scaled_kl():
    return combined(lambda bce, kl: tf.reduce_mean(bce) + tf.reduce_mean(kl) / 784)


@wrong(EXERCISE, "sum_bce_with_scaled_kl")
def sum_bce_with_scaled_kl_in_ops():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.sum(ops.binary_crossentropy(images, reconstructions), axis=(1, 2))
        kl = 0.5 * ops.sum(
            codings_mean**2 + ops.exp(codings_log_var) - 1 - codings_log_var, axis=-1
        )
        return ops.mean(bce + kl / 784.0)

    return vae_loss


@wrong(EXERCISE, "bce_summed_over_one_axis")
def row_losses_of_keras_summed_alone():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        rows = keras.losses.binary_crossentropy(images, reconstructions)
        kl = kl_divergence(codings_mean, codings_log_var)
        return tf.reduce_mean(tf.reduce_sum(rows, axis=-1) + kl)

    return vae_loss


@wrong(EXERCISE, "bce_summed_over_one_axis")
def summed_over_one_axis_then_averaged():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.sum(ops.binary_crossentropy(images, reconstructions), axis=-1)
        return ops.mean(bce) + ops.mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE, "per_pixel", at_most=ANOTHER_UNIT)
def per_pixel():
    return combined(lambda bce, kl: tf.reduce_mean(bce + kl) / 784)


@wrong(EXERCISE, "per_pixel", at_most=ANOTHER_UNIT)
def mean_bce_and_kl_over_784():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.mean(keras.losses.binary_crossentropy(images, reconstructions))
        return bce + ops.mean(kl_divergence(codings_mean, codings_log_var)) / 784.0

    return vae_loss


@wrong(EXERCISE, "summed_over_batch", at_most=ANOTHER_UNIT)
def summed_over_batch():
    return combined(lambda bce, kl: tf.reduce_sum(bce + kl))


@wrong(EXERCISE, "summed_over_batch", at_most=ANOTHER_UNIT)
def two_totals():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.sum(ops.binary_crossentropy(images, reconstructions))
        kl = ops.sum(ops.expm1(codings_log_var) - codings_log_var + codings_mean**2) / 2
        return bce + kl

    return vae_loss


@wrong(EXERCISE, "wrong_sign_of_kl")
def kl_subtracted():
    return combined(lambda bce, kl: tf.reduce_mean(bce - kl))


@wrong(EXERCISE, "wrong_sign_of_kl")
def minus_of_the_kl_forgotten():
    def vae_loss(images, reconstructions, mean, log_var):
        bce = ops.sum(ops.binary_crossentropy(images, reconstructions), axis=(1, 2))
        return ops.mean(bce + 0.5 * ops.sum(1 + log_var - mean**2 - ops.exp(log_var), axis=1))

    return vae_loss


@wrong(EXERCISE, "wrong_sign")
def sign_of_the_whole():
    return combined(lambda bce, kl: -tf.reduce_mean(bce + kl))


@wrong(EXERCISE)
def sign_of_the_reconstruction():
    return combined(lambda bce, kl: tf.reduce_mean(kl - bce))


@wrong(EXERCISE, "mse_for_bce")
def squared_errors_summed():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        errors = tf.reduce_sum(tf.square(images - reconstructions), axis=(1, 2))
        return tf.reduce_mean(errors + kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE, "mse_for_bce")
def mse_of_keras_times_784():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        mse = keras.losses.MeanSquaredError()(images, reconstructions) * 784
        return mse + ops.mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE)
def mean_squared_error_with_full_kl():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        mse = tf.reduce_mean((images - reconstructions) ** 2)
        return mse + tf.reduce_mean(kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE)
def absolute_errors():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        errors = tf.reduce_sum(tf.abs(images - reconstructions), axis=(1, 2))
        return tf.reduce_mean(errors + kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE, "not_reduced")
def not_reduced():
    return combined(lambda bce, kl: bce + kl)


@wrong(EXERCISE, "not_reduced")
def not_reduced_in_ops():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = ops.binary_crossentropy(images, reconstructions)
        kl = ops.expm1(codings_log_var) - codings_log_var + codings_mean**2
        return ops.sum(bce, axis=(1, 2)) + ops.sum(kl, axis=1) / 2

    return vae_loss


@wrong(EXERCISE, "kl_summed_over_batch")
def kl_summed_over_the_batch():
    return combined(lambda bce, kl: tf.reduce_mean(bce) + tf.reduce_sum(kl))


@wrong(EXERCISE, "bce_summed_over_batch")
def bce_summed_over_the_batch():
    return combined(lambda bce, kl: tf.reduce_sum(bce) + tf.reduce_mean(kl))


@wrong(EXERCISE, "kl_averaged")
def kl_averaged_over_codings():
    def vae_loss(images, reconstructions, mean, log_var):
        kl = -0.5 * tf.reduce_mean(1 + log_var - mean**2 - tf.exp(log_var))
        return tf.reduce_mean(summed_bce(images, reconstructions)) + kl

    return vae_loss


@wrong(EXERCISE, "half_missing")
def kl_without_its_half():
    return combined(lambda bce, kl: tf.reduce_mean(bce + 2 * kl))


@wrong(EXERCISE)
def beta_of_four():
    return combined(lambda bce, kl: tf.reduce_mean(bce + 4.0 * kl))


@wrong(EXERCISE)
def reconstruction_weighted_by_a_thousand():
    return combined(lambda bce, kl: tf.reduce_mean(1000 * bce / 784 + kl))


@wrong(EXERCISE)
def in_bits():
    return combined(lambda bce, kl: tf.reduce_mean(bce + kl) / math.log(2))


@wrong(EXERCISE)
def images_and_reconstructions_swapped():
    return lambda images, reconstructions, mean, log_var: reference(
        reconstructions, images, mean, log_var
    )


@wrong(EXERCISE)
def mean_and_log_var_swapped():
    return lambda images, reconstructions, mean, log_var: reference(
        images, reconstructions, log_var, mean
    )


@wrong(EXERCISE, "from_logits")
def probabilities_taken_for_logits():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=reconstructions)
        kl = kl_divergence(codings_mean, codings_log_var)
        return tf.reduce_mean(tf.reduce_sum(bce, axis=(1, 2)) + kl)

    return vae_loss


@wrong(EXERCISE)
def half_of_the_cross_entropy():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        bce = -tf.reduce_sum(images * tf.math.log(reconstructions), axis=(1, 2))
        return tf.reduce_mean(bce + kl_divergence(codings_mean, codings_log_var))

    return vae_loss


@wrong(EXERCISE)
def multiplied():
    return combined(lambda bce, kl: tf.reduce_mean(bce * kl))


@wrong(EXERCISE)
def axis_that_broadcasts():
    return combined(lambda bce, kl: tf.reduce_sum(bce[:, None] + kl) / 784)


@wrong(EXERCISE)
def whole_numbers():
    return combined(lambda bce, kl: tf.cast(tf.reduce_mean(bce + kl), tf.int32))


@wrong(EXERCISE)
def three_losses():
    return combined(lambda bce, kl: (bce + kl, bce, kl))


@wrong(EXERCISE)
def dict_of_losses():
    return combined(lambda bce, kl: {"loss": tf.reduce_mean(bce + kl)})


@wrong(EXERCISE)
def one_batch_size_only():
    return combined(lambda bce, kl: tf.reduce_sum(bce + kl) / 128)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return combined(lambda bce, kl: tf.reduce_mean(bce + kl) * float("nan"))


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zero():
    return combined(lambda bce, kl: tf.constant(0.0))


@wrong(EXERCISE)
def two_arguments():
    return lambda images, reconstructions: tf.reduce_mean(summed_bce(images, reconstructions))


@wrong(EXERCISE)
def prints_the_loss():
    return combined(lambda bce, kl: print(tf.reduce_mean(bce + kl)))


@wrong(EXERCISE, says=("NameError", "codings_mena"))
def misspells_an_argument():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        kl = kl_divergence(codings_mena, codings_log_var)  # noqa: F821
        return tf.reduce_mean(summed_bce(images, reconstructions) + kl)

    return vae_loss


@wrong(EXERCISE)
def unknown_loss_of_keras():
    def vae_loss(images, reconstructions, codings_mean, codings_log_var):
        return keras.losses.binary_cross_entropy(images, reconstructions)

    return vae_loss


@wrong(EXERCISE, "from_logits")
def logits_promised_to_keras():
    def vae_loss(images, reconstructions, mean, log_var):
        loss_of = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
        bce = 28 * tf.reduce_sum(loss_of(images, reconstructions), axis=-1)
        kl = tf.reduce_sum(tf.exp(log_var) + mean**2 - 1 - log_var, axis=-1) / 2
        return tf.reduce_mean(bce + kl)

    return vae_loss
