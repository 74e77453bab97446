"""Answers to `vae_train_step(encoder, decoder, optimizer, images)`.

One update of both networks, in training mode, on the VAE's loss (nats per image), decoding the z
that the encoder returns. Returns {"loss", "reconstruction", "kl"}: scalars from before the
update, the loss being the sum of the other two.
"""

from __future__ import annotations

import collections
import functools
import operator

import numpy as np

from .answers import disputed, right, wrong
from .chatter import chatty
from .lazily import keras, ops, tf
from .novices import enter_novices

EXERCISE = "vae_train_step"
enter_novices(EXERCISE, arity=4)


def reconstruction_loss(images, reconstructions):
    bce = keras.ops.binary_crossentropy(images, reconstructions)
    return tf.reduce_mean(tf.reduce_sum(bce, axis=(1, 2)))


def kl_loss(mean, log_var):
    kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var), axis=-1)
    return tf.reduce_mean(kl)


def kl_divergence(codings_mean, codings_log_var):
    """The answer to an exercise before, as a student's notebook has it."""
    terms = 1 + codings_log_var - tf.square(codings_mean) - tf.exp(codings_log_var)
    return -0.5 * tf.reduce_sum(terms, axis=-1)


def vae_loss(images, reconstructions, codings_mean, codings_log_var):
    """The answer to the exercise before, as a student's notebook has it."""
    bce = tf.reduce_sum(keras.ops.binary_crossentropy(images, reconstructions), axis=(1, 2))
    return tf.reduce_mean(bce + kl_divergence(codings_mean, codings_log_var))


def losses_of(encoder, decoder, images, training=True):
    mean, log_var, z = encoder(images, training=training)
    reconstruction = reconstruction_loss(images, decoder(z, training=training))
    return reconstruction, kl_loss(mean, log_var)


def both(encoder, decoder):
    return encoder.trainable_variables + decoder.trainable_variables


def logs_of(reconstruction, kl):
    return {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}


def step_on(losses=losses_of, objective=operator.add, variables=both, logs=logs_of, update=None):
    """Return a step that is right but for what is given."""

    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses(encoder, decoder, images)
            loss = objective(reconstruction, kl)
        updated = variables(encoder, decoder)
        gradients = tape.gradient(loss, updated)
        if update is None:
            optimizer.apply_gradients(zip(gradients, updated, strict=True))
        else:
            update(optimizer, gradients, updated)
        return logs(reconstruction, kl)

    return vae_train_step


def reference(encoder, decoder, optimizer, images):
    return step_on()(encoder, decoder, optimizer, images)


@right(EXERCISE)
def written_out():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            codings_mean, codings_log_var, codings = encoder(images, training=True)
            reconstructions = decoder(codings, training=True)
            bce = keras.losses.binary_crossentropy(images, reconstructions)
            reconstruction = tf.reduce_mean(tf.reduce_sum(bce, axis=-1)) * 28
            kl = -0.5 * tf.reduce_sum(
                1 + codings_log_var - tf.exp(codings_log_var) - tf.square(codings_mean), axis=-1
            )
            kl = tf.reduce_mean(kl)
            loss = reconstruction + kl
        variables = encoder.trainable_variables + decoder.trainable_variables
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return vae_train_step


@right(EXERCISE)
def with_apply():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            reconstruction = 784 * keras.losses.BinaryCrossentropy()(
                images, decoder(z, training=True)
            )
            kl = ops.mean(ops.sum(ops.expm1(log_var) - log_var + mean**2, axis=1)) / 2
            loss = reconstruction + kl
        variables = [*encoder.trainable_weights, *decoder.trainable_weights]
        optimizer.apply(tape.gradient(loss, variables), variables)
        return dict(kl=kl, reconstruction=reconstruction, loss=loss)

    return vae_train_step


@right(EXERCISE)
def decoder_variables_first():
    return step_on(variables=lambda e, d: d.trainable_variables + e.trainable_variables)


