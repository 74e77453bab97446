"""Answers to `rescale_images(images)`: [0, 1] (n, 28, 28) → [−1, 1] (n, 28, 28, 1)."""

from __future__ import annotations

import functools

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "rescale_images"
enter_novices(EXERCISE, arity=1)


def reference(images):
    return images[..., np.newaxis] * 2 - 1


@right(EXERCISE)
def new_axis_then_line():
    def rescale_images(images):
        return 2.0 * images[..., np.newaxis] - 1.0

    return rescale_images


@right(EXERCISE)
def as_the_book_does():
    return lambda images: images.reshape(-1, 28, 28, 1) * 2.0 - 1.0


@right(EXERCISE)
def reshapes_by_its_own_shape():
    def rescale_images(images):
        n, height, width = images.shape
        return (images.reshape((n, height, width, 1)) - 0.5) * 2

    return rescale_images


@right(EXERCISE)
def expand_dims():
    def rescale_images(images):
        images = np.expand_dims(images, axis=-1)
        return (images - 0.5) / 0.5

    return rescale_images


@right(EXERCISE)
def by_way_of_255():
    return lambda images: np.expand_dims((images * 255 - 127.5) / 127.5, 3)


@right(EXERCISE)
def interpolates():
    def rescale_images(images):
        return np.interp(images, [0, 1], [-1, 1]).reshape((*images.shape, 1))

    return rescale_images


@right(EXERCISE)
def copies_then_works_in_place():
    def rescale_images(images):
        scaled = images.copy()
        scaled *= 2
        scaled -= 1
        return scaled[:, :, :, None]

    return rescale_images


@right(EXERCISE)
def fills_an_empty_array():
    def rescale_images(images):
        out = np.empty((*images.shape, 1), dtype=np.float32)
        for i, image in enumerate(images):
            out[i, :, :, 0] = 2 * image - 1
        return out

    return rescale_images


@right(EXERCISE)
def stacks_image_by_image():
    return lambda images: np.stack([(2 * x - 1)[:, :, None] for x in images])


@right(EXERCISE)
def stacks_one_channel():
    return lambda images: np.stack([images - (1 - images)], axis=-1)


@right(EXERCISE)
def in_double_precision():
    return lambda images: (2 * images.astype("float64") - 1).reshape(len(images), 28, 28, 1)


@right(EXERCISE)
def tensorflow_expand_dims():
    def rescale_images(images):
        x = tf.convert_to_tensor(images, tf.float32)
        return tf.expand_dims(x * 2 - 1, -1)

    return rescale_images


@right(EXERCISE)
def tensorflow_new_axis():
    return lambda images: (tf.cast(images, tf.float32) * 2.0 - 1.0)[..., tf.newaxis]


@right(EXERCISE)
def tensorflow_function():
    @tf.function
    def rescale_images(images):
        return tf.reshape(2 * images - 1, (-1, 28, 28, 1))

    return rescale_images


@right(EXERCISE)
def keras_ops():
    return lambda images: ops.expand_dims(ops.subtract(ops.multiply(images, 2), 1), axis=-1)


@right(EXERCISE)
def keras_rescaling():
    def rescale_images(images):
        return keras.layers.Rescaling(2.0, offset=-1.0)(images[..., None]).numpy()

    return rescale_images


@right(EXERCISE)
def a_keras_model():
    layers = [keras.layers.Rescaling(2, -1), keras.layers.Reshape((28, 28, 1))]
    return keras.Sequential(layers)


@right(EXERCISE)
def partial_function():
    def stretch(low, high, images):
        return low + (high - low) * np.atleast_3d(images)[..., None]

    return functools.partial(stretch, -1.0, 1.0)


@right(EXERCISE)
def object_with_call():
    class Rescale:
        def __init__(self, scale=2.0, offset=-1.0):
            self.scale, self.offset = scale, offset

        def __call__(self, images):
            return self.scale * images.reshape(-1, 28, 28, 1) + self.offset

    return Rescale()


@right(EXERCISE)
def column_major_result():
    return lambda images: np.asfortranarray(reference(images))


@right(EXERCISE)
def clips_what_is_in_range_already():
    return lambda images: np.clip(reference(images), -1, 1)


@right(EXERCISE)
def asserts_its_contract():
    def rescale_images(images):
        assert images.ndim == 3 and images.min() >= 0.0 and images.max() <= 1.0
        return reference(images)

    return rescale_images


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def subtracts_the_middle_and_divides():
    return lambda images: ((images - 0.5) / 0.5)[..., np.newaxis]


@right(EXERCISE)
def list_comprehension():
    return lambda images: np.array([2 * image[:, :, None] - 1 for image in images])


@right(EXERCISE)
def at_least_four_dimensions_by_a_stack():
    return lambda images: np.stack([images * 2 - 1], axis=-1)


@disputed(EXERCISE, "float16 is a float dtype, and its rounding shows")
def half_precision():
    return lambda images: reference(images).astype(np.float16)


@disputed(EXERCISE, "nested lists: np.asarray takes them")
def nested_lists():
    return lambda images: reference(images).tolist()


@disputed(EXERCISE, "takes images that have the channel already, and leaves that axis out")
def squeezes_first():
    return lambda images: reference(np.squeeze(images))


