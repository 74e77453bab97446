"""Two mistakes at once, in the exercises of lesson 03."""

from __future__ import annotations

from typing import Any

import numpy as np

from .combinations import Mistakes, kit
from .lazily import keras, layers, ops, tf


@kit(
    "Sampling",
    {
        "scale": ("variance_for_stddev", "log_var_for_stddev", "inverse_stddev", "unit_stddev"),
        "noise": (
            "uniform_noise",
            "noise_shared_by_rows",
            "noise_shared_by_dimensions",
            "noise_repeats",
            "constant_for_noise",
        ),
        "mean": ("mean_missing",),
        "order": ("arguments_swapped",),
        "library": ("numpy_inside",),
    },
)
def sampling(mistakes: Mistakes) -> Any:
    def noise_like(mean: Any) -> Any:
        rows, size = tf.shape(mean)[0], mean.shape[1]
        if "constant_for_noise" in mistakes:
            return tf.ones_like(mean)
        if "uniform_noise" in mistakes:
            return tf.random.uniform((rows, size), -(3**0.5), 3**0.5)
        if "noise_shared_by_rows" in mistakes:
            return tf.random.normal((1, size)) * tf.ones_like(mean)
        if "noise_shared_by_dimensions" in mistakes:
            return tf.random.normal((rows, 1)) * tf.ones_like(mean)
        if "noise_repeats" in mistakes:
            return tf.random.stateless_normal((rows, size), seed=(1, 2))
        return tf.random.normal((rows, size))

    def spread(log_var: Any) -> Any:
        if "variance_for_stddev" in mistakes:
            return tf.exp(log_var)
        if "log_var_for_stddev" in mistakes:
            return log_var
        if "inverse_stddev" in mistakes:
            return tf.exp(-log_var / 2)
        if "unit_stddev" in mistakes:
            return tf.ones_like(log_var)
        return tf.exp(log_var / 2)

    class Sampling(layers.Layer):
        def call(self, inputs: Any) -> Any:
            mean, log_var = inputs
            if "arguments_swapped" in mistakes:
                mean, log_var = log_var, mean
            if "numpy_inside" in mistakes:
                log_var = tf.constant(np.asarray(log_var))
            z = spread(log_var) * noise_like(mean)
            return z if "mean_missing" in mistakes else z + mean

    return Sampling


def divergence_terms(mistakes: Mistakes, mean: Any, log_var: Any) -> Any:
    """The bracket of the divergence, summand by summand, with mistakes."""
    variance = ops.exp(log_var)
    if "stddev_for_variance" in mistakes:
        variance = ops.exp(log_var / 2)
    if "log_stddev_for_log_var" in mistakes:
        variance, log_var = ops.exp(2 * log_var), 2 * log_var
    if "exp_missing" in mistakes:
        variance = log_var
    place = ops.square(mean)
    if "mean_squared_missing" in mistakes:
        place = 0 * mean
    elif "mean_not_squared" in mistakes:
        place = mean
    one = 0.0 if "one_missing" in mistakes else 1.0
    return one + log_var - place - variance


@kit(
    "kl_divergence",
    {
        "reduction": ("averaged_over_codings", "summed_over_batch", "averaged_over_batch"),
        "sign": ("wrong_sign",),
        "half": ("half_missing",),
        "variance": ("log_stddev_for_log_var", "stddev_for_variance", "exp_missing"),
        "one": ("one_missing",),
        "square": ("mean_squared_missing", "mean_not_squared"),
        "order": ("arguments_swapped",),
        "library": ("numpy_inside",),
    },
)
def kl_divergence(mistakes: Mistakes) -> Any:
    def answer(mean: Any, log_var: Any) -> Any:
        if "arguments_swapped" in mistakes:
            mean, log_var = log_var, mean
        factor = -1.0 if "half_missing" in mistakes else -0.5
        terms = (-factor if "wrong_sign" in mistakes else factor) * divergence_terms(
            mistakes, mean, log_var
        )
        mean_or_sum = ops.mean if "averaged_over_codings" in mistakes else ops.sum
        result = mean_or_sum(terms, axis=-1)
        if "summed_over_batch" in mistakes:
            result = ops.sum(result)
        elif "averaged_over_batch" in mistakes:
            result = ops.mean(result)
        return np.asarray(result) if "numpy_inside" in mistakes else result

    return answer


