"""Answers to `generator_step(generator, discriminator, optimizer, codings)`.

One update of the generator alone, in training mode (the discriminator's mode is free), on the
binary cross-entropy of the discriminator's answers with the label 1. Returns the loss, a scalar
tensor, as it was before the update. The training loop wraps it in a tf.function.
"""

from __future__ import annotations

import functools

import numpy as np

from .answers import disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "generator_step"
enter_novices(EXERCISE, arity=4)


def generator_loss(fake_probabilities):
    """The answer to an exercise before, as a student's notebook has it."""
    labels = tf.ones_like(fake_probabilities)
    return tf.reduce_mean(keras.losses.binary_crossentropy(labels, fake_probabilities))


def answers_to_fakes(generator, discriminator, codings):
    return discriminator(generator(codings, training=True), training=True)


def of_generator(generator, discriminator):
    return generator.trainable_variables


def apply_once(optimizer, gradients, variables):
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


def apply_those_there_are(optimizer, gradients, variables):
    pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
    if pairs:
        optimizer.apply_gradients(pairs)


def step_on(
    loss_of=generator_loss, answers=answers_to_fakes, variables=of_generator, update=apply_once
):
    """Return a step that is right but for what is given."""

    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            loss = loss_of(answers(generator, discriminator, codings))
        updated = variables(generator, discriminator)
        update(optimizer, tape.gradient(loss, updated), updated)
        return loss

    return generator_step


def reference(generator, discriminator, optimizer, codings):
    return step_on()(generator, discriminator, optimizer, codings)


