"""Answers to `discriminator_loss(real_probabilities, fake_probabilities)`.

The binary cross-entropy of the discriminator's answers, both (batch, 1), probabilities and not
logits, with the label 1 for real images and 0 for fakes, averaged over all images of both batches:
a scalar tensor that gradients pass through.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "discriminator_loss"
enter_novices(EXERCISE, arity=2)

# What the right objective in another unit may earn.
ANOTHER_UNIT = 0.8


def log(probabilities):
    return tf.math.log(tf.clip_by_value(probabilities, 1e-7, 1.0))


def reference(real_probabilities, fake_probabilities):
    losses = tf.concat([-log(real_probabilities), -log(1 - fake_probabilities)], axis=0)
    return tf.reduce_mean(losses)


def combined(combine):
    """Return a loss that is `combine` of the two means: that of real images and that of fakes."""

    def discriminator_loss(real_probabilities, fake_probabilities):
        bce = keras.losses.BinaryCrossentropy()
        real_loss = bce(tf.ones_like(real_probabilities), real_probabilities)
        fake_loss = bce(tf.zeros_like(fake_probabilities), fake_probabilities)
        return combine(real_loss, fake_loss)

    return discriminator_loss


def on_both(loss_of):
    """Return the loss that `loss_of(labels, probabilities)` has on both batches in one."""

    def discriminator_loss(real_probabilities, fake_probabilities):
        labels = tf.concat(
            [tf.ones_like(real_probabilities), tf.zeros_like(fake_probabilities)], axis=0
        )
        return loss_of(labels, tf.concat([real_probabilities, fake_probabilities], axis=0))

    return discriminator_loss


@right(EXERCISE)
def one_batch_of_both():
    def discriminator_loss(real_probabilities, fake_probabilities):
        probabilities = tf.concat([real_probabilities, fake_probabilities], axis=0)
        labels = tf.concat(
            [tf.ones_like(real_probabilities), tf.zeros_like(fake_probabilities)], axis=0
        )
        return tf.reduce_mean(keras.losses.binary_crossentropy(labels, probabilities))

    return discriminator_loss


@right(EXERCISE)
def loss_object_on_both():
    return on_both(
        lambda labels, probabilities: keras.losses.BinaryCrossentropy()(labels, probabilities)
    )


@right(EXERCISE)
def as_the_book_does():
    bce = tf.keras.losses.BinaryCrossentropy()

    def discriminator_loss(real_probabilities, fake_probabilities):
        batch_size = len(real_probabilities)
        y_pred = tf.concat([fake_probabilities, real_probabilities], axis=0)
        y_true = tf.constant([[0.0]] * batch_size + [[1.0]] * batch_size)
        return bce(y_true, y_pred)

    return discriminator_loss


@right(EXERCISE)
def mean_of_the_two_losses():
    return combined(lambda real_loss, fake_loss: (real_loss + fake_loss) / 2)


@right(EXERCISE)
def half_of_each():
    return combined(lambda real_loss, fake_loss: 0.5 * real_loss + 0.5 * fake_loss)


@right(EXERCISE)
def add_n_of_halves():
    return combined(lambda real_loss, fake_loss: tf.add_n([real_loss / 2, fake_loss / 2]))


@right(EXERCISE)
def mean_of_a_list():
    return combined(lambda *losses: tf.reduce_mean(losses))


@right(EXERCISE)
def written_out():
    def discriminator_loss(real, fake):
        return -0.5 * (tf.reduce_mean(tf.math.log(real)) + tf.reduce_mean(tf.math.log(1.0 - fake)))

    return discriminator_loss


@right(EXERCISE)
def written_out_with_an_epsilon():
    def discriminator_loss(real, fake, eps=1e-8):
        return -tf.reduce_mean(tf.math.log(real + eps) + tf.math.log(1 - fake + eps)) / 2

    return discriminator_loss


@right(EXERCISE)
def written_out_in_ops():
    return lambda real, fake: ops.mean(-ops.log(real) - ops.log1p(-fake)) / 2


@right(EXERCISE)
def log_of_a_product():
    return lambda real, fake: -tf.reduce_mean(tf.math.log(tf.sqrt(real * (1 - fake))))


@right(EXERCISE)
def probability_of_what_is_true():
    def discriminator_loss(real, fake):
        return -ops.mean(ops.log(ops.concatenate([real, 1 - fake], axis=0)))

    return discriminator_loss


@right(EXERCISE)
def side_by_side():
    return lambda real, fake: -tf.reduce_mean(tf.math.log(tf.stack([real, 1 - fake])))


@right(EXERCISE)
def total_over_the_count():
    def discriminator_loss(real, fake):
        total = tf.reduce_sum(tf.math.log(real)) + tf.reduce_sum(tf.math.log(1 - fake))
        return -total / tf.cast(tf.size(real) + tf.size(fake), tf.float32)

    return discriminator_loss


@right(EXERCISE)
def total_over_python_numbers():
    def discriminator_loss(real, fake):
        count = real.shape[0] + fake.shape[0]
        return tf.reduce_sum(-log(real)) / count + tf.reduce_sum(-log(1 - fake)) / count

    return discriminator_loss


@right(EXERCISE)
def elementwise_in_ops():
    return on_both(lambda labels, p: ops.mean(ops.binary_crossentropy(labels, p)))


@right(EXERCISE)
def summed_by_keras_over_the_count():
    bce = keras.losses.BinaryCrossentropy(reduction="sum")
    return on_both(lambda labels, p: bce(labels, p) / tf.cast(tf.shape(p)[0], tf.float32))


@right(EXERCISE)
def no_reduction_of_keras():
    bce = keras.losses.BinaryCrossentropy(reduction="none")
    return on_both(lambda labels, p: tf.math.reduce_mean(bce(labels, p)))


@right(EXERCISE)
def by_way_of_logits():
    def loss_of(labels, p):
        logits = tf.math.log(p) - tf.math.log1p(-p)
        return keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)

    return on_both(loss_of)


@right(EXERCISE)
def softplus_of_logits():
    def discriminator_loss(real, fake):
        real_logits, fake_logits = (tf.math.log(p / (1 - p)) for p in (real, fake))
        losses = tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits)
        return tf.reduce_mean(losses) / 2

    return discriminator_loss


@right(EXERCISE)
def two_classes():
    def loss_of(labels, p):
        return keras.losses.SparseCategoricalCrossentropy()(labels, tf.concat([1 - p, p], axis=1))

    return on_both(loss_of)


@right(EXERCISE)
def flattened_first():
    def discriminator_loss(real, fake):
        p = tf.concat([tf.reshape(real, [-1]), tf.reshape(fake, [-1])], axis=0)
        labels = tf.concat([tf.ones(tf.size(real)), tf.zeros(tf.size(fake))], axis=0)
        return keras.losses.binary_crossentropy(labels, p)

    return discriminator_loss


@right(EXERCISE)
def chosen_by_label():
    return on_both(lambda labels, p: -tf.reduce_mean(log(tf.where(labels > 0.5, p, 1 - p))))


@right(EXERCISE)
def image_by_image():
    def discriminator_loss(real, fake):
        total, count = 0.0, 0
        for probability in real:
            total -= tf.math.log(probability[0])
            count += 1
        for probability in fake:
            total -= tf.math.log(1 - probability[0])
            count += 1
        return total / count

    return discriminator_loss


@right(EXERCISE)
def tf_function():
    return tf.function(reference)


@right(EXERCISE)
def in_double_precision():
    def discriminator_loss(real, fake):
        return reference(tf.cast(real, tf.float64), tf.cast(fake, tf.float64))

    return discriminator_loss


@right(EXERCISE)
def layer_with_two_arguments():
    class Loss(layers.Layer):
        def call(self, real_probabilities, fake_probabilities):
            return reference(real_probabilities, fake_probabilities)

    return Loss()


@right(EXERCISE)
def partial_function():
    def cross_entropy(labels, real, fake):
        losses = [
            tf.reduce_mean(ops.binary_crossentropy(label * tf.ones_like(p), p))
            for label, p in zip(labels, (real, fake), strict=True)
        ]
        return sum(losses) / len(losses)

    return functools.partial(cross_entropy, (1.0, 0.0))


@right(EXERCISE)
def object_with_call():
    class Loss:
        def __init__(self):
            self.bce = keras.losses.BinaryCrossentropy()

        def __call__(self, real, fake):
            return on_both(self.bce)(real, fake)

    return Loss()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def functions_of_the_old_backend():
    def discriminator_loss(real, fake):
        backend = tf.keras.backend
        total = backend.mean(keras.losses.binary_crossentropy(backend.ones_like(real), real))
        total += backend.mean(keras.losses.binary_crossentropy(backend.zeros_like(fake), fake))
        return total / 2

    return discriminator_loss


@right(EXERCISE)
def compiled_by_xla():
    @tf.function(jit_compile=True)
    def discriminator_loss(real, fake):
        loss = keras.losses.binary_crossentropy(
            tf.concat([tf.ones_like(real), tf.zeros_like(fake)], 0), tf.concat([real, fake], 0)
        )
        return tf.reduce_mean(loss)

    return discriminator_loss


@right(EXERCISE)
def one_minus_the_fakes():
    def discriminator_loss(real, fake):
        truth = tf.concat([real, 1 - fake], axis=0)
        return keras.losses.BinaryCrossentropy()(tf.ones_like(truth), truth)

    return discriminator_loss


@right(EXERCISE)
def metric_of_keras_as_a_function():
    def discriminator_loss(real, fake):
        labels = [tf.ones(tf.shape(real)), tf.zeros(tf.shape(fake))]
        losses = keras.metrics.binary_crossentropy(labels, [real, fake])
        return tf.reduce_mean(losses)

    return discriminator_loss


@right(EXERCISE)
def weights_of_the_samples():
    def discriminator_loss(real, fake):
        bce = keras.losses.BinaryCrossentropy(reduction="sum")
        weight = 1.0 / float(real.shape[0] + fake.shape[0])
        return weight * bce(tf.ones_like(real), real) + weight * bce(tf.zeros_like(fake), fake)

    return discriminator_loss


@disputed(EXERCISE, "shape (1,) for a scalar")
def axis_kept():
    return lambda real, fake: -tf.reduce_mean(log(real) + log(1 - fake), axis=0) / 2


@disputed(EXERCISE, "a large epsilon: off by a thousandth of a nat at low probabilities")
def epsilon_of_a_hundred_thousandth():
    return lambda real, fake: (
        -tf.reduce_mean(tf.math.log(real + 1e-5) + tf.math.log(1 - fake + 1e-5)) / 2
    )


@wrong(EXERCISE, "swapped_labels")
def labels_swapped():
    def discriminator_loss(real_probabilities, fake_probabilities):
        bce = keras.losses.BinaryCrossentropy()
        real_loss = bce(tf.zeros_like(real_probabilities), real_probabilities)
        fake_loss = bce(tf.ones_like(fake_probabilities), fake_probabilities)
        return (real_loss + fake_loss) / 2

    return discriminator_loss


@wrong(EXERCISE, "swapped_labels")
def arguments_swapped():
    return lambda real, fake: reference(fake, real)


@wrong(EXERCISE, "swapped_labels")
def labels_in_the_other_order():
    bce = tf.keras.losses.BinaryCrossentropy()

    def discriminator_loss(real, fake):
        y_true = tf.concat([tf.zeros_like(real), tf.ones_like(fake)], axis=0)
        return bce(y_true, tf.concat([real, fake], axis=0))

    return discriminator_loss


@wrong(EXERCISE, "swapped_labels")
def logs_swapped():
    return lambda real, fake: -ops.mean(ops.log(1 - real) + ops.log(fake)) / 2


@wrong(EXERCISE, "summed_loss", at_most=ANOTHER_UNIT)
def sum_of_the_two_losses():
    return combined(lambda real_loss, fake_loss: real_loss + fake_loss)


@wrong(EXERCISE, "summed_loss", at_most=ANOTHER_UNIT)
def sum_of_the_two_losses_written_out():
    def discriminator_loss(real, fake):
        return -tf.reduce_mean(tf.math.log(real)) - tf.reduce_mean(tf.math.log(1 - fake))

    return discriminator_loss


@wrong(EXERCISE, "summed_loss", at_most=ANOTHER_UNIT)
def sum_of_the_two_losses_in_ops():
    return lambda real, fake: -ops.mean(ops.log(real) + ops.log(1 - fake))


@wrong(EXERCISE, "summed_over_batch", at_most=ANOTHER_UNIT)
def summed_over_the_batch():
    return on_both(keras.losses.BinaryCrossentropy(reduction="sum"))


@wrong(EXERCISE, "summed_over_batch", at_most=ANOTHER_UNIT)
def summed_over_the_batch_written_out():
    return lambda real, fake: -tf.reduce_sum(log(real) + log(1 - fake))


@wrong(EXERCISE, "double_sigmoid")
def from_logits():
    return on_both(keras.losses.BinaryCrossentropy(from_logits=True))


@wrong(EXERCISE, "double_sigmoid")
def sigmoid_once_more():
    return lambda real, fake: reference(tf.sigmoid(real), tf.nn.sigmoid(fake))


@wrong(EXERCISE, "double_sigmoid")
def cross_entropy_with_logits():
    def loss_of(labels, p):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=p))

    return on_both(loss_of)


@wrong(EXERCISE, "logits_for_probabilities")
def logits_as_probabilities():
    def loss_of(labels, p):
        return keras.losses.BinaryCrossentropy()(labels, tf.math.log(p) - tf.math.log1p(-p))

    return on_both(loss_of)


@wrong(EXERCISE, "logits_for_probabilities")
def logits_as_probabilities_in_two_losses():
    def discriminator_loss(real, fake):
        real, fake = (ops.log(p / (1 - p)) for p in (real, fake))
        real_loss = keras.losses.binary_crossentropy(ops.ones_like(real), real)
        fake_loss = keras.losses.binary_crossentropy(ops.zeros_like(fake), fake)
        return (ops.mean(real_loss) + ops.mean(fake_loss)) / 2

    return discriminator_loss


@wrong(EXERCISE, "real_only")
def real_images_alone():
    return combined(lambda real_loss, fake_loss: real_loss)


@wrong(EXERCISE, "fake_only")
def fakes_alone():
    return combined(lambda real_loss, fake_loss: fake_loss)


@wrong(EXERCISE, "real_only")
def half_of_the_real_images_alone():
    return lambda real, fake: -tf.reduce_mean(tf.math.log(real)) / 2


@wrong(EXERCISE, "fake_label_one")
def both_labels_are_one():
    return lambda real, fake: reference(real, 1 - fake)


@wrong(EXERCISE, "real_label_zero")
def both_labels_are_zero():
    return lambda real, fake: reference(1 - real, fake)


@wrong(EXERCISE, "wrong_sign")
def sign_forgotten():
    return lambda real, fake: tf.reduce_mean(log(real) + log(1 - fake)) / 2


@wrong(EXERCISE)
def sign_of_one_half_forgotten():
    return combined(lambda real_loss, fake_loss: (real_loss - fake_loss) / 2)


@wrong(EXERCISE, "wrong_sign")
def negated():
    return combined(lambda real_loss, fake_loss: -(real_loss + fake_loss) / 2)


@wrong(EXERCISE, "not_reduced")
def not_reduced():
    return on_both(keras.losses.binary_crossentropy)


@wrong(EXERCISE, "not_reduced")
def not_reduced_in_ops():
    return lambda real, fake: -(ops.log(real) + ops.log(1 - fake)) / 2


@wrong(EXERCISE)
def pair_of_losses():
    return combined(lambda real_loss, fake_loss: (real_loss, fake_loss))


@wrong(EXERCISE)
def dict_of_losses():
    return combined(lambda r, f: {"loss": (r + f) / 2, "real": r, "fake": f})


@wrong(EXERCISE)
def multiplied():
    return combined(lambda real_loss, fake_loss: real_loss * fake_loss)


@wrong(EXERCISE)
def the_larger_one():
    return combined(tf.maximum)


@wrong(EXERCISE)
def a_quarter():
    return combined(lambda real_loss, fake_loss: (real_loss + fake_loss) / 4)


@wrong(EXERCISE, "label_smoothing")
def real_labels_smoothed():
    def discriminator_loss(real, fake):
        bce = keras.losses.BinaryCrossentropy()
        return (bce(0.9 * tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)) / 2

    return discriminator_loss


@wrong(EXERCISE, "label_smoothing")
def labels_smoothed_by_keras():
    return on_both(keras.losses.BinaryCrossentropy(label_smoothing=0.2))


@wrong(EXERCISE)
def labels_with_noise():
    def loss_of(labels, p):
        noisy = labels + 0.05 * tf.random.uniform(tf.shape(labels))
        return tf.reduce_mean(ops.binary_crossentropy(noisy, p))

    return on_both(loss_of)


@wrong(EXERCISE)
def labels_of_minus_one_and_one():
    def loss_of(labels, p):
        return tf.reduce_mean(ops.binary_crossentropy(2 * labels - 1, p))

    return on_both(loss_of)


@wrong(EXERCISE)
def labels_of_keras_swapped_with_predictions():
    return on_both(lambda labels, p: keras.losses.BinaryCrossentropy()(p, labels))


@wrong(EXERCISE)
def fakes_against_real_answers():
    def discriminator_loss(real, fake):
        return keras.losses.BinaryCrossentropy()(real, fake)

    return discriminator_loss


@wrong(EXERCISE, "mse_for_bce")
def squared_errors():
    return on_both(keras.losses.MeanSquaredError())


@wrong(EXERCISE, "mse_for_bce")
def squared_errors_written_out():
    return lambda real, fake: tf.reduce_mean((1 - real) ** 2 + fake**2) / 2


@wrong(EXERCISE, "wasserstein")
def critic():
    return lambda real, fake: tf.reduce_mean(fake) - tf.reduce_mean(real)


@wrong(EXERCISE)
def log_of_the_mean():
    return lambda real, fake: -(log(tf.reduce_mean(real)) + log(tf.reduce_mean(1 - fake))) / 2


@wrong(EXERCISE, "base_two")
def in_bits():
    return lambda real, fake: reference(real, fake) / math.log(2)


@wrong(EXERCISE)
def categorical_cross_entropy():
    return on_both(keras.losses.CategoricalCrossentropy())


@wrong(EXERCISE)
def accuracy_for_a_loss():
    return on_both(lambda labels, p: tf.reduce_mean(tf.abs(labels - tf.round(p))))


@wrong(EXERCISE)
def concatenated_on_the_wrong_axis():
    def discriminator_loss(real, fake):
        labels = tf.concat([tf.ones_like(real), tf.zeros_like(fake)], axis=0)
        return tf.reduce_mean(ops.binary_crossentropy(labels, tf.concat([real, fake], axis=1)))

    return discriminator_loss


@wrong(EXERCISE, "numpy_inside")
def numpy_throughout():
    def discriminator_loss(real, fake):
        real, fake = np.asarray(real), np.asarray(fake)
        return -(np.log(real).mean() + np.log(1 - fake).mean()) / 2

    return discriminator_loss


@wrong(EXERCISE, "numpy_inside")
def float_of_the_loss():
    return lambda real, fake: float(reference(real, fake))


@wrong(EXERCISE)
def gradient_stopped():
    return lambda real, fake: tf.stop_gradient(reference(real, fake))


@wrong(EXERCISE)
def gradient_of_the_fakes_stopped():
    return lambda real, fake: reference(real, tf.stop_gradient(fake))


@wrong(EXERCISE)
def metric_for_a_loss():
    def loss_of(labels, p):
        metric = keras.metrics.BinaryCrossentropy()
        metric.update_state(labels, p)
        return tf.constant(metric.result().numpy())

    return on_both(loss_of)


@wrong(EXERCISE)
def labels_of_one_batch_size():
    def discriminator_loss(real, fake):
        labels = tf.constant([[1.0]] * 32 + [[0.0]] * 32)
        return keras.losses.BinaryCrossentropy()(labels, tf.concat([real, fake], axis=0))

    return discriminator_loss


@wrong(EXERCISE)
def divides_by_a_fixed_batch():
    return lambda real, fake: -tf.reduce_sum(log(real) + log(1 - fake)) / 64


@wrong(EXERCISE)
def first_images_only():
    return lambda real, fake: reference(real[:1], fake[:1])


@wrong(EXERCISE)
def whole_numbers():
    return lambda real, fake: tf.cast(reference(real, fake), tf.int32)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return lambda real, fake: reference(real, fake) * float("nan")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zero():
    return lambda real, fake: tf.constant(0.0)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def always_log_two():
    return lambda real, fake: tf.constant(0.6931472)


@wrong(EXERCISE)
def one_argument():
    return lambda probabilities: tf.reduce_mean(-log(probabilities))


@wrong(EXERCISE)
def tuple_of_both_as_one_argument():
    def discriminator_loss(probabilities):
        real, fake = probabilities
        return reference(real, fake)

    return discriminator_loss


@wrong(EXERCISE)
def unknown_loss_of_keras():
    return on_both(lambda labels, p: keras.losses.BinaryCrossEntropy()(labels, p))


@wrong(EXERCISE)
def prints_the_loss():
    return combined(lambda real_loss, fake_loss: print((real_loss + fake_loss) / 2))


@wrong(EXERCISE, says=("NameError", "real_probabilites"))
def misspells_an_argument():
    def discriminator_loss(real_probabilities, fake_probabilities):
        return reference(real_probabilites, fake_probabilities)  # noqa: F821

    return discriminator_loss
