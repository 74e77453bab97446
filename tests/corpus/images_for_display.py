"""Answers to `images_for_display(generated)`: [−1, 1] (n, 28, 28, 1) → [0, 1] (n, 28, 28)."""

from __future__ import annotations

import functools

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "images_for_display"
enter_novices(EXERCISE, arity=1)


def reference(generated):
    return (generated[..., 0] + 1) / 2


@right(EXERCISE)
def index_then_line():
    def images_for_display(generated):
        return (generated[..., 0] + 1.0) / 2.0

    return images_for_display


@right(EXERCISE)
def squeezes_the_last_axis():
    return lambda generated: np.squeeze(generated, axis=-1) * 0.5 + 0.5


@right(EXERCISE)
def squeeze_method():
    def images_for_display(generated):
        images = 0.5 * (generated + 1)
        return images.squeeze(3)

    return images_for_display


@right(EXERCISE)
def reshapes():
    return lambda generated: ((generated + 1) / 2).reshape(-1, 28, 28)


@right(EXERCISE)
def reshapes_by_its_own_shape():
    return lambda generated: (generated.reshape(generated.shape[:-1]) - -1) / (1 - -1)


@right(EXERCISE)
def clips_too():
    return lambda generated: np.clip(generated[:, :, :, 0] / 2 + 0.5, 0.0, 1.0)


@right(EXERCISE)
def interpolates():
    return lambda generated: np.interp(generated, (-1, 1), (0, 1))[:, :, :, 0]


@right(EXERCISE)
def mean_over_the_channel():
    return lambda generated: (1 + generated.mean(axis=-1)) / 2


@right(EXERCISE)
def by_way_of_255():
    return lambda generated: (generated[..., 0] * 127.5 + 127.5) / 255.0


@right(EXERCISE)
def image_by_image():
    def images_for_display(generated):
        images = []
        for picture in generated:
            images.append((picture[:, :, 0] + 1) / 2)
        return np.array(images)

    return images_for_display


@right(EXERCISE)
def copies_then_works_in_place():
    def images_for_display(generated):
        images = np.array(generated)[..., 0]
        images += 1
        images /= 2
        return images

    return images_for_display


@right(EXERCISE)
def in_double_precision():
    return lambda generated: reference(np.asarray(generated, dtype=np.float64))


@right(EXERCISE)
def tensorflow_squeeze():
    return lambda generated: tf.squeeze((tf.convert_to_tensor(generated) + 1) / 2, axis=-1)


@right(EXERCISE)
def tensorflow_function():
    @tf.function
    def images_for_display(generated):
        return tf.reshape(generated * 0.5 + 0.5, (-1, 28, 28))

    return images_for_display


@right(EXERCISE)
def keras_ops():
    return lambda generated: ops.squeeze(ops.divide(ops.add(generated, 1), 2), axis=3)


@right(EXERCISE)
def keras_rescaling():
    def images_for_display(generated):
        return keras.layers.Rescaling(0.5, offset=0.5)(generated).numpy()[..., 0]

    return images_for_display


@right(EXERCISE)
def a_keras_model():
    layers = [keras.layers.Reshape((28, 28)), keras.layers.Rescaling(0.5, 0.5)]
    return keras.Sequential(layers)


@right(EXERCISE)
def unstacks():
    return lambda generated: sum(np.split(generated, 1, axis=-1))[..., -1] / 2 + 1 / 2


@right(EXERCISE)
def partial_function():
    def stretch(low, high, generated):
        return (generated[..., 0] - low) / (high - low)

    return functools.partial(stretch, -1, 1)


@right(EXERCISE)
def object_with_call():
    class Display:
        def __init__(self, **options):
            self.offset = options.get("offset", 1.0)

        def __call__(self, generated):
            return (generated[..., 0] + self.offset) / (2 * self.offset)

    return Display()


@right(EXERCISE)
def converts_tensors_first():
    def images_for_display(generated):
        if hasattr(generated, "numpy"):
            generated = generated.numpy()
        return reference(generated)

    return images_for_display


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def takes_the_channel():
    return lambda generated: np.take(generated, 0, axis=-1) * 0.5 + 0.5


@right(EXERCISE)
def list_comprehension():
    return lambda generated: np.array([(image[:, :, 0] + 1) / 2 for image in generated])


@right(EXERCISE)
def subtracts_the_lower_end():
    def images_for_display(generated):
        low, high = -1.0, 1.0
        return np.squeeze((np.asarray(generated) - low) / (high - low), axis=3)

    return images_for_display


@disputed(EXERCISE, "float16 is a float dtype, and its rounding shows")
def half_precision():
    return lambda generated: reference(generated).astype(np.float16)


@disputed(EXERCISE, "a list of images: np.asarray takes it")
def list_of_images():
    return lambda generated: list(reference(generated))


@wrong(EXERCISE, "display_off")
def half_plus_one():
    return lambda generated: 0.5 * generated[..., 0] + 1


@wrong(EXERCISE, "display_off")
def half_plus_one_squeezed():
    def images_for_display(generated):
        images = np.squeeze(generated, axis=-1)
        return images / 2 + 1.0

    return images_for_display


