"""Every worker of a parallel run collects the same tests: names hold no time and no hash order."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def collecting(hash_seed: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts="],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_collections_find_the_same_tests_in_the_same_order():
    first = collecting("1")
    time.sleep(1.5)  # so that a name that holds the time, to the second, differs as well
    second = collecting("2")
    names = [
        [line for line in collection.communicate()[0].splitlines() if "::" in line]
        for collection in (first, second)
    ]
    assert len(names[0]) > 1000
    assert names[0] == names[1]
