"""Answers to `build_dae_encoder(noise_stddev=0.2)`.

Flatten → GaussianNoise (training only, unclipped) → Dense 100 selu → Dense 30 selu; noise before
Flatten is the same.
"""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "build_dae_encoder"
enter_novices(EXERCISE, arity=0)


class OwnNoise(layers.Layer):
    """Unclipped Gaussian noise, in training only."""

    def __init__(self, stddev, **options):
        super().__init__(**options)
        self.stddev = stddev
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs, training=False):
        if not training:
            return inputs
        shape = keras.ops.shape(inputs)
        return inputs + keras.random.normal(shape, stddev=self.stddev, seed=self.seed_generator)


def sequential(*middle):
    return keras.Sequential([keras.Input((28, 28)), *middle])


def reference(noise_stddev=0.2):
    return sequential(
        layers.Flatten(),
        layers.GaussianNoise(noise_stddev),
        layers.Dense(100, activation="selu"),
        layers.Dense(30, activation="selu"),
    )


@right(EXERCISE)
def sequential_with_input():
    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                keras.Input(shape=(28, 28)),
                keras.layers.Flatten(),
                keras.layers.GaussianNoise(noise_stddev),
                keras.layers.Dense(100, activation="selu"),
                keras.layers.Dense(30, activation="selu"),
            ]
        )

    return build_dae_encoder


@right(EXERCISE)
def sequential_unbuilt():
    def build_dae_encoder(noise_stddev=0.2):
        return tf.keras.Sequential(
            [
                tf.keras.layers.Flatten(),
                tf.keras.layers.GaussianNoise(noise_stddev),
                tf.keras.layers.Dense(100, "selu"),
                tf.keras.layers.Dense(30, "selu"),
            ]
        )

    return build_dae_encoder


@right(EXERCISE)
def input_shape_on_the_first_layer():
    def build_dae_encoder(noise_stddev=0.2):
        model = keras.models.Sequential()
        model.add(layers.Flatten(input_shape=[28, 28]))
        model.add(layers.GaussianNoise(noise_stddev))
        model.add(layers.Dense(100, activation="selu"))
        model.add(layers.Dense(30, activation="selu"))
        return model

    return build_dae_encoder


@right(EXERCISE)
def functional():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input(shape=(28, 28), name="images")
        x = layers.Flatten()(inputs)
        x = layers.GaussianNoise(noise_stddev)(x)
        x = layers.Dense(100, activation="selu", kernel_initializer="lecun_normal")(x)
        codings = layers.Dense(30, activation="selu", kernel_initializer="lecun_normal")(x)
        return keras.Model(inputs, codings, name="encoder")

    return build_dae_encoder


@right(EXERCISE)
def noise_before_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.GaussianNoise(noise_stddev),
            layers.Flatten(),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def noise_before_flatten_functional():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.Flatten()(layers.GaussianNoise(noise_stddev)(inputs))
        return keras.Model(inputs, layers.Dense(30, "selu")(layers.Dense(100, "selu")(x)))

    return build_dae_encoder


@right(EXERCISE)
def noise_with_its_own_seed():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev, seed=42),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def seeds_everything():
    def build_dae_encoder(noise_stddev=0.2):
        keras.utils.set_random_seed(42)
        return reference(noise_stddev)

    return build_dae_encoder


@right(EXERCISE)
def subclassed_model():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.flatten = layers.Flatten()
            self.noise = layers.GaussianNoise(noise_stddev)
            self.hidden = layers.Dense(100, activation="selu")
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images, training=False):
            x = self.noise(self.flatten(images), training=training)
            return self.codings(self.hidden(x))

    def build_dae_encoder(noise_stddev=0.2):
        return Encoder(noise_stddev)

    return build_dae_encoder


@right(EXERCISE)
def subclassed_model_without_training_argument():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.stack = [
                layers.Flatten(),
                layers.GaussianNoise(noise_stddev),
                layers.Dense(100, activation="selu"),
                layers.Dense(30, activation="selu"),
            ]

        def call(self, x):
            for layer in self.stack:
                x = layer(x)
            return x

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@right(EXERCISE)
def the_class_is_the_builder():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev=0.2):
            super().__init__()
            self.flatten = layers.Reshape((784,))
            self.noise = OwnNoise(noise_stddev)
            self.hidden = layers.Dense(100, activation="selu")
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images, training=None):
            x = self.noise(self.flatten(images), training=training)
            return self.codings(self.hidden(x))

    return Encoder


