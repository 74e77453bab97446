"""Answers to `build_discriminator()`.

Two convolutions of stride 2, each with a non-linearity; at least one dropout layer of any kind at
any place; Flatten; one dense unit with a sigmoid: images (batch, 28, 28, 1) in [−1, 1] to
probabilities (batch, 1). Filters and kernels are free; batch normalization is allowed.
"""

from __future__ import annotations

import functools

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "build_discriminator"
enter_novices(EXERCISE, arity=0)


def conv(filters=6, kernel=5, strides=2, padding="same", **options):
    return lambda: layers.Conv2D(filters, kernel, strides=strides, padding=padding, **options)


def leaky():
    return layers.LeakyReLU(0.2)


def drop(rate=0.4):
    return lambda: layers.Dropout(rate)


def norm():
    return layers.BatchNormalization()


def pool():
    return layers.MaxPooling2D(2)


def flat():
    return layers.Flatten()


def channels_first():
    return layers.Permute((3, 1, 2))


def dense(units=1, activation="sigmoid", **options):
    return lambda: layers.Dense(units, activation=activation, **options)


def with_layers(*makers, shape=(28, 28, 1)):
    """Return a builder of a sequential model whose layers are made anew for each call."""
    return lambda: keras.Sequential([keras.Input(shape), *(make() for make in makers)])


FIRST = (conv(6), leaky)
SECOND = (conv(8), leaky)
END = (flat, dense())
reference = with_layers(*FIRST, drop(), *SECOND, drop(), *END)


def subclassed(output="sigmoid", hidden="relu", dropout=0.4, strides=2, units=1):
    """Return a subclassed discriminator."""

    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.convolutions = [
                layers.Conv2D(filters, 3, strides, padding="same", activation=hidden)
                for filters in (4, 8)
            ]
            self.dropout = layers.Dropout(dropout)
            self.head = layers.Dense(units, activation=output)

        def call(self, images, training=False):
            x = images
            for convolution in self.convolutions:
                x = self.dropout(convolution(x), training=training)
            return self.head(ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3])))

    return Discriminator


@right(EXERCISE)
def as_the_book_does():
    def build_discriminator():
        return tf.keras.Sequential(
            [
                tf.keras.layers.Input(shape=(28, 28, 1)),
                tf.keras.layers.Conv2D(
                    64,
                    kernel_size=5,
                    strides=2,
                    padding="same",
                    activation=tf.keras.layers.LeakyReLU(0.2),
                ),
                tf.keras.layers.Dropout(0.4),
                tf.keras.layers.Conv2D(
                    128,
                    kernel_size=5,
                    strides=2,
                    padding="same",
                    activation=tf.keras.layers.LeakyReLU(0.2),
                ),
                tf.keras.layers.Dropout(0.4),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(1, activation="sigmoid"),
            ]
        )

    return build_discriminator


@right(EXERCISE)
def leaky_relu_as_layers():
    return reference


@right(EXERCISE)
def unbuilt_sequential():
    def build_discriminator():
        model = keras.models.Sequential()
        model.add(layers.Conv2D(8, (5, 5), strides=(2, 2), padding="SAME", activation="leaky_relu"))
        model.add(layers.Dropout(0.3))
        model.add(layers.Conv2D(8, (5, 5), strides=(2, 2), padding="SAME", activation="leaky_relu"))
        model.add(layers.Dropout(0.3))
        model.add(layers.Flatten())
        model.add(layers.Dense(1, activation="sigmoid"))
        return model

    return build_discriminator


@right(EXERCISE)
def input_shape_on_the_first_layer():
    def build_discriminator():
        return keras.Sequential(
            [
                layers.Conv2D(8, 3, 2, "same", activation="selu", input_shape=[28, 28, 1]),
                layers.Conv2D(8, 3, 2, "same", activation="selu"),
                layers.AlphaDropout(0.2),
                layers.Flatten(),
                layers.Dense(1, activation="sigmoid"),
            ]
        )

    return build_discriminator


