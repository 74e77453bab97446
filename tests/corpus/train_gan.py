"""Answers to `train_gan(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)`.

Per batch of the data set one step of the discriminator, then one of the generator, on fresh
codings, as many as the batch has images; an optimizer of its own for each network; after each epoch
`on_epoch_end(epoch, generator)`, if given, epoch from 0. Returns the lists "discriminator_loss" and
"generator_loss", one number an epoch: mean, running mean or last batch.
"""

from __future__ import annotations

import collections
import functools
import random

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "train_gan"
enter_novices(EXERCISE, arity=4)


def discriminator_loss(real_probabilities, fake_probabilities):
    """The answer to an exercise before, as a student's notebook has it; so the next three."""
    bce = keras.losses.BinaryCrossentropy()
    real_loss = bce(tf.ones_like(real_probabilities), real_probabilities)
    return (real_loss + bce(tf.zeros_like(fake_probabilities), fake_probabilities)) / 2


def generator_loss(fake_probabilities):
    return keras.losses.BinaryCrossentropy()(tf.ones_like(fake_probabilities), fake_probabilities)


def discriminator_step(generator, discriminator, optimizer, real_images, codings):
    fake_images = generator(codings, training=True)
    with tf.GradientTape() as tape:
        loss = discriminator_loss(
            discriminator(real_images, training=True), discriminator(fake_images, training=True)
        )
    variables = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    return loss


def generator_step(generator, discriminator, optimizer, codings):
    with tf.GradientTape() as tape:
        loss = generator_loss(discriminator(generator(codings, training=True), training=True))
    variables = generator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    return loss


def adam(rate=2e-4):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def draw(real_images, codings_size):
    return tf.random.normal((tf.shape(real_images)[0], codings_size))


def empty_history():
    return {"discriminator_loss": [], "generator_loss": []}


class Training:
    """What an epoch of a loop needs: the two networks, an optimizer for each, and a batch."""

    def __init__(self, generator, discriminator, codings_size, optimizers=None):
        self.generator, self.discriminator = generator, discriminator
        self.codings_size = codings_size
        self.optimizers = optimizers or (adam(), adam())

    def train_discriminator(self, real_images, codings):
        return discriminator_step(
            self.generator, self.discriminator, self.optimizers[0], real_images, codings
        )

    def train_generator(self, codings):
        return generator_step(self.generator, self.discriminator, self.optimizers[1], codings)

    def codings(self, real_images):
        return draw(real_images, self.codings_size)

    def batch(self, real_images):
        loss = self.train_discriminator(real_images, self.codings(real_images))
        return loss, self.train_generator(self.codings(real_images))


def means(losses):
    return np.mean([[float(loss) for loss in pair] for pair in losses], axis=0)


def loop(training=Training, epochs_of=range, batches_of=iter, number=means, report=None):
    """Return a training that is right but for what is given.

    `training` makes the object whose `batch` trains; `epochs_of(epochs)` and `batches_of(dataset)`
    are what the loops run over; `number(losses)` gives the two numbers of an epoch, and `report`
    replaces what is done with them at its end.
    """

    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        trained = training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in epochs_of(epochs):
            numbers = number([trained.batch(images) for images in batches_of(dataset)])
            for name, value in zip(history, numbers, strict=True):
                history[name].append(float(value))
            if report is not None:
                report(on_epoch_end, epoch, generator)
            elif on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


def ending(finish, **options):
    """Return a right training of which `finish(history, epochs)` makes the result."""

    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        train = loop(**options)
        history = train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)
        return finish(history, epochs)

    return train_gan


reference = loop()


@right(EXERCISE)
def eager_steps():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        discriminator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
        generator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
        history = {"discriminator_loss": [], "generator_loss": []}
        for epoch in range(epochs):
            discriminator_losses, generator_losses = [], []
            for real_images in dataset:
                batch_size = len(real_images)
                codings = tf.random.normal(shape=[batch_size, codings_size])
                loss = discriminator_step(
                    generator, discriminator, discriminator_optimizer, real_images, codings
                )
                discriminator_losses.append(float(loss))
                codings = tf.random.normal(shape=[batch_size, codings_size])
                loss = generator_step(generator, discriminator, generator_optimizer, codings)
                generator_losses.append(float(loss))
            history["discriminator_loss"].append(np.mean(discriminator_losses))
            history["generator_loss"].append(np.mean(generator_losses))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def one_function_for_both_steps():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
        for optimizer, network in zip(optimizers, (discriminator, generator), strict=True):
            optimizer.build(network.trainable_variables)

        @tf.function
        def train_batch(real_images):
            codings = tf.random.normal((tf.shape(real_images)[0], codings_size))
            of_discriminator = discriminator_step(
                generator, discriminator, optimizers[0], real_images, codings
            )
            codings = tf.random.normal((tf.shape(real_images)[0], codings_size))
            of_generator = generator_step(generator, discriminator, optimizers[1], codings)
            return of_discriminator, of_generator

        history = empty_history()
        for epoch in range(epochs):
            losses = np.array([train_batch(images) for images in dataset])
            history["discriminator_loss"] += [losses[:, 0].mean()]
            history["generator_loss"] += [losses[:, 1].mean()]
            if on_epoch_end:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def a_function_for_each_step():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        step_d, step_g = tf.function(discriminator_step), tf.function(generator_step)
        opt_d, opt_g = adam(1e-4), adam(3e-4)
        history = collections.defaultdict(list)
        for epoch in range(epochs):
            mean_d, mean_g = keras.metrics.Mean(), keras.metrics.Mean()
            for batch in dataset:
                mean_d(step_d(generator, discriminator, opt_d, batch, draw(batch, codings_size)))
                mean_g(step_g(generator, discriminator, opt_g, draw(batch, codings_size)))
            history["discriminator_loss"].append(float(mean_d.result()))
            history["generator_loss"].append(float(mean_g.result()))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return dict(history)

    return train_gan


