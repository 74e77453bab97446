"""Answers to `kl_divergence(codings_mean, codings_log_var)`.

−½ Σ_j (1 + log_var − mean² − exp(log_var)) of two tensors (batch, d): a tensor (batch,).
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "kl_divergence"
enter_novices(EXERCISE, arity=2)


def terms(mean, log_var):
    return 1 + log_var - tf.square(mean) - tf.exp(log_var)


@right(EXERCISE)
def as_the_paper_writes_it():
    def kl_divergence(codings_mean, codings_log_var):
        return -0.5 * tf.reduce_sum(
            1 + codings_log_var - tf.square(codings_mean) - tf.exp(codings_log_var), axis=-1
        )

    return kl_divergence


@right(EXERCISE)
def in_ops():
    def kl_divergence(z_mean, z_log_var):
        kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
        return ops.sum(kl_loss, axis=1)

    return kl_divergence


@right(EXERCISE)
def signs_turned_round():
    return lambda m, v: 0.5 * tf.reduce_sum(tf.exp(v) + m**2 - 1 - v, axis=1)


@right(EXERCISE)
def expm1():
    return lambda m, v: tf.reduce_sum(tf.math.expm1(v) - v + m * m, axis=-1) / 2


@right(EXERCISE)
def expm1_in_ops():
    return lambda m, v: ops.sum(ops.expm1(v) - v + ops.square(m), axis=-1) * 0.5


@right(EXERCISE)
def by_the_stddev():
    def kl_divergence(mean, log_var):
        log_sigma = log_var / 2
        sigma = tf.exp(log_sigma)
        return tf.reduce_sum((sigma**2 + mean**2) / 2 - log_sigma - 0.5, axis=1)

    return kl_divergence


@right(EXERCISE)
def einsum():
    def kl_divergence(mean, log_var):
        total = tf.reduce_sum(1 + log_var - tf.exp(log_var), axis=-1)
        return -0.5 * (total - tf.einsum("bj,bj->b", mean, mean))

    return kl_divergence


@right(EXERCISE)
def tensordot_with_ones():
    def kl_divergence(mean, log_var):
        return tf.tensordot(terms(mean, log_var), -0.5 * tf.ones_like(mean[0]), axes=1)

    return kl_divergence


@right(EXERCISE)
def matrix_times_vector():
    def kl_divergence(mean, log_var):
        halves = tf.fill((tf.shape(mean)[1], 1), 0.5)
        return tf.squeeze(tf.matmul(-terms(mean, log_var), halves), axis=-1)

    return kl_divergence


@right(EXERCISE)
def trace_and_determinant():
    def kl_divergence(mean, log_var):
        trace = tf.reduce_sum(tf.exp(log_var), axis=-1)
        log_determinant = tf.reduce_sum(log_var, axis=-1)
        size = tf.cast(tf.shape(mean)[-1], mean.dtype)
        return 0.5 * (trace + tf.reduce_sum(mean * mean, axis=-1) - size - log_determinant)

    return kl_divergence


@right(EXERCISE)
def mean_times_the_number_of_codings():
    def kl_divergence(mean, log_var):
        return -0.5 * tf.reduce_mean(terms(mean, log_var), axis=-1) * mean.shape[-1]

    return kl_divergence


@right(EXERCISE)
def column_by_column():
    def kl_divergence(mean, log_var):
        columns = zip(tf.unstack(mean, axis=1), tf.unstack(log_var, axis=1), strict=True)
        return tf.add_n([-0.5 * (1 + v - m**2 - tf.exp(v)) for m, v in columns])

    return kl_divergence


@right(EXERCISE)
def row_by_row():
    def kl_divergence(mean, log_var):
        rows = [
            -0.5 * tf.reduce_sum(1 + v - m**2 - tf.exp(v))
            for m, v in zip(mean, log_var, strict=True)
        ]
        return tf.stack(rows)

    return kl_divergence


@right(EXERCISE)
def mapped_over_rows():
    def kl_divergence(mean, log_var):
        return tf.map_fn(
            lambda row: -0.5 * tf.reduce_sum(terms(row[0], row[1])),
            (mean, log_var),
            fn_output_signature=tf.float32,
        )

    return kl_divergence


@right(EXERCISE)
def tf_function():
    return tf.function(as_the_paper_writes_it())


@right(EXERCISE)
def kept_axis_then_squeezed():
    def kl_divergence(mean, log_var):
        kl = ops.sum(1 + log_var - mean**2 - ops.exp(log_var), axis=1, keepdims=True)
        return ops.squeeze(kl / -2, axis=1)

    return kl_divergence


@right(EXERCISE)
def in_double_precision():
    def kl_divergence(mean, log_var):
        return -0.5 * tf.reduce_sum(
            terms(tf.cast(mean, tf.float64), tf.cast(log_var, tf.float64)), axis=-1
        )

    return kl_divergence


@right(EXERCISE)
def layer_with_two_arguments():
    class Divergence(layers.Layer):
        def call(self, mean, log_var):
            return -ops.sum(1 + log_var - mean**2 - ops.exp(log_var), axis=-1) / 2

    return Divergence()


@right(EXERCISE)
def partial_function():
    def weighted(beta, mean, log_var):
        return beta * -0.5 * tf.reduce_sum(terms(mean, log_var), axis=-1)

    return functools.partial(weighted, 1.0)


@right(EXERCISE)
def object_with_call():
    class Divergence:
        def __init__(self, axis):
            self.axis = axis

        def __call__(self, codings_mean, codings_log_var):
            summands = tf.exp(codings_log_var) + codings_mean**2 - 1.0 - codings_log_var
            return tf.math.reduce_sum(0.5 * summands, self.axis)

    return Divergence(axis=-1)


@right(EXERCISE)
def three_sums():
    def kl_divergence(mean, log_var):
        spread = keras.ops.sum(keras.ops.exp(log_var) - log_var, axis=-1)
        place = keras.ops.sum(keras.ops.power(mean, 2), axis=-1)
        return 0.5 * spread + 0.5 * place - 0.5 * mean.shape[1]

    return kl_divergence


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(as_the_paper_writes_it())


@right(EXERCISE)
def functions_of_the_old_backend():
    def kl_divergence(mean, log_var):
        backend = tf.keras.backend
        terms = 1 + log_var - backend.square(mean) - backend.exp(log_var)
        return -0.5 * backend.sum(terms, axis=-1)

    return kl_divergence


@right(EXERCISE)
def compiled_by_xla():
    return tf.function(as_the_paper_writes_it(), jit_compile=True)


@right(EXERCISE)
def norms_squared():
    def kl_divergence(mean, log_var):
        length = tf.reduce_sum(mean**2, axis=1)
        spread = tf.reduce_sum(tf.exp(log_var / 2) ** 2 - log_var - 1, axis=1)
        return tf.add(length, spread) * 0.5

    return kl_divergence


@right(EXERCISE)
def functional_model():
    def kl_divergence(mean, log_var):
        inputs = [keras.Input(mean.shape[1:]), keras.Input(mean.shape[1:])]
        terms = ops.exp(inputs[1]) + ops.square(inputs[0]) - 1.0 - inputs[1]
        return keras.Model(inputs, ops.sum(terms, axis=-1) / 2)([mean, log_var])

    return kl_divergence


@right(EXERCISE)
def layer_of_a_function():
    layer = {}

    def kl_divergence(codings_mean, codings_log_var):
        if not layer:
            layer["kl"] = layers.Lambda(lambda pair: as_the_paper_writes_it()(*pair))
        return layer["kl"]([codings_mean, codings_log_var])

    return kl_divergence


@right(EXERCISE)
def mapped_by_vectorizing():
    def one(row):
        mean, log_var = row
        return tf.reduce_sum(0.5 * (tf.exp(log_var) + mean * mean - log_var - 1.0))

    return lambda mean, log_var: tf.vectorized_map(one, (mean, log_var))


@right(EXERCISE)
def entropy_and_cross_entropy():
    def kl_divergence(mean, log_var):
        cross_entropy = 0.5 * (math.log(2 * math.pi) + tf.exp(log_var) + mean**2)
        entropy = 0.5 * (math.log(2 * math.pi) + 1 + log_var)
        return tf.reduce_sum(cross_entropy - entropy, axis=-1)

    return kl_divergence


@right(EXERCISE)
def doubled_then_halved():
    def kl_divergence(codings_mean, codings_log_var, weight=1.0):
        doubled = ops.sum(-1 - codings_log_var + codings_mean**2 + ops.exp(codings_log_var), -1)
        return weight * ops.divide(doubled, 2.0)

    return kl_divergence


@disputed(EXERCISE, "log_var is clipped to [−20, 20] first")
def clips_log_var():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, tf.clip_by_value(v, -20.0, 20.0)), axis=-1)


@disputed(EXERCISE, "log(exp(log_var)) for log_var: the same, but not where exp overflows")
def logarithm_of_the_variance():
    def kl_divergence(mean, log_var):
        variance = tf.exp(log_var)
        return 0.5 * tf.reduce_sum(variance + mean**2 - 1 - tf.math.log(variance), axis=-1)

    return kl_divergence


@disputed(EXERCISE, "a list of scalar tensors, one a row")
def list_of_scalars():
    return lambda m, v: [-0.5 * tf.reduce_sum(row) for row in terms(m, v)]


@disputed(EXERCISE, "half precision: 'any float dtype'")
def in_half_precision():
    def kl_divergence(mean, log_var):
        return -0.5 * tf.reduce_sum(
            terms(tf.cast(mean, tf.float16), tf.cast(log_var, tf.float16)), axis=-1
        )

    return kl_divergence


@wrong(EXERCISE, "averaged_over_codings")
def averaged_over_codings():
    return lambda m, v: -0.5 * tf.reduce_mean(terms(m, v), axis=-1)


@wrong(EXERCISE, "averaged_over_codings")
def averaged_over_codings_in_ops():
    def kl_divergence(mean, log_var):
        kl = 0.5 * (ops.square(mean) + ops.exp(log_var) - log_var - 1.0)
        return ops.mean(kl, axis=1)

    return kl_divergence


@wrong(EXERCISE, "summed_over_batch")
def summed_over_everything():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v))


@wrong(EXERCISE, "summed_over_batch")
def summed_twice():
    def kl_divergence(mean, log_var):
        kl = ops.sum(ops.expm1(log_var) - log_var + mean**2, axis=-1) / 2
        return ops.sum(kl)

    return kl_divergence


@wrong(EXERCISE, "averaged_over_batch")
def averaged_over_batch():
    def kl_divergence(mean, log_var):
        return tf.reduce_mean(-0.5 * tf.reduce_sum(terms(mean, log_var), axis=1))

    return kl_divergence


@wrong(EXERCISE, "averaged_over_batch")
def divided_by_the_batch():
    def kl_divergence(mean, log_var):
        total = ops.sum(ops.exp(log_var) + ops.square(mean) - 1 - log_var) / 2
        return total / ops.cast(ops.shape(mean)[0], "float32")

    return kl_divergence


@wrong(EXERCISE, "averaged_over_codings")
def averaged_over_everything():
    return lambda m, v: -0.5 * tf.reduce_mean(terms(m, v))


@wrong(EXERCISE, "wrong_sign")
def minus_forgotten():
    return lambda m, v: 0.5 * tf.reduce_sum(terms(m, v), axis=-1)


@wrong(EXERCISE, "wrong_sign")
def minus_twice():
    def kl_divergence(mean, log_var):
        return -ops.sum(ops.exp(log_var) + ops.square(mean) - 1 - log_var, axis=-1) / 2

    return kl_divergence


@wrong(EXERCISE, "half_missing")
def half_missing():
    return lambda m, v: -tf.reduce_sum(terms(m, v), axis=-1)


@wrong(EXERCISE, "half_missing")
def half_missing_in_ops():
    def kl_divergence(mean, log_var):
        return ops.sum(ops.expm1(log_var) + ops.square(mean) - log_var, axis=1)

    return kl_divergence


@wrong(EXERCISE, "log_stddev_for_log_var")
def log_var_read_as_log_stddev():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + 2 * v - m**2 - tf.exp(2 * v), axis=-1)


@wrong(EXERCISE, "log_stddev_for_log_var")
def stddev_from_log_var():
    def kl_divergence(mean, log_var):
        sigma = ops.exp(log_var)
        return ops.sum((sigma**2 + mean**2 - 1) / 2 - ops.log(sigma), axis=-1)

    return kl_divergence


@wrong(EXERCISE, "stddev_for_variance")
def half_the_exponent():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m**2 - tf.exp(v / 2), axis=-1)


@wrong(EXERCISE, "stddev_for_variance")
def stddev_for_variance_in_ops():
    def kl_divergence(mean, log_var):
        sigma = ops.sqrt(ops.exp(log_var))
        return 0.5 * ops.sum(sigma + ops.square(mean) - 1 - log_var, axis=-1)

    return kl_divergence


@wrong(EXERCISE, "one_missing")
def one_missing():
    return lambda m, v: -0.5 * tf.reduce_sum(v - tf.square(m) - tf.exp(v), axis=-1)


@wrong(EXERCISE, "one_missing")
def one_missing_in_ops():
    def kl_divergence(mean, log_var):
        return ops.sum(ops.exp(log_var) + ops.square(mean) - log_var, axis=-1) / 2

    return kl_divergence


@wrong(EXERCISE, "mean_squared_missing")
def mean_forgotten():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - tf.exp(v), axis=-1)


@wrong(EXERCISE, "mean_squared_missing")
def mean_forgotten_in_ops():
    def kl_divergence(mean, log_var):
        return ops.sum(ops.expm1(log_var) - log_var, axis=-1) / 2

    return kl_divergence


@wrong(EXERCISE, "mean_not_squared")
def mean_not_squared():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m - tf.exp(v), axis=-1)


@wrong(EXERCISE, "mean_not_squared")
def mean_not_squared_in_ops():
    def kl_divergence(mean, log_var):
        return ops.sum(0.5 * (ops.exp(log_var) + mean - 1 - log_var), axis=1)

    return kl_divergence


@wrong(EXERCISE, "numpy_inside")
def numpy_throughout():
    def kl_divergence(mean, log_var):
        mean, log_var = np.asarray(mean), np.asarray(log_var)
        return -0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=-1)

    return kl_divergence


@wrong(EXERCISE, "numpy_inside")
def numpy_made_a_tensor_again():
    def kl_divergence(mean, log_var):
        mean, log_var = ops.convert_to_numpy(mean), ops.convert_to_numpy(log_var)
        kl = 0.5 * (np.expm1(log_var) - log_var + np.square(mean)).sum(axis=1)
        return tf.constant(kl, dtype=tf.float32)

    return kl_divergence


@wrong(EXERCISE)
def one_numpy_function():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m**2 - np.exp(v), axis=-1)


@wrong(EXERCISE)
def gradient_stopped():
    return lambda m, v: tf.stop_gradient(-0.5 * tf.reduce_sum(terms(m, v), axis=-1))


@wrong(EXERCISE)
def half_missing_and_averaged():
    return lambda m, v: -tf.reduce_mean(terms(m, v), axis=-1)


@wrong(EXERCISE, "arguments_swapped")
def arguments_swapped():
    return lambda v, m: -0.5 * tf.reduce_sum(terms(m, v), axis=-1)


@wrong(EXERCISE, "log_var_missing")
def log_var_forgotten():
    return lambda m, v: -0.5 * tf.reduce_sum(1 - m**2 - tf.exp(v), axis=-1)


@wrong(EXERCISE, "exp_missing")
def exponential_forgotten():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m**2 - v, axis=-1)


@wrong(EXERCISE)
def variance_forgotten():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m**2, axis=-1)


@wrong(EXERCISE)
def log_var_read_as_variance():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + tf.math.log(v) - m**2 - v, axis=-1)


@wrong(EXERCISE)
def plus_the_mean_squared():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v + m**2 - tf.exp(v), axis=-1)


@wrong(EXERCISE)
def from_the_prior_to_the_posterior():
    return lambda m, v: 0.5 * tf.reduce_sum((1 + m**2) * tf.exp(-v) - 1 + v, axis=-1)


@wrong(EXERCISE)
def in_bits():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v), axis=-1) / math.log(2)


@wrong(EXERCISE)
def estimated_from_one_sample():
    def kl_divergence(mean, log_var):
        noise = tf.random.normal(tf.shape(mean))
        z = mean + tf.exp(log_var / 2) * noise
        return 0.5 * tf.reduce_sum(z**2 - noise**2 - log_var, axis=-1)

    return kl_divergence


@wrong(EXERCISE)
def divergence_of_keras():
    return lambda m, v: keras.losses.kl_divergence(m, v)


@wrong(EXERCISE, "summed_over_batch")
def summed_over_the_wrong_axis():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v), axis=0)


@wrong(EXERCISE)
def not_summed():
    return lambda m, v: -0.5 * terms(m, v)


@wrong(EXERCISE)
def axis_kept():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v), axis=-1, keepdims=True)


@wrong(EXERCISE)
def divided_by_784():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v), axis=-1) / 784.0


@wrong(EXERCISE)
def never_negative_term_by_term():
    return lambda m, v: 0.5 * tf.reduce_sum(tf.nn.relu(terms(m, v)), axis=-1)


@wrong(EXERCISE)
def whole_numbers():
    return lambda m, v: tf.cast(-0.5 * tf.reduce_sum(terms(m, v), axis=-1), tf.int32)


@wrong(EXERCISE)
def ten_codings_only():
    return lambda m, v: -0.5 * tf.reduce_sum(tf.reshape(terms(m, v), (-1, 10)), axis=-1)


@wrong(EXERCISE)
def one_batch_size_only():
    return lambda m, v: tf.reshape(-0.5 * tf.reduce_sum(terms(m, v), axis=-1), (128,))


@wrong(EXERCISE)
def first_row_alone():
    return lambda m, v: -0.5 * tf.reduce_sum(terms(m, v)[0])


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros():
    return lambda m, v: tf.zeros_like(m[:, 0])


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return lambda m, v: tf.reduce_sum(m, axis=-1) * float("nan")


@wrong(EXERCISE)
def only_the_mean_argument():
    return lambda mean: 0.5 * tf.reduce_sum(mean**2, axis=-1)


@wrong(EXERCISE)
def one_list_argument():
    return lambda inputs: -0.5 * tf.reduce_sum(terms(*inputs), axis=-1)


@wrong(EXERCISE)
def prints_the_divergence():
    return lambda m, v: print(-0.5 * tf.reduce_sum(terms(m, v), axis=-1))


@wrong(EXERCISE)
def tuple_with_its_mean():
    def kl_divergence(mean, log_var):
        kl = -0.5 * tf.reduce_sum(terms(mean, log_var), axis=-1)
        return kl, tf.reduce_mean(kl)

    return kl_divergence


@wrong(EXERCISE)
def class_for_a_function():
    class Divergence(layers.Layer):
        def call(self, mean, log_var):
            return -0.5 * tf.reduce_sum(terms(mean, log_var), axis=-1)

    return Divergence


@wrong(EXERCISE)
def standard_library_exponential():
    return lambda m, v: -0.5 * tf.reduce_sum(1 + v - m**2 - math.exp(v), axis=-1)


@wrong(EXERCISE, "log_var_missing")
def log_var_missing_in_ops():
    return lambda m, v: ops.sum(ops.exp(v) + ops.square(m) - 1.0, axis=-1) / 2


@wrong(EXERCISE, "exp_missing")
def exponential_missing_in_ops():
    return lambda m, v: 0.5 * ops.sum(v + ops.square(m) - 1.0 - v, axis=-1)


@wrong(EXERCISE, "arguments_swapped")
def log_var_unpacked_first():
    def kl_divergence(log_var, mean):
        return 0.5 * ops.sum(ops.expm1(log_var) - log_var + mean**2, axis=1)

    return kl_divergence
