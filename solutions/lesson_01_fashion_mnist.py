"""Solutions of lesson 01: the images that the whole course works on."""

import numpy as np


def scale_images(images: np.ndarray) -> np.ndarray:
    """Map grey levels from bytes to the unit interval.

    Args:
        images: uint8 array of shape (n, 28, 28); each pixel is a grey level from 0 (black) to
            255 (white). A batch need not contain either extreme. It must not be changed.

    Returns:
        A new float32 array of the same shape: each pixel divided by 255, the largest value that
        a byte can hold, so that 0 becomes 0.0 and 255 becomes 1.0.
    """
    ### BEGIN SOLUTION
    return np.asarray(images, dtype=np.float32) / 255
    ### END SOLUTION


def split_dataset(
    images: np.ndarray, labels: np.ndarray, validation_size: int
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Hold the last rows of a data set out for validation.

    Args:
        images: array of shape (n, 28, 28), of any dtype.
        labels: array of shape (n,); labels[i] belongs to images[i].
        validation_size: how many rows validate, with 1 <= validation_size < n.

    Returns:
        `(train_images, train_labels), (validation_images, validation_labels)`: two pairs (tuples
        or lists). The last `validation_size` rows validate and all rows before them train. Rows
        keep their order and their values, and the arguments are not changed.
    """
    ### BEGIN SOLUTION
    train = images[:-validation_size], labels[:-validation_size]
    validation = images[-validation_size:], labels[-validation_size:]
    return train, validation
    ### END SOLUTION