@right(EXERCISE)
def written_out():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            fake_images = generator(codings, training=True)
            fake_probabilities = discriminator(fake_images, training=True)
            loss = generator_loss(fake_probabilities)
        gradients = tape.gradient(loss, generator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, generator.trainable_variables, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def discriminator_in_inference_mode():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            fakes = generator(codings, training=True)
            loss = generator_loss(discriminator(fakes, training=False))
        weights = generator.trainable_weights
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    return generator_step


@right(EXERCISE)
def discriminator_called_without_a_mode():
    return step_on(answers=lambda g, d, codings: d(g(codings, training=True)))


@right(EXERCISE)
def discriminator_frozen_and_thawed():
    def generator_step(generator, discriminator, optimizer, codings):
        discriminator.trainable = False
        with tf.GradientTape() as tape:
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        variables = generator.trainable_variables + discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        discriminator.trainable = True
        return loss

    return generator_step


@right(EXERCISE)
def frozen_and_thawed_with_care():
    def generator_step(generator, discriminator, optimizer, codings):
        before = discriminator.trainable
        discriminator.trainable = False
        try:
            return reference(generator, discriminator, optimizer, codings)
        finally:
            discriminator.trainable = before

    return generator_step


@right(EXERCISE)
def joined_as_a_sequential_model():
    def generator_step(generator, discriminator, optimizer, codings):
        gan = keras.Sequential([generator, discriminator])
        with tf.GradientTape() as tape:
            loss = generator_loss(gan(codings, training=True))
        variables = gan.layers[0].trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def chain_rule_by_hand():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as of_images:
            images = generator(codings, training=True)
        with tf.GradientTape() as of_loss:
            of_loss.watch(images)
            loss = generator_loss(discriminator(images, training=True))
        variables = generator.trainable_variables
        slope = of_loss.gradient(loss, images)
        gradients = of_images.gradient(images, variables, output_gradients=slope)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def persistent_tape():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape(persistent=True) as tape:
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        gradients = [tape.gradient(loss, v) for v in generator.trainable_variables]
        del tape
        optimizer.apply(gradients, generator.trainable_variables)
        return loss

    return generator_step


@right(EXERCISE)
def variables_watched_by_hand():
    def generator_step(generator, discriminator, optimizer, codings):
        values = [getattr(v, "value", v) for v in generator.trainable_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for value in values:
                tape.watch(value)
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        apply_once(optimizer, tape.gradient(loss, values), generator.trainable_variables)
        return loss

    return generator_step


@right(EXERCISE)
def compiled_by_xla():
    return tf.function(step_on(), jit_compile=True)


@right(EXERCISE)
def mean_of_the_loss_in_a_metric():
    def generator_step(generator, discriminator, optimizer, codings):
        tracker = keras.metrics.Mean()
        tracker.update_state(step_on()(generator, discriminator, optimizer, codings))
        return tracker.result()

    return generator_step


@right(EXERCISE)
def model_of_both_networks():
    class GAN(keras.Model):
        def __init__(self, generator, discriminator):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator

        def call(self, codings, training=None):
            return self.discriminator(self.generator(codings, training=training), training=training)

    def generator_step(generator, discriminator, optimizer, codings):
        gan = GAN(generator, discriminator)
        with tf.GradientTape() as tape:
            loss = generator_loss(gan(codings, training=True))
        weights = gan.generator.trainable_weights
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def only_gradients_that_exist():
    return step_on(update=apply_those_there_are)


@right(EXERCISE)
def list_comprehension_over_the_variables():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape(persistent=True) as tape:
            fakes = generator(codings, training=True)
            answers = discriminator(fakes, training=True)
            loss = -tf.reduce_mean(tf.math.log(tf.maximum(answers, 1e-7)))
        gradients = [tape.gradient(loss, v) for v in generator.trainable_variables]
        del tape
        optimizer.apply(gradients, generator.trainable_variables)
        return loss

    return generator_step


@right(EXERCISE)
def labels_of_numpy():
    def loss_of(fake_probabilities):
        labels = np.ones((len(fake_probabilities), 1), "float32")
        return keras.losses.BinaryCrossentropy()(labels, fake_probabilities)

    return step_on(loss_of)


@right(EXERCISE)
def logarithm_of_keras_ops_summed_over_the_count():
    def loss_of(fake_probabilities):
        return ops.sum(-ops.log(fake_probabilities)) / fake_probabilities.shape[0]

    return step_on(loss_of)


@disputed(EXERCISE, "tf.gradients needs a graph, and a check with stand-ins runs eagerly")
def graph_gradients():
    @tf.function
    def generator_step(generator, discriminator, optimizer, codings):
        loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        variables = generator.trainable_variables
        optimizer.apply(tf.gradients(loss, [getattr(v, "value", v) for v in variables]), variables)
        return loss

    return generator_step


@right(EXERCISE)
def gradients_of_both_applied_to_one():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        parts = (generator.trainable_variables, discriminator.trainable_variables)
        gradients, _ = tape.gradient(loss, parts)
        optimizer.apply_gradients(zip(gradients, parts[0], strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def with_apply():
    return step_on(
        update=lambda optimizer, gradients, variables: optimizer.apply(gradients, variables)
    )


@right(EXERCISE)
def with_apply_on_the_built_variables():
    return step_on(update=lambda optimizer, gradients, variables: optimizer.apply(gradients))


@right(EXERCISE)
def loss_object():
    bce = tf.keras.losses.BinaryCrossentropy()
    return step_on(lambda fake: bce(tf.ones_like(fake), fake))


@right(EXERCISE)
def loss_by_keras_ops():
    return step_on(lambda fake: ops.mean(ops.binary_crossentropy(ops.ones_like(fake), fake)))


@right(EXERCISE)
def loss_written_out():
    return step_on(lambda fake: -tf.reduce_mean(tf.math.log(tf.maximum(fake, 1e-7))))


@right(EXERCISE)
def loss_by_logits():
    def loss_of(fake):
        fake = tf.clip_by_value(fake, 1e-7, 1 - 1e-7)
        return tf.reduce_mean(tf.nn.softplus(tf.math.log1p(-fake) - tf.math.log(fake)))

    return step_on(loss_of)


@right(EXERCISE)
def as_the_book_labels_them():
    def generator_step(generator, discriminator, optimizer, codings):
        y2 = tf.constant([[1.0]] * codings.shape[0])
        with tf.GradientTape() as tape:
            y_pred = discriminator(generator(codings, training=True), training=True)
            loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(y2, y_pred))
        gradients = tape.gradient(loss, generator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, generator.trainable_variables, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def wrapped_in_a_tf_function():
    return tf.function(reference)


@right(EXERCISE)
def decorated_with_autograph():
    @tf.function(reduce_retracing=True)
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        variables = generator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return generator_step


@right(EXERCISE)
def tf_function_inside():
    def generator_step(generator, discriminator, optimizer, codings):
        @tf.function
        def step(draws):
            return reference(generator, discriminator, optimizer, draws)

        return step(codings)

    return generator_step


@right(EXERCISE)
def short_names():
    def generator_step(g, d, opt, z):
        with tf.GradientTape() as t:
            loss = -tf.reduce_mean(tf.math.log(d(g(z, training=True), training=True) + 1e-8))
        opt.apply_gradients(zip(t.gradient(loss, g.trainable_variables), g.trainable_variables))  # noqa: B905
        return loss

    return generator_step


@right(EXERCISE)
def gan_object_with_methods():
    class Gan(keras.Model):
        def __init__(self, generator, discriminator):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator

        def call(self, codings, training=False):
            return self.discriminator(self.generator(codings, training=training))

        def train_generator(self, optimizer, codings):
            with tf.GradientTape() as tape:
                loss = generator_loss(self(codings, training=True))
            variables = self.generator.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

    return lambda g, d, optimizer, codings: Gan(g, d).train_generator(optimizer, codings)


@right(EXERCISE)
def partial_function():
    def step(label, generator, discriminator, optimizer, codings):
        def loss_of(fake):
            return ops.mean(ops.binary_crossentropy(label * ops.ones_like(fake), fake))

        return step_on(loss_of)(generator, discriminator, optimizer, codings)

    return functools.partial(step, 1.0)


@right(EXERCISE)
def object_with_call():
    class Step:
        def __init__(self):
            self.bce = keras.losses.BinaryCrossentropy()
            self.calls = 0

        def __call__(self, generator, discriminator, optimizer, codings):
            self.calls += 1
            step = step_on(lambda fake: self.bce(tf.ones_like(fake), fake))
            return step(generator, discriminator, optimizer, codings)

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


@disputed(EXERCISE, "the discriminator is left frozen: its own step must thaw it")
def discriminator_left_frozen():
    def generator_step(generator, discriminator, optimizer, codings):
        discriminator.trainable = False
        return reference(generator, discriminator, optimizer, codings)

    return generator_step


@disputed(EXERCISE, "compiles the joined model anew and trains it on one batch")
def train_on_batch():
    def generator_step(generator, discriminator, optimizer, codings):
        gan = keras.Sequential([generator, discriminator])
        discriminator.trainable = False
        gan.compile(loss="binary_crossentropy", optimizer=optimizer)
        loss = gan.train_on_batch(codings, np.ones((len(codings), 1)))
        discriminator.trainable = True
        return tf.constant(loss)

    return generator_step


@disputed(EXERCISE, "gradients are clipped to a global norm of 5 first")
def clips_the_gradients():
    def update(optimizer, gradients, variables):
        optimizer.apply(tf.clip_by_global_norm(gradients, 5.0)[0], variables)

    return step_on(update=update)


@wrong(EXERCISE, "updates_discriminator_too")
def updates_both_networks():
    return step_on(variables=lambda g, d: g.trainable_variables + d.trainable_variables)


@wrong(EXERCISE, "updates_discriminator_too")
def updates_the_joined_model():
    def generator_step(generator, discriminator, optimizer, codings):
        gan = keras.Sequential([generator, discriminator])
        with tf.GradientTape() as tape:
            loss = generator_loss(gan(codings, training=True))
        gradients = tape.gradient(loss, gan.trainable_variables)
        for gradient, variable in zip(gradients, gan.trainable_variables, strict=True):
            variable.assign_sub(0.01 * gradient)
        return loss

    return generator_step


@wrong(EXERCISE, "updates_discriminator_too")
def updates_the_discriminator_with_an_optimizer_of_its_own():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape(persistent=True) as tape:
            loss = generator_loss(answers_to_fakes(generator, discriminator, codings))
        for network, opt in ((generator, optimizer), (discriminator, keras.optimizers.SGD(0.1))):
            gradients = tape.gradient(loss, network.trainable_variables)
            opt.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
        return loss

    return generator_step


@wrong(EXERCISE)
def updates_the_discriminator_alone():
    return step_on(variables=lambda generator, discriminator: discriminator.trainable_variables)


@wrong(EXERCISE, "detached_generator")
def images_made_before_the_tape():
    def generator_step(generator, discriminator, optimizer, codings):
        fake_images = generator(codings, training=True)
        with tf.GradientTape() as tape:
            loss = generator_loss(discriminator(fake_images, training=True))
        gradients = tape.gradient(loss, generator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, generator.trainable_variables, strict=True))
        return loss

    return generator_step


@wrong(EXERCISE, "detached_generator")
def gradient_stopped_at_the_images():
    def answers(generator, discriminator, codings):
        return discriminator(tf.stop_gradient(generator(codings, training=True)), training=True)

    return step_on(answers=answers)


@wrong(EXERCISE, "detached_generator")
def gradient_stopped_and_missing_ones_skipped():
    def answers(generator, discriminator, codings):
        return discriminator(ops.stop_gradient(generator(codings, training=True)), training=True)

    return step_on(answers=answers, update=apply_those_there_are)


@wrong(EXERCISE, "detached_generator")
def missing_gradients_taken_for_zero():
    def update(optimizer, gradients, variables):
        filled = [
            tf.zeros_like(v) if g is None else g for g, v in zip(gradients, variables, strict=True)
        ]
        optimizer.apply(filled, variables)

    def answers(generator, discriminator, codings):
        return discriminator(tf.stop_gradient(generator(codings, training=True)), training=True)

    return step_on(answers=answers, update=update)


@wrong(EXERCISE, "detached_generator")
def images_through_numpy():
    def answers(generator, discriminator, codings):
        images = np.asarray(generator(codings, training=True))
        return discriminator(images, training=True)

    return step_on(answers=answers, update=apply_those_there_are)


@wrong(EXERCISE, "minimises_fake_label")
def label_zero():
    bce = keras.losses.BinaryCrossentropy()
    return step_on(lambda fake: bce(tf.zeros_like(fake), fake))


@wrong(EXERCISE, "minimises_fake_label")
def label_zero_written_out():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            fake = answers_to_fakes(generator, discriminator, codings)
            loss = -tf.reduce_mean(tf.math.log(1 - fake))
        variables = generator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return generator_step


@wrong(EXERCISE, "saturating_loss")
def saturating_loss():
    return step_on(lambda fake: tf.reduce_mean(tf.math.log(1 - fake)))


@wrong(EXERCISE, "saturating_loss")
def minus_the_loss_of_the_discriminator():
    bce = keras.losses.BinaryCrossentropy()
    return step_on(lambda fake: -bce(tf.zeros_like(fake), fake))


@wrong(EXERCISE, "double_sigmoid")
def from_logits():
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return step_on(lambda fake: bce(tf.ones_like(fake), tf.identity(fake)))


@wrong(EXERCISE, "double_sigmoid")
def sigmoid_once_more():
    return step_on(lambda fake: generator_loss(tf.sigmoid(fake)))


@wrong(EXERCISE, "inference_mode")
def training_argument_forgotten():
    return step_on(answers=lambda g, d, codings: d(g(codings)))


@wrong(EXERCISE, "inference_mode")
def training_false():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            images = generator(codings, training=False)
            loss = generator_loss(discriminator(images, training=False))
        variables = generator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return generator_step


@wrong(EXERCISE, "inference_mode")
def generator_in_inference_mode():
    return step_on(answers=lambda g, d, codings: d(g(codings), training=True))


@wrong(EXERCISE)
def images_predicted():
    def answers(generator, discriminator, codings):
        return discriminator(generator.predict(codings, verbose=0), training=True)

    return step_on(answers=answers, update=apply_those_there_are)


@wrong(EXERCISE)
def loss_of_the_discriminator():
    def loss_of(fake):
        bce = keras.losses.BinaryCrossentropy()
        return (bce(tf.ones_like(fake), fake) + bce(tf.zeros_like(fake), fake)) / 2

    return step_on(loss_of)


@wrong(EXERCISE)
def squared_error():
    return step_on(lambda fake: tf.reduce_mean((1 - fake) ** 2))


@wrong(EXERCISE)
def critic():
    return step_on(lambda fake: -tf.reduce_mean(fake))


@wrong(EXERCISE, "label_smoothing")
def label_smoothed():
    return step_on(lambda fake: ops.mean(ops.binary_crossentropy(0.9 * ops.ones_like(fake), fake)))


@wrong(EXERCISE, "summed_over_batch")
def summed_over_the_batch():
    return step_on(lambda fake: -tf.reduce_sum(tf.math.log(fake)))


@wrong(EXERCISE)
def half_of_the_loss():
    return step_on(lambda fake: generator_loss(fake) / 2)


@wrong(EXERCISE, "wrong_sign")
def sign_forgotten():
    return step_on(lambda fake: tf.reduce_mean(tf.math.log(fake)))


@wrong(EXERCISE, "wrong_sign_of_update")
def climbs_for_descends():
    def generator_step(generator, discriminator, optimizer, codings):
        negated = step_on(lambda fake: -generator_loss(fake))
        return -negated(generator, discriminator, optimizer, codings)

    return generator_step


@wrong(EXERCISE, "other_codings")
def codings_drawn_anew():
    def generator_step(generator, discriminator, optimizer, codings):
        return reference(generator, discriminator, optimizer, tf.random.normal(tf.shape(codings)))

    return generator_step


@wrong(EXERCISE, "other_codings")
def codings_from_0_to_1():
    def generator_step(generator, discriminator, optimizer, codings):
        return reference(generator, discriminator, optimizer, tf.sigmoid(codings))

    return generator_step


@wrong(EXERCISE)
def images_rescaled_on_the_way():
    def answers(generator, discriminator, codings):
        return discriminator((generator(codings, training=True) + 1) / 2, training=True)

    return step_on(answers=answers)


@wrong(EXERCISE)
def images_clipped_at_zero():
    def answers(generator, discriminator, codings):
        return discriminator(tf.nn.relu(generator(codings, training=True)), training=True)

    return step_on(answers=answers)


@wrong(EXERCISE, "no_update")
def gradients_not_applied():
    return step_on(update=lambda optimizer, gradients, variables: None)


@wrong(EXERCISE)
def loss_alone():
    def generator_step(generator, discriminator, optimizer, codings):
        return generator_loss(answers_to_fakes(generator, discriminator, codings))

    return generator_step


@wrong(EXERCISE, "two_updates")
def applied_twice():
    def update(optimizer, gradients, variables):
        optimizer.apply(gradients, variables)
        optimizer.apply(gradients, variables)

    return step_on(update=update)


@wrong(EXERCISE, "two_updates")
def two_steps_in_one():
    def generator_step(generator, discriminator, optimizer, codings):
        loss = reference(generator, discriminator, optimizer, codings)
        reference(generator, discriminator, optimizer, codings)
        return loss

    return generator_step


@wrong(EXERCISE, "loss_after_update")
def loss_after_the_update():
    def generator_step(generator, discriminator, optimizer, codings):
        reference(generator, discriminator, optimizer, codings)
        return generator_loss(answers_to_fakes(generator, discriminator, codings))

    return generator_step


@wrong(EXERCISE)
def optimizer_of_its_own():
    def generator_step(generator, discriminator, optimizer, codings):
        return reference(generator, discriminator, keras.optimizers.Adam(0.01), codings)

    return generator_step


@wrong(EXERCISE, "scaled_update")
def plain_descent_by_hand():
    def update(optimizer, gradients, variables):
        for gradient, variable in zip(gradients, variables, strict=True):
            variable.assign_sub(0.003 * gradient)

    return step_on(update=update)


@wrong(EXERCISE)
def biases_left_out():
    return step_on(variables=lambda g, d: [v for v in g.trainable_variables if len(v.shape) > 1])


@wrong(EXERCISE, "left_out")
def last_layer_alone():
    return step_on(variables=lambda g, d: g.trainable_variables[-2:])


@wrong(EXERCISE)
def loss_outside_the_tape():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            fake = answers_to_fakes(generator, discriminator, codings)
        loss = generator_loss(fake)
        variables = generator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return generator_step


@wrong(EXERCISE)
def loss_in_numpy():
    return step_on(lambda fake: tf.constant(-np.log(fake.numpy()).mean()))


@wrong(EXERCISE)
def answers_rounded():
    return step_on(lambda fake: generator_loss(tf.cast(fake > 0.5, tf.float32)))


@wrong(EXERCISE)
def image_by_image():
    def generator_step(generator, discriminator, optimizer, codings):
        for i in range(len(codings)):
            loss = reference(generator, discriminator, optimizer, codings[i : i + 1])
        return loss

    return generator_step


@wrong(EXERCISE)
def loss_of_each_image():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape() as tape:
            losses = -tf.math.log(answers_to_fakes(generator, discriminator, codings))
            loss = tf.reduce_mean(losses)
        variables = generator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return losses

    return generator_step


@wrong(EXERCISE)
def gradient_of_losses_not_reduced():
    return step_on(lambda fake: keras.losses.binary_crossentropy(tf.ones_like(fake), fake))


@wrong(EXERCISE)
def images_for_a_loss():
    def generator_step(generator, discriminator, optimizer, codings):
        reference(generator, discriminator, optimizer, codings)
        return generator(codings)

    return generator_step


@wrong(EXERCISE)
def pair_of_loss_and_images():
    def generator_step(generator, discriminator, optimizer, codings):
        return reference(generator, discriminator, optimizer, codings), generator(codings)

    return generator_step


@wrong(EXERCISE)
def dict_for_a_loss():
    return lambda *arguments: {"loss": reference(*arguments)}


@wrong(EXERCISE)
def forgets_to_return():
    def generator_step(generator, discriminator, optimizer, codings):
        reference(generator, discriminator, optimizer, codings)

    return generator_step


@wrong(EXERCISE)
def minimize_of_old_keras():
    def generator_step(generator, discriminator, optimizer, codings):
        def loss():
            return generator_loss(answers_to_fakes(generator, discriminator, codings))

        optimizer.minimize(loss, generator.trainable_variables)
        return loss()

    return generator_step


@wrong(EXERCISE)
def gradients_swapped_with_variables():
    return step_on(
        update=lambda optimizer, gradients, variables: optimizer.apply(variables, gradients)
    )


@wrong(EXERCISE)
def networks_in_the_other_order():
    return lambda discriminator, generator, optimizer, codings: reference(
        generator, discriminator, optimizer, codings
    )


@wrong(EXERCISE)
def takes_real_images_too():
    return lambda generator, discriminator, optimizer, real_images, codings: reference(
        generator, discriminator, optimizer, codings
    )


@wrong(EXERCISE)
def draws_codings_itself():
    return lambda generator, discriminator, optimizer: reference(
        generator, discriminator, optimizer, tf.random.normal((32, 100))
    )


@wrong(EXERCISE)
def labels_of_one_batch_size():
    return step_on(lambda fake: ops.mean(ops.binary_crossentropy(ops.ones((32, 1)), fake)))


@wrong(EXERCISE)
def generator_judges_itself():
    return step_on(answers=lambda g, d, codings: g(codings, training=True))


@wrong(EXERCISE)
def invents_the_loss():
    return lambda *arguments: tf.constant(0.6931)


@wrong(EXERCISE)
def not_numbers():
    return step_on(lambda fake: generator_loss(fake) * float("nan"))


@wrong(EXERCISE)
def wipes_the_weights():
    def generator_step(generator, discriminator, optimizer, codings):
        loss = reference(generator, discriminator, optimizer, codings)
        for variable in generator.trainable_variables:
            variable.assign(tf.zeros_like(variable))
        return loss

    return generator_step


@wrong(EXERCISE, says=("NameError", "fake_probabilites"))
def misspells_a_name_in_the_tape():
    def generator_step(generator, discriminator, optimizer, codings):
        with tf.GradientTape():
            fake_probabilities = answers_to_fakes(generator, discriminator, codings)  # noqa: F841
            return generator_loss(fake_probabilites)  # noqa: F821

    return generator_step
