"""Answers to `scale_images(images)`: uint8 (n, 28, 28) in 0..255 → float32, divided by 255."""

from __future__ import annotations

import functools
import logging
import sys
import warnings

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "scale_images"
enter_novices(EXERCISE, arity=1)


@right(EXERCISE)
def casts_then_divides():
    def scale_images(images):
        return images.astype("float32") / 255

    return scale_images


@right(EXERCISE)
def divides_then_casts():
    def scale_images(images):
        scaled = images / 255.0
        return scaled.astype(np.float32)

    return scale_images


@right(EXERCISE)
def divides_by_a_float32_scalar():
    return lambda images: images / np.float32(255)


@right(EXERCISE)
def calls_the_dtype():
    return lambda images: np.float32(images) / 255.0


@right(EXERCISE)
def np_divide_with_dtype():
    return lambda images: np.divide(images, 255, dtype=np.float32)


@right(EXERCISE)
def multiplies_by_the_inverse():
    return lambda images: (images * (1 / 255)).astype("float32")


@right(EXERCISE)
def np_asarray_with_dtype():
    def scale_images(images):
        return np.asarray(images, dtype="float32") / 255.0

    return scale_images


@right(EXERCISE)
def fills_an_empty_array():
    def scale_images(images):
        out = np.empty(images.shape, np.float32)
        out[...] = images
        out /= 255
        return out

    return scale_images


@right(EXERCISE)
def scales_image_by_image():
    def scale_images(images):
        scaled = []
        for image in images:
            scaled.append(image.astype(np.float32) / 255.0)
        return np.stack(scaled)

    return scale_images


@right(EXERCISE)
def scales_pixel_by_pixel():
    def scale_images(images):
        rows = [[[pixel / 255 for pixel in row] for row in image] for image in images.tolist()]
        return np.array(rows, dtype="float32")

    return scale_images


@right(EXERCISE)
def looks_up_a_table():
    table = (np.arange(256) / 255).astype(np.float32)
    return lambda images: table[images]


@right(EXERCISE)
def vectorizes_a_scalar_function():
    return np.vectorize(lambda pixel: pixel / 255, otypes=[np.float32])


@right(EXERCISE)
def interpolates():
    return lambda images: np.interp(images, (0, 255), (0, 1)).astype("float32")


@right(EXERCISE)
def fixes_the_maximum_of_the_type():
    def scale_images(images):
        return (images / np.iinfo(np.uint8).max).astype("float32")

    return scale_images


@right(EXERCISE)
def tensorflow_cast():
    return lambda images: tf.cast(images, tf.float32) / 255.0


@right(EXERCISE)
def tensorflow_image_dtype():
    return lambda images: tf.image.convert_image_dtype(images, tf.float32)


@right(EXERCISE)
def tensorflow_function():
    @tf.function
    def scale_images(images):
        return tf.cast(images, tf.float32) / 255.0

    return scale_images


@right(EXERCISE)
def keras_ops():
    def scale_images(images):
        return keras.ops.divide(keras.ops.cast(images, "float32"), 255)

    return scale_images


@right(EXERCISE)
def keras_rescaling_layer_itself():
    return keras.layers.Rescaling(1 / 255)


@right(EXERCISE)
def keras_rescaling_inside():
    def scale_images(images):
        return keras.layers.Rescaling(scale=1.0 / 255)(images).numpy()

    return scale_images


@right(EXERCISE)
def partial_function():
    def divide(images, by):
        return images.astype("float32") / by

    return functools.partial(divide, by=255)


@right(EXERCISE)
def object_with_call():
    class Scaler:
        def __init__(self, maximum):
            self.maximum = maximum

        def __call__(self, images):
            return np.array(images, dtype=np.float32) / self.maximum

    return Scaler(255)


@right(EXERCISE)
def bound_method():
    class Scaler:
        maximum = 255.0

        def scale(self, pictures):
            return pictures.astype("float32") / self.maximum

    return Scaler().scale


@right(EXERCISE)
def defaulted_second_argument():
    def scale_images(images, maximum=255.0):
        return images.astype("float32") / maximum

    return scale_images