@kit(
    "vae_loss",
    {
        "reconstruction": (
            "bce_summed_over_one_axis",
            "mse_for_bce",
            "reconstruction_omitted",
            "from_logits",
            "mean_bce_with_full_kl",
            "bce_summed_over_batch",
        ),
        "kl": (
            "kl_omitted",
            "kl_averaged",
            "kl_summed_over_batch",
            "half_missing",
            "wrong_sign_of_kl",
            "sum_bce_with_scaled_kl",
        ),
        "library": ("numpy_inside",),
    },
    # Both of the first two is another unit; with the others nothing is left of a term.
    one=(
        ("mean_bce_with_full_kl", "sum_bce_with_scaled_kl"),
        ("bce_summed_over_batch", "kl_summed_over_batch"),
        ("mean_bce_with_full_kl", "kl_omitted"),
        ("sum_bce_with_scaled_kl", "reconstruction_omitted"),
    ),
)
def vae_loss(mistakes: Mistakes) -> Any:
    def reconstruction_of(images: Any, pixels: Any) -> Any:
        if "mse_for_bce" in mistakes:
            return ops.sum(ops.square(images - pixels), axis=(1, 2))
        if "from_logits" in mistakes:
            bce = ops.binary_crossentropy(images, pixels, from_logits=True)
            return ops.sum(bce, axis=(1, 2))
        rows = ops.mean(ops.binary_crossentropy(images, pixels), axis=-1)
        if "mean_bce_with_full_kl" in mistakes:
            return ops.mean(rows, axis=-1)
        if "bce_summed_over_one_axis" in mistakes:
            return ops.sum(rows, axis=-1)
        return 28 * ops.sum(rows, axis=-1)

    def answer(images: Any, pixels: Any, mean: Any, log_var: Any) -> Any:
        reconstruction = ops.mean(reconstruction_of(images, pixels))
        count = float(images.shape[0])
        terms = -0.5 * divergence_terms(frozenset(), mean, log_var)
        kl = ops.mean(ops.sum(terms, axis=-1))
        if "kl_averaged" in mistakes:
            kl = ops.mean(terms)
        for name, factor in {
            "kl_omitted": 0.0,
            "kl_summed_over_batch": count,
            "half_missing": 2.0,
            "wrong_sign_of_kl": -1.0,
            "sum_bce_with_scaled_kl": 1 / 784,
        }.items():
            kl = factor * kl if name in mistakes else kl
        if "reconstruction_omitted" in mistakes:
            reconstruction = 0.0 * reconstruction
        if "bce_summed_over_batch" in mistakes:
            reconstruction = count * reconstruction
        loss = reconstruction + kl
        return np.asarray(loss) if "numpy_inside" in mistakes else loss

    return answer


@kit(
    "build_vae_encoder",
    {
        "mean": ("activation_on_mean",),
        "log_var": ("activation_on_log_var",),
        "z": ("z_without_noise", "z_missing", "variance_for_stddev"),
        "order": ("outputs_in_wrong_order",),
        "layers": ("wrong_sizes", "missing_layer", "extra_layer"),
        "hidden": ("linear_hidden_layers",),
        "size": ("wrong_codings_size",),
    },
    one=(("z_missing", "outputs_in_wrong_order"),),
)
def build_vae_encoder(mistakes: Mistakes) -> Any:
    class Draw(layers.Layer):
        def call(self, pair: Any) -> Any:
            mean, log_var = pair
            if "z_without_noise" in mistakes:
                return 1.0 * mean
            spread = ops.exp(log_var if "variance_for_stddev" in mistakes else log_var / 2)
            return mean + spread * keras.random.normal(ops.shape(mean))

    def answer(codings_size: int = 10) -> Any:
        size = 12 if "wrong_codings_size" in mistakes else codings_size
        activation = "linear" if "linear_hidden_layers" in mistakes else "relu"
        inputs = keras.Input((28, 28))
        x = layers.Flatten()(inputs)
        if "missing_layer" not in mistakes:
            x = layers.Dense(160 if "wrong_sizes" in mistakes else 150, activation)(x)
        x = layers.Dense(100, activation)(x)
        if "extra_layer" in mistakes:
            x = layers.Dropout(0.3)(x)
        mean = layers.Dense(size, "relu" if "activation_on_mean" in mistakes else None)(x)
        log_var = layers.Dense(size, "relu" if "activation_on_log_var" in mistakes else None)(x)
        outputs = [mean, log_var, Draw()([mean, log_var])]
        if "z_missing" in mistakes:
            outputs = outputs[:2]
        if "outputs_in_wrong_order" in mistakes:
            outputs = [outputs[2], outputs[0], outputs[1]]
        return keras.Model(inputs, outputs)

    return answer


