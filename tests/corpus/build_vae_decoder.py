"""Answers to `build_vae_decoder(codings_size=10)`.

Dense 100 → Dense 150 (any non-linearity) → Dense 784 sigmoid → Reshape (28, 28), no channel. It
takes codings (n, codings_size).
"""

from __future__ import annotations

import functools

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "build_vae_decoder"
enter_novices(EXERCISE, arity=0)


def dense(units, activation="relu"):
    return lambda: layers.Dense(units, activation=activation)


def image():
    return layers.Reshape((28, 28))


def with_layers(*makers):
    """Return a builder of a sequential model whose layers are made anew for each call."""
    return lambda codings_size=10: keras.Sequential(
        [keras.Input((codings_size,)), *(make() for make in makers)]
    )


def subclassed(hidden="relu", output="sigmoid", shape=(-1, 28, 28), sizes=(100, 150)):
    """Return a subclassed decoder."""

    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.hidden = [layers.Dense(units, activation=hidden) for units in sizes]
            self.pixels = layers.Dense(784, activation=output)

        def call(self, codings, training=False):
            x = codings
            for layer in self.hidden:
                x = layer(x)
            return ops.reshape(self.pixels(x), shape)

    return Decoder


HIDDEN = (dense(100), dense(150))
reference = with_layers(*HIDDEN, dense(784, "sigmoid"), image)


@right(EXERCISE)
def as_the_book_does():
    def build_vae_decoder(codings_size=10):
        decoder_inputs = tf.keras.layers.Input(shape=[codings_size])
        x = tf.keras.layers.Dense(100, activation="relu")(decoder_inputs)
        x = tf.keras.layers.Dense(150, activation="relu")(x)
        x = tf.keras.layers.Dense(28 * 28, activation="sigmoid")(x)
        outputs = tf.keras.layers.Reshape([28, 28])(x)
        return tf.keras.Model(inputs=[decoder_inputs], outputs=[outputs])

    return build_vae_decoder


@right(EXERCISE)
def sequential_with_input():
    def build_vae_decoder(codings_size=10):
        return keras.Sequential(
            [
                keras.Input(shape=(codings_size,)),
                keras.layers.Dense(100, activation="selu"),
                keras.layers.Dense(150, activation="selu"),
                keras.layers.Dense(784, activation="sigmoid"),
                keras.layers.Reshape((28, 28)),
            ],
            name="decoder",
        )

    return build_vae_decoder


@right(EXERCISE)
def sequential_unbuilt():
    def build_vae_decoder(codings_size=10):
        model = keras.models.Sequential()
        model.add(layers.Dense(100, activation="tanh"))
        model.add(layers.Dense(150, activation="tanh"))
        model.add(layers.Dense(784, activation="sigmoid"))
        model.add(layers.Reshape([28, 28]))
        return model

    return build_vae_decoder


@right(EXERCISE)
def input_shape_on_the_first_layer():
    def build_vae_decoder(codings_size=10):
        return keras.Sequential(
            [
                layers.Dense(100, activation="elu", input_shape=[codings_size]),
                layers.Dense(150, activation="elu"),
                layers.Dense(784, activation="sigmoid"),
                layers.Reshape((28, 28)),
            ]
        )

    return build_vae_decoder


@right(EXERCISE)
def subclassed_model():
    decoder = subclassed()
    return lambda codings_size=10: decoder()


@right(EXERCISE)
def the_class_is_the_builder():
    return subclassed(hidden="gelu")


@right(EXERCISE)
def logits_then_sigmoid():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.first = layers.Dense(100, kernel_initializer="he_normal")
            self.second = layers.Dense(150, kernel_initializer="he_normal")
            self.logits = layers.Dense(784)

        def call(self, codings):
            x = tf.nn.leaky_relu(self.first(codings))
            x = tf.nn.leaky_relu(self.second(x))
            return tf.reshape(tf.sigmoid(self.logits(x)), (-1, 28, 28))

    return Decoder


@right(EXERCISE)
def sigmoid_by_its_formula():
    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = keras.Sequential([dense(100, "selu")(), dense(150, "selu")()])
            self.logits = layers.Dense(784)

        def call(self, codings):
            return ops.reshape(1 / (1 + ops.exp(-self.logits(self.stack(codings)))), (-1, 28, 28))

    return lambda codings_size=10: Decoder()