@right(EXERCISE)
def functional_model():
    def build_discriminator():
        images = keras.Input(shape=(28, 28, 1), name="images")
        x = layers.Conv2D(10, 5, strides=2, padding="same")(images)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        x = layers.Dropout(0.4)(x)
        x = layers.Conv2D(10, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        x = layers.Dropout(0.4)(x)
        x = layers.Flatten()(x)
        return keras.Model(images, layers.Dense(1, activation="sigmoid")(x), name="discriminator")

    return build_discriminator


@right(EXERCISE)
def functional_with_operations_for_layers():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = ops.leaky_relu(layers.Conv2D(4, 4, strides=2)(images))
        x = ops.leaky_relu(layers.Conv2D(4, 4, strides=2)(x))
        x = layers.Dropout(0.25)(ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3])))
        return keras.Model(images, ops.sigmoid(layers.Dense(1)(x)))

    return build_discriminator


@right(EXERCISE)
def subclassed_model():
    discriminator = subclassed()
    return lambda: discriminator()


@right(EXERCISE)
def the_class_is_the_builder():
    return subclassed(hidden="elu")


@right(EXERCISE)
def subclassed_without_a_training_argument():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = [make() for make in (*FIRST, drop(), *SECOND, *END)]

        def call(self, images):
            x = images
            for layer in self.stack:
                x = layer(x)
            return x

    return Discriminator


@right(EXERCISE)
def tensorflow_inside_a_subclass():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(4, 5, strides=2, padding="same")
            self.second = layers.Conv2D(8, 5, strides=2, padding="same")
            self.logit = layers.Dense(1)

        def call(self, images, training=False):
            x = tf.nn.leaky_relu(self.first(images))
            x = tf.nn.leaky_relu(self.second(x))
            x = tf.reshape(x, (tf.shape(x)[0], 7 * 7 * 8))
            if training:
                x = tf.nn.dropout(x, 0.3)
            return tf.sigmoid(self.logit(x))

    return Discriminator


@right(EXERCISE)
def dropout_after_the_first_convolution_alone():
    return with_layers(*FIRST, drop(), *SECOND, *END)


@right(EXERCISE)
def dropout_after_the_second_convolution_alone():
    return with_layers(*FIRST, *SECOND, drop(0.2), *END)


@right(EXERCISE)
def dropout_after_flattening():
    return with_layers(*FIRST, *SECOND, flat, drop(0.5), dense())


@right(EXERCISE)
def dropout_of_pixels():
    return with_layers(drop(0.1), *FIRST, *SECOND, *END)


@right(EXERCISE)
def dropout_before_the_activation():
    return with_layers(conv(), drop(), leaky, conv(), drop(), leaky, *END)


@right(EXERCISE)
def spatial_dropout():
    return with_layers(*FIRST, lambda: layers.SpatialDropout2D(0.3), *SECOND, *END)


@right(EXERCISE)
def gaussian_dropout():
    return with_layers(*FIRST, *SECOND, lambda: layers.GaussianDropout(0.3), *END)


@right(EXERCISE)
def alpha_dropout():
    return with_layers(
        conv(activation="selu"), lambda: layers.AlphaDropout(0.1), conv(activation="selu"), *END
    )


@right(EXERCISE)
def flattened_channel_by_channel():
    return with_layers(*FIRST, drop(), *SECOND, drop(), channels_first, *END)


@right(EXERCISE)
def no_padding():
    return with_layers(
        conv(4, 3, padding="valid"), leaky, drop(), conv(6, 3, padding="valid"), leaky, *END
    )


@right(EXERCISE)
def padded_by_hand():
    return with_layers(
        lambda: layers.ZeroPadding2D(1), conv(4, 4, padding="valid"), leaky, drop(), *SECOND, *END
    )


