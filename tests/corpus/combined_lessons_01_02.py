"""Two mistakes at once, in the exercises of lessons 01 and 02."""

from __future__ import annotations

from typing import Any

import numpy as np

from .combinations import Mistakes, kit
from .lazily import keras, layers, tf


@kit(
    "scale_images",
    {
        "divisor": ("divided_by_256", "divided_by_maximum"),
        "scale": ("scaled_to_minus_one_one",),
        "type": ("another_type",),
        "argument": ("argument_changed",),
    },
)
def scale_images(mistakes: Mistakes) -> Any:
    def answer(images: Any) -> Any:
        pixels = images.astype("float64")
        divisor = 256 if "divided_by_256" in mistakes else 255
        scaled = pixels / (pixels.max() if "divided_by_maximum" in mistakes else divisor)
        if "scaled_to_minus_one_one" in mistakes:
            scaled = 2 * scaled - 1
        if "argument_changed" in mistakes:
            images[:] = 0
        return scaled.astype("float64" if "another_type" in mistakes else "float32")

    return answer


@kit(
    "split_dataset",
    {
        "rows": ("first_rows_validate", "off_by_one", "shuffled"),
        "structure": ("sets_swapped", "grouped_by_kind"),
        "labels": ("labels_misaligned",),
    },
)
def split_dataset(mistakes: Mistakes) -> Any:
    def answer(images: Any, labels: Any, validation_size: int) -> Any:
        order = np.arange(len(images))
        if "shuffled" in mistakes:
            order = np.random.default_rng(0).permutation(order)
        cut = len(images) - validation_size + ("off_by_one" in mistakes)
        train, validation = order[:cut], order[cut:]
        if "first_rows_validate" in mistakes:
            validation, train = order[:validation_size], order[validation_size:]
        other = np.roll(labels, 1) if "labels_misaligned" in mistakes else labels
        if "grouped_by_kind" in mistakes:
            return (images[train], images[validation]), (other[train], other[validation])
        sets = (images[train], other[train]), (images[validation], other[validation])
        return sets[::-1] if "sets_swapped" in mistakes else sets

    return answer


@kit(
    "build_dae_encoder",
    {
        "noise": (
            "no_noise",
            "noise_clipped",
            "noise_always_on",
            "noise_level_ignored",
            "dropout_for_noise",
            "noise_after_layer",
        ),
        "activations": ("wrong_activation",),
        "layers": ("wrong_sizes", "missing_layer", "extra_layer"),
    },
)
def build_dae_encoder(mistakes: Mistakes) -> Any:
    class Clipped(layers.Layer):
        def __init__(self, stddev: float) -> None:
            super().__init__()
            self.noise = layers.GaussianNoise(stddev)

        def call(self, x: Any, training: Any = None) -> Any:
            return tf.clip_by_value(self.noise(x, training=training), 0.0, 1.0)

    class AlwaysOn(layers.Layer):
        def __init__(self, stddev: float) -> None:
            super().__init__()
            self.stddev = stddev

        def call(self, x: Any) -> Any:
            return x + keras.random.normal(keras.ops.shape(x), stddev=self.stddev)

    def answer(noise_stddev: float = 0.2) -> Any:
        stddev = 0.2 if "noise_level_ignored" in mistakes else noise_stddev
        noise: list[Any] = [layers.GaussianNoise(stddev)]
        if "no_noise" in mistakes:
            noise = []
        elif "noise_clipped" in mistakes:
            noise = [Clipped(stddev)]
        elif "noise_always_on" in mistakes:
            noise = [AlwaysOn(stddev)]
        elif "dropout_for_noise" in mistakes:
            noise = [layers.Dropout(stddev)]
        activation = "relu" if "wrong_activation" in mistakes else "selu"
        hidden = [layers.Dense(120 if "wrong_sizes" in mistakes else 100, activation)]
        if "missing_layer" in mistakes:
            hidden = []
        if "extra_layer" in mistakes:
            hidden.append(layers.Dense(50, activation))
        codings = layers.Dense(30, activation)
        body = [*noise, *hidden, codings]
        if "noise_after_layer" in mistakes:
            body = [*hidden, *noise, codings] if hidden else [codings, *noise]
        return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), *body])

    return answer


