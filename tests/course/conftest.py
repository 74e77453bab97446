"""Where the tests of `course` find the real data, if it is on this machine at all."""

import os
from pathlib import Path

import pytest

from course import ImageDataset, load_fashion_mnist
from course.cache import keras_cache
from course.data import SHA256_OF_FILE

REAL_FOLDER = Path(os.environ.get("FASHION_MNIST_DIR") or keras_cache())


@pytest.fixture(scope="session")
def fashion_mnist() -> ImageDataset:
    missing = [name for name in SHA256_OF_FILE if not (REAL_FOLDER / name).is_file()]
    if missing:
        pytest.skip(f"the real Fashion-MNIST is not in {REAL_FOLDER}: {', '.join(missing)}")
    return load_fashion_mnist()