@right(EXERCISE)
def gradient_of_a_pair_of_lists():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        parts = (encoder.trainable_variables, decoder.trainable_variables)
        of_encoder, of_decoder = tape.gradient(loss, parts)
        pairs = [*zip(of_encoder, parts[0], strict=True), *zip(of_decoder, parts[1], strict=True)]
        optimizer.apply_gradients(pairs)
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def gradient_of_a_dict():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        variables = dict(enumerate(both(encoder, decoder)))
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients([(gradients[i], variables[i]) for i in variables])
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def persistent_tape():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape(persistent=True) as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, encoder.trainable_variables)
        gradients += tape.gradient(loss, decoder.trainable_variables)
        del tape
        optimizer.apply_gradients(zip(gradients, both(encoder, decoder), strict=True))
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def gradients_of_two_terms_added():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape(persistent=True) as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
        one = tape.gradient(reconstruction, variables)
        other = tape.gradient(kl, variables)
        added = [a if b is None else a + b for a, b in zip(one, other, strict=True)]
        optimizer.apply(added, variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def gradient_of_a_list_of_terms():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
        optimizer.apply(tape.gradient([reconstruction, kl], variables), variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def variables_watched_by_hand():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([getattr(v, "value", v) for v in variables])
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, [getattr(v, "value", v) for v in variables])
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return logs_of(reconstruction, kl)

    return vae_train_step


@right(EXERCISE)
def wrapped_in_a_tf_function():
    return tf.function(reference)


@right(EXERCISE)
def decorated_with_autograph():
    @tf.function(reduce_retracing=True)
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            reconstruction = reconstruction_loss(images, decoder(z, training=True))
            kl = kl_loss(mean, log_var)
            loss = reconstruction + kl
        variables = encoder.trainable_variables + decoder.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"reconstruction": reconstruction, "kl": kl, "loss": loss}

    return vae_train_step


@right(EXERCISE)
def tf_function_inside():
    def vae_train_step(encoder, decoder, optimizer, images):
        @tf.function
        def step(batch):
            return reference(encoder, decoder, optimizer, batch)

        return step(tf.convert_to_tensor(images))

    return vae_train_step


@right(EXERCISE)
def floats_for_tensors():
    def logs(reconstruction, kl):
        return {name: float(value) for name, value in logs_of(reconstruction, kl).items()}

    return step_on(logs=logs)


@right(EXERCISE)
def numpy_scalars_for_tensors():
    def logs(reconstruction, kl):
        return {name: value.numpy() for name, value in logs_of(reconstruction, kl).items()}

    return step_on(logs=logs)


@right(EXERCISE)
def ordered_dict():
    return step_on(logs=lambda r, kl: collections.OrderedDict(kl=kl, loss=r + kl, reconstruction=r))


@right(EXERCISE)
def loss_of_each_image():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        x = tf.reshape(images, (tf.shape(images)[0], -1))
        p = tf.clip_by_value(tf.reshape(decoder(z, training=True), tf.shape(x)), 1e-7, 1 - 1e-7)
        bce = -tf.reduce_sum(x * tf.math.log(p) + (1 - x) * tf.math.log(1 - p), axis=1)
        kl = tf.reduce_sum(tf.exp(log_var) + mean**2 - 1 - log_var, axis=1) / 2
        return tf.reduce_mean(bce), tf.reduce_mean(kl)

    return step_on(losses)


@right(EXERCISE)
def outputs_by_index():
    def losses(encoder, decoder, images):
        outputs = encoder(images, training=True)
        reconstruction = reconstruction_loss(images, decoder(outputs[-1], training=True))
        return reconstruction, kl_loss(outputs[0], outputs[1])

    return step_on(losses)


