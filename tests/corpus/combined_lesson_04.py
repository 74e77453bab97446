"""Two mistakes at once, in the exercises of lesson 04."""

from __future__ import annotations

from typing import Any

import numpy as np

from .combinations import Mistakes, kit
from .lazily import keras, layers, ops, tf


@kit(
    "rescale_images",
    {
        "axis": ("no_channel_axis", "channel_axis_misplaced"),
        "range": ("not_shifted", "not_stretched", "wrong_direction", "scaled_from_255"),
        "colours": ("inverted",),
        "argument": ("argument_changed",),
    },
    one=(("wrong_direction", "inverted"),),
)
def rescale_images(mistakes: Mistakes) -> Any:
    def answer(images: Any) -> Any:
        x = 1 - images if "inverted" in mistakes else images.copy()
        ranges = {
            "not_shifted": 2 * x,
            "not_stretched": x - 0.5,
            "wrong_direction": (x + 1) / 2,
            "scaled_from_255": x / 127.5 - 1,
        }
        scaled = next((ranges[name] for name in ranges if name in mistakes), 2 * x - 1)
        if "argument_changed" in mistakes:
            images += 1
        if "no_channel_axis" in mistakes:
            return scaled
        return scaled[:, None] if "channel_axis_misplaced" in mistakes else scaled[..., None]

    return answer


@kit(
    "images_for_display",
    {
        "axis": ("channel_axis", "squeezed_batch"),
        "range": ("display_off", "not_rescaled", "not_halved", "scaled_to_255"),
        "colours": ("inverted",),
    },
    one=(("display_off", "inverted"), ("not_rescaled", "inverted")),
)
def images_for_display(mistakes: Mistakes) -> Any:
    def answer(generated: Any) -> Any:
        g = -generated if "inverted" in mistakes else generated
        ranges = {
            "display_off": 0.5 * g + 1,
            "not_rescaled": g,
            "not_halved": g + 1,
            "scaled_to_255": 127.5 * g + 127.5,
        }
        images = next((ranges[name] for name in ranges if name in mistakes), (g + 1) / 2)
        if "channel_axis" in mistakes:
            return images
        return np.squeeze(images) if "squeezed_batch" in mistakes else images[..., 0]

    return answer


@kit(
    "build_generator",
    {
        "output": ("sigmoid_output", "linear_output"),
        "normalization": ("missing_batch_norm",),
        "randomness": ("dropout_in_generator",),
        "strides": ("wrong_stride", "wrong_size"),
        "layers": ("wrong_sizes", "wrong_layers"),
        "inside": ("no_nonlinearity",),
    },
)
def build_generator(mistakes: Mistakes) -> Any:
    def answer(codings_size: int = 100) -> Any:
        channels = 64 if "wrong_sizes" in mistakes else 128
        strides = (4, 1) if "wrong_stride" in mistakes else (2, 2)
        if "wrong_size" in mistakes:
            strides = (2, 1)
        activation = None if "no_nonlinearity" in mistakes else "relu"
        output: str | None = "sigmoid" if "sigmoid_output" in mistakes else "tanh"
        if "linear_output" in mistakes:
            output = None
        options = {"padding": "same"}
        body = [
            layers.Dense(49 * channels),
            layers.Reshape((7, 7, channels)),
            layers.Conv2DTranspose(6, 4, strides[0], activation=activation, **options),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Conv2DTranspose(6, 3, activation=activation, **options),
            layers.Conv2DTranspose(1, 4, strides[1], activation=output, **options),
        ]
        left_out = [3] * ("missing_batch_norm" in mistakes)
        left_out += [4] * ("dropout_in_generator" not in mistakes)
        left_out += [5] * ("wrong_layers" not in mistakes)
        body = [layer for place, layer in enumerate(body) if place not in left_out]
        return keras.Sequential([keras.Input((codings_size,)), *body])

    return answer


@kit(
    "build_discriminator",
    {
        "output": ("linear_output", "tanh_output"),
        "dropout": ("missing_dropout", "noise_for_dropout"),
        "strides": ("wrong_stride", "pooling_for_strides"),
        "dense": ("wrong_sizes", "not_flattened"),
        "inside": ("no_nonlinearity",),
    },
    one=(("pooling_for_strides", "no_nonlinearity"),),
)
def build_discriminator(mistakes: Mistakes) -> Any:
    def answer() -> Any:
        stride = 1 if {"wrong_stride", "pooling_for_strides"} & mistakes else 2
        activation = None if "no_nonlinearity" in mistakes else "relu"
        output = None if "linear_output" in mistakes else "sigmoid"
        if "tanh_output" in mistakes:
            output = "tanh"
        body: list[Any] = []
        for filters in (5, 7):
            options = {"padding": "same", "activation": activation}
            body.append(layers.Conv2D(filters, 3, stride, **options))
            if "pooling_for_strides" in mistakes:
                body.append(layers.MaxPooling2D(2))
            if "noise_for_dropout" in mistakes:
                body.append(layers.GaussianNoise(0.4))
            elif "missing_dropout" not in mistakes:
                body.append(layers.Dropout(0.4))
        pooled = "not_flattened" in mistakes
        body.append(layers.GlobalAveragePooling2D() if pooled else layers.Flatten())
        if "wrong_sizes" in mistakes:
            body.append(layers.Dense(20, activation))
        body.append(layers.Dense(1, output))
        return keras.Sequential([keras.Input((28, 28, 1)), *body])

    return answer