def decoder(mistakes: Mistakes, inputs: int, sizes: tuple[int, ...], hidden_activation: str) -> Any:
    """A decoder of either autoencoder, with mistakes."""
    outputs = {
        "softmax_output": "softmax",
        "relu_output": "relu",
        "linear_output": None,
        "tanh_output": "tanh",
    }
    output = next((outputs[name] for name in outputs if name in mistakes), "sigmoid")
    if "linear_output" in mistakes:
        output = None
    if "wrong_activation" in mistakes:
        hidden_activation = "relu"
    if "linear_hidden_layers" in mistakes:
        hidden_activation = "linear"
    units = list(sizes)
    if "wrong_sizes" in mistakes:
        units[0] += 20
    if "missing_layer" in mistakes:
        units = units[1:]
    body = [layers.Dense(size, hidden_activation) for size in units]
    if "extra_layer" in mistakes:
        body.append(layers.Dense(60, hidden_activation))
    body.append(layers.Dense(784, output))
    if "channel_axis" in mistakes:
        body.append(layers.Reshape((28, 28, 1)))
    elif "not_reshaped" not in mistakes:
        body.append(layers.Reshape((28, 28)))
    return keras.Sequential([keras.Input((inputs,)), *body])


OUTPUTS = ("softmax_output", "relu_output", "linear_output", "tanh_output")


@kit(
    "build_dae_decoder",
    {
        "output": OUTPUTS,
        "hidden": ("wrong_activation",),
        "layers": ("wrong_sizes", "missing_layer", "extra_layer"),
        "shape": ("channel_axis", "not_reshaped"),
    },
    one=(("wrong_activation", "missing_layer"),),
)
def build_dae_decoder(mistakes: Mistakes) -> Any:
    return lambda: decoder(mistakes, 30, (100,), "selu")


@kit(
    "build_vae_decoder",
    {
        "output": OUTPUTS,
        "hidden": ("linear_hidden_layers",),
        "layers": ("wrong_sizes", "missing_layer", "extra_layer"),
        "shape": ("channel_axis", "not_reshaped"),
    },
)
def build_vae_decoder(mistakes: Mistakes) -> Any:
    return lambda codings_size=10: decoder(mistakes, codings_size, (100, 150), "relu")


@kit(
    "build_dae",
    {
        "loss": ("mse_loss", "loss_summed", "from_logits"),
        "metrics": ("accuracy_metric", "no_mse_metric"),
        "networks": ("frozen_encoder", "frozen_decoder", "copied_layers"),
    },
)
def build_dae(mistakes: Mistakes) -> Any:
    def summed(truth: Any, restored: Any) -> Any:
        return tf.reduce_sum(keras.ops.binary_crossentropy(truth, restored), axis=[1, 2])

    def answer(encoder: Any, decoder: Any) -> Any:
        encoder.trainable = "frozen_encoder" not in mistakes
        decoder.trainable = "frozen_decoder" not in mistakes
        if "copied_layers" in mistakes:
            encoder, decoder = (keras.models.clone_model(m) for m in (encoder, decoder))
        loss: Any = "binary_crossentropy"
        if "mse_loss" in mistakes:
            loss = "mse"
        elif "loss_summed" in mistakes:
            loss = summed
        elif "from_logits" in mistakes:
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
        metrics = ["mse"]
        if "accuracy_metric" in mistakes:
            metrics = ["accuracy"]
        elif "no_mse_metric" in mistakes:
            metrics = []
        dae = keras.Sequential([encoder, decoder])
        dae.compile(loss=loss, optimizer="adam", metrics=metrics)
        return dae

    return answer


