"""Scores and simple predictors that a trained network has to beat, in NumPy alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Probabilities are kept this far from 0 and 1 before the logarithm, as Keras does.
PROBABILITY_MARGIN = 1e-7


def mean_squared_error(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Return the squared error averaged over all pixels of all images.

    `targets` has any shape; `predictions` has the same shape, or one that NumPy repeats to it
    (a number, or one image of shape (28, 28) for a whole batch).
    Raises ValueError if the shapes do not fit.
    """
    wanted, got = _as_matching_floats(targets, predictions)
    return float(np.mean(np.square(wanted - got), dtype=np.float64))


def binary_cross_entropy(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Return -[t ln p + (1 - t) ln(1 - p)] averaged over all pixels of all images, in nats.

    Both arguments lie in [0, 1]; `predictions` are clipped to [1e-7, 1 - 1e-7] as in Keras.
    `targets` may be grey: the score is least at p = t, and is not 0 there.
    Shapes as for `mean_squared_error`. Raises ValueError for targets outside [0, 1].
    """
    t, p = _as_matching_floats(targets, predictions)
    if t.size and not (t.min() >= 0 and t.max() <= 1):
        raise ValueError(
            f"The targets lie in [{t.min():g}, {t.max():g}], but binary cross-entropy "
            "needs [0, 1]: divide pixels of 0 to 255 by 255 first."
        )
    p = np.clip(p, PROBABILITY_MARGIN, 1 - PROBABILITY_MARGIN)
    return float(-np.mean(t * np.log(p) + (1 - t) * np.log1p(-p), dtype=np.float64))


@dataclass(frozen=True)
class PrincipalComponents:
    """The best linear autoencoder for a set of images: any number of its codings can be kept.

    mean: shape (pixels,), the mean image, flattened.
    axes: shape (pixels, pixels); row j is the unit vector of the j-th largest variance.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]


def fit_pca(train_images: ArrayLike) -> PrincipalComponents:
    """Find the mean and the principal axes of images of shape (n, 28, 28) in [0, 1].

    The axes are the eigenvectors of the 784 x 784 covariance matrix, largest eigenvalue first.
    """
    flat = _flatten(train_images)
    mean = flat.mean(axis=0, dtype=np.float64)
    # From the second moment, so that no centred copy of a big training set is needed.
    covariance = (flat.T @ flat).astype(np.float64) / len(flat) - np.outer(mean, mean)
    _, vectors = np.linalg.eigh(covariance)
    return PrincipalComponents(
        mean=mean.astype(np.float32), axes=vectors.T[::-1].astype(np.float32)
    )


def pca_reconstruct(
    pca: PrincipalComponents, images: ArrayLike, components: int
) -> NDArray[np.float32]:
    """Project images on the first `components` axes and back; the result is not clipped.

    `images` has shape (n, 28, 28) or (n, 28, 28, 1); the result has the same shape, float32.
    Raises ValueError unless 0 <= components <= number of pixels (0 gives the mean image).
    """
    if not 0 <= components <= len(pca.axes):
        raise ValueError(
            f"components is {components}, but must lie between 0 and {len(pca.axes)}, "
            "the number of pixels."
        )
    axes = pca.axes[:components]
    images = np.asarray(images)
    restored = (_flatten(images) - pca.mean) @ axes.T @ axes + pca.mean
    return restored.astype(np.float32, copy=False).reshape(images.shape)


def box_blur(images: ArrayLike, size: int = 3) -> NDArray[np.float32]:
    """Replace each pixel by the plain mean of the `size` x `size` square around it.

    `images` has shape (n, 28, 28) or (n, 28, 28, 1); the result has the same shape, float32.
    At the border the outermost pixels are repeated. Raises ValueError unless size is odd.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"size is {size}, but must be an odd number, such as 3.")
    return _blur(images, np.full(size, 1 / size))


def binomial_blur(images: ArrayLike) -> NDArray[np.float32]:
    """Blur with the 3 x 3 kernel [1 2 1; 2 4 2; 1 2 1] / 16, which smears less than a box.

    Shapes and border as for `box_blur`.
    """
    return _blur(images, np.array([0.25, 0.5, 0.25]))


def _blur(images: ArrayLike, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Average along columns, then along rows, with `weights` (odd in number, adding up to 1)."""
    blurred = np.asarray(images, dtype=np.float32)
    margin = len(weights) // 2
    for axis in (1, 2):
        widths = [(0, 0)] * blurred.ndim
        widths[axis] = (margin, margin)
        padded = np.moveaxis(np.pad(blurred, widths, mode="edge"), axis, -1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=-1)
        blurred = np.moveaxis(windows @ weights.astype(np.float32), -1, axis)
    return blurred


def _flatten(images: ArrayLike) -> NDArray[np.float32]:
    """Return images as float32 rows of shape (n, pixels)."""
    images = np.asarray(images, dtype=np.float32)
    return images.reshape(len(images), -1)


def _as_matching_floats(
    targets: ArrayLike, predictions: ArrayLike
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return both as floating arrays; ValueError unless `predictions` can repeat to `targets`."""
    wanted, got = (
        array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float32)
        for array in (np.asarray(targets), np.asarray(predictions))
    )
    try:
        fits = np.broadcast_shapes(wanted.shape, got.shape) == wanted.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"The predictions have shape {got.shape}, which does not fit the targets' "
            f"shape {wanted.shape}: give both the same shape."
        )
    return wanted, got
