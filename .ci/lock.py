"""Resolve the dependencies anew: pyproject.toml -> requirements.lock -> environment.yml.

Run by `make lock`. The lock is universal: one file for Python 3.11 to 3.13 on Linux, macOS and
Windows, with markers where these differ, and with the hash of every file that pip may install.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from autograder.doctor import pins

ROOT = Path(__file__).resolve().parent.parent

ENVIRONMENT_HEADER = """\
# The versions of requirements.lock for conda users; written by `make lock`, do not edit.
#   conda env create -f environment.yml && conda activate generative-garments
name: generative-garments
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def environment(lock: str) -> str:
    """The text of environment.yml for a lock file: each pin, then the project itself."""
    requirements = [*pins(lock), "-e ."]
    return ENVIRONMENT_HEADER + "".join(f'      - "{line}"\n' for line in requirements)


def resolve() -> None:
    """Write requirements.lock with uv, installed for this one run; existing pins are kept."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        scripts = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([scripts / "python", "-m", "pip", "install", "-q", "uv"], check=True)
        options = "--universal --generate-hashes --all-extras --no-annotate --no-header -q"
        command = [scripts / "uv", "pip", "compile", "pyproject.toml", *options.split()]
        subprocess.run([*command, "-o", "requirements.lock", *sys.argv[1:]], cwd=ROOT, check=True)


if __name__ == "__main__":
    resolve()
    text = environment((ROOT / "requirements.lock").read_text())
    (ROOT / "environment.yml").write_text(text)
    print("requirements.lock and environment.yml are written.")
