"""Every worker of a parallel run collects the same tests: names hold no time and no hash order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_another_collection_finds_the_same_tests_in_the_same_order(request: pytest.FixtureRequest):
    """What this run has collected, some time ago and with hashes of its own, is one of the two."""
    own = [item.nodeid for item in request.session.items]
    collection = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", *request.config.args],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    other = [line for line in collection.stdout.splitlines() if "::" in line]
    chosen = set(own)  # by -k or -m, perhaps
    assert [name for name in other if name in chosen] == own