@right(EXERCISE)
def the_whole_epoch_in_a_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        training.optimizers[0].build(discriminator.trainable_variables)
        training.optimizers[1].build(generator.trainable_variables)

        @tf.function
        def train_epoch(batches):
            total_d, total_g, count = 0.0, 0.0, 0.0
            for images in batches:
                loss_d, loss_g = training.batch(images)
                total_d += loss_d
                total_g += loss_g
                count += 1.0
            return total_d / count, total_g / count

        history = empty_history()
        for epoch in range(epochs):
            loss_d, loss_g = train_epoch(dataset)
            history["discriminator_loss"].append(loss_d.numpy())
            history["generator_loss"].append(loss_g.numpy())
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def steps_written_out():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        bce = keras.losses.BinaryCrossentropy()
        optimizer_d, optimizer_g = keras.optimizers.RMSprop(1e-4), keras.optimizers.RMSprop(1e-4)
        history = {"generator_loss": [], "discriminator_loss": []}
        for epoch in range(epochs):
            for images in dataset:
                n = images.shape[0]
                with tf.GradientTape() as tape:
                    fakes = generator(tf.random.normal((n, codings_size)), training=True)
                    answers = discriminator(tf.concat([fakes, images], axis=0), training=True)
                    labels = tf.constant([[0.0]] * n + [[1.0]] * n)
                    d_loss = bce(labels, answers)
                grads = tape.gradient(d_loss, discriminator.trainable_weights)
                optimizer_d.apply(grads, discriminator.trainable_weights)
                with tf.GradientTape() as tape:
                    fakes = generator(tf.random.normal((n, codings_size)), training=True)
                    g_loss = bce(tf.ones((n, 1)), discriminator(fakes, training=True))
                grads = tape.gradient(g_loss, generator.trainable_weights)
                optimizer_g.apply(grads, generator.trainable_weights)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def steps_written_out_in_a_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        opt_d = keras.optimizers.Adam(learning_rate=4e-4, beta_1=0.5)
        opt_g = keras.optimizers.Adam(learning_rate=1e-4, beta_1=0.5)
        opt_d.build(discriminator.trainable_variables)
        opt_g.build(generator.trainable_variables)

        @tf.function(reduce_retracing=True)
        def train_step(real):
            z = tf.random.normal([tf.shape(real)[0], codings_size])
            with tf.GradientTape() as tape:
                p_real = discriminator(real, training=True)
                p_fake = discriminator(generator(z, training=True), training=True)
                d_loss = discriminator_loss(p_real, p_fake)
            d_grads = tape.gradient(d_loss, discriminator.trainable_variables)
            opt_d.apply_gradients(zip(d_grads, discriminator.trainable_variables, strict=True))
            with tf.GradientTape() as tape:
                g_loss = generator_loss(discriminator(generator(z, training=True), training=False))
            g_grads = tape.gradient(g_loss, generator.trainable_variables)
            opt_g.apply_gradients(zip(g_grads, generator.trainable_variables, strict=True))
            return d_loss, g_loss

        history = empty_history()
        for epoch in range(epochs):
            for step, images in enumerate(dataset, start=1):  # noqa: B007
                d_loss, g_loss = train_step(images)
            history["discriminator_loss"].append(d_loss.numpy().item())
            history["generator_loss"].append(g_loss.numpy().item())
            print(f"epoch {epoch + 1}/{epochs}: {step} batches, {d_loss:.3f}, {g_loss:.3f}")
            on_epoch_end and on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def one_draw_for_both_steps():
    class OneDraw(Training):
        def batch(self, real_images):
            codings = self.codings(real_images)
            return self.train_discriminator(real_images, codings), self.train_generator(codings)

    return loop(OneDraw)


def gan_model():
    """Return the class of a Keras model that trains the two networks by `fit`."""

    class Gan(keras.Model):
        def __init__(self, generator, discriminator, codings_size):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator
            self.codings_size = codings_size
            self.d_tracker = keras.metrics.Mean(name="discriminator_loss")
            self.g_tracker = keras.metrics.Mean(name="generator_loss")

        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
            d_optimizer.build(self.discriminator.trainable_variables)
            g_optimizer.build(self.generator.trainable_variables)

        @property
        def metrics(self):
            return [self.d_tracker, self.g_tracker]

        def train_step(self, real_images):
            shape = (tf.shape(real_images)[0], self.codings_size)
            self.d_tracker.update_state(
                discriminator_step(
                    self.generator,
                    self.discriminator,
                    self.d_optimizer,
                    real_images,
                    tf.random.normal(shape),
                )
            )
            self.g_tracker.update_state(
                generator_step(
                    self.generator, self.discriminator, self.g_optimizer, tf.random.normal(shape)
                )
            )
            return {metric.name: metric.result() for metric in self.metrics}

    return Gan


@right(EXERCISE)
def keras_model_with_fit():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        callbacks = []
        if on_epoch_end is not None:
            callbacks.append(
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: on_epoch_end(epoch, generator)
                )
            )
        return gan.fit(dataset, epochs=epochs, callbacks=callbacks).history

    return train_gan


@right(EXERCISE)
def keras_model_with_fit_and_a_callback_class():
    class Notify(keras.callbacks.Callback):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def on_epoch_end(self, epoch, logs=None):
            if self.function is not None:
                self.function(epoch, self.model.generator)

    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(1e-4), adam(1e-4))
        history = gan.fit(dataset, epochs=epochs, verbose=0, callbacks=[Notify(on_epoch_end)])
        return {name: list(history.history[name]) for name in empty_history()}

    return train_gan


@right(EXERCISE)
def keras_model_fitted_epoch_by_epoch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        history = empty_history()
        for epoch in range(epochs):
            logs = gan.fit(dataset, verbose=0).history
            for name in history:
                history[name].extend(logs[name])
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def keras_model_trained_batch_by_batch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        history = empty_history()
        for epoch in range(epochs):
            gan.reset_metrics()
            for images in dataset:
                gan.train_step(images)
            for metric in gan.metrics:
                history[metric.name].append(float(metric.result()))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


def compiled(toggle=True, weights_of_batch=None):
    """Return the loop of compiled models; `toggle` sets the flag before every phase."""

    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        discriminator.compile(loss="binary_crossentropy", optimizer=adam())
        discriminator.trainable = False
        gan = keras.Sequential([generator, discriminator])
        gan.compile(loss="binary_crossentropy", optimizer=adam())
        history = empty_history()
        for epoch in range(epochs):
            losses = []
            for images in dataset:
                count = len(images)
                fakes = generator(tf.random.normal((count, codings_size)), training=True)
                labels = np.float32([[0.0]] * count + [[1.0]] * count)
                if toggle:
                    discriminator.trainable = True
                of_discriminator = discriminator.train_on_batch(
                    tf.concat([fakes, images], axis=0), labels
                )
                if toggle:
                    discriminator.trainable = False
                codings = tf.random.normal((count, codings_size))
                of_generator = gan.train_on_batch(codings, np.ones((count, 1), "float32"))
                losses.append((of_discriminator, of_generator))
            for name, value in zip(history, losses[-1], strict=True):
                history[name].append(float(value))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        discriminator.trainable = True
        return history

    return train_gan


@right(EXERCISE)
def compiled_models_toggled_before_every_phase():
    return compiled()


@right(EXERCISE)
def flags_toggled_round_tapes():
    class Toggled(Training):
        def batch(self, real_images):
            self.discriminator.trainable = True
            loss = self.train_discriminator(real_images, self.codings(real_images))
            self.discriminator.trainable = False
            of_generator = self.train_generator(self.codings(real_images))
            self.discriminator.trainable = True
            return loss, of_generator

    return loop(Toggled)


@right(EXERCISE)
def codings_from_numpy():
    class FromNumpy(Training):
        def codings(self, real_images):
            return np.random.normal(size=(len(real_images), self.codings_size)).astype("float32")

    return loop(FromNumpy)


@right(EXERCISE)
def codings_from_a_numpy_generator():
    class FromGenerator(Training):
        rng = np.random.default_rng(7)

        def codings(self, real_images):
            codings = self.rng.standard_normal((len(real_images), self.codings_size))
            return tf.constant(codings, tf.float32)

    return loop(FromGenerator)


@right(EXERCISE)
def codings_from_python():
    class FromPython(Training):
        def codings(self, real_images):
            rows = range(len(real_images))
            return tf.constant(
                [[random.gauss(0, 1) for _ in range(self.codings_size)] for _ in rows]
            )

    return loop(FromPython)


