"""Answers to `generate_images(decoder, count, codings_size)`.

It decodes `count` fresh draws from N(0, I); the decoder is a keras.Model, called or predicted.
"""

from __future__ import annotations

import functools

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "generate_images"
enter_novices(EXERCISE, arity=3)


def decoding(draw):
    """Return an answer that decodes `draw(count, codings_size)`."""
    return lambda decoder, count, codings_size: decoder(draw(count, codings_size))


@right(EXERCISE)
def as_the_book_does():
    def generate_images(decoder, count, codings_size):
        codings = tf.random.normal(shape=[count, codings_size])
        images = decoder(codings).numpy()
        return images

    return generate_images


@right(EXERCISE)
def numpy_codings_predicted():
    def generate_images(decoder, count, codings_size):
        codings = np.random.normal(size=(count, codings_size))
        return decoder.predict(codings)

    return generate_images


@right(EXERCISE)
def predicted_in_silence():
    def generate_images(decoder, count, codings_size):
        codings = np.random.randn(count, codings_size).astype("float32")
        return decoder.predict(codings, verbose=0, batch_size=8)

    return generate_images


@right(EXERCISE)
def called_at_inference():
    def generate_images(decoder, count, codings_size):
        codings = keras.random.normal((count, codings_size))
        return decoder(codings, training=False)

    return generate_images


@right(EXERCISE)
def fresh_generator():
    def generate_images(decoder, count, codings_size):
        rng = np.random.default_rng()
        return decoder(rng.standard_normal((count, codings_size), dtype=np.float32))

    return generate_images


@right(EXERCISE)
def generator_of_the_module():
    rng = np.random.default_rng(42)
    return decoding(lambda count, size: rng.normal(0.0, 1.0, size=(count, size)).astype("float32"))


@right(EXERCISE)
def seed_generator_of_the_module():
    seeds = keras.random.SeedGenerator(42)
    return decoding(lambda count, size: keras.random.normal((count, size), seed=seeds))


@right(EXERCISE)
def generator_of_tensorflow():
    def generate_images(decoder, count, codings_size):
        generator = tf.random.Generator.from_non_deterministic_state()
        return decoder.predict_on_batch(generator.normal((count, codings_size)))

    return generate_images


@right(EXERCISE)
def many_dimensional_normal():
    def generate_images(decoder, count, codings_size):
        codings = np.random.multivariate_normal(
            np.zeros(codings_size), np.eye(codings_size), size=count
        )
        return decoder(tf.constant(codings, dtype=tf.float32))

    return generate_images


@right(EXERCISE)
def one_at_a_time():
    def generate_images(decoder, count, codings_size):
        images = []
        for _ in range(count):
            image = decoder(tf.random.normal((1, codings_size)))
            images.append(image[0])
        return np.array(images)

    return generate_images


@right(EXERCISE)
def one_at_a_time_in_a_list():
    def generate_images(decoder, count, codings_size):
        return [decoder(np.random.normal(size=(1, codings_size)))[0] for _ in range(count)]

    return generate_images


@right(EXERCISE)
def in_batches():
    def generate_images(decoder, count, codings_size):
        codings = tf.random.normal((count, codings_size))
        parts = [decoder(codings[i : i + 5]) for i in range(0, count, 5)]
        return tf.concat(parts, axis=0)

    return generate_images


@right(EXERCISE)
def from_a_dataset():
    def generate_images(decoder, count, codings_size):
        codings = tf.data.Dataset.from_tensor_slices(tf.random.normal((count, codings_size)))
        return decoder.predict(codings.batch(32), verbose=0)

    return generate_images


@right(EXERCISE)
def column_by_column():
    def generate_images(decoder, count, codings_size):
        codings = np.stack([np.random.normal(size=count) for _ in range(codings_size)], axis=1)
        return np.asarray(decoder(codings))

    return generate_images


