"""The loader on small stand-in files, served from a folder, a cache or a server of our own."""

import gzip
import hashlib
import http.server
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from course import DataError, ImageDataset, data, load_fashion_mnist
from course.cache import keras_cache

TRAIN_COUNT, TEST_COUNT = 30, 20


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """Four small files with their hashes made known, an empty cache, and no FASHION_MNIST_DIR."""
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte.gz": rng.integers(0, 256, (TRAIN_COUNT, 28, 28)),
        "train-labels-idx1-ubyte.gz": rng.integers(0, 10, TRAIN_COUNT),
        "t10k-images-idx3-ubyte.gz": rng.integers(0, 256, (TEST_COUNT, 28, 28)),
        "t10k-labels-idx1-ubyte.gz": rng.integers(0, 10, TEST_COUNT),
    }
    packed = {name: gzip.compress(idx(array)) for name, array in arrays.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in packed.items()}
    assert set(hashes) == set(data.SHA256_OF_FILE)
    monkeypatch.setattr(data, "SHA256_OF_FILE", hashes)
    monkeypatch.setattr(data, "BASE_URL", f"http://127.0.0.1:{closed_port()}/")
    monkeypatch.setattr(data, "TOY_TRAIN_COUNT", 40)
    monkeypatch.setattr(data, "TOY_TEST_COUNT", 20)
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    return packed


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server(http.server.ThreadingHTTPServer):
    """Serves `content`; a file in `cut_short` breaks off after half of what was promised."""

    def __init__(self, content: dict[str, bytes]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.cut_short, self.asked = dict(content), set(), []


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        content = self.server.content[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half] if name in self.server.cut_short else content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(files) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setattr(data, "BASE_URL", f"http://127.0.0.1:{running.server_port}/")
        yield running
        running.shutdown()
        thread.join()


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def in_cache() -> list[str]:
    folder = keras_cache()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def assert_is_stand_in(dataset: ImageDataset, files: dict[str, bytes]) -> None:
    assert (dataset.name, dataset.is_toy) == ("Fashion-MNIST", False)
    arrays = (
        dataset.train_images,
        dataset.train_labels,
        dataset.test_images,
        dataset.test_labels,
    )
    for array, (name, packed) in zip(arrays, files.items(), strict=True):
        assert idx(array) == gzip.decompress(packed), name
        assert array.dtype == np.uint8


# Where the data comes from


def test_the_folder_of_the_environment_comes_first(files, server, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("FASHION_MNIST_DIR", str(fill(tmp_path / "mine", files)))
    assert_is_stand_in(load_fashion_mnist(), files)
    assert server.asked == []
    assert capsys.readouterr() == ("", "")


def test_the_keras_cache_is_used_without_network(files):
    fill(keras_cache(), files)
    assert_is_stand_in(load_fashion_mnist(), files)


def test_the_cache_is_where_keras_keeps_it(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_cache() == tmp_path / "datasets" / "fashion-mnist"
    monkeypatch.delenv("KERAS_HOME")
    assert keras_cache() == Path.home() / ".keras" / "datasets" / "fashion-mnist"


def test_a_download_shows_progress_and_fills_the_cache(files, server, capfd):
    assert_is_stand_in(load_fashion_mnist(), files)
    assert server.asked == list(files)
    assert in_cache() == sorted(files)
    out, err = capfd.readouterr()
    assert all(name in out for name in files)
    assert "100%" in out
    assert err == ""  # nbgrader gives no points to a cell that writes to stderr
    assert_is_stand_in(load_fashion_mnist(), files)
    assert len(server.asked) == 4, "the second load must read the cache"


def test_only_missing_files_are_downloaded(files, server):
    folder = fill(keras_cache(), files)
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    assert_is_stand_in(load_fashion_mnist(), files)
    assert server.asked == ["t10k-labels-idx1-ubyte.gz"]


# Wrong files


@pytest.mark.parametrize("place", ["folder", "cache"])
@pytest.mark.parametrize("damage", ["truncated", "foreign", "empty"])
def test_a_wrong_file_is_named_with_both_hashes(files, place, damage, monkeypatch, tmp_path):
    folder = fill(tmp_path / "mine" if place == "folder" else keras_cache(), files)
    if place == "folder":
        monkeypatch.setenv("FASHION_MNIST_DIR", str(folder))
    name = "train-labels-idx1-ubyte.gz"
    content = {
        "truncated": files[name][:-5],
        "foreign": files["t10k-labels-idx1-ubyte.gz"],
        "empty": b"",
    }[damage]
    (folder / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_fashion_mnist()
    message = str(caught.value)
    assert str(folder / name) in message
    assert hashlib.sha256(files[name]).hexdigest() in message
    assert hashlib.sha256(content).hexdigest() in message
    assert "delete it" in message
    assert "\n" not in message


def test_wrong_bytes_from_the_server_are_thrown_away(files, server):
    portal = b"<html>Please sign in to the airport's network</html>"
    server.content["train-images-idx3-ubyte.gz"] = portal
    with pytest.raises(DataError) as caught:
        load_fashion_mnist()
    message = str(caught.value)
    assert "train-images-idx3-ubyte.gz" in message
    assert hashlib.sha256(files["train-images-idx3-ubyte.gz"]).hexdigest() in message
    assert hashlib.sha256(portal).hexdigest() in message
    assert in_cache() == []


@pytest.mark.parametrize("present", [[], ["train-images-idx3-ubyte.gz"]])
def test_a_wrong_folder_is_refused_even_with_a_network(
    files, server, present, monkeypatch, tmp_path
):
    folder = fill(tmp_path / "mine", {name: files[name] for name in present})
    monkeypatch.setenv("FASHION_MNIST_DIR", str(folder))
    with pytest.raises(DataError) as caught:
        load_fashion_mnist()
    message = str(caught.value)
    assert "FASHION_MNIST_DIR" in message
    assert str(folder) in message
    assert [name for name in files if name not in message] == present
    assert server.asked == []


def test_a_notebook_shows_the_sentence_alone(capsys):
    shell = InteractiveShell(history_load_length=0)
    shell.run_cell("from course import DataError\nraise DataError('A file is wrong.')")
    assert capsys.readouterr().out.strip() == "DataError: A file is wrong."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x08\x01",  # no length
        b"\0\0\x08\x00",  # no axes
        b"\0\0\x0d\x01" + struct.pack(">I", 4) + bytes(4),  # floats
        b"\0\0\x08\x01" + struct.pack(">I", 4) + bytes(3),  # too short
        b"\0\0\x08\x01" + struct.pack(">I", 4) + bytes(5),  # too long
        b"\0\0\x08\x02" + struct.pack(">II", 2, 2) + bytes(3),
        gzip.compress(b"packed twice", mtime=0),  # a test's name may not hold the time
    ],
)
def test_an_idx_header_that_does_not_fit_is_refused(content):
    with pytest.raises(DataError, match=r"labels\.gz"):
        data.parse_idx(content, "labels.gz")


def test_idx_lengths_are_read_high_byte_first():
    array = np.arange(3 * 2 * 300).reshape(3, 2, 300) % 256
    assert np.array_equal(data.parse_idx(idx(array), "x"), array)


# No data, no network


def assert_toy_garments_announced(dataset: ImageDataset, out: str) -> None:
    assert (dataset.name, dataset.is_toy) == ("toy garments", True)
    assert dataset.train_images.shape == (40, 28, 28)
    assert dataset.test_labels.shape == (20,)
    assert "TOY GARMENTS, not Fashion-MNIST" in out
    assert "FASHION_MNIST_DIR" in out


def test_without_network_toy_garments_stand_in_loudly(files, capfd):
    dataset = load_fashion_mnist()
    out, err = capfd.readouterr()
    assert_toy_garments_announced(dataset, out)
    assert "ConnectionError" in out
    assert err == ""
    assert in_cache() == []


def test_a_download_that_breaks_off_leaves_nothing(files, server, capsys):
    server.cut_short.add("train-labels-idx1-ubyte.gz")
    assert_toy_garments_announced(load_fashion_mnist(), capsys.readouterr().out)
    assert in_cache() == ["train-images-idx3-ubyte.gz"]  # the whole one stays
    server.cut_short.clear()
    assert_is_stand_in(load_fashion_mnist(), files)


def test_a_download_that_the_user_interrupts_leaves_nothing(files, server, monkeypatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(data.tqdm, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load_fashion_mnist()
    assert in_cache() == []


def test_a_server_that_never_answers_is_given_up(files, monkeypatch, capsys):
    monkeypatch.setattr(data, "TIMEOUTS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(data, "BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert_toy_garments_announced(load_fashion_mnist(), capsys.readouterr().out)


def test_a_cache_that_cannot_be_made_is_no_traceback(files, server, monkeypatch, tmp_path, capsys):
    (tmp_path / "a_file").write_text("not a folder")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "a_file"))
    assert_toy_garments_announced(load_fashion_mnist(), capsys.readouterr().out)


def test_in_a_notebook_the_notice_is_a_box(files, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(data, "get_ipython", lambda: object())
    monkeypatch.setattr(data, "display", lambda bundle, raw: shown.append(bundle))
    dataset = load_fashion_mnist()
    [bundle] = shown
    assert_toy_garments_announced(dataset, bundle["text/html"])
    assert_toy_garments_announced(dataset, bundle["text/plain"])
    assert bundle["text/html"].startswith("<div")


# The real data, and the package


def test_the_real_data_is_as_published(fashion_mnist):
    assert fashion_mnist.train_images.shape == (60_000, 28, 28)
    assert fashion_mnist.test_images.shape == (10_000, 28, 28)
    assert np.bincount(fashion_mnist.train_labels).tolist() == [6000] * 10
    assert np.bincount(fashion_mnist.test_labels).tolist() == [1000] * 10
    assert data.CLASS_NAMES[fashion_mnist.train_labels[0]] == "Ankle boot"


def test_the_data_cannot_be_changed_by_mistake(files):
    for dataset in (load_fashion_mnist(), data._toy_dataset()):
        with pytest.raises(ValueError, match="read-only"):
            dataset.train_images[0, 0, 0] = 1


def test_importing_is_cheap():
    code = (
        "import sys, course; assert 'numpy' not in sys.modules; assert 'load_fashion_mnist' in "
        "dir(course); from course import load_fashion_mnist, toy_garments, plot_image; "
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
