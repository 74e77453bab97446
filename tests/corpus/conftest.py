from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Keep what `check` notes of a student's progress out of the repository."""
    monkeypatch.chdir(tmp_path)
