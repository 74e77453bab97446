"""The script .ci/translations.py as a module: its folder is no package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[2] / ".ci" / "translations.py"
_spec = importlib.util.spec_from_file_location("translations", _PATH)
assert _spec is not None and _spec.loader is not None
translations = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(translations)