@right(EXERCISE)
def codings_from_keras():
    class FromKeras(Training):
        def codings(self, real_images):
            return keras.random.normal((len(real_images), self.codings_size))

    return loop(FromKeras)


@right(EXERCISE)
def codings_from_a_seed_generator():
    class FromSeeds(Training):
        seeds = keras.random.SeedGenerator(42)

        def codings(self, real_images):
            shape = (tf.shape(real_images)[0], self.codings_size)
            return keras.random.normal(shape, seed=self.seeds)

    return loop(FromSeeds)


@right(EXERCISE)
def codings_from_a_tensorflow_generator():
    class FromGenerator(Training):
        rng = tf.random.Generator.from_seed(42)

        def codings(self, real_images):
            return self.rng.normal((tf.shape(real_images)[0], self.codings_size))

    return loop(FromGenerator)


@right(EXERCISE)
def codings_with_a_seed_of_the_operation():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        class Seeded(Training):
            def codings(self, real_images):
                return tf.random.normal((len(real_images), self.codings_size), seed=42)

        tf.random.set_seed(42)
        train = loop(Seeded)
        return train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@right(EXERCISE)
def seeds_everything_first():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        keras.utils.set_random_seed(42)
        return reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@right(EXERCISE)
def stateless_codings_of_epoch_and_step():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        trained = Training(generator, discriminator, codings_size)
        history = collections.defaultdict(list)
        for epoch in range(epochs):
            losses = []
            for step, images in enumerate(dataset):
                shape = (images.shape[0], codings_size)
                codings = tf.random.stateless_normal(shape, seed=(epoch, step))
                pair = (
                    trained.train_discriminator(images, codings),
                    trained.train_generator(codings),
                )
                losses.append(pair)
            for name, value in zip(empty_history(), means(losses), strict=True):
                history[name].append(value)
            if on_epoch_end:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def codings_from_a_data_set_of_their_own():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        rng = np.random.default_rng()

        def endless():
            while True:
                yield rng.standard_normal(codings_size).astype("float32")

        signature = tf.TensorSpec((codings_size,), tf.float32)
        noise = iter(tf.data.Dataset.from_generator(endless, output_signature=signature))

        class WithNoise(Training):
            def codings(self, real_images):
                return tf.stack([next(noise) for _ in real_images])

        train = loop(training=WithNoise)
        return train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@right(EXERCISE)
def metrics_that_are_reset():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        trained = Training(generator, discriminator, codings_size, (adam(), adam()))
        metrics = {name: keras.metrics.Mean(name=name) for name in empty_history()}
        history = {name: [] for name in metrics}
        for epoch in range(epochs):
            for metric in metrics.values():
                metric.reset_state()
            for images in dataset:
                for metric, loss in zip(metrics.values(), trained.batch(images), strict=True):
                    metric.update_state(loss)
            for name, metric in metrics.items():
                history[name].append(metric.result().numpy())
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def batches_as_numpy_arrays():
    return loop(batches_of=lambda dataset: dataset.as_numpy_iterator())


@right(EXERCISE)
def steps_compiled_by_xla():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        optimizers = adam(), adam()
        for optimizer, network in zip(optimizers, (discriminator, generator), strict=True):
            optimizer.build(network.trainable_variables)
        steps = [tf.function(step) for step in (discriminator_step, generator_step)]

        class Compiled(Training):
            def batch(self, images):
                codings = [self.codings(images) for _ in range(2)]
                first = steps[0](generator, discriminator, optimizers[0], images, codings[0])
                return first, steps[1](generator, discriminator, optimizers[1], codings[1])

        train = loop(training=Compiled)
        return train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@right(EXERCISE)
def progress_bar_of_keras():
    def batches_of(dataset):
        bar = keras.utils.Progbar(None)
        for step, images in enumerate(dataset, start=1):
            yield images
            bar.update(step)

    return loop(batches_of=batches_of)


@right(EXERCISE)
def old_random_state_of_numpy():
    state = np.random.RandomState(0)

    class OldNoise(Training):
        def codings(self, real_images):
            return state.randn(len(real_images), self.codings_size).astype(np.float32)

    return loop(training=OldNoise)


@right(EXERCISE)
def rmsprop_and_stochastic_gradient_descent():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        optimizers = keras.optimizers.RMSprop(1e-3), keras.optimizers.get("nadam")

        def training(*arguments):
            return Training(*arguments, optimizers)

        train = loop(training=training)
        return train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@disputed(EXERCISE, "with a global seed, tf.data draws the same in every epoch")
def codings_in_the_pipeline():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        pairs = dataset.map(lambda images: (images, draw(images, codings_size))).prefetch(2)
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images, codings in pairs:
                d_loss = training.train_discriminator(images, codings)
                g_loss = training.train_generator(codings)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@right(EXERCISE)
def prefetches():
    return loop(batches_of=lambda dataset: dataset.prefetch(tf.data.AUTOTUNE))


@right(EXERCISE)
def enumerates_in_tensorflow():
    return loop(batches_of=lambda dataset: (images for _, images in dataset.enumerate()))


@right(EXERCISE)
def shows_a_progress_bar():
    return loop(
        epochs_of=lambda epochs: tqdm(range(epochs), desc="epochs"),
        batches_of=lambda dataset: tqdm(dataset, leave=False),
    )


@right(EXERCISE)
def shows_a_progress_bar_that_knows_its_end():
    return loop(batches_of=lambda dataset: tqdm(dataset, total=len(dataset)))


@right(EXERCISE)
def iterator_by_hand():
    def batches_of(dataset):
        iterator = iter(dataset)
        while True:
            try:
                yield next(iterator)
            except StopIteration:
                return

    return loop(batches_of=batches_of)


@right(EXERCISE)
def counts_epochs_by_hand():
    def epochs_of(epochs):
        epoch = 0
        while epoch < epochs:
            yield epoch
            epoch += 1

    return loop(epochs_of=epochs_of)


@right(EXERCISE)
def epochs_of_numpy():
    return loop(epochs_of=np.arange)


@right(EXERCISE)
def epochs_from_1():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(1, epochs + 1):
            print(f"Epoch {epoch}/{epochs}")
            for images in dataset:
                loss_d, loss_g = training.batch(images)
            history["discriminator_loss"].append(loss_d.numpy())
            history["generator_loss"].append(loss_g.numpy())
            if on_epoch_end is not None:
                on_epoch_end(epoch - 1, generator)
        return history

    return train_gan


@right(EXERCISE)
def last_batch_in_the_history():
    return loop(number=lambda losses: losses[-1])


@right(EXERCISE)
def running_mean_in_the_history():
    def number(losses):
        running = losses[0]
        for pair in losses[1:]:
            running = [0.9 * old + 0.1 * new for old, new in zip(running, pair, strict=True)]
        return running

    return loop(number=number)


@right(EXERCISE)
def mean_over_images_in_the_history():
    class Weighted(Training):
        def batch(self, real_images):
            return len(real_images), *super().batch(real_images)

    def number(losses):
        counts = np.array([count for count, *_ in losses], "float64")
        rows = np.array([[float(loss) for loss in pair] for _, *pair in losses])
        return counts @ rows / counts.sum()

    return loop(Weighted, number=number)


