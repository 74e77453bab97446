"""Answers to `train_dae(dae, train_images, validation_images, epochs)`.

It fits clean images to themselves (the encoder adds the noise) for `epochs` epochs, validates,
and returns a History object; by `fit` or by a loop of one's own, at any batch size.
"""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf

from .answers import disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "train_dae"
enter_novices(EXERCISE, arity=4)


def fit(dae, train, validation, epochs, **options):
    settings = {"validation_data": (validation, validation), "verbose": 0}
    return dae.fit(train, train, epochs=epochs, **(settings | options))


def filled_history(rows):
    """Return a History that holds the logs of each epoch."""
    history = keras.callbacks.History()
    history.on_train_begin()
    for epoch, logs in enumerate(rows):
        history.epoch.append(epoch)
        for name, value in logs.items():
            history.history.setdefault(name, []).append(float(value))
    return history


def validation_logs(dae, validation):
    logs = dae.evaluate(validation, validation, verbose=0, return_dict=True)
    return {f"val_{name}": value for name, value in logs.items()}


@right(EXERCISE)
def fit_as_the_book_does():
    def train_dae(dae, train_images, validation_images, epochs):
        history = dae.fit(
            train_images,
            train_images,
            epochs=epochs,
            validation_data=(validation_images, validation_images),
        )
        return history

    return train_dae


@right(EXERCISE)
def fit_silently_in_large_batches():
    return lambda *arguments: fit(*arguments, batch_size=256)


@right(EXERCISE)
def fit_in_small_batches():
    return lambda *arguments: fit(*arguments, batch_size=10)


@right(EXERCISE)
def fit_in_one_batch():
    def train_dae(dae, train, validation, epochs):
        return fit(dae, train, validation, epochs, batch_size=len(train))

    return train_dae


@right(EXERCISE)
def fit_without_shuffling():
    return lambda *arguments: fit(*arguments, shuffle=False, verbose=2)


@right(EXERCISE)
def fit_with_callbacks():
    def train_dae(dae, train, validation, epochs):
        callbacks = [
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.ReduceLROnPlateau(patience=50),
            keras.callbacks.EarlyStopping(patience=100),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)),
        ]
        return fit(dae, train, validation, epochs, callbacks=callbacks, verbose=1)

    return train_dae


@right(EXERCISE)
def fit_with_keywords():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(
            x=train_images,
            y=train_images.copy(),
            batch_size=64,
            validation_data=(validation_images, validation_images.copy()),
            validation_batch_size=50,
            validation_freq=1,
            epochs=epochs,
        )

    return train_dae


@right(EXERCISE)
def the_models_own_history():
    def train_dae(dae, train_images, validation_images, epochs):
        fit(dae, train_images, validation_images, epochs)
        return dae.history

    return train_dae


@right(EXERCISE)
def own_history_callback():
    def train_dae(dae, train_images, validation_images, epochs):
        history = keras.callbacks.History()
        fit(dae, train_images, validation_images, epochs, callbacks=[history])
        return history

    return train_dae


@right(EXERCISE)
def tensors():
    def train_dae(dae, train_images, validation_images, epochs):
        train = tf.convert_to_tensor(train_images)
        return fit(dae, train, tf.convert_to_tensor(validation_images), epochs)

    return train_dae


@right(EXERCISE)
def shuffled_beforehand():
    def train_dae(dae, train_images, validation_images, epochs):
        train = np.random.default_rng(1).permutation(train_images)
        return fit(dae, train, validation_images, epochs)

    return train_dae


@right(EXERCISE)
def datasets_zipped():
    def train_dae(dae, train_images, validation_images, epochs):
        def pairs(images):
            one = tf.data.Dataset.from_tensor_slices(images)
            return tf.data.Dataset.zip((one, one)).batch(32)

        return dae.fit(
            pairs(train_images),
            epochs=epochs,
            validation_data=pairs(validation_images),
            verbose=0,
        )

    return train_dae


@right(EXERCISE)
def datasets_mapped_and_shuffled():
    def train_dae(dae, train_images, validation_images, epochs):
        train = tf.data.Dataset.from_tensor_slices(train_images)
        train = train.cache().shuffle(10_000).batch(48).map(lambda x: (x, x)).prefetch(1)
        validation = tf.data.Dataset.from_tensor_slices((validation_images, validation_images))
        return dae.fit(train, epochs=epochs, validation_data=validation.batch(32), verbose=0)

    return train_dae