def cross_entropy(mistakes: Mistakes, label: float, probabilities: Any) -> Any:
    """The cross-entropies (batch, 1) with one label, with mistakes."""
    labels = label * tf.ones_like(probabilities)
    if "double_sigmoid" in mistakes:
        # Keras itself would notice that the logits come from a sigmoid, and undo the mistake.
        return tf.nn.sigmoid_cross_entropy_with_logits(labels, probabilities)
    return ops.binary_crossentropy(labels, probabilities)


def reduced(mistakes: Mistakes, losses: Any) -> Any:
    if "not_reduced" in mistakes:
        return losses[:, 0]
    loss = ops.sum(losses) if "summed_over_batch" in mistakes else ops.mean(losses)
    loss = -loss if "wrong_sign" in mistakes else loss
    return loss.numpy() if "numpy_inside" in mistakes else loss


@kit(
    "discriminator_loss",
    {
        "labels": ("swapped_labels", "fake_label_one", "real_label_zero", "label_smoothing"),
        "unit": ("summed_loss", "summed_over_batch", "not_reduced"),
        "sigmoid": ("double_sigmoid",),
        "sign": ("wrong_sign",),
        "library": ("numpy_inside",),
    },
    one=(("not_reduced", "wrong_sign"), ("not_reduced", "numpy_inside")),
)
def discriminator_loss(mistakes: Mistakes) -> Any:
    def answer(real: Any, fake: Any) -> Any:
        ones, zeros = (0.9 if "label_smoothing" in mistakes else 1.0), 0.0
        if "swapped_labels" in mistakes:
            ones, zeros = zeros, ones
        elif "fake_label_one" in mistakes:
            zeros = 1.0
        elif "real_label_zero" in mistakes:
            ones = 0.0
        parts = cross_entropy(mistakes, ones, real), cross_entropy(mistakes, zeros, fake)
        if "summed_loss" in mistakes:
            parts = tuple(2 * part for part in parts)
        return reduced(mistakes, tf.concat(parts, axis=0))

    return answer


@kit(
    "generator_loss",
    {
        "label": ("minimises_fake_label", "label_smoothing"),
        "unit": ("summed_over_batch", "not_reduced"),
        "sigmoid": ("double_sigmoid",),
        "sign": ("wrong_sign",),
        "library": ("numpy_inside",),
    },
    # The first pair is the saturating loss.
    one=(
        ("minimises_fake_label", "wrong_sign"),
        ("not_reduced", "wrong_sign"),
        ("not_reduced", "numpy_inside"),
    ),
)
def generator_loss(mistakes: Mistakes) -> Any:
    def answer(fake: Any) -> Any:
        label = 0.9 if "label_smoothing" in mistakes else 1.0
        if "minimises_fake_label" in mistakes:
            label = 0.0
        return reduced(mistakes, cross_entropy(mistakes, label, fake))

    return answer


def updated(mistakes: Mistakes, optimizer: Any, gradients: Any, variables: Any) -> None:
    if "wrong_sign_of_update" in mistakes:
        gradients = [-gradient for gradient in gradients]
    for _ in range(2 if "two_updates" in mistakes else 1):
        if "no_update" not in mistakes:
            optimizer.apply_gradients(zip(gradients, variables, strict=True))


UPDATES = ("no_update", "two_updates", "wrong_sign_of_update")


@kit(
    "discriminator_step",
    {
        "loss": (
            "swapped_labels",
            "label_smoothing",
            "double_sigmoid",
            "summed_loss",
            "summed_over_batch",
        ),
        "mode": ("inference_mode",),
        "update": UPDATES,
        "codings": ("other_codings",),
        "networks": ("updates_generator_too",),
    },
    # The second pair is a step that moves the wrong network.
    one=(("other_codings", "updates_generator_too"), ("no_update", "updates_generator_too")),
)
def discriminator_step(mistakes: Mistakes) -> Any:
    loss_of = discriminator_loss(mistakes)

    def answer(
        generator: Any, discriminator: Any, optimizer: Any, real_images: Any, codings: Any
    ) -> Any:
        if "other_codings" in mistakes:
            codings = tf.random.normal(tf.shape(codings))
        training = "inference_mode" not in mistakes
        with tf.GradientTape(persistent=True) as tape:
            fakes = generator(codings, training=True)
            real = discriminator(real_images, training=training)
            loss = loss_of(real, discriminator(fakes, training=training))
        variables = discriminator.trainable_variables
        gradients = tape.gradient(loss, variables)
        if "updates_generator_too" in mistakes:
            others = generator.trainable_variables
            for variable, gradient in zip(others, tape.gradient(loss, others), strict=True):
                variable.assign_sub(0.1 * gradient)
        updated(mistakes, optimizer, gradients, variables)
        return loss

    return answer