@right(EXERCISE)
def noise_inside_call():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.noise_stddev = noise_stddev
            self.hidden = layers.Dense(100, activation="selu")
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images, training=False):
            x = tf.reshape(tf.cast(images, tf.float32), (-1, 28 * 28))
            if training:
                x = x + tf.random.normal(tf.shape(x), stddev=self.noise_stddev)
            return self.codings(self.hidden(x))

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@right(EXERCISE)
def own_weights():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.noise = layers.GaussianNoise(noise_stddev)

        def build(self, input_shape):
            self.w1 = self.add_weight(shape=(784, 100), initializer="lecun_normal")
            self.b1 = self.add_weight(shape=(100,), initializer="zeros")
            self.w2 = self.add_weight(shape=(100, 30), initializer="lecun_normal")
            self.b2 = self.add_weight(shape=(30,), initializer="zeros")

        def call(self, images, training=False):
            x = keras.ops.reshape(images, (-1, 784))
            x = self.noise(x, training=training)
            x = keras.ops.selu(x @ self.w1 + self.b1)
            return keras.ops.selu(x @ self.w2 + self.b2)

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@right(EXERCISE)
def reshape_for_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Reshape((-1,)),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def lambda_layer_for_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Lambda(lambda x: tf.reshape(x, (-1, 784))),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def keras_ops_for_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = keras.ops.reshape(inputs, (-1, 784))
        x = layers.GaussianNoise(noise_stddev)(x)
        x = keras.ops.selu(layers.Dense(100)(x))
        return keras.Model(inputs, keras.ops.selu(layers.Dense(30)(x)))

    return build_dae_encoder


@right(EXERCISE)
def own_layer_for_flatten():
    class Unroll(layers.Layer):
        def call(self, images):
            return keras.ops.reshape(images, (keras.ops.shape(images)[0], 784))

    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                Unroll(),
                layers.GaussianNoise(noise_stddev),
                layers.Dense(100, activation="selu"),
                layers.Dense(30, activation="selu"),
            ]
        )

    return build_dae_encoder


@right(EXERCISE)
def dense_then_activation():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(stddev=noise_stddev),
            layers.Dense(100),
            layers.Activation("selu"),
            layers.Dense(30),
            layers.Activation(keras.activations.selu),
        )

    return build_dae_encoder


@right(EXERCISE)
def activation_as_a_function():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(units=100, activation=tf.nn.selu),
            layers.Dense(units=30, activation=keras.activations.selu),
        )

    return build_dae_encoder


@right(EXERCISE)
def activation_by_its_formula():
    def selu(x):
        negative = 1.6732632423543772 * (keras.ops.exp(keras.ops.minimum(x, 0)) - 1)
        return 1.0507009873554805 * keras.ops.where(x > 0, x, negative)

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, activation=selu),
            layers.Dense(30, activation=lambda x: selu(x)),
        )

    return build_dae_encoder


@right(EXERCISE)
def own_noise_layer():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            OwnNoise(noise_stddev),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def own_noise_layer_in_tensorflow_before_flatten():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x, training=None):
            if training:
                return x + self.stddev * tf.random.normal(tf.shape(x))
            return x

    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                Noise(noise_stddev),
                layers.Flatten(),
                layers.Dense(100, activation="selu"),
                layers.Dense(30, activation="selu"),
            ]
        )

    return build_dae_encoder


@right(EXERCISE)
def subclass_of_the_noise_layer():
    class PixelNoise(layers.GaussianNoise):
        pass

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            PixelNoise(noise_stddev, name="corruption"),
            layers.Flatten(),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def nested_models():
    def build_dae_encoder(noise_stddev=0.2):
        corrupt = keras.Sequential([layers.Flatten(), layers.GaussianNoise(noise_stddev)])
        squeeze = keras.Sequential([layers.Dense(100, "selu"), layers.Dense(30, "selu")])
        return keras.Sequential([keras.Input((28, 28)), corrupt, squeeze])

    return build_dae_encoder


@right(EXERCISE)
def list_of_layers():
    def build_dae_encoder(noise_stddev=0.2):
        stack = [layers.Flatten(), layers.GaussianNoise(noise_stddev)]
        for units in (100, 30):
            stack += [layers.Dense(units, activation="selu")]
        inputs = x = keras.Input((28, 28))
        for layer in stack:
            x = layer(x)
        return keras.Model(inputs=inputs, outputs=x)

    return build_dae_encoder


