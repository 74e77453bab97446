"""Answers to `peak_signal_to_noise_ratio(clean, restored)`.

−10·log10 of the MSE over all pixels of all images, in dB; images in [0, 1] of any rank;
identical images give inf.
"""

from __future__ import annotations

import functools
import math
import time

import keras
import numpy as np
import tensorflow as tf

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "peak_signal_to_noise_ratio"
enter_novices(EXERCISE, arity=2)


def mse(clean, restored):
    return np.mean((np.asarray(clean) - np.asarray(restored)) ** 2)


@right(EXERCISE)
def minus_ten_log10_unguarded():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10 * np.log10(np.mean((clean - restored) ** 2))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def ten_log10_of_the_inverse_unguarded():
    def peak_signal_to_noise_ratio(clean, restored):
        error = np.square(clean - restored).mean()
        return 10 * np.log10(1 / error)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def guarded_with_math():
    def peak_signal_to_noise_ratio(clean, restored):
        error = float(mse(clean, restored))
        if error == 0:
            return math.inf
        return 10 * math.log10(1.0**2 / error)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def guarded_by_array_equal():
    def peak_signal_to_noise_ratio(clean, restored):
        if np.array_equal(clean, restored):
            return float("inf")
        return -10.0 * math.log10(mse(clean, restored))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def twenty_log10_of_the_inverse_rmse():
    def peak_signal_to_noise_ratio(clean, restored):
        rmse = np.sqrt(mse(clean, restored))
        with np.errstate(divide="ignore"):
            return 20 * np.log10(1.0 / rmse)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def peak_minus_error():
    def peak_signal_to_noise_ratio(clean, restored, peak=1.0):
        with np.errstate(all="ignore"):
            return 20 * np.log10(peak) - 10 * np.log10(mse(clean, restored))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def like_scikit_image():
    def peak_signal_to_noise_ratio(image_true, image_test, *, data_range=1):
        image_true = np.asarray(image_true, dtype=np.float64)
        image_test = np.asarray(image_test, dtype=np.float64)
        err = np.mean((image_true - image_test) ** 2, dtype=np.float64)
        if err == 0:
            return np.inf
        return 10 * np.log10((data_range**2) / err)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def natural_logarithm_over_its_value_at_ten():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10 * np.log(mse(clean, restored)) / np.log(10)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def norm_of_the_difference():
    def peak_signal_to_noise_ratio(clean, restored):
        norm = np.linalg.norm((clean - restored).ravel())
        return -20 * np.log10(norm / np.sqrt(clean.size))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def scalar_product():
    def peak_signal_to_noise_ratio(clean, restored):
        difference = np.subtract(clean, restored, dtype=np.float64).ravel()
        return -10 * np.log10(difference @ difference / difference.size)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def python_loop():
    def peak_signal_to_noise_ratio(clean, restored):
        total, count = 0.0, 0
        for a, b in zip(clean.ravel().tolist(), restored.ravel().tolist(), strict=True):
            total += (a - b) ** 2
            count += 1
        return math.inf if total == 0 else -10 * math.log10(total / count)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def catches_the_zero_division():
    def peak_signal_to_noise_ratio(clean, restored):
        try:
            return 10 * math.log10(1 / float(mse(clean, restored)))
        except ZeroDivisionError:
            return math.inf

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def float64_zero_dimensional_array():
    def peak_signal_to_noise_ratio(clean, restored):
        difference = clean.astype("float64") - restored.astype("float64")
        return np.array(-10 * np.log10((difference**2).mean()))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def float32_scalar():
    return lambda clean, restored: np.float32(-10 * np.log10(mse(clean, restored)))


@right(EXERCISE)
def tensorflow():
    def peak_signal_to_noise_ratio(clean, restored):
        error = tf.reduce_mean(tf.square(clean - restored))
        return -10.0 * tf.math.log(error) / tf.math.log(tf.constant(10.0, error.dtype))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def tensorflow_function():
    @tf.function
    def peak_signal_to_noise_ratio(clean, restored):
        error = tf.reduce_mean(
            tf.math.squared_difference(tf.cast(clean, tf.float32), tf.cast(restored, tf.float32))
        )
        return -10.0 * tf.math.log(error) / math.log(10.0)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def tensorflow_image_psnr_of_one_long_image():
    def peak_signal_to_noise_ratio(clean, restored):
        long = (1, -1, 1)
        return tf.image.psnr(clean.reshape(long), restored.reshape(long), max_val=1.0)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def keras_ops():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10 * keras.ops.log10(keras.ops.mean((clean - restored) ** 2))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def keras_loss_averaged():
    def peak_signal_to_noise_ratio(clean, restored):
        per_row = keras.losses.mean_squared_error(clean, restored)
        return -10 * np.log10(np.mean(per_row))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def keras_metric():
    def peak_signal_to_noise_ratio(clean, restored):
        metric = keras.metrics.MeanSquaredError()
        metric.update_state(clean, restored)
        return -10 * np.log10(metric.result())

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def lambda_in_one_line():
    return lambda a, b: -10 * np.log10(((a - b) ** 2).mean())


