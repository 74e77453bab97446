"""Fashion-MNIST from a folder, the Keras cache or the network, checked; else toy garments."""

import gzip
import hashlib
import html
import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
from IPython import get_ipython
from IPython.display import display
from numpy.typing import NDArray
from tqdm import tqdm

from course.cache import keras_cache
from course.toy import toy_garments

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

# Where Keras itself downloads from; Keras checks no hash.
BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
SHA256_OF_FILE = {
    "train-images-idx3-ubyte.gz": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    "train-labels-idx1-ubyte.gz": (
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
    ),
}

# Seconds to connect and seconds without a byte: a machine without network must not wait long.
TIMEOUTS = (4, 20)

TOY_TRAIN_COUNT = 10_000
TOY_TEST_COUNT = 2_000


class DataError(RuntimeError):
    """A data file is missing, damaged or not the expected one; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the sentence alone: where in our code it was raised helps nobody."""
        return [f"DataError: {self}"]


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
    downloading there what is missing. Only without data and network does it fall back on
    10,000 + 2,000 toy garments. Raises DataError for a missing, damaged or foreign file.
    """
    if os.environ.get("FASHION_MNIST_DIR"):
        return _read_folder(_folder_named_by_user())
    folder = keras_cache()
    try:
        _download_missing(folder)
    except OSError as error:  # every fault of the network, or a cache that cannot be written
        _announce_toy_garments(f"{type(error).__name__} while downloading to {folder}")
        return _toy_dataset()
    return _read_folder(folder)


def parse_idx(content: bytes, name: str) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes (already unzipped) into a read-only array.

    The header is 0, 0, 8 (unsigned byte), the number of axes, then each length as a big-endian
    32-bit integer. Raises DataError, naming the file, if header and size do not agree.
    Source of the format: the MNIST page of LeCun, Cortes and Burges.
    """
    axes = content[3] if len(content) > 3 else 0
    start = 4 + 4 * axes
    if content[:3] != b"\0\0\x08" or axes == 0 or len(content) < start:
        raise DataError(f"{name} is not an IDX file of unsigned bytes: fetch it anew.")
    shape = tuple(int(length) for length in np.frombuffer(content, ">u4", count=axes, offset=4))
    if len(content) - start != math.prod(shape):
        raise DataError(
            f"{name} holds {len(content) - start} bytes of data, but its header says "
            f"{' × '.join(map(str, shape))}: fetch it anew."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _folder_named_by_user() -> Path:
    """Return FASHION_MNIST_DIR; DataError unless it is a folder that holds the four files."""
    folder = Path(os.environ["FASHION_MNIST_DIR"]).expanduser()
    missing = [name for name in SHA256_OF_FILE if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"FASHION_MNIST_DIR is set to {folder}, where {', '.join(missing)} cannot be found: "
            "set it to the folder with the four .gz files of Fashion-MNIST, or unset it."
        )
    return folder


def _read_folder(folder: Path) -> ImageDataset:
    arrays = [_read_file(folder / name) for name in SHA256_OF_FILE]
    train_images, train_labels, test_images, test_labels = arrays
    return ImageDataset(
        "Fashion-MNIST", False, train_images, train_labels, test_images, test_labels
    )


def _read_file(path: Path) -> NDArray[np.uint8]:
    """Check and parse one file; the bytes that were checked are the bytes that are used."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): check the file's permissions."
        ) from error
    _check_hash(packed, path)
    return parse_idx(gzip.decompress(packed), path.name)


def _check_hash(packed: bytes, path: Path, remedy: str = "delete it and fetch it anew") -> None:
    expected = SHA256_OF_FILE[path.name]
    found = hashlib.sha256(packed).hexdigest()
    if found != expected:
        raise DataError(
            f"{path} is damaged or another file ({len(packed):,} bytes): its SHA-256 should be "
            f"{expected}, but is {found}; {remedy}."
        )


def _download_missing(folder: Path) -> None:
    """Fetch what the folder lacks; each file appears there only when whole and checked.

    Raises OSError if it cannot be fetched or stored, DataError if the wrong bytes came.
    """
    pooch.get_logger().setLevel("WARNING")  # its progress lines go to stderr
    for name, sha256 in SHA256_OF_FILE.items():
        if not (folder / name).exists():
            pooch.retrieve(
                BASE_URL + name, f"sha256:{sha256}", name, folder, downloader=_download_checked
            )


def _download_checked(url: str, temporary_file: str, _pooch: object) -> None:
    """Download to a temporary file, which pooch moves into place or deletes after an error."""
    name = url.rpartition("/")[2]
    # pooch sets the true total, but cannot take a bar that has none yet.
    with tqdm(desc=name, total=1, unit="B", unit_scale=True, file=sys.stdout) as bar:
        download = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUTS)
        download(url, temporary_file, None)
    packed = Path(temporary_file).read_bytes()
    _check_hash(packed, Path(name), f"what {url} sent was thrown away, so run this again later")


def _toy_dataset() -> ImageDataset:
    images, labels = toy_garments(TOY_TRAIN_COUNT + TOY_TEST_COUNT, seed=0)
    images.flags.writeable = labels.flags.writeable = False
    return ImageDataset(
        "toy garments",
        True,
        images[:TOY_TRAIN_COUNT],
        labels[:TOY_TRAIN_COUNT],
        images[TOY_TRAIN_COUNT:],
        labels[TOY_TRAIN_COUNT:],
    )


def _announce_toy_garments(reason: str) -> None:
    """Say loudly, on stdout or in the notebook, that what follows is not the real data."""
    headline = "These are TOY GARMENTS, not Fashion-MNIST."
    details = (
        f"The real data could not be had ({reason}). Everything runs, but the numbers quoted in "
        "the text do not apply. For the real data, connect to the network and run this again, or "
        "start Jupyter with FASHION_MNIST_DIR set to the folder with its four .gz files."
    )
    plain = f"*** {headline} {details} ***"
    if get_ipython() is None:
        print(plain)
        return
    box = (
        '<div style="border: 3px solid #D55E00; border-radius: 6px; padding: 0.8em 1em; '
        'margin: 0.5em 0; max-width: 45em">'
        f"<strong>⚠ {headline}</strong><br>{html.escape(details)}</div>"
    )
    display({"text/html": box, "text/plain": plain}, raw=True)