@right(EXERCISE)
def relu_inside():
    return with_layers(conv(activation="relu"), drop(), conv(activation="relu"), drop(), *END)


@right(EXERCISE)
def two_kinds_of_non_linearity():
    return with_layers(
        conv(activation="swish"), drop(), conv(), lambda: layers.PReLU(), drop(), *END
    )


@right(EXERCISE)
def batch_normalization():
    return with_layers(conv(use_bias=False), norm, leaky, *SECOND, drop(), *END)


@right(EXERCISE)
def batch_normalization_twice():
    return with_layers(*FIRST, norm, drop(), conv(), norm, leaky, drop(), *END)


@right(EXERCISE)
def sigmoid_as_a_layer_of_its_own():
    return with_layers(
        *FIRST, drop(), *SECOND, flat, dense(1, None), lambda: layers.Activation("sigmoid")
    )


@right(EXERCISE)
def reshape_for_flatten():
    return with_layers(*FIRST, drop(), *SECOND, lambda: layers.Reshape((-1,)), dense())


@right(EXERCISE)
def large_and_small_kernels():
    return with_layers(conv(3, 7), leaky, drop(), conv(3, 2, padding="valid"), leaky, *END)


@right(EXERCISE)
def fewer_filters_in_the_second():
    return with_layers(conv(12), leaky, drop(), conv(2), leaky, *END)


@right(EXERCISE)
def weights_drawn_as_in_the_paper():
    def build_discriminator():
        init = keras.initializers.RandomNormal(stddev=0.02)
        first, second = conv(8, kernel_initializer=init), conv(8, kernel_initializer=init)
        return with_layers(first, leaky, second, leaky, drop(), flat, dense())()

    return build_discriminator


@right(EXERCISE)
def nested_models():
    def build_discriminator():
        trunk = keras.Sequential([make() for make in (*FIRST, drop(), *SECOND, drop())])
        return keras.Sequential([keras.Input((28, 28, 1)), trunk, flat(), dense()()])

    return build_discriminator


@right(EXERCISE)
def already_compiled():
    def build_discriminator():
        discriminator = reference()
        discriminator.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
        return discriminator

    return build_discriminator


@right(EXERCISE)
def seeded():
    def build_discriminator():
        keras.utils.set_random_seed(42)
        return reference()

    return build_discriminator


@right(EXERCISE)
def partial_function():
    def build(filters, rate):
        first, second = (conv(n) for n in filters)
        return with_layers(first, leaky, drop(rate), second, leaky, drop(rate), *END)()

    return functools.partial(build, (6, 12), rate=0.3)


@right(EXERCISE)
def defaulted_arguments():
    def build_discriminator(filters=8, rate=0.4, slope=0.2):
        def bend():
            return layers.LeakyReLU(slope)

        made = with_layers(conv(filters), bend, drop(rate), conv(2 * filters), bend, *END)
        return made()

    return build_discriminator


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __call__(self):
            return reference()

    return Builder()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__(name="discriminator")
            self.answer = layers.Dense(1, activation="sigmoid")
            self.flatten = layers.Flatten()
            self.dropout = layers.Dropout(0.3)
            self.second = layers.Conv2D(8, 5, 2, padding="same", activation="leaky_relu")
            self.first = layers.Conv2D(4, 5, 2, padding="same", activation="leaky_relu")

        def call(self, images, training=None):
            x = self.dropout(self.first(images), training=training)
            x = self.dropout(self.second(x), training=training)
            return self.answer(self.flatten(x))

    return Discriminator


@right(EXERCISE)
def slope_that_is_learned():
    def prelu():
        return layers.PReLU(shared_axes=[1, 2])

    return with_layers(conv(6), prelu, drop(), conv(8), prelu, drop(), *END)


@right(EXERCISE)
def slopes_of_every_place():
    return with_layers(conv(6), layers.PReLU, drop(), conv(8), layers.PReLU, *END)