@right(EXERCISE)
def inside_a_tf_function():
    return tf.function(decoding(lambda count, size: tf.random.normal((count, size))))


@right(EXERCISE)
def in_ops():
    def generate_images(decoder, count, codings_size):
        codings = keras.random.normal(shape=(count, codings_size), mean=0.0, stddev=1.0)
        return ops.convert_to_numpy(decoder(ops.convert_to_tensor(codings)))

    return generate_images


@right(EXERCISE)
def partial_function():
    def generate(mean, stddev, decoder, count, codings_size):
        return decoder(tf.random.normal((count, codings_size), mean, stddev))

    return functools.partial(generate, 0.0, 1.0)


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(as_the_book_does())


@right(EXERCISE)
def predicted_on_a_batch():
    def generate_images(decoder, count, codings_size):
        codings = np.random.randn(count, codings_size)
        return decoder.predict_on_batch(codings)

    return generate_images


@right(EXERCISE)
def old_random_state():
    state = np.random.RandomState(42)

    def generate_images(decoder, count, codings_size):
        return decoder(state.normal(0.0, 1.0, (count, codings_size)).astype("float32")).numpy()

    return generate_images


@right(EXERCISE)
def list_of_lists_of_gauss():
    def generate_images(decoder, count, codings_size):
        import random

        rows = [[random.gauss(0, 1) for _ in range(codings_size)] for _ in range(count)]
        return decoder(tf.constant(rows), training=False)

    return generate_images


@right(EXERCISE)
def sampled_around_zero_with_unit_spread():
    def generate_images(decoder, count, codings_size):
        mean, log_var = tf.zeros((count, codings_size)), tf.zeros((count, codings_size))
        codings = mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))
        return keras.ops.convert_to_numpy(decoder(codings))

    return generate_images


@right(EXERCISE)
def object_with_call():
    class Images:
        def __call__(self, decoder, count, codings_size):
            codings = keras.random.normal((count, codings_size))
            return np.asarray(decoder.predict(codings, verbose=0, batch_size=count))

    return Images()


@right(EXERCISE)
def lambda_of_one_line():
    return lambda decoder, count, size: decoder(tf.random.normal([count, size]))


@right(EXERCISE)
def box_and_muller():
    def generate_images(decoder, count, codings_size):
        rng = np.random.default_rng()
        radius = np.sqrt(-2 * np.log(1 - rng.random((count, codings_size))))
        return decoder.predict(radius * np.cos(2 * np.pi * rng.random(radius.shape)), verbose=0)

    return generate_images


@right(EXERCISE)
def clipped_far_out():
    def generate_images(decoder, count, codings_size):
        codings = np.clip(np.random.normal(size=(count, codings_size)), -10, 10)
        return decoder.predict(codings.astype(np.float32), verbose=0)

    return generate_images


@disputed(EXERCISE, "clips the images to [0, 1], where a sigmoid is anyway")
def clips_the_images():
    return lambda decoder, count, size: tf.clip_by_value(
        decoder(tf.random.normal((count, size))), 0.0, 1.0
    )


