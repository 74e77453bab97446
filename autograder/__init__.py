"""Exercises that grade themselves: `check`, `hint`, `solution` and `progress` for a notebook.

Names are looked up when they are first used, so that importing the package loads neither a judge
nor TensorFlow: the side that runs beside a student's code can do without the other.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check", "hint", "progress", "solution"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from autograder import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
