"""The right answers held against plain assertions of the contract, without the autograder."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from .answers import Answer
from .collect import answers_of

NUMERIC = ("scale_images", "split_dataset", "peak_signal_to_noise_ratio")


def images_of(count: int, seed: int = 0) -> np.ndarray:
    """Smooth float32 images (count, 28, 28) in [0, 1], the brightest below 1."""
    rng = np.random.default_rng(seed)
    across = np.linspace(0, np.pi, 28)
    waves = np.sin(across * rng.uniform(0.5, 2, (count, 1)))
    return (0.9 * waves[:, :, None] ** 2 * waves[:, None, :] ** 2).astype("float32")


def stand_ins(noise_stddev: float = 0.2) -> tuple[keras.Model, keras.Model]:
    images, codings = keras.Input((28, 28)), keras.Input((6,))
    noisy = keras.layers.GaussianNoise(noise_stddev)(keras.layers.Flatten()(images))
    encoder = keras.Model(images, keras.layers.Dense(6, "selu")(noisy))
    pixels = keras.layers.Dense(784, "sigmoid")(codings)
    return encoder, keras.Model(codings, keras.layers.Reshape((28, 28))(pixels))


def stand_in_dae() -> keras.Model:
    dae = keras.Sequential(list(stand_ins()))
    dae.compile(loss="binary_crossentropy", optimizer="nadam", metrics=["mse"])
    return dae


def right_scale_images(answer) -> bool:
    images = np.random.default_rng(0).integers(3, 251, (5, 28, 28), dtype=np.uint8)
    kept = images.copy()
    scaled = np.asarray(answer(images))
    return (
        scaled.dtype == np.float32
        and scaled.shape == images.shape
        and np.allclose(scaled, kept / 255, rtol=1e-6, atol=1e-7)
        and np.array_equal(images, kept)
    )


def right_split_dataset(answer) -> bool:
    images = np.random.default_rng(0).integers(0, 256, (11, 28, 28), dtype=np.uint8)
    labels = np.arange(11, dtype=np.uint8)
    kept = images.copy()
    for size in (1, 4, 10):
        parts = answer(images, labels, size)
        if not isinstance(parts, (list, tuple)) or len(parts) != 2:
            return False
        for part, rows in zip(parts, (slice(None, 11 - size), slice(11 - size, None)), strict=True):
            if not isinstance(part, (list, tuple)) or len(part) != 2:
                return False
            if not np.array_equal(np.asarray(part[0]), kept[rows]):
                return False
            if not np.array_equal(np.asarray(part[1]), np.arange(11)[rows]):
                return False
    return np.array_equal(images, kept)


def score(clean, restored) -> float:
    return float(-10 * np.log10(np.mean((clean.astype("float64") - restored) ** 2)))


def right_peak_signal_to_noise_ratio(answer) -> bool:
    rng = np.random.default_rng(0)
    for shape in ((7,), (4, 9), (6, 28, 28), (3, 8, 8, 1)):
        clean = rng.uniform(0.05, 0.9, shape).astype("float32")
        spread = rng.uniform(0.02, 0.3, (shape[0],) + (1,) * (len(shape) - 1))
        restored = np.clip(clean + spread * rng.normal(size=shape), 0, 1).astype("float32")
        kept = clean.copy(), restored.copy()
        value = np.asarray(answer(clean, restored))
        if value.shape != () or not np.allclose(value, score(*kept), atol=1e-3):
            return False
        if not np.array_equal(clean, kept[0]) or not np.array_equal(restored, kept[1]):
            return False
        if not np.isposinf(np.asarray(answer(clean, clean.copy()))):
            return False
    return True


class Recorder(keras.Model):
    """A model that blurs, and notes what it was called with and how."""

    def __init__(self):
        super().__init__()
        self.gain = self.add_weight(shape=(), initializer="ones")
        self.seen: list[np.ndarray] = []
        self.trained = False

    def call(self, images, training=False):
        import tensorflow as tf

        self.trained = self.trained or bool(training)
        tf.py_function(lambda x: self.seen.append(x.numpy()), [images], [])
        rows = (tf.roll(images, 1, 1) + images + tf.roll(images, -1, 1)) / 3
        restored = self.gain * (tf.roll(rows, 1, 2) + rows + tf.roll(rows, -1, 2)) / 3
        return restored + 0.3 if training else restored


def right_denoising_gain(answer) -> bool:
    clean = images_of(40)
    for stddev in (0.3, 0.1):
        kept = clean.copy()
        dae = Recorder()
        value = np.asarray(answer(dae, clean, stddev))
        if value.shape != () or dae.trained or not np.array_equal(clean, kept):
            return False
        seen = np.concatenate(dae.seen)
        if seen.shape != clean.shape:
            return False
        noise = seen - clean
        if abs(noise.std() / stddev - 1) > 0.05 or abs(noise.mean()) > 0.05 * stddev:
            return False
        # A uniform draw has a kurtosis of 1.8, a normal one of 3.
        if abs(np.mean((noise / noise.std()) ** 4) - 3) > 0.3:
            return False
        restored = np.asarray(Recorder()(seen))
        if not np.isclose(value, score(clean, restored) - score(clean, seen), atol=1e-2):
            return False
    return True


def selu(x):
    return 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))


def of_shape(model: keras.Model, shape: tuple[int, ...]) -> np.ndarray:
    return next(np.asarray(w) for w in model.weights if tuple(w.shape) == shape)


def right_build_dae_encoder(answer) -> bool:
    for stddev in (0.0, 0.15, 0.6):
        encoder = answer(noise_stddev=stddev)
        images = images_of(20)
        quiet = np.asarray(encoder(images))
        if not np.allclose(quiet, encoder.predict(images, verbose=0), atol=1e-5):
            return False
        if sum(int(np.prod(w.shape)) for w in encoder.trainable_weights) != 78500 + 3030:
            return False
        for weight in encoder.trainable_weights:
            weight.assign(np.random.default_rng(1).normal(0, 0.05, weight.shape))
        quiet = np.asarray(encoder(images))
        parts = [of_shape(encoder, s) for s in ((784, 100), (100,), (100, 30), (30,))]
        hidden = selu(images.reshape(20, 784) @ parts[0] + parts[1])
        if not np.allclose(quiet, selu(hidden @ parts[2] + parts[3]), atol=1e-4):
            return False
        one, two = (np.asarray(encoder(images, training=True)) for _ in range(2))
        if stddev == 0:
            continue
        if np.allclose(one, two) or np.allclose(one, quiet):
            return False
        # With small weights the network is nearly linear, so that the noise shows in proportion.
        pixels = np.full((400, 28, 28), 0.5, "float32")
        for weight in encoder.trainable_weights:
            weight.assign(np.zeros(weight.shape))
        for weight in encoder.trainable_weights:
            if tuple(weight.shape) == (784, 100):
                weight.assign(np.eye(784, 100))
            if tuple(weight.shape) == (100, 30):
                weight.assign(np.eye(100, 30))
            if tuple(weight.shape) == (100,):
                weight.assign(np.full(100, 10.0))
        noisy = np.asarray(encoder(pixels, training=True)) / 1.0507009873554805**2
        noise = noisy - np.asarray(encoder(pixels)) / 1.0507009873554805**2
        if abs(noise.std() / stddev - 1) > 0.05 or abs(noise.mean()) > 0.05 * stddev:
            return False
        if abs(np.mean((noise / noise.std()) ** 4) - 3) > 0.3:
            return False
    return answer() is not None


def right_build_dae_decoder(answer) -> bool:
    decoder = answer()
    codings = np.random.default_rng(0).normal(size=(9, 30)).astype("float32")
    decoder(codings)
    for weight in decoder.trainable_weights:
        weight.assign(np.random.default_rng(1).normal(0, 0.2, weight.shape))
    if sum(int(np.prod(w.shape)) for w in decoder.trainable_weights) != 3100 + 79184:
        return False
    parts = [of_shape(decoder, s) for s in ((30, 100), (100,), (100, 784), (784,))]
    hidden = selu(codings @ parts[0] + parts[1])
    pixels = 1 / (1 + np.exp(-(hidden @ parts[2] + parts[3])))
    painted = np.asarray(decoder(codings))
    return (
        painted.shape == (9, 28, 28)
        and np.allclose(painted, pixels.reshape(9, 28, 28), atol=1e-4)
        and np.allclose(painted, np.asarray(decoder(codings, training=True)))
        and np.allclose(painted, decoder.predict(codings, verbose=0), atol=1e-5)
    )


def right_build_dae(answer) -> bool:
    encoder, decoder = stand_ins()
    images = images_of(30)
    restored = np.asarray(decoder(encoder(images)))
    dae = answer(encoder, decoder)
    if not np.allclose(np.asarray(dae(images)), restored, atol=1e-6):
        return False
    logs = dae.evaluate(images, images, verbose=0, return_dict=True)
    p = np.clip(restored.astype("float64"), 1e-7, 1 - 1e-7)
    bce = -np.mean(images * np.log(p) + (1 - images) * np.log(1 - p))
    mse = np.mean((images - restored) ** 2)
    if not np.isclose(logs["loss"], bce, rtol=1e-4):
        return False
    if not any(np.isclose(v, mse, rtol=1e-4) for name, v in logs.items() if name != "loss"):
        return False
    before = [np.copy(w) for m in (encoder, decoder) for w in m.get_weights()]
    dae.fit(images, images, epochs=1, verbose=0)
    after = [np.copy(w) for m in (encoder, decoder) for w in m.get_weights()]
    return all(
        not np.allclose(a, b, atol=1e-9) for a, b in zip(before, after, strict=True) if a.size > 2
    )


def right_train_dae(answer) -> bool:
    train, validation = images_of(96), images_of(24, seed=1)
    kept = train.copy(), validation.copy()
    dae = stand_in_dae()
    before = dae.get_weights()
    history = answer(dae, train, validation, 3)
    return (
        isinstance(history, keras.callbacks.History)
        and len(history.history["loss"]) == len(history.history["val_loss"]) == 3
        and len(history.epoch) == 3
        and any(not np.array_equal(a, b) for a, b in zip(before, dae.get_weights(), strict=True))
        and np.array_equal(train, kept[0])
        and np.array_equal(validation, kept[1])
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            answer,
            id=answer.label,
            marks=[] if answer.exercise in NUMERIC else [pytest.mark.slow],
        )
        for answer in answers_of("right")
    ],
)
def test_a_right_answer_keeps_the_contract(answer: Answer) -> None:
    holds = globals()[f"right_{answer.exercise}"]
    keras.utils.clear_session()
    assert holds(answer.build())


@pytest.mark.parametrize(
    "answer",
    [a for a in answers_of("wrong") if a.exercise in NUMERIC and not a.slow],
    ids=lambda answer: answer.label,
)
def test_a_wrong_answer_breaks_the_contract(answer: Answer) -> None:
    holds = globals()[f"right_{answer.exercise}"]
    if answer.name == "returns_a_million_million_pixels":
        pytest.skip("too large to hold against anything")
    try:
        kept = holds(answer.build())
    except (Exception, SystemExit):
        kept = False
    assert not kept