@right(EXERCISE)
def any_arguments():
    return lambda *arguments, **options: arguments[0].astype("float32") / 255


@right(EXERCISE)
def column_major_result():
    return lambda images: np.asfortranarray(images.astype("float32") / 255)


@right(EXERCISE)
def asserts_its_contract():
    def scale_images(images):
        assert images.dtype == np.uint8
        scaled = images.astype("float32") / 255
        assert scaled.min() >= 0 and scaled.max() <= 1
        return scaled

    return scale_images


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(lambda images: images.astype("float32") / 255)


@right(EXERCISE)
def prints_the_shape():
    def scale_images(images):
        print(images.shape, images.dtype)
        return images.astype("float32") / 255

    return scale_images


@right(EXERCISE)
def warns():
    def scale_images(images):
        warnings.warn("images are large", UserWarning, stacklevel=1)
        return images.astype("float32") / 255

    return scale_images


@right(EXERCISE)
def shows_a_progress_bar():
    def scale_images(images):
        return np.stack([image.astype("float32") / 255 for image in tqdm(images)])

    return scale_images


@right(EXERCISE)
def logs_through_an_old_handler():
    logger = logging.getLogger("student.scale_images")
    logger.handlers = [logging.StreamHandler(sys.stderr)]
    logger.propagate = False

    def scale_images(images):
        logger.error("scaling %d images", len(images))
        return images.astype("float32") / 255

    return scale_images


@right(EXERCISE)
def in_place_on_a_copy_of_its_own():
    def scale_images(images):
        scaled = images.astype(np.float32)
        scaled /= 255.0
        return scaled

    return scale_images


@right(EXERCISE)
def true_divide_into_an_array():
    def scale_images(images):
        out = np.zeros_like(images, dtype="float32")
        np.true_divide(images, 255, out=out, casting="unsafe")
        return out

    return scale_images


@right(EXERCISE)
def data_set_of_tensorflow():
    def scale_images(images):
        slices = tf.data.Dataset.from_tensor_slices(images)
        scaled = slices.map(lambda image: tf.cast(image, tf.float32) / 255.0)
        return np.array(list(scaled.as_numpy_iterator()))

    return scale_images


@disputed(EXERCISE, "nested lists: np.asarray takes them, but makes them float64")
def nested_lists():
    return lambda images: (images / 255).tolist()


@disputed(EXERCISE, "float32 of the other byte order")
def big_endian_float32():
    return lambda images: (images / 255).astype(">f4")


@wrong(EXERCISE, "divided_by_maximum")
def divides_by_the_maximum():
    return lambda images: images.astype("float32") / images.max()


@wrong(EXERCISE, "divided_by_maximum")
def divides_by_the_maximum_in_tensorflow():
    def scale_images(images):
        images = tf.cast(images, tf.float32)
        return images / tf.reduce_max(images)

    return scale_images


@wrong(EXERCISE, "divided_by_maximum")
def divides_each_image_by_its_maximum():
    def scale_images(images):
        peaks = images.max(axis=(1, 2), keepdims=True).astype("float32")
        return images.astype("float32") / np.maximum(peaks, 1)

    return scale_images


@wrong(EXERCISE, "not_scaled")
def casts_alone():
    return lambda images: images.astype("float32")


@wrong(EXERCISE, "not_scaled")
def casts_alone_in_tensorflow():
    return lambda images: tf.cast(images, tf.float32)


@wrong(EXERCISE)
def returns_its_argument():
    return lambda images: images


@wrong(EXERCISE, "divided_by_256")
def divides_by_256():
    return lambda images: images.astype("float32") / 256


@wrong(EXERCISE, "divided_by_256")
def rescaling_layer_by_256():
    return keras.layers.Rescaling(1 / 256)


