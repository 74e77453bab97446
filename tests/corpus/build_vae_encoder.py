"""Answers to `build_vae_encoder(codings_size=10)`.

Flatten → Dense 150 → Dense 100 (any non-linearity) → three outputs in a list or tuple: mean,
log_var and z, drawn from the two. It takes images (n, 28, 28).
"""

from __future__ import annotations

import collections
import functools

import numpy as np

from .answers import NOTHING, SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "build_vae_encoder"
enter_novices(EXERCISE, arity=0)


def sampling(**options):
    """Return a right sampling layer."""

    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))

    return Sampling(**options)


def Sampling(**options):
    """The answer to an exercise before, as a student's notebook has it."""
    return sampling(**options)


def dense(units, activation="relu"):
    return lambda: layers.Dense(units, activation=activation)


def flatten():
    return layers.Flatten()


TRUNK = (flatten, dense(150), dense(100))


def heads(codings_size, x):
    mean = layers.Dense(codings_size, name="mean")(x)
    log_var = layers.Dense(codings_size, name="log_var")(x)
    return mean, log_var, sampling(name="z")([mean, log_var])


def with_trunk(*makers):
    """Return a builder whose hidden layers are made anew for each call; the heads are right."""

    def build_vae_encoder(codings_size=10):
        x = inputs = keras.Input((28, 28))
        for make in makers:
            x = make()(x)
        return keras.Model(inputs, list(heads(codings_size, x)))

    return build_vae_encoder


def with_outputs(outputs):
    """Return a builder with the right trunk; `outputs(codings_size, x)` gives the outputs."""

    def build_vae_encoder(codings_size=10):
        inputs = keras.Input((28, 28))
        x = layers.Flatten()(inputs)
        x = layers.Dense(100, activation="selu")(layers.Dense(150, activation="selu")(x))
        return keras.Model(inputs, outputs(codings_size, x))

    return build_vae_encoder


def subclassed(outputs, mean=None, log_var=None):
    """Return a subclassed encoder; `outputs(mean, log_var, z)` chooses what it returns."""

    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.flatten = layers.Flatten()
            self.hidden = [layers.Dense(150, activation="tanh"), layers.Dense(100, "tanh")]
            self.mean = layers.Dense(codings_size, activation=mean)
            self.log_var = layers.Dense(codings_size, activation=log_var)
            self.sampling = sampling()

        def call(self, images, training=False):
            x = self.flatten(images)
            for layer in self.hidden:
                x = layer(x)
            codings_mean, codings_log_var = self.mean(x), self.log_var(x)
            z = self.sampling([codings_mean, codings_log_var])
            return outputs(codings_mean, codings_log_var, z)

    return Encoder


reference = with_trunk(*TRUNK)


@right(EXERCISE)
def as_the_book_does():
    def build_vae_encoder(codings_size=10):
        inputs = tf.keras.layers.Input(shape=[28, 28])
        Z = tf.keras.layers.Flatten()(inputs)
        Z = tf.keras.layers.Dense(150, activation="relu")(Z)
        Z = tf.keras.layers.Dense(100, activation="relu")(Z)
        codings_mean = tf.keras.layers.Dense(codings_size)(Z)
        codings_log_var = tf.keras.layers.Dense(codings_size)(Z)
        codings = sampling()([codings_mean, codings_log_var])
        return tf.keras.Model(inputs=[inputs], outputs=[codings_mean, codings_log_var, codings])

    return build_vae_encoder


@right(EXERCISE)
def outputs_in_a_tuple():
    def build_vae_encoder(codings_size=10):
        images = keras.Input((28, 28), name="images")
        x = layers.Dense(150, "selu", kernel_initializer="lecun_normal")(layers.Flatten()(images))
        x = layers.Dense(100, "selu", kernel_initializer="lecun_normal")(x)
        return keras.Model(images, heads(codings_size, x), name="encoder")

    return build_vae_encoder