@right(EXERCISE)
def own_weights():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            sizes = [(codings_size, 100), (100, 150), (150, 784)]
            self.kernels = [self.add_weight(shape=s, initializer="he_normal") for s in sizes]
            self.biases = [self.add_weight(shape=s[1:], initializer="zeros") for s in sizes]

        def call(self, codings):
            x = ops.relu(codings @ self.kernels[0] + self.biases[0])
            x = ops.relu(x @ self.kernels[1] + self.biases[1])
            x = ops.sigmoid(x @ self.kernels[2] + self.biases[2])
            return ops.reshape(x, (-1, 28, 28))

    return Decoder


@right(EXERCISE)
def dense_then_activation():
    return with_layers(
        dense(100, None),
        lambda: layers.LeakyReLU(),
        dense(150, None),
        lambda: layers.ELU(),
        dense(784, None),
        image,
        lambda: layers.Activation("sigmoid"),
    )


@right(EXERCISE)
def two_kinds_of_activation():
    return with_layers(dense(100, "sigmoid"), dense(150, "swish"), dense(784, "sigmoid"), image)


@right(EXERCISE)
def nested_models():
    def build_vae_decoder(codings_size=10):
        trunk = keras.Sequential([keras.Input((codings_size,)), *(make() for make in HIDDEN)])
        return keras.Sequential([trunk, dense(784, "sigmoid")(), image()])

    return build_vae_decoder


@right(EXERCISE)
def reshape_by_lambda():
    return with_layers(
        *HIDDEN, dense(784, "sigmoid"), lambda: layers.Lambda(lambda x: tf.reshape(x, (-1, 28, 28)))
    )


@right(EXERCISE)
def already_compiled():
    def build_vae_decoder(codings_size=10):
        decoder = reference(codings_size)
        decoder.compile(optimizer="nadam", loss="binary_crossentropy")
        return decoder

    return build_vae_decoder


@right(EXERCISE)
def partial_function():
    def build(sizes, activation, codings_size=10):
        hidden = [dense(units, activation) for units in sizes]
        return with_layers(*hidden, dense(784, keras.activations.sigmoid), image)(codings_size)

    return functools.partial(build, [100, 150], "silu")


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __call__(self, codings_size=10):
            keras.utils.set_random_seed(42)
            return reference(codings_size)

    return Builder()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__(name="decoder")
            self.image = layers.Reshape((28, 28))
            self.pixels = layers.Dense(784, activation="sigmoid")
            self.second = layers.Dense(150, activation="selu")
            self.first = layers.Dense(100, activation="selu")

        def call(self, codings):
            return self.image(self.pixels(self.second(self.first(codings))))

    return Decoder


@right(EXERCISE)
def slope_that_is_learned():
    def prelu():
        return layers.PReLU()

    return with_layers(
        dense(100, None), prelu, dense(150, None), prelu, dense(784, "sigmoid"), image
    )


@right(EXERCISE)
def uncommon_activations():
    return with_layers(dense(100, "mish"), dense(150, ops.sin), dense(784, "sigmoid"), image)


@right(EXERCISE)
def softmax_and_square_inside():
    def square():
        return layers.Lambda(ops.square)

    return with_layers(
        dense(100, "softplus"), dense(150, None), square, dense(784, "sigmoid"), image
    )


@right(EXERCISE)
def in_double_precision():
    def build_vae_decoder(codings_size=10):
        x = codings = keras.Input((codings_size,), dtype="float64")
        for units in (100, 150):
            x = layers.Dense(units, "relu", dtype="float64")(x)
        x = layers.Dense(784, "sigmoid", dtype="float64")(x)
        return keras.Model(codings, layers.Reshape((28, 28), dtype="float64")(x))

    return build_vae_decoder


@right(EXERCISE)
def layers_that_do_nothing_between():
    return with_layers(
        *HIDDEN,
        lambda: layers.Dropout(0.0),
        dense(784, None),
        lambda: layers.Identity(),
        lambda: layers.Activation("sigmoid"),
        lambda: layers.Reshape(target_shape=[28, -1]),
    )


@right(EXERCISE)
def layers_made_when_it_is_built():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.codings_size = codings_size

        def build(self, input_shape):
            self.body = keras.Sequential(
                [layers.Dense(100, "elu"), layers.Dense(150, "elu"), layers.Dense(784, "sigmoid")]
            )
            super().build(input_shape)

        def call(self, codings, training=None):
            return tf.reshape(self.body(codings, training=training), (-1, 28, 28))

    return Decoder


@right(EXERCISE)
def grown_layer_by_layer():
    def build_vae_decoder(codings_size=10):
        decoder = keras.models.Sequential(name="decoder")
        decoder.add(keras.layers.InputLayer(shape=[codings_size]))
        for units in (100, 150):
            decoder.add(keras.layers.Dense(units))
            decoder.add(keras.layers.LeakyReLU(negative_slope=0.3))
        decoder.add(keras.layers.Dense(28 * 28))
        decoder.add(keras.layers.Activation("sigmoid"))
        decoder.add(keras.layers.Reshape((28, 28)))
        return decoder

    return build_vae_decoder


