"""Answers to `build_dae(encoder, decoder)`.

The joined model on those very objects, compiled: binary cross-entropy averaged over pixels, MSE
among the metrics.
"""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf

from .answers import disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "build_dae"
enter_novices(EXERCISE, arity=2)


def compiled(model, **options):
    settings = {"loss": "binary_crossentropy", "optimizer": "nadam", "metrics": ["mse"]}
    model.compile(**(settings | options))
    return model


def joined(encoder, decoder):
    return keras.Sequential([encoder, decoder])


def reference(encoder, decoder):
    return compiled(joined(encoder, decoder))


@right(EXERCISE)
def sequential():
    def build_dae(encoder, decoder):
        dae = keras.Sequential([encoder, decoder])
        dae.compile(loss="binary_crossentropy", optimizer="nadam", metrics=["mse"])
        return dae

    return build_dae


@right(EXERCISE)
def sequential_by_adding():
    def build_dae(encoder, decoder):
        dae = keras.models.Sequential(name="dae")
        dae.add(encoder)
        dae.add(decoder)
        dae.compile(optimizer="adam", loss="bce", metrics=["mean_squared_error"])
        return dae

    return build_dae


@right(EXERCISE)
def sequential_with_input():
    def build_dae(encoder, decoder):
        return compiled(keras.Sequential([keras.Input((28, 28)), encoder, decoder]))

    return build_dae


@right(EXERCISE)
def functional():
    def build_dae(encoder, decoder):
        images = keras.Input(shape=(28, 28))
        dae = keras.Model(images, decoder(encoder(images)))
        dae.compile(
            loss=keras.losses.BinaryCrossentropy(),
            optimizer=keras.optimizers.Nadam(),
            metrics=[keras.metrics.MeanSquaredError()],
        )
        return dae

    return build_dae


@right(EXERCISE)
def functional_on_the_encoder_input():
    def build_dae(encoder, decoder):
        return compiled(keras.Model(encoder.input, decoder(encoder.output)))

    return build_dae


@right(EXERCISE)
def functional_on_the_encoder_inputs():
    def build_dae(encoder, decoder):
        dae = tf.keras.Model(inputs=encoder.inputs, outputs=decoder(encoder.outputs[0]))
        return compiled(dae, optimizer=tf.keras.optimizers.Adam(0.001))

    return build_dae


@right(EXERCISE)
def functional_on_the_input_shape():
    def build_dae(encoder, decoder):
        images = keras.Input(encoder.input_shape[1:])
        return compiled(keras.Model(images, decoder(encoder(images))))

    return build_dae


class Autoencoder(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def call(self, images, training=False):
        codings = self.encoder(images, training=training)
        return self.decoder(codings, training=training)


@right(EXERCISE)
def subclassed_model():
    return lambda encoder, decoder: compiled(Autoencoder(encoder, decoder))


@right(EXERCISE)
def subclassed_model_without_training_argument():
    class DAE(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder

        def call(self, images):
            return self.decoder(self.encoder(images))

    return lambda encoder, decoder: compiled(DAE(encoder, decoder))


@right(EXERCISE)
def the_class_is_the_builder():
    class DAE(Autoencoder):
        def __init__(self, encoder, decoder):
            super().__init__(encoder, decoder)
            self.compile(loss="binary_crossentropy", optimizer="adam", metrics=["mse"])

    return DAE


@right(EXERCISE)
def own_train_step():
    class DAE(Autoencoder):
        def train_step(self, data):
            images, targets = data
            with tf.GradientTape() as tape:
                restored = self(images, training=True)
                loss = self.compute_loss(x=images, y=targets, y_pred=restored)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(targets, restored)
            return {metric.name: metric.result() for metric in self.metrics}

    return lambda encoder, decoder: compiled(DAE(encoder, decoder))


@right(EXERCISE)
def loss_as_a_function():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), loss=keras.losses.binary_crossentropy)

    return build_dae


@right(EXERCISE)
def loss_as_an_object():
    def build_dae(encoder, decoder):
        loss = keras.losses.BinaryCrossentropy(from_logits=False, name="bce")
        return compiled(joined(encoder, decoder), loss=loss)

    return build_dae