@right(EXERCISE)
def model_with_a_train_step():
    class VAE(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder

        def train_step(self, images, optimizer):
            return step_on(variables=lambda e, d: self.trainable_variables)(
                self.encoder, self.decoder, optimizer, images
            )

    def vae_train_step(encoder, decoder, optimizer, images):
        return VAE(encoder, decoder).train_step(images, optimizer)

    return vae_train_step


@right(EXERCISE)
def partial_function():
    def weighted(beta, encoder, decoder, optimizer, images):
        step = step_on(objective=lambda reconstruction, kl: reconstruction + beta * kl)
        return step(encoder, decoder, optimizer, images)

    return functools.partial(weighted, 1.0)


@right(EXERCISE)
def object_with_call():
    class Step:
        def __init__(self):
            self.calls = 0

        def __call__(self, encoder, decoder, optimizer, images):
            self.calls += 1
            return reference(encoder, decoder, optimizer, images)

    return Step()


def with_earlier_answers(terms):
    """Return a step on `vae_loss`; `terms(loss, images, restored, mean, log_var)` gives the two."""

    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            restored = decoder(z, training=True)
            loss = vae_loss(images, restored, mean, log_var)
        variables = encoder.trainable_variables + decoder.trainable_variables
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        reconstruction, kl = terms(loss, images, restored, mean, log_var)
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return vae_train_step


@right(EXERCISE)
def earlier_loss_and_divergence():
    def terms(loss, images, restored, mean, log_var):
        kl = tf.reduce_mean(kl_divergence(mean, log_var))
        return loss - kl, kl

    return with_earlier_answers(terms)


@right(EXERCISE)
def earlier_loss_and_divergence_in_a_tf_function():
    @tf.function
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            loss = vae_loss(images, decoder(z, training=True), mean, log_var)
        variables = encoder.trainable_variables + decoder.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        kl = tf.reduce_mean(kl_divergence(mean, log_var))
        return {"loss": loss, "reconstruction": loss - kl, "kl": kl}

    return vae_train_step


@right(EXERCISE)
def earlier_divergence_alone():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        bce = reconstruction_loss(images, decoder(z, training=True))
        return bce, tf.reduce_mean(kl_divergence(mean, log_var))

    return step_on(losses)


@right(EXERCISE)
def earlier_loss_at_the_prior():
    def terms(loss, images, restored, mean, log_var):
        reconstruction = vae_loss(images, restored, tf.zeros_like(mean), tf.zeros_like(mean))
        return reconstruction, loss - reconstruction

    return with_earlier_answers(terms)


@right(EXERCISE)
def earlier_loss_and_a_divergence_written_out():
    def terms(loss, images, restored, mean, log_var):
        kl = kl_loss(mean, log_var)
        return loss - kl, kl

    return with_earlier_answers(terms)


@right(EXERCISE)
def earlier_loss_and_a_cross_entropy_written_out():
    def terms(loss, images, restored, mean, log_var):
        reconstruction = reconstruction_loss(images, restored)
        return reconstruction, loss - reconstruction

    return with_earlier_answers(terms)


@right(EXERCISE)
def earlier_loss_and_both_terms_written_out():
    def terms(loss, images, restored, mean, log_var):
        return reconstruction_loss(images, restored), kl_loss(mean, log_var)

    return with_earlier_answers(terms)


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def compiled_by_xla():
    return tf.function(reference, jit_compile=True)


@right(EXERCISE)
def weights_of_both_chained():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = [*encoder.trainable_weights, *decoder.trainable_weights]
        with tf.GradientTape() as tape:
            *statistics, z = encoder(images, training=True)
            reconstruction = reconstruction_loss(images, decoder(z, training=True))
            kl = kl_loss(*statistics)
            total = reconstruction + kl
        optimizer.apply(tape.gradient(total, variables), variables)
        return dict(loss=total, reconstruction=reconstruction, kl=kl)

    return vae_train_step


@right(EXERCISE)
def losses_through_metrics():
    def vae_train_step(encoder, decoder, optimizer, images):
        names = ("loss", "reconstruction", "kl")
        trackers = {name: keras.metrics.Mean(name=name) for name in names}
        logs = reference(encoder, decoder, optimizer, images)
        for name, tracker in trackers.items():
            tracker.update_state(logs[name])
        return {name: tracker.result() for name, tracker in trackers.items()}

    return vae_train_step


@right(EXERCISE)
def model_of_both_networks():
    class VAE(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder

        def call(self, images, training=None):
            mean, log_var, z = self.encoder(images, training=training)
            return self.decoder(z, training=training), mean, log_var

    def vae_train_step(encoder, decoder, optimizer, images):
        vae = VAE(encoder, decoder)
        with tf.GradientTape() as tape:
            restored, mean, log_var = vae(images, training=True)
            reconstruction, kl = reconstruction_loss(images, restored), kl_loss(mean, log_var)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, vae.trainable_variables)
        optimizer.apply_gradients(zip(gradients, vae.trainable_variables, strict=True))
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return vae_train_step


@right(EXERCISE)
def losses_added_to_a_model():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape(persistent=True) as tape:
            mean, log_var, z = encoder(images, training=True)
            pixels = decoder(z, training=True)
            loss_of = keras.losses.BinaryCrossentropy(reduction=None)
            reconstruction = tf.reduce_mean(tf.reduce_sum(loss_of(images, pixels), 1)) * 28.0
            kl = kl_loss(mean, log_var)
            loss = tf.add_n([reconstruction, kl])
        pairs = []
        for network in (encoder, decoder):
            gradients = tape.gradient(loss, network.trainable_variables)
            pairs += zip(gradients, network.trainable_variables, strict=True)
        del tape
        optimizer.apply_gradients(pairs)
        return {"kl": kl, "reconstruction": reconstruction, "loss": loss}

    return vae_train_step


@disputed(EXERCISE, "two applies, each of one network: the same movement, two iterations counted")
def applied_in_two_halves():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape(persistent=True) as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        for network in (encoder, decoder):
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply(gradients, network.trainable_variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@disputed(EXERCISE, "gradients are clipped to a global norm of 5 first")
def clips_the_gradients():
    def update(optimizer, gradients, variables):
        optimizer.apply(tf.clip_by_global_norm(gradients, 5.0)[0], variables)

    return step_on(update=update)


@disputed(EXERCISE, "a fourth entry in the dict")
def one_more_entry():
    return step_on(logs=lambda r, kl: {**logs_of(r, kl), "elbo": -(r + kl)})


@disputed(EXERCISE, "the encoder is called twice: once for mean and log_var, once for z")
def encoder_called_twice():
    def losses(encoder, decoder, images):
        mean, log_var, _ = encoder(images, training=True)
        _, _, z = encoder(images, training=True)
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "decodes_mean")
def decodes_the_mean():
    def losses(encoder, decoder, images):
        mean, log_var, _ = encoder(images, training=True)
        return reconstruction_loss(images, decoder(mean, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "decodes_mean")
def decodes_the_first_output():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            codings = encoder(images, training=True)
            reconstruction = reconstruction_loss(images, decoder(codings[0], training=True))
            kl = kl_loss(*codings[:2])
            loss = reconstruction + kl
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": float(loss), "reconstruction": float(reconstruction), "kl": float(kl)}

    return vae_train_step


@wrong(EXERCISE)
def samples_a_z_of_its_own():
    def losses(encoder, decoder, images):
        mean, log_var, _ = encoder(images, training=True)
        z = mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE)
def decodes_draws_from_the_prior():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        z = tf.random.normal(tf.shape(z))
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "inference_mode")
def training_argument_forgotten():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images)
        return reconstruction_loss(images, decoder(z)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "inference_mode")
