"""Answers to `build_generator(codings_size=100)`.

Dense 7·7·128 → Reshape (7, 7, 128), batch normalization optional → Conv2DTranspose of stride 2 →
BatchNormalization → Conv2DTranspose of stride 2 with one filter and tanh: images (batch, 28, 28, 1)
in [−1, 1]. Filters, kernels and the non-linearities inside are free; more batch normalization is
right, dropout is not.
"""

from __future__ import annotations

import functools

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, layers, ops, tf
from .novices import enter_novices

EXERCISE = "build_generator"
enter_novices(EXERCISE, arity=1)


def dense(units=7 * 7 * 128, **options):
    return lambda: layers.Dense(units, **options)


def grid(shape=(7, 7, 128)):
    return lambda: layers.Reshape(shape)


def channels_last():
    return layers.Permute((2, 3, 1))


def norm():
    return layers.BatchNormalization()


def relu():
    return layers.ReLU()


def up(filters=6, kernel=4, strides=2, padding="same", **options):
    return lambda: layers.Conv2DTranspose(filters, kernel, strides, padding, **options)


def picture(activation="tanh", kernel=4, **options):
    return up(1, kernel, activation=activation, **options)


def with_layers(*makers):
    """Return a builder of a sequential model whose layers are made anew for each call."""
    return lambda codings_size=100: keras.Sequential(
        [keras.Input((codings_size,)), *(make() for make in makers)]
    )


START = (dense(), grid(), norm, relu)
MIDDLE = (up(), norm, relu)
reference = with_layers(*START, *MIDDLE, picture())


