"""Where Keras keeps Fashion-MNIST. Imports nothing else: the grader asks it for every sandbox."""

import os
from pathlib import Path


def keras_cache() -> Path:
    """Return the folder in which Keras keeps Fashion-MNIST (it need not exist)."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home).expanduser() / "datasets" / "fashion-mnist"
