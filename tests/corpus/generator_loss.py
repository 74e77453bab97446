"""Answers to `generator_loss(fake_probabilities)`.

The binary cross-entropy of the discriminator's answers (batch, 1), probabilities and not logits,
with the label 1 for each: the mean of −log(fake), a scalar tensor that gradients pass through.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "generator_loss"
enter_novices(EXERCISE, arity=1)


def clipped(probabilities):
    return tf.clip_by_value(probabilities, 1e-7, 1 - 1e-7)


def reference(fake_probabilities):
    return -tf.reduce_mean(tf.math.log(clipped(fake_probabilities)))


@right(EXERCISE)
def binary_crossentropy_averaged():
    def generator_loss(fake_probabilities):
        labels = tf.ones_like(fake_probabilities)
        return tf.reduce_mean(keras.losses.binary_crossentropy(labels, fake_probabilities))

    return generator_loss


@right(EXERCISE)
def loss_object():
    cross_entropy = tf.keras.losses.BinaryCrossentropy()

    def generator_loss(fake_probabilities):
        return cross_entropy(tf.ones_like(fake_probabilities), fake_probabilities)

    return generator_loss


@right(EXERCISE)
def loss_object_with_options():
    def generator_loss(fake_probabilities):
        bce = keras.losses.BinaryCrossentropy(from_logits=False, label_smoothing=0.0)
        return bce(tf.ones((len(fake_probabilities), 1)), fake_probabilities)

    return generator_loss


@right(EXERCISE)
def loss_object_summed_over_its_count():
    def generator_loss(fake_probabilities):
        total = keras.losses.BinaryCrossentropy(reduction="sum")(
            tf.ones_like(fake_probabilities), fake_probabilities
        )
        return total / tf.cast(tf.shape(fake_probabilities)[0], total.dtype)

    return generator_loss


@right(EXERCISE)
def loss_object_without_reduction():
    def generator_loss(fake_probabilities):
        bce = keras.losses.BinaryCrossentropy(reduction="none")
        return ops.mean(bce(ops.ones_like(fake_probabilities), fake_probabilities))

    return generator_loss


@right(EXERCISE)
def minus_log():
    return lambda fake: -tf.reduce_mean(tf.math.log(fake))


@right(EXERCISE)
def minus_log_with_an_epsilon():
    return lambda fake: tf.reduce_mean(-tf.math.log(fake + 1e-8))


@right(EXERCISE)
def minus_log_clipped():
    return reference


@right(EXERCISE)
def keras_ops_elementwise():
    return lambda fake: ops.mean(ops.binary_crossentropy(ops.ones_like(fake), fake))


@right(EXERCISE)
def keras_log():
    return lambda fake: ops.negative(ops.mean(ops.log(ops.maximum(fake, 1e-12))))


@right(EXERCISE)
def log_of_the_inverse():
    return lambda fake: tf.reduce_mean(tf.math.log(1.0 / fake))


@right(EXERCISE)
def both_halves_written_out():
    def generator_loss(fake):
        labels = tf.ones(tf.shape(fake))
        losses = labels * tf.math.log(fake) + (1 - labels) * tf.math.log(1 - fake)
        return -tf.reduce_mean(losses)

    return generator_loss


@right(EXERCISE)
def by_way_of_logits():
    def generator_loss(fake):
        logits = tf.math.log(fake) - tf.math.log1p(-fake)
        bce = keras.losses.BinaryCrossentropy(from_logits=True)
        return bce(tf.ones_like(logits), logits)

    return generator_loss


@right(EXERCISE)
def softplus_of_minus_the_logits():
    return lambda fake: tf.reduce_mean(tf.nn.softplus(tf.math.log((1 - fake) / fake)))


@right(EXERCISE)
def two_classes():
    def generator_loss(fake):
        two = tf.concat([1 - fake, fake], axis=1)
        labels = tf.ones(tf.shape(fake)[0], tf.int32)
        return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, two))

    return generator_loss


@right(EXERCISE)
def total_over_the_count():
    def generator_loss(fake):
        return -tf.reduce_sum(tf.math.log(fake)) / tf.cast(tf.size(fake), fake.dtype)

    return generator_loss


@right(EXERCISE)
def flattened_first():
    def generator_loss(fake):
        fake = tf.reshape(fake, [-1])
        return keras.losses.binary_crossentropy(tf.ones_like(fake), fake)

    return generator_loss


@right(EXERCISE)
def image_by_image():
    def generator_loss(fake):
        total = 0.0
        for probability in tf.unstack(fake):
            total -= tf.math.log(probability[0])
        return total / len(fake)

    return generator_loss


@right(EXERCISE)
def mapped_over_images():
    return lambda fake: -tf.reduce_mean(tf.map_fn(lambda row: tf.math.log(row[0]), fake))


@right(EXERCISE)
def lambda_of_keras():
    return lambda p: tf.reduce_mean(tf.keras.losses.binary_crossentropy(tf.ones_like(p), p))


@right(EXERCISE)
def log_of_another_base():
    return lambda fake: -ops.mean(ops.log2(fake)) * math.log(2)


@right(EXERCISE)
def tf_function():
    return tf.function(reference)


@right(EXERCISE)
def in_double_precision():
    return lambda fake: reference(tf.cast(fake, tf.float64))


@right(EXERCISE)
def loss_class_of_its_own():
    class GeneratorLoss(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return -ops.mean(y_true * ops.log(y_pred), axis=-1)

    loss = GeneratorLoss()
    return lambda fake: loss(ops.ones_like(fake), fake)


@right(EXERCISE)
def layer():
    class GeneratorLoss(layers.Layer):
        def call(self, fake_probabilities):
            return reference(fake_probabilities)

    return GeneratorLoss()


@right(EXERCISE)
def partial_function():
    def cross_entropy(label, probabilities):
        labels = label * tf.ones_like(probabilities)
        return tf.reduce_mean(keras.losses.binary_crossentropy(labels, probabilities))

    return functools.partial(cross_entropy, 1.0)


@right(EXERCISE)
def object_with_call():
    class Loss:
        def __init__(self):
            self.bce = keras.losses.BinaryCrossentropy()

        def __call__(self, fake_probabilities):
            return self.bce(tf.fill(fake_probabilities.shape, 1.0), fake_probabilities)

    return Loss()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def functions_of_the_old_backend():
    def generator_loss(fake):
        backend = tf.keras.backend
        return backend.mean(backend.binary_crossentropy(tf.ones_like(fake), fake))

    return generator_loss


@right(EXERCISE)
def compiled_by_xla():
    return tf.function(
        lambda fake: -tf.reduce_mean(tf.math.log(tf.clip_by_value(fake, 1e-7, 1.0))),
        jit_compile=True,
    )


@right(EXERCISE)
def metric_of_keras_as_a_function():
    return lambda fake: ops.mean(
        keras.metrics.binary_crossentropy(ops.ones_like(fake), fake, from_logits=False)
    )


@right(EXERCISE)
def discriminators_loss_turned_round():
    def generator_loss(fake):
        zeros = tf.zeros_like(fake)
        return keras.losses.BinaryCrossentropy()(zeros, 1.0 - fake)

    return generator_loss


@right(EXERCISE)
def perplexity_and_back():
    return lambda fake: tf.math.log(tf.exp(tf.reduce_mean(-tf.math.log(fake))))


@disputed(EXERCISE, "shape (1,) for a scalar")
def axis_kept():
    return lambda fake: -tf.reduce_mean(tf.math.log(fake), axis=0)


@right(EXERCISE)
def labels_from_the_argument():
    return lambda fake: ops.mean(ops.binary_crossentropy(fake * 0 + 1, fake))


@disputed(EXERCISE, "a large epsilon: off by a thousandth of a nat at low probabilities")
def epsilon_of_a_hundred_thousandth():
    return lambda fake: -tf.reduce_mean(tf.math.log(fake + 1e-5))


@wrong(EXERCISE, "minimises_fake_label")
def label_zero():
    def generator_loss(fake_probabilities):
        labels = tf.zeros_like(fake_probabilities)
        return tf.reduce_mean(keras.losses.binary_crossentropy(labels, fake_probabilities))

    return generator_loss


@wrong(EXERCISE, "minimises_fake_label")
def label_zero_by_loss_object():
    bce = tf.keras.losses.BinaryCrossentropy()
    return lambda fake: bce(tf.zeros((tf.shape(fake)[0], 1)), fake)


@wrong(EXERCISE, "minimises_fake_label")
def label_zero_written_out():
    return lambda fake: -tf.reduce_mean(tf.math.log(1 - fake))


@wrong(EXERCISE, "saturating_loss")
def saturating_loss():
    return lambda fake: tf.reduce_mean(tf.math.log(1 - fake))


@wrong(EXERCISE, "saturating_loss")
def minus_the_loss_of_the_discriminator():
    def generator_loss(fake_probabilities):
        bce = keras.losses.BinaryCrossentropy()
        return -bce(tf.zeros_like(fake_probabilities), fake_probabilities)

    return generator_loss


@wrong(EXERCISE, "saturating_loss")
def saturating_loss_in_ops():
    return lambda fake: ops.mean(ops.log1p(-fake))


@wrong(EXERCISE, "double_sigmoid")
def from_logits():
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return lambda fake: bce(tf.ones_like(fake), fake)


@wrong(EXERCISE, "double_sigmoid")
def sigmoid_once_more():
    return lambda fake: -tf.reduce_mean(tf.math.log(tf.sigmoid(fake)))


@wrong(EXERCISE, "double_sigmoid")
def cross_entropy_with_logits():
    def generator_loss(fake):
        labels = tf.ones_like(fake)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=fake)
        return tf.reduce_mean(losses)

    return generator_loss


@wrong(EXERCISE, "logits_for_probabilities")
def logits_as_probabilities():
    def generator_loss(fake):
        logits = tf.math.log(fake / (1 - fake))
        return tf.reduce_mean(keras.losses.binary_crossentropy(tf.ones_like(logits), logits))

    return generator_loss


@wrong(EXERCISE, "logits_for_probabilities")
def logits_as_probabilities_to_a_loss_object():
    bce = keras.losses.BinaryCrossentropy()
    return lambda fake: bce(tf.ones_like(fake), tf.math.log(fake) - tf.math.log1p(-fake))


@wrong(EXERCISE, "wrong_sign")
def sign_forgotten():
    return lambda fake: tf.reduce_mean(tf.math.log(fake))


@wrong(EXERCISE, "wrong_sign")
def sign_forgotten_in_ops():
    return lambda fake: ops.mean(ops.log(fake))


@wrong(EXERCISE)
def both_labels():
    def generator_loss(fake):
        bce = keras.losses.BinaryCrossentropy()
        return bce(tf.ones_like(fake), fake) + bce(tf.zeros_like(fake), fake)

    return generator_loss


@wrong(EXERCISE, "summed_over_batch")
def summed_over_the_batch():
    return lambda fake: -tf.reduce_sum(tf.math.log(fake))


@wrong(EXERCISE, "summed_over_batch")
def summed_by_loss_object():
    bce = keras.losses.BinaryCrossentropy(reduction="sum")
    return lambda fake: bce(tf.ones_like(fake), fake)


@wrong(EXERCISE, "not_reduced")
def not_reduced():
    return lambda fake: keras.losses.binary_crossentropy(tf.ones_like(fake), fake)


@wrong(EXERCISE, "not_reduced")
def not_reduced_in_ops():
    return lambda fake: -ops.log(fake)


@wrong(EXERCISE, "label_smoothing")
def label_smoothed():
    bce = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    return lambda fake: bce(tf.ones_like(fake), fake)


@wrong(EXERCISE, "label_smoothing")
def label_of_nine_tenths():
    return lambda fake: ops.mean(ops.binary_crossentropy(0.9 * ops.ones_like(fake), fake))


@wrong(EXERCISE)
def label_half():
    return lambda fake: ops.mean(ops.binary_crossentropy(0.5 * ops.ones_like(fake), fake))


@wrong(EXERCISE)
def arguments_of_keras_swapped():
    def generator_loss(fake):
        return tf.reduce_mean(keras.losses.binary_crossentropy(fake, tf.ones_like(fake)))

    return generator_loss


@wrong(EXERCISE, "mse_for_bce")
def squared_error():
    return lambda fake: tf.reduce_mean(tf.square(1 - fake))


@wrong(EXERCISE, "mse_for_bce")
def squared_error_of_keras():
    return lambda fake: keras.losses.MeanSquaredError()(tf.ones_like(fake), fake)


@wrong(EXERCISE, "wasserstein")
def critic():
    return lambda fake: -tf.reduce_mean(fake)


@wrong(EXERCISE)
def one_minus_the_mean():
    return lambda fake: tf.reduce_mean(1 - fake)


@wrong(EXERCISE)
def hinge():
    return lambda fake: keras.losses.Hinge()(tf.ones_like(fake), fake)


@wrong(EXERCISE, "log_of_mean")
def log_of_the_mean():
    return lambda fake: -tf.math.log(tf.reduce_mean(fake))


@wrong(EXERCISE, "base_two")
def in_bits():
    return lambda fake: -ops.mean(ops.log2(fake))


@wrong(EXERCISE)
def log_to_base_ten():
    return lambda fake: -ops.mean(ops.log10(fake))


@wrong(EXERCISE)
def categorical_cross_entropy():
    return lambda fake: keras.losses.CategoricalCrossentropy()(tf.ones_like(fake), fake)


@wrong(EXERCISE)
def rounds_the_answers():
    return lambda fake: keras.losses.BinaryCrossentropy()(tf.ones_like(fake), tf.round(fake))


@wrong(EXERCISE, "numpy_inside")
def numpy_throughout():
    return lambda fake: -np.mean(np.log(np.asarray(fake)))


@wrong(EXERCISE, "numpy_inside")
def float_of_the_loss():
    return lambda fake: float(reference(fake))


@wrong(EXERCISE)
def gradient_stopped():
    return lambda fake: reference(tf.stop_gradient(fake))


@wrong(EXERCISE)
def constant_of_the_number():
    return lambda fake: tf.constant(-np.log(fake.numpy()).mean())


@wrong(EXERCISE)
def labels_of_one_batch_size():
    def generator_loss(fake):
        return tf.reduce_mean(ops.binary_crossentropy(tf.ones((32, 1)), fake))

    return generator_loss


@wrong(EXERCISE)
def divides_by_a_fixed_batch():
    return lambda fake: -tf.reduce_sum(tf.math.log(fake)) / 32


@wrong(EXERCISE)
def first_image_only():
    return lambda fake: -tf.math.log(fake[0, 0])


@wrong(EXERCISE)
def labels_that_broadcast():
    def generator_loss(fake):
        labels = tf.eye(tf.shape(fake)[0])
        return -tf.reduce_mean(labels * tf.math.log(fake))

    return generator_loss


@wrong(EXERCISE)
def whole_numbers():
    return lambda fake: tf.cast(reference(fake), tf.int32)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return lambda fake: reference(fake) * float("nan")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zero():
    return lambda fake: tf.constant(0.0)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def always_log_two():
    return lambda fake: tf.constant(0.6931472)


@wrong(EXERCISE)
def two_arguments():
    return lambda real, fake: reference(fake)


@wrong(EXERCISE)
def expects_images_and_a_network():
    return lambda discriminator, images: reference(discriminator(images))


@wrong(EXERCISE)
def calls_the_discriminator_again():
    return lambda fake: reference(keras.Sequential([keras.layers.Dense(1)])(fake)) * 0


@wrong(EXERCISE)
def the_loss_object_itself():
    return lambda fake: keras.losses.BinaryCrossentropy()


@wrong(EXERCISE)
def labels_given_to_the_constructor():
    return lambda fake: keras.losses.BinaryCrossentropy(tf.ones_like(fake), fake)


@wrong(EXERCISE)
def prints_the_loss():
    return lambda fake: print(reference(fake))


@wrong(EXERCISE, says=("NameError", "fake_probabilites"))
def misspells_the_argument():
    return lambda fake_probabilities: reference(fake_probabilites)  # noqa: F821
