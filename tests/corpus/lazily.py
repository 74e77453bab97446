"""Heavy modules under their usual names, imported when an answer is built, not when it is entered.

An answer that says `tf.exp` reads as a student writes it, and collecting the corpus stays cheap.
"""

from __future__ import annotations

import importlib
from typing import Any


class Lazily:
    """A stand-in for the module `name` that imports it when it is first asked for something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


tf = Lazily("tensorflow")
keras = Lazily("keras")
layers = Lazily("keras.layers")
ops = Lazily("keras.ops")
