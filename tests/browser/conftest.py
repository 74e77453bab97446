"""Browser tests need Chromium: without it they are skipped, but never in CI."""

from __future__ import annotations

import os

import pytest

from tests.browser.jupyterlab import CHROMIUM


@pytest.fixture(scope="session", autouse=True)
def _chromium_is_installed() -> None:
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is missing (Debian: apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