@right(EXERCISE)
def python_floats_summed():
    def number(losses):
        return [sum(float(pair[i]) for pair in losses) / len(losses) for i in (0, 1)]

    return loop(number=number)


@right(EXERCISE)
def callback_by_keyword():
    def report(on_epoch_end, epoch, generator):
        if callable(on_epoch_end):
            on_epoch_end(epoch=epoch, generator=generator)

    return loop(report=report)


@right(EXERCISE)
def callback_that_does_nothing_by_default():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        on_epoch_end = on_epoch_end or (lambda *arguments: None)
        train = loop(report=lambda _, epoch, network: on_epoch_end(epoch, network))
        return train(generator, discriminator, dataset, epochs, codings_size)

    return train_gan


@right(EXERCISE)
def other_optimizers():
    class Nadam(Training):
        def __init__(self, generator, discriminator, codings_size):
            optimizers = keras.optimizers.SGD(0.002), keras.optimizers.Nadam(1e-4)
            super().__init__(generator, discriminator, codings_size, optimizers)

    return loop(Nadam)


@right(EXERCISE)
def decaying_rate():
    class Decaying(Training):
        def __init__(self, generator, discriminator, codings_size):
            schedule = keras.optimizers.schedules.ExponentialDecay(2e-4, 1000, 0.9)
            optimizers = [keras.optimizers.Adam(schedule, beta_1=0.5) for _ in range(2)]
            super().__init__(generator, discriminator, codings_size, optimizers)

    return loop(Decaying)


@right(EXERCISE)
def partial_function():
    def train(rate, generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        def training(g, d, size):
            return Training(g, d, size, (adam(rate), adam(rate)))

        return loop(training)(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return functools.partial(train, 2e-4)


@right(EXERCISE)
def object_with_call():
    class Trainer:
        def __init__(self, rate):
            self.rate = rate

        def __call__(
            self, generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None
        ):
            return reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return Trainer(2e-4)


@right(EXERCISE)
def takes_any_options():
    def train_gan(generator, discriminator, dataset, epochs, **options):
        return reference(generator, discriminator, dataset, epochs, **options)

    return train_gan


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@disputed(EXERCISE, "one-sided label smoothing in a step of its own")
def real_labels_smoothed():
    class Smoothed(Training):
        def train_discriminator(self, real_images, codings):
            fakes = self.generator(codings, training=True)
            bce = keras.losses.BinaryCrossentropy()
            with tf.GradientTape() as tape:
                real = self.discriminator(real_images, training=True)
                fake = self.discriminator(fakes, training=True)
                loss = (bce(0.9 * tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)) / 2
            variables = self.discriminator.trainable_variables
            self.optimizers[0].apply(tape.gradient(loss, variables), variables)
            return loss

    return loop(Smoothed)


@disputed(EXERCISE, "batches are made anew, of another size")
def batches_made_anew():
    return loop(batches_of=lambda dataset: dataset.unbatch().batch(16))


@disputed(EXERCISE, "shuffles the batches")
def batches_shuffled():
    return loop(batches_of=lambda dataset: dataset.shuffle(100))


@disputed(EXERCISE, "reads the data set once into a list, and passes over that")
def data_set_kept_in_a_list():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        batches = list(dataset)
        return reference(generator, discriminator, batches, epochs, codings_size, on_epoch_end)

    return train_gan


@disputed(EXERCISE, "one pass more, to count the batches")
def counts_the_batches_first():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        count = sum(1 for _ in dataset)
        print(f"{count} batches an epoch")
        return reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@disputed(EXERCISE, "the repeated data set, cut into epochs by a count of the batches")
def data_set_repeated():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        count = len(dataset)
        training = Training(generator, discriminator, codings_size)
        history, losses = empty_history(), []
        for i, images in enumerate(dataset.repeat(epochs)):
            losses.append(training.batch(images))
            if len(losses) == count:
                for name, value in zip(history, means(losses), strict=True):
                    history[name].append(float(value))
                losses = []
                if on_epoch_end is not None:
                    on_epoch_end(i // count, generator)
        return history

    return train_gan


@disputed(EXERCISE, "tensors in the lists: np.asarray takes them")
def tensors_in_the_history():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                losses = training.batch(images)
            for name, loss in zip(history, losses, strict=True):
                history[name].append(loss)
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@disputed(EXERCISE, "arrays for lists")
def arrays_in_the_history():
    return ending(lambda history, _: {name: np.array(values) for name, values in history.items()})


@disputed(EXERCISE, "a third list in the history")
def one_more_list():
    return ending(lambda history, epochs: history | {"epoch": list(range(epochs))})


@disputed(EXERCISE, "the epoch is a tensor")
def epoch_of_tensorflow():
    return loop(epochs_of=tf.range)


@disputed(EXERCISE, "no defaults for the last two arguments")
def no_defaults():
    return lambda generator, discriminator, dataset, epochs, codings_size, on_epoch_end: reference(
        generator, discriminator, dataset, epochs, codings_size, on_epoch_end
    )


@disputed(EXERCISE, "one optimizer that was built on both networks")
def one_optimizer_built_on_both():
    class Shared(Training):
        def __init__(self, generator, discriminator, codings_size):
            optimizer = adam()
            optimizer.build(generator.trainable_variables + discriminator.trainable_variables)
            super().__init__(generator, discriminator, codings_size, (optimizer, optimizer))

    return loop(Shared)


@disputed(EXERCISE, "both gradients at the same weights, then both updates")
def both_gradients_before_both_updates():
    class Simultaneous(Training):
        def batch(self, real_images):
            codings = self.codings(real_images)
            with tf.GradientTape(persistent=True) as tape:
                fake = self.discriminator(self.generator(codings, training=True), training=True)
                real = self.discriminator(real_images, training=True)
                losses = discriminator_loss(real, fake), generator_loss(fake)
            networks = self.discriminator, self.generator
            gradients = [
                tape.gradient(loss, network.trainable_variables)
                for loss, network in zip(losses, networks, strict=True)
            ]
            for optimizer, g, network in zip(self.optimizers, gradients, networks, strict=True):
                optimizer.apply(g, network.trainable_variables)
            return losses

    return loop(Simultaneous)


@disputed(EXERCISE, "the fakes of the discriminator's step are made in inference mode")
def fakes_of_the_discriminators_step_in_inference_mode():
    class BookFakes(Training):
        def train_discriminator(self, real_images, codings):
            return discriminator_step(
                lambda draws, training: self.generator(draws),
                self.discriminator,
                self.optimizers[0],
                real_images,
                codings,
            )

    return loop(BookFakes)


@disputed(EXERCISE, "the discriminator is left frozen at the end")
def discriminator_left_frozen():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        train = compiled()
        history = train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)
        discriminator.trainable = False
        return history

    return train_gan


@wrong(EXERCISE, "frozen_discriminator")
def frozen_once_as_in_the_book():
    return compiled(toggle=False)


@wrong(EXERCISE, "frozen_discriminator")
def loop_of_the_third_edition():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = keras.Sequential([generator, discriminator])
        discriminator.compile(loss="binary_crossentropy", optimizer="rmsprop")
        discriminator.trainable = False
        gan.compile(loss="binary_crossentropy", optimizer="rmsprop")
        history = {"discriminator_loss": [], "generator_loss": []}
        generator, discriminator = gan.layers
        for epoch in range(epochs):
            for X_batch in dataset:
                batch_size = X_batch.shape[0]
                # phase 1 - training the discriminator
                noise = tf.random.normal(shape=[batch_size, codings_size])
                generated_images = generator(noise)
                X_fake_and_real = tf.concat([generated_images, X_batch], axis=0)
                y1 = tf.constant([[0.0]] * batch_size + [[1.0]] * batch_size)
                d_loss = discriminator.train_on_batch(X_fake_and_real, y1)
                # phase 2 - training the generator
                noise = tf.random.normal(shape=[batch_size, codings_size])
                y2 = tf.constant([[1.0]] * batch_size)
                g_loss = gan.train_on_batch(noise, y2)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "frozen_discriminator")
def discriminator_never_trained():
    class GeneratorAlone(Training):
        def train_discriminator(self, real_images, codings):
            fakes = self.generator(codings, training=True)
            return discriminator_loss(self.discriminator(real_images), self.discriminator(fakes))

    return loop(GeneratorAlone)


@wrong(EXERCISE, "frozen_discriminator")
def frozen_after_the_first_batch():
    class FrozenSoon(Training):
        def train_discriminator(self, real_images, codings):
            fakes = self.generator(codings, training=True)
            with tf.GradientTape() as tape:
                loss = discriminator_loss(
                    self.discriminator(real_images, training=True),
                    self.discriminator(fakes, training=True),
                )
            variables = self.discriminator.trainable_variables
            if variables:
                self.optimizers[0].apply(tape.gradient(loss, variables), variables)
            return loss

        def train_generator(self, codings):
            self.discriminator.trainable = False
            return super().train_generator(codings)

        def __init__(self, generator, discriminator, codings_size):
            super().__init__(generator, discriminator, codings_size)
            discriminator.trainable = False

    return loop(FrozenSoon)


@wrong(EXERCISE, "updates_discriminator_too")
def generator_step_moves_the_discriminator():
    class Both(Training):
        def train_generator(self, codings):
            networks = self.generator, self.discriminator
            with tf.GradientTape() as tape:
                fakes = self.generator(codings, training=True)
                loss = generator_loss(self.discriminator(fakes, training=True))
            variables = [v for network in networks for v in network.trainable_variables]
            self.optimizers[1].apply(tape.gradient(loss, variables), variables)
            return loss

    return loop(Both)


@wrong(EXERCISE, "updates_discriminator_too")
def compiled_models_never_frozen():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        discriminator.compile(loss="binary_crossentropy", optimizer=adam())
        gan = keras.Sequential([generator, discriminator])
        gan.compile(loss="binary_crossentropy", optimizer=adam())
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                count = len(images)
                fakes = generator(tf.random.normal((count, codings_size)), training=True)
                labels = np.float32([[0.0]] * count + [[1.0]] * count)
                d_loss = discriminator.train_on_batch(tf.concat([fakes, images], axis=0), labels)
                codings = tf.random.normal((count, codings_size))
                g_loss = gan.train_on_batch(codings, np.ones((count, 1), "float32"))
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "frozen_generator")
def generator_never_trained():
    class DiscriminatorAlone(Training):
        def train_generator(self, codings):
            return generator_loss(self.discriminator(self.generator(codings, training=True)))

    return loop(DiscriminatorAlone)


