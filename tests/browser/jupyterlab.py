"""A real JupyterLab and a real browser, for tests and for the README's pictures."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# JupyterLab as a student sees it, less what moves: news, update checks, and the windowing that
# keeps cells out of the page until they are scrolled to.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@contextmanager
def jupyterlab(directory: Path, home: Path, theme: str = "Light") -> Iterator[str]:
    """Serve `directory` from a home of its own; yields the address of a file, `{}` for its name.

    Another home has another secret: there, outputs saved under this one are not trusted.
    """
    settings = home / "settings" / "@jupyterlab"
    themes = {"apputils-extension/themes": {"theme": f"JupyterLab {theme}"}}
    for name, values in (SETTINGS | themes).items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    environment = {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "KERAS_HOME": os.environ.get("KERAS_HOME", str(Path.home() / ".keras")),
        "MPLCONFIGDIR": str(home / "matplotlib"),
    }
    options = ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    with (home / "jupyterlab.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, str(directory)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            answer = _wait_for_server(server, home)
            yield f"{answer['url']}doc/tree/{{}}?token={answer['token']}"
        finally:
            server.terminate()  # the server ends its kernels
            server.wait(30)


def _wait_for_server(server: subprocess.Popen[bytes], home: Path, seconds: float = 60) -> dict:
    """What the server wrote of itself: url, port, token. RuntimeError if it does not start."""
    end = time.monotonic() + seconds
    information = home / "runtime" / f"jpserver-{server.pid}.json"
    while server.poll() is None and time.monotonic() < end:
        if information.exists() and information.stat().st_size:
            return json.loads(information.read_text())
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'jupyterlab.log').read_text()}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def open_notebook(browser: Browser, address: str, name: str) -> Page:
    """Open a notebook of two cells or more in a window of its own; wait until they are there.

    Until the file is read, JupyterLab shows one empty cell in its place.
    """
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.goto(address.format(name))
    page.locator(".jp-Notebook .jp-Cell").nth(1).wait_for(state="attached", timeout=60_000)
    return page


def wait_for_idle_kernel(page: Page) -> None:
    """Wait until a kernel is connected and has nothing to do."""
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    idle.first.wait_for(state="attached", timeout=90_000)


def cell(page: Page, index: int) -> Locator:
    """The cell with this position in the notebook, from 0."""
    return page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")


def write_in(page: Page, index: int, source: str) -> None:
    """Replace what stands in a cell, as a paste does: the editor adds no indentation."""
    cell(page, index).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)


def run_through(page: Page, last: int, seconds: float = 240) -> None:
    """Run the cells from the first to `last` with Shift+Enter, as a reader does, one by one.

    `last` must not be the notebook's last cell. Raises TimeoutError.
    """
    end = time.monotonic() + seconds
    for index in range(last + 1):
        _run(page, index, end)


def _run(page: Page, index: int, end: float) -> None:
    """Run one cell and wait for it; again where a busy page lost the key or the request."""
    prompt = cell(page, index).locator(".jp-InputPrompt").first
    before = prompt.inner_text()
    following = page.locator(f".jp-Cell.jp-mod-active[data-windowed-list-index='{index + 1}']")
    is_code = "jp-CodeCell" in (cell(page, index).get_attribute("class") or "")
    while time.monotonic() < end:
        wait_for_idle_kernel(page)
        cell(page, index).click()
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+Enter")
        with contextlib.suppress(PlaywrightTimeoutError):
            following.wait_for(state="attached", timeout=20_000)
            if not is_code or _has_run(page, prompt, before, end):
                return
    raise TimeoutError(f"Cell {index} did not run; its prompt is {prompt.inner_text()!r}.")


def _has_run(page: Page, prompt: Locator, before: str, end: float) -> bool:
    """Wait for a new number in a cell's prompt; not for long where the kernel has nothing to do."""
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    idle_since = time.monotonic()
    while time.monotonic() < end and time.monotonic() - idle_since < 10:
        if prompt.inner_text() != before and re.search(r"\d", prompt.inner_text()):
            return True
        page.wait_for_timeout(100)
        if not idle.count():
            idle_since = time.monotonic()
    return False


def trusted(page: Page) -> bool:
    """Whether JupyterLab shows all outputs of the notebook as they are, or cleans them first."""
    title = page.locator("[title^='Notebook '][title*='trusted']").first.get_attribute("title")
    return not (title or "").startswith("Notebook not trusted")


def contrasts(card: Locator) -> list[tuple[float, str]]:
    """The contrast of each piece of text in a card with what lies behind it, and the text.

    1 (unreadable) to 21, by the formula of WCAG 2.1 ("relative luminance"); half-transparent
    colours are mixed with what is below them.
    """
    return [(ratio, text) for ratio, text in card.evaluate(CONTRASTS)]


CONTRASTS = """card => {
  const numbers = colour => {
    const [r, g, b, a = 1] = colour.match(/[0-9.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => top.slice(0, 3).map((x, i) => x * top[3] + below[i] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement)
      layers.push(numbers(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = colour => {
    const [r, g, b] = colour.map(x => x / 255).map(
      x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility({opacityProperty: true, visibilityProperty: true}))
      continue;
    const back = behind(element);
    const fore = over(numbers(getComputedStyle(element).color), back);
    const [a, b] = [luminance(fore), luminance(back)].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), text]);
  }
  return found;
}"""


def save(page: Page) -> None:
    """Save the notebook and wait until JupyterLab says that it is saved."""
    with page.expect_response(
        lambda response: "/api/contents/" in response.url and response.request.method == "PUT"
    ):
        page.keyboard.press("Control+s")