@right(EXERCISE)
def loss_by_its_formula():
    def cross_entropy(targets, restored):
        p = keras.ops.clip(restored, 1e-7, 1 - 1e-7)
        terms = targets * keras.ops.log(p) + (1 - targets) * keras.ops.log(1 - p)
        return -keras.ops.mean(terms)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@right(EXERCISE)
def loss_per_image():
    def cross_entropy(targets, restored):
        return tf.reduce_mean(tf.keras.losses.binary_crossentropy(targets, restored), axis=-1)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@right(EXERCISE)
def loss_as_an_own_class():
    class CrossEntropy(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.losses.binary_crossentropy(y_true, y_pred)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=CrossEntropy())


@right(EXERCISE)
def loss_in_a_list():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), loss=["binary_crossentropy"])

    return build_dae


@right(EXERCISE)
def metric_as_an_object_with_its_own_name():
    def build_dae(encoder, decoder):
        metrics = [keras.metrics.MeanSquaredError(name="pixel_error")]
        return compiled(joined(encoder, decoder), metrics=metrics)

    return build_dae


@right(EXERCISE)
def metric_as_a_loss_function():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), metrics=[keras.losses.mean_squared_error])

    return build_dae


@right(EXERCISE)
def metric_by_its_formula():
    def squared(targets, restored):
        return keras.ops.mean(keras.ops.square(targets - restored), axis=-1)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), metrics=[squared])


@right(EXERCISE)
def metric_in_capitals():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), metrics=["MSE"])


@right(EXERCISE)
def more_metrics():
    def build_dae(encoder, decoder):
        metrics = ["mae", "mse", keras.metrics.RootMeanSquaredError()]
        return compiled(joined(encoder, decoder), metrics=metrics)

    return build_dae


@right(EXERCISE)
def accuracy_besides_mse():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), metrics=["accuracy", "mse"])

    return build_dae


@right(EXERCISE)
def stochastic_gradient_descent():
    def build_dae(encoder, decoder):
        optimizer = keras.optimizers.SGD(learning_rate=0.5, momentum=0.9)
        return compiled(joined(encoder, decoder), optimizer=optimizer)

    return build_dae


@right(EXERCISE)
def learning_rate_schedule():
    def build_dae(encoder, decoder):
        schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 1000, 0.9)
        optimizer = keras.optimizers.AdamW(learning_rate=schedule, clipnorm=1.0)
        return compiled(joined(encoder, decoder), optimizer=optimizer)

    return build_dae


@right(EXERCISE)
def optimizer_left_to_keras():
    def build_dae(encoder, decoder):
        dae = joined(encoder, decoder)
        dae.compile(loss="binary_crossentropy", metrics=["mse"])
        return dae

    return build_dae


@right(EXERCISE)
def runs_eagerly():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), run_eagerly=True)

    return build_dae


@right(EXERCISE)
def compiled_twice():
    def build_dae(encoder, decoder):
        return compiled(compiled(joined(encoder, decoder), loss="mse", metrics=["accuracy"]))

    return build_dae


@right(EXERCISE)
def built_and_summarised():
    def build_dae(encoder, decoder):
        dae = joined(encoder, decoder)
        dae.build((None, 28, 28))
        dae.summary()
        return compiled(dae)

    return build_dae


@right(EXERCISE)
def thaws_first():
    def build_dae(encoder, decoder):
        encoder.trainable = decoder.trainable = True
        return reference(encoder, decoder)

    return build_dae


@right(EXERCISE)
def partial_builder():
    def build(metrics, encoder, decoder):
        return compiled(joined(encoder, decoder), metrics=metrics)

    return functools.partial(build, ["mse"])