@right(EXERCISE)
def dataset_repeated():
    def train_dae(dae, train_images, validation_images, epochs):
        steps = -(-len(train_images) // 32)
        train = tf.data.Dataset.from_tensor_slices((train_images, train_images))
        return dae.fit(
            train.batch(32).repeat(),
            steps_per_epoch=steps,
            epochs=epochs,
            validation_data=(validation_images, validation_images),
            verbose=0,
        )

    return train_dae


@right(EXERCISE)
def python_dataset():
    class Pairs(keras.utils.PyDataset):
        def __init__(self, images):
            super().__init__()
            self.images = images

        def __len__(self):
            return -(-len(self.images) // 40)

        def __getitem__(self, index):
            batch = self.images[index * 40 : (index + 1) * 40]
            return batch, batch

    def train_dae(dae, train_images, validation_images, epochs):
        validation = Pairs(validation_images)
        return dae.fit(Pairs(train_images), epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@right(EXERCISE)
def python_generator():
    def train_dae(dae, train_images, validation_images, epochs):
        def batches():
            while True:
                order = np.random.permutation(len(train_images))
                for start in range(0, len(order), 32):
                    batch = train_images[order[start : start + 32]]
                    yield batch, batch

        return dae.fit(
            batches(),
            steps_per_epoch=-(-len(train_images) // 32),
            epochs=epochs,
            validation_data=(validation_images, validation_images),
            verbose=0,
        )

    return train_dae


@right(EXERCISE)
def train_on_batch_loop():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            losses = []
            for start in range(0, len(train_images), 32):
                batch = train_images[start : start + 32]
                losses.append(dae.train_on_batch(batch, batch, return_dict=True)["loss"])
            rows.append({"loss": np.mean(losses), **validation_logs(dae, validation_images)})
        return filled_history(rows)

    return train_dae


@right(EXERCISE)
def train_on_batch_loop_shuffled():
    def train_dae(dae, train_images, validation_images, epochs):
        history = keras.callbacks.History()
        history.set_model(dae)
        history.on_train_begin()
        for epoch in range(epochs):
            dae.reset_metrics()
            order = np.random.permutation(len(train_images))
            for rows in np.array_split(order, max(1, len(order) // 50)):
                logs = dae.train_on_batch(train_images[rows], train_images[rows], return_dict=True)
            dae.reset_metrics()
            tested = dae.test_on_batch(validation_images, validation_images, return_dict=True)
            logs = {**logs, **{f"val_{name}": value for name, value in tested.items()}}
            history.on_epoch_end(epoch, {name: float(value) for name, value in logs.items()})
        return history

    return train_dae


def tape_loop(loss_of):
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            losses = []
            for start in range(0, len(train_images), 64):
                batch = tf.convert_to_tensor(train_images[start : start + 64], tf.float32)
                with tf.GradientTape() as tape:
                    loss = loss_of(dae, batch, dae(batch, training=True))
                gradients = tape.gradient(loss, dae.trainable_variables)
                dae.optimizer.apply_gradients(zip(gradients, dae.trainable_variables, strict=True))
                losses.append(float(loss))
            rows.append({"loss": np.mean(losses), **validation_logs(dae, validation_images)})
        return filled_history(rows)

    return train_dae


@right(EXERCISE)
def gradient_tape_with_the_models_loss():
    return tape_loop(lambda dae, batch, restored: dae.compute_loss(batch, batch, restored))


@right(EXERCISE)
def gradient_tape_with_binary_crossentropy():
    bce = keras.losses.BinaryCrossentropy()
    return tape_loop(lambda dae, batch, restored: bce(batch, restored))


@right(EXERCISE)
def fit_once_per_epoch_with_initial_epoch():
    def train_dae(dae, train_images, validation_images, epochs):
        history = None
        for epoch in range(epochs):
            new = fit(
                dae, train_images, validation_images, epoch + 1, initial_epoch=epoch, batch_size=64
            )
            if history is None:
                history = new
                continue
            history.epoch.extend(new.epoch)
            for name, values in new.history.items():
                history.history[name].extend(values)
        return history

    return train_dae


@right(EXERCISE)
def fit_once_per_epoch_and_evaluate():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            new = dae.fit(train_images, train_images, verbose=0)
            logs = {name: values[-1] for name, values in new.history.items()}
            rows.append(logs | validation_logs(dae, validation_images))
        return filled_history(rows)

    return train_dae


@right(EXERCISE)
def partial_function():
    def train(batch_size, dae, train_images, validation_images, epochs):
        return fit(dae, train_images, validation_images, epochs, batch_size=batch_size)

    return functools.partial(train, 128)


@right(EXERCISE)
def object_with_call():
    class Trainer:
        def __init__(self, **options):
            self.options = options

        def __call__(self, dae, train_images, validation_images, epochs=10):
            return fit(dae, train_images, validation_images, epochs, **self.options)

    return Trainer(batch_size=32, shuffle=True)


@right(EXERCISE)
def seeds_everything():
    def train_dae(dae, train_images, validation_images, epochs):
        keras.utils.set_random_seed(42)
        return fit(dae, train_images, validation_images, epochs)

    return train_dae


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(fit)


@right(EXERCISE)
def callbacks_of_many_kinds():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(
            train_images,
            train_images,
            epochs=epochs,
            verbose=2,
            validation_data=(validation_images, validation_images),
            callbacks=[
                keras.callbacks.ReduceLROnPlateau(patience=5),
                keras.callbacks.TerminateOnNaN(),
                keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
                keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            ],
        )

    return train_dae


@right(EXERCISE)
def copies_as_targets():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(
            x=train_images,
            y=train_images.copy(),
            epochs=epochs,
            validation_data=(validation_images, validation_images.copy()),
            batch_size=20,
            validation_batch_size=7,
            validation_freq=1,
            verbose=0,
        )

    return train_dae


@right(EXERCISE)
def dataset_cached_and_prefetched():
    def train_dae(dae, train_images, validation_images, epochs):
        def pairs(images):
            slices = tf.data.Dataset.from_tensor_slices(images)
            return slices.map(lambda x: (x, x)).cache().batch(32).prefetch(tf.data.AUTOTUNE)

        return dae.fit(
            pairs(train_images), validation_data=pairs(validation_images), epochs=epochs, verbose=0
        )

    return train_dae


@right(EXERCISE)
def steps_of_a_repeated_dataset():
    def train_dae(dae, train_images, validation_images, epochs):
        steps = -(-len(train_images) // 16)
        order = tf.data.Dataset.from_tensor_slices((train_images, train_images))
        return dae.fit(
            order.shuffle(len(train_images)).batch(16).repeat(),
            steps_per_epoch=steps,
            epochs=epochs,
            validation_data=(validation_images, validation_images),
            verbose=0,
        )

    return train_dae


@right(EXERCISE)
def tape_in_a_function_with_apply():
    def train_dae(dae, train_images, validation_images, epochs):
        @tf.function
        def step(batch):
            with tf.GradientTape() as tape:
                loss = dae.compute_loss(x=batch, y=batch, y_pred=dae(batch, training=True))
            gradients = tape.gradient(loss, dae.trainable_variables)
            dae.optimizer.apply(gradients, dae.trainable_variables)
            return loss

        rows = []
        for _ in range(epochs):
            batches = tf.data.Dataset.from_tensor_slices(train_images).shuffle(999).batch(25)
            losses = [float(step(batch)) for batch in batches]
            rows.append({"loss": np.mean(losses)} | validation_logs(dae, validation_images))
        return filled_history(rows)

    return train_dae


@right(EXERCISE)
def silent_with_a_name_for_each_argument():
    def train_dae(dae, train_images, validation_images, epochs, batch_size=32):
        data = {"x": train_images, "y": train_images}
        held_out = [validation_images, validation_images]
        return dae.fit(
            **data, batch_size=batch_size, epochs=epochs, validation_data=tuple(held_out), verbose=0
        )

    return train_dae


@disputed(EXERCISE, "early stopping may end before `epochs` epochs")
def stops_early():
    def train_dae(dae, train_images, validation_images, epochs):
        stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)
        return fit(dae, train_images, validation_images, epochs, callbacks=[stop])

    return train_dae


@disputed(EXERCISE, "compiles the model anew, with the same loss and metric")
def compiles_anew():
    def train_dae(dae, train_images, validation_images, epochs):
        dae.compile(optimizer="nadam", loss="binary_crossentropy", metrics=["mse"])
        return fit(dae, train_images, validation_images, epochs)

    return train_dae


@disputed(EXERCISE, "drops the last, smaller batch of each shuffled epoch")
def drops_the_remainder():
    def train_dae(dae, train_images, validation_images, epochs):
        train = tf.data.Dataset.from_tensor_slices((train_images, train_images))
        train = train.shuffle(10_000).batch(32, drop_remainder=True)
        validation = (validation_images, validation_images)
        return dae.fit(train, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@disputed(EXERCISE, "a History class of the student's own")
def history_of_an_own_class():
    class History:
        def __init__(self, history):
            self.history = history
            self.epoch = list(range(len(history["loss"])))

    def train_dae(dae, train_images, validation_images, epochs):
        return History(fit(dae, train_images, validation_images, epochs).history)

    return train_dae


@disputed(EXERCISE, "validates once, after the last epoch")
def validates_at_the_end():
    def train_dae(dae, train_images, validation_images, epochs):
        history = dae.fit(train_images, train_images, epochs=epochs, verbose=0)
        for name, value in validation_logs(dae, validation_images).items():
            history.history[name] = [value]
        return history

    return train_dae


def noise(images, stddev=0.2):
    return (images + np.random.normal(0, stddev, images.shape)).astype("float32")


@wrong(EXERCISE, "noisy_inputs")
def noisy_inputs():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(
            noise(train_images),
            train_images,
            epochs=epochs,
            validation_data=(noise(validation_images), validation_images),
            verbose=0,
        )

    return train_dae


@wrong(EXERCISE, "noisy_inputs")
def noisy_inputs_from_a_dataset():
    def train_dae(dae, train_images, validation_images, epochs):
        train = tf.data.Dataset.from_tensor_slices(train_images.astype("float32")).batch(32)
        train = train.map(lambda x: (x + tf.random.normal(tf.shape(x), stddev=0.2), x))
        validation = (validation_images, validation_images)
        return dae.fit(train, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE, "noisy_inputs")
def noisy_and_clipped_inputs():
    def train_dae(dae, train_images, validation_images, epochs):
        noisy = np.clip(noise(train_images), 0, 1)
        validation = (validation_images, validation_images)
        return dae.fit(noisy, train_images, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE, "target_not_clean")
def noisy_targets():
    def train_dae(dae, train_images, validation_images, epochs):
        validation = (validation_images, validation_images)
        noisy = np.clip(noise(train_images), 0, 1)
        return dae.fit(train_images, noisy, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE, "target_not_clean")
def targets_from_the_model():
    def train_dae(dae, train_images, validation_images, epochs):
        targets = dae.predict(train_images, verbose=0)
        validation = (validation_images, validation_images)
        return dae.fit(train_images, targets, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE, "target_not_clean")
def targets_of_other_images():
    def train_dae(dae, train_images, validation_images, epochs):
        validation = (validation_images, validation_images)
        return dae.fit(
            train_images, train_images[::-1], epochs=epochs, validation_data=validation, verbose=0
        )

    return train_dae


@wrong(EXERCISE)
def noisy_inputs_and_targets():
    def train_dae(dae, train_images, validation_images, epochs):
        noisy = np.clip(noise(train_images), 0, 1)
        return fit(dae, noisy, validation_images, epochs)

    return train_dae


@wrong(EXERCISE, "epochs_ignored")
def one_epoch():
    def train_dae(dae, train_images, validation_images, epochs):
        validation = (validation_images, validation_images)
        return dae.fit(train_images, train_images, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE, "epochs_ignored")
def always_ten_epochs():
    def train_dae(dae, train_images, validation_images, epochs=10):
        return fit(dae, train_images, validation_images, 10)

    return train_dae


@wrong(EXERCISE, "epochs_ignored")
def one_epoch_by_loop():
    def train_dae(dae, train_images, validation_images, epochs):
        for start in range(0, len(train_images), 32):
            batch = train_images[start : start + 32]
            logs = dae.train_on_batch(batch, batch, return_dict=True)
        return filled_history([{**logs, **validation_logs(dae, validation_images)}])

    return train_dae


@wrong(EXERCISE, "epochs_ignored")
def one_epoch_too_many():
    return lambda dae, train, validation, epochs: fit(dae, train, validation, epochs + 1)


@wrong(EXERCISE)
def as_many_epochs_in_each_of_the_epochs():
    def train_dae(dae, train_images, validation_images, epochs):
        for _ in range(epochs):
            history = fit(dae, train_images, validation_images, epochs)
        return history

    return train_dae


@wrong(EXERCISE, "no_validation")
def no_validation():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(train_images, train_images, epochs=epochs, verbose=0)

    return train_dae


@wrong(EXERCISE, "no_validation")
def no_validation_by_loop():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            for start in range(0, len(train_images), 32):
                batch = train_images[start : start + 32]
                logs = dae.train_on_batch(batch, batch, return_dict=True)
            rows.append(logs)
        return filled_history(rows)

    return train_dae


@wrong(EXERCISE, "validation_split")
def validation_split():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(train_images, train_images, epochs=epochs, validation_split=0.1, verbose=0)

    return train_dae


@wrong(EXERCISE, "validation_split")
def validation_split_in_large_batches():
    def train_dae(dae, train_images, validation_images, epochs):
        options = {"epochs": epochs, "batch_size": 128, "validation_split": 0.25}
        return dae.fit(x=train_images, y=train_images, **options)

    return train_dae


@wrong(EXERCISE, "trains_on_validation")
def trains_on_both_sets():
    def train_dae(dae, train_images, validation_images, epochs):
        everything = np.concatenate([train_images, validation_images])
        return fit(dae, everything, validation_images, epochs)

    return train_dae


@wrong(EXERCISE, "trains_on_validation")
def trains_on_the_validation_set():
    def train_dae(dae, train_images, validation_images, epochs):
        return fit(dae, validation_images, validation_images, epochs)

    return train_dae


@wrong(EXERCISE, "trains_on_validation")
def sets_swapped():
    return lambda dae, train, validation, epochs: fit(dae, validation, train, epochs)


@wrong(EXERCISE)
def validates_on_the_training_set():
    return lambda dae, train, validation, epochs: fit(dae, train, train, epochs)


@wrong(EXERCISE, "target_not_clean")
def validates_on_the_wrong_targets():
    def train_dae(dae, train, validation, epochs):
        pair = (validation, np.zeros_like(validation))
        return dae.fit(train, train, epochs=epochs, validation_data=pair, verbose=0)

    return train_dae


@wrong(EXERCISE, "partial_data")
def half_of_the_images():
    def train_dae(dae, train_images, validation_images, epochs):
        return fit(dae, train_images[: len(train_images) // 2], validation_images, epochs)

    return train_dae


@wrong(EXERCISE, "partial_data")
def one_step_per_epoch():
    return lambda *arguments: fit(*arguments, batch_size=4, steps_per_epoch=1)


@wrong(EXERCISE, "partial_data")
def first_few_alone_by_loop():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            batch = train_images[:4]
            logs = dae.train_on_batch(batch, batch, return_dict=True)
            rows.append({**logs, **validation_logs(dae, validation_images)})
        return filled_history(rows)

    return train_dae


@wrong(EXERCISE, "history_dict")
def history_dict():
    return lambda *arguments: fit(*arguments).history


@wrong(EXERCISE, "history_dict")
def history_dict_copied():
    def train_dae(dae, train_images, validation_images, epochs):
        history = fit(dae, train_images, validation_images, epochs)
        return {name: list(values) for name, values in history.history.items()}

    return train_dae


@wrong(EXERCISE)
def list_of_losses():
    return lambda *arguments: fit(*arguments).history["loss"]


@wrong(EXERCISE)
def last_loss():
    return lambda *arguments: fit(*arguments).history["val_loss"][-1]


@wrong(EXERCISE)
def model_for_history():
    def train_dae(dae, train_images, validation_images, epochs):
        fit(dae, train_images, validation_images, epochs)
        return dae

    return train_dae


@wrong(EXERCISE, "returns_nothing")
def forgets_to_return():
    def train_dae(dae, train_images, validation_images, epochs):
        history = fit(dae, train_images, validation_images, epochs)  # noqa: F841

    return train_dae


@wrong(EXERCISE, "returns_nothing")
def prints_the_history():
    return lambda *arguments: print(fit(*arguments).history)


@wrong(EXERCISE)
def empty_history():
    def train_dae(dae, train_images, validation_images, epochs):
        fit(dae, train_images, validation_images, epochs)
        return keras.callbacks.History()

    return train_dae


@wrong(EXERCISE, "never_trains")
def invents_a_history():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = [{"loss": 0.3, "mse": 0.01, "val_loss": 0.3, "val_mse": 0.01}] * epochs
        return filled_history(rows)

    return train_dae


@wrong(EXERCISE, "never_trains")
def evaluates_for_training():
    def train_dae(dae, train_images, validation_images, epochs):
        rows = []
        for _ in range(epochs):
            logs = dae.evaluate(train_images, train_images, verbose=0, return_dict=True)
            rows.append({**logs, **validation_logs(dae, validation_images)})
        return filled_history(rows)

    return train_dae


@wrong(EXERCISE, "never_trains")
def freezes_the_model():
    def train_dae(dae, train_images, validation_images, epochs):
        dae.trainable = False
        return fit(dae, train_images, validation_images, epochs)

    return train_dae


@wrong(EXERCISE)
def trains_a_model_of_its_own():
    def train_dae(dae, train_images, validation_images, epochs):
        other = keras.Sequential(
            [
                keras.Input(train_images.shape[1:]),
                keras.layers.Flatten(),
                keras.layers.Dense(8, "selu"),
                keras.layers.Dense(int(np.prod(train_images.shape[1:])), "sigmoid"),
                keras.layers.Reshape(train_images.shape[1:]),
            ]
        )
        other.compile(optimizer="nadam", loss="binary_crossentropy", metrics=["mse"])
        return fit(other, train_images, validation_images, epochs)

    return train_dae


@wrong(EXERCISE)
def pixels_up_to_255():
    def train_dae(dae, train_images, validation_images, epochs):
        return fit(dae, train_images * 255, validation_images * 255, epochs)

    return train_dae


@wrong(EXERCISE)
def scales_once_more():
    def train_dae(dae, train_images, validation_images, epochs):
        return fit(dae, train_images / 255, validation_images / 255, epochs)

    return train_dae


@wrong(EXERCISE)
def adds_noise_in_place():
    def train_dae(dae, train_images, validation_images, epochs):
        targets = train_images.copy()
        train_images += np.random.normal(0, 0.1, train_images.shape).astype(train_images.dtype)
        validation = (validation_images, validation_images)
        return dae.fit(train_images, targets, epochs=epochs, validation_data=validation, verbose=0)

    return train_dae


@wrong(EXERCISE)
def forgets_the_target():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(train_images, epochs=epochs, verbose=0)

    return train_dae


@wrong(EXERCISE)
def labels_for_targets():
    def train_dae(dae, train_images, validation_images, epochs):
        labels = np.arange(len(train_images)) % 10
        return dae.fit(train_images, labels, epochs=epochs, verbose=0)

    return train_dae


@wrong(EXERCISE)
def validation_images_without_targets():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(
            train_images, train_images, epochs=epochs, validation_data=validation_images, verbose=0
        )

    return train_dae


@wrong(EXERCISE)
def fixed_number_of_images():
    def train_dae(dae, train_images, validation_images, epochs):
        train = train_images.reshape(55000, 28, 28)
        return fit(dae, train, validation_images, epochs)

    return train_dae


@wrong(EXERCISE, says=("TypeError",))
def misspells_an_option():
    def train_dae(dae, train_images, validation_images, epochs):
        return dae.fit(train_images, train_images, epoch=epochs)

    return train_dae


@wrong(EXERCISE)
def epochs_as_text():
    def train_dae(dae, train_images, validation_images, epochs):
        return fit(dae, train_images, validation_images, f"{epochs}")

    return train_dae
