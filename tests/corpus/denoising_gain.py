"""Answers to `denoising_gain(dae, clean_images, noise_stddev)`.

It adds unclipped Gaussian noise itself (any seed), restores at inference and returns the PSNR of
the restored images minus the PSNR of the noisy ones.
"""

from __future__ import annotations

import functools
import math
import random

import keras
import numpy as np
import tensorflow as tf

from .answers import NOTHING, SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "denoising_gain"
enter_novices(EXERCISE, arity=3)


def peak_signal_to_noise_ratio(clean, restored):
    return -10 * np.log10(np.mean((np.asarray(clean) - np.asarray(restored)) ** 2))


psnr = peak_signal_to_noise_ratio


def reference(dae, clean_images, noise_stddev):
    noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
    return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)


@right(EXERCISE)
def calls_the_model():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.normal(0, noise_stddev, size=clean_images.shape)
        noisy = clean_images + noise
        restored = dae(noisy)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def calls_the_model_with_training_false():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.randn(*clean_images.shape).astype("float32") * noise_stddev
        noisy = clean_images + noise
        restored = dae(noisy, training=False).numpy()
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def predicts_with_a_progress_bar():
    def denoising_gain(dae, clean_images, noise_stddev):
        rng = np.random.default_rng(42)
        noisy = clean_images + rng.normal(scale=noise_stddev, size=clean_images.shape)
        return psnr(clean_images, dae.predict(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def predicts_in_small_batches():
    def denoising_gain(dae, clean_images, noise_stddev):
        rng = np.random.default_rng()
        noise = rng.standard_normal(clean_images.shape, dtype=np.float32) * noise_stddev
        noisy = (clean_images + noise).astype("float32")
        restored = dae.predict(noisy, batch_size=5, verbose=0)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def predicts_on_batch():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0.0, noise_stddev, clean_images.shape)
        restored = dae.predict_on_batch(noisy)
        return float(psnr(clean_images, restored) - psnr(clean_images, noisy))

    return denoising_gain


@right(EXERCISE)
def predicts_a_dataset():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0.0, noise_stddev, clean_images.shape)
        batches = tf.data.Dataset.from_tensor_slices(noisy.astype("float32")).batch(7)
        restored = dae.predict(batches, verbose=0)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def batches_by_hand():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + noise_stddev * np.random.randn(*clean_images.shape)
        parts = [dae(noisy[i : i + 4]) for i in range(0, len(noisy), 4)]
        restored = np.concatenate(parts)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def noise_drawn_for_each_batch():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy_error = restored_error = 0.0
        for start in range(0, len(clean_images), 8):
            clean = clean_images[start : start + 8]
            noisy = clean + np.random.normal(0, noise_stddev, clean.shape)
            noisy_error += np.sum((noisy - clean) ** 2)
            restored_error += np.sum((dae(noisy).numpy() - clean) ** 2)
        return 10 * math.log10(noisy_error / restored_error)

    return denoising_gain


@right(EXERCISE)
def one_image_at_a_time():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        restored = np.array([dae(image[np.newaxis])[0] for image in noisy])
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def ratio_of_the_errors():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        before = np.mean((noisy - clean_images) ** 2)
        after = np.mean((dae.predict(noisy, verbose=0) - clean_images) ** 2)
        return 10 * np.log10(before / after)

    return denoising_gain


@right(EXERCISE)
def keras_random():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = keras.random.normal(clean_images.shape, stddev=noise_stddev)
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def keras_random_with_a_seed():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = keras.random.normal(clean_images.shape, mean=0.0, stddev=noise_stddev, seed=42)
        noisy = keras.ops.add(clean_images, noise)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def tensorflow_throughout():
    def denoising_gain(dae, clean_images, noise_stddev):
        clean = tf.convert_to_tensor(clean_images, tf.float32)
        noisy = clean + tf.random.normal(tf.shape(clean), stddev=noise_stddev)

        def score(images):
            error = tf.reduce_mean((clean - images) ** 2)
            return -10.0 * tf.math.log(error) / tf.math.log(10.0)

        return score(dae(noisy)) - score(noisy)

    return denoising_gain