@disputed(EXERCISE, "antithetic draws: every second coding is the negative of the one before")
def mirrored_codings():
    def draw(count, size):
        half = tf.random.normal(((count + 1) // 2, size))
        return tf.reshape(tf.stack([half, -half], axis=1), (-1, size))[:count]

    return decoding(draw)


@wrong(EXERCISE, "uniform_codings")
def uniform_from_0_to_1():
    return decoding(lambda count, size: tf.random.uniform((count, size)))


@wrong(EXERCISE, "uniform_codings")
def uniform_from_minus_1_to_1():
    def generate_images(decoder, count, codings_size):
        codings = np.random.uniform(-1, 1, size=(count, codings_size))
        return decoder.predict(codings, verbose=0)

    return generate_images


@wrong(EXERCISE, "uniform_codings")
def random_of_numpy():
    return decoding(lambda count, size: np.random.rand(count, size).astype("float32"))


@wrong(EXERCISE, "wrong_count")
def one_too_many():
    return decoding(lambda count, size: tf.random.normal((count + 1, size)))


@wrong(EXERCISE, "wrong_count")
def always_twelve():
    def generate_images(decoder, count, codings_size):
        codings = np.random.normal(size=(12, codings_size))
        return decoder.predict(codings, verbose=0)

    return generate_images


@wrong(EXERCISE, "wrong_count")
def one_image_alone():
    return decoding(lambda count, size: tf.random.normal((1, size)))


@wrong(EXERCISE, "same_images_repeated")
def one_coding_repeated():
    return decoding(lambda count, size: tf.repeat(tf.random.normal((1, size)), count, axis=0))


@wrong(EXERCISE, "same_images_repeated")
def one_image_repeated():
    def generate_images(decoder, count, codings_size):
        image = decoder.predict(np.random.normal(size=(1, codings_size)), verbose=0)[0]
        return np.stack([image] * count)

    return generate_images


@wrong(EXERCISE, "fixed_codings")
def seed_set_in_the_function():
    def generate_images(decoder, count, codings_size):
        rng = np.random.default_rng(42)
        return decoder(rng.normal(size=(count, codings_size)).astype("float32"))

    return generate_images


@wrong(EXERCISE, "fixed_codings")
def stateless_with_a_constant_seed():
    return decoding(lambda count, size: tf.random.stateless_normal((count, size), seed=[1, 2]))


@wrong(EXERCISE, "fixed_codings")
def codings_drawn_beforehand():
    codings = np.random.default_rng(3).normal(size=(4096, 256)).astype("float32")
    return decoding(lambda count, size: codings[:count, :size])


@wrong(EXERCISE, "fixed_codings")
def codings_of_zeros():
    return decoding(lambda count, size: tf.zeros((count, size)))


@wrong(EXERCISE)
def codings_of_ones():
    return decoding(lambda count, size: np.ones((count, size), "float32"))


@wrong(EXERCISE)
def codings_on_a_line():
    return decoding(
        lambda count, size: np.linspace(-2 * np.ones(size), 2 * np.ones(size), count).astype("f4")
    )


@wrong(EXERCISE, "codings_returned")
def codings_returned():
    return lambda decoder, count, codings_size: tf.random.normal((count, codings_size))


@wrong(EXERCISE, "codings_returned")
def codings_returned_from_numpy():
    def generate_images(decoder, count, codings_size):
        codings = np.random.normal(size=(count, codings_size))
        decoder(codings)
        return codings

    return generate_images


@wrong(EXERCISE)
def images_and_codings():
    def generate_images(decoder, count, codings_size):
        codings = tf.random.normal((count, codings_size))
        return decoder(codings), codings

    return generate_images


@wrong(EXERCISE, "training_mode")
def training_mode():
    return lambda decoder, count, size: decoder(tf.random.normal((count, size)), training=True)


@wrong(EXERCISE, "training_mode")
def training_mode_one_at_a_time():
    def generate_images(decoder, count, codings_size):
        rows = [np.random.normal(size=(1, codings_size)) for _ in range(count)]
        return np.concatenate([np.asarray(decoder(row, training=True)) for row in rows])

    return generate_images


@wrong(EXERCISE, "off_the_prior")
def narrow_normal():
    return decoding(lambda count, size: tf.random.normal((count, size), stddev=0.1))


@wrong(EXERCISE, "off_the_prior")
def wide_normal():
    return decoding(lambda count, size: 3 * tf.random.normal((count, size)))


@wrong(EXERCISE, "off_the_prior")
def normal_off_centre():
    return decoding(lambda count, size: tf.random.normal((count, size), mean=1.0))


@wrong(EXERCISE)
def truncated_normal():
    return decoding(lambda count, size: tf.random.truncated_normal((count, size)))


@wrong(EXERCISE)
def positive_half_of_the_normal():
    return decoding(lambda count, size: tf.abs(tf.random.normal((count, size))))


@wrong(EXERCISE)
def on_the_unit_sphere():
    return decoding(
        lambda count, size: tf.math.l2_normalize(tf.random.normal((count, size)), axis=1)
    )


@wrong(EXERCISE, "same_images_repeated")
def one_number_for_all_dimensions():
    return decoding(
        lambda count, size: tf.repeat(tf.random.normal((count, 1)), repeats=size, axis=1)
    )


@wrong(EXERCISE)
def whole_numbers():
    return decoding(lambda count, size: np.random.randint(0, 10, (count, size)).astype("float32"))


@wrong(EXERCISE)
def axes_swapped():
    return decoding(lambda count, size: tf.random.normal((size, count)))


@wrong(EXERCISE)
def always_ten_codings():
    return lambda decoder, count, codings_size=10: decoder(tf.random.normal((count, 10)))


@wrong(EXERCISE)
def images_in_grey_levels():
    return lambda decoder, count, size: np.uint8(255 * decoder(tf.random.normal((count, size))))


@wrong(EXERCISE)
def black_or_white():
    return lambda decoder, count, size: tf.round(decoder(tf.random.normal((count, size))))


@wrong(EXERCISE)
def noise_for_images():
    return lambda decoder, count, size: np.random.uniform(size=(count, 28, 28))


@wrong(EXERCISE)
def with_a_channel():
    return lambda decoder, count, size: decoder(tf.random.normal((count, size)))[..., None]


@wrong(EXERCISE)
def flattened():
    return lambda decoder, count, size: tf.reshape(
        decoder(tf.random.normal((count, size))), (count, -1)
    )


@wrong(EXERCISE)
def averaged_image():
    return lambda decoder, count, size: tf.reduce_mean(
        decoder(tf.random.normal((count, size))), axis=0
    )


@wrong(EXERCISE)
def decodes_from_layer_two():
    def generate_images(decoder, count, codings_size):
        x = tf.random.normal((count, codings_size))
        for layer in decoder.layers[1:]:
            x = layer(x)
        return x

    return generate_images


@wrong(EXERCISE)
def trains_the_decoder():
    def generate_images(decoder, count, codings_size):
        images = decoder(tf.random.normal((count, codings_size)))
        for variable in decoder.trainable_variables:
            variable.assign(variable + 0.1)
        return images

    return generate_images


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return lambda decoder, count, size: decoder(tf.random.normal((count, size))) * float("nan")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def half_grey():
    return lambda decoder, count, size: np.full((count, 28, 28), 0.5)


@wrong(EXERCISE)
def two_arguments():
    return lambda decoder, count: decoder(tf.random.normal((count, 10)))


@wrong(EXERCISE)
def prints_the_images():
    return lambda decoder, count, size: print(decoder(tf.random.normal((count, size))))


@wrong(EXERCISE)
def a_decoder_of_its_own():
    def generate_images(decoder, count, codings_size):
        other = keras.Sequential([keras.Input((codings_size,)), keras.layers.Dense(784, "sigmoid")])
        return ops.reshape(other(tf.random.normal((count, codings_size))), (-1, 28, 28))

    return generate_images


@wrong(EXERCISE)
def returns_the_decoder():
    return lambda decoder, count, size: decoder


@wrong(EXERCISE)
def shape_as_one_number():
    return decoding(lambda count, size: tf.random.normal(count * size))


@wrong(EXERCISE, "off_the_prior")
def codings_of_an_encoder():
    def generate_images(decoder, count, codings_size):
        rng = np.random.default_rng()
        mean = rng.normal(0, 1.5, (count, codings_size))
        stddev = np.exp(rng.uniform(-2, 0, (count, codings_size)))
        return decoder.predict(mean + stddev * rng.normal(size=mean.shape), verbose=0)

    return generate_images