def training_false():
    return step_on(functools.partial(losses_of, training=False))


@wrong(EXERCISE, "inference_mode")
def decoder_in_inference_mode():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        return reconstruction_loss(images, decoder(z, training=False)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "inference_mode")
def encoder_in_inference_mode():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=False)
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "updates_decoder_only")
def updates_the_decoder_alone():
    return step_on(variables=lambda encoder, decoder: decoder.trainable_variables)


@wrong(EXERCISE, "updates_decoder_only")
def freezes_the_encoder():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, decoder.trainable_weights)
        optimizer.apply_gradients(zip(gradients, decoder.trainable_weights, strict=True))
        return {"kl": kl, "loss": loss, "reconstruction": reconstruction}

    return vae_train_step


@wrong(EXERCISE, "updates_encoder_only")
def updates_the_encoder_alone():
    return step_on(variables=lambda encoder, decoder: encoder.trainable_variables)


@wrong(EXERCISE, "updates_encoder_only")
def updates_the_encoder_alone_in_a_tf_function():
    @tf.function
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, encoder.trainable_variables)
        optimizer.apply(gradients, encoder.trainable_variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@wrong(EXERCISE, "no_update")
def gradients_not_applied():
    return step_on(update=lambda optimizer, gradients, variables: None)


@wrong(EXERCISE, "no_update")
def losses_alone():
    def vae_train_step(encoder, decoder, optimizer, images):
        return logs_of(*losses_of(encoder, decoder, images))

    return vae_train_step


@wrong(EXERCISE, "two_updates")
def applied_twice():
    def update(optimizer, gradients, variables):
        for _ in range(2):
            optimizer.apply_gradients(zip(gradients, variables, strict=True))

    return step_on(update=update)


@wrong(EXERCISE, "two_updates")
def two_steps_in_one():
    def vae_train_step(encoder, decoder, optimizer, images):
        logs = reference(encoder, decoder, optimizer, images)
        reference(encoder, decoder, optimizer, images)
        return logs

    return vae_train_step


@wrong(EXERCISE)
def image_by_image():
    def vae_train_step(encoder, decoder, optimizer, images):
        for i in range(len(images)):
            logs = reference(encoder, decoder, optimizer, images[i : i + 1])
        return logs

    return vae_train_step


@wrong(EXERCISE, "kl_omitted")
def trains_on_the_reconstruction_alone():
    return step_on(objective=lambda reconstruction, kl: reconstruction)


@wrong(EXERCISE, "kl_omitted")
def kl_reported_but_left_out_of_the_loss():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            loss = reconstruction_loss(images, decoder(z, training=True))
        kl = kl_loss(mean, log_var)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss + kl, "reconstruction": loss, "kl": kl}

    return vae_train_step