@disputed(EXERCISE, "Dense without a bias: 'Dense 100' does not say")
def no_bias():
    return with_layers(
        lambda: layers.Dense(100, "relu", use_bias=False),
        lambda: layers.Dense(150, "relu", use_bias=False),
        lambda: layers.Dense(784, "sigmoid", use_bias=False),
        image,
    )


@disputed(EXERCISE, "a hard sigmoid ends in [0, 1] too")
def hard_sigmoid_output():
    return with_layers(*HIDDEN, dense(784, "hard_sigmoid"), image)


@disputed(EXERCISE, "28 layers of 28 pixels, stacked: the same numbers as Dense 784 and Reshape")
def last_layer_in_rows():
    def build_vae_decoder(codings_size=10):
        codings = keras.Input((codings_size,))
        x = layers.Dense(150, "relu")(layers.Dense(100, "relu")(codings))
        rows = [layers.Dense(28, "sigmoid")(x) for _ in range(28)]
        return keras.Model(codings, ops.stack(rows, axis=1))

    return build_vae_decoder


@wrong(EXERCISE, "linear_output")
def linear_output():
    return with_layers(*HIDDEN, dense(784, None), image)


@wrong(EXERCISE, "linear_output")
def linear_output_subclassed():
    return subclassed(output=None)


@wrong(EXERCISE, "softmax_output")
def softmax_output():
    return with_layers(*HIDDEN, dense(784, "softmax"), image)


@wrong(EXERCISE, "softmax_output")
def softmax_output_subclassed():
    return subclassed(output="softmax", hidden="tanh")


@wrong(EXERCISE, "tanh_output")
def tanh_output():
    return with_layers(*HIDDEN, dense(784, "tanh"), image)


@wrong(EXERCISE, "tanh_output")
def tanh_output_subclassed():
    return subclassed(output="tanh", hidden="selu")


@wrong(EXERCISE, "relu_output")
def relu_output():
    return with_layers(*HIDDEN, dense(784, "relu"), image)


@wrong(EXERCISE, "relu_output")
def relu_output_functional():
    def build_vae_decoder(codings_size=10):
        codings = keras.Input((codings_size,))
        x = layers.Dense(784)(layers.Dense(150, "gelu")(layers.Dense(100, "gelu")(codings)))
        return keras.Model(codings, layers.Reshape((28, 28))(layers.ReLU()(x)))

    return build_vae_decoder


@wrong(EXERCISE)
def selu_output():
    return subclassed(output="selu", hidden="selu")


@wrong(EXERCISE)
def softmax_over_each_row():
    return with_layers(*HIDDEN, dense(784, None), image, lambda: layers.Softmax(axis=-1))


@wrong(EXERCISE)
def sigmoid_twice():
    return with_layers(*HIDDEN, dense(784, "sigmoid"), image, lambda: layers.Activation("sigmoid"))


@wrong(EXERCISE)
def pixels_up_to_255():
    return with_layers(*HIDDEN, dense(784, "sigmoid"), image, lambda: layers.Rescaling(255.0))


@wrong(EXERCISE)
def pixels_from_minus_1_to_1():
    return with_layers(*HIDDEN, dense(784, "sigmoid"), image, lambda: layers.Rescaling(2.0, -1.0))


@wrong(EXERCISE, "channel_axis")
def with_a_channel():
    return with_layers(*HIDDEN, dense(784, "sigmoid"), lambda: layers.Reshape((28, 28, 1)))


@wrong(EXERCISE, "channel_axis")
def with_a_channel_subclassed():
    return subclassed(shape=(-1, 28, 28, 1))


@wrong(EXERCISE, "not_reshaped")
def not_reshaped():
    return with_layers(*HIDDEN, dense(784, "sigmoid"))


@wrong(EXERCISE, "not_reshaped")
def not_reshaped_subclassed():
    return subclassed(shape=(-1, 784))


@wrong(EXERCISE, "wrong_sizes")
def sizes_of_the_encoder():
    return with_layers(dense(150), dense(100), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "wrong_sizes")
def wide_hidden_layers_subclassed():
    return subclassed(sizes=(256, 512))


@wrong(EXERCISE)
def image_of_another_size():
    return with_layers(*HIDDEN, dense(1024, "sigmoid"), lambda: layers.Reshape((32, 32)))


@wrong(EXERCISE)
def image_of_another_form():
    return subclassed(shape=(-1, 14, 56))


