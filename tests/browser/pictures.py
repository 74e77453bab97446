"""Take the READMEs' pictures anew: `make pictures`; with arguments, of these languages alone.

A lesson in JupyterLab, and the card of an answer that goes wrong as many do: it divides by the
largest pixel at hand in place of 255.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

from autograder.language import ENGLISH, languages
from autograder.lessons import copy_lessons
from course import load_fashion_mnist
from tests.browser import jupyterlab
from tests.browser.lesson import check_index

PICTURES = Path(__file__).parents[2] / "course" / "pictures"
LESSON, EXERCISE = "01_fashion_mnist", "scale_images"
WRONG_ANSWER = """\
def scale_images(images):
    return (images / images.max()).astype("float32")
"""


def main(wanted: list[str]) -> None:
    """Write card and lesson in these languages, or in all; needs Chromium and the real data."""
    if load_fashion_mnist().is_toy:
        sys.exit("The pictures show the real garments; set FASHION_MNIST_DIR to their folder.")
    for language in wanted or languages():
        folder = PICTURES if language == ENGLISH else PICTURES / language
        folder.mkdir(exist_ok=True)
        take(language, folder)
        for picture in (folder / "card.png", folder / "lesson.png"):
            shrink(picture)
            print(f"{picture.relative_to(PICTURES.parent)}: {picture.stat().st_size // 1000} kB")


def take(language: str, pictures: Path) -> None:
    """Take card.png and lesson.png in one language."""
    with tempfile.TemporaryDirectory() as folder, jupyterlab.chromium() as browser:
        work = Path(folder) / "work"
        copy_lessons(work, language)
        notebook = nbformat.read(work / f"{LESSON}.ipynb", as_version=4)
        check = check_index(notebook, EXERCISE)
        with jupyterlab.jupyterlab(work, Path(folder) / "home") as address:
            page = jupyterlab.open_notebook(browser, address, f"{LESSON}.ipynb")
            jupyterlab.write_in(page, check - 1, WRONG_ANSWER)
            jupyterlab.run_through(page, check)
            card = jupyterlab.cell(page, check).locator(".jp-OutputArea-output").first
            card.screenshot(path=pictures / "card.png")
            if language == ENGLISH:
                figure = page.locator(".jp-Notebook .jp-OutputArea-output img").first
                figure.scroll_into_view_if_needed()
            else:  # prose, in which a translation differs
                jupyterlab.cell(page, check - 3).evaluate("cell => cell.scrollIntoView()")
            page.screenshot(path=pictures / "lesson.png")
            page.close()


def shrink(picture: Path) -> None:
    """Reduce a screenshot to 64 colours: a fraction of the size, the same to the eye."""
    with Image.open(picture) as image:
        reduced = image.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    reduced.save(picture, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
