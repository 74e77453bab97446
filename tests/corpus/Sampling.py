"""Answers to `Sampling`.

A layer class (or anything whose call without arguments gives a layer): `Sampling()([mean,
log_var])` is mean + exp(log_var / 2)·ε with ε ~ N(0, I), fresh for each call, row and dimension,
also at inference and inside `tf.function`.
"""

from __future__ import annotations

import functools
import math
import random

import numpy as np

from .answers import NOTHING, SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "Sampling"
enter_novices(EXERCISE, arity=0)


def layer_class(rule):
    """Return a layer class that calls `rule(mean, log_var)`."""

    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            return rule(mean, log_var)

    return Sampling


def normal(tensor):
    return tf.random.normal(tf.shape(tensor))


def with_noise(noise):
    """Return a layer class that is right but for its ε, which `noise(mean)` gives."""
    return layer_class(lambda mean, log_var: mean + tf.exp(log_var / 2) * noise(mean))


@right(EXERCISE)
def as_the_book_does():
    class Sampling(tf.keras.layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            return tf.random.normal(tf.shape(log_var)) * tf.exp(log_var / 2) + mean

    return Sampling


@right(EXERCISE)
def seed_generator():
    class Sampling(layers.Layer):
        """Uses (z_mean, z_log_var) to sample z."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs):
            z_mean, z_log_var = inputs
            batch = ops.shape(z_mean)[0]
            dim = ops.shape(z_mean)[1]
            epsilon = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    return Sampling


@right(EXERCISE)
def keras_random_without_a_seed():
    return layer_class(
        lambda mean, log_var: mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))
    )


@right(EXERCISE)
def noise_with_the_mean_and_the_spread():
    return layer_class(
        lambda mean, log_var: tf.random.normal(
            shape=tf.shape(mean), mean=mean, stddev=tf.math.exp(0.5 * log_var)
        )
    )


@right(EXERCISE)
def square_root_of_the_variance():
    class Sampling(layers.Layer):
        def call(self, inputs):
            variance = tf.exp(inputs[1])
            noise = tf.random.normal(tf.shape(inputs[0]))
            return tf.add(inputs[0], tf.multiply(tf.sqrt(variance), noise))

    return Sampling


@right(EXERCISE)
def power_of_e():
    return layer_class(
        lambda mean, log_var: mean + ops.power(math.e, log_var * 0.5) * normal(log_var)
    )


@right(EXERCISE)
def minus_is_as_good_as_plus():
    return layer_class(lambda mean, log_var: mean - tf.exp(log_var / 2) * normal(mean))


@right(EXERCISE)
def generator_of_tensorflow():
    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.generator = tf.random.Generator.from_non_deterministic_state()

        def call(self, inputs, training=None):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * self.generator.normal(tf.shape(mean))

    return Sampling


@right(EXERCISE)
def stateless_with_a_drawn_seed():
    def noise(mean):
        seed = tf.random.uniform([2], maxval=2**31 - 1, dtype=tf.int32)
        return tf.random.stateless_normal(tf.shape(mean), seed=seed)

    return with_noise(noise)


@right(EXERCISE)
def box_and_muller():
    def noise(mean):
        radius = tf.sqrt(-2 * tf.math.log(1 - tf.random.uniform(tf.shape(mean))))
        return radius * tf.cos(2 * math.pi * tf.random.uniform(tf.shape(mean)))

    return with_noise(noise)


@right(EXERCISE)
def quantiles_of_a_uniform_draw():
    return with_noise(
        lambda mean: tf.math.ndtri(tf.random.uniform(tf.shape(mean), minval=1e-7, maxval=1.0))
    )


@right(EXERCISE)
def gaussian_noise_layer_always_on():
    class Sampling(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.noise = layers.GaussianNoise(1.0)

        def call(self, inputs):
            mean, log_var = inputs
            epsilon = self.noise(ops.zeros_like(mean), training=True)
            return mean + ops.exp(log_var / 2) * epsilon

    return Sampling


@right(EXERCISE)
def factory_of_lambda_layers():
    def sampling(inputs):
        mean, log_var = inputs
        return mean + tf.exp(log_var / 2) * normal(mean)

    def Sampling():
        return layers.Lambda(sampling, name="sampling")

    return Sampling


@right(EXERCISE)
def partial_of_a_lambda_layer():
    def sampling(inputs):
        epsilon = keras.random.normal(ops.shape(inputs[0]), mean=0.0, stddev=1.0)
        return inputs[0] + ops.multiply(ops.exp(inputs[1] / 2.0), epsilon)

    return functools.partial(layers.Lambda, sampling)


@right(EXERCISE)
def object_that_makes_layers():
    class Maker:
        def __init__(self, made):
            self.made = made

        def __call__(self):
            return self.made(name="z")

    return Maker(as_the_book_does())


@right(EXERCISE)
def model_for_a_layer():
    class Sampling(keras.Model):
        def call(self, inputs, training=False):
            mean, log_var = tf.unstack(tf.stack(inputs))
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@right(EXERCISE)
def functional_model():
    def Sampling():
        mean, log_var = keras.Input((None,)), keras.Input((None,))
        return keras.Model([mean, log_var], as_the_book_does()()([mean, log_var]))

    return Sampling


@right(EXERCISE)
def call_is_a_tf_function():
    class Sampling(layers.Layer):
        @tf.function
        def call(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@right(EXERCISE)
def with_a_config_and_an_output_shape():
    @keras.saving.register_keras_serializable(package="student")
    class Sampling(layers.Layer):
        def __init__(self, stddev=1.0, **options):
            super().__init__(**options)
            self.stddev = stddev

        def build(self, input_shape):
            self.codings_size = input_shape[0][-1]
            super().build(input_shape)

        def call(self, inputs):
            mean, log_var = inputs
            shape = (tf.shape(mean)[0], self.codings_size)
            return mean + tf.exp(log_var / 2) * tf.random.normal(shape, stddev=self.stddev)

        def compute_output_shape(self, input_shape):
            return input_shape[0]

        def get_config(self):
            return {**super().get_config(), "stddev": self.stddev}

    return Sampling


@right(EXERCISE)
def noise_layer_inside():
    class StandardNormal(layers.Layer):
        def call(self, like):
            return normal(like)

    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.standard_normal = StandardNormal()
            self.scale = layers.Multiply()
            self.shift = layers.Add()

        def call(self, inputs):
            mean, log_var = inputs
            return self.shift(
                [mean, self.scale([ops.exp(log_var / 2), self.standard_normal(mean)])]
            )

    return Sampling


@right(EXERCISE)
def two_draws_for_one():
    return with_noise(lambda mean: (normal(mean) + normal(mean)) / 2**0.5)


@right(EXERCISE)
def in_double_precision():
    def draw(mean, log_var):
        mean, log_var = tf.cast(mean, tf.float64), tf.cast(log_var, tf.float64)
        return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean), dtype=tf.float64)

    return layer_class(draw)


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(as_the_book_does())


@right(EXERCISE)
def functions_of_the_old_backend():
    class Sampling(layers.Layer):
        def call(self, inputs):
            backend = tf.keras.backend
            z_mean, z_log_var = inputs
            batch, size = tf.shape(z_mean)[0], backend.int_shape(z_mean)[1]
            epsilon = backend.random_normal(shape=(batch, size))
            return z_mean + backend.exp(0.5 * z_log_var) * epsilon

    return Sampling


@right(EXERCISE)
def stateless_with_a_counter():
    class Sampling(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.counter = tf.Variable([3, 0], trainable=False, dtype=tf.int64)

        def call(self, inputs):
            mean, log_var = inputs
            seed = self.counter.assign_add([0, 1])
            noise = tf.random.stateless_normal(tf.shape(mean), seed=seed)
            return mean + tf.exp(0.5 * log_var) * noise

    return Sampling


@right(EXERCISE)
def one_seed_generator_for_all_layers():
    generator = keras.random.SeedGenerator(42)

    class Sampling(layers.Layer):
        def call(self, inputs, training=None):
            mean, log_var = inputs[0], inputs[1]
            epsilon = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=generator)
            return ops.add(mean, ops.multiply(ops.sqrt(ops.exp(log_var)), epsilon))

    return Sampling


@right(EXERCISE)
def generator_of_the_whole_program():
    def noise(mean):
        return tf.random.get_global_generator().normal(tf.shape(mean))

    return with_noise(noise)


@right(EXERCISE)
def noise_of_numpy_asked_for_by_the_graph():
    def draw(shape):
        return np.random.default_rng().standard_normal(shape).astype("float32")

    def noise(mean):
        drawn = tf.numpy_function(draw, [tf.shape(mean)], tf.float32)
        return tf.ensure_shape(drawn, mean.shape)

    return with_noise(noise)


@right(EXERCISE)
def diagonal_matrix_times_noise():
    def draw(mean, log_var):
        scale = tf.linalg.diag(tf.exp(log_var / 2))
        return mean + tf.linalg.matvec(scale, normal(mean))

    return layer_class(draw)


@right(EXERCISE)
def row_by_row():
    def draw(mean, log_var):
        def one(row):
            return row[0] + tf.exp(row[1] / 2) * normal(row[0])

        return tf.map_fn(one, (mean, log_var), fn_output_signature=tf.float32)

    return layer_class(draw)


@right(EXERCISE)
def seed_in_the_constructor():
    class Sampling(layers.Layer):
        """A layer with a seed, whose draws advance all the same."""

        def __init__(self, seed=None, name="sampling", **options):
            super().__init__(name=name, **options)
            self.seed = seed
            self.generator = keras.random.SeedGenerator(seed)

        def call(self, inputs):
            mean, log_var = inputs
            stddev = ops.exp(0.5 * log_var)
            return keras.random.normal(ops.shape(mean), seed=self.generator) * stddev + mean

        def get_config(self):
            return super().get_config() | {"seed": self.seed}

    return functools.partial(Sampling, seed=7)


@right(EXERCISE)
def layer_in_double_precision():
    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__(dtype="float64")

        def call(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean), dtype=mean.dtype)

    return Sampling


@right(EXERCISE)
def adds_the_divergence_as_a_loss():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            terms = 1 + log_var - ops.square(mean) - ops.exp(log_var)
            self.add_loss(-0.5 * ops.mean(ops.sum(terms, axis=-1)))
            return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))

    return Sampling


@right(EXERCISE)
def compiled_by_xla():
    class Sampling(layers.Layer):
        @tf.function(jit_compile=True)
        def call(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))

    return Sampling


@disputed(EXERCISE, "log_var is clipped to [−10, 10] before its exponential")
def clips_log_var():
    return layer_class(
        lambda mean, log_var: (
            mean + tf.exp(tf.clip_by_value(log_var, -10.0, 10.0) / 2) * normal(mean)
        )
    )


@disputed(EXERCISE, "a plain object that can be called, not a layer")
def plain_object():
    class Sampling:
        def __call__(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@disputed(EXERCISE, "a function, not a layer")
def function_for_a_layer():
    return lambda: lambda inputs: inputs[0] + tf.exp(inputs[1] / 2) * normal(inputs[0])


@disputed(EXERCISE, "a tf.Module, not a layer")
def module_for_a_layer():
    class Sampling(tf.Module):
        def __call__(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@disputed(EXERCISE, "antithetic draws: the lower half of the rows mirrors the noise of the upper")
def mirrored_rows():
    def noise(mean):
        rows = tf.shape(mean)[0]
        upper = tf.random.normal(((rows + 1) // 2, tf.shape(mean)[1]))
        return tf.concat([upper, -upper], axis=0)[:rows]

    return with_noise(noise)


@disputed(EXERCISE, "half precision: 'any float dtype'")
def in_half_precision():
    def draw(mean, log_var):
        mean, log_var = tf.cast(mean, tf.float16), tf.cast(log_var, tf.float16)
        return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean), dtype=tf.float16)

    return layer_class(draw)


@wrong(EXERCISE, "variance_for_stddev")
def variance_for_stddev():
    return layer_class(lambda mean, log_var: mean + tf.exp(log_var) * normal(mean))


@wrong(EXERCISE, "variance_for_stddev")
def variance_for_stddev_in_ops():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            variance = ops.exp(log_var)
            return ops.add(mean, variance * keras.random.normal(ops.shape(mean)))

    return Sampling


@wrong(EXERCISE, "variance_for_stddev")
def variance_given_as_stddev():
    return layer_class(
        lambda mean, log_var: tf.random.normal(tf.shape(mean), mean=mean, stddev=tf.exp(log_var))
    )


@wrong(EXERCISE, "log_var_for_stddev")
def log_var_for_stddev():
    return layer_class(lambda mean, log_var: mean + log_var * normal(mean))


@wrong(EXERCISE, "log_var_for_stddev")
def log_var_given_as_stddev():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            return tf.random.normal(tf.shape(mean), mean, log_var)

    return Sampling


@wrong(EXERCISE, "no_noise")
def returns_the_mean():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, _ = inputs
            return mean

    return Sampling


@wrong(EXERCISE, "no_noise")
def noise_of_zeros():
    return layer_class(lambda mean, log_var: mean + ops.exp(log_var / 2) * ops.zeros_like(log_var))


@wrong(EXERCISE, "constant_for_noise")
def adds_the_stddev():
    return layer_class(lambda mean, log_var: mean + tf.exp(log_var / 2))


@wrong(EXERCISE, "constant_for_noise")
def constant_epsilon():
    class Sampling(layers.Layer):
        def __init__(self, epsilon=0.1, **options):
            super().__init__(**options)
            self.epsilon = epsilon

        def call(self, inputs):
            return inputs[0] + self.epsilon * ops.exp(0.5 * inputs[1])

    return Sampling


@wrong(EXERCISE, "noise_shared_by_rows")
def one_row_of_noise():
    return with_noise(lambda mean: tf.random.normal((1, mean.shape[-1])))


@wrong(EXERCISE, "noise_shared_by_rows")
def a_vector_of_noise():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            epsilon = keras.random.normal(ops.shape(mean)[1:])
            return mean + ops.exp(log_var / 2) * epsilon

    return Sampling


@wrong(EXERCISE, "noise_shared_by_dimensions")
def one_column_of_noise():
    return with_noise(lambda mean: tf.random.normal((tf.shape(mean)[0], 1)))


@wrong(EXERCISE, "noise_shared_by_dimensions")
def noise_per_row_repeated():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            epsilon = keras.random.normal((ops.shape(mean)[0],))
            epsilon = ops.repeat(epsilon[:, None], mean.shape[-1], axis=1)
            return mean + ops.exp(log_var / 2) * epsilon

    return Sampling


@wrong(EXERCISE, "noise_shared_by_rows")
def a_single_number_of_noise():
    return with_noise(lambda mean: tf.random.normal([]))


@wrong(EXERCISE, "batch_size_fixed")
def batches_of_32():
    return with_noise(lambda mean: tf.random.normal((32, mean.shape[-1])))


@wrong(EXERCISE, "batch_size_fixed")
def batch_size_of_the_first_call():
    class Sampling(layers.Layer):
        def build(self, input_shape):
            self.noise_shape = tuple(input_shape[0])

        def call(self, inputs):
            mean, log_var = inputs
            return mean + ops.exp(log_var / 2) * keras.random.normal(self.noise_shape)

    return Sampling


@wrong(EXERCISE)
def number_of_codings_fixed():
    return with_noise(lambda mean: tf.random.normal((tf.shape(mean)[0], 10)))


@wrong(EXERCISE, "noise_repeats")
def constant_seed():
    return with_noise(lambda mean: keras.random.normal(ops.shape(mean), seed=42))


@wrong(EXERCISE, "noise_repeats")
def stateless_constant_seed():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            epsilon = tf.random.stateless_normal(tf.shape(mean), seed=[4, 2])
            return mean + tf.exp(log_var / 2) * epsilon

    return Sampling


@wrong(EXERCISE, "noise_repeats")
def seed_drawn_once():
    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.noise_seed = random.randrange(2**31)

        def call(self, inputs):
            mean, log_var = inputs
            epsilon = keras.random.normal(ops.shape(mean), seed=self.noise_seed)
            return mean + ops.exp(log_var / 2) * epsilon

    return Sampling


@wrong(EXERCISE, "noise_repeats")
def seed_generator_made_in_call():
    return with_noise(
        lambda mean: keras.random.normal(ops.shape(mean), seed=keras.random.SeedGenerator(42))
    )


@wrong(EXERCISE, "noise_repeats")
def frozen_when_traced():
    def noise(mean):
        seed = [random.randrange(2**31), random.randrange(2**31)]
        return tf.random.stateless_normal(tf.shape(mean), seed=seed)

    return with_noise(noise)


@wrong(EXERCISE)
def numpy_noise_frozen_when_traced():
    return with_noise(lambda mean: np.random.normal(size=mean.shape).astype("float32"))


@wrong(EXERCISE, "training_only")
def noise_in_training_only():
    class Sampling(layers.Layer):
        def call(self, inputs, training=False):
            mean, log_var = inputs
            if not training:
                return mean
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE, "training_only")
def gaussian_noise_layer_in_training_only():
    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.noise = layers.GaussianNoise(1.0)

        def call(self, inputs):
            mean, log_var = inputs
            return mean + ops.exp(log_var / 2) * self.noise(ops.zeros_like(mean))

    return Sampling


@wrong(EXERCISE, "training_only")
def noise_layer_of_a_functional_model():
    # A functional model passes its own training=False on to every layer, whatever was said before.
    def Sampling():
        mean, log_var = keras.Input((6,)), keras.Input((6,))
        spread = layers.Lambda(lambda v: ops.exp(v / 2), output_shape=(6,))(log_var)
        noise = layers.GaussianNoise(1.0)(layers.Lambda(ops.zeros_like)(mean), training=True)
        return keras.Model([mean, log_var], mean + spread * noise)

    return Sampling


@wrong(EXERCISE, "numpy_inside")
def numpy_throughout():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = (np.asarray(x) for x in inputs)
            z = mean + np.exp(log_var / 2) * np.random.normal(size=mean.shape)
            return tf.constant(z, dtype=tf.float32)

    return Sampling


@wrong(EXERCISE, "numpy_inside")
def numpy_by_way_of_ops():
    def draw(mean, log_var):
        mean, log_var = ops.convert_to_numpy(mean), ops.convert_to_numpy(log_var)
        rng = np.random.default_rng()
        z = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
        return ops.convert_to_tensor(z.astype("float32"))

    return layer_class(draw)


@wrong(EXERCISE, "numpy_inside")
def numpy_function_in_the_graph():
    def draw(mean, log_var):
        def sample(m, v):
            return (m + np.exp(v / 2) * np.random.normal(size=m.shape)).astype("float32")

        z = tf.numpy_function(sample, [mean, log_var], tf.float32)
        return tf.ensure_shape(z, mean.shape)

    return layer_class(draw)


@wrong(EXERCISE, "numpy_inside")
def exponential_of_numpy():
    return layer_class(lambda mean, log_var: mean + np.exp(log_var / 2) * normal(mean))


@wrong(EXERCISE)
def gradient_stopped():
    return layer_class(
        lambda mean, log_var: tf.stop_gradient(mean + tf.exp(log_var / 2) * normal(mean))
    )


@wrong(EXERCISE)
def gradient_of_log_var_stopped():
    return layer_class(
        lambda mean, log_var: mean + tf.stop_gradient(tf.exp(log_var / 2)) * normal(mean)
    )


@wrong(EXERCISE, "uniform_noise")
def uniform_from_0_to_1():
    return with_noise(lambda mean: tf.random.uniform(tf.shape(mean)))


@wrong(EXERCISE, "uniform_noise")
def uniform_from_minus_1_to_1():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            epsilon = keras.random.uniform(ops.shape(mean), minval=-1.0, maxval=1.0)
            return mean + ops.exp(log_var / 2) * epsilon

    return Sampling


@wrong(EXERCISE, "uniform_noise")
def uniform_of_variance_1():
    return with_noise(lambda mean: tf.random.uniform(tf.shape(mean), -(3**0.5), 3**0.5))


@wrong(EXERCISE)
def coin_flips_of_variance_1():
    return with_noise(lambda mean: tf.sign(tf.random.uniform(tf.shape(mean), -1.0, 1.0)))


@wrong(EXERCISE)
def truncated_normal():
    return with_noise(lambda mean: tf.random.truncated_normal(tf.shape(mean)))


@wrong(EXERCISE)
def small_noise_of_the_old_example():
    return with_noise(lambda mean: tf.random.normal(tf.shape(mean), stddev=0.1))


@wrong(EXERCISE)
def noise_off_centre():
    return with_noise(lambda mean: tf.random.normal(tf.shape(mean), mean=1.0))


@wrong(EXERCISE, "noise_not_centred")
def noise_without_its_sign():
    return with_noise(lambda mean: tf.abs(normal(mean)))


@wrong(EXERCISE, "arguments_swapped")
def inputs_swapped():
    class Sampling(layers.Layer):
        def call(self, inputs):
            log_var, mean = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE, "arguments_swapped")
def inputs_swapped_by_index():
    def sampling(inputs):
        return inputs[1] + ops.exp(inputs[0] * 0.5) * keras.random.normal(ops.shape(inputs[0]))

    return lambda: layers.Lambda(sampling)


@wrong(EXERCISE, "mean_missing")
def mean_left_out():
    return layer_class(lambda mean, log_var: tf.exp(log_var / 2) * normal(mean))


@wrong(EXERCISE)
def standard_normal_alone():
    return layer_class(lambda mean, log_var: normal(mean))


@wrong(EXERCISE, "unit_stddev")
def unit_spread():
    return layer_class(lambda mean, log_var: mean + normal(mean))


@wrong(EXERCISE, "inverse_stddev")
def precision_for_variance():
    return layer_class(lambda mean, log_var: mean + tf.exp(-log_var / 2) * normal(mean))


@wrong(EXERCISE)
def softplus_for_the_exponential():
    return layer_class(lambda mean, log_var: mean + tf.nn.softplus(log_var) * normal(mean))


@wrong(EXERCISE)
def square_root_of_log_var():
    return layer_class(lambda mean, log_var: mean + tf.sqrt(log_var) * normal(mean))


@wrong(EXERCISE)
def mean_times_noise():
    return layer_class(lambda mean, log_var: (mean + tf.exp(log_var / 2)) * normal(mean))


@wrong(EXERCISE)
def summed_over_codings():
    return layer_class(
        lambda mean, log_var: tf.reduce_sum(mean + tf.exp(log_var / 2) * normal(mean), axis=-1)
    )


@wrong(EXERCISE)
def keeps_a_third_axis():
    return layer_class(
        lambda mean, log_var: (mean + tf.exp(log_var / 2) * normal(mean))[:, None, :]
    )


@wrong(EXERCISE)
def returns_all_three():
    return layer_class(
        lambda mean, log_var: (mean, log_var, mean + tf.exp(log_var / 2) * normal(mean))
    )


@wrong(EXERCISE)
def whole_numbers():
    return layer_class(
        lambda mean, log_var: tf.cast(mean + tf.exp(log_var / 2) * normal(mean), tf.int32)
    )


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return layer_class(lambda mean, log_var: mean + log_var * float("nan"))


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros():
    return layer_class(lambda mean, log_var: tf.zeros_like(mean))


@wrong(EXERCISE)
def not_numbers_where_log_var_is_negative():
    return layer_class(lambda mean, log_var: mean + tf.exp(tf.math.log(log_var) / 2) * normal(mean))


@wrong(EXERCISE, at_most=NOTHING)
def call_forgets_to_return():
    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE, at_most=NOTHING)
def call_left_as_a_stub():
    class Sampling(layers.Layer):
        def call(self, inputs):
            # YOUR CODE HERE
            raise NotImplementedError()

    return Sampling


@wrong(EXERCISE, at_most=NOTHING)
def call_is_pass():
    class Sampling(layers.Layer):
        def call(self, inputs):
            pass

    return Sampling


@wrong(EXERCISE)
def layer_for_a_class():
    return as_the_book_does()()


@wrong(EXERCISE)
def function_of_two_arguments():
    return lambda mean, log_var: mean + tf.exp(log_var / 2) * normal(mean)


@wrong(EXERCISE)
def function_of_one_list():
    return lambda inputs: inputs[0] + tf.exp(inputs[1] / 2) * normal(inputs[0])


@wrong(EXERCISE)
def call_takes_two_arguments():
    class Sampling(layers.Layer):
        def call(self, mean, log_var):
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE)
def constructor_wants_the_codings_size():
    class Sampling(layers.Layer):
        def __init__(self, codings_size):
            super().__init__()
            self.codings_size = codings_size

        def call(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE)
def constructor_without_super():
    class Sampling(layers.Layer):
        def __init__(self):
            self.codings_size = 10

        def call(self, inputs):
            mean, log_var = inputs
            return mean + tf.exp(log_var / 2) * normal(mean)

    return Sampling


@wrong(EXERCISE)
def returns_the_class():
    return lambda: as_the_book_does()


@wrong(EXERCISE, says=("NameError", "log_vra"))
def misspells_a_name_in_call():
    return layer_class(lambda mean, log_var: mean + tf.exp(log_vra / 2) * normal(mean))  # noqa: F821


@wrong(EXERCISE)
def none_for_the_shape():
    return with_noise(lambda mean: tf.random.normal((None, mean.shape[-1])))