@wrong(EXERCISE)
def two_axes_too_many():
    return with_layers(*HIDDEN, dense(784, "sigmoid"), lambda: layers.Reshape((28, 28, 1, 1)))


@wrong(EXERCISE, "missing_layer")
def one_hidden_layer():
    return with_layers(dense(150), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "missing_layer")
def first_hidden_layer_alone():
    return subclassed(sizes=(100,))


@wrong(EXERCISE, "missing_layer")
def no_hidden_layer():
    return with_layers(dense(784, "sigmoid"), image)


@wrong(EXERCISE, "extra_layer")
def third_hidden_layer():
    return subclassed(sizes=(100, 150, 300))


@wrong(EXERCISE, "extra_layer")
def batch_normalization():
    return with_layers(*HIDDEN, lambda: layers.BatchNormalization(), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "extra_layer")
def dropout():
    return with_layers(*HIDDEN, lambda: layers.Dropout(0.3), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "extra_layer")
def noise_in_the_decoder():
    return with_layers(lambda: layers.GaussianNoise(0.2), *HIDDEN, dense(784, "sigmoid"), image)


@wrong(EXERCISE, "linear_hidden_layers")
def linear_hidden_layers():
    return with_layers(dense(100, None), dense(150, None), dense(784, "sigmoid"), image)


@wrong(EXERCISE, "linear_hidden_layers")
def linear_hidden_layers_subclassed():
    return subclassed(hidden=None)


@wrong(EXERCISE, "linear_hidden_layers")
def second_hidden_layer_linear():
    return with_layers(dense(100), dense(150, None), dense(784, "sigmoid"), image)


@wrong(EXERCISE)
def always_ten_codings():
    return lambda codings_size=10: reference(10)


@wrong(EXERCISE)
def always_thirty_codings():
    return lambda codings_size=30: reference(30)


@wrong(EXERCISE)
def codings_size_taken_for_the_batch():
    return lambda codings_size=10: keras.Sequential(
        [keras.Input((10,), batch_size=codings_size), *(make() for make in HIDDEN), image()]
    )


@wrong(EXERCISE)
def takes_no_codings_size():
    return lambda: reference(10)


@wrong(EXERCISE)
def dense_on_each_row():
    return with_layers(*HIDDEN, dense(784), image, dense(28, "sigmoid"))


@wrong(EXERCISE)
def codings_sampled_again():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()
            self.decoder = reference(codings_size)

        def call(self, codings):
            return self.decoder(codings + tf.random.normal(tf.shape(codings)))

    return Decoder


@wrong(EXERCISE)
def transposed_convolutions():
    return with_layers(
        *HIDDEN,
        dense(7 * 7 * 8),
        lambda: layers.Reshape((7, 7, 8)),
        lambda: layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu"),
        lambda: layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        image,
    )


@wrong(EXERCISE)
def reshape_that_does_not_fit():
    return with_layers(*HIDDEN, dense(748, "sigmoid"), image)


@wrong(EXERCISE, says=("sigmiod",))
def unknown_activation():
    return with_layers(*HIDDEN, dense(784, "sigmiod"), image)


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def build_vae_decoder(codings_size=10):
        codings = keras.Input((codings_size,))
        x = layers.Dense(150, "relu")(layers.Dense(100, "relu")(codings))
        return keras.Model(codings, tf.reshape(layers.Dense(784, "sigmoid")(x), (-1, 28, 28)))

    return build_vae_decoder


@wrong(EXERCISE)
def one_batch_size_only():
    return subclassed(shape=(32, 28, 28))


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def half_grey():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()

        def call(self, codings):
            return tf.fill((tf.shape(codings)[0], 28, 28), 0.5)

    return Decoder


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    class Decoder(keras.Model):
        def __init__(self, codings_size=10):
            super().__init__()

        def call(self, codings):
            return tf.fill((tf.shape(codings)[0], 28, 28), float("nan"))

    return Decoder


@wrong(EXERCISE)
def list_for_a_model():
    return lambda codings_size=10: [*(make() for make in HIDDEN), image()]


@wrong(EXERCISE)
def output_tensor_for_a_model():
    def build_vae_decoder(codings_size=10):
        x = layers.Dense(150, "relu")(layers.Dense(100, "relu")(keras.Input((codings_size,))))
        return layers.Reshape((28, 28))(layers.Dense(784, "sigmoid")(x))

    return build_vae_decoder


@wrong(EXERCISE)
def forgets_to_return():
    def build_vae_decoder(codings_size=10):
        reference(codings_size).summary()

    return build_vae_decoder


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda codings_size=10: subclassed()