@wrong(EXERCISE)
def trains_on_the_kl_alone():
    return step_on(
        objective=lambda reconstruction, kl: kl,
        update=lambda optimizer, gradients, variables: optimizer.apply_gradients(
            [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        ),
    )


@wrong(EXERCISE, "detached")
def z_detached():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        reconstructions = decoder(tf.stop_gradient(z), training=True)
        return reconstruction_loss(images, reconstructions), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE, "detached")
def z_through_numpy():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            reconstructions = decoder(np.asarray(z), training=True)
            reconstruction = reconstruction_loss(images, reconstructions)
            kl = kl_loss(mean, log_var)
            loss = reconstruction + kl
        optimizer.apply(tape.gradient(loss, variables), variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@wrong(EXERCISE, "loss_after_update")
def loss_after_the_update():
    def vae_train_step(encoder, decoder, optimizer, images):
        reference(encoder, decoder, optimizer, images)
        return logs_of(*losses_of(encoder, decoder, images))

    return vae_train_step


@wrong(EXERCISE, "loss_after_update")
def loss_after_the_update_at_inference():
    def vae_train_step(encoder, decoder, optimizer, images):
        reference(encoder, decoder, optimizer, images)
        mean, log_var, z = encoder(images, training=False)
        bce = reconstruction_loss(images, decoder(z, training=False))
        kl = kl_loss(mean, log_var)
        return {"loss": float(bce + kl), "reconstruction": float(bce), "kl": float(kl)}

    return vae_train_step


@wrong(EXERCISE, "missing_keys")
def loss_alone_in_the_dict():
    return step_on(logs=lambda reconstruction, kl: {"loss": reconstruction + kl})


@wrong(EXERCISE, "missing_keys")
def keys_of_the_keras_example():
    return step_on(
        logs=lambda reconstruction, kl: {
            "loss": reconstruction + kl,
            "reconstruction_loss": reconstruction,
            "kl_loss": kl,
        }
    )


@wrong(EXERCISE)
def loss_for_a_dict():
    return step_on(logs=lambda reconstruction, kl: reconstruction + kl)


@wrong(EXERCISE)
def tuple_for_a_dict():
    return step_on(logs=lambda reconstruction, kl: (reconstruction + kl, reconstruction, kl))


@wrong(EXERCISE)
def forgets_to_return():
    return step_on(logs=lambda reconstruction, kl: None)


@wrong(EXERCISE, "loss_is_not_sum")
def loss_is_the_reconstruction():
    return step_on(
        logs=lambda reconstruction, kl: {
            "loss": reconstruction,
            "reconstruction": reconstruction,
            "kl": kl,
        }
    )


@wrong(EXERCISE, "loss_is_not_sum")
def loss_is_the_difference():
    return step_on(
        logs=lambda reconstruction, kl: logs_of(reconstruction, kl) | {"loss": reconstruction - kl}
    )


@wrong(EXERCISE, "loss_is_not_sum")
def loss_is_the_mean_of_the_two():
    def logs(reconstruction, kl):
        return logs_of(reconstruction, kl) | {"loss": float(reconstruction + kl) / 2}

    return step_on(logs=logs)


@wrong(EXERCISE)
def entries_swapped():
    return step_on(
        logs=lambda reconstruction, kl: (
            logs_of(reconstruction, kl) | {"reconstruction": kl, "kl": reconstruction}
        )
    )


@wrong(EXERCISE)
def losses_of_each_image():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            bce = keras.ops.binary_crossentropy(images, decoder(z, training=True))
            reconstruction = tf.reduce_sum(bce, axis=(1, 2))
            kl = -0.5 * tf.reduce_sum(1 + log_var - mean**2 - tf.exp(log_var), axis=-1)
            loss = tf.reduce_mean(reconstruction + kl)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}

    return vae_train_step