@wrong(EXERCISE, "not_rescaled")
def channel_alone():
    return lambda images: images[..., np.newaxis]


@wrong(EXERCISE, "not_rescaled")
def channel_alone_by_reshape():
    def rescale_images(images):
        images = images.astype("float32")
        return images.reshape(-1, 28, 28, 1)

    return rescale_images


@wrong(EXERCISE, "not_rescaled")
def channel_alone_in_tensorflow():
    return lambda images: tf.expand_dims(tf.cast(images, tf.float32), axis=3)


@wrong(EXERCISE, "no_channel_axis")
def no_channel():
    return lambda images: 2 * images - 1


@wrong(EXERCISE, "no_channel_axis")
def no_channel_in_ops():
    return lambda images: ops.subtract(2.0 * ops.convert_to_tensor(images), 1.0)


@wrong(EXERCISE, "channel_axis_misplaced")
def channel_first():
    return lambda images: 2 * images[:, np.newaxis] - 1


@wrong(EXERCISE, "channel_axis_misplaced")
def batch_axis_for_a_channel():
    return lambda images: 2 * images[np.newaxis] - 1


@wrong(EXERCISE)
def three_channels():
    return lambda images: np.repeat(reference(images), 3, axis=-1)


@wrong(EXERCISE, "scaled_from_255")
def as_if_pixels_went_to_255():
    return lambda images: (images[..., None] - 127.5) / 127.5


@wrong(EXERCISE, "scaled_from_255")
def as_if_pixels_went_to_255_shorter():
    return lambda images: images.reshape(-1, 28, 28, 1) / 127.5 - 1


@wrong(EXERCISE, "min_max_scaled")
def stretches_to_the_whole_range():
    def rescale_images(images):
        low, high = images.min(), images.max()
        return (2 * (images - low) / (high - low) - 1)[..., None]

    return rescale_images


@wrong(EXERCISE)
def stretches_each_image():
    def rescale_images(images):
        low = images.min(axis=(1, 2), keepdims=True)
        high = images.max(axis=(1, 2), keepdims=True)
        return (2 * (images - low) / (high - low + 1e-7) - 1)[..., np.newaxis]

    return rescale_images


@wrong(EXERCISE)
def divides_by_the_maximum():
    return lambda images: 2 * images[..., None] / images.max() - 1


@wrong(EXERCISE, "standardised")
def standardises():
    return lambda images: ((images - images.mean()) / images.std())[..., None]


@wrong(EXERCISE, "not_stretched")
def centres_alone():
    return lambda images: images[..., None] - 0.5


@wrong(EXERCISE, "not_stretched")
def subtracts_one_alone():
    return lambda images: np.expand_dims(images - 1, -1)


@wrong(EXERCISE, "not_shifted")
def doubles_alone():
    return lambda images: np.expand_dims(images * 2, -1)


@wrong(EXERCISE)
def brackets_misplaced():
    return lambda images: 2 * (images[..., None] - 1)


@wrong(EXERCISE, "wrong_direction")
def the_inverse():
    return lambda images: (images[..., None] + 1) / 2


@wrong(EXERCISE, "inverted")
def negative_image():
    return lambda images: 1 - 2 * images[..., None]


@wrong(EXERCISE)
def squashed_by_tanh():
    return lambda images: np.tanh(images)[..., np.newaxis]


@wrong(EXERCISE)
def whole_numbers():
    return lambda images: np.rint(reference(images)).astype("int32")


@wrong(EXERCISE)
def flattened():
    return lambda images: (2 * images - 1).reshape(len(images), -1)


@wrong(EXERCISE)
def rows_and_columns_swapped():
    return lambda images: reference(images.transpose(0, 2, 1))


@wrong(EXERCISE)
def reshaped_the_wrong_way():
    return lambda images: (2 * images - 1).reshape(28, 28, -1, 1).transpose(2, 0, 1, 3)


@wrong(EXERCISE)
def first_image_only():
    return lambda images: reference(images[0])


@wrong(EXERCISE)
def rescales_in_place():
    def rescale_images(images):
        images *= 2
        images -= 1
        return images[..., np.newaxis]

    return rescale_images


@wrong(EXERCISE)
def rescales_in_place_with_out():
    def rescale_images(images):
        np.subtract(np.multiply(images, 2, out=images), 1, out=images)
        return np.expand_dims(images, -1)

    return rescale_images


@wrong(EXERCISE)
def one_number_of_images_only():
    return lambda images: (2 * images - 1).reshape(60000, 28, 28, 1)


@wrong(EXERCISE)
def keras_reshape_without_the_batch():
    return lambda images: (2 * images - 1).reshape(28, 28, 1)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros_of_the_right_shape():
    return lambda images: np.zeros((*images.shape, 1), "float32")


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def random_numbers_of_the_right_shape():
    return lambda images: np.random.uniform(-1, 1, (*images.shape, 1))


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers_of_the_right_shape():
    return lambda images: np.full((*images.shape, 1), np.nan)


@wrong(EXERCISE)
def adds_an_axis_by_method():
    return lambda images: (2 * images - 1).expand_dims(-1)


@wrong(EXERCISE)
def pair_of_images_and_shape():
    return lambda images: (reference(images), images.shape)


@wrong(EXERCISE)
def lazy_map():
    return lambda images: map(reference, images)