@right(EXERCISE)
def stateless_tensorflow_noise():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.stateless_normal(clean_images.shape, seed=(1, 2), stddev=noise_stddev)
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def keras_noise_layer():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = keras.layers.GaussianNoise(noise_stddev)(clean_images, training=True)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def python_noise():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = [random.gauss(0, noise_stddev) for _ in range(clean_images.size)]
        noisy = clean_images + np.array(noise).reshape(clean_images.shape)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def seeds_everything():
    def denoising_gain(dae, clean_images, noise_stddev):
        keras.utils.set_random_seed(7)
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def legacy_numpy_seed():
    def denoising_gain(dae, clean_images, noise_stddev):
        np.random.seed(0)
        noise = np.random.normal(loc=0.0, scale=noise_stddev, size=clean_images.shape)
        noisy = clean_images + noise.astype(np.float32)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def own_score_inside():
    def denoising_gain(dae, clean_images, noise_stddev):
        def score(images):
            error = np.mean((clean_images - np.asarray(images)) ** 2)
            return math.inf if error == 0 else 20 * math.log10(1 / math.sqrt(error))

        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return score(dae(noisy)) - score(noisy)

    return denoising_gain


@right(EXERCISE)
def the_global_name_of_the_lesson():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        before = peak_signal_to_noise_ratio(clean_images, noisy)
        after = peak_signal_to_noise_ratio(clean_images, dae.predict(noisy, verbose=0))
        return after - before

    return denoising_gain


@right(EXERCISE)
def zero_dimensional_array():
    return lambda *arguments: np.array(reference(*arguments))


@right(EXERCISE)
def float32_scalar():
    return lambda *arguments: np.float32(reference(*arguments))


@right(EXERCISE)
def one_long_lambda():
    return lambda dae, clean, stddev: (lambda noisy: psnr(clean, dae(noisy)) - psnr(clean, noisy))(
        clean + np.random.normal(0, stddev, clean.shape)
    )


@right(EXERCISE)
def partial_function():
    def gain(score, dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return score(clean_images, dae(noisy)) - score(clean_images, noisy)

    return functools.partial(gain, psnr)


@right(EXERCISE)
def object_with_call():
    class Gain:
        def __init__(self, seed):
            self.rng = np.random.default_rng(seed)

        def __call__(self, dae, clean_images, noise_stddev):
            noisy = clean_images + self.rng.normal(0, noise_stddev, clean_images.shape)
            return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return Gain(3)


@right(EXERCISE)
def wraps_the_model_in_a_function():
    def denoising_gain(dae, clean_images, noise_stddev):
        restore = tf.function(lambda images: dae(images, training=False))
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        restored = restore(tf.constant(noisy, tf.float32))
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def prints_its_steps():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        restored = dae.predict(noisy, verbose=1)
        print("noisy", psnr(clean_images, noisy), "restored", psnr(clean_images, restored))
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


def with_globals(**names):
    """Return an answer that looks `peak_signal_to_noise_ratio` up among `names`."""
    source = (
        "def denoising_gain(dae, clean_images, noise_stddev):\n"
        "    noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)\n"
        "    before = peak_signal_to_noise_ratio(clean_images, noisy)\n"
        "    after = peak_signal_to_noise_ratio(clean_images, dae(noisy).numpy())\n"
        "    return after - before\n"
    )
    namespace = {"np": np, **names}
    exec(source, namespace)
    return namespace["denoising_gain"]


@right(EXERCISE)
def in_double_precision_throughout():
    def denoising_gain(dae, clean_images, noise_stddev):
        clean = np.asarray(clean_images, "float64")
        noisy = clean + noise_stddev * np.random.randn(*clean.shape)
        restored = np.asarray(dae(noisy.astype("float32")), "float64")
        errors = [((clean - images) ** 2).mean() for images in (noisy, restored)]
        return 10 * np.log10(errors[0]) - 10 * np.log10(errors[1])

    return denoising_gain


@right(EXERCISE)
def metric_of_keras_for_each_error():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = keras.random.normal(clean_images.shape, stddev=noise_stddev)
        noisy = clean_images + np.asarray(noise)
        levels = []
        for images in (dae.predict(noisy, verbose=0), noisy):
            metric = keras.metrics.MeanSquaredError()
            metric.update_state(clean_images, images)
            levels.append(-10 * np.log10(float(metric.result())))
        return levels[0] - levels[1]

    return denoising_gain


@right(EXERCISE)
def noise_in_the_pipeline():
    def denoising_gain(dae, clean_images, noise_stddev):
        pairs = [
            (x + tf.random.normal(tf.shape(x), stddev=noise_stddev), x)
            for x in tf.data.Dataset.from_tensor_slices(clean_images).batch(9)
        ]
        before = after = 0.0
        for noisy, clean in pairs:
            after += float(tf.reduce_sum((dae(noisy, training=False) - clean) ** 2))
            before += float(tf.reduce_sum((noisy - clean) ** 2))
        return 10 * np.log10(before / after)

    return denoising_gain


@disputed(EXERCISE, "right, if the lesson's own PSNR were: that exercise is not yet solved")
def global_score_not_yet_solved():
    return with_globals(peak_signal_to_noise_ratio=None)


@disputed(EXERCISE, "right, if the lesson's own PSNR were: that one is wrong")
def global_score_wrong():
    return with_globals(peak_signal_to_noise_ratio=lambda a, b: -10 * np.log(np.mean((a - b) ** 2)))


@disputed(EXERCISE, "averages the gain over three draws of the noise")
def mean_over_three_draws():
    return lambda *arguments: np.mean([reference(*arguments) for _ in range(3)])


@disputed(EXERCISE, "clips what the model restored, which a sigmoid makes idle")
def clips_the_restored_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        restored = np.clip(dae(noisy), 0, 1)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@disputed(EXERCISE, "one noise pattern for all images: Gaussian in each pixel, but shared")
def one_pattern_for_all_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.normal(0, noise_stddev, clean_images.shape[1:])
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "clean_input")
def restores_clean_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(clean_images)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "clean_input")
def predicts_clean_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.normal(clean_images.shape, stddev=noise_stddev)
        restored = dae.predict(clean_images, verbose=0)
        before = np.mean(np.square(noise))
        after = np.mean(np.square(restored - clean_images))
        return 10 * np.log10(before / after)

    return denoising_gain


