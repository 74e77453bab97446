"""Solutions of lesson 02: a deep denoising autoencoder and a fair test of its denoising."""

import keras
import numpy as np


def build_dae_encoder(noise_stddev: float = 0.2) -> keras.Model:
    """Build the encoder: corrupt the pixels while training, then squeeze them into 30 codings.

    The layers, in this order: flatten the image to 784 numbers; add Gaussian noise to them; a
    dense layer of 100 SELU units; a dense layer of 30 SELU units, whose outputs are the codings.
    Noise before the flattening is the same thing. Dense layers have biases, as Keras gives them
    by default; initial weights are free. There is no other layer.

    Args:
        noise_stddev: standard deviation of the noise, on the scale of the pixels, with
            0 <= noise_stddev <= 1. The noise is fresh for each pixel and each call, has mean 0,
            is added in training only (not at inference), and is not clipped to [0, 1].

    Returns:
        A Keras model, not necessarily built or compiled, from images of shape (batch, 28, 28)
        with pixels in [0, 1] to codings of shape (batch, 30).
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.GaussianNoise(noise_stddev),
            keras.layers.Dense(100, activation="selu"),
            keras.layers.Dense(30, activation="selu"),
        ],
        name="encoder",
    )
    ### END SOLUTION


def build_dae_decoder() -> keras.Model:
    """Build the decoder: from 30 codings back to the pixels of an image.

    The layers, in this order: a dense layer of 100 SELU units; a dense layer of 784 sigmoid
    units, one for each pixel; a reshaping to 28 rows of 28 pixels. Dense layers have biases, as
    Keras gives them by default; initial weights are free. There is no other layer.

    Returns:
        A Keras model, not necessarily built or compiled, from codings of shape (batch, 30), any
        real numbers, to images of shape (batch, 28, 28), without a channel axis, with pixels
        between 0 and 1.
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.layers.Input((30,)),
            keras.layers.Dense(100, activation="selu"),
            keras.layers.Dense(784, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ],
        name="decoder",
    )
    ### END SOLUTION


def build_dae(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """Join an encoder and a decoder into one autoencoder, and compile it.

    Args:
        encoder: a Keras model from images (batch, 28, 28) to codings (batch, codings_size).
        decoder: a Keras model from codings (batch, codings_size) to images (batch, 28, 28) with
            pixels between 0 and 1: probabilities, not logits.

    Returns:
        A Keras model from images to images that computes `decoder(encoder(images))`. It holds
        these two very objects, not copies, so that training it trains them. It is compiled with
        the binary cross-entropy as its loss, averaged over pixels and images, and with the mean
        squared error among its metrics. The optimizer is free.
    """
    ### BEGIN SOLUTION
    dae = keras.Sequential([encoder, decoder], name="dae")
    optimizer = keras.optimizers.Nadam(learning_rate=0.002)
    dae.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["mse"])
    return dae
    ### END SOLUTION


def train_dae(
    dae: keras.Model, train_images: np.ndarray, validation_images: np.ndarray, epochs: int
) -> keras.callbacks.History:
    """Train a denoising autoencoder to give back clean images.

    The encoder adds the noise itself, so the clean images are both the input and the target.
    Every training image is seen once in each epoch, in batches of any size. After each epoch the
    model is validated on the validation images, again with clean images as input and target.

    Args:
        dae: a compiled Keras model from images to images; it is trained in place.
        train_images: clean images, float32 array of shape (n, 28, 28) with pixels in [0, 1].
        validation_images: clean images, float32 array of shape (m, 28, 28), in [0, 1].
        epochs: how many times to go through the training images, at least 1.

    Returns:
        The `History` that `fit` returns, or an object like it: its attribute `history` is a
        dictionary in which "loss" and "val_loss" are lists with one number for each epoch.
    """
    ### BEGIN SOLUTION
    return dae.fit(
        train_images,
        train_images,
        batch_size=64,
        epochs=epochs,
        validation_data=(validation_images, validation_images),
        verbose=2,
    )
    ### END SOLUTION


def peak_signal_to_noise_ratio(clean: np.ndarray, restored: np.ndarray) -> float:
    """Measure how near restored images are to the clean ones, in decibels; more is better.

    PSNR = -10 log10(MSE), for a peak value of 1, where MSE is one number: the mean of the squared
    differences over all pixels of all images together.

    Args:
        clean: array of any shape with pixels in [0, 1].
        restored: array of the same shape; its values may leave [0, 1] and are not clipped.

    Returns:
        The PSNR in dB, a single number; infinity if the two arrays are equal. The arguments are
        not changed.
    """
    ### BEGIN SOLUTION
    mse = np.mean(np.square(clean - restored), dtype=np.float64)
    return float("inf") if mse == 0 else float(-10 * np.log10(mse))
    ### END SOLUTION


def denoising_gain(dae: keras.Model, clean_images: np.ndarray, noise_stddev: float) -> float:
    """Measure how many decibels a denoiser wins over leaving the noise where it is.

    Add Gaussian noise to the images (mean 0, fresh for each pixel, not clipped, from any seed),
    let the model restore them at inference, and compare both with the clean images, using the
    PSNR of the exercise before: -10 log10 of the mean squared error over all pixels of all images.

    Args:
        dae: a Keras model from images (batch, 28, 28) to images (batch, 28, 28). Call it with
            `training=False` or use its `predict`; it is not trained here.
        clean_images: float array of shape (n, 28, 28) with pixels in [0, 1]; it is not changed.
        noise_stddev: standard deviation of the noise, on the scale of the pixels, above 0.

    Returns:
        PSNR(clean, restored) - PSNR(clean, noisy) in dB, a single number: positive if the model
        helps, negative if it does more harm than the noise.
    """
    ### BEGIN SOLUTION
    noise = np.random.default_rng().normal(0, noise_stddev, clean_images.shape)
    noisy = (clean_images + noise).astype(np.float32)
    restored = dae.predict(noisy, verbose=0)
    return peak_signal_to_noise_ratio(clean_images, restored) - peak_signal_to_noise_ratio(
        clean_images, noisy
    )
    ### END SOLUTION