@right(EXERCISE)
def tanh_inside():
    return with_trunk(flatten, dense(150, "tanh"), dense(100, "tanh"))


@right(EXERCISE)
def gelu_inside():
    return with_trunk(flatten, dense(150, "gelu"), dense(100, "gelu"))


@right(EXERCISE)
def two_kinds_of_activation():
    return with_trunk(flatten, dense(150, "elu"), dense(100, "sigmoid"))


@right(EXERCISE)
def leaky_relu_layers():
    return with_trunk(
        flatten,
        dense(150, None),
        lambda: layers.LeakyReLU(negative_slope=0.2),
        dense(100, None),
        lambda: layers.LeakyReLU(negative_slope=0.2),
    )


@right(EXERCISE)
def dense_then_activation():
    return with_trunk(
        lambda: layers.Reshape((28 * 28,)),
        dense(150, None),
        lambda: layers.Activation("swish"),
        dense(100, None),
        lambda: layers.Activation(tf.nn.softplus),
    )


@right(EXERCISE)
def subclassed_with_a_list():
    return subclassed(lambda mean, log_var, z: [mean, log_var, z])


@right(EXERCISE)
def subclassed_with_a_tuple():
    encoder = subclassed(lambda mean, log_var, z: (mean, log_var, z))
    return lambda codings_size=10: encoder(codings_size=codings_size)


@right(EXERCISE)
def subclassed_with_a_named_tuple():
    outputs = collections.namedtuple("Codings", ["mean", "log_var", "z"])
    return subclassed(outputs)


@right(EXERCISE)
def one_wide_head_split_in_two():
    def outputs(codings_size, x):
        mean, log_var = ops.split(layers.Dense(2 * codings_size)(x), 2, axis=-1)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def one_wide_head_sliced():
    class Encoder(keras.Model):
        def __init__(self, codings_size):
            super().__init__()
            self.codings_size = codings_size
            self.trunk = keras.Sequential([make() for make in TRUNK])
            self.head = layers.Dense(codings_size + codings_size)

        def call(self, images):
            head = self.head(self.trunk(images))
            mean, log_var = head[:, : self.codings_size], head[:, self.codings_size :]
            epsilon = tf.random.normal(tf.shape(mean))
            return mean, log_var, mean + tf.exp(0.5 * log_var) * epsilon

    return lambda codings_size=10: Encoder(codings_size)


@right(EXERCISE)
def own_weights():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.codings_size = codings_size

        def build(self, input_shape):
            sizes = [(784, 150), (150, 100), (100, self.codings_size), (100, self.codings_size)]
            self.kernels = [self.add_weight(shape=s, initializer="he_normal") for s in sizes]
            self.biases = [self.add_weight(shape=s[1:], initializer="zeros") for s in sizes]

        def call(self, images):
            def affine(x, i):
                return tf.matmul(x, self.kernels[i]) + self.biases[i]

            x = tf.nn.relu(affine(tf.reshape(images, (-1, 784)), 0))
            x = tf.nn.relu(affine(x, 1))
            mean, log_var = affine(x, 2), affine(x, 3)
            return mean, log_var, tf.random.normal(tf.shape(mean)) * tf.exp(log_var / 2) + mean

    return Encoder


@right(EXERCISE)
def nested_trunk_model():
    def build_vae_encoder(codings_size=10):
        trunk = keras.Sequential([keras.Input((28, 28)), *(make() for make in TRUNK)])
        images = keras.Input((28, 28))
        return keras.Model(images, [*heads(codings_size, trunk(images))])

    return build_vae_encoder


