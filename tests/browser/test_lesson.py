"""A student's first minutes: open a lesson in JupyterLab, fill a blank, read the card."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page

from autograder.lessons import copy_lessons
from tests.browser import jupyterlab
from tests.browser.lesson import answer, check_index, verdict

LESSON, EXERCISE = "01_fashion_mnist", "scale_images"
NOTEBOOK = f"{LESSON}.ipynb"

# WCAG 2.1, level AA: text of ordinary size, and marks that stand beside a word saying the same.
# No one colour reaches 4.5 on white and on JupyterLab's dark ground, so words have the theme's.
TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0


@pytest.fixture(scope="module")
def browser() -> Browser:
    with jupyterlab.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("work")
    copy_lessons(directory, "en")
    return directory


@pytest.fixture(scope="module")
def check(work: Path) -> int:
    return check_index(nbformat.read(work / NOTEBOOK, as_version=4), EXERCISE)


def card_of(page: Page, index: int) -> Locator:
    return jupyterlab.cell(page, index).locator(".jp-OutputArea-output").first


def assert_readable(card: Locator) -> None:
    card.scroll_into_view_if_needed()
    assert card.is_visible()
    found = jupyterlab.contrasts(card)
    assert len(found) >= 3  # a title, the points, a message
    assert [(text, ratio) for ratio, text in found if ratio < least_contrast(text)] == []


def least_contrast(text: str) -> float:
    return TEXT_CONTRAST if any(sign.isalnum() for sign in text) else MARK_CONTRAST


@pytest.fixture(scope="module")
def session(browser: Browser, work: Path, check: int, tmp_path_factory: pytest.TempPathFactory):
    """One sitting: the check of the untouched stub, then of the right answer; both cards."""
    cards = {}
    with jupyterlab.jupyterlab(work, tmp_path_factory.mktemp("home")) as address:
        page = jupyterlab.open_notebook(browser, address, NOTEBOOK)
        for attempt in ("untouched", "solved"):
            if attempt == "solved":
                jupyterlab.write_in(page, check - 1, answer(LESSON, EXERCISE))
            jupyterlab.run_through(page, check)
            card = card_of(page, check)
            assert_readable(card)
            picture = work.parent / f"{attempt}.png"
            card.screenshot(path=picture)
            jupyterlab.save(page)
            cards[attempt] = (card.inner_text(), verdict(work / NOTEBOOK, EXERCISE), picture)
        page.close()
    return cards


def test_an_untouched_blank_gets_a_card_and_no_points(session: dict) -> None:
    text, found, picture = session["untouched"]
    assert found["points"] == 0
    assert not found["passed"]
    assert "Traceback" not in text
    assert picture.stat().st_size > 1000


def test_a_filled_blank_gets_full_marks_in_the_card(session: dict) -> None:
    text, found, _ = session["solved"]
    assert found["passed"]
    assert found["points"] == found["max_points"] == 1
    assert text != session["untouched"][0]
    assert "1 / 1 points" in text
    assert all(criterion["name"] in text for criterion in found["criteria"])


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_saved_card_reads_well_where_it_is_not_trusted(
    theme: str,
    session: dict,
    browser: Browser,
    work: Path,
    check: int,
    tmp_path: Path,
) -> None:
    """As on the machine of whoever is sent the notebook, in either theme."""
    with jupyterlab.jupyterlab(work, tmp_path, theme) as address:
        page = jupyterlab.open_notebook(browser, address, NOTEBOOK)
        card = card_of(page, check)
        card.wait_for()
        assert not jupyterlab.trusted(page)
        assert card.inner_text() == session["solved"][0]
        assert_readable(card)
        page.screenshot(path=tmp_path / "page.png")
        page.close()