@kit(
    "train_dae",
    {
        "inputs": ("noisy_inputs", "partial_data", "trains_on_validation"),
        "targets": ("target_not_clean",),
        "epochs": ("epochs_ignored",),
        "validation": ("no_validation",),
        "result": ("history_dict", "returns_nothing"),
    },
)
def train_dae(mistakes: Mistakes) -> Any:
    def noise(images: Any) -> Any:
        return images + np.random.normal(0, 0.2, images.shape).astype("float32")

    def answer(dae: Any, train_images: Any, validation_images: Any, epochs: int) -> Any:
        clean = train_images
        if "partial_data" in mistakes:
            clean = train_images[: len(train_images) // 2]
        elif "trains_on_validation" in mistakes:
            clean = np.concatenate([train_images, validation_images])
        inputs = noise(clean) if "noisy_inputs" in mistakes else clean
        targets = noise(clean) if "target_not_clean" in mistakes else clean
        validation = None if "no_validation" in mistakes else (validation_images,) * 2
        history = dae.fit(
            inputs,
            targets,
            epochs=1 if "epochs_ignored" in mistakes else epochs,
            validation_data=validation,
            verbose=0,
        )
        if "returns_nothing" in mistakes:
            return None
        return history.history if "history_dict" in mistakes else history

    return answer


@kit(
    "peak_signal_to_noise_ratio",
    {
        "mean": ("mean_of_per_image",),
        "logarithm": ("natural_log", "no_logarithm"),
        "factor": ("twenty_log10_of_mse", "root_mean_square_error"),
        "peak": ("wrong_peak",),
        "sign": ("wrong_sign",),
    },
    # Of a number that has no logarithm the factor is no mistake about decibels.
    one=(("no_logarithm", "twenty_log10_of_mse"), ("no_logarithm", "root_mean_square_error")),
)
def peak_signal_to_noise_ratio(mistakes: Mistakes) -> Any:
    def score(error: Any) -> Any:
        squares = np.mean(error.astype("float64") ** 2)
        if "root_mean_square_error" in mistakes:
            squares = np.sqrt(squares)
        peak = 255.0 if "wrong_peak" in mistakes else 1.0
        if "no_logarithm" in mistakes:
            level = peak**2 / squares
        else:
            logarithm = np.log if "natural_log" in mistakes else np.log10
            factor = 20 if "twenty_log10_of_mse" in mistakes else 10
            level = factor * logarithm(peak**2 / squares) if squares else np.inf
        return -level if "wrong_sign" in mistakes else level

    def answer(clean: Any, restored: Any) -> Any:
        if "mean_of_per_image" in mistakes:
            return np.mean([score(a - b) for a, b in zip(clean, restored, strict=True)])
        return score(clean - restored)

    return answer


@kit(
    "denoising_gain",
    {
        "noise": (
            "clean_input",
            "noise_clipped",
            "uniform_noise",
            "noise_level_ignored",
            "variance_for_stddev",
        ),
        "gain": ("restored_only", "ratio", "no_logarithm"),
        "truth": ("noise_in_target",),
        "sign": ("wrong_sign",),
        "logarithm": ("natural_log",),
        "mean": ("mean_of_per_image",),
        "mode": ("training_mode",),
    },
    one=(("no_logarithm", "natural_log"), ("restored_only", "wrong_sign")),
)
def denoising_gain(mistakes: Mistakes) -> Any:
    def score(clean: Any, other: Any) -> Any:
        error = np.mean((clean - other) ** 2, axis=tuple(range(1, clean.ndim)))
        if "mean_of_per_image" not in mistakes:
            error = error.mean()
        if "no_logarithm" in mistakes:
            return -np.mean(error)
        logarithm = np.log if "natural_log" in mistakes else np.log10
        return np.mean(-10 * logarithm(error))

    def answer(dae: Any, clean_images: Any, noise_stddev: float) -> Any:
        rng = np.random.default_rng()
        stddev = 0.2 if "noise_level_ignored" in mistakes else noise_stddev
        if "variance_for_stddev" in mistakes:
            stddev = noise_stddev**2
        noise = rng.normal(0, stddev, clean_images.shape)
        if "uniform_noise" in mistakes:
            noise = rng.uniform(-1, 1, clean_images.shape) * stddev * np.sqrt(3)
        noisy = (clean_images + noise).astype("float32")
        if "noise_clipped" in mistakes:
            noisy = np.clip(noisy, 0, 1)
        given = clean_images if "clean_input" in mistakes else noisy
        restored = np.asarray(dae(given, training="training_mode" in mistakes))
        truth = noisy if "noise_in_target" in mistakes else clean_images
        after, before = score(truth, restored), score(clean_images, noisy)
        if "restored_only" in mistakes:
            return after
        if "ratio" in mistakes:
            return before / after if "wrong_sign" in mistakes else after / before
        return before - after if "wrong_sign" in mistakes else after - before

    return answer