@right(EXERCISE)
def already_compiled():
    def build_dae_encoder(noise_stddev=0.2):
        model = reference(noise_stddev)
        model.compile(optimizer="nadam", loss="mse", metrics=["mae"])
        return model

    return build_dae_encoder


@right(EXERCISE)
def already_called():
    def build_dae_encoder(noise_stddev=0.2):
        model = keras.Sequential(
            [
                layers.Flatten(),
                layers.GaussianNoise(noise_stddev),
                layers.Dense(100, activation="selu"),
                layers.Dense(30, activation="selu"),
            ]
        )
        model(np.zeros((1, 28, 28), "float32"))
        model.summary()
        return model

    return build_dae_encoder


@right(EXERCISE)
def lambda_builder():
    return lambda noise_stddev=0.2: reference(noise_stddev)


@right(EXERCISE)
def keyword_only_builder():
    def build_dae_encoder(*, noise_stddev: float = 0.2) -> keras.Model:
        return reference(noise_stddev)

    return build_dae_encoder


@right(EXERCISE)
def partial_builder():
    def build(activation, noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, activation=activation),
            layers.Dense(30, activation=activation),
        )

    return functools.partial(build, "selu")


@right(EXERCISE)
def object_with_call():
    class Builder:
        sizes = (100, 30)

        def __call__(self, noise_stddev=0.2):
            dense = [layers.Dense(size, activation="selu") for size in self.sizes]
            return sequential(layers.Flatten(), layers.GaussianNoise(noise_stddev), *dense)

    return Builder()


@right(EXERCISE)
def more_defaulted_arguments():
    def build_dae_encoder(noise_stddev=0.2, hidden=100, codings=30, activation="selu"):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(hidden, activation),
            layers.Dense(codings, activation),
        )

    return build_dae_encoder


@right(EXERCISE)
def other_initial_weights():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, "selu", kernel_initializer="he_uniform", bias_initializer="ones"),
            layers.Dense(30, "selu", kernel_initializer=keras.initializers.LecunNormal(seed=1)),
        )

    return build_dae_encoder


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev=0.2):
            super().__init__(name="encoder")
            self.codings_layer = layers.Dense(30, activation="selu", name="codings")
            self.hidden = layers.Dense(100, activation="selu", name="hidden")
            self.noise = layers.GaussianNoise(noise_stddev)
            self.flatten = layers.Flatten()

        def call(self, images, training=None):
            x = self.noise(self.flatten(images), training=training)
            return self.codings_layer(self.hidden(x))

    return Encoder


@right(EXERCISE)
def layers_in_a_dict():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.parts = {
                "flatten": layers.Flatten(),
                "noise": layers.GaussianNoise(noise_stddev),
                "hidden": layers.Dense(100, activation=keras.activations.selu),
                "codings": layers.Dense(30, activation=tf.nn.selu),
            }

        def call(self, x):
            for layer in self.parts.values():
                x = layer(x)
            return x

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@right(EXERCISE)
def layers_made_when_it_is_built():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev=0.2, **options):
            super().__init__(**options)
            self.noise_stddev = noise_stddev

        def build(self, input_shape):
            self.body = sequential(
                layers.Flatten(),
                layers.GaussianNoise(self.noise_stddev),
                layers.Dense(100, "selu", kernel_initializer="lecun_normal"),
                layers.Dense(30, "selu", kernel_initializer="lecun_normal"),
            )
            super().build(input_shape)

        def call(self, images, training=False):
            return self.body(images, training=training)

    return Encoder


@right(EXERCISE)
def layers_that_do_nothing_between():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Rescaling(1.0),
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Identity(),
            layers.Dense(100),
            layers.Activation("selu"),
            layers.Dropout(0.0),
            layers.Dense(30),
            layers.Activation("selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def in_double_precision():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28), dtype="float64")
        x = layers.Flatten(dtype="float64")(inputs)
        x = layers.GaussianNoise(noise_stddev, dtype="float64")(x)
        x = layers.Dense(100, "selu", dtype="float64")(x)
        return keras.Model(inputs, layers.Dense(30, "selu", dtype="float64")(x))

    return build_dae_encoder


@right(EXERCISE)
def noise_of_a_tensorflow_generator():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev
            self.generator = tf.random.Generator.from_non_deterministic_state()

        def call(self, x, training=None):
            if training:
                x = x + self.generator.normal(tf.shape(x), stddev=self.stddev)
            return x

    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                layers.Flatten(),
                Noise(noise_stddev),
                layers.Dense(100, "selu"),
                layers.Dense(30, "selu"),
            ]
        )

    return build_dae_encoder