@right(EXERCISE)
def object_with_call():
    class Builder:
        def __call__(self, encoder, decoder):
            return reference(encoder, decoder)

    return Builder()


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def in_a_class_of_lists():
    class Autoencoder(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__(name="dae")
            self.parts = [encoder, decoder]

        def call(self, x, training=None):
            for part in self.parts:
                x = part(x, training=training)
            return x

    return lambda encoder, decoder: compiled(Autoencoder(encoder, decoder))


@right(EXERCISE)
def mean_squared_error_by_its_long_name():
    def build_dae(encoder, decoder):
        dae = keras.models.Sequential([encoder, decoder], name="denoising_autoencoder")
        dae.compile(
            loss=keras.losses.BinaryCrossentropy(from_logits=False, label_smoothing=0.0),
            optimizer=keras.optimizers.Nadam(learning_rate=1e-3),
            metrics=["mean_squared_error"],
        )
        return dae

    return build_dae


@right(EXERCISE)
def metrics_in_a_list_of_lists():
    return lambda e, d: compiled(joined(e, d), metrics=[["mse"]])


@right(EXERCISE)
def metric_object_of_mse():
    return lambda e, d: compiled(
        joined(e, d), metrics=[keras.metrics.MeanSquaredError(name="mse"), "mae"]
    )


@right(EXERCISE)
def compiled_by_xla():
    return lambda e, d: compiled(joined(e, d), jit_compile=True)


@right(EXERCISE)
def optimizer_by_a_config():
    config = {"class_name": "adamw", "config": {"learning_rate": 0.001}}
    return lambda e, d: compiled(joined(e, d), optimizer=config)


@right(EXERCISE)
def rmsprop_with_momentum():
    return lambda e, d: compiled(
        joined(e, d), optimizer=keras.optimizers.RMSprop(1e-3, momentum=0.5), steps_per_execution=2
    )


@right(EXERCISE)
def loss_of_tensorflow():
    def cross_entropy(truth, restored):
        restored = tf.clip_by_value(restored, 1e-7, 1 - 1e-7)
        terms = truth * tf.math.log(restored) + (1 - truth) * tf.math.log(1 - restored)
        return -tf.reduce_mean(terms, axis=[1, 2])

    return lambda e, d: compiled(joined(e, d), loss=cross_entropy)


@disputed(EXERCISE, "the layers of both in one flat model: the same weights, not the same models")
def layers_in_one_list():
    return lambda encoder, decoder: compiled(keras.Sequential(encoder.layers + decoder.layers))


@disputed(EXERCISE, "MSE among the weighted metrics")
def weighted_metric():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), metrics=None, weighted_metrics=["mse"])

    return build_dae


@disputed(EXERCISE, "the loss joined by add_loss inside the model")
def loss_added_in_call():
    class DAE(Autoencoder):
        def call(self, images, training=False):
            restored = super().call(images, training=training)
            error = keras.losses.binary_crossentropy(images, restored)
            self.add_loss(keras.ops.mean(error))
            return restored

    return lambda encoder, decoder: compiled(DAE(encoder, decoder), loss=None)


@wrong(EXERCISE, "not_compiled")
def not_compiled():
    return lambda encoder, decoder: keras.Sequential([encoder, decoder])


@wrong(EXERCISE, "not_compiled")
def not_compiled_functional():
    def build_dae(encoder, decoder):
        return keras.Model(encoder.input, decoder(encoder.output))

    return build_dae


@wrong(EXERCISE, "not_compiled")
def not_compiled_subclassed():
    return lambda encoder, decoder: Autoencoder(encoder, decoder)


@wrong(EXERCISE, "copied_layers")
def clones_with_their_weights():
    def build_dae(encoder, decoder):
        copies = []
        for model in (encoder, decoder):
            copy = keras.models.clone_model(model)
            copy.set_weights(model.get_weights())
            copies.append(copy)
        return reference(*copies)

    return build_dae


@wrong(EXERCISE, "copied_layers")
def clones_the_joined_model():
    def build_dae(encoder, decoder):
        model = keras.Model(encoder.input, decoder(encoder.output))
        return compiled(keras.models.clone_model(model))

    return build_dae


@wrong(EXERCISE, "copied_layers")
def fresh_networks_of_the_lesson():
    def build_dae(encoder, decoder):
        return compiled(
            keras.Sequential(
                [
                    keras.Input((28, 28)),
                    keras.layers.Flatten(),
                    keras.layers.GaussianNoise(0.2),
                    keras.layers.Dense(100, activation="selu"),
                    keras.layers.Dense(30, activation="selu"),
                    keras.layers.Dense(100, activation="selu"),
                    keras.layers.Dense(784, activation="sigmoid"),
                    keras.layers.Reshape((28, 28)),
                ]
            )
        )

    return build_dae