def subclassed(first=norm, second=norm, output="tanh", units=7 * 7 * 128, filters=1):
    """Return a subclassed generator; `first` and `second` follow the first two layers."""

    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__()
            self.dense = layers.Dense(units)
            self.first = first()
            self.up = layers.Conv2DTranspose(5, 5, strides=2, padding="same")
            self.second = second()
            self.picture = layers.Conv2DTranspose(
                filters, 5, strides=2, padding="same", activation=output
            )

        def call(self, codings, training=False):
            x = ops.reshape(self.dense(codings), (-1, 7, 7, units // 49))
            x = ops.relu(self.first(x, training=training))
            x = ops.relu(self.second(self.up(x), training=training))
            return self.picture(x)

    return Generator


class Nothing:
    """In the place of a layer that is missing."""

    def __call__(self, inputs, training=False):
        return inputs


@right(EXERCISE)
def as_the_book_does():
    def build_generator(codings_size=100):
        return tf.keras.Sequential(
            [
                tf.keras.layers.Input(shape=(codings_size,)),
                tf.keras.layers.Dense(7 * 7 * 128),
                tf.keras.layers.Reshape([7, 7, 128]),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.Conv2DTranspose(
                    64, kernel_size=5, strides=2, padding="same", activation="relu"
                ),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.Conv2DTranspose(
                    1, kernel_size=5, strides=2, padding="same", activation="tanh"
                ),
            ]
        )

    return build_generator


@right(EXERCISE)
def normalized_before_each_relu():
    return reference


@right(EXERCISE)
def unbuilt_sequential():
    def build_generator(codings_size=100):
        model = keras.models.Sequential()
        model.add(layers.Dense(6272, activation="selu"))
        model.add(layers.Reshape((7, 7, 128)))
        model.add(layers.Conv2DTranspose(8, 5, strides=2, padding="SAME", activation="selu"))
        model.add(layers.BatchNormalization())
        model.add(layers.Conv2DTranspose(1, 5, strides=2, padding="SAME", activation="tanh"))
        return model

    return build_generator


@right(EXERCISE)
def units_taken_channel_by_channel():
    return with_layers(dense(), grid((128, 7, 7)), channels_last, norm, relu, *MIDDLE, picture())


@right(EXERCISE)
def input_shape_on_the_first_layer():
    def build_generator(codings_size=100):
        return keras.Sequential(
            [
                layers.Dense(7 * 7 * 128, input_shape=[codings_size], use_bias=False),
                layers.BatchNormalization(),
                layers.LeakyReLU(),
                layers.Reshape((7, 7, 128)),
                layers.Conv2DTranspose(8, (5, 5), strides=(2, 2), padding="same", use_bias=False),
                layers.BatchNormalization(),
                layers.LeakyReLU(),
                layers.Conv2DTranspose(
                    1, (5, 5), strides=(2, 2), padding="same", use_bias=False, activation="tanh"
                ),
            ]
        )

    return build_generator


@right(EXERCISE)
def functional_model():
    def build_generator(codings_size=100):
        codings = keras.Input(shape=(codings_size,), name="codings")
        x = layers.Dense(7 * 7 * 128)(codings)
        x = layers.Reshape((7, 7, 128))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        x = layers.Conv2DTranspose(10, 4, strides=2, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        images = layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")(x)
        return keras.Model(codings, images, name="generator")

    return build_generator


@right(EXERCISE)
def functional_with_operations_for_layers():
    def build_generator(codings_size=100):
        codings = keras.Input((codings_size,))
        x = ops.relu(ops.reshape(layers.Dense(6272)(codings), (-1, 7, 7, 128)))
        x = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(x)
        x = ops.relu(layers.BatchNormalization()(x))
        x = layers.Conv2DTranspose(1, 3, strides=2, padding="same")(x)
        return keras.Model(inputs=codings, outputs=ops.tanh(x))

    return build_generator


@right(EXERCISE)
def subclassed_model():
    generator = subclassed()
    return lambda codings_size=100: generator(codings_size)


@right(EXERCISE)
def the_class_is_the_builder():
    return subclassed(first=Nothing)


@right(EXERCISE)
def subclassed_without_a_training_argument():
    class Generator(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = [make() for make in (*START, *MIDDLE, picture())]

        def call(self, codings):
            x = codings
            for layer in self.stack:
                x = layer(x)
            return x

    return lambda codings_size=100: Generator()


@right(EXERCISE)
def tensorflow_inside_a_subclass():
    class Generator(keras.Model):
        def __init__(self, codings_size):
            super().__init__()
            self.dense = layers.Dense(7 * 7 * 128)
            self.up = layers.Conv2DTranspose(4, 5, strides=2, padding="same")
            self.norm = layers.BatchNormalization()
            self.picture = layers.Conv2DTranspose(1, 5, strides=2, padding="same")

        def call(self, codings, training=None):
            x = tf.nn.leaky_relu(tf.reshape(self.dense(codings), (-1, 7, 7, 128)))
            x = tf.nn.leaky_relu(self.norm(self.up(x), training=training))
            return tf.math.tanh(self.picture(x))

    return lambda codings_size=100: Generator(codings_size)


@right(EXERCISE)
def normalized_after_the_activation():
    return with_layers(dense(activation="relu"), grid(), up(activation="gelu"), norm, picture())


@right(EXERCISE)
def normalized_before_the_reshape_only_and_in_the_middle():
    return with_layers(dense(), norm, relu, grid(), up(), norm, relu, picture())


@right(EXERCISE)
def normalized_twice_at_the_start():
    return with_layers(dense(), norm, relu, grid(), norm, up(activation="elu"), norm, picture())


@right(EXERCISE)
def normalized_in_the_middle_alone():
    return with_layers(dense(), grid(), relu, *MIDDLE, picture())


@right(EXERCISE)
def tanh_as_a_layer_of_its_own():
    return with_layers(*START, *MIDDLE, picture(None), lambda: layers.Activation("tanh"))


@right(EXERCISE)
def tanh_as_a_function():
    return with_layers(*START, *MIDDLE, up(1, 5), lambda: layers.Activation(tf.tanh))


@right(EXERCISE)
def two_kinds_of_non_linearity():
    return with_layers(
        dense(activation="swish"), grid(), up(), norm, lambda: layers.PReLU(), picture()
    )


@right(EXERCISE)
def tanh_inside_too():
    return with_layers(dense(activation="tanh"), grid(), up(activation="tanh"), norm, picture())


@right(EXERCISE)
def kernels_of_two_without_padding():
    return with_layers(
        dense(),
        grid(),
        relu,
        up(4, 2, padding="valid"),
        norm,
        relu,
        picture(kernel=2, padding="valid"),
    )


@right(EXERCISE)
def padding_of_the_output_given():
    return with_layers(
        *START, up(4, 3, output_padding=1), norm, relu, picture(kernel=5, output_padding=1)
    )


@right(EXERCISE)
def large_and_small_kernels():
    return with_layers(*START, up(3, 7), norm, relu, picture(kernel=3))


@right(EXERCISE)
def kernels_that_are_not_square():
    return with_layers(*START, up(3, (3, 5), (2, 2)), norm, relu, picture(kernel=(5, 3)))


@right(EXERCISE)
def one_filter_in_the_middle():
    return with_layers(*START, up(1), norm, relu, picture())


@right(EXERCISE)
def weights_drawn_as_in_the_paper():
    def build_generator(codings_size=100):
        init = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)
        made = with_layers(
            dense(kernel_initializer=init),
            grid(),
            relu,
            up(kernel_initializer=init),
            norm,
            relu,
            picture(kernel_initializer=init),
        )
        return made(codings_size)

    return build_generator


@right(EXERCISE)
def nested_models():
    def build_generator(codings_size=100):
        start = keras.Sequential([keras.Input((codings_size,)), *(make() for make in START)])
        end = keras.Sequential([make() for make in (*MIDDLE, picture())])
        return keras.Sequential([start, end])

    return build_generator


@right(EXERCISE)
def already_compiled():
    def build_generator(codings_size=100):
        generator = reference(codings_size)
        generator.compile(loss="binary_crossentropy", optimizer="rmsprop")
        return generator

    return build_generator


@right(EXERCISE)
def seeded():
    def build_generator(codings_size=100):
        keras.utils.set_random_seed(42)
        return reference(codings_size)

    return build_generator


@right(EXERCISE)
def partial_function():
    def build(filters, activation, codings_size=100):
        made = with_layers(dense(activation=activation), grid(), up(filters), norm, picture())
        return made(codings_size)

    return functools.partial(build, 12, "silu")


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __init__(self, *makers):
            self.build = with_layers(*makers)

        def __call__(self, codings_size=100):
            return self.build(codings_size)

    return Builder(*START, *MIDDLE, picture())


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def layers_made_from_the_last_to_the_first():
    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__(name="generator")
            self.picture = layers.Conv2DTranspose(1, 5, 2, padding="same", activation="tanh")
            self.second_norm = layers.BatchNormalization()
            self.up = layers.Conv2DTranspose(9, 5, 2, padding="same", activation="selu")
            self.first_norm = layers.BatchNormalization()
            self.grid = layers.Reshape((7, 7, 128))
            self.dense = layers.Dense(7 * 7 * 128)

        def call(self, codings, training=None):
            x = self.first_norm(self.grid(self.dense(codings)), training=training)
            x = self.second_norm(self.up(x), training=training)
            return self.picture(x)

    return Generator


@right(EXERCISE)
def slope_that_is_learned():
    def prelu():
        return layers.PReLU(shared_axes=[1, 2])

    return with_layers(dense(), grid(), norm, prelu, up(), norm, prelu, picture())


@right(EXERCISE)
def slopes_of_every_place():
    return with_layers(dense(), grid(), norm, layers.PReLU, up(), norm, layers.PReLU, picture())


@right(EXERCISE)
def normalized_without_scale_and_shift():
    def plain():
        return layers.BatchNormalization(momentum=0.8, center=False, scale=False)

    return with_layers(dense(), grid(), plain, relu, up(), plain, relu, picture())


@right(EXERCISE)
def in_double_precision():
    def build_generator(codings_size=100):
        options = {"padding": "same", "dtype": "float64"}
        x = codings = keras.Input((codings_size,), dtype="float64")
        x = layers.Dense(7 * 7 * 128, dtype="float64")(x)
        x = layers.Reshape((7, 7, 128), dtype="float64")(x)
        x = layers.Conv2DTranspose(5, 4, 2, activation="relu", **options)(x)
        x = layers.BatchNormalization(dtype="float64")(x)
        x = layers.Conv2DTranspose(1, 4, 2, activation="tanh", **options)(x)
        return keras.Model(codings, x)

    return build_generator


@right(EXERCISE)
def non_linear_dense_layer_alone():
    return with_layers(dense(activation="gelu"), grid(), up(), norm, picture())


@right(EXERCISE)
def layers_that_do_nothing_between():
    return with_layers(
        *START, lambda: layers.Dropout(0.0), *MIDDLE, lambda: layers.Identity(), picture()
    )


@right(EXERCISE)
def grown_layer_by_layer():
    def build_generator(codings_size=100):
        model = keras.models.Sequential(name="generator")
        model.add(keras.layers.InputLayer(shape=[codings_size]))
        model.add(keras.layers.Dense(7 * 7 * 128, use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.LeakyReLU(negative_slope=0.2))
        model.add(keras.layers.Reshape(target_shape=[7, 7, 128]))
        model.add(keras.layers.Conv2DTranspose(7, 3, strides=(2, 2), padding="same"))
        model.add(keras.layers.BatchNormalization(axis=-1, epsilon=1e-5))
        model.add(keras.layers.Activation("elu"))
        model.add(keras.layers.Conv2DTranspose(1, 3, strides=(2, 2), padding="same"))
        model.add(keras.layers.Activation(tf.nn.tanh))
        return model

    return build_generator


@disputed(EXERCISE, "no non-linearity but tanh: 'any non-linearity may follow' leaves it open")
def linear_inside():
    return with_layers(dense(), grid(), norm, up(), norm, picture())


@disputed(EXERCISE, "normalizes the picture before tanh")
def normalized_before_tanh():
    return with_layers(*START, *MIDDLE, picture(None), norm, lambda: layers.Activation("tanh"))


@disputed(EXERCISE, "the transposed convolutions are written by hand: their weights, not layers")
def transposed_convolutions_by_hand():
    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__()
            self.dense = layers.Dense(7 * 7 * 128, activation="relu")
            self.norm = layers.BatchNormalization()
            self.kernels = [
                self.add_weight(shape=(4, 4, 6, 128), initializer="glorot_uniform"),
                self.add_weight(shape=(4, 4, 1, 6), initializer="glorot_uniform"),
            ]

        def call(self, codings, training=False):
            x = ops.reshape(self.dense(codings), (-1, 7, 7, 128))
            x = ops.conv_transpose(x, self.kernels[0], strides=2, padding="same")
            x = ops.relu(self.norm(x, training=training))
            return ops.tanh(ops.conv_transpose(x, self.kernels[1], strides=2, padding="same"))

    return Generator


@disputed(EXERCISE, "the codings may come as (batch, 1, 1, codings_size) too, by a first Flatten")
def flattens_the_codings():
    return with_layers(lambda: layers.Flatten(), *START, *MIDDLE, picture())


@disputed(EXERCISE, "a transposed convolution of 7 × 7 from one pixel: the dense layer's numbers")
def convolution_for_the_dense_layer():
    return with_layers(
        lambda: layers.Reshape((1, 1, -1)), up(128, 7, 1, "valid"), relu, *MIDDLE, picture()
    )


@wrong(EXERCISE, "sigmoid_output")
def sigmoid_output():
    return with_layers(*START, *MIDDLE, picture("sigmoid"))


@wrong(EXERCISE, "sigmoid_output")
def sigmoid_output_subclassed():
    return subclassed(output="sigmoid")


@wrong(EXERCISE, "sigmoid_output")
def sigmoid_as_a_layer_of_its_own():
    return with_layers(*START, *MIDDLE, picture(None), lambda: layers.Activation("sigmoid"))


@wrong(EXERCISE, "linear_output")
def linear_output():
    return with_layers(*START, *MIDDLE, picture(None))


@wrong(EXERCISE, "linear_output")
def linear_output_subclassed():
    return subclassed(output=None)


@wrong(EXERCISE)
def relu_output():
    return with_layers(*START, *MIDDLE, picture("relu"))


@wrong(EXERCISE, "wrong_activation")
def hard_output():
    return with_layers(*START, *MIDDLE, picture("hard_tanh"))


@wrong(EXERCISE)
def softmax_output():
    return with_layers(*START, *MIDDLE, picture("softmax"))


@wrong(EXERCISE)
def tanh_brought_to_0_and_1():
    return with_layers(*START, *MIDDLE, picture(), lambda: layers.Rescaling(0.5, 0.5))


@wrong(EXERCISE, "wrong_size")
def twenty_five_pixels():
    return with_layers(
        *START, up(4, 3, output_padding=0), norm, relu, picture(kernel=3, output_padding=0)
    )


@wrong(EXERCISE, "wrong_size")
def twenty_six_pixels():
    return with_layers(*START, up(4, 3, output_padding=0), norm, relu, picture(kernel=4))


@wrong(EXERCISE, "wrong_size")
def padding_forgotten():
    def build_generator(codings_size=100):
        codings = keras.Input((codings_size,))
        x = layers.Reshape((7, 7, 128))(layers.Dense(7 * 7 * 128, "relu")(codings))
        x = layers.BatchNormalization()(layers.Conv2DTranspose(4, 5, strides=2)(x))
        return keras.Model(codings, layers.Conv2DTranspose(1, 5, 2, activation="tanh")(x))

    return build_generator


@wrong(EXERCISE, "wrong_size")
def stride_of_the_last_layer_forgotten():
    return with_layers(*START, *MIDDLE, up(1, 4, 1, activation="tanh"))


@wrong(EXERCISE, "wrong_size")
def stride_of_the_first_layer_forgotten():
    return with_layers(*START, up(4, 5, 1), norm, relu, picture())


@wrong(EXERCISE, "wrong_size")
def images_of_thirty_two_pixels():
    return with_layers(dense(8 * 8 * 128), grid((8, 8, 128)), relu, *MIDDLE, picture())


@wrong(EXERCISE)
def stride_of_four_at_once():
    return with_layers(*START, norm, up(1, 5, 4, activation="tanh"))


@wrong(EXERCISE, "wrong_stride")
def strides_of_four_and_one():
    return with_layers(*START, up(4, 5, 4), norm, relu, up(1, 5, 1, activation="tanh"))


@wrong(EXERCISE, "wrong_stride")
def strides_of_one_and_four_channel_by_channel():
    start = (dense(), grid((128, 7, 7)), channels_last, norm, relu)
    return with_layers(*start, up(4, 5, 1), norm, relu, up(1, 5, 4, activation="tanh"))


@disputed(EXERCISE, "28 by 28 with the right layers, and a cropping")
def four_times_seven_by_cropping():
    return with_layers(
        *START, up(4, 5, padding="valid"), norm, relu, picture(), lambda: layers.Cropping2D(3)
    )


@wrong(EXERCISE)
def three_channels():
    return with_layers(*START, *MIDDLE, up(3, 4, activation="tanh"))


@wrong(EXERCISE)
def three_channels_subclassed():
    return subclassed(filters=3)


@wrong(EXERCISE, "no_channel_axis")
def no_channel():
    return with_layers(*START, *MIDDLE, picture(), lambda: layers.Reshape((28, 28)))


@wrong(EXERCISE)
def flat_images():
    return with_layers(*START, *MIDDLE, picture(), lambda: layers.Flatten())


@wrong(EXERCISE, "missing_batch_norm")
def no_batch_normalization():
    return with_layers(dense(), grid(), relu, up(activation="relu"), picture())


@wrong(EXERCISE, "missing_batch_norm")
def no_batch_normalization_subclassed():
    return subclassed(first=Nothing, second=Nothing)


@wrong(EXERCISE, "missing_batch_norm")
def batch_normalization_at_the_start_alone():
    return with_layers(*START, up(activation="relu"), picture())


@wrong(EXERCISE, "missing_batch_norm")
def layer_normalization():
    return with_layers(*START, up(), lambda: layers.LayerNormalization(), relu, picture())


@wrong(EXERCISE)
def batch_normalization_held_at_inference():
    class Frozen:
        def __init__(self):
            self.layer = layers.BatchNormalization()

        def __call__(self, inputs, training=False):
            return self.layer(inputs, training=False)

    return subclassed(first=Frozen, second=Frozen)


@wrong(EXERCISE, "dropout_in_generator")
def dropout():
    return with_layers(*START, *MIDDLE, lambda: layers.Dropout(0.3), picture())


@wrong(EXERCISE, "dropout_in_generator")
def dropout_subclassed():
    class Generator(subclassed()):
        def __init__(self, codings_size=100):
            super().__init__(codings_size)
            self.dropout = layers.Dropout(0.4)

        def call(self, codings, training=False):
            return super().call(self.dropout(codings, training=training), training=training)

    return Generator


@wrong(EXERCISE)
def spatial_dropout():
    return with_layers(*START, lambda: layers.SpatialDropout2D(0.2), *MIDDLE, picture())


@wrong(EXERCISE)
def noise():
    return with_layers(*START, lambda: layers.GaussianNoise(0.2), *MIDDLE, picture())


@wrong(EXERCISE, "wrong_sizes")
def dense_of_sixty_four_channels():
    return with_layers(dense(7 * 7 * 64), grid((7, 7, 64)), norm, relu, *MIDDLE, picture())


@wrong(EXERCISE, "wrong_sizes")
def dense_of_256_channels_subclassed():
    return subclassed(units=7 * 7 * 256)


@wrong(EXERCISE)
def fourteen_by_fourteen_by_thirty_two():
    return with_layers(dense(), grid((14, 14, 32)), norm, relu, up(4, 4, 1), norm, picture())


@wrong(EXERCISE)
def channels_first_in_the_reshape():
    return with_layers(dense(), grid((128, 7, 7)), norm, *MIDDLE, picture())


@wrong(EXERCISE)
def hidden_dense_layer():
    return with_layers(dense(64, activation="relu"), *START, *MIDDLE, picture())


@wrong(EXERCISE, "wrong_layers")
def third_transposed_convolution():
    return with_layers(*START, *MIDDLE, up(4, 4, 1), norm, relu, picture())


@wrong(EXERCISE)
def three_strides_from_four_pixels():
    return with_layers(
        dense(4 * 4 * 128),
        grid((4, 4, 128)),
        up(4, 4, 2, "same"),
        norm,
        relu,
        up(4),
        norm,
        picture(),
    )


@wrong(EXERCISE)
def convolution_at_the_end():
    return with_layers(
        *START, *MIDDLE, up(4), lambda: layers.Conv2D(1, 3, padding="same", activation="tanh")
    )


@wrong(EXERCISE, "upsampling")
def upsampling_and_convolutions():
    return with_layers(
        *START,
        lambda: layers.UpSampling2D(),
        lambda: layers.Conv2D(4, 5, padding="same"),
        norm,
        relu,
        lambda: layers.UpSampling2D(),
        lambda: layers.Conv2D(1, 5, padding="same", activation="tanh"),
    )


@wrong(EXERCISE)
def upsampling_and_transposed_convolutions_without_stride():
    return with_layers(
        *START,
        lambda: layers.UpSampling2D(),
        up(4, 4, 1),
        norm,
        relu,
        lambda: layers.UpSampling2D(),
        up(1, 4, 1, activation="tanh"),
    )


@wrong(EXERCISE)
def resized_by_interpolation():
    return with_layers(
        *START,
        lambda: layers.Resizing(28, 28),
        norm,
        lambda: layers.Conv2D(1, 3, padding="same", activation="tanh"),
    )


@wrong(EXERCISE)
def strided_convolutions():
    return with_layers(
        *START,
        lambda: layers.Conv2D(4, 4, strides=2, padding="same"),
        norm,
        relu,
        lambda: layers.Conv2D(1, 4, strides=2, padding="same", activation="tanh"),
    )


@wrong(EXERCISE)
def dense_layers_alone():
    return with_layers(
        dense(100, activation="relu"), norm, dense(784, activation="tanh"), grid((28, 28, 1))
    )


@wrong(EXERCISE)
def decoder_of_the_autoencoder():
    return with_layers(
        dense(100, activation="relu"),
        dense(150, activation="relu"),
        dense(784, activation="sigmoid"),
        grid((28, 28)),
    )


@wrong(EXERCISE, "codings_size_ignored")
def always_a_hundred_codings():
    return lambda codings_size=100: reference(100)


@wrong(EXERCISE)
def codings_size_taken_for_the_batch():
    return lambda codings_size=100: keras.Sequential(
        [
            keras.Input((100,), batch_size=codings_size),
            *(make() for make in (*START, *MIDDLE, picture())),
        ]
    )


@wrong(EXERCISE)
def takes_no_codings_size():
    return lambda: reference(100)


@wrong(EXERCISE)
def codings_drawn_inside():
    class Generator(subclassed()):
        def call(self, codings, training=False):
            return super().call(tf.random.normal(tf.shape(codings)), training=training)

    return Generator


@wrong(EXERCISE)
def codings_ignored():
    class Generator(subclassed()):
        def call(self, codings, training=False):
            return super().call(ops.zeros_like(codings), training=training)

    return Generator


@wrong(EXERCISE)
def one_batch_size_only():
    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__()
            self.dense = layers.Dense(7 * 7 * 128)
            self.end = keras.Sequential([make() for make in (*MIDDLE, picture())])

        def call(self, codings, training=False):
            x = ops.reshape(self.dense(codings), (32, 7, 7, 128))
            return self.end(x, training=training)

    return Generator


@disputed(EXERCISE, "the model comes frozen: nothing says that it must be ready to train")
def frozen_weights():
    def build_generator(codings_size=100):
        generator = reference(codings_size)
        generator.trainable = False
        return generator

    return build_generator


@wrong(EXERCISE)
def generator_with_its_discriminator():
    return with_layers(
        *START, *MIDDLE, picture(), lambda: layers.Flatten(), dense(1, activation="sigmoid")
    )


@wrong(EXERCISE)
def pair_of_images_and_codings():
    def build_generator(codings_size=100):
        codings = keras.Input((codings_size,))
        x = layers.BatchNormalization()(up()()(grid()()(dense()()(codings))))
        return keras.Model(codings, [picture()()(layers.ReLU()(x)), codings])

    return build_generator


@wrong(EXERCISE)
def reshape_that_does_not_fit():
    return with_layers(dense(7 * 7 * 182), grid(), norm, relu, *MIDDLE, picture())


@wrong(EXERCISE)
def reshape_forgotten():
    return with_layers(dense(), norm, relu, *MIDDLE, picture())


@wrong(EXERCISE, says=("tanhh",))
def unknown_activation():
    return with_layers(*START, *MIDDLE, picture("tanhh"))


@wrong(EXERCISE, says=("Conv2DTransposed",))
def unknown_layer():
    return with_layers(*START, lambda: keras.layers.Conv2DTransposed(64, 5, 2), norm, picture())


@wrong(EXERCISE)
def tensorflow_on_a_keras_tensor():
    def build_generator(codings_size=100):
        codings = keras.Input((codings_size,))
        x = tf.reshape(layers.Dense(7 * 7 * 128)(codings), (-1, 7, 7, 128))
        return keras.Model(codings, picture()()(norm()(up()()(x))))

    return build_generator


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def grey():
    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__()

        def call(self, codings):
            return tf.zeros((tf.shape(codings)[0], 28, 28, 1))

    return Generator


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    class Generator(keras.Model):
        def __init__(self, codings_size=100):
            super().__init__()

        def call(self, codings):
            return tf.fill((tf.shape(codings)[0], 28, 28, 1), float("nan"))

    return Generator


@wrong(EXERCISE)
def list_for_a_model():
    return lambda codings_size=100: [make() for make in (*START, *MIDDLE, picture())]


@wrong(EXERCISE)
def output_tensor_for_a_model():
    def build_generator(codings_size=100):
        x = keras.Input((codings_size,))
        for make in (*START, *MIDDLE, picture()):
            x = make()(x)
        return x

    return build_generator


@wrong(EXERCISE)
def forgets_to_return():
    def build_generator(codings_size=100):
        reference(codings_size).summary()

    return build_generator


@wrong(EXERCISE)
def model_for_a_builder():
    return reference()


@wrong(EXERCISE)
def model_class_for_a_model():
    return lambda codings_size=100: subclassed()