@right(EXERCISE)
def dropout_of_tensorflow():
    class Drop(layers.Layer):
        def call(self, x, training=None):
            return tf.nn.dropout(x, rate=0.4) if training else x

    return with_layers(*FIRST, Drop, *SECOND, Drop, *END)


@right(EXERCISE)
def dropout_of_keras_random():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras.random.SeedGenerator()
            self.first = layers.Conv2D(4, 4, 2, padding="same", activation="elu")
            self.second = layers.Conv2D(6, 4, 2, padding="same", activation="elu")
            self.head = keras.Sequential([layers.Flatten(), layers.Dense(1, "sigmoid")])

        def call(self, images, training=False):
            x = self.second(self.first(images))
            if training:
                x = keras.random.dropout(x, 0.5, seed=self.generator)
            return self.head(x)

    return Discriminator


@right(EXERCISE)
def in_double_precision():
    def build_discriminator():
        options = {"padding": "same", "activation": "relu", "dtype": "float64"}
        x = images = keras.Input((28, 28, 1), dtype="float64")
        x = layers.Conv2D(4, 5, 2, **options)(x)
        x = layers.Dropout(0.4, dtype="float64")(x)
        x = layers.Conv2D(6, 5, 2, **options)(x)
        x = layers.Flatten(dtype="float64")(x)
        return keras.Model(images, layers.Dense(1, "sigmoid", dtype="float64")(x))

    return build_discriminator


@right(EXERCISE)
def without_biases():
    return with_layers(
        conv(6, use_bias=False), leaky, drop(), conv(8, use_bias=False), leaky, drop(), *END
    )


@right(EXERCISE)
def grown_layer_by_layer():
    def build_discriminator():
        model = keras.models.Sequential(name="discriminator")
        model.add(keras.layers.InputLayer(shape=[28, 28, 1]))
        for filters in (64, 128):
            model.add(keras.layers.Conv2D(filters, (5, 5), strides=(2, 2), padding="same"))
            model.add(keras.layers.LeakyReLU(negative_slope=0.2))
            model.add(keras.layers.Dropout(rate=0.3))
        model.add(keras.layers.Flatten())
        model.add(keras.layers.Dense(1))
        model.add(keras.layers.Activation("sigmoid"))
        return model

    return build_discriminator


@right(EXERCISE)
def layers_that_do_nothing_between():
    return with_layers(
        lambda: layers.Identity(), *FIRST, drop(0.25), *SECOND, lambda: layers.Dropout(0.0), *END
    )


@right(EXERCISE)
def dropout_of_the_logit():
    return with_layers(
        *FIRST, *SECOND, flat, dense(1, None), drop(0.2), lambda: layers.Activation("sigmoid")
    )


@disputed(EXERCISE, "a convolution of 7 × 7 pixels is the dense unit: the same numbers")
def convolution_for_the_dense_unit():
    return with_layers(*FIRST, drop(), *SECOND, conv(1, 7, 1, "valid", activation="sigmoid"), flat)


@disputed(EXERCISE, "a hard sigmoid ends in [0, 1] too")
def hard_sigmoid_output():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(1, "hard_sigmoid"))


@disputed(EXERCISE, "two units with softmax, of which the second is returned: the same model")
def second_of_two_classes():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = images
        for make in (*FIRST, drop(), *SECOND, flat, dense(2, "softmax")):
            x = make()(x)
        return keras.Model(images, x[:, 1:])

    return build_discriminator


@disputed(EXERCISE, "noise that is added is no dropout, but there is a dropout as well")
def noise_on_the_pixels():
    return with_layers(lambda: layers.GaussianNoise(0.1), *FIRST, drop(), *SECOND, *END)


@disputed(EXERCISE, "separable convolutions")
def separable_convolutions():
    def separable():
        return layers.SeparableConv2D(6, 5, strides=2, padding="same", activation="relu")

    return with_layers(separable, drop(), separable, *END)