@wrong(EXERCISE, "noise_in_target")
def compares_with_the_noisy_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(noisy, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "noise_in_target")
def compares_with_the_noisy_images_by_errors():
    def denoising_gain(dae, clean_images, noise_stddev):
        rng = np.random.default_rng(1)
        noisy = clean_images + rng.normal(0, noise_stddev, clean_images.shape)
        restored = dae.predict(noisy, verbose=0)
        before = np.mean((noisy - clean_images) ** 2)
        return 10 * math.log10(before / np.mean((restored - noisy) ** 2))

    return denoising_gain


@wrong(EXERCISE, "noise_clipped")
def clips_the_noisy_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.normal(0, noise_stddev, clean_images.shape)
        noisy = np.clip(clean_images + noise, 0, 1)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "noise_clipped")
def clips_the_noisy_tensor():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.normal(clean_images.shape, stddev=noise_stddev)
        noisy = tf.clip_by_value(clean_images + noise, 0.0, 1.0)
        restored = dae.predict(noisy, verbose=0)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "wrong_sign")
def noisy_minus_restored():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, noisy) - psnr(clean_images, dae(noisy))

    return denoising_gain


@wrong(EXERCISE, "wrong_sign")
def ratio_of_errors_upside_down():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        before = np.mean((noisy - clean_images) ** 2)
        after = np.mean((dae.predict(noisy, verbose=0) - clean_images) ** 2)
        return 10 * np.log10(after / before)

    return denoising_gain


@wrong(EXERCISE, "training_mode")
def restores_in_training_mode():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy, training=True)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "training_mode")
def restores_in_training_mode_by_batches():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        batches = np.array_split(noisy, 3)
        restored = np.concatenate([dae(b, training=True).numpy() for b in batches])
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "restored_only")
def score_of_the_restored_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy))

    return denoising_gain


@wrong(EXERCISE, "restored_only")
def score_of_the_predicted_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = keras.random.normal(clean_images.shape, stddev=noise_stddev)
        restored = dae.predict(clean_images + noise, verbose=0)
        return -10 * math.log10(np.mean((clean_images - restored) ** 2))

    return denoising_gain


@wrong(EXERCISE)
def score_of_the_noisy_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        dae(noisy)
        return psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "ratio")
def ratio_of_the_scores():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy)) / psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "ratio")
def ratio_of_the_scores_of_predictions():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.normal(clean_images.shape, stddev=noise_stddev).numpy()
        after = psnr(clean_images, dae.predict(clean_images + noise, verbose=0))
        before = psnr(clean_images, clean_images + noise)
        return np.divide(after, before)

    return denoising_gain