@wrong(EXERCISE, "mse_loss")
def mse_as_loss():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss="mse")


@wrong(EXERCISE, "mse_loss")
def mse_object_as_loss():
    def build_dae(encoder, decoder):
        images = keras.Input((28, 28))
        dae = keras.Model(images, decoder(encoder(images)))
        return compiled(dae, loss=keras.losses.MeanSquaredError(), metrics=["mse", "bce"])

    return build_dae


@wrong(EXERCISE, "loss_summed")
def loss_summed_by_its_reduction():
    def build_dae(encoder, decoder):
        loss = keras.losses.BinaryCrossentropy(reduction="sum")
        return compiled(joined(encoder, decoder), loss=loss)

    return build_dae


@wrong(EXERCISE, "loss_summed")
def loss_summed_over_pixels():
    def cross_entropy(targets, restored):
        p = keras.ops.clip(restored, 1e-7, 1 - 1e-7)
        terms = targets * keras.ops.log(p) + (1 - targets) * keras.ops.log(1 - p)
        return -keras.ops.sum(terms, axis=(1, 2))

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@wrong(EXERCISE, "loss_summed")
def loss_summed_over_rows_alone():
    def cross_entropy(targets, restored):
        return keras.ops.sum(keras.losses.binary_crossentropy(targets, restored), axis=-1)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@wrong(EXERCISE, "from_logits")
def loss_from_logits():
    def build_dae(encoder, decoder):
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        return compiled(joined(encoder, decoder), loss=loss)

    return build_dae


@wrong(EXERCISE, "from_logits")
def loss_from_logits_by_tensorflow():
    def cross_entropy(targets, restored):
        terms = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=restored)
        return tf.reduce_mean(terms)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@wrong(EXERCISE, "accuracy_metric")
def accuracy():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), metrics=["accuracy"])


@wrong(EXERCISE, "accuracy_metric")
def binary_accuracy_object():
    def build_dae(encoder, decoder):
        dae = keras.Model(encoder.input, decoder(encoder.output))
        return compiled(dae, metrics=[keras.metrics.BinaryAccuracy()])

    return build_dae


@wrong(EXERCISE, "no_mse_metric")
def no_metric():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), metrics=None)


@wrong(EXERCISE, "no_mse_metric")
def absolute_error_metric():
    return lambda encoder, decoder: compiled(Autoencoder(encoder, decoder), metrics=["mae"])


@wrong(EXERCISE, "no_mse_metric")
def root_mean_square_metric():
    def build_dae(encoder, decoder):
        metrics = [keras.metrics.RootMeanSquaredError(name="mse")]
        return compiled(joined(encoder, decoder), metrics=metrics)

    return build_dae


@wrong(EXERCISE, "frozen_encoder")
def encoder_frozen():
    def build_dae(encoder, decoder):
        encoder.trainable = False
        return reference(encoder, decoder)

    return build_dae


@wrong(EXERCISE, "frozen_encoder")
def encoder_layers_frozen():
    def build_dae(encoder, decoder):
        for layer in encoder.layers:
            layer.trainable = False
        return compiled(keras.Model(encoder.input, decoder(encoder.output)))

    return build_dae


@wrong(EXERCISE, "frozen_encoder")
def encoder_cut_off_from_the_gradient():
    class DAE(Autoencoder):
        def call(self, images, training=False):
            codings = tf.stop_gradient(self.encoder(images, training=training))
            return self.decoder(codings)

    return lambda encoder, decoder: compiled(DAE(encoder, decoder))


@wrong(EXERCISE, "frozen_decoder")
def decoder_frozen():
    def build_dae(encoder, decoder):
        dae = joined(encoder, decoder)
        dae.layers[-1].trainable = False
        return compiled(dae)

    return build_dae


@wrong(EXERCISE, "frozen_decoder")
def decoder_layers_frozen():
    def build_dae(encoder, decoder):
        for layer in decoder.layers:
            layer.trainable = False
        return compiled(Autoencoder(encoder, decoder))

    return build_dae