@right(EXERCISE)
def noise_layer_added_to_the_pixels():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        flat = layers.Flatten()(inputs)
        noise = layers.GaussianNoise(noise_stddev)(keras.ops.zeros_like(flat))
        x = layers.Dense(100, activation="selu")(layers.Add()([flat, noise]))
        return keras.Model(inputs, layers.Dense(30, activation="selu")(x), name="stacked_encoder")

    return build_dae_encoder


@right(EXERCISE)
def noise_chosen_by_a_condition():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x, training=False):
            return tf.cond(
                tf.cast(training, tf.bool),
                lambda: x + tf.random.normal(tf.shape(x), stddev=self.stddev),
                lambda: x,
            )

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            Noise(noise_stddev),
            layers.Flatten(),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@right(EXERCISE)
def grown_layer_by_layer():
    def build_dae_encoder(noise_stddev=0.2):
        encoder = keras.models.Sequential(name="dae_encoder")
        encoder.add(keras.layers.InputLayer(shape=[28, 28]))
        encoder.add(keras.layers.Flatten())
        encoder.add(keras.layers.GaussianNoise(stddev=noise_stddev))
        for units in (100, 30):
            encoder.add(keras.layers.Dense(units, activation="selu"))
        return encoder

    return build_dae_encoder


@right(EXERCISE)
def copy_of_a_model():
    def build_dae_encoder(noise_stddev=0.2):
        return keras.models.clone_model(reference(noise_stddev))

    return build_dae_encoder


@disputed(EXERCISE, "the argument has no default; a call with it is right")
def argument_without_a_default():
    return lambda noise_stddev: reference(noise_stddev)


@disputed(EXERCISE, "another default than the stub's; a call with the argument is right")
def other_default():
    return lambda noise_stddev=0.5: reference(noise_stddev)


@disputed(EXERCISE, "a channel in the input shape, which Keras bridges")
def input_with_a_channel():
    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Flatten(),
                layers.GaussianNoise(noise_stddev),
                layers.Dense(100, "selu"),
                layers.Dense(30, "selu"),
            ]
        )

    return build_dae_encoder


@disputed(EXERCISE, "a weight penalty: another objective, the same architecture")
def weight_penalty():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, "selu", kernel_regularizer="l2"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "no_noise")
def leaves_the_noise_out():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(layers.Flatten(), layers.Dense(100, "selu"), layers.Dense(30, "selu"))

    return build_dae_encoder


@wrong(EXERCISE, "no_noise")
def forgets_to_call_the_noise():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.flatten = layers.Flatten()
            self.noise = layers.GaussianNoise(noise_stddev)
            self.hidden = layers.Dense(100, activation="selu")
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images):
            return self.codings(self.hidden(self.flatten(images)))

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@wrong(EXERCISE, "no_noise")
def drops_the_noisy_tensor():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.Flatten()(inputs)
        layers.GaussianNoise(noise_stddev)(x)
        return keras.Model(inputs, layers.Dense(30, "selu")(layers.Dense(100, "selu")(x)))

    return build_dae_encoder


@wrong(EXERCISE, "noise_always_on")
def noise_hard_wired_on():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x):
            return x + tf.random.normal(tf.shape(x), stddev=self.stddev)

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            Noise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_always_on")
def noise_called_in_training_mode():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.flatten = layers.Flatten()
            self.noise = layers.GaussianNoise(noise_stddev)
            self.hidden = layers.Dense(100, activation="selu")
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images):
            noisy = self.noise(self.flatten(images), training=True)
            return self.codings(self.hidden(noisy))

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@wrong(EXERCISE, "noise_always_on")
def noise_in_a_lambda_layer():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Lambda(lambda x: x + noise_stddev * tf.random.normal(tf.shape(x))),
            layers.Flatten(),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_always_on")
def noise_at_inference_alone():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x, training=False):
            if training:
                return x
            return x + tf.random.normal(tf.shape(x), stddev=self.stddev)

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            Noise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_after_layer")
def noise_on_the_hidden_layer():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.Dense(100, "selu"),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_after_layer")
def noise_on_the_codings():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.Dense(100, "selu")(layers.Flatten()(inputs))
        x = layers.Dense(30, "selu")(x)
        return keras.Model(inputs, layers.GaussianNoise(noise_stddev)(x))

    return build_dae_encoder


@wrong(EXERCISE, "noise_after_layer")
def noise_on_pixels_and_hidden_layer():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_level_ignored")
def noise_of_a_fifth():
    def build_dae_encoder(noise_stddev=0.2):
        return reference(0.2)

    return build_dae_encoder