@wrong(EXERCISE, "numpy_inside")
def loss_in_numpy():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            mean, log_var, z = (np.asarray(x) for x in encoder(images, training=True))
            p = np.clip(np.asarray(decoder(z, training=True)), 1e-7, 1 - 1e-7)
            x = np.asarray(images)
            bce = -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=(1, 2)).mean()
            kl = -0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=-1).mean()
            loss = tf.constant(bce + kl)
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return {"loss": bce + kl, "reconstruction": bce, "kl": kl}

    return vae_train_step


@wrong(EXERCISE, "numpy_inside")
def loss_made_a_float_too_early():
    def vae_train_step(encoder, decoder, optimizer, images):
        variables = both(encoder, decoder)
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = tf.convert_to_tensor(reconstruction.numpy() + kl.numpy())
        optimizer.apply(tape.gradient(loss, variables), variables)
        return logs_of(reconstruction, kl)

    return vae_train_step


@wrong(EXERCISE, "numpy_inside")
def loss_outside_the_tape():
    def vae_train_step(encoder, decoder, optimizer, images):
        reconstruction, kl = losses_of(encoder, decoder, images)
        with tf.GradientTape() as tape:
            loss = reconstruction + kl
        variables = both(encoder, decoder)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return logs_of(reconstruction, kl)

    return vae_train_step


@wrong(EXERCISE, "wrong_sign_of_update")
def climbs_for_descends():
    return step_on(objective=lambda reconstruction, kl: -(reconstruction + kl))


@wrong(EXERCISE)
def kl_pushed_up():
    return step_on(objective=lambda reconstruction, kl: reconstruction - kl)


@wrong(EXERCISE)
def kl_over_784():
    return step_on(objective=lambda reconstruction, kl: reconstruction + kl / 784)


@wrong(EXERCISE, "mean_bce_with_full_kl")
def mean_bce_with_full_kl():
    def losses(encoder, decoder, images):
        reconstruction, kl = losses_of(encoder, decoder, images)
        return reconstruction / 784, kl

    return step_on(losses)


@wrong(EXERCISE, "per_pixel")
def per_pixel():
    def losses(encoder, decoder, images):
        reconstruction, kl = losses_of(encoder, decoder, images)
        return reconstruction / 784, kl / 784

    return step_on(losses)


@wrong(EXERCISE, "summed_over_batch")
def summed_over_the_batch():
    def losses(encoder, decoder, images):
        reconstruction, kl = losses_of(encoder, decoder, images)
        count = tf.cast(tf.shape(images)[0], tf.float32)
        return reconstruction * count, kl * count

    return step_on(losses)