@wrong(EXERCISE, "noise_level_ignored")
def always_a_fifth():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, 0.2, clean_images.shape)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "noise_level_ignored")
def standard_normal_noise():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.normal(clean_images.shape)
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "variance_for_stddev")
def variance_for_deviation():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev**2, clean_images.shape)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "uniform_noise")
def uniform_between_plus_and_minus():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.uniform(-noise_stddev, noise_stddev, clean_images.shape)
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "uniform_noise")
def uniform_from_rand():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + noise_stddev * np.random.rand(*clean_images.shape)
        restored = dae.predict(noisy, verbose=0)
        return psnr(clean_images, restored) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "noise_not_centred")
def noise_of_one_sign():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.abs(np.random.normal(0, noise_stddev, clean_images.shape))
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE)
def noise_that_multiplies():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images * np.random.normal(1, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE)
def one_number_for_all_pixels():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE)
def salt_and_pepper():
    def denoising_gain(dae, clean_images, noise_stddev):
        draw = np.random.rand(*clean_images.shape)
        noisy = np.where(draw < noise_stddev, np.round(draw * 1e6) % 2, clean_images)
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE)
def two_draws_of_the_noise():
    def denoising_gain(dae, clean_images, noise_stddev):
        def noisy():
            return clean_images + np.random.normal(0, noise_stddev, clean_images.shape)

        return psnr(noisy(), dae(noisy())) - psnr(clean_images, noisy())

    return denoising_gain


def scores_of_images(clean, images):
    return -10 * np.log10(np.mean((clean - np.asarray(images)) ** 2, axis=(1, 2)))


@wrong(EXERCISE, "mean_of_per_image")
def mean_gain_over_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        gains = scores_of_images(clean_images, dae(noisy)) - scores_of_images(clean_images, noisy)
        return gains.mean()

    return denoising_gain


@wrong(EXERCISE, "mean_of_per_image")
def mean_gain_by_tensorflow():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = tf.random.normal(clean_images.shape, stddev=noise_stddev)
        noisy = (clean_images + noise)[..., None]
        clean = clean_images[..., None]
        restored = dae(noisy[..., 0])[..., None]
        after = tf.reduce_mean(tf.image.psnr(clean, restored, 1.0))
        return after - tf.reduce_mean(tf.image.psnr(clean, noisy, 1.0))

    return denoising_gain


@wrong(EXERCISE)
def one_gain_per_image():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return scores_of_images(clean_images, dae(noisy)) - scores_of_images(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "no_logarithm")
def difference_of_errors():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return np.mean((clean_images - noisy) ** 2) - np.mean((clean_images - dae(noisy)) ** 2)

    return denoising_gain


@wrong(EXERCISE, "natural_log")
def natural_logarithm():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        before = np.mean((clean_images - noisy) ** 2)
        return 10 * np.log(before / np.mean((clean_images - dae(noisy)) ** 2))

    return denoising_gain


@wrong(EXERCISE)
def both_scores():
    def denoising_gain(dae, clean_images, noise_stddev):
        noisy = clean_images + np.random.normal(0, noise_stddev, clean_images.shape)
        return psnr(clean_images, dae(noisy)), psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE, "clean_input")
def forgets_the_noise():
    def denoising_gain(dae, clean_images, noise_stddev):
        return psnr(clean_images, dae(clean_images))

    return denoising_gain


@wrong(EXERCISE)
def adds_noise_in_place():
    def denoising_gain(dae, clean_images, noise_stddev):
        clean = clean_images.copy()
        noise = np.random.normal(0, noise_stddev, clean_images.shape)
        clean_images += noise.astype(clean_images.dtype)
        return psnr(clean, dae(clean_images)) - psnr(clean, clean_images)

    return denoising_gain


@wrong(EXERCISE)
def expects_ten_thousand_images():
    def denoising_gain(dae, clean_images, noise_stddev):
        noise = np.random.normal(0, noise_stddev, (10000, 28, 28))
        noisy = clean_images + noise
        return psnr(clean_images, dae(noisy)) - psnr(clean_images, noisy)

    return denoising_gain


@wrong(EXERCISE)
def prints_the_gain():
    return lambda *arguments: print(reference(*arguments))


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def always_three_decibels():
    return lambda dae, clean_images, noise_stddev: 3.0


@wrong(EXERCISE, at_most=NOTHING)
def one_stub_calls_another():
    def score(clean, restored):
        raise NotImplementedError

    def denoising_gain(dae, clean_images, noise_stddev):
        return score(clean_images, clean_images)

    return denoising_gain
