"""In which order the tests run, and which of them share a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Quick tests first: a fault in a pure function shows before any kernel or browser starts. These
# folders come later, in this order; the last holds many tests, which fill the time.
LATER = ("project", "build", "browser", "classroom", "corpus")

# Folders whose tests share something costly (a graded class, a sitting in JupyterLab).
TOGETHER = ("browser", "classroom")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by the folder that they lie in; within a folder nothing moves."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return LATER.index(folder) if folder in LATER else -1

    items.sort(key=rank)


class FolderScheduling(LoadScopeScheduling):
    """Send the tests of a TOGETHER folder to one worker, and every other test to a free one.

    In place of marks (`--dist loadgroup`), which pytest-xdist 3.8 loses silently with pytest 9.2:
    it writes the group into an attribute that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    """Tell pytest-xdist to distribute the tests that way."""
    return FolderScheduling(config, log)
