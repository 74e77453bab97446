"""The training loop, with stand-in networks of two codings and steps that are no answers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import StepError, fit_vae, toy_garments, vae_terms

TERMS = ("loss", "reconstruction", "kl")


@pytest.fixture(scope="module")
def garments() -> np.ndarray:
    return toy_garments(70, seed=0)[0] / np.float32(255)


class Encoder(keras.Model):
    """Every image has the mean (brightness, 1), the log_var (0, 0), and z = mean."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, images):
        brightness = keras.ops.mean(images, axis=(1, 2)) * self.scale
        mean = keras.ops.stack([brightness, keras.ops.ones_like(brightness)], axis=1)
        return mean, keras.ops.zeros_like(mean), mean


class Decoder(keras.Model):
    """Every pixel is the sigmoid of a weight, which begins at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.logit = self.add_weight(shape=(), initializer="zeros", name="logit")

    def call(self, codings):
        rows = keras.ops.zeros((keras.ops.shape(codings)[0], 28, 28))
        return keras.ops.sigmoid(rows + self.logit)


def squared_mean(mean: tf.Tensor, log_var: tf.Tensor) -> tf.Tensor:
    """Half of the sum of squares: a divergence that needs no variance."""
    return tf.reduce_sum(mean**2, axis=-1) / 2


def darken(encoder, decoder, optimizer, images):
    """Make every image darker, whatever it was; report brightness and batch size."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(decoder(encoder(images)[2]))
    variables = decoder.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    brightness = tf.reduce_mean(images)
    size = tf.cast(tf.shape(images)[0], tf.float32)
    return {"loss": brightness + size, "reconstruction": brightness, "kl": size}


def fit(step, garments, **options):
    keras.utils.set_random_seed(0)
    encoder, decoder = Encoder(), Decoder()
    options = {"epochs": 2, "batch_size": 32} | options
    history = fit_vae(encoder, decoder, step, squared_mean, garments[:50], garments[50:], **options)
    return history, encoder, decoder


def test_each_epoch_sees_every_image_once_and_weighs_batches_by_size(garments, capsys):
    history, _, _ = fit(darken, garments)
    assert history["reconstruction"] == pytest.approx([garments[:50].mean()] * 2, rel=1e-5)
    assert history["kl"] == pytest.approx([(32 * 32 + 18 * 18) / 50] * 2)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_validation_is_measured_after_the_epoch_in_nats_per_image(garments):
    history, encoder, decoder = fit(darken, garments, epochs=3, learning_rate=0.1)
    reconstruction, kl = vae_terms(encoder, decoder, squared_mean, garments[50:])
    assert history["val_reconstruction"][-1] == pytest.approx(reconstruction, rel=1e-6)
    assert history["val_kl"][-1] == pytest.approx(kl)
    for epoch in range(3):
        terms = [history[f"val_{term}"][epoch] for term in TERMS]
        assert terms[0] == pytest.approx(terms[1] + terms[2])


def test_terms_by_hand(garments):
    encoder, decoder = Encoder(), Decoder()
    reconstruction, kl = vae_terms(encoder, decoder, squared_mean, garments)
    assert reconstruction == pytest.approx(784 * np.log(2), rel=1e-5)
    brightness = garments.mean(axis=(1, 2))
    assert kl == pytest.approx(np.mean(brightness**2 + 1) / 2, rel=1e-5)


def test_a_seed_fixes_the_order(garments):
    orders: list[list[float]] = []

    def note(encoder, decoder, optimizer, images):
        tf.py_function(
            lambda batch: orders[-1].append(float(batch[0].numpy().mean())), [images], []
        )
        return darken(encoder, decoder, optimizer, images)

    for _ in range(2):
        orders.append([])
        fit(note, garments, batch_size=10)
    assert orders[0] == orders[1]
    assert len(set(orders[0])) == 10  # two epochs of five batches, shuffled anew


def test_a_step_that_leaves_tensorflow_is_named_in_a_sentence(garments):
    def leaves(encoder, decoder, optimizer, images):
        return {term: images.numpy().mean() for term in TERMS}

    with pytest.raises(StepError, match="cannot compile your training step") as caught:
        fit(leaves, garments)
    assert "numpy" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"StepError: {caught.value}"]