@wrong(EXERCISE, "frozen_generator")
def generator_detached():
    class Detached(Training):
        def train_generator(self, codings):
            fakes = self.generator(codings, training=True)
            with tf.GradientTape() as tape:
                loss = generator_loss(self.discriminator(fakes, training=True))
            variables = self.generator.trainable_variables
            gradients = tape.gradient(loss, variables)
            pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
            if pairs:
                self.optimizers[1].apply_gradients(pairs)
            return loss

    return loop(Detached)


@wrong(EXERCISE, "no_update")
def gradients_computed_and_not_applied():
    class Idle(Training):
        def batch(self, real_images):
            codings = self.codings(real_images)
            with tf.GradientTape(persistent=True) as tape:
                fake = self.discriminator(self.generator(codings, training=True), training=True)
                real = self.discriminator(real_images, training=True)
                losses = discriminator_loss(real, fake), generator_loss(fake)
            tape.gradient(losses[0], self.discriminator.trainable_variables)
            tape.gradient(losses[1], self.generator.trainable_variables)
            return losses

    return loop(Idle)


@wrong(EXERCISE)
def trains_copies_of_the_networks():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        copies = [keras.models.clone_model(network) for network in (generator, discriminator)]
        return reference(*copies, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@wrong(EXERCISE, "generator_first")
def generator_before_discriminator():
    class Reversed(Training):
        def batch(self, real_images):
            of_generator = self.train_generator(self.codings(real_images))
            return self.train_discriminator(real_images, self.codings(real_images)), of_generator

    return loop(Reversed)


@wrong(EXERCISE)
def generator_before_discriminator_in_a_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        opt_d, opt_g = adam(), adam()
        opt_d.build(discriminator.trainable_variables)
        opt_g.build(generator.trainable_variables)

        @tf.function
        def train_batch(images):
            codings = draw(images, codings_size)
            g_loss = generator_step(generator, discriminator, opt_g, codings)
            d_loss = discriminator_step(generator, discriminator, opt_d, images, codings)
            return d_loss, g_loss

        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss, g_loss = train_batch(images)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "steps_apart")
def a_pass_of_the_discriminator_then_one_of_the_generator():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss = training.train_discriminator(images, training.codings(images))
            for images in dataset:
                g_loss = training.train_generator(training.codings(images))
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "several_discriminator_steps")
def five_steps_of_the_discriminator():
    class Critic(Training):
        def batch(self, real_images):
            for _ in range(5):
                loss = self.train_discriminator(real_images, self.codings(real_images))
            return loss, self.train_generator(self.codings(real_images))

    return loop(Critic)


@wrong(EXERCISE)
def two_steps_of_the_generator():
    class Twice(Training):
        def train_generator(self, codings):
            super().train_generator(codings)
            return super().train_generator(codings)

    return loop(Twice)


@wrong(EXERCISE, "uneven_steps")
def generator_once_an_epoch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss = training.train_discriminator(images, training.codings(images))
            g_loss = training.train_generator(training.codings(images))
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "same_noise")
def codings_drawn_once():
    class Once(Training):
        drawn = None

        def codings(self, real_images):
            if self.drawn is None or len(self.drawn) < len(real_images):
                self.drawn = tf.random.normal((len(real_images), self.codings_size))
            return self.drawn[: len(real_images)]

    return loop(Once)


@wrong(EXERCISE, "same_noise")
def codings_drawn_before_the_loops():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        codings = tf.random.normal((512, codings_size))
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss = training.train_discriminator(images, codings[: len(images)])
                g_loss = training.train_generator(codings[: len(images)])
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "same_noise")
def constant_seed_of_keras():
    class Seeded(Training):
        def codings(self, real_images):
            return keras.random.normal((len(real_images), self.codings_size), seed=42)

    return loop(Seeded)


