"""Quick tests first: a fault in a pure function shows before any kernel or browser starts."""

from __future__ import annotations

from pathlib import Path

import pytest

# Folders of tests that start kernels, a browser or classes, then the many that fill the time.
SLOW = ("project", "build", "browser", "classroom", "corpus")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by the folder that they lie in; within a folder nothing moves."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return SLOW.index(folder) if folder in SLOW else -1

    items.sort(key=rank)