@right(EXERCISE)
def sampling_by_a_lambda_layer():
    def draw(inputs):
        mean, log_var = inputs
        return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))

    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        return [mean, log_var, layers.Lambda(draw)([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def sampling_by_layers_alone():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        epsilon = layers.GaussianNoise(1.0)(ops.zeros_like(mean), training=True)
        z = layers.Add()([mean, layers.Multiply()([ops.exp(0.5 * log_var), epsilon])])
        return [mean, log_var, z]

    return with_outputs(outputs)


@right(EXERCISE)
def sampling_with_a_seed_generator():
    class Sampling(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.seed_generator = keras.random.SeedGenerator(7)

        def call(self, inputs):
            noise = keras.random.normal(ops.shape(inputs[0]), seed=self.seed_generator)
            return inputs[0] + ops.exp(0.5 * inputs[1]) * noise

    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        return mean, log_var, Sampling()([mean, log_var])

    return with_outputs(outputs)


@right(EXERCISE)
def linear_activation_by_name():
    def outputs(codings_size, x):
        mean = layers.Dense(codings_size, activation="linear")(x)
        log_var = layers.Dense(codings_size, activation=lambda x: x)(x)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def log_var_starts_at_zero():
    def outputs(codings_size, x):
        mean = layers.Dense(codings_size)(x)
        log_var = layers.Dense(codings_size, kernel_initializer="zeros")(x)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def already_compiled():
    def build_vae_encoder(codings_size=10):
        encoder = reference(codings_size)
        encoder.compile(optimizer="adam", loss="mse")
        return encoder

    return build_vae_encoder


@right(EXERCISE)
def seeds_everything():
    def build_vae_encoder(codings_size=10):
        keras.utils.set_random_seed(42)
        return reference(codings_size)

    return build_vae_encoder


@right(EXERCISE)
def partial_function():
    def build(hidden, activation, codings_size=10):
        makers = [dense(units, activation) for units in hidden]
        return with_trunk(flatten, *makers)(codings_size)

    return functools.partial(build, (150, 100), "silu")


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __call__(self, codings_size=10):
            return reference(codings_size)

    return Builder()


@right(EXERCISE)
def earlier_sampling():
    def outputs(codings_size, x):
        mean = layers.Dense(codings_size, name="codings_mean")(x)
        log_var = layers.Dense(codings_size, name="codings_log_var")(x)
        return [mean, log_var, Sampling(name="codings")([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def earlier_sampling_in_a_subclass():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.trunk = [make() for make in TRUNK]
            self.heads = [layers.Dense(codings_size), layers.Dense(codings_size)]
            self.sampling = Sampling()

        def call(self, x):
            for layer in self.trunk:
                x = layer(x)
            mean, log_var = (head(x) for head in self.heads)
            return mean, log_var, self.sampling([mean, log_var])

    return Encoder


@right(EXERCISE)
def earlier_sampling_made_anew_at_each_call():
    encoder = subclassed(lambda mean, log_var, z: [mean, log_var, Sampling()([mean, log_var])])
    return lambda codings_size=10: encoder(codings_size)


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__(name="encoder")
            self.sampling = sampling()
            self.log_var = layers.Dense(codings_size)
            self.mean = layers.Dense(codings_size)
            self.second = layers.Dense(100, activation="selu")
            self.first = layers.Dense(150, activation="selu")
            self.flatten = layers.Flatten()

        def call(self, images):
            x = self.second(self.first(self.flatten(images)))
            mean, log_var = self.mean(x), self.log_var(x)
            return mean, log_var, self.sampling([mean, log_var])

    return Encoder


@right(EXERCISE)
def log_var_made_before_the_mean():
    def outputs(codings_size, x):
        log_var = layers.Dense(codings_size)(x)
        mean = layers.Dense(codings_size)(x)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@right(EXERCISE)
def slope_that_is_learned():
    def prelu():
        return layers.PReLU()

    return with_trunk(flatten, dense(150, None), prelu, dense(100, None), prelu)


@right(EXERCISE)
def uncommon_activations():
    return with_trunk(flatten, dense(150, "swish"), dense(100, ops.softsign))


@right(EXERCISE)
def in_double_precision():
    def build_vae_encoder(codings_size=10):
        inputs = keras.Input((28, 28), dtype="float64")
        x = layers.Flatten(dtype="float64")(inputs)
        for units in (150, 100):
            x = layers.Dense(units, "relu", dtype="float64")(x)
        mean, log_var = (layers.Dense(codings_size, dtype="float64")(x) for _ in range(2))

        class Draw(layers.Layer):
            def call(self, pair):
                noise = keras.random.normal(ops.shape(pair[0]), dtype="float64")
                return pair[0] + ops.exp(pair[1] / 2) * noise

        return keras.Model(inputs, [mean, log_var, Draw(dtype="float64")([mean, log_var])])

    return build_vae_encoder


@right(EXERCISE)
def layers_that_do_nothing_between():
    return with_trunk(
        lambda: layers.Rescaling(1.0),
        flatten,
        dense(150, None),
        lambda: layers.ReLU(max_value=None),
        lambda: layers.Dropout(0.0),
        dense(100, None),
        lambda: layers.Activation("tanh"),
        lambda: layers.Identity(),
    )


@right(EXERCISE)
def layers_made_when_it_is_built():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.codings_size = codings_size

        def build(self, input_shape):
            self.trunk = keras.Sequential(
                [layers.Flatten(), layers.Dense(150, "elu"), layers.Dense(100, "elu")]
            )
            self.heads = [layers.Dense(self.codings_size) for _ in range(2)]
            super().build(input_shape)

        def call(self, images, training=None):
            x = self.trunk(images, training=training)
            mean, log_var = [head(x) for head in self.heads]
            noise = tf.random.normal(tf.shape(mean))
            return [mean, log_var, mean + tf.exp(0.5 * log_var) * noise]

    return Encoder


@right(EXERCISE)
def functions_of_the_old_backend():
    def sample(pair):
        backend = tf.keras.backend
        z_mean, z_log_var = pair
        epsilon = backend.random_normal(tf.shape(z_mean))
        return z_mean + backend.exp(z_log_var / 2) * epsilon

    def build_vae_encoder(codings_size=10):
        inputs = keras.Input(shape=(28, 28), name="encoder_input")
        x = layers.Flatten()(inputs)
        x = layers.Dense(150, activation="relu")(x)
        x = layers.Dense(100, activation="relu")(x)
        z_mean = layers.Dense(codings_size, name="z_mean")(x)
        z_log_var = layers.Dense(codings_size, name="z_log_var")(x)
        z = layers.Lambda(sample, output_shape=(codings_size,), name="z")([z_mean, z_log_var])
        return keras.Model(inputs, (z_mean, z_log_var, z), name="encoder")

    return build_vae_encoder


@disputed(EXERCISE, "Dense without a bias: 'Dense 150' does not say")
def no_bias():
    return with_trunk(
        flatten,
        lambda: layers.Dense(150, "relu", use_bias=False),
        lambda: layers.Dense(100, "relu", use_bias=False),
    )


@disputed(EXERCISE, "log_var is clipped to [−20, 20]")
def clips_log_var():
    return subclassed(lambda mean, log_var, z: (mean, tf.clip_by_value(log_var, -20.0, 20.0), z))


def sampled_by(draw):
    """Return a builder whose z is `draw(mean, log_var)`."""
    return subclassed(lambda mean, log_var, z: [mean, log_var, draw(mean, log_var)])


@disputed(EXERCISE, "the student's wrong Sampling, which already cost points: exp(log_var)")
def z_of_a_wrong_sampling():
    return sampled_by(
        lambda mean, log_var: mean + tf.exp(log_var) * tf.random.normal(tf.shape(mean))
    )


@disputed(EXERCISE, "the student's wrong Sampling, which already cost points: rows share noise")
def z_of_noise_shared_by_rows():
    return sampled_by(
        lambda mean, log_var: mean + tf.exp(log_var / 2) * tf.random.normal((1, mean.shape[-1]))
    )


@disputed(EXERCISE, "z is random in training alone")
def z_random_in_training_only():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        epsilon = layers.GaussianNoise(1.0)(ops.zeros_like(mean))
        return [mean, log_var, mean + ops.exp(0.5 * log_var) * epsilon]

    return with_outputs(outputs)


@disputed(EXERCISE, "one tensor (3, n, d) unpacks into three, but is neither list nor tuple")
def outputs_stacked():
    return subclassed(lambda *outputs: tf.stack(outputs))


@wrong(EXERCISE, "activation_on_mean")
def relu_on_the_mean():
    return subclassed(lambda *outputs: outputs, mean="relu")


@wrong(EXERCISE, "activation_on_mean")
def tanh_on_the_mean_functional():
    def outputs(codings_size, x):
        mean = layers.Activation("tanh")(layers.Dense(codings_size)(x))
        log_var = layers.Dense(codings_size)(x)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@wrong(EXERCISE, "activation_on_log_var")
def relu_on_log_var():
    return subclassed(lambda *outputs: outputs, log_var="relu")


@wrong(EXERCISE, "activation_on_log_var")
def softplus_on_log_var_functional():
    def outputs(codings_size, x):
        mean = layers.Dense(codings_size)(x)
        log_var = ops.softplus(layers.Dense(codings_size)(x))
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@wrong(EXERCISE, "activation_on_log_var")
def tanh_on_log_var():
    return subclassed(lambda *outputs: outputs, log_var="tanh")


@wrong(EXERCISE, "activation_on_mean")
def selu_on_both():
    return subclassed(lambda *outputs: outputs, mean="selu", log_var="selu")


@wrong(EXERCISE, "z_missing")
def z_missing():
    return with_outputs(lambda size, x: list(heads(size, x)[:2]))


@wrong(EXERCISE, "z_missing")
def z_missing_subclassed():
    return subclassed(lambda mean, log_var, z: (mean, log_var))


@wrong(EXERCISE)
def z_alone():
    return with_outputs(lambda size, x: heads(size, x)[2])


@wrong(EXERCISE, "z_without_noise")
def z_is_the_mean():
    return sampled_by(lambda mean, log_var: mean)


@wrong(EXERCISE, "z_without_noise")
def z_is_mean_plus_stddev():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        return [mean, log_var, layers.Add()([mean, ops.exp(log_var / 2)])]

    return with_outputs(outputs)


@wrong(EXERCISE)
def z_is_a_layer_of_its_own():
    def outputs(codings_size, x):
        return [layers.Dense(codings_size)(x) for _ in range(3)]

    return with_outputs(outputs)


@wrong(EXERCISE, "shared_head")
def shared_head():
    def outputs(codings_size, x):
        head = layers.Dense(codings_size)
        mean, log_var = head(x), head(x)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@wrong(EXERCISE, "shared_head")
def shared_head_subclassed():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.trunk = keras.Sequential([make() for make in TRUNK])
            self.codings = layers.Dense(codings_size)
            self.sampling = sampling()

        def call(self, images):
            codings = self.codings(self.trunk(images))
            return codings, codings, self.sampling([codings, codings])

    return Encoder


@wrong(EXERCISE, "wrong_sizes")
def sizes_swapped():
    return with_trunk(flatten, dense(100), dense(150))


@wrong(EXERCISE, "wrong_sizes")
def sizes_of_another_lesson():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.flatten = layers.Flatten()
            self.hidden1 = layers.Dense(100, activation="selu")
            self.hidden2 = layers.Dense(30, activation="selu")
            self.head = layers.Dense(2 * codings_size)

        def call(self, images):
            head = self.head(self.hidden2(self.hidden1(self.flatten(images))))
            mean, log_var = tf.split(head, 2, axis=-1)
            return [mean, log_var, sampling()([mean, log_var])]

    return Encoder


@wrong(EXERCISE, "missing_layer")
def one_hidden_layer():
    return with_trunk(flatten, dense(150))


@wrong(EXERCISE, "missing_layer")
def first_hidden_layer_left_out():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.hidden = layers.Dense(100, activation="relu")
            self.mean, self.log_var = layers.Dense(codings_size), layers.Dense(codings_size)

        def call(self, images):
            x = self.hidden(tf.reshape(images, (-1, 784)))
            mean, log_var = self.mean(x), self.log_var(x)
            z = mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))
            return mean, log_var, z

    return Encoder


@wrong(EXERCISE, "extra_layer")
def third_hidden_layer():
    return with_trunk(*TRUNK, dense(50))


@wrong(EXERCISE, "extra_layer")
def batch_normalization():
    return with_trunk(flatten, dense(150), lambda: layers.BatchNormalization(), dense(100))


@wrong(EXERCISE, "extra_layer")
def dropout():
    return with_trunk(*TRUNK, lambda: layers.Dropout(0.3))


@wrong(EXERCISE, "extra_layer")
def noise_on_the_pixels():
    return with_trunk(lambda: layers.GaussianNoise(0.2), *TRUNK)


@wrong(EXERCISE, "outputs_in_wrong_order")
def z_first():
    def outputs(codings_size, x):
        mean, log_var, z = heads(codings_size, x)
        return [z, mean, log_var]

    return with_outputs(outputs)


@wrong(EXERCISE, "outputs_in_wrong_order")
def log_var_first():
    return subclassed(lambda mean, log_var, z: [log_var, mean, z])


@wrong(EXERCISE, "outputs_in_wrong_order")
def z_first_subclassed():
    return subclassed(lambda mean, log_var, z: (z, mean, log_var))


@wrong(EXERCISE, "linear_hidden_layers")
def linear_hidden_layers():
    return with_trunk(flatten, dense(150, None), dense(100, None))


@wrong(EXERCISE, "linear_hidden_layers")
def linear_hidden_layers_subclassed():
    class Encoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.hidden = [layers.Dense(150), layers.Dense(100)]
            self.heads = [layers.Dense(codings_size), layers.Dense(codings_size)]
            self.sampling = sampling()

        def call(self, images):
            x = ops.reshape(images, (-1, 784))
            for layer in self.hidden:
                x = layer(x)
            outputs = [head(x) for head in self.heads]
            return [*outputs, self.sampling(outputs)]

    return Encoder


@wrong(EXERCISE, "linear_hidden_layers")
def second_hidden_layer_linear():
    return with_trunk(flatten, dense(150), dense(100, None))


@wrong(EXERCISE, "wrong_codings_size")
def codings_size_ignored():
    return lambda codings_size=10: reference(10)


@wrong(EXERCISE, "wrong_codings_size")
def codings_size_ignored_subclassed():
    encoder = subclassed(lambda *outputs: outputs)
    return lambda codings_size=10: encoder(30)


@wrong(EXERCISE)
def head_as_wide_as_one_half():
    def outputs(codings_size, x):
        mean, log_var = ops.split(layers.Dense(codings_size)(x), 2, axis=-1)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@wrong(EXERCISE)
def takes_no_codings_size():
    return lambda: reference(10)


@wrong(EXERCISE)
def flatten_missing():
    return with_trunk(dense(150), dense(100))


@wrong(EXERCISE)
def flattened_too_late():
    return with_trunk(dense(150), dense(100), flatten)


@wrong(EXERCISE)
def expects_flat_images():
    def build_vae_encoder(codings_size=10):
        images = keras.Input((784,))
        x = layers.Dense(100, "relu")(layers.Dense(150, "relu")(images))
        return keras.Model(images, list(heads(codings_size, x)))

    return build_vae_encoder


@wrong(EXERCISE)
def log_var_from_the_first_hidden_layer():
    def build_vae_encoder(codings_size=10):
        images = keras.Input((28, 28))
        first = layers.Dense(150, "relu")(layers.Flatten()(images))
        mean = layers.Dense(codings_size)(layers.Dense(100, "relu")(first))
        log_var = layers.Dense(codings_size)(first)
        return keras.Model(images, [mean, log_var, sampling()([mean, log_var])])

    return build_vae_encoder


@wrong(EXERCISE)
def log_var_from_the_mean():
    def outputs(codings_size, x):
        mean = layers.Dense(codings_size)(x)
        log_var = layers.Dense(codings_size)(mean)
        return [mean, log_var, sampling()([mean, log_var])]

    return with_outputs(outputs)


@wrong(EXERCISE)
def two_trunks():
    def build_vae_encoder(codings_size=10):
        images = keras.Input((28, 28))
        outputs = []
        for _ in range(2):
            x = layers.Flatten()(images)
            x = layers.Dense(100, "relu")(layers.Dense(150, "relu")(x))
            outputs.append(layers.Dense(codings_size)(x))
        return keras.Model(images, [*outputs, sampling()(outputs)])

    return build_vae_encoder


@wrong(EXERCISE, "activation_on_log_var")
def stddev_for_log_var():
    return subclassed(lambda mean, log_var, z: (mean, tf.exp(log_var / 2), z))


@wrong(EXERCISE)
def outputs_in_a_dict():
    return subclassed(lambda mean, log_var, z: {"mean": mean, "log_var": log_var, "z": z})


@wrong(EXERCISE)
def outputs_concatenated():
    return subclassed(lambda *outputs: tf.concat(outputs, axis=-1))


@wrong(EXERCISE)
def four_outputs():
    return subclassed(lambda mean, log_var, z: (mean, log_var, z, tf.exp(log_var)))


@wrong(EXERCISE)
def pair_and_z():
    return subclassed(lambda mean, log_var, z: ([mean, log_var], z))


@wrong(EXERCISE)
def convolutions():
    return with_trunk(
        lambda: layers.Reshape((28, 28, 1)),
        lambda: layers.Conv2D(32, 3, strides=2, activation="relu"),
        flatten,
        dense(150),
        dense(100),
    )


@wrong(EXERCISE)
def one_batch_size_only():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        noise = np.random.normal(size=(32, codings_size)).astype("float32")
        return [mean, log_var, mean + ops.exp(log_var / 2) * noise]

    return with_outputs(outputs)


@wrong(EXERCISE)
def noise_drawn_while_building():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        noise = np.random.normal(size=(1, codings_size)).astype("float32")
        return [mean, log_var, mean + ops.exp(log_var / 2) * noise]

    return with_outputs(outputs)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return subclassed(lambda *outputs: [x * float("nan") for x in outputs])


@wrong(EXERCISE)
def list_of_layers_for_a_model():
    return lambda codings_size=10: [make() for make in TRUNK]


@wrong(EXERCISE)
def outputs_for_a_model():
    def build_vae_encoder(codings_size=10):
        x = layers.Flatten()(keras.Input((28, 28)))
        x = layers.Dense(100, "relu")(layers.Dense(150, "relu")(x))
        return heads(codings_size, x)

    return build_vae_encoder


@wrong(EXERCISE)
def forgets_to_return():
    def build_vae_encoder(codings_size=10):
        reference(codings_size).summary()

    return build_vae_encoder


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda codings_size=10: keras.Model


@wrong(EXERCISE)
def sequential_with_heads_in_a_row():
    def build_vae_encoder(codings_size=10):
        makers = (*TRUNK, dense(codings_size, None), dense(codings_size, None))
        return keras.Sequential([make() for make in makers])

    return build_vae_encoder


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        return [mean, log_var, mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))]

    return with_outputs(outputs)


@wrong(EXERCISE, says=("Smapling",))
def misspells_the_layer():
    def outputs(codings_size, x):
        mean, log_var = layers.Dense(codings_size)(x), layers.Dense(codings_size)(x)
        return [mean, log_var, Smapling()([mean, log_var])]  # noqa: F821

    return with_outputs(outputs)


@wrong(EXERCISE, at_most=NOTHING)
def sampling_left_as_a_stub():
    def outputs(codings_size, x):
        raise NotImplementedError()

    return with_outputs(outputs)