@wrong(EXERCISE, "same_noise")
def constant_seed_of_numpy():
    class Seeded(Training):
        def codings(self, real_images):
            rng = np.random.default_rng(0)
            return rng.normal(size=(len(real_images), self.codings_size)).astype("float32")

    return loop(Seeded)


@wrong(EXERCISE, "same_noise")
def numpy_noise_frozen_into_a_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        opt_d, opt_g = adam(), adam()
        opt_d.build(discriminator.trainable_variables)
        opt_g.build(generator.trainable_variables)

        @tf.function
        def train_batch(images):
            codings = np.random.normal(size=(images.shape[0], codings_size)).astype("float32")
            d_loss = discriminator_step(generator, discriminator, opt_d, images, codings)
            codings = np.random.normal(size=(images.shape[0], codings_size)).astype("float32")
            return d_loss, generator_step(generator, discriminator, opt_g, codings)

        history = empty_history()
        for epoch in range(epochs):
            losses = [train_batch(images) for images in dataset]
            for name, value in zip(history, means(losses), strict=True):
                history[name].append(float(value))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "same_noise")
def codings_drawn_once_an_epoch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            codings = tf.random.normal((512, codings_size))
            for images in dataset:
                d_loss = training.train_discriminator(images, codings[: len(images)])
                g_loss = training.train_generator(codings[: len(images)])
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


def drawing(codings):
    """Return a training whose codings are `codings(real_images, codings_size)`."""

    class Drawing(Training):
        def codings(self, real_images):
            return codings(real_images, self.codings_size)

    return loop(Drawing)


@wrong(EXERCISE, "uniform_codings")
def codings_from_0_to_1():
    return drawing(lambda images, size: tf.random.uniform((len(images), size)))


@wrong(EXERCISE, "uniform_codings")
def codings_from_minus_1_to_1():
    return drawing(lambda images, size: tf.random.uniform((len(images), size), -1, 1))


@wrong(EXERCISE, "codings_not_normal")
def codings_of_half_the_spread():
    return drawing(lambda images, size: tf.random.normal((len(images), size), stddev=0.5))


@wrong(EXERCISE, "codings_not_normal")
def codings_off_centre():
    return drawing(lambda images, size: np.random.normal(1, 1, (len(images), size)))


@wrong(EXERCISE)
def codings_of_zero():
    return drawing(lambda images, size: tf.zeros((len(images), size)))


@wrong(EXERCISE, "codings_shared")
def one_coding_repeated():
    return drawing(lambda images, size: tf.repeat(tf.random.normal((1, size)), len(images), 0))


@wrong(EXERCISE)
def always_a_hundred_codings():
    return drawing(lambda images, size: tf.random.normal((len(images), 100)))


@wrong(EXERCISE)
def always_a_hundred_codings_in_a_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, 100)
        gan.compile(adam(), adam())
        history = gan.fit(dataset, epochs=epochs, verbose=0).history
        for epoch in range(epochs):
            on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "fixed_batch_size")
def always_thirty_two_rows():
    return drawing(lambda images, size: tf.random.normal((32, size)))


@wrong(EXERCISE, "fixed_batch_size")
def rows_of_the_first_batch():
    counts = {}

    def codings(images, size):
        return tf.random.normal((counts.setdefault("first", len(images)), size))

    return drawing(codings)


@wrong(EXERCISE)
def axes_of_the_codings_swapped():
    return drawing(lambda images, size: tf.random.normal((size, len(images))))


@wrong(EXERCISE)
def codings_as_images():
    return drawing(lambda images, size: tf.random.normal(tf.shape(images)))


@wrong(EXERCISE, "drops_last_batch")
def last_batch_dropped():
    return loop(batches_of=lambda dataset: list(dataset)[:-1])


@wrong(EXERCISE, "drops_last_batch")
def smaller_batches_skipped():
    def batches_of(dataset):
        size = None
        for images in dataset:
            size = size or len(images)
            if len(images) < size:
                continue
            yield images

    return loop(batches_of=batches_of)


@wrong(EXERCISE, "drops_last_batch")
def remainder_dropped():
    def batches_of(dataset):
        size = len(next(iter(dataset)))
        return dataset.unbatch().batch(size, drop_remainder=True)

    return loop(batches_of=batches_of)


@wrong(EXERCISE, "first_batch_only")
def first_batch_alone():
    return loop(batches_of=lambda dataset: dataset.take(1))


@wrong(EXERCISE, "first_batch_only")
def next_batch_alone():
    return loop(batches_of=lambda dataset: [next(iter(dataset))])