@disputed(EXERCISE, "batch normalization of the pixels, and of the flattened features")
def batch_normalization_everywhere():
    return with_layers(norm, *FIRST, norm, drop(), *SECOND, norm, flat, norm, dense())


@wrong(EXERCISE, "linear_output")
def linear_output():
    return with_layers(*FIRST, drop(), *SECOND, drop(), flat, dense(1, None))


@wrong(EXERCISE, "linear_output")
def linear_output_subclassed():
    return subclassed(output=None)


@wrong(EXERCISE, "linear_output")
def linear_output_functional():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")(images)
        x = layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")(x)
        return keras.Model(images, layers.Dense(1)(layers.Flatten()(layers.Dropout(0.4)(x))))

    return build_discriminator


@wrong(EXERCISE, "tanh_output")
def tanh_output():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(1, "tanh"))


@wrong(EXERCISE)
def relu_output():
    return subclassed(output="relu")


@wrong(EXERCISE)
def softmax_of_one_unit():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(1, "softmax"))


@wrong(EXERCISE)
def softmax_of_one_unit_subclassed():
    return subclassed(output="softmax")


@wrong(EXERCISE)
def softmax_of_two_units():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(2, "softmax"))


@wrong(EXERCISE)
def two_sigmoid_units():
    return subclassed(units=2)


@wrong(EXERCISE)
def ten_classes():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(10, "softmax"))


@wrong(EXERCISE, "wrong_activation")
def sigmoid_twice():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(), lambda: layers.Activation("sigmoid"))


@wrong(EXERCISE, "missing_dropout")
def no_dropout():
    return with_layers(*FIRST, *SECOND, *END)


@wrong(EXERCISE, "missing_dropout")
def no_dropout_functional():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = layers.Conv2D(8, 5, strides=2, padding="same", activation="leaky_relu")(images)
        x = layers.Conv2D(8, 5, strides=2, padding="same", activation="leaky_relu")(x)
        return keras.Model(images, layers.Dense(1, "sigmoid")(layers.Flatten()(x)))

    return build_discriminator


@wrong(EXERCISE, "missing_dropout")
def dropout_of_nothing():
    return subclassed(dropout=0.0)


@wrong(EXERCISE)
def batch_normalization_for_dropout():
    return with_layers(*FIRST, norm, *SECOND, norm, *END)


@wrong(EXERCISE, "noise_for_dropout")
def noise_for_dropout():
    return with_layers(lambda: layers.GaussianNoise(0.2), *FIRST, *SECOND, *END)


@wrong(EXERCISE, "noise_always_on")
def dropout_always_on():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.before = keras.Sequential([make() for make in FIRST])
            self.dropout = layers.Dropout(0.4)
            self.after = keras.Sequential([make() for make in (*SECOND, *END)])

        def call(self, images):
            return self.after(self.dropout(self.before(images), training=True))

    return Discriminator


@wrong(EXERCISE, "wrong_stride")
def strides_forgotten():
    return with_layers(conv(4, 5, 1), leaky, drop(), conv(4, 5, 1), leaky, drop(), *END)


@wrong(EXERCISE, "wrong_stride")
def strides_forgotten_subclassed():
    return subclassed(strides=1)


@wrong(EXERCISE, "wrong_stride")
def stride_of_the_second_forgotten():
    return with_layers(*FIRST, drop(), conv(4, 5, 1), leaky, drop(), *END)


@wrong(EXERCISE, "wrong_stride")
def stride_of_the_second_forgotten_channel_by_channel():
    return with_layers(*FIRST, drop(), conv(4, 5, 1), leaky, channels_first, *END)


@disputed(EXERCISE, "strided, if not by 2")
def strides_of_three():
    return subclassed(strides=3)


@wrong(EXERCISE, "pooling_for_strides")
def pooling_for_strides():
    return with_layers(conv(4, 5, 1), leaky, pool, drop(), conv(4, 5, 1), leaky, pool, *END)