@kit(
    "vae_train_step",
    {
        "weights": (
            "kl_omitted",
            "mean_bce_with_full_kl",
            "per_pixel",
            "summed_over_batch",
            "wrong_sign_of_kl",
        ),
        "codings": ("decodes_mean",),
        "mode": ("inference_mode",),
        "update": (
            "updates_decoder_only",
            "updates_encoder_only",
            "no_update",
            "two_updates",
            "wrong_sign_of_update",
        ),
        "report": ("missing_keys",),
    },
)
def vae_train_step(mistakes: Mistakes) -> Any:
    weights = {
        "kl_omitted": (1.0, 0.0),
        "mean_bce_with_full_kl": (1 / 784, 1.0),
        "per_pixel": (1 / 784, 1 / 784),
        "wrong_sign_of_kl": (1.0, -1.0),
    }

    def answer(encoder: Any, decoder: Any, optimizer: Any, images: Any) -> Any:
        training = "inference_mode" not in mistakes
        factors = next((weights[name] for name in weights if name in mistakes), (1.0, 1.0))
        if "summed_over_batch" in mistakes:
            factors = (float(images.shape[0]),) * 2
        variables = encoder.trainable_variables + decoder.trainable_variables
        if "updates_decoder_only" in mistakes:
            variables = decoder.trainable_variables
        elif "updates_encoder_only" in mistakes:
            variables = encoder.trainable_variables
        reports = []
        for _ in range(2 if "two_updates" in mistakes else 1):
            with tf.GradientTape() as tape:
                mean, log_var, z = encoder(images, training=training)
                given = mean if "decodes_mean" in mistakes else z
                bce = ops.binary_crossentropy(images, decoder(given, training=training))
                reconstruction = factors[0] * ops.mean(ops.sum(bce, axis=(1, 2)))
                terms = -0.5 * divergence_terms(frozenset(), mean, log_var)
                kl = factors[1] * ops.mean(ops.sum(terms, axis=-1))
                loss = reconstruction + kl
            gradients = tape.gradient(loss, variables)
            if "wrong_sign_of_update" in mistakes:
                gradients = [-gradient for gradient in gradients]
            if "no_update" not in mistakes:
                optimizer.apply_gradients(zip(gradients, variables, strict=True))
            reports.append({"loss": loss, "reconstruction": reconstruction, "kl": kl})
        return {"loss": loss} if "missing_keys" in mistakes else reports[0]

    return answer


@kit(
    "generate_images",
    {
        "prior": ("uniform_codings", "off_the_prior"),
        "sharing": ("same_images_repeated", "fixed_codings"),
        "mode": ("training_mode",),
        "count": ("wrong_count",),
        "result": ("codings_returned",),
    },
)
def generate_images(mistakes: Mistakes) -> Any:
    def answer(decoder: Any, count: int, codings_size: int) -> Any:
        rng = np.random.default_rng(3 if "fixed_codings" in mistakes else None)
        rows = 16 if "wrong_count" in mistakes else count
        shape = (1 if "same_images_repeated" in mistakes else rows, codings_size)
        codings = rng.normal(0, 2.5 if "off_the_prior" in mistakes else 1, shape)
        if "uniform_codings" in mistakes:
            codings = rng.random(shape)
        codings = np.repeat(codings, rows // len(codings), axis=0).astype("float32")
        images = np.asarray(decoder(codings, training="training_mode" in mistakes))
        return codings if "codings_returned" in mistakes else images

    return answer


@kit(
    "interpolate_codings",
    {
        "ends": ("end_missing", "start_missing", "ends_missing"),
        "direction": ("reversed",),
        "shape": ("transposed",),
        "path": ("spherical",),
    },
    one=(("spherical", "end_missing"), ("spherical", "start_missing")),
)
def interpolate_codings(mistakes: Mistakes) -> Any:
    def answer(start: Any, end: Any, steps: int) -> Any:
        if "reversed" in mistakes:
            start, end = end, start
        shares = np.arange(steps) / (steps - 1)
        if "end_missing" in mistakes:
            shares = np.arange(steps) / steps
        elif "start_missing" in mistakes:
            shares = (np.arange(steps) + 1) / steps
        elif "ends_missing" in mistakes:
            shares = (np.arange(steps) + 1) / (steps + 1)
        walk = start + (end - start) * shares[:, None]
        if "spherical" in mistakes:
            lengths = np.linalg.norm(start), np.linalg.norm(end)
            angle = np.arccos(start @ end / lengths[0] / lengths[1])
            away, there = (np.sin(s[:, None] * angle) for s in (1 - shares, shares))
            walk = (away * start + there * end) / np.sin(angle)
        return walk.T if "transposed" in mistakes else walk

    return answer