@kit(
    "generator_step",
    {
        "loss": (
            "minimises_fake_label",
            "label_smoothing",
            "double_sigmoid",
            "wrong_sign",
            "summed_over_batch",
        ),
        "mode": ("inference_mode",),
        "update": UPDATES,
        "codings": ("other_codings",),
        "networks": ("updates_discriminator_too",),
        "path": ("detached_generator",),
    },
    one=(
        ("minimises_fake_label", "wrong_sign"),
        ("no_update", "updates_discriminator_too"),
        *((name, "detached_generator") for name in UPDATES),
    ),
)
def generator_step(mistakes: Mistakes) -> Any:
    loss_of = generator_loss(mistakes)

    def answer(generator: Any, discriminator: Any, optimizer: Any, codings: Any) -> Any:
        if "other_codings" in mistakes:
            codings = tf.random.normal(tf.shape(codings))
        with tf.GradientTape(persistent=True) as tape:
            fakes = generator(codings, training="inference_mode" not in mistakes)
            if "detached_generator" in mistakes:
                fakes = tf.stop_gradient(fakes)
            loss = loss_of(discriminator(fakes, training=True))
        if "updates_discriminator_too" in mistakes:
            others = discriminator.trainable_variables
            for variable, gradient in zip(others, tape.gradient(loss, others), strict=True):
                variable.assign_sub(0.1 * gradient)
        variables = generator.trainable_variables
        updated(mistakes, optimizer, tape.gradient(loss, variables), variables)
        return loss

    return answer


@kit(
    "train_gan",
    {
        "codings": ("same_noise", "uniform_codings"),
        "batches": ("drops_last_batch", "first_batch_only"),
        "networks": ("frozen_generator", "frozen_discriminator", "generator_first"),
        "callback": ("no_on_epoch_end", "on_epoch_end_once", "epoch_numbers"),
        "history": ("history_networks", "missing_keys"),
        "mode": ("inference_mode",),
    },
    one=(("same_noise", "uniform_codings"),),
)
def train_gan(mistakes: Mistakes) -> Any:
    bce = keras.losses.binary_crossentropy

    def answer(
        generator: Any,
        discriminator: Any,
        dataset: Any,
        epochs: int,
        codings_size: int = 100,
        on_epoch_end: Any = None,
    ) -> Any:
        optimizers = [keras.optimizers.Adam(1e-3) for _ in range(2)]
        training = "inference_mode" not in mistakes
        fixed = tf.random.normal((8, codings_size))

        def codings_for(images: Any) -> Any:
            shape = (images.shape[0], codings_size)
            if "same_noise" in mistakes:
                return fixed[: images.shape[0]]
            return (
                tf.random.uniform(shape)
                if "uniform_codings" in mistakes
                else (tf.random.normal(shape))
            )

        def step(images: Any, of_discriminator: bool) -> float:
            network = discriminator if of_discriminator else generator
            frozen = "frozen_discriminator" if of_discriminator else "frozen_generator"
            codings = codings_for(images)
            with tf.GradientTape() as tape:
                answers = discriminator(generator(codings, training=training), training=training)
                loss = tf.reduce_mean(bce(tf.ones_like(answers), answers))
                if of_discriminator:
                    real = discriminator(images, training=training)
                    losses = bce(tf.ones_like(real), real) + bce(tf.zeros_like(answers), answers)
                    loss = tf.reduce_mean(losses) / 2
            variables = network.trainable_variables
            gradients = tape.gradient(loss, variables)
            if frozen not in mistakes:
                optimizers[of_discriminator].apply_gradients(zip(gradients, variables, strict=True))
            return float(loss)

        history: dict[str, list[float]] = {"discriminator_loss": [], "generator_loss": []}
        for epoch in range(epochs):
            numbers = []
            for images in dataset:
                if "drops_last_batch" in mistakes and len(images) < 8:
                    continue
                order = (False, True) if "generator_first" in mistakes else (True, False)
                found = {which: step(images, which) for which in order}
                numbers.append([found[True], found[False]])
                if "first_batch_only" in mistakes:
                    break
            means = np.mean(numbers, axis=0)
            if "history_networks" in mistakes:
                means = means[::-1]
            history["discriminator_loss"].append(means[0])
            history["generator_loss"].append(means[1])
            if on_epoch_end is not None and not {"no_on_epoch_end", "on_epoch_end_once"} & mistakes:
                on_epoch_end(epoch + ("epoch_numbers" in mistakes), generator)
        if on_epoch_end is not None and "on_epoch_end_once" in mistakes:
            on_epoch_end(epochs - 1, generator)
        if "missing_keys" in mistakes:
            return {"d": history["discriminator_loss"], "g": history["generator_loss"]}
        return history

    return answer