@wrong(EXERCISE, "display_off")
def half_plus_one_by_layer():
    def images_for_display(generated):
        return keras.layers.Rescaling(0.5, offset=1)(generated)[..., 0]

    return images_for_display


@wrong(EXERCISE, "not_rescaled")
def left_as_it_is():
    return lambda generated: generated[..., 0]


@wrong(EXERCISE, "not_rescaled")
def left_as_it_is_in_tensorflow():
    return lambda generated: tf.squeeze(generated, axis=[3])


@wrong(EXERCISE, "channel_axis")
def channel_kept():
    return lambda generated: (generated + 1) / 2


@wrong(EXERCISE, "channel_axis")
def channel_kept_in_ops():
    return lambda generated: ops.add(ops.multiply(generated, 0.5), 0.5)


@wrong(EXERCISE, "squeezed_batch")
def squeezes_every_axis():
    return lambda generated: np.squeeze((generated + 1) / 2)


@wrong(EXERCISE, "squeezed_batch")
def squeezes_every_axis_in_tensorflow():
    return lambda generated: tf.squeeze(tf.convert_to_tensor(generated) * 0.5 + 0.5)


@wrong(EXERCISE, "squeezed_batch")
def squeezes_every_axis_by_method():
    def images_for_display(generated):
        generated = generated.squeeze()
        return (generated + 1) / 2

    return images_for_display


@wrong(EXERCISE)
def brackets_forgotten():
    return lambda generated: generated[..., 0] + 1 / 2


@wrong(EXERCISE, "not_halved")
def adds_one_alone():
    return lambda generated: generated[..., 0] + 1


@wrong(EXERCISE, "not_shifted")
def halves_alone():
    return lambda generated: generated[..., 0] / 2


@wrong(EXERCISE, "clipped_not_rescaled")
def clips_alone():
    return lambda generated: np.clip(generated[..., 0], 0, 1)


@wrong(EXERCISE, "absolute_value")
def absolute_values():
    return lambda generated: np.abs(generated[..., 0])


@wrong(EXERCISE, "wrong_direction")
def the_inverse():
    return lambda generated: 2 * generated[..., 0] - 1


@wrong(EXERCISE, "inverted")
def negative_image():
    return lambda generated: (1 - generated[..., 0]) / 2


@wrong(EXERCISE)
def sigmoid_of_the_pixels():
    return lambda generated: 1 / (1 + np.exp(-generated[..., 0]))


@wrong(EXERCISE, "scaled_to_255")
def up_to_255():
    return lambda generated: (generated[..., 0] + 1) * 127.5


@wrong(EXERCISE)
def bytes_up_to_255():
    return lambda generated: ((generated[..., 0] + 1) * 127.5).astype("uint8")


@wrong(EXERCISE)
def whole_numbers():
    return lambda generated: reference(generated).astype(int)


@wrong(EXERCISE)
def divides_without_remainder():
    return lambda generated: (generated[..., 0] + 1) // 2


@wrong(EXERCISE, "min_max_scaled")
def stretches_to_the_whole_range():
    def images_for_display(generated):
        images = generated[..., 0]
        return (images - images.min()) / (images.max() - images.min())

    return images_for_display


@wrong(EXERCISE)
def stretches_each_image():
    def images_for_display(generated):
        images = generated[..., 0]
        low, high = (f(axis=(1, 2), keepdims=True) for f in (images.min, images.max))
        return (images - low) / (high - low)

    return images_for_display


@wrong(EXERCISE)
def flattened():
    return lambda generated: ((generated + 1) / 2).reshape(len(generated), -1)


@wrong(EXERCISE)
def first_image_only():
    return lambda generated: reference(generated)[0]


@wrong(EXERCISE)
def takes_the_first_image_for_the_channel():
    return lambda generated: (generated[0] + 1) / 2


@wrong(EXERCISE)
def takes_the_first_column():
    return lambda generated: (generated[:, :, 0] + 1) / 2


@wrong(EXERCISE)
def rows_and_columns_swapped():
    return lambda generated: reference(generated).transpose(0, 2, 1)


@wrong(EXERCISE)
def sixteen_images_only():
    return lambda generated: reference(generated).reshape(16, 28, 28)


@wrong(EXERCISE)
def rescales_in_place():
    def images_for_display(generated):
        generated += 1
        generated /= 2
        return generated[..., 0]

    return images_for_display


@wrong(EXERCISE)
def wipes_its_argument():
    def images_for_display(generated):
        images = reference(generated)
        generated[...] = 0
        return images

    return images_for_display


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros_of_the_right_shape():
    return lambda generated: np.zeros(generated.shape[:3])


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def random_numbers_of_the_right_shape():
    return lambda generated: np.random.rand(*generated.shape[:3])


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers_of_the_right_shape():
    return lambda generated: np.full(generated.shape[:3], np.nan)


@wrong(EXERCISE)
def calls_numpy_on_an_array():
    return lambda generated: (generated.numpy()[..., 0] + 1) / 2


@wrong(EXERCISE)
def plots_for_returns():
    def images_for_display(generated):
        import matplotlib.figure

        axes = matplotlib.figure.Figure().subplots()
        axes.imshow(reference(generated)[0], cmap="binary")

    return images_for_display