@wrong(EXERCISE)
def first_half_of_each_batch():
    return loop(batches_of=lambda dataset: (images[: len(images) // 2] for images in dataset))


@wrong(EXERCISE, "dataset_once")
def data_set_once():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        batches = iter(dataset)
        history = empty_history()
        for epoch in range(epochs):
            for images in batches:
                d_loss, g_loss = training.batch(images)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "dataset_once")
def data_set_once_by_a_generator():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        batches = (tf.convert_to_tensor(images) for images in dataset)
        history = empty_history()
        training = Training(generator, discriminator, codings_size)
        d_loss = g_loss = 0.0
        for epoch in range(epochs):
            for images in batches:
                d_loss, g_loss = training.batch(images)
            for name, loss in zip(history, (d_loss, g_loss), strict=True):
                history[name].append(float(loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "epochs_ignored")
def one_epoch():
    return loop(epochs_of=lambda epochs: range(1))


@wrong(EXERCISE, "epochs_ignored")
def one_epoch_written_out():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        losses = [training.batch(images) for images in dataset]
        history = {
            name: [float(value)] for name, value in zip(empty_history(), means(losses), strict=True)
        }
        if on_epoch_end is not None:
            on_epoch_end(0, generator)
        return history

    return train_gan


@wrong(EXERCISE, "epochs_ignored")
def returns_within_the_loop():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss, g_loss = training.batch(images)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
            return history

    return train_gan


@wrong(EXERCISE, "epochs_ignored")
def fit_without_epochs():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        notify = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: on_epoch_end and on_epoch_end(epoch, generator)
        )
        return gan.fit(dataset, callbacks=[notify], verbose=0).history

    return train_gan


@wrong(EXERCISE)
def always_ten_epochs():
    return loop(epochs_of=lambda epochs: range(10))


@wrong(EXERCISE)
def one_epoch_too_many():
    return loop(epochs_of=lambda epochs: range(epochs + 1))


@wrong(EXERCISE)
def one_epoch_too_few():
    return loop(epochs_of=lambda epochs: range(1, epochs))


@wrong(EXERCISE, "extra_passes")
def two_passes_in_an_epoch():
    return loop(batches_of=lambda dataset: dataset.repeat(2))


@wrong(EXERCISE)
def as_many_passes_as_epochs_in_each():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        train = loop(batches_of=lambda data: data.repeat(epochs))
        return train(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@wrong(EXERCISE, at_most=SHAPE_ALONE, slow=True)
def repeats_for_ever():
    return loop(batches_of=lambda dataset: dataset.repeat())


@wrong(EXERCISE, "no_on_epoch_end")
def callback_never_called():
    return loop(report=lambda on_epoch_end, epoch, generator: None)


@wrong(EXERCISE, "no_on_epoch_end")
def callback_never_called_with_fit():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        return gan.fit(dataset, epochs=epochs, verbose=0).history

    return train_gan


@wrong(EXERCISE, "no_on_epoch_end")
def callback_named_and_not_called():
    def report(on_epoch_end, epoch, generator):
        if on_epoch_end is not None:
            on_epoch_end  # noqa: B018

    return loop(report=report)


@wrong(EXERCISE, "on_epoch_end_once")
def callback_after_the_last_epoch_alone():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        history = reference(generator, discriminator, dataset, epochs, codings_size)
        if on_epoch_end is not None:
            on_epoch_end(epochs - 1, generator)
        return history

    return train_gan


@wrong(EXERCISE, "on_epoch_end_once")
def callback_indented_too_little():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):  # noqa: B007
            for images in dataset:
                d_loss, g_loss = training.batch(images)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
        if on_epoch_end:
            on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE)
def callback_after_each_batch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss, g_loss = training.batch(images)
                if on_epoch_end is not None:
                    on_epoch_end(epoch, generator)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
        return history

    return train_gan


@wrong(EXERCISE, "callback_early")
def callback_before_the_epoch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        def epochs_of(count):
            for epoch in range(count):
                if on_epoch_end is not None:
                    on_epoch_end(epoch, generator)
                yield epoch

        train = loop(epochs_of=epochs_of)
        return train(generator, discriminator, dataset, epochs, codings_size)

    return train_gan


@wrong(EXERCISE, "callback_early")
def callbacks_after_all_epochs():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        history = reference(generator, discriminator, dataset, epochs, codings_size)
        for epoch in range(epochs):
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


def reporting(arguments):
    """Return a training that calls back with `arguments(epoch, generator)`."""

    def report(on_epoch_end, epoch, generator):
        if on_epoch_end is not None:
            on_epoch_end(*arguments(epoch, generator))

    return loop(report=report)


@wrong(EXERCISE, "epoch_numbers")
def callback_counts_from_1():
    return reporting(lambda epoch, generator: (epoch + 1, generator))


@wrong(EXERCISE, "callback_arguments")
def callback_with_arguments_swapped():
    return reporting(lambda epoch, generator: (generator, epoch))


@wrong(EXERCISE, "callback_arguments")
def callback_without_arguments():
    return reporting(lambda epoch, generator: ())


@wrong(EXERCISE)
def callback_with_the_epoch_alone():
    return reporting(lambda epoch, generator: (epoch,))


@wrong(EXERCISE)
def callback_with_images():
    return reporting(
        lambda epoch, generator: (epoch, generator(tf.random.normal((16, 100)), training=False))
    )


@wrong(EXERCISE)
def callback_as_one_of_keras():
    return reporting(lambda epoch, generator: (epoch, {"generator_loss": 0.7}))


@wrong(EXERCISE)
def callback_with_the_discriminator():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        def swap(epoch, network):
            if on_epoch_end is not None:
                on_epoch_end(epoch, discriminator)

        return reference(generator, discriminator, dataset, epochs, codings_size, swap)

    return train_gan


@wrong(EXERCISE)
def callback_given_to_fit():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        notify = keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)
        return gan.fit(dataset, epochs=epochs, callbacks=[notify], verbose=0).history

    return train_gan


@wrong(EXERCISE)
def callback_that_must_be_given():
    return loop(report=lambda on_epoch_end, epoch, generator: on_epoch_end(epoch, generator))


@wrong(EXERCISE, "history_length")
def history_of_each_batch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                d_loss, g_loss = training.batch(images)
                history["discriminator_loss"].append(float(d_loss))
                history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "history_length")
def history_of_the_last_epoch():
    return ending(lambda history, _: {name: values[-1:] for name, values in history.items()})


@wrong(EXERCISE, "history_length")
def history_emptied_in_each_epoch():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        for epoch in range(epochs):
            history = {"discriminator_loss": [], "generator_loss": []}
            losses = [training.batch(images) for images in dataset]
            for name, value in zip(history, means(losses), strict=True):
                history[name].append(float(value))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "history_length")
def history_with_a_zero_first():
    return ending(lambda history, _: {name: [0.0, *values] for name, values in history.items()})


@wrong(EXERCISE)
def history_of_lists():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            losses = [[float(loss) for loss in training.batch(images)] for images in dataset]
            for i, name in enumerate(history):
                history[name].append([pair[i] for pair in losses])
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "history_networks")
def history_swapped():
    return ending(
        lambda history, _: {
            "discriminator_loss": history["generator_loss"],
            "generator_loss": history["discriminator_loss"],
        }
    )


@wrong(EXERCISE, "history_networks")
def history_swapped_as_it_is_filled():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        training = Training(generator, discriminator, codings_size)
        history = empty_history()
        for epoch in range(epochs):
            g_loss, d_loss = means([training.batch(images) for images in dataset])
            history["discriminator_loss"].append(d_loss)
            history["generator_loss"].append(g_loss)
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE)
def history_of_one_loss_twice():
    return loop(number=lambda losses: [losses[-1][0], losses[-1][0]])


@wrong(EXERCISE)
def history_of_zeros():
    return loop(number=lambda losses: (0.0, 0.0))


@disputed(EXERCISE, "the same loss in another unit")
def history_of_totals():
    return loop(number=lambda losses: np.sum(losses, axis=0))


@wrong(EXERCISE)
def history_of_not_numbers():
    return loop(number=lambda losses: (float("nan"), float("nan")))


@wrong(EXERCISE)
def history_of_the_discriminator_alone():
    return ending(lambda history, _: {"discriminator_loss": history["discriminator_loss"]})


@wrong(EXERCISE)
def history_by_other_names():
    return ending(
        lambda history, _: {
            "d_loss": history["discriminator_loss"],
            "g_loss": [*history.values()][1],
        }
    )


@wrong(EXERCISE)
def history_as_a_pair_of_lists():
    return ending(lambda history, _: tuple(history.values()))


@wrong(EXERCISE)
def history_as_rows():
    return ending(
        lambda history, epochs: [
            {name: values[i] for name, values in history.items()} for i in range(epochs)
        ]
    )


@wrong(EXERCISE)
def history_as_numbers():
    return ending(lambda history, _: {name: values[-1] for name, values in history.items()})


@wrong(EXERCISE)
def history_as_text():
    return ending(lambda history, _: {name: [str(v) for v in history[name]] for name in history})


@wrong(EXERCISE)
def history_object_of_keras():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        gan = gan_model()(generator, discriminator, codings_size)
        gan.compile(adam(), adam())
        notify = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: on_epoch_end and on_epoch_end(epoch, generator)
        )
        return gan.fit(dataset, epochs=epochs, callbacks=[notify], verbose=0)

    return train_gan


@wrong(EXERCISE)
def forgets_to_return():
    return ending(lambda history, _: None)


@wrong(EXERCISE)
def generator_for_a_history():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)
        return generator

    return train_gan


@wrong(EXERCISE, "one_optimizer")
def one_optimizer():
    class Shared(Training):
        def __init__(self, generator, discriminator, codings_size):
            optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
            super().__init__(generator, discriminator, codings_size, (optimizer, optimizer))

    return loop(Shared)


