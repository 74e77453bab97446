from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes in all; run by -m slow alone")


def pytest_collection_modifyitems(config, items):
    """Leave this folder's slow tests out, unless the marker is asked for by name."""
    if "slow" in config.option.markexpr:
        return
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with -m slow"))


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Keep what `check` notes of a student's progress out of the repository."""
    monkeypatch.chdir(tmp_path)
