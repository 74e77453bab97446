"""The right answers held against plain assertions of the contract, without the autograder."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

from .answers import Answer
from .collect import answers_of

NUMERIC = (
    "scale_images",
    "split_dataset",
    "peak_signal_to_noise_ratio",
    "Sampling",
    "kl_divergence",
    "vae_loss",
    "vae_train_step",
    "generate_images",
    "interpolate_codings",
    "rescale_images",
    "images_for_display",
    "discriminator_loss",
    "generator_loss",
)

# Wrong answers to these are held against the contract too, but it takes graphs and trainings.
LENGTHY = ("discriminator_step", "generator_step", "train_gan")


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


def right_sampling(answer) -> bool:
    import tensorflow as tf

    layer = answer()
    rows = np.float32([[-3.0, 0.5, 2.0, -1.0], [1.0, 0.0, -2.0, 3.0]])
    spread = np.float32([[-2.0, 1.0, 0.0, -4.0], [0.5, -1.0, 2.0, -3.0]])
    for count in (3, 4000):
        mean, log_var = (tf.constant(np.tile(x, (count, 1))) for x in (rows, spread))
        graph = tf.function(lambda a, b: layer([a, b]))
        eager = [layer([mean, log_var]), layer([mean, log_var], training=False)]
        draws = [
            np.asarray(z, "float64") for z in [*eager, graph(mean, log_var), graph(mean, log_var)]
        ]
        if any(z.shape != (2 * count, 4) for z in draws):
            return False
        noise = [(z - mean.numpy()) / np.exp(log_var.numpy() / 2.0) for z in draws]
        if count == 3:
            continue
        joined = np.concatenate([*noise, *(e[::-1] for e in noise)], axis=1)
        correlation = np.corrcoef(joined[:count], rowvar=False) - np.eye(32)
        for e in noise:
            if abs(e.mean()) > 0.03 or abs(e.std() - 1) > 0.03:
                return False
            if abs(np.mean(e**4) - 3) > 0.3 or abs(np.mean(e**3)) > 0.15:
                return False
        if np.abs(correlation).max() > 0.1:
            return False
    with tf.GradientTape() as tape:
        tape.watch([mean, log_var])
        z = layer([mean, log_var])
    gradients = tape.gradient(z, [mean, log_var])
    moved = np.asarray(z) - mean.numpy()
    return np.allclose(gradients[0], 1) and np.allclose(gradients[1], moved / 2, atol=1e-3)


def kl_of(mean, log_var):
    return -0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=-1)


def right_kl_divergence(answer) -> bool:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    for shape in ((7, 10), (1, 3), (5, 5)):
        mean = tf.constant(rng.normal(0, 1.5, shape).astype("float32"))
        log_var = tf.constant(rng.uniform(-4, 3, shape).astype("float32"))
        with tf.GradientTape() as tape:
            tape.watch([mean, log_var])
            value = answer(mean, log_var)
        right = kl_of(mean.numpy().astype("float64"), log_var.numpy().astype("float64"))
        if value.shape != shape[:1] or not np.allclose(value, right, rtol=1e-4, atol=1e-4):
            return False
        # A vectorized map gives gradients by slices.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(value, [mean, log_var])]
        if not np.allclose(gradients[0], mean, rtol=1e-4, atol=1e-5):
            return False
        if not np.allclose(gradients[1], (np.exp(log_var) - 1) / 2, rtol=1e-4, atol=1e-5):
            return False
    return np.allclose(answer(tf.zeros((3, 4)), tf.zeros((3, 4))), np.zeros(3), atol=1e-6)


def bce_of(images, restored):
    p = np.clip(restored.astype("float64"), 1e-7, 1 - 1e-7)
    return -np.sum(images * np.log(p) + (1 - images) * np.log(1 - p), axis=(1, 2))


def right_vae_loss(answer) -> bool:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    for count in (6, 3):
        images = rng.uniform(0.02, 0.98, (count, 28, 28)).astype("float32")
        restored = rng.uniform(0.02, 0.98, (count, 28, 28)).astype("float32")
        mean = rng.normal(0, 8, (count, 5)).astype("float32")
        log_var = rng.uniform(-4, 3, (count, 5)).astype("float32")
        tensors = [tf.constant(array) for array in (images, restored, mean, log_var)]
        with tf.GradientTape() as tape:
            tape.watch(tensors[1:])
            loss = tf.convert_to_tensor(answer(*tensors))
        right = np.mean(bce_of(images, restored) + kl_of(mean, log_var))
        if loss.shape != () or not np.allclose(loss, right, rtol=1e-4):
            return False
        slopes = ((restored - images) / (restored * (1 - restored)), mean, np.expm1(log_var) / 2)
        for came, slope in zip(tape.gradient(loss, tensors[1:]), slopes, strict=True):
            if came is None or not np.allclose(came, slope / count, rtol=1e-3, atol=1e-5):
                return False
    return True


class Notes(keras.layers.Layer):
    """A layer that passes on what it gets and keeps it, with the mode it was called in."""

    def __init__(self):
        super().__init__()
        self.seen: list[np.ndarray] = []
        self.modes: list[bool] = []

    def call(self, inputs, training=False):
        import tensorflow as tf

        def note(x, mode):
            self.seen.append(x.numpy())
            self.modes.append(bool(mode))

        with tf.control_dependencies([tf.py_function(note, [inputs, bool(training)], [])]):
            return tf.identity(inputs)


class Echo(keras.Model):
    """A decoder of images (n, 28, 28) that notes its codings."""

    def __init__(self):
        super().__init__()
        self.notes = Notes()
        self.pixels = keras.layers.Dense(784, "sigmoid")

    def call(self, codings, training=False):
        pixels = self.pixels(self.notes(codings, training=training))
        return keras.ops.reshape(pixels, (-1, 28, 28)) * (0.5 if training else 1.0)


def right_generate_images(answer) -> bool:
    everything = []
    for count in (200, 200, 3):
        decoder = Echo()
        images = np.asarray(answer(decoder, count, 6))
        if images.shape != (count, 28, 28) or any(decoder.notes.modes):
            return False
        codings = np.concatenate(decoder.notes.seen)
        if not np.allclose(images, np.asarray(decoder(codings)), atol=1e-5):
            return False
        everything.append(codings[-count:])
    if np.allclose(everything[0][:3], everything[1][:3]):
        return False
    one = np.concatenate(everything)
    correlation = np.corrcoef(one, rowvar=False) - np.eye(6)
    return (
        len(np.unique(one, axis=0)) == len(one)
        and abs(one.mean()) < 0.1
        and abs(one.std() - 1) < 0.06
        and abs(np.mean(one**4) - 3) < 0.8
        and np.abs(correlation).max() < 0.25
    )


def right_interpolate_codings(answer) -> bool:
    rng = np.random.default_rng(0)
    for size, steps in ((10, 7), (3, 2), (4, 12)):
        start, end = rng.normal(size=(2, size)).astype("float32")
        kept = start.copy(), end.copy()
        points = np.asarray(answer(start, end, steps))
        t = (np.arange(steps) / (steps - 1))[:, None]
        if points.shape != (steps, size):
            return False
        if not np.allclose(points, kept[0] * (1 - t) + kept[1] * t, atol=1e-5):
            return False
        if not np.array_equal(start, kept[0]) or not np.array_equal(end, kept[1]):
            return False
    return True


def right_build_vae_encoder(answer) -> bool:
    images = images_of(30)
    for size in (10, 3):
        encoder = answer(codings_size=size)
        outputs = encoder(images)
        if not isinstance(outputs, (list, tuple)) or len(outputs) != 3:
            return False
        for weight in encoder.trainable_weights:
            weight.assign(np.random.default_rng(1).normal(0, 0.1, weight.shape))
        count = sum(int(np.prod(w.shape)) for w in encoder.trainable_weights)
        if count != 784 * 150 + 150 + 150 * 100 + 100 + 2 * (100 * size + size):
            return False
        again = np.tile(images, (40, 1, 1))
        mean, log_var, z = (np.asarray(x, "float64") for x in encoder(again))
        if any(x.shape != (1200, size) for x in (mean, log_var, z)):
            return False
        noise = (z - mean) / np.exp(log_var / 2)
        if abs(noise.mean()) > 0.1 or abs(noise.std() - 1) > 0.1:
            return False
        doubled = [np.asarray(x) for x in encoder(2 * images)]
        if np.allclose(2 * mean[:30], doubled[0]) or np.allclose(2 * log_var[:30], doubled[1]):
            return False
        trained = encoder(again, training=True)
        if not np.allclose(trained[0], mean, atol=1e-4):
            return False
        if not np.allclose(trained[1], log_var, atol=1e-4) or np.allclose(trained[2], z):
            return False
    return answer() is not None


def right_build_vae_decoder(answer) -> bool:
    for size in (10, 3):
        decoder = answer(codings_size=size)
        codings = np.random.default_rng(0).normal(size=(9, size)).astype("float32")
        decoder(codings)
        for weight in decoder.trainable_weights:
            weight.assign(np.random.default_rng(1).normal(0, 0.3, weight.shape))
        count = sum(int(np.prod(w.shape)) for w in decoder.trainable_weights)
        if count != 100 * size + 100 + 100 * 150 + 150 + 150 * 784 + 784:
            return False
        painted = np.asarray(decoder(codings))
        if painted.shape != (9, 28, 28) or not 0 <= painted.min() < 0.3 < 0.7 < painted.max() <= 1:
            return False
        if not np.allclose(painted, np.asarray(decoder(codings, training=True))):
            return False
        if not np.allclose(painted, decoder.predict(codings, verbose=0), atol=1e-5):
            return False
        logits = np.log(painted) - np.log1p(-painted)
        doubled = np.asarray(decoder(2 * codings))
        if np.allclose(2 * logits, np.log(doubled) - np.log1p(-doubled), atol=1e-2):
            return False
    return answer() is not None


def stand_in_vae() -> tuple[keras.Model, keras.Model]:
    """An encoder and a decoder, always the same, that draw no noise: z is fixed by the images."""
    keras.utils.set_random_seed(5)
    images, codings = keras.Input((28, 28)), keras.Input((4,))
    x = keras.layers.Dense(6, "tanh")(keras.layers.Flatten()(images))
    mean, log_var = keras.layers.Dense(4)(x), keras.layers.Dense(4)(x)
    # A dropout of nearly all shows the mode, and leaves nearly nothing to chance.
    mean = mean + keras.layers.Dropout(0.9999)(keras.ops.ones_like(mean))
    z = mean + 2 * keras.ops.exp(log_var / 2)
    encoder = keras.Model(images, [mean, log_var, z])
    y = keras.layers.BatchNormalization(momentum=0.5)(codings)
    pixels = keras.layers.Dense(784, "sigmoid")(keras.layers.Dense(5, "tanh")(y))
    return encoder, keras.Model(codings, keras.layers.Reshape((28, 28))(pixels))


def expected_step(images, rate) -> tuple[dict[str, float], list[np.ndarray]]:
    import tensorflow as tf

    encoder, decoder = stand_in_vae()
    variables = encoder.trainable_variables + decoder.trainable_variables
    with tf.GradientTape() as tape:
        mean, log_var, z = encoder(images, training=True)
        p = decoder(z, training=True)
        bce = -tf.reduce_sum(images * tf.math.log(p) + (1 - images) * tf.math.log(1 - p), (1, 2))
        kl = 0.5 * tf.reduce_sum(tf.exp(log_var) + mean**2 - 1 - log_var, 1)
        loss = tf.reduce_mean(bce + kl)
    gradients = tape.gradient(loss, variables)
    losses = {
        "loss": float(loss),
        "reconstruction": float(tf.reduce_mean(bce)),
        "kl": float(tf.reduce_mean(kl)),
    }
    moved = [v.numpy() - rate * g.numpy() for v, g in zip(variables, gradients, strict=True)]
    return losses, moved


def right_vae_train_step(answer) -> bool:
    rate = 1e-4
    images = np.random.default_rng(0).uniform(0.05, 0.95, (12, 28, 28)).astype("float32")
    losses, moved = expected_step(keras.ops.convert_to_tensor(images), rate)
    encoder, decoder = stand_in_vae()
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(variables)
    logs = answer(encoder, decoder, optimizer, keras.ops.convert_to_tensor(images))
    if not isinstance(logs, dict) or not set(logs) >= set(losses):
        return False
    for name, value in losses.items():
        if np.shape(logs[name]) != () or not np.isclose(float(logs[name]), value, rtol=1e-4):
            return False
    pairs = zip(variables, moved, strict=True)
    return int(optimizer.iterations) == 1 and all(
        np.allclose(v.numpy(), right, rtol=1e-3, atol=1e-6) for v, right in pairs
    )


def right_rescale_images(answer) -> bool:
    for count in (5, 1):
        images = np.random.default_rng(0).uniform(0.1, 0.8, (count, 28, 28)).astype("float32")
        kept = images.copy()
        scaled = np.asarray(answer(images))
        if scaled.shape != (count, 28, 28, 1) or not np.array_equal(images, kept):
            return False
        if scaled.dtype.kind != "f" or not np.allclose(scaled[..., 0], 2 * kept - 1, atol=1e-5):
            return False
    return True


def right_images_for_display(answer) -> bool:
    for count in (5, 1):
        drawn = np.random.default_rng(0).uniform(-0.9, 0.7, (count, 28, 28, 1))
        generated = drawn.astype("float32")
        kept = generated.copy()
        images = np.asarray(answer(generated))
        if images.shape != (count, 28, 28) or not np.array_equal(generated, kept):
            return False
        if images.dtype.kind != "f" or not np.allclose(images, (kept[..., 0] + 1) / 2, atol=1e-5):
            return False
    return True


def right_loss(answer, count: int, expected, slopes) -> bool:
    """Hold a loss of `count` columns of probabilities against `expected` and its `slopes`."""
    import tensorflow as tf

    for batch in (7, 3):
        drawn = np.random.default_rng(batch).uniform(0.02, 0.98, (count, batch, 1))
        tensors = [tf.constant(x, tf.float32) for x in drawn]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = answer(*tensors)
        if np.shape(value) != () or not np.allclose(value, expected(*drawn), rtol=1e-4):
            return False
        gradients = tape.gradient(value, tensors)
        for gradient, slope in zip(gradients, slopes(*drawn), strict=True):
            if gradient is None or not np.allclose(gradient, slope, rtol=1e-3, atol=1e-6):
                return False
    return True


def right_discriminator_loss(answer) -> bool:
    return right_loss(
        answer,
        2,
        lambda real, fake: -np.mean(np.log(np.concatenate([real, 1 - fake]))),
        lambda real, fake: (-1 / real / 2 / len(real), 1 / (1 - fake) / 2 / len(fake)),
    )


def right_generator_loss(answer) -> bool:
    return right_loss(
        answer, 1, lambda fake: -np.mean(np.log(fake)), lambda fake: [-1 / fake / len(fake)]
    )


class Mode(keras.layers.Layer):
    """A layer that shrinks in training what it passes on.

    `note` gets its inputs, its mode, and what `state` returns, as tensors: a graph keeps the order
    of reading and of writing variables, not that of calling Python.
    """

    def __init__(self, note=None, state=None):
        super().__init__()
        self.note, self.state = note, state

    def call(self, inputs, training=False):
        import tensorflow as tf

        factor = 0.7 if training else 1.0
        if self.note is None or isinstance(inputs, keras.KerasTensor):
            return factor * inputs

        def note(x, *state):
            self.note(x.numpy(), bool(training), tuple(s.numpy().tobytes() for s in state))

        write = tf.py_function(note, [inputs, *self.state()], [])
        with tf.control_dependencies([write]):
            return factor * tf.identity(inputs)


def stand_in_gan(codings_size: int = 4) -> tuple[keras.Model, keras.Model]:
    """A generator and a discriminator, always the same, whose numbers show the mode."""
    keras.utils.set_random_seed(6)
    codings, images = keras.Input((codings_size,)), keras.Input((28, 28, 1))
    x = keras.layers.Dense(5, "tanh")(keras.layers.BatchNormalization(momentum=0.5)(codings))
    x = keras.layers.Dense(784, "tanh")(Mode()(x))
    y = keras.layers.Dense(3, "tanh")(keras.layers.Flatten()(Mode()(images)))
    bias = keras.initializers.Constant(0.8)
    probabilities = keras.layers.Dense(1, "sigmoid", bias_initializer=bias)
    return (
        keras.Model(codings, keras.layers.Reshape((28, 28, 1))(x)),
        keras.Model(images, probabilities(y)),
    )


def expected_gan_step(which: str, real, codings, rate, discriminator_mode=True):
    """The loss before one step of plain descent, and the weights of both networks after it."""
    import tensorflow as tf

    generator, discriminator = stand_in_gan()
    with tf.GradientTape() as tape:
        fake = discriminator(generator(codings, training=True), training=discriminator_mode)
        if which == "generator":
            loss = -tf.reduce_mean(tf.math.log(fake))
        else:
            real = discriminator(real, training=True)
            loss = -tf.reduce_mean(tf.math.log(tf.concat([real, 1 - fake], axis=0)))
    trained = generator if which == "generator" else discriminator
    gradients = tape.gradient(loss, trained.trainable_variables)
    for variable, gradient in zip(trained.trainable_variables, gradients, strict=True):
        variable.assign_sub(rate * gradient)
    return float(loss), [v.numpy() for m in (generator, discriminator) for v in m.trainable_weights]


def right_gan_step(answer, which: str, mode: bool) -> bool:
    """Hold one step against plain descent, called eagerly and from inside a tf.function."""
    import tensorflow as tf

    rate = 0.05
    rng = np.random.default_rng(3)
    real = tf.constant(rng.uniform(-1, 1, (9, 28, 28, 1)), tf.float32)
    codings = tf.constant(rng.normal(size=(9, 4)), tf.float32)
    loss, moved = expected_gan_step(which, real, codings, rate, mode)
    tensors = (codings,) if which == "generator" else (real, codings)
    for wrapped in (False, True):
        generator, discriminator = stand_in_gan()
        trained = generator if which == "generator" else discriminator
        optimizer = keras.optimizers.SGD(rate)
        optimizer.build(trained.trainable_variables)
        networks = (generator, discriminator, optimizer)

        def step(*given, networks=networks):
            return answer(*networks, *given)

        value = (tf.function(step) if wrapped else step)(*tensors)
        if isinstance(value, float) or np.shape(value) != ():
            return False
        if not np.isclose(float(value), loss, rtol=1e-4) or int(optimizer.iterations) != 1:
            return False
        after = [v.numpy() for m in networks[:2] for v in m.trainable_weights]
        if len(after) != len(moved):
            return False
        for weight, right in zip(after, moved, strict=True):
            if not np.allclose(weight, right, rtol=1e-3, atol=2e-6):
                return False
    return True


def right_discriminator_step(answer) -> bool:
    return right_gan_step(answer, "discriminator", mode=True)


def right_generator_step(answer) -> bool:
    return any(right_gan_step(answer, "generator", mode) for mode in (True, False))


def noted_gan(codings_size: int):
    """Two networks with a list of all that they were given, and their weights at the time."""
    notes: list = []
    generator, discriminator = stand_in_gan(codings_size)
    # With the global seed that made them, each new trace of a tf.function draws the same.
    import tensorflow as tf

    tf.random.set_seed(None)
    trained = generator.trainable_variables, discriminator.trainable_variables

    def tensors():
        return [keras.ops.concatenate([keras.ops.ravel(v) for v in part]) for part in trained]

    def state():
        return tuple(keras.ops.convert_to_numpy(tensor).tobytes() for tensor in tensors())

    def note(*noted):
        notes.append(noted)

    images, codings = keras.Input((28, 28, 1)), keras.Input((codings_size,))
    noted = keras.Model(codings, generator(Mode(note, tensors)(codings)))
    judged = keras.Model(images, discriminator(Mode(note, tensors)(images)))
    return noted, judged, notes, state


def right_train_gan(answer) -> bool:
    import tensorflow as tf

    for epochs, size, with_callback in ((3, 6, True), (1, None, False)):
        generator, discriminator, notes, state = noted_gan(size or 100)
        real = np.random.default_rng(1).uniform(-1, 1, (19, 28, 28, 1)).astype("float32")
        dataset = tf.data.Dataset.from_tensor_slices(real).batch(8)
        calls: list = []
        first = state()

        def on_epoch_end(epoch, generator, calls=calls, notes=notes, state=state):
            calls.append((epoch, generator, len(notes), state()))

        arguments = {} if size is None else {"codings_size": size}
        if with_callback:
            arguments["on_epoch_end"] = on_epoch_end
        history = answer(generator, discriminator, dataset, epochs, **arguments)
        if not isinstance(history, dict):
            return False
        losses = [history["discriminator_loss"], history["generator_loss"]]
        if [np.shape(np.asarray(x, "float64")) for x in losses] != [(epochs,)] * 2:
            return False
        # The discriminator starts out with every image taken for real: its loss is the larger.
        if not np.all(np.asarray(losses[0]) > 1.2 * np.asarray(losses[1])):
            return False
        if not np.all(np.asarray(losses[1]) > 0.05) or np.max(losses[0]) > 1.5:
            return False
        if with_callback:
            if [(epoch, network) for epoch, network, *_ in calls] != [
                (epoch, generator) for epoch in range(epochs)
            ]:
                return False
            seen = [0, *(count for _, _, count, _ in calls)]
            if seen != sorted(set(seen)) or seen[-1] != len(notes):
                return False
        if not right_notes(notes, real, first, state(), epochs, size or 100):
            return False
    return True


def right_notes(notes, real, first, last, epochs: int, codings_size: int) -> bool:
    """Hold what the networks were given, and how their weights went, against the contract."""
    draws = [x for x, _, _ in notes if x.ndim == 2]
    if any(x.shape[1] != codings_size for x in draws):
        return False
    if not all(mode for x, mode, _ in notes if x.ndim == 2):
        return False
    # The states of (generator, discriminator) alternate: the discriminator moves first.
    states = [first, *(s for _, _, s in notes), last]
    moves = [(a[0] != b[0], a[1] != b[1]) for a, b in itertools.pairwise(states) if a != b]
    if moves != [(False, True), (True, False)] * (3 * epochs):
        return False
    batches = [set() for _ in range(3 * epochs)]
    modes = []
    now = 0
    for (x, mode, s), before in zip(notes, states, strict=False):
        now += s[0] != before[0]
        if x.ndim == 2:
            if now >= 3 * epochs or len(x) != (8, 8, 3)[now % 3]:
                return False
            continue
        modes.append(mode)
        batches[min(now, 3 * epochs - 1)] |= {
            i for i in range(len(real)) if any(np.array_equal(real[i], row) for row in x)
        }
    if batches != [set(range(8 * i, min(8 * i + 8, 19))) for i in range(3)] * epochs:
        return False
    if not any(modes):
        return False
    drawn = np.unique(np.concatenate(draws), axis=0)
    tolerance = 5 / np.sqrt(drawn.size)
    return (
        len(drawn) >= 19 * epochs
        and abs(drawn.mean()) < tolerance
        and abs(drawn.std() - 1) < tolerance
        and abs(np.mean(drawn**4) - 3) < 12 * tolerance
    )


def weight_shapes(model: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(w.shape) for w in model.trainable_weights]


def right_build_generator(answer) -> bool:
    for size in (100, 7):
        generator = answer(codings_size=size)
        codings = np.random.default_rng(0).normal(size=(6, size)).astype("float32")
        images = np.asarray(generator(codings))
        shapes = weight_shapes(generator)
        if images.shape != (6, 28, 28, 1) or (size, 6272) not in shapes:
            return False
        # A constructor may make the layers in any order; the last one paints a single channel.
        kernels = sorted((s for s in shapes if len(s) == 4), key=lambda s: s[2] == 1)
        if len(kernels) != 2 or kernels[0][3] != 128 or kernels[1][2:] != (1, kernels[0][2]):
            return False
        if not np.allclose(images, generator.predict(codings, verbose=0), atol=1e-4):
            return False
        before = [w.numpy() for w in generator.non_trainable_weights if "float" in w.dtype]
        one, two = (np.asarray(generator(codings, training=True)) for _ in range(2))
        after = [w.numpy() for w in generator.non_trainable_weights if "float" in w.dtype]
        if not before or all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
            return False
        if not np.allclose(one, two, atol=1e-5) or np.allclose(one, images, atol=1e-5):
            return False
        for weight in generator.trainable_weights:
            if len(weight.shape) == 4:
                weight.assign(np.random.default_rng(1).normal(0, 0.8, weight.shape))
        images = np.asarray(generator(3 * codings))
        if not -1 <= images.min() < -0.7 < 0.7 < images.max() <= 1:
            return False
    return answer() is not None


def right_build_discriminator(answer) -> bool:
    discriminator = answer()
    images = (2 * images_of(40)[..., None] - 1).astype("float32")
    p = np.asarray(discriminator(images))
    shapes = weight_shapes(discriminator)
    kernels = sorted((s for s in shapes if len(s) == 4), key=lambda s: s[2] != 1)
    if p.shape != (40, 1) or len(kernels) != 2 or kernels[0][2] != 1:
        return False
    if sum(s[-1] == 1 and len(s) == 2 for s in shapes) != 1:
        return False
    if not np.allclose(p, discriminator.predict(images, verbose=0), atol=1e-5):
        return False
    for weight in discriminator.trainable_weights:
        if len(weight.shape) == 2:
            weight.assign(np.random.default_rng(1).normal(0, 0.4, weight.shape))
        if len(weight.shape) == 4:
            weight.assign(4 * weight.numpy())
    p = np.asarray(discriminator(images))
    one, two = (np.asarray(discriminator(images, training=True)) for _ in range(2))
    return (
        0 <= p.min() < p.max() - 0.02 < p.max() <= 1
        and not np.allclose(one, two, atol=1e-3)
        and not np.allclose(p, one, atol=1e-3)
    )


# Each draw takes as long as there are rows: a minute in all.
ROW_BY_ROW = "Sampling-row_by_row"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            answer,
            id=answer.label,
            marks=[]
            if answer.exercise in NUMERIC and answer.label != ROW_BY_ROW
            else [pytest.mark.slow],
        )
        for answer in answers_of("right")
    ],
)
def test_a_right_answer_keeps_the_contract(answer: Answer) -> None:
    if answer.name.startswith("slope"):
        pytest.skip("the slopes of PReLU are weights that the assertions on models do not know")
    holds = globals()[f"right_{answer.exercise.lower()}"]
    keras.utils.clear_session()
    # With a global seed, left by another test, each new trace of a tf.function draws the same.
    import tensorflow as tf

    tf.random.set_seed(None)
    assert holds(answer.build())


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            answer,
            id=answer.label,
            marks=[] if answer.exercise in NUMERIC else [pytest.mark.slow],
        )
        for answer in answers_of("wrong")
        if answer.exercise in NUMERIC + LENGTHY and not answer.slow
    ],
)
def test_a_wrong_answer_breaks_the_contract(answer: Answer) -> None:
    holds = globals()[f"right_{answer.exercise.lower()}"]
    if answer.name == "returns_a_million_million_pixels":
        pytest.skip("too large to hold against anything")
    if answer.name == "labels_of_the_discriminator_swapped":
        pytest.skip("an untrained discriminator is as wrong on real images as on fakes")
    try:
        kept = holds(answer.build())
    except (Exception, SystemExit):
        kept = False
    assert not kept
