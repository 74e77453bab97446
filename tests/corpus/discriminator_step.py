"""Answers to `discriminator_step(generator, discriminator, optimizer, real_images, codings)`.

One update of the discriminator alone, both networks in training mode, on the binary cross-entropy
of real=1 and fake=0, averaged over both batches. Returns the loss, a scalar tensor, as it was
before the update. The training loop wraps it in a tf.function.
"""

from __future__ import annotations

import functools

import numpy as np

from .answers import disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "discriminator_step"
enter_novices(EXERCISE, arity=5)

# What the right objective in another unit may earn.
ANOTHER_UNIT = 0.8


def discriminator_loss(real_probabilities, fake_probabilities):
    """The answer to an exercise before, as a student's notebook has it."""
    bce = keras.losses.BinaryCrossentropy()
    real_loss = bce(tf.ones_like(real_probabilities), real_probabilities)
    fake_loss = bce(tf.zeros_like(fake_probabilities), fake_probabilities)
    return (real_loss + fake_loss) / 2


def loss_of_networks(generator, discriminator, real_images, codings):
    fake_images = generator(codings, training=True)
    return discriminator_loss(
        discriminator(real_images, training=True), discriminator(fake_images, training=True)
    )


def of_discriminator(generator, discriminator):
    return discriminator.trainable_variables


def apply_once(optimizer, gradients, variables):
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


def step_on(loss_of=loss_of_networks, variables=of_discriminator, update=apply_once):
    """Return a step that is right but for what is given."""

    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape() as tape:
            loss = loss_of(generator, discriminator, real_images, codings)
        updated = variables(generator, discriminator)
        update(optimizer, tape.gradient(loss, updated), updated)
        return loss

    return discriminator_step


def with_loss(loss_of):
    """Return a step on `loss_of(real_probabilities, fake_probabilities)`."""

    def of_networks(generator, discriminator, real_images, codings):
        fake_images = generator(codings, training=True)
        return loss_of(
            discriminator(real_images, training=True), discriminator(fake_images, training=True)
        )

    return step_on(of_networks)


def reference(generator, discriminator, optimizer, real_images, codings):
    return step_on()(generator, discriminator, optimizer, real_images, codings)


@right(EXERCISE)
def fakes_made_before_the_tape():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        with tf.GradientTape() as tape:
            real_probabilities = discriminator(real_images, training=True)
            fake_probabilities = discriminator(fake_images, training=True)
            loss = discriminator_loss(real_probabilities, fake_probabilities)
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def fakes_made_inside_the_tape():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape() as tape:
            fake_images = generator(codings, training=True)
            fake_probabilities = discriminator(fake_images, training=True)
            real_probabilities = discriminator(real_images, training=True)
            loss = discriminator_loss(real_probabilities, fake_probabilities)
        variables = discriminator.trainable_weights
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def gradient_stopped_at_the_fakes():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = tf.stop_gradient(generator(codings, training=True))
        real = discriminator(real_images, training=True)
        return discriminator_loss(real, discriminator(fakes, training=True))

    return step_on(loss_of)


@right(EXERCISE)
def tape_that_stops_recording():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape() as tape:
            with tape.stop_recording():
                fake_images = generator(codings, training=True)
            loss = discriminator_loss(
                discriminator(real_images, training=True),
                discriminator(fake_images, training=True),
            )
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return discriminator_step


@right(EXERCISE)
def one_batch_of_real_and_fake():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        images = tf.concat([real_images, fake_images], axis=0)
        labels = tf.concat(
            [tf.ones((tf.shape(real_images)[0], 1)), tf.zeros((tf.shape(codings)[0], 1))], axis=0
        )
        with tf.GradientTape() as tape:
            loss = keras.losses.BinaryCrossentropy()(labels, discriminator(images, training=True))
        variables = discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def one_batch_of_fake_and_real_split_again():
    def loss_of(generator, discriminator, real_images, codings):
        images = ops.concatenate([generator(codings, training=True), real_images])
        fake, real = tf.split(discriminator(images, training=True), 2)
        return discriminator_loss(real, fake)

    return step_on(loss_of)