@wrong(EXERCISE)
def average_pooling_for_strides():
    mean = layers.AveragePooling2D
    return with_layers(
        *(conv(4, 3, 1), leaky, lambda: mean(), conv(4, 3, 1), leaky, lambda: mean(2)), drop(), *END
    )


@wrong(EXERCISE)
def pooling_and_strides():
    return with_layers(*FIRST, pool, drop(), *SECOND, pool, drop(), *END)


@wrong(EXERCISE, "wrong_layers")
def three_convolutions():
    return with_layers(*FIRST, drop(), *SECOND, drop(), conv(8), leaky, drop(), *END)


@wrong(EXERCISE)
def three_convolutions_the_last_without_stride():
    return with_layers(*FIRST, *SECOND, conv(8, 3, 1), leaky, drop(), *END)


@wrong(EXERCISE, "wrong_layers")
def one_convolution():
    return with_layers(*FIRST, drop(), *END)


@wrong(EXERCISE)
def one_convolution_of_stride_four():
    return with_layers(conv(8, 5, 4), leaky, drop(), *END)


@wrong(EXERCISE)
def no_convolution():
    return with_layers(flat, dense(100, "relu"), drop(), dense(150, "relu"), drop(), dense())


@wrong(EXERCISE)
def transposed_convolutions():
    def up():
        return layers.Conv2DTranspose(2, 3, strides=2, padding="same", activation="relu")

    return with_layers(up, drop(), up, *END)


@wrong(EXERCISE)
def convolutions_of_one_dimension():
    def line():
        return layers.Conv1D(4, 5, strides=2, padding="same", activation="relu")

    return with_layers(lambda: layers.Reshape((28, 28)), line, drop(), line, *END)


@wrong(EXERCISE, "no_nonlinearity")
def linear_convolutions():
    return with_layers(conv(), drop(), conv(), drop(), *END)


@wrong(EXERCISE, "no_nonlinearity")
def linear_convolutions_subclassed():
    return subclassed(hidden=None)


@disputed(EXERCISE, "one non-linearity is enough to be told from none")
def second_convolution_linear():
    return with_layers(*FIRST, drop(), conv(), drop(), *END)


@wrong(EXERCISE)
def hidden_dense_layer():
    return with_layers(*FIRST, drop(), *SECOND, drop(), flat, dense(32, "relu"), dense())


@wrong(EXERCISE)
def flatten_forgotten():
    return with_layers(*FIRST, drop(), *SECOND, dense())


@wrong(EXERCISE, "not_flattened")
def averaged_for_flattened():
    return with_layers(*FIRST, drop(), *SECOND, lambda: layers.GlobalAveragePooling2D(), dense())


@wrong(EXERCISE, "not_flattened")
def maxima_for_flattened():
    return with_layers(*FIRST, drop(), *SECOND, lambda: layers.GlobalMaxPooling2D(), dense())


@wrong(EXERCISE)
def no_last_axis():
    return with_layers(*FIRST, drop(), *SECOND, *END, lambda: layers.Reshape(()))


@wrong(EXERCISE)
def one_probability_for_the_batch():
    class Discriminator(subclassed()):
        def call(self, images, training=False):
            return ops.mean(super().call(images, training=training), axis=0, keepdims=True)

    return Discriminator


@wrong(EXERCISE)
def probability_of_a_fake_by_the_rounding_of_it():
    class Discriminator(subclassed()):
        def call(self, images, training=False):
            return ops.round(super().call(images, training=training))

    return Discriminator


@wrong(EXERCISE)
def images_without_a_channel():
    return with_layers(*FIRST, drop(), *SECOND, *END, shape=(28, 28))


@wrong(EXERCISE)
def images_of_three_channels():
    return with_layers(*FIRST, drop(), *SECOND, *END, shape=(28, 28, 3))


@wrong(EXERCISE)
def images_of_thirty_two_pixels():
    return with_layers(*FIRST, drop(), *SECOND, *END, shape=(32, 32, 1))