@wrong(EXERCISE)
def squared_error_for_the_cross_entropy():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        errors = tf.square(images - decoder(z, training=True))
        return tf.reduce_mean(tf.reduce_sum(errors, axis=(1, 2))), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE)
def optimizer_of_its_own():
    def vae_train_step(encoder, decoder, optimizer, images):
        return reference(encoder, decoder, keras.optimizers.Nadam(), images)

    return vae_train_step


@wrong(EXERCISE)
def plain_descent_by_hand():
    def update(optimizer, gradients, variables):
        for gradient, variable in zip(gradients, variables, strict=True):
            variable.assign_sub(0.003 * gradient)

    return step_on(update=update)


@wrong(EXERCISE)
def variables_in_another_order_than_gradients():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            reconstruction, kl = losses_of(encoder, decoder, images)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, both(encoder, decoder))
        optimizer.apply_gradients(zip(gradients, both(decoder, encoder), strict=True))
        return logs_of(reconstruction, kl)

    return vae_train_step


@wrong(EXERCISE)
def biases_left_out():
    return step_on(
        variables=lambda encoder, decoder: [v for v in both(encoder, decoder) if len(v.shape) > 1]
    )


@wrong(EXERCISE)
def encoder_outputs_in_another_order():
    def losses(encoder, decoder, images):
        z, mean, log_var = encoder(images, training=True)
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE)
def compares_the_reconstruction_with_itself():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(images, training=True)
        reconstructions = decoder(z, training=True)
        return reconstruction_loss(reconstructions, reconstructions), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE)
def fits_the_networks():
    def vae_train_step(encoder, decoder, optimizer, images):
        vae = keras.Sequential([encoder, decoder])
        vae.compile(optimizer=optimizer, loss="binary_crossentropy")
        return vae.fit(images, images, verbose=0).history

    return vae_train_step


@wrong(EXERCISE)
def minimize_of_old_keras():
    def vae_train_step(encoder, decoder, optimizer, images):
        def loss():
            return sum(losses_of(encoder, decoder, images))

        optimizer.minimize(loss, both(encoder, decoder))
        return logs_of(*losses_of(encoder, decoder, images))

    return vae_train_step


@wrong(EXERCISE)
def invents_the_losses():
    return lambda encoder, decoder, optimizer, images: {
        "loss": 250.0,
        "reconstruction": 235.0,
        "kl": 15.0,
    }


@wrong(EXERCISE)
def not_numbers():
    return step_on(objective=lambda reconstruction, kl: (reconstruction + kl) * float("nan"))


@wrong(EXERCISE)
def wipes_the_weights():
    def vae_train_step(encoder, decoder, optimizer, images):
        logs = reference(encoder, decoder, optimizer, images)
        for variable in both(encoder, decoder):
            variable.assign(tf.zeros_like(variable))
        return logs

    return vae_train_step


@wrong(EXERCISE)
def one_batch_size_only():
    def losses(encoder, decoder, images):
        mean, log_var, z = encoder(tf.reshape(images, (128, 28, 28)), training=True)
        return reconstruction_loss(images, decoder(z, training=True)), kl_loss(mean, log_var)

    return step_on(losses)


@wrong(EXERCISE)
def three_arguments():
    return lambda encoder, decoder, images: reference(
        encoder, decoder, keras.optimizers.Nadam(), images
    )


@wrong(EXERCISE, says=("NameError", "reconstructoin"))
def misspells_a_name_in_the_tape():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape():
            _, kl = losses_of(encoder, decoder, images)
            return logs_of(reconstructoin, kl)  # noqa: F821

    return vae_train_step


@wrong(EXERCISE, "mean_bce_with_full_kl")
def cross_entropy_object_averages_the_pixels():
    def vae_train_step(encoder, decoder, optimizer, images):
        with tf.GradientTape() as tape:
            mean, log_var, z = encoder(images, training=True)
            reconstruction = keras.losses.BinaryCrossentropy()(images, decoder(z, training=True))
            kl = kl_loss(mean, log_var)
            loss = reconstruction + kl
        variables = both(encoder, decoder)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return vae_train_step