@wrong(EXERCISE, "integer_division")
def divides_without_remainder():
    return lambda images: (images // 255).astype("float32")


@wrong(EXERCISE, "integer_division")
def truncates_before_the_cast():
    def scale_images(images):
        scaled = (images / 255).astype(images.dtype)
        return scaled.astype(np.float32)

    return scale_images


@wrong(EXERCISE, "integer_division")
def divides_without_remainder_and_stays_integer():
    return lambda images: images // 255


@wrong(EXERCISE, "integer_division")
def assigns_floats_to_a_uint8_array():
    def scale_images(images):
        out = np.zeros_like(images)
        for i in range(len(images)):
            out[i] = images[i] / 255
        return out

    return scale_images


@wrong(EXERCISE, "scaled_to_minus_one_one")
def scales_for_tanh():
    return lambda images: images.astype("float32") / 127.5 - 1


@wrong(EXERCISE, "scaled_to_minus_one_one")
def scales_for_tanh_by_layer():
    return keras.layers.Rescaling(scale=1 / 127.5, offset=-1)


@wrong(EXERCISE, "min_max_scaled")
def stretches_to_the_whole_range():
    def scale_images(images):
        images = images.astype(np.float32)
        return (images - images.min()) / (images.max() - images.min())

    return scale_images


@wrong(EXERCISE, "min_max_scaled")
def stretches_with_ptp():
    return lambda images: ((images - np.min(images)) / np.ptp(images)).astype("float32")


@wrong(EXERCISE, "standardised")
def subtracts_mean_divides_by_deviation():
    return lambda images: ((images - images.mean()) / images.std()).astype("float32")


@wrong(EXERCISE, "standardised")
def standardises_in_tensorflow():
    def scale_images(images):
        x = tf.cast(images, tf.float32)
        return (x - tf.reduce_mean(x)) / tf.math.reduce_std(x)

    return scale_images


@wrong(EXERCISE, says=("float32",))
def stays_float64():
    return lambda images: images / 255.0


@wrong(EXERCISE, says=("float32",))
def stops_at_float16():
    return lambda images: (images / 255).astype(np.float16)


@wrong(EXERCISE)
def flattens_too():
    return lambda images: images.reshape(len(images), -1).astype("float32") / 255


@wrong(EXERCISE)
def adds_a_channel():
    return lambda images: images[..., np.newaxis].astype("float32") / 255


@wrong(EXERCISE)
def first_image_only():
    return lambda images: images[0].astype("float32") / 255


@wrong(EXERCISE)
def per_cent():
    return lambda images: images.astype("float32") / 100


@wrong(EXERCISE)
def divides_twice():
    return lambda images: images.astype("float32") / 255 / 255


@wrong(EXERCISE)
def negative_image():
    return lambda images: 1 - images.astype("float32") / 255


@wrong(EXERCISE)
def thresholds():
    return lambda images: (images > 127).astype("float32")


@wrong(EXERCISE)
def rounds_to_one_digit():
    return lambda images: np.round(images.astype("float32") / 255, 1)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros_of_the_right_shape():
    return lambda images: np.zeros(images.shape, "float32")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def random_numbers_of_the_right_shape():
    return lambda images: np.random.rand(*images.shape).astype("float32")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers_of_the_right_shape():
    return lambda images: np.full(images.shape, np.nan, "float32")


@wrong(EXERCISE)
def divides_in_place():
    def scale_images(images):
        images /= 255
        return images

    return scale_images


@wrong(EXERCISE)
def wipes_its_argument():
    def scale_images(images):
        scaled = images.astype("float32") / 255
        images[:] = 0
        return scaled

    return scale_images


@wrong(EXERCISE)
def counts_on_sixty_thousand_images():
    def scale_images(images):
        out = np.zeros((60000, 28, 28), "float32")
        for i in range(60000):
            out[i] = images[i] / 255
        return out

    return scale_images


@wrong(EXERCISE)
def prints_the_scaled_images():
    def scale_images(images):
        print(images.astype("float32") / 255)

    return scale_images


@wrong(EXERCISE)
def returns_a_method():
    return lambda images: (images / 255).astype


@wrong(EXERCISE)
def returns_a_lazy_map():
    return lambda images: map(lambda image: image.astype("float32") / 255, images)


@wrong(EXERCISE)
def returns_a_tuple():
    return lambda images: (images.astype("float32") / 255, 255)


@wrong(EXERCISE, at_most=SHAPE_ALONE, slow=True)
def counts_for_ever():
    def scale_images(images):
        i = 0
        while i < len(images):
            images[i] / 255
        return images

    return scale_images
