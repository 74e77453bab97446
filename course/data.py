"""Fashion-MNIST from a folder, the Keras cache or the network, checked; else toy garments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class DataError(RuntimeError):
    """A data file is missing, damaged or not the expected one; the message says what to do."""


@dataclass(frozen=True)
class ImageDataset:
    """Images and labels, read-only. Labels are 0..9 and index CLASS_NAMES.

    train_images, test_images: uint8, shape (n, 28, 28), 0 (black) to 255.
    train_labels, test_labels: uint8, shape (n,).
    is_toy: True if these are the toy garments, to which numbers quoted for Fashion-MNIST do
    not apply.
    """

    name: str
    is_toy: bool
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def load_fashion_mnist() -> ImageDataset:
    """Return Fashion-MNIST (60,000 + 10,000 images), or the toy garments with a loud notice.

    Looks in the folder named by FASHION_MNIST_DIR; if that is not set, in the Keras cache,
    downloading there what is missing. Raises DataError for a missing or damaged file.
    """
    raise NotImplementedError
