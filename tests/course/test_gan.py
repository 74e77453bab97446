"""The GAN's loop, with stand-in networks of one weight each and steps that are no answers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from course import StepError, toy_garments
from course.gan import BUDGETS, GanError, GanTraining, batches

CODINGS = 3


@pytest.fixture(scope="module")
def garments() -> np.ndarray:
    images = toy_garments(20, seed=0)[0] / np.float32(255)
    return 2 * images[..., np.newaxis] - 1


class Generator(keras.Model):
    """Every pixel is tanh of a weight and the first coding."""

    def __init__(self, side: int = 28) -> None:
        super().__init__()
        self.side = side
        self.weight = self.add_weight(shape=(), initializer="zeros", name="weight")

    def call(self, codings, training=False):
        tone = keras.ops.tanh(self.weight + codings[:, :1, None, None])
        return keras.ops.broadcast_to(tone, (keras.ops.shape(codings)[0], self.side, self.side, 1))


class Discriminator(keras.Model):
    """Sigmoid of a weight times the mean tone; without `end`, the bare product."""

    def __init__(self, end=keras.ops.sigmoid) -> None:
        super().__init__()
        self.end = end
        self.weight = self.add_weight(shape=(), initializer="ones", name="weight")

    def call(self, images, training=False):
        return self.end(self.weight * keras.ops.mean(images, axis=(1, 2)))


def d_step(generator, discriminator, optimizer, images, codings):
    """Move the discriminator's weight, and report the batch size."""
    optimizer.apply_gradients([(tf.constant(1.0), discriminator.weight)])
    return tf.cast(tf.shape(images)[0], tf.float32)


def g_step(generator, discriminator, optimizer, codings):
    """Move the generator's weight, and report 3 where there are 3 codings."""
    optimizer.apply_gradients([(tf.constant(-1.0), generator.weight)])
    return tf.cast(tf.shape(codings)[1], tf.float32)


def training(d=d_step, g=g_step, generator=None, discriminator=None):
    return GanTraining(d, g, generator or Generator(), discriminator or Discriminator(), CODINGS)


def test_history_and_pictures_of_every_epoch(garments, capsys):
    run = training()
    history = run.fit(batches(garments, 8), epochs=2)
    assert history == {
        "discriminator_loss": pytest.approx([20 / 3] * 2),  # batches of 8, 8 and 4
        "generator_loss": pytest.approx([3.0] * 2),
    }
    assert [picture.shape for picture in run.pictures] == [(16, 28, 28)] * 2
    assert 0 <= run.pictures[0].min() < run.pictures[0].max() <= 1
    assert np.all(run.pictures[1] > run.pictures[0])  # the same codings, a larger weight
    output = capsys.readouterr()
    assert "D loss 6.667, G loss 3.000" in output.out
    assert "After epoch 2" not in output.err
    assert "after epoch 2" in output.out
    assert output.err == ""


def test_both_optimizers_move_their_own_network(garments):
    run = training()
    run.fit(batches(garments, 8), epochs=1, draw=False)
    assert float(run.discriminator.weight.value) < 1
    assert float(run.generator.weight.value) > 0


def test_the_discriminator_comes_first_and_codings_are_fresh(garments):
    calls = []

    def note(name, codings):
        tf.py_function(lambda z: calls.append((name, float(z[0, 0]))), [codings], [])

    def d(generator, discriminator, optimizer, images, codings):
        note("d", codings)
        return d_step(generator, discriminator, optimizer, images, codings)

    def g(generator, discriminator, optimizer, codings):
        note("g", codings)
        return g_step(generator, discriminator, optimizer, codings)

    training(d, g).fit(batches(garments, 8), epochs=2, draw=False)
    assert [name for name, _ in calls] == ["d", "g"] * 6
    assert len({coding for _, coding in calls}) == 12


def test_an_interruption_keeps_everything_and_fit_goes_on(garments, capsys, monkeypatch):
    run = training()
    run.fit(batches(garments, 8), epochs=1, draw=False)
    compiled, count = run._train_batch, 0

    def interrupted(images):
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        return compiled(images)

    monkeypatch.setattr(run, "_train_batch", interrupted)
    before = float(run.generator.weight.value)
    history = run.fit(batches(garments, 8), epochs=3, draw=False)
    assert len(history["generator_loss"]) == len(run.pictures) == 1
    assert float(run.generator.weight.value) > before
    assert "1 of 3 epochs are done and kept" in capsys.readouterr().out
    run.fit(batches(garments, 8), epochs=3, draw=False)
    assert len(run.history["generator_loss"]) == len(run.pictures) == 3
    run.fit(batches(garments, 8), epochs=3, draw=False)
    assert len(run.pictures) == 3
    assert "3 epochs are done already" in capsys.readouterr().out


