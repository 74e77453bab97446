"""Which tests run, in which order, and which of them share a worker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Quick tests first: a fault in a pure function shows before any kernel or browser starts. These
# folders come later, in this order; the last holds many tests, which fill the time.
LATER = ("project", "build", "browser", "classroom", "cluster", "mutation", "corpus")

# Folders whose tests share something costly: a graded class, a sitting in JupyterLab, a cluster.
TOGETHER = ("browser", "classroom", "cluster")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; let the tests speak English, whatever this shell asks for."""
    os.environ.pop("AUTOGRADER_LANGUAGE", None)
    config.addinivalue_line("markers", "slow: takes minutes in all; run by -m slow alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out, unless the marker is asked for by name; order by folder.

    Within a folder nothing moves.
    """
    if "slow" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: run with -m slow"))
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
