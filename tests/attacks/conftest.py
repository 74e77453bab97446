from __future__ import annotations

import socket
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.warm import warm_up

from .harness import SECRET, Surroundings, contents, is_tracker


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Surroundings]:
    folder = tmp_path / "class"
    others = folder / "submitted" / "other" / "01_fashion_mnist" / "01_fashion_mnist.ipynb"
    for path in (
        folder / ".class-secret",
        folder / "nbgrader_config.py",
        folder / "source" / "01_fashion_mnist" / "01_fashion_mnist.ipynb",
        folder / "evidence" / "other" / "01_fashion_mnist" / "run.json",
        others,
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"{SECRET}"')
    with sqlite3.connect(folder / "gradebook.db") as base:
        base.execute("CREATE TABLE grade (student TEXT, score REAL)")
        base.execute("INSERT INTO grade VALUES (?, 1)", (SECRET,))
    base.close()
    monkeypatch.setenv("GRADER_TOKEN", SECRET)
    mark = f"mark-{uuid.uuid4().hex}"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        named.bind(str(tmp_path / "s"))
        named.listen()
        abstract.bind(f"\0{mark}")
        abstract.listen()
        warm_up()
        (nursery,) = (one for one in psutil.Process().children() if not is_tracker(one))
        yield Surroundings(folder, mark, listener, named, abstract, nursery, contents(folder))