@right(EXERCISE)
def partial_with_peak():
    def psnr(peak, clean, restored):
        return 10 * np.log10(peak**2 / mse(clean, restored))

    return functools.partial(psnr, 1.0)


@right(EXERCISE)
def object_with_call():
    class PSNR:
        peak = 1.0

        def __call__(self, clean, restored):
            error = mse(clean, restored)
            return np.inf if error == 0 else 10 * np.log10(self.peak**2 / error)

    return PSNR()


@right(EXERCISE)
def np_where():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return np.where(error == 0, np.inf, -10 * np.log10(np.maximum(error, 1e-30)))

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(lambda clean, restored: -10 * np.log10(mse(clean, restored)))


@right(EXERCISE)
def difference_of_logarithms():
    def peak_signal_to_noise_ratio(clean, restored):
        mse = np.mean(np.square(np.subtract(clean, restored, dtype="float64")))
        with np.errstate(divide="ignore"):
            return 20 * np.log10(1.0) - 10 * np.log10(mse)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def metric_of_keras_with_an_exception():
    def peak_signal_to_noise_ratio(clean, restored):
        metric = keras.metrics.MeanSquaredError()
        metric.update_state(clean.ravel(), restored.ravel())
        mse = float(metric.result())
        return float("inf") if mse == 0 else -10 * np.log10(mse)

    return peak_signal_to_noise_ratio


@right(EXERCISE)
def variance_plus_squared_bias():
    def peak_signal_to_noise_ratio(clean, restored):
        error = (clean - restored).astype("float64")
        mse = error.var() + error.mean() ** 2
        return np.inf if mse == 0 else -10.0 * np.log(mse) / np.log(10.0)

    return peak_signal_to_noise_ratio


@disputed(EXERCISE, "an array of one number, not a scalar")
def array_of_one_number():
    return lambda clean, restored: np.array([-10 * np.log10(mse(clean, restored))])


@disputed(EXERCISE, "rounded to hundredths, as such figures are often shown")
def rounds_to_hundredths():
    return lambda clean, restored: np.round(-10 * np.log10(mse(clean, restored)), 2)


def per_image(clean, restored):
    axes = tuple(range(1, clean.ndim))
    return -10 * np.log10(np.mean((clean - restored) ** 2, axis=axes))


@wrong(EXERCISE, "mean_of_per_image")
def mean_of_scores_by_axes():
    return lambda clean, restored: per_image(clean, restored).mean()


@wrong(EXERCISE, "mean_of_per_image")
def mean_of_scores_by_loop():
    def peak_signal_to_noise_ratio(clean, restored):
        scores = []
        for image, other in zip(clean, restored, strict=True):
            error = np.mean((image - other) ** 2)
            scores.append(np.inf if error == 0 else 10 * np.log10(1 / error))
        return float(np.mean(scores))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def mean_of_tensorflow_scores():
    def peak_signal_to_noise_ratio(clean, restored):
        scores = tf.image.psnr(clean[..., None], restored[..., None], max_val=1.0)
        return tf.reduce_mean(scores)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def one_score_per_image():
    return per_image


@wrong(EXERCISE, "natural_log")
def natural_logarithm():
    return lambda clean, restored: -10 * np.log(mse(clean, restored))


@wrong(EXERCISE, "natural_log")
def natural_logarithm_guarded():
    def peak_signal_to_noise_ratio(clean, restored):
        error = float(mse(clean, restored))
        return math.inf if error == 0 else 10 * math.log(1 / error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, "natural_log")
def natural_logarithm_of_tensors():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10.0 * tf.math.log(tf.reduce_mean(tf.square(clean - restored)))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def binary_logarithm():
    return lambda clean, restored: -10 * np.log2(mse(clean, restored))


@wrong(EXERCISE, "twenty_log10_of_mse")
def minus_twenty_log10_of_mse():
    return lambda clean, restored: -20 * np.log10(mse(clean, restored))


@wrong(EXERCISE, "twenty_log10_of_mse")
def twenty_log10_of_peak_over_mse():
    def peak_signal_to_noise_ratio(clean, restored):
        error = float(mse(clean, restored))
        if error == 0:
            return float("inf")
        return 20 * math.log10(1.0 / error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, "wrong_peak")
def peak_of_255():
    return lambda clean, restored: 10 * np.log10(255**2 / mse(clean, restored))


@wrong(EXERCISE, "wrong_peak")
def peak_of_255_over_rmse():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return np.inf if error == 0 else 20 * math.log10(255.0 / math.sqrt(error))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, "wrong_peak")
def peak_of_the_brightest_pixel():
    def peak_signal_to_noise_ratio(clean, restored):
        return 10 * np.log10(clean.max() ** 2 / mse(clean, restored))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, "wrong_sign")