@wrong(EXERCISE)
def flat_images():
    return with_layers(
        lambda: layers.Reshape((28, 28, 1)), *FIRST, drop(), *SECOND, *END, shape=(784,)
    )


@wrong(EXERCISE)
def one_batch_size_only():
    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.trunk = keras.Sequential([make() for make in (*FIRST, drop(), *SECOND)])
            self.head = layers.Dense(1, activation="sigmoid")

        def call(self, images, training=False):
            return self.head(ops.reshape(self.trunk(images, training=training), (32, 7 * 7 * 8)))

    return Discriminator


@wrong(EXERCISE)
def first_image_alone():
    class Discriminator(subclassed()):
        def call(self, images, training=False):
            return super().call(images[:1], training=training)

    return Discriminator


@disputed(EXERCISE, "the model comes frozen: nothing says that it must be ready to train")
def frozen_weights():
    def build_discriminator():
        discriminator = reference()
        discriminator.trainable = False
        return discriminator

    return build_discriminator


@wrong(EXERCISE)
def takes_a_required_argument():
    return lambda filters: with_layers(conv(filters), leaky, drop(), *SECOND, *END)()


@wrong(EXERCISE)
def conditional_on_a_label():
    def build_discriminator():
        images, label = keras.Input((28, 28, 1)), keras.Input((1,))
        x = images
        for make in (*FIRST, drop(), *SECOND, flat):
            x = make()(x)
        return keras.Model([images, label], dense()()(layers.Concatenate()([x, label])))

    return build_discriminator


@wrong(EXERCISE)
def probability_and_class():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = images
        for make in (*FIRST, drop(), *SECOND, flat):
            x = make()(x)
        return keras.Model(images, [dense()()(x), dense(10, "softmax")()(x)])

    return build_discriminator


@wrong(EXERCISE, says=("sigmiod",))
def unknown_activation():
    return with_layers(*FIRST, drop(), *SECOND, flat, dense(1, "sigmiod"))


@wrong(EXERCISE, says=("Dropuot",))
def unknown_layer():
    return with_layers(*FIRST, lambda: keras.layers.Dropuot(0.4), *SECOND, *END)


@wrong(EXERCISE)
def kernel_larger_than_its_image():
    return with_layers(
        conv(4, 15, padding="valid"), leaky, drop(), conv(4, 15, padding="valid"), leaky, *END
    )


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def build_discriminator():
        images = keras.Input((28, 28, 1))
        x = tf.nn.leaky_relu(layers.Conv2D(4, 5, 2, "same")(images))
        x = tf.nn.leaky_relu(layers.Conv2D(4, 5, 2, "same")(layers.Dropout(0.4)(x)))
        return keras.Model(images, layers.Dense(1, "sigmoid")(layers.Flatten()(x)))

    return build_discriminator


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def always_a_half():
    class Discriminator(keras.Model):
        def call(self, images):
            return tf.fill((tf.shape(images)[0], 1), 0.5)

    return Discriminator


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    class Discriminator(keras.Model):
        def call(self, images):
            return tf.fill((tf.shape(images)[0], 1), float("nan"))

    return Discriminator


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def random_probabilities():
    class Discriminator(keras.Model):
        def call(self, images):
            return tf.random.uniform((tf.shape(images)[0], 1))

    return Discriminator


@wrong(EXERCISE)
def list_for_a_model():
    return lambda: [make() for make in (*FIRST, drop(), *SECOND, *END)]


@wrong(EXERCISE)
def output_tensor_for_a_model():
    def build_discriminator():
        x = keras.Input((28, 28, 1))
        for make in (*FIRST, drop(), *SECOND, *END):
            x = make()(x)
        return x

    return build_discriminator


@wrong(EXERCISE)
def forgets_to_return():
    def build_discriminator():
        reference().summary()

    return build_discriminator


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda: subclassed()
