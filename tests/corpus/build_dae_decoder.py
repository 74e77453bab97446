"""Answers to `build_dae_decoder()`.

Dense 100 selu → Dense 784 sigmoid → Reshape (28, 28), no channel. It takes codings (n, 30).
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

EXERCISE = "build_dae_decoder"
enter_novices(EXERCISE, arity=0)


def with_layers(*makers):
    """Return a builder of a sequential model whose layers are made anew for each call."""
    return lambda: keras.Sequential([keras.Input((30,)), *(make() for make in makers)])


def dense(units, activation="selu"):
    return lambda: layers.Dense(units, activation=activation)


def image():
    return layers.Reshape((28, 28))


reference = with_layers(dense(100), dense(784, "sigmoid"), image)


@right(EXERCISE)
def sequential_with_input():
    def build_dae_decoder():
        return keras.Sequential(
            [
                keras.Input(shape=(30,)),
                keras.layers.Dense(100, activation="selu"),
                keras.layers.Dense(28 * 28, activation="sigmoid"),
                keras.layers.Reshape((28, 28)),
            ]
        )

    return build_dae_decoder


@right(EXERCISE)
def sequential_unbuilt():
    def build_dae_decoder():
        return tf.keras.Sequential(
            [
                tf.keras.layers.Dense(100, activation="selu"),
                tf.keras.layers.Dense(784, activation="sigmoid"),
                tf.keras.layers.Reshape([28, 28]),
            ]
        )

    return build_dae_decoder


@right(EXERCISE)
def input_shape_on_the_first_layer():
    def build_dae_decoder():
        model = keras.models.Sequential()
        model.add(layers.Dense(100, activation="selu", input_shape=[30]))
        model.add(layers.Dense(784, activation="sigmoid"))
        model.add(layers.Reshape([28, 28]))
        return model

    return build_dae_decoder


@right(EXERCISE)
def functional():
    def build_dae_decoder():
        codings = keras.Input(shape=(30,))
        x = layers.Dense(100, activation="selu", kernel_initializer="lecun_normal")(codings)
        x = layers.Dense(784, activation="sigmoid")(x)
        return keras.Model(codings, layers.Reshape((28, 28))(x), name="decoder")

    return build_dae_decoder


@right(EXERCISE)
def subclassed_model():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(100, activation="selu")
            self.pixels = layers.Dense(784, activation="sigmoid")
            self.image = layers.Reshape((28, 28))

        def call(self, codings, training=False):
            return self.image(self.pixels(self.hidden(codings)))

    def build_dae_decoder():
        return Decoder()

    return build_dae_decoder


@right(EXERCISE)
def the_class_is_the_builder():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(100, activation="selu")
            self.pixels = layers.Dense(784)

        def call(self, codings):
            logits = self.pixels(self.hidden(codings))
            return tf.reshape(tf.sigmoid(logits), (-1, 28, 28))

    return Decoder


@right(EXERCISE)
def own_weights():
    class Decoder(keras.Model):
        def build(self, input_shape):
            self.w1 = self.add_weight(shape=(input_shape[-1], 100), initializer="lecun_normal")
            self.b1 = self.add_weight(shape=(100,), initializer="zeros")
            self.w2 = self.add_weight(shape=(100, 784), initializer="glorot_uniform")
            self.b2 = self.add_weight(shape=(784,), initializer="zeros")

        def call(self, codings):
            x = keras.ops.selu(keras.ops.matmul(codings, self.w1) + self.b1)
            x = keras.ops.sigmoid(keras.ops.matmul(x, self.w2) + self.b2)
            return keras.ops.reshape(x, (-1, 28, 28))

    return lambda: Decoder()


@right(EXERCISE)
def dense_then_activation():
    return with_layers(
        dense(100, None),
        lambda: layers.Activation("selu"),
        dense(784, None),
        lambda: layers.Activation("sigmoid"),
        image,
    )


@right(EXERCISE)
def sigmoid_after_reshape():
    return with_layers(dense(100), dense(784, None), image, lambda: layers.Activation("sigmoid"))


@right(EXERCISE)
def activations_as_functions():
    return with_layers(dense(100, tf.nn.selu), dense(784, keras.activations.sigmoid), image)


@right(EXERCISE)
def sigmoid_by_its_formula():
    return with_layers(dense(100), dense(784, lambda x: 1 / (1 + keras.ops.exp(-x))), image)


@right(EXERCISE)
def sigmoid_by_tanh():
    return with_layers(dense(100), dense(784, lambda x: 0.5 * (1 + tf.tanh(x / 2))), image)


@right(EXERCISE)
def keras_ops_for_reshape():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784, "sigmoid")(layers.Dense(100, "selu")(codings))
        return keras.Model(codings, keras.ops.reshape(x, (-1, 28, 28)))

    return build_dae_decoder


@right(EXERCISE)
def lambda_layer_for_reshape():
    return with_layers(
        dense(100),
        dense(784, "sigmoid"),
        lambda: layers.Lambda(lambda x: tf.reshape(x, (-1, 28, 28))),
    )


@right(EXERCISE)
def own_layer_for_reshape():
    class ToImage(layers.Layer):
        def call(self, x):
            return keras.ops.reshape(x, (-1, 28, 28))

    return lambda: keras.Sequential([dense(100)(), dense(784, "sigmoid")(), ToImage()])


@right(EXERCISE)
def reshape_with_a_free_side():
    return with_layers(dense(100), dense(784, "sigmoid"), lambda: layers.Reshape((28, -1)))


@right(EXERCISE)
def nested_models():
    def build_dae_decoder():
        unsqueeze = keras.Sequential([layers.Dense(100, "selu")])
        paint = keras.Sequential([layers.Dense(784, "sigmoid"), layers.Reshape((28, 28))])
        return keras.Sequential([unsqueeze, paint])

    return build_dae_decoder


@right(EXERCISE)
def list_of_layers():
    def build_dae_decoder():
        stack = []
        for units, activation in ((100, "selu"), (784, "sigmoid")):
            stack.append(layers.Dense(units, activation=activation))
        stack.append(layers.Reshape((28, 28)))
        inputs = x = keras.Input((30,))
        for layer in stack:
            x = layer(x)
        return keras.Model(inputs, x)

    return build_dae_decoder


@right(EXERCISE)
def already_compiled():
    def build_dae_decoder():
        model = reference()
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        return model

    return build_dae_decoder


@right(EXERCISE)
def already_called():
    def build_dae_decoder():
        model = keras.Sequential([dense(100)(), dense(784, "sigmoid")(), image()])
        model(np.zeros((2, 30), "float32"))
        model.summary()
        return model

    return build_dae_decoder


@right(EXERCISE)
def built_by_shape():
    def build_dae_decoder():
        model = keras.Sequential([dense(100)(), dense(784, "sigmoid")(), image()])
        model.build((None, 30))
        return model

    return build_dae_decoder


@right(EXERCISE)
def lambda_builder():
    return lambda: keras.Sequential([dense(100)(), dense(784, "sigmoid")(), image()])


@right(EXERCISE)
def partial_builder():
    def build(hidden, height, width):
        return keras.Sequential(
            [
                layers.Dense(hidden, activation="selu"),
                layers.Dense(height * width, activation="sigmoid"),
                layers.Reshape((height, width)),
            ]
        )

    return functools.partial(build, 100, width=28, height=28)


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __call__(self):
            return reference()

    return Builder()


@right(EXERCISE)
def defaulted_arguments():
    def build_dae_decoder(hidden=100, shape=(28, 28)):
        return keras.Sequential(
            [
                layers.Dense(hidden, activation="selu"),
                layers.Dense(int(np.prod(shape)), activation="sigmoid"),
                layers.Reshape(shape),
            ]
        )

    return build_dae_decoder


@right(EXERCISE)
def other_initial_weights():
    def build_dae_decoder():
        return keras.Sequential(
            [
                layers.Dense(100, "selu", kernel_initializer="he_normal", bias_initializer="ones"),
                layers.Dense(784, "sigmoid", kernel_initializer="orthogonal"),
                layers.Reshape((28, 28)),
            ]
        )

    return build_dae_decoder


@right(EXERCISE)
def seeds_everything():
    def build_dae_decoder():
        keras.utils.set_random_seed(42)
        return reference()

    return build_dae_decoder


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__(name="decoder")
            self.image = layers.Reshape((28, 28))
            self.pixels = layers.Dense(784, activation="sigmoid")
            self.hidden = layers.Dense(100, activation="selu")

        def call(self, codings):
            return self.image(self.pixels(self.hidden(codings)))

    return Decoder


@right(EXERCISE)
def layers_made_when_it_is_built():
    class Decoder(keras.Model):
        def build(self, input_shape):
            self.body = [
                layers.Dense(100, "selu", kernel_initializer="lecun_normal"),
                layers.Dense(784, "sigmoid", kernel_initializer="glorot_uniform"),
            ]
            super().build(input_shape)

        def call(self, x, training=None):
            for layer in self.body:
                x = layer(x)
            return tf.reshape(x, [tf.shape(x)[0], 28, 28])

    return Decoder


@right(EXERCISE)
def in_double_precision():
    def build_dae_decoder():
        codings = keras.Input((30,), dtype="float64")
        x = layers.Dense(100, "selu", dtype="float64")(codings)
        x = layers.Dense(784, "sigmoid", dtype="float64")(x)
        return keras.Model(codings, layers.Reshape((28, 28), dtype="float64")(x))

    return build_dae_decoder


@right(EXERCISE)
def layers_that_do_nothing_between():
    return with_layers(
        dense(100, None),
        lambda: layers.Activation("selu"),
        lambda: layers.Dropout(0),
        dense(784, None),
        lambda: layers.Activation(keras.activations.sigmoid),
        lambda: layers.Identity(),
        lambda: layers.Reshape(target_shape=[28, 28]),
    )


@right(EXERCISE)
def grown_layer_by_layer():
    def build_dae_decoder():
        decoder = keras.models.Sequential(name="stacked_decoder")
        decoder.add(keras.layers.InputLayer(shape=[30]))
        decoder.add(keras.layers.Dense(units=100, activation="selu"))
        decoder.add(keras.layers.Dense(units=28 * 28, activation="sigmoid"))
        decoder.add(keras.layers.Reshape([28, 28]))
        return decoder

    return build_dae_decoder


@right(EXERCISE)
def copy_of_a_model():
    return lambda: keras.models.clone_model(reference())


@right(EXERCISE)
def channel_taken_off_again():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784, activation="sigmoid")(layers.Dense(100, activation="selu")(codings))
        x = layers.Reshape((28, 28, 1))(x)
        return keras.Model(codings, keras.ops.squeeze(x, axis=-1))

    return build_dae_decoder


@disputed(EXERCISE, "the image turned over: a renaming of the output units")
def image_transposed():
    return with_layers(dense(100), dense(784, "sigmoid"), image, lambda: layers.Permute((2, 1)))


@disputed(EXERCISE, "28 rows of 28 units each from the same hidden layer: the same function")
def one_dense_per_row():
    def build_dae_decoder():
        codings = keras.Input((30,))
        hidden = layers.Dense(100, "selu")(codings)
        rows = [layers.Dense(28, "sigmoid")(hidden) for _ in range(28)]
        return keras.Model(codings, layers.Reshape((28, 28))(layers.Concatenate()(rows)))

    return build_dae_decoder


@wrong(EXERCISE, "softmax_output")
def softmax():
    return with_layers(dense(100), dense(784, "softmax"), image)


@wrong(EXERCISE, "softmax_output")
def softmax_layer():
    return with_layers(dense(100), dense(784, None), lambda: layers.Softmax(), image)


@wrong(EXERCISE)
def softmax_along_rows():
    return with_layers(dense(100), dense(784, None), image, lambda: layers.Softmax())


@wrong(EXERCISE, "relu_output")
def relu():
    return with_layers(dense(100), dense(784, "relu"), image)


@wrong(EXERCISE, "relu_output")
def relu_layer_after_reshape():
    return with_layers(dense(100), dense(784, None), image, lambda: layers.ReLU())


@wrong(EXERCISE, "linear_output")
def no_activation():
    return with_layers(dense(100), dense(784, None), image)


@wrong(EXERCISE, "linear_output")
def no_activation_subclassed():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(100, activation="selu")
            self.pixels = layers.Dense(784)

        def call(self, codings):
            return keras.ops.reshape(self.pixels(self.hidden(codings)), (-1, 28, 28))

    return lambda: Decoder()


@wrong(EXERCISE, "tanh_output")
def tanh():
    return with_layers(dense(100), dense(784, "tanh"), image)


@wrong(EXERCISE, "tanh_output")
def tanh_functional():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784)(layers.Dense(100, "selu")(codings))
        x = layers.Activation(keras.activations.tanh)(x)
        return keras.Model(codings, layers.Reshape((28, 28))(x))

    return build_dae_decoder


@wrong(EXERCISE, "wrong_activation")
def relu_hidden():
    return with_layers(dense(100, "relu"), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "wrong_activation")
def linear_hidden():
    return with_layers(dense(100, None), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "wrong_activation")
def elu_hidden_subclassed():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(100)
            self.pixels = layers.Dense(784)

        def call(self, codings):
            x = keras.ops.sigmoid(self.pixels(keras.ops.elu(self.hidden(codings))))
            return keras.ops.reshape(x, (-1, 28, 28))

    return lambda: Decoder()


@wrong(EXERCISE, "wrong_activation")
def selu_output():
    return with_layers(dense(100), dense(784), image)


@wrong(EXERCISE, "wrong_activation")
def hard_sigmoid_output():
    return with_layers(dense(100), dense(784, "hard_sigmoid"), image)


@wrong(EXERCISE)
def sigmoid_twice():
    return with_layers(
        dense(100), dense(784, "sigmoid"), image, lambda: layers.Activation("sigmoid")
    )


@wrong(EXERCISE)
def pixels_up_to_255():
    return with_layers(dense(100), dense(784, "sigmoid"), image, lambda: layers.Rescaling(255.0))


@wrong(EXERCISE, "channel_axis")
def with_a_channel():
    return with_layers(dense(100), dense(784, "sigmoid"), lambda: layers.Reshape((28, 28, 1)))


@wrong(EXERCISE, "channel_axis")
def with_a_channel_functional():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784, "sigmoid")(layers.Dense(100, "selu")(codings))
        x = layers.Reshape((28, 28))(x)
        return keras.Model(codings, keras.ops.expand_dims(x, -1))

    return build_dae_decoder


@wrong(EXERCISE, "not_reshaped")
def not_reshaped():
    return with_layers(dense(100), dense(784, "sigmoid"))


@wrong(EXERCISE, "not_reshaped")
def not_reshaped_subclassed():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(100, activation="selu")
            self.pixels = layers.Dense(784, activation="sigmoid")
            self.image = layers.Reshape((28, 28))

        def call(self, codings):
            return self.pixels(self.hidden(codings))

    return lambda: Decoder()


@wrong(EXERCISE, "wrong_sizes")
def other_hidden_size():
    return with_layers(dense(150), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "wrong_sizes")
def small_hidden_size_functional():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784, "sigmoid")(layers.Dense(30, "selu")(codings))
        return keras.Model(codings, layers.Reshape((28, 28))(x))

    return build_dae_decoder


@wrong(EXERCISE)
def image_of_another_size():
    return with_layers(dense(100), dense(1024, "sigmoid"), lambda: layers.Reshape((32, 32)))


@wrong(EXERCISE)
def image_of_another_form():
    return with_layers(dense(100), dense(784, "sigmoid"), lambda: layers.Reshape((14, 56)))


@wrong(EXERCISE, "missing_layer")
def no_hidden_layer():
    return with_layers(dense(784, "sigmoid"), image)


@wrong(EXERCISE, "missing_layer")
def hidden_layer_not_called():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.pixels = layers.Dense(784, activation="sigmoid")
            self.image = layers.Reshape((28, 28))

        def call(self, codings):
            return self.image(self.pixels(codings))

    return lambda: Decoder()


@wrong(EXERCISE, "extra_layer")
def one_dense_too_many():
    return with_layers(dense(30), dense(100), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "extra_layer")
def batch_normalization():
    return with_layers(
        dense(100), lambda: layers.BatchNormalization(), dense(784, "sigmoid"), image
    )


@wrong(EXERCISE, "extra_layer")
def dropout():
    return with_layers(dense(100), lambda: layers.Dropout(0.3), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "extra_layer")
def noise_in_the_decoder():
    return with_layers(lambda: layers.GaussianNoise(0.2), dense(100), dense(784, "sigmoid"), image)


@wrong(EXERCISE)
def dense_on_each_row():
    return with_layers(dense(784), image, dense(28, "sigmoid"))


@disputed(EXERCISE, "Dense without a bias: 'Dense 100' does not say")
def no_bias():
    return with_layers(
        lambda: layers.Dense(100, "selu", use_bias=False),
        lambda: layers.Dense(784, "sigmoid", use_bias=False),
        image,
    )


@wrong(EXERCISE)
def list_for_a_model():
    return lambda: [dense(100)(), dense(784, "sigmoid")(), image()]


@wrong(EXERCISE)
def output_tensor_for_a_model():
    def build_dae_decoder():
        x = layers.Dense(784, "sigmoid")(layers.Dense(100, "selu")(keras.Input((30,))))
        return layers.Reshape((28, 28))(x)

    return build_dae_decoder


@wrong(EXERCISE)
def forgets_to_return():
    def build_dae_decoder():
        reference().summary()

    return build_dae_decoder


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda: keras.Model


@wrong(EXERCISE)
def one_required_argument():
    return lambda codings_size: reference()


@wrong(EXERCISE)
def takes_ten_codings():
    return lambda: keras.Sequential(
        [keras.Input((10,)), dense(100)(), dense(784, "sigmoid")(), image()]
    )


@wrong(EXERCISE)
def reshape_that_does_not_fit():
    return with_layers(dense(100), dense(748, "sigmoid"), image)


@wrong(EXERCISE, says=("sigmiod",))
def unknown_activation():
    return with_layers(dense(100), dense(784, "sigmiod"), image)


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def build_dae_decoder():
        codings = keras.Input((30,))
        x = layers.Dense(784, "sigmoid")(layers.Dense(100, "selu")(codings))
        return keras.Model(codings, tf.reshape(x, (-1, 28, 28)))

    return build_dae_decoder


@wrong(EXERCISE)
def one_batch_size():
    return with_layers(
        dense(100),
        dense(784, "sigmoid"),
        lambda: layers.Lambda(lambda x: tf.reshape(x, (60000, 28, 28)), output_shape=(28, 28)),
    )


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def half_grey():
    class Decoder(keras.Model):
        def call(self, codings):
            return tf.fill((tf.shape(codings)[0], 28, 28), 0.5)

    return lambda: Decoder()


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    class Decoder(keras.Model):
        def call(self, codings):
            return tf.fill((tf.shape(codings)[0], 28, 28), float("nan"))

    return lambda: Decoder()