@wrong(EXERCISE)
def both_frozen():
    def build_dae(encoder, decoder):
        dae = joined(encoder, decoder)
        dae.trainable = False
        return compiled(dae)

    return build_dae


@wrong(EXERCISE, "optimizer_never_moves")
def learning_rate_zero():
    def build_dae(encoder, decoder):
        optimizer = keras.optimizers.Nadam(learning_rate=0.0)
        return compiled(joined(encoder, decoder), optimizer=optimizer)

    return build_dae


@wrong(EXERCISE, "optimizer_never_moves")
def learning_rate_zero_of_plain_descent():
    def build_dae(encoder, decoder):
        dae = keras.Model(encoder.input, decoder(encoder.output))
        return compiled(dae, optimizer=keras.optimizers.SGD(0.0))

    return build_dae


@wrong(EXERCISE)
def categorical_cross_entropy():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), loss="categorical_crossentropy")

    return build_dae


@wrong(EXERCISE)
def smoothed_labels():
    def build_dae(encoder, decoder):
        loss = keras.losses.BinaryCrossentropy(label_smoothing=0.2)
        return compiled(joined(encoder, decoder), loss=loss)

    return build_dae


@wrong(EXERCISE, "mean_absolute_error_loss")
def absolute_error_as_loss():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss="mae")


@wrong(EXERCISE)
def arguments_of_the_loss_swapped():
    def cross_entropy(restored, targets):
        return keras.losses.binary_crossentropy(targets, restored)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@wrong(EXERCISE)
def loss_of_another_sign():
    def cross_entropy(targets, restored):
        return -keras.losses.binary_crossentropy(targets, restored)

    return lambda encoder, decoder: compiled(joined(encoder, decoder), loss=cross_entropy)


@wrong(EXERCISE, says=("binary_cross_entropy",))
def unknown_loss():
    def build_dae(encoder, decoder):
        return compiled(joined(encoder, decoder), loss="binary_cross_entropy")

    return build_dae


@wrong(EXERCISE, says=("adamm",))
def unknown_optimizer():
    return lambda encoder, decoder: compiled(joined(encoder, decoder), optimizer="adamm")


@wrong(EXERCISE)
def encoder_alone():
    return lambda encoder, decoder: compiled(encoder)


@wrong(EXERCISE)
def decoder_alone():
    return lambda encoder, decoder: compiled(decoder)


@wrong(EXERCISE)
def decoder_before_encoder():
    return lambda encoder, decoder: compiled(keras.Sequential([decoder, encoder]))


@wrong(EXERCISE)
def result_of_compile():
    def build_dae(encoder, decoder):
        return joined(encoder, decoder).compile(
            loss="binary_crossentropy", optimizer="nadam", metrics=["mse"]
        )

    return build_dae


@wrong(EXERCISE)
def composed_function():
    return lambda encoder, decoder: lambda images: decoder(encoder(images))


@wrong(EXERCISE)
def pair_of_models():
    def build_dae(encoder, decoder):
        return compiled(encoder), compiled(decoder)

    return build_dae


@wrong(EXERCISE)
def output_turned_over():
    def build_dae(encoder, decoder):
        images = keras.Input((28, 28))
        return compiled(keras.Model(images, 1 - decoder(encoder(images))))

    return build_dae


@wrong(EXERCISE)
def one_more_dense_between():
    def build_dae(encoder, decoder):
        units = encoder.output_shape[-1]
        middle = keras.layers.Dense(units, activation="selu")
        return compiled(keras.Sequential([encoder, middle, decoder]))

    return build_dae


@disputed(EXERCISE, "joins the very objects, but wipes their weights first")
def weights_wiped():
    def build_dae(encoder, decoder):
        for model in (encoder, decoder):
            model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        return reference(encoder, decoder)

    return build_dae


@wrong(EXERCISE)
def calls_the_model_on_an_int():
    def build_dae(encoder, decoder):
        return compiled(keras.Model(keras.Input((28, 28)), decoder(encoder(28))))

    return build_dae


@wrong(EXERCISE)
def takes_the_decoder_alone():
    return lambda decoder: compiled(decoder)