@wrong(EXERCISE, "noise_level_ignored")
def noise_level_of_a_global():
    level = 0.2

    class Encoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = reference(level)

        def call(self, images, training=False):
            return self.inner(images, training=training)

    return lambda noise_stddev=0.2: Encoder()


@wrong(EXERCISE, "wrong_noise_level")
def noise_of_a_tenth():
    return lambda noise_stddev=0.2: reference(0.1)


@wrong(EXERCISE, "variance_for_stddev")
def variance_for_deviation():
    return lambda noise_stddev=0.2: reference(noise_stddev**2)


@wrong(EXERCISE, "noise_clipped")
def clips_in_the_noise_layer():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x, training=False):
            if not training:
                return x
            noisy = x + tf.random.normal(tf.shape(x), stddev=self.stddev)
            return tf.clip_by_value(noisy, 0.0, 1.0)

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            Noise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "noise_clipped")
def clips_after_the_noise_layer():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.GaussianNoise(noise_stddev)(layers.Flatten()(inputs))
        x = keras.ops.clip(x, 0, 1)
        return keras.Model(inputs, layers.Dense(30, "selu")(layers.Dense(100, "selu")(x)))

    return build_dae_encoder


@wrong(EXERCISE, "uniform_noise")
def uniform_noise():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.stddev = stddev

        def call(self, x, training=False):
            if not training:
                return x
            return x + tf.random.uniform(tf.shape(x), -self.stddev, self.stddev)

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            Noise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE)
def noise_drawn_once():
    class Noise(layers.Layer):
        def __init__(self, stddev):
            super().__init__()
            self.noise = np.random.normal(0, stddev, (1, 784)).astype("float32")

        def call(self, x, training=False):
            return x + self.noise if training else x

    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            Noise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "dropout_for_noise")