@wrong(EXERCISE, "one_optimizer")
def one_optimizer_for_a_compiled_model():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        optimizer = keras.optimizers.RMSprop(2e-4)
        optimizer.build(discriminator.trainable_variables)
        history = empty_history()
        for epoch in range(epochs):
            for images in dataset:
                codings = draw(images, codings_size)
                d_loss = discriminator_step(generator, discriminator, optimizer, images, codings)
                g_loss = generator_step(generator, discriminator, optimizer, codings)
            history["discriminator_loss"].append(float(d_loss))
            history["generator_loss"].append(float(g_loss))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@disputed(EXERCISE, "runs as it is, and fails under other versions of Keras")
def optimizers_not_built_in_one_function():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        step = tf.function(Training(generator, discriminator, codings_size).batch)
        history = empty_history()
        for epoch in range(epochs):
            losses = [step(images) for images in dataset]
            for name, value in zip(history, means(losses), strict=True):
                history[name].append(float(value))
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return history

    return train_gan


@wrong(EXERCISE, "inference_mode")
def training_argument_forgotten():
    class Inference(Training):
        def batch(self, real_images):
            codings = self.codings(real_images)
            with tf.GradientTape() as tape:
                real = self.discriminator(real_images)
                d_loss = discriminator_loss(real, self.discriminator(self.generator(codings)))
            variables = self.discriminator.trainable_variables
            self.optimizers[0].apply(tape.gradient(d_loss, variables), variables)
            with tf.GradientTape() as tape:
                g_loss = generator_loss(self.discriminator(self.generator(codings)))
            variables = self.generator.trainable_variables
            self.optimizers[1].apply(tape.gradient(g_loss, variables), variables)
            return d_loss, g_loss

    return loop(Inference)


@wrong(EXERCISE, "inference_mode")
def steps_in_inference_mode():
    class Inference(Training):
        def train_discriminator(self, real_images, codings):
            return discriminator_step(
                lambda draws, training: self.generator(draws, training=False),
                Quiet(self.discriminator),
                self.optimizers[0],
                real_images,
                codings,
            )

        def train_generator(self, codings):
            return generator_step(
                Quiet(self.generator), Quiet(self.discriminator), self.optimizers[1], codings
            )

    return loop(Inference)


class Quiet:
    """A network that is called in inference mode, whatever is asked."""

    def __init__(self, network):
        self.network = network
        self.trainable_variables = network.trainable_variables

    def __call__(self, inputs, training=None):
        return self.network(inputs, training=False)


@wrong(EXERCISE, "swapped_labels")
def labels_of_the_discriminator_swapped():
    class Swapped(Training):
        def train_discriminator(self, real_images, codings):
            fakes = self.generator(codings, training=True)
            with tf.GradientTape() as tape:
                real = self.discriminator(real_images, training=True)
                fake = self.discriminator(fakes, training=True)
                loss = discriminator_loss(fake, real)
            variables = self.discriminator.trainable_variables
            self.optimizers[0].apply(tape.gradient(loss, variables), variables)
            return loss

    return loop(Swapped)


@wrong(EXERCISE, "minimises_fake_label")
def generator_helps_the_discriminator():
    class Helpful(Training):
        def train_generator(self, codings):
            with tf.GradientTape() as tape:
                fake = self.discriminator(self.generator(codings, training=True), training=True)
                loss = keras.losses.BinaryCrossentropy()(tf.zeros_like(fake), fake)
            variables = self.generator.trainable_variables
            self.optimizers[1].apply(tape.gradient(loss, variables), variables)
            return loss

    return loop(Helpful)


@disputed(EXERCISE, "its steps are judged in exercises of their own")
def generator_on_the_saturating_loss():
    class Saturating(Training):
        def train_generator(self, codings):
            with tf.GradientTape() as tape:
                fake = self.discriminator(self.generator(codings, training=True), training=True)
                loss = tf.reduce_mean(tf.math.log(1 - fake))
            variables = self.generator.trainable_variables
            self.optimizers[1].apply(tape.gradient(loss, variables), variables)
            return loss

    return loop(Saturating)


def prepared(change):
    """Return a training on `change(images)` for each batch."""
    return loop(batches_of=lambda dataset: dataset.map(change))


@wrong(EXERCISE, "wrong_range")
def images_brought_to_0_and_1():
    return prepared(lambda images: (images + 1) / 2)


@wrong(EXERCISE, "wrong_range")
def images_brought_to_0_and_1_in_the_step():
    class Shifted(Training):
        def train_discriminator(self, real_images, codings):
            return super().train_discriminator(real_images * 0.5 + 0.5, codings)

    return loop(Shifted)


@wrong(EXERCISE)
def images_rescaled_once_more():
    return prepared(lambda images: 2 * images - 1)


@wrong(EXERCISE)
def images_divided_by_255():
    return prepared(lambda images: images / 255)


@wrong(EXERCISE)
def noise_for_real_images():
    return prepared(lambda images: tf.random.normal(tf.shape(images)))


@wrong(EXERCISE)
def batches_taken_for_pairs():
    return loop(batches_of=lambda dataset: (images for images, labels in dataset))


@wrong(EXERCISE)
def data_set_taken_for_an_array():
    return loop(
        batches_of=lambda dataset: (dataset[i : i + 32] for i in range(0, len(dataset), 32))
    )


@wrong(EXERCISE)
def weights_wiped_at_the_end():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        before = generator.get_weights(), discriminator.get_weights()
        history = reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)
        generator.set_weights(before[0])
        discriminator.set_weights(before[1])
        return history

    return train_gan


@wrong(EXERCISE)
def fits_the_generator_to_the_images():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        generator.compile(loss="mse", optimizer="adam")
        pairs = dataset.map(lambda images: (draw(images, codings_size), images))
        losses = generator.fit(pairs, epochs=epochs, verbose=0).history["loss"]
        for epoch in range(epochs):
            on_epoch_end and on_epoch_end(epoch, generator)
        return {"discriminator_loss": losses, "generator_loss": losses}

    return train_gan


@wrong(EXERCISE)
def invents_the_history():
    def train_gan(generator, discriminator, dataset, epochs, codings_size=100, on_epoch_end=None):
        for epoch in range(epochs):
            if on_epoch_end is not None:
                on_epoch_end(epoch, generator)
        return {"discriminator_loss": [0.65] * epochs, "generator_loss": [0.8] * epochs}

    return train_gan


@wrong(EXERCISE)
def three_arguments():
    return lambda generator, discriminator, dataset: reference(generator, discriminator, dataset, 1)


@wrong(EXERCISE)
def networks_in_the_other_order():
    def train_gan(discriminator, generator, dataset, epochs, codings_size=100, on_epoch_end=None):
        return reference(generator, discriminator, dataset, epochs, codings_size, on_epoch_end)

    return train_gan


@wrong(EXERCISE, says=("NameError", "generator_optimiser"))
def misspells_a_name_in_the_loop():
    class Misspelt(Training):
        def train_generator(self, codings):
            return generator_step(
                self.generator,
                self.discriminator,
                generator_optimiser,  # noqa: F821
                codings,
            )

    return loop(Misspelt)