def plus_ten_log10():
    return lambda clean, restored: 10 * np.log10(mse(clean, restored))


@wrong(EXERCISE, "wrong_sign")
def minus_ten_log10_of_the_inverse():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return np.inf if error == 0 else -10 * np.log10(1 / error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, "no_logarithm")
def inverse_of_mse():
    return lambda clean, restored: 1 / mse(clean, restored)


@wrong(EXERCISE, "no_logarithm")
def mse_alone():
    def peak_signal_to_noise_ratio(clean, restored):
        return ((clean - restored) ** 2).mean()

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def ten_times_the_inverse():
    return lambda clean, restored: 10 * (1 / mse(clean, restored))


@wrong(EXERCISE, "root_mean_square_error")
def minus_ten_log10_of_rmse():
    return lambda clean, restored: -10 * np.log10(np.sqrt(mse(clean, restored)))


@wrong(EXERCISE, "root_mean_square_error")
def ten_log10_of_the_inverse_rmse():
    def peak_signal_to_noise_ratio(clean, restored):
        rmse = math.sqrt(mse(clean, restored))
        return math.inf if rmse == 0 else 10 * math.log10(1 / rmse)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def absolute_error():
    return lambda clean, restored: -10 * np.log10(np.mean(np.abs(clean - restored)))


@wrong(EXERCISE)
def summed_error():
    return lambda clean, restored: -10 * np.log10(np.sum((clean - restored) ** 2))


@wrong(EXERCISE)
def error_without_square():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10 * np.log10(abs(np.mean(clean - restored)))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def forgets_the_ten():
    return lambda clean, restored: -np.log10(mse(clean, restored))


@wrong(EXERCISE)
def divides_by_784_images():
    def peak_signal_to_noise_ratio(clean, restored):
        return -10 * np.log10(np.sum((clean - restored) ** 2) / len(clean) / 784)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def rank_three_alone():
    def peak_signal_to_noise_ratio(clean, restored):
        n, height, width = clean.shape
        error = ((clean - restored) ** 2).sum() / (n * height * width)
        return -10 * np.log10(error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def small_number_added_to_the_error():
    return lambda clean, restored: -10 * np.log10(mse(clean, restored) + 1e-10)


@wrong(EXERCISE)
def hundred_for_identical_images():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return 100 if error == 0 else 20 * np.log10(1 / np.sqrt(error))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def zero_for_identical_images():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return 0.0 if error == 0 else -10 * np.log10(error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, says=("ZeroDivisionError",))
def divides_by_zero():
    return lambda clean, restored: 10 * math.log10(1 / float(mse(clean, restored)))


@wrong(EXERCISE, says=("ValueError",))
def logarithm_of_zero():
    return lambda clean, restored: -10 * math.log10(mse(clean, restored))


@wrong(EXERCISE)
def none_for_identical_images():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        if error > 0:
            return -10 * np.log10(error)

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def rounds_the_pixels():
    def peak_signal_to_noise_ratio(clean, restored):
        difference = np.round(clean) - np.round(restored)
        return -10 * np.log10(np.mean(difference**2))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def variance_of_the_difference():
    return lambda clean, restored: -10 * np.log10(np.var(clean - restored))


@wrong(EXERCISE)
def signal_to_noise_ratio():
    def peak_signal_to_noise_ratio(clean, restored):
        return 10 * np.log10(np.mean(clean**2) / mse(clean, restored))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def always_twenty():
    return lambda clean, restored: 20.0


@wrong(EXERCISE)
def subtracts_in_place():
    def peak_signal_to_noise_ratio(clean, restored):
        clean -= restored
        return -10 * np.log10(np.mean(clean**2))

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def squares_in_place():
    def peak_signal_to_noise_ratio(clean, restored):
        result = -10 * np.log10(mse(clean, restored))
        np.square(restored, out=restored)
        return result

    return peak_signal_to_noise_ratio


@wrong(EXERCISE)
def prints_the_score():
    return lambda clean, restored: print(-10 * np.log10(mse(clean, restored)))


@wrong(EXERCISE)
def score_as_text():
    return lambda clean, restored: f"{-10 * np.log10(mse(clean, restored)):.2f} dB"


@wrong(EXERCISE)
def score_and_error():
    def peak_signal_to_noise_ratio(clean, restored):
        error = mse(clean, restored)
        return -10 * np.log10(error), error

    return peak_signal_to_noise_ratio


@wrong(EXERCISE, at_most=SHAPE_ALONE, slow=True)
def swallows_everything_for_ever():
    def peak_signal_to_noise_ratio(clean, restored):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    return peak_signal_to_noise_ratio