def dropout_on_the_pixels():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.Dropout(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


@wrong(EXERCISE, "dropout_for_noise")
def dropout_before_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.Flatten()(layers.Dropout(rate=noise_stddev)(inputs))
        return keras.Model(inputs, layers.Dense(30, "selu")(layers.Dense(100, "selu")(x)))

    return build_dae_encoder


@wrong(EXERCISE, "dropout_for_noise")
def gaussian_dropout():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.Flatten(),
            layers.GaussianDropout(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        )

    return build_dae_encoder


def with_dense(*dense):
    """Return a builder with right noise and the dense layers that `dense` makes."""

    def build_dae_encoder(noise_stddev=0.2):
        noise = layers.GaussianNoise(noise_stddev)
        return sequential(layers.Flatten(), noise, *(make() for make in dense))

    return build_dae_encoder


def dense(units, activation="selu"):
    return lambda: layers.Dense(units, activation=activation)


@wrong(EXERCISE, "wrong_activation")
def relu():
    return with_dense(dense(100, "relu"), dense(30, "relu"))


@wrong(EXERCISE, "wrong_activation")
def no_activation_on_the_codings():
    return with_dense(dense(100), dense(30, None))


@wrong(EXERCISE, "wrong_activation")
def elu_by_activation_layers():
    return with_dense(
        dense(100, None), lambda: layers.ELU(), dense(30, None), lambda: layers.Activation("elu")
    )


@wrong(EXERCISE, "wrong_activation")
def sigmoid_on_the_codings():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.GaussianNoise(noise_stddev)(layers.Flatten()(inputs))
        x = layers.Dense(100, activation="selu")(x)
        return keras.Model(inputs, layers.Dense(30, activation="sigmoid")(x))

    return build_dae_encoder


@wrong(EXERCISE, "wrong_sizes")
def other_sizes():
    return with_dense(dense(128), dense(32))


@wrong(EXERCISE, "wrong_sizes")
def other_hidden_size():
    return with_dense(dense(300), dense(30))


@wrong(EXERCISE, "wrong_sizes")
def other_codings_size():
    return with_dense(dense(100), dense(10))


@wrong(EXERCISE, "wrong_sizes")
def sizes_turned_round():
    return with_dense(dense(30), dense(100))


@wrong(EXERCISE, "missing_layer")
def codings_straight_from_the_pixels():
    return with_dense(dense(30))


@wrong(EXERCISE, "missing_layer")
def hidden_layer_not_called():
    class Encoder(keras.Model):
        def __init__(self, noise_stddev):
            super().__init__()
            self.flatten = layers.Flatten()
            self.noise = layers.GaussianNoise(noise_stddev)
            self.codings = layers.Dense(30, activation="selu")

        def call(self, images, training=False):
            return self.codings(self.noise(self.flatten(images), training=training))

    return lambda noise_stddev=0.2: Encoder(noise_stddev)


@wrong(EXERCISE, "missing_layer")
def stops_at_the_hidden_layer():
    return with_dense(dense(100))


@wrong(EXERCISE, "extra_layer")
def one_dense_too_many():
    return with_dense(dense(100), dense(50), dense(30))


@wrong(EXERCISE, "extra_layer")
def batch_normalization():
    return with_dense(dense(100), lambda: layers.BatchNormalization(), dense(30))


@wrong(EXERCISE, "extra_layer")
def dropout_besides_the_noise():
    return with_dense(dense(100), lambda: layers.Dropout(0.2), dense(30))


@wrong(EXERCISE, "extra_layer")
def dense_of_the_same_size_twice():
    return with_dense(dense(100), dense(100), dense(30))


@wrong(EXERCISE)
def no_flatten():
    def build_dae_encoder(noise_stddev=0.2):
        return sequential(
            layers.GaussianNoise(noise_stddev), layers.Dense(100, "selu"), layers.Dense(30, "selu")
        )

    return build_dae_encoder


@disputed(EXERCISE, "Dense without a bias: 'Dense 100' does not say")
def no_bias():
    return with_dense(
        lambda: layers.Dense(100, "selu", use_bias=False),
        lambda: layers.Dense(30, "selu", use_bias=False),
    )


@wrong(EXERCISE)
def whole_autoencoder():
    return with_dense(dense(100), dense(30), dense(100), dense(784, "sigmoid"))


@wrong(EXERCISE)
def list_for_a_model():
    def build_dae_encoder(noise_stddev=0.2):
        return [
            layers.Flatten(),
            layers.GaussianNoise(noise_stddev),
            layers.Dense(100, "selu"),
            layers.Dense(30, "selu"),
        ]

    return build_dae_encoder


@wrong(EXERCISE)
def output_tensor_for_a_model():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = layers.GaussianNoise(noise_stddev)(layers.Flatten()(inputs))
        return layers.Dense(30, "selu")(layers.Dense(100, "selu")(x))

    return build_dae_encoder


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda noise_stddev=0.2: keras.Sequential


@wrong(EXERCISE)
def model_and_history():
    return lambda noise_stddev=0.2: (reference(noise_stddev), None)


@wrong(EXERCISE)
def forgets_to_return():
    def build_dae_encoder(noise_stddev=0.2):
        reference(noise_stddev).summary()

    return build_dae_encoder


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def build_dae_encoder(noise_stddev=0.2):
        inputs = keras.Input((28, 28))
        x = tf.reshape(inputs, (-1, 784))
        x = layers.GaussianNoise(noise_stddev)(x)
        return keras.Model(inputs, layers.Dense(30, "selu")(layers.Dense(100, "selu")(x)))

    return build_dae_encoder


@wrong(EXERCISE, says=("slu",))
def unknown_activation():
    return with_dense(dense(100, "slu"), dense(30, "slu"))


@wrong(EXERCISE)
def one_batch_size():
    class Unroll(layers.Layer):
        def call(self, images):
            return tf.reshape(images, (60000, 784))

    def build_dae_encoder(noise_stddev=0.2):
        return keras.Sequential(
            [
                Unroll(),
                layers.GaussianNoise(noise_stddev),
                layers.Dense(100, "selu"),
                layers.Dense(30, "selu"),
            ]
        )

    return build_dae_encoder


@wrong(EXERCISE)
def fails_when_called():
    class Encoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.codings = layers.Dense(30)

        def call(self, images):
            raise ValueError("no forward pass yet")

    return lambda noise_stddev=0.2: Encoder()


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros_of_the_right_shape():
    class Encoder(keras.Model):
        def call(self, images):
            return tf.zeros((tf.shape(images)[0], 30))

    return lambda noise_stddev=0.2: Encoder()


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers_of_the_right_shape():
    class Encoder(keras.Model):
        def call(self, images):
            return tf.fill((tf.shape(images)[0], 30), float("nan"))

    return lambda noise_stddev=0.2: Encoder()


@wrong(EXERCISE)
def takes_no_noise_level():
    return lambda: reference(0.2)


@wrong(EXERCISE)
def other_name_for_the_noise_level():
    return lambda stddev=0.2: reference(stddev)