@right(EXERCISE)
def as_the_book_labels_them():
    bce = tf.keras.losses.BinaryCrossentropy()

    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        batch_size = real_images.shape[0]
        generated_images = generator(codings, training=True)
        X_fake_and_real = tf.concat([generated_images, real_images], axis=0)
        y1 = tf.constant([[0.0]] * batch_size + [[1.0]] * batch_size)
        with tf.GradientTape() as tape:
            loss = bce(y1, discriminator(X_fake_and_real, training=True))
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def with_apply():
    return step_on(
        update=lambda optimizer, gradients, variables: optimizer.apply(gradients, variables)
    )


@right(EXERCISE)
def with_apply_on_the_built_variables():
    return step_on(update=lambda optimizer, gradients, variables: optimizer.apply(gradients))


@right(EXERCISE)
def short_names_and_an_epsilon():
    def discriminator_step(g, d, opt, x, z):
        with tf.GradientTape() as t:
            p, q = d(x, training=True), d(g(z, training=True), training=True)
            loss = -0.5 * tf.reduce_mean(tf.math.log(p + 1e-8) + tf.math.log(1 - q + 1e-8))
        w = d.trainable_variables
        opt.apply_gradients([(dw, v) for dw, v in zip(t.gradient(loss, w), w)])  # noqa: B905
        return loss

    return discriminator_step


@right(EXERCISE)
def persistent_tape():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fakes = generator(codings, training=True)
        with tf.GradientTape(persistent=True) as tape:
            real = discriminator(real_images, training=True)
            fake = discriminator(fakes, training=True)
            loss = discriminator_loss(real, fake)
        gradients = [tape.gradient(loss, v) for v in discriminator.trainable_variables]
        del tape
        optimizer.apply(gradients, discriminator.trainable_variables)
        return loss

    return discriminator_step


@right(EXERCISE)
def two_tapes_and_their_mean():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        bce = keras.losses.BinaryCrossentropy()
        variables = discriminator.trainable_variables
        losses, gradients = [], []
        for images, label in ((real_images, 1.0), (generator(codings, training=True), 0.0)):
            with tf.GradientTape() as tape:
                answers = discriminator(images, training=True)
                losses.append(bce(label * tf.ones_like(answers), answers))
            gradients.append(tape.gradient(losses[-1], variables))
        means = [(a + b) / 2 for a, b in zip(*gradients, strict=True)]
        optimizer.apply_gradients(zip(means, variables, strict=True))
        return sum(losses) / 2

    return discriminator_step


@right(EXERCISE)
def gradient_of_a_list_of_losses():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape() as tape:
            real = discriminator(real_images, training=True)
            fake = discriminator(generator(codings, training=True), training=True)
            losses = [
                -tf.reduce_mean(tf.math.log(real)) / 2,
                -tf.reduce_mean(tf.math.log1p(-fake)) / 2,
            ]
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(losses, variables), variables)
        return tf.add_n(losses)

    return discriminator_step