def test_the_gif_has_a_frame_for_each_epoch(garments, tmp_path):
    run = training()
    with pytest.raises(GanError, match="no picture to save yet"):
        run.save_gif(tmp_path / "none.gif")
    run.fit(batches(garments, 8), epochs=3, draw=False)
    with Image.open(run.save_gif(tmp_path / "gan.gif")) as gif:
        assert (gif.format, gif.n_frames, gif.size) == ("GIF", 3, (336, 336))


def test_batches_hold_every_image_once_and_keep_the_last(garments):
    data = batches(garments, 8)
    for _ in range(2):
        got = [batch.numpy() for batch in data]
        assert [len(batch) for batch in got] == [8, 8, 4]
        tones = np.concatenate(got).mean(axis=(1, 2, 3))
        assert np.sort(tones) == pytest.approx(np.sort(garments.mean(axis=(1, 2, 3))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: (x + 1) / 2, "fill \\[-1, 1\\].*rescale_images"),
        (lambda x: 127.5 * (x + 1), "from 0 to 255.*lie in \\[-1, 1\\]"),
        (lambda x: x[..., 0], "shape \\(n, 28, 28, 1\\).*\\(20, 28, 28\\)"),
        (lambda x: x[0], "single image"),
        (lambda x: x[:1], "single image"),
        (lambda x: x[:0], "shape"),
        (lambda x: np.full_like(x, np.nan), "NaN"),
    ],
)
def test_unusable_images_are_named(garments, change, message):
    with pytest.raises(GanError, match=message) as caught:
        batches(change(garments), 8)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: x, "needs a tf.data.Dataset"),
        (lambda x: tf.data.Dataset.from_tensor_slices((x, x)).batch(8), "more than images"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x), "single images"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x[..., 0]).batch(8), "batches of shape"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x[:1]).batch(8), "one image each"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x).batch(8).repeat(), "never ends"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x).batch(8).take(0), "empty"),
        (lambda x: tf.data.Dataset.from_tensor_slices((x + 1) / 2).batch(8), "rescale_images"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x.astype(int)).batch(8), "int64"),
    ],
)
def test_unusable_data_sets_are_named(garments, make, message):
    with pytest.raises(GanError, match=message):
        training().fit(make(garments), epochs=1, draw=False)


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        ({"generator": Generator(side=26)}, "\\(26, 26, 1\\), but \\(28, 28, 1\\)"),
        ({"discriminator": Discriminator(lambda x: 9 * x)}, "sigmoid"),
        ({"discriminator": Discriminator(keras.ops.ravel)}, "one number, shape \\(batch, 1\\)"),
        ({"generator": keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])}, "not take"),
    ],
)
def test_networks_that_do_not_fit_are_named(networks, message):
    with pytest.raises(GanError, match=message) as caught:
        training(**networks)
    assert "\n" not in str(caught.value)


def test_losses_that_are_not_finite_stop_at_once(garments):
    def spoilt(*arguments):
        return d_step(*arguments) * np.nan

    run = training(d=spoilt)
    with pytest.raises(GanError, match="discriminator's loss is nan in epoch 1/2, batch 1"):
        run.fit(batches(garments, 8), epochs=2, draw=False)
    assert run.pictures == run.history["generator_loss"] == []


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda loss: None, "generator_step returns nothing"),
        (lambda loss: loss * tf.ones((4, 1)), "shape \\(4, 1\\).*one number"),
        (lambda loss: {"loss": loss}, "returns a dict"),
        (lambda loss: loss.numpy(), "cannot compile"),
        (lambda loss: tf.ones((2, 3)) @ tf.ones((2, 3)) + loss, "check the shapes of labels"),
    ],
)
def test_steps_that_go_wrong_are_named_in_a_sentence(garments, result, message):
    def step(*arguments):
        return result(g_step(*arguments))

    with pytest.raises(StepError, match=message) as caught:
        training(g=step).fit(batches(garments, 8), epochs=1, draw=False)
    assert "\n" not in str(caught.value)


def test_budgets_fit_the_data():
    assert set(BUDGETS) == {"laptop", "full"}
    assert all(2 <= b.batch_size < b.images <= 60_000 and b.epochs > 0 for b in BUDGETS.values())