@right(EXERCISE)
def variables_watched_by_hand():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        values = [getattr(v, "value", v) for v in discriminator.trainable_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            loss = loss_of_networks(generator, discriminator, real_images, codings)
        apply_once(optimizer, tape.gradient(loss, values), discriminator.trainable_variables)
        return loss

    return discriminator_step


@right(EXERCISE)
def compiled_by_xla():
    return tf.function(reference, jit_compile=True)


@right(EXERCISE)
def one_batch_with_labels():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        images = tf.concat([fake_images, real_images], axis=0)
        labels = tf.constant([[0.0]] * len(fake_images) + [[1.0]] * len(real_images))
        with tf.GradientTape() as tape:
            predictions = discriminator(images, training=True)
            loss = keras.losses.BinaryCrossentropy(from_logits=False)(labels, predictions)
        gradients = tape.gradient(loss, discriminator.trainable_weights)
        optimizer.apply_gradients(zip(gradients, discriminator.trainable_weights, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def mean_of_the_loss_in_a_metric():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        tracker = keras.metrics.Mean()
        tracker.update_state(reference(generator, discriminator, optimizer, real_images, codings))
        return tracker.result()

    return discriminator_step


@right(EXERCISE)
def gradients_one_variable_at_a_time():
    def update(optimizer, gradients, variables):
        optimizer.apply([tf.identity(g) for g in gradients], list(variables))

    return step_on(update=update)


@right(EXERCISE)
def only_gradients_that_exist():
    def update(optimizer, gradients, variables):
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        optimizer.apply_gradients(pairs)

    return step_on(update=update)


@right(EXERCISE)
def gan_model_with_a_train_step():
    class GAN(keras.Model):
        def __init__(self, generator, discriminator):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator
            self.loss_of = keras.losses.BinaryCrossentropy()

        def train_step(self, data):
            real_images, codings, optimizer = data
            fakes = self.generator(codings, training=True)
            combined = tf.concat([real_images, fakes], 0)
            count = tf.shape(real_images)[0]
            labels = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], 0)
            with tf.GradientTape() as tape:
                loss = self.loss_of(labels, self.discriminator(combined, training=True))
            weights = self.discriminator.trainable_weights
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return loss

    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return GAN(generator, discriminator).train_step((real_images, codings, optimizer))

    return discriminator_step


@right(EXERCISE)
def generator_called_by_its_own_method():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator.call(codings, training=True)
        answers = [discriminator(images, training=True) for images in (real_images, fakes)]
        return discriminator_loss(*answers)

    return step_on(loss_of)


@right(EXERCISE)
def logarithms_clipped():
    def loss_of(real, fake):
        real, fake = (tf.clip_by_value(p, 1e-7, 1 - 1e-7) for p in (real, fake))
        logs = tf.concat([tf.math.log(real), tf.math.log(1.0 - fake)], axis=0)
        return tf.reduce_mean(-logs)

    return with_loss(loss_of)


@disputed(EXERCISE, "tf.gradients needs a graph, and a check with stand-ins runs eagerly")
def graph_gradients():
    @tf.function
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        loss = loss_of_networks(generator, discriminator, real_images, codings)
        variables = discriminator.trainable_variables
        gradients = tf.gradients(loss, [getattr(v, "value", v) for v in variables])
        optimizer.apply(gradients, variables)
        return loss

    return discriminator_step


@right(EXERCISE)
def losses_by_keras_functions():
    def loss_of(real, fake):
        real_loss = keras.losses.binary_crossentropy(tf.ones_like(real), real)
        fake_loss = keras.losses.binary_crossentropy(tf.zeros_like(fake), fake)
        return tf.reduce_mean(tf.concat([real_loss, fake_loss], axis=0))

    return with_loss(loss_of)


@right(EXERCISE)
def losses_by_keras_ops():
    return with_loss(
        lambda real, fake: (
            (
                ops.mean(ops.binary_crossentropy(ops.ones_like(real), real))
                + ops.mean(ops.binary_crossentropy(ops.zeros_like(fake), fake))
            )
            * 0.5
        )
    )


@right(EXERCISE)
def losses_by_logits():
    def loss_of(real, fake):
        probabilities = tf.clip_by_value(tf.concat([real, fake], axis=0), 1e-7, 1 - 1e-7)
        logits = tf.math.log(probabilities) - tf.math.log1p(-probabilities)
        labels = tf.concat([tf.ones_like(real), tf.zeros_like(fake)], axis=0)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        return tf.reduce_mean(losses)

    return with_loss(loss_of)


@right(EXERCISE)
def wrapped_in_a_tf_function():
    return tf.function(reference)


@right(EXERCISE)
def decorated_with_autograph():
    @tf.function(reduce_retracing=True)
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        with tf.GradientTape() as tape:
            loss = discriminator_loss(
                discriminator(real_images, training=True),
                discriminator(fake_images, training=True),
            )
        variables = discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return discriminator_step


@right(EXERCISE)
def tf_function_inside():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        @tf.function
        def step(batch, draws):
            return reference(generator, discriminator, optimizer, batch, draws)

        return step(real_images, codings)

    return discriminator_step


@right(EXERCISE)
def made_trainable_first():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        discriminator.trainable = True
        return reference(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@right(EXERCISE)
def generator_frozen_after_its_images_and_thawed():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        generator.trainable = False
        with tf.GradientTape() as tape:
            loss = discriminator_loss(
                discriminator(real_images, training=True),
                discriminator(fake_images, training=True),
            )
        variables = generator.trainable_variables + discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        generator.trainable = True
        return loss

    return discriminator_step


@right(EXERCISE)
def identity_of_the_loss():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        loss = reference(generator, discriminator, optimizer, real_images, codings)
        return tf.identity(loss, name="discriminator_loss")

    return discriminator_step


@right(EXERCISE)
def gan_object_with_methods():
    class Gan:
        def __init__(self, generator, discriminator):
            self.generator, self.discriminator = generator, discriminator

        def loss(self, images, codings):
            return loss_of_networks(self.generator, self.discriminator, images, codings)

        def train_discriminator(self, optimizer, images, codings):
            with tf.GradientTape() as tape:
                loss = self.loss(images, codings)
            weights = self.discriminator.trainable_weights
            optimizer.apply(tape.gradient(loss, weights), weights)
            return loss

    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return Gan(generator, discriminator).train_discriminator(optimizer, real_images, codings)

    return discriminator_step


@right(EXERCISE)
def partial_function():
    def step(loss_of, generator, discriminator, optimizer, real_images, codings):
        made = with_loss(loss_of)
        return made(generator, discriminator, optimizer, real_images, codings)

    return functools.partial(step, discriminator_loss)


@right(EXERCISE)
def object_with_call():
    class Step:
        def __init__(self):
            self.bce = keras.losses.BinaryCrossentropy()

        def __call__(self, generator, discriminator, optimizer, real_images, codings):
            def loss_of(real, fake):
                real_loss = self.bce(ops.ones_like(real), real)
                return (real_loss + self.bce(ops.zeros_like(fake), fake)) / 2

            step = with_loss(loss_of)
            return step(generator, discriminator, optimizer, real_images, codings)

    return Step()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@disputed(EXERCISE, "the right update, but a float: it cannot be wrapped in a tf.function")
def float_of_the_loss():
    return lambda *arguments: float(reference(*arguments))


@disputed(EXERCISE, "the right update, but .numpy(): it cannot be wrapped in a tf.function")
def numpy_scalar_of_the_loss():
    return lambda *arguments: reference(*arguments).numpy()


@disputed(EXERCISE, "the generator frozen before its images: its batch normalization is at rest")
def generator_frozen_before_its_images():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        generator.trainable = False
        loss = reference(generator, discriminator, optimizer, real_images, codings)
        generator.trainable = True
        return loss

    return discriminator_step


@disputed(EXERCISE, "the generator is left frozen")
def generator_left_frozen():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fake_images = generator(codings, training=True)
        generator.trainable, discriminator.trainable = False, True
        step = step_on(
            lambda g, d, real, z: discriminator_loss(
                d(real, training=True), d(fake_images, training=True)
            )
        )
        return step(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@disputed(EXERCISE, "compiles the discriminator anew and trains it on one batch")
def train_on_batch():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fakes = generator(codings, training=True)
        discriminator.compile(loss="binary_crossentropy", optimizer=optimizer)
        labels = np.repeat([[1.0], [0.0]], len(real_images), axis=0)
        loss = discriminator.train_on_batch(tf.concat([real_images, fakes], axis=0), labels)
        return tf.constant(loss)

    return discriminator_step


@disputed(EXERCISE, "gradients are clipped to a global norm of 5 first")
def clips_the_gradients():
    def update(optimizer, gradients, variables):
        optimizer.apply(tf.clip_by_global_norm(gradients, 5.0)[0], variables)

    return step_on(update=update)


@disputed(EXERCISE, "the gradient of the fakes is applied after that of the real images")
def two_updates_of_half_a_loss():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fakes = generator(codings, training=True)
        bce, losses = keras.losses.BinaryCrossentropy(), []
        for images, label in ((real_images, 1.0), (fakes, 0.0)):
            with tf.GradientTape() as tape:
                answers = discriminator(images, training=True)
                losses.append(bce(label * tf.ones_like(answers), answers) / 2)
            variables = discriminator.trainable_variables
            optimizer.apply(tape.gradient(losses[-1], variables), variables)
        return sum(losses)

    return discriminator_step


@wrong(EXERCISE, "updates_generator_too")
def updates_both_networks():
    return step_on(variables=lambda g, d: d.trainable_variables + g.trainable_variables)


@wrong(EXERCISE, "updates_generator_too")
def updates_both_networks_by_hand():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape(persistent=True) as tape:
            loss = loss_of_networks(generator, discriminator, real_images, codings)
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        for variable in generator.trainable_variables:
            variable.assign_sub(0.01 * tape.gradient(loss, variable))
        return loss

    return discriminator_step


@wrong(EXERCISE, "updates_generator_too")
def updates_the_generator_with_an_optimizer_of_its_own():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape(persistent=True) as tape:
            loss = loss_of_networks(generator, discriminator, real_images, codings)
            fooled = -loss
        for network, target, opt in (
            (generator, fooled, keras.optimizers.SGD(0.1)),
            (discriminator, loss, optimizer),
        ):
            gradients = tape.gradient(target, network.trainable_variables)
            opt.apply(gradients, network.trainable_variables)
        return loss

    return discriminator_step


@wrong(EXERCISE)
def updates_the_generator_alone():
    return step_on(variables=lambda generator, discriminator: generator.trainable_variables)


@wrong(EXERCISE, "swapped_labels")
def labels_swapped():
    return with_loss(lambda real, fake: discriminator_loss(fake, real))


@wrong(EXERCISE, "swapped_labels")
def labels_of_the_batch_swapped():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        images = tf.concat([real_images, generator(codings, training=True)], axis=0)
        count = tf.shape(real_images)[0]
        labels = tf.concat([tf.zeros((count, 1)), tf.ones((count, 1))], axis=0)
        with tf.GradientTape() as tape:
            answers = discriminator(images, training=True)
            loss = keras.losses.BinaryCrossentropy()(labels, answers)
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return discriminator_step


@wrong(EXERCISE, "summed_loss", at_most=ANOTHER_UNIT)
def sum_of_the_two_losses():
    def loss_of(real, fake):
        bce = keras.losses.BinaryCrossentropy()
        return bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)

    return with_loss(loss_of)


@wrong(EXERCISE, "summed_loss", at_most=ANOTHER_UNIT)
def sum_of_the_two_losses_written_out():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        fakes = generator(codings, training=True)
        with tf.GradientTape() as tape:
            real = discriminator(real_images, training=True)
            fake = discriminator(fakes, training=True)
            loss = -tf.reduce_mean(tf.math.log(real)) - tf.reduce_mean(tf.math.log(1 - fake))
        variables = discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return discriminator_step


@wrong(EXERCISE, "inference_mode")
def training_argument_forgotten():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator(codings)
        return discriminator_loss(discriminator(real_images), discriminator(fakes))

    return step_on(loss_of)


@wrong(EXERCISE, "inference_mode")
def training_false():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator(codings, training=False)
        real = discriminator(real_images, training=False)
        return discriminator_loss(real, discriminator(fakes, training=False))

    return step_on(loss_of)


@wrong(EXERCISE, "inference_mode")
def training_argument_forgotten_for_the_joined_batch():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        images = tf.concat([real_images, generator(codings)], axis=0)
        labels = tf.repeat([[1.0], [0.0]], tf.shape(real_images)[0], axis=0)
        with tf.GradientTape() as tape:
            loss = keras.losses.BinaryCrossentropy()(labels, discriminator(images))
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return discriminator_step


@disputed(EXERCISE, "the generator does not learn here: its mode is left free")
def generator_in_inference_mode():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator(codings)
        real = discriminator(real_images, training=True)
        return discriminator_loss(real, discriminator(fakes, training=True))

    return step_on(loss_of)


@wrong(EXERCISE, "inference_mode")
def discriminator_in_inference_mode():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator(codings, training=True)
        return discriminator_loss(discriminator(real_images), discriminator(fakes))

    return step_on(loss_of)


@disputed(EXERCISE, "right numbers, but it cannot run inside a tf.function")
def fakes_predicted():
    def loss_of(generator, discriminator, real_images, codings):
        fakes = generator.predict(codings, verbose=0)
        real = discriminator(real_images, training=True)
        return discriminator_loss(real, discriminator(fakes, training=True))

    return step_on(loss_of)


@wrong(EXERCISE, "double_sigmoid")
def from_logits():
    def loss_of(real, fake):
        bce = keras.losses.BinaryCrossentropy(from_logits=True)
        real_loss = bce(tf.ones_like(real), tf.identity(real))
        return (real_loss + bce(tf.zeros_like(fake), tf.identity(fake))) / 2

    return with_loss(loss_of)


@wrong(EXERCISE, "double_sigmoid")
def sigmoid_once_more():
    return with_loss(lambda real, fake: discriminator_loss(tf.sigmoid(real), tf.sigmoid(fake)))


@wrong(EXERCISE, "real_only")
def real_images_alone():
    return with_loss(lambda real, fake: -tf.reduce_mean(tf.math.log(real)))


@wrong(EXERCISE, "fake_only")
def fakes_alone():
    return with_loss(lambda real, fake: -tf.reduce_mean(tf.math.log(1 - fake)))


@wrong(EXERCISE)
def real_images_twice():
    def loss_of(generator, discriminator, real_images, codings):
        return discriminator_loss(
            discriminator(real_images, training=True), discriminator(real_images, training=True)
        )

    return step_on(loss_of)


@wrong(EXERCISE)
def noise_for_fakes():
    def loss_of(generator, discriminator, real_images, codings):
        noise = tf.random.normal(tf.shape(real_images))
        return discriminator_loss(
            discriminator(real_images, training=True), discriminator(noise, training=True)
        )

    return step_on(loss_of)


@wrong(EXERCISE)
def loss_of_the_generator():
    return with_loss(lambda real, fake: -tf.reduce_mean(tf.math.log(fake)))


@wrong(EXERCISE)
def fakes_called_real():
    return with_loss(lambda real, fake: discriminator_loss(real, 1 - fake))


@wrong(EXERCISE, "label_smoothing")
def real_labels_smoothed():
    def loss_of(real, fake):
        bce = keras.losses.BinaryCrossentropy()
        return (bce(0.9 * tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)) / 2

    return with_loss(loss_of)


@wrong(EXERCISE)
def squared_errors():
    return with_loss(lambda real, fake: tf.reduce_mean((1 - real) ** 2 + fake**2) / 2)


@wrong(EXERCISE, "other_codings")
def codings_drawn_anew():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        draw = tf.random.normal(tf.shape(codings))
        return reference(generator, discriminator, optimizer, real_images, draw)

    return discriminator_step


@wrong(EXERCISE, "other_codings")
def codings_of_zero():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return reference(generator, discriminator, optimizer, real_images, tf.zeros_like(codings))

    return discriminator_step


@wrong(EXERCISE)
def real_images_brought_to_0_and_1():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return reference(generator, discriminator, optimizer, (real_images + 1) / 2, codings)

    return discriminator_step


@wrong(EXERCISE)
def real_images_rescaled_once_more():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return reference(generator, discriminator, optimizer, 2 * real_images - 1, codings)

    return discriminator_step


@wrong(EXERCISE, "no_update")
def gradients_not_applied():
    return step_on(update=lambda optimizer, gradients, variables: None)


@wrong(EXERCISE, "no_update")
def loss_alone():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return loss_of_networks(generator, discriminator, real_images, codings)

    return discriminator_step


@wrong(EXERCISE, "two_updates")
def applied_twice():
    def update(optimizer, gradients, variables):
        optimizer.apply(gradients, variables)
        optimizer.apply(gradients, variables)

    return step_on(update=update)


@wrong(EXERCISE, "two_updates")
def two_steps_in_one():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        loss = reference(generator, discriminator, optimizer, real_images, codings)
        reference(generator, discriminator, optimizer, real_images, codings)
        return loss

    return discriminator_step


@wrong(EXERCISE, "wrong_sign_of_update")
def climbs_for_descends():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        negated = step_on(lambda *arguments: -loss_of_networks(*arguments))
        return -negated(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@wrong(EXERCISE, "loss_after_update")
def loss_after_the_update():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        reference(generator, discriminator, optimizer, real_images, codings)
        return loss_of_networks(generator, discriminator, real_images, codings)

    return discriminator_step


@wrong(EXERCISE, "loss_after_update")
def loss_after_the_update_at_inference():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        reference(generator, discriminator, optimizer, real_images, codings)
        return discriminator_loss(discriminator(real_images), discriminator(generator(codings)))

    return discriminator_step


@wrong(EXERCISE)
def optimizer_of_its_own():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        return reference(
            generator, discriminator, keras.optimizers.Adam(0.01), real_images, codings
        )

    return discriminator_step


@wrong(EXERCISE)
def optimizer_of_its_own_made_before():
    optimizers = {}

    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        own = optimizers.setdefault(id(discriminator), keras.optimizers.RMSprop(0.01))
        return reference(generator, discriminator, own, real_images, codings)

    return discriminator_step


@wrong(EXERCISE, "scaled_update")
def plain_descent_by_hand():
    def update(optimizer, gradients, variables):
        for gradient, variable in zip(gradients, variables, strict=True):
            variable.assign_sub(0.003 * gradient)

    return step_on(update=update)


@wrong(EXERCISE)
def biases_left_out():
    return step_on(variables=lambda g, d: [v for v in d.trainable_variables if len(v.shape) > 1])


@wrong(EXERCISE, "left_out")
def last_layer_alone():
    return step_on(variables=lambda g, d: d.trainable_variables[-2:])


@wrong(EXERCISE, "numpy_inside")
def loss_in_numpy():
    def loss_of(real, fake):
        return tf.constant(-(np.log(real).mean() + np.log(1 - np.asarray(fake)).mean()) / 2)

    return with_loss(loss_of)


@wrong(EXERCISE)
def loss_outside_the_tape():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        real = discriminator(real_images, training=True)
        fake = discriminator(generator(codings, training=True), training=True)
        with tf.GradientTape() as tape:
            loss = discriminator_loss(real, fake)
        variables = discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return discriminator_step


@wrong(EXERCISE)
def answers_rounded():
    return with_loss(lambda real, fake: discriminator_loss(tf.round(real), tf.round(fake)))


@wrong(EXERCISE)
def image_by_image():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        for i in range(len(real_images)):
            loss = reference(
                generator, discriminator, optimizer, real_images[i : i + 1], codings[i : i + 1]
            )
        return loss

    return discriminator_step


@wrong(EXERCISE)
def loss_of_each_image():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape() as tape:
            real = discriminator(real_images, training=True)
            fake = discriminator(generator(codings, training=True), training=True)
            losses = -tf.concat([tf.math.log(real), tf.math.log(1 - fake)], axis=0)
            loss = tf.reduce_mean(losses)
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return losses

    return discriminator_step


@wrong(EXERCISE)
def pair_of_losses():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        loss = reference(generator, discriminator, optimizer, real_images, codings)
        return loss, loss

    return discriminator_step


@wrong(EXERCISE)
def dict_for_a_loss():
    return lambda *arguments: {"loss": reference(*arguments)}


@wrong(EXERCISE)
def forgets_to_return():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        reference(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@wrong(EXERCISE)
def discriminator_for_a_loss():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        reference(generator, discriminator, optimizer, real_images, codings)
        return discriminator

    return discriminator_step


@wrong(EXERCISE)
def minimize_of_old_keras():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        def loss():
            return loss_of_networks(generator, discriminator, real_images, codings)

        optimizer.minimize(loss, discriminator.trainable_variables)
        return loss()

    return discriminator_step


@wrong(EXERCISE)
def zip_of_gradients_alone():
    return step_on(
        update=lambda optimizer, gradients, variables: optimizer.apply_gradients(gradients)
    )


@wrong(EXERCISE)
def networks_in_the_other_order():
    def discriminator_step(discriminator, generator, optimizer, real_images, codings):
        return reference(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@wrong(EXERCISE)
def codings_before_images():
    def discriminator_step(generator, discriminator, optimizer, codings, real_images):
        return reference(generator, discriminator, optimizer, real_images, codings)

    return discriminator_step


@wrong(EXERCISE)
def fits_the_discriminator():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        discriminator.compile(loss="binary_crossentropy", optimizer="adam")
        labels = tf.ones((tf.shape(real_images)[0], 1))
        return discriminator.fit(real_images, labels, verbose=0).history["loss"][0]

    return discriminator_step


@wrong(EXERCISE)
def labels_of_one_batch_size():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        images = tf.concat([real_images, generator(codings, training=True)], axis=0)
        labels = tf.constant([[1.0]] * 32 + [[0.0]] * 32)
        with tf.GradientTape() as tape:
            answers = discriminator(images, training=True)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels, answers))
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return discriminator_step


@wrong(EXERCISE)
def invents_the_loss():
    return lambda *arguments: tf.constant(0.6931)


@wrong(EXERCISE)
def not_numbers():
    return with_loss(lambda real, fake: discriminator_loss(real, fake) * float("nan"))


@wrong(EXERCISE)
def wipes_the_weights():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        loss = reference(generator, discriminator, optimizer, real_images, codings)
        for variable in discriminator.trainable_variables:
            variable.assign(tf.zeros_like(variable))
        return loss

    return discriminator_step


@wrong(EXERCISE)
def four_arguments():
    return lambda generator, discriminator, optimizer, real_images: reference(
        generator, discriminator, optimizer, real_images, tf.random.normal((32, 100))
    )


@wrong(EXERCISE, says=("NameError", "fake_imges"))
def misspells_a_name_in_the_tape():
    def discriminator_step(generator, discriminator, optimizer, real_images, codings):
        with tf.GradientTape():
            fake_images = generator(codings, training=True)  # noqa: F841
            return discriminator(fake_imges, training=True)  # noqa: F821

    return discriminator_step
