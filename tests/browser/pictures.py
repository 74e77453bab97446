"""Take the README's pictures anew: `make pictures`.

A lesson in JupyterLab, and the card of an answer that goes wrong as many do: it divides by the
largest pixel at hand in place of 255.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

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


def main() -> None:
    """Write course/pictures/*.png; needs Chromium and the real data."""
    if load_fashion_mnist().is_toy:
        sys.exit("The pictures show the real garments; set FASHION_MNIST_DIR to their folder.")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, jupyterlab.chromium() as browser:
        work = Path(folder) / "work"
        copy_lessons(work, "en")
        notebook = nbformat.read(work / f"{LESSON}.ipynb", as_version=4)
        check = check_index(notebook, EXERCISE)
        with jupyterlab.jupyterlab(work, Path(folder) / "home") as address:
            page = jupyterlab.open_notebook(browser, address, f"{LESSON}.ipynb")
            jupyterlab.write_in(page, check - 1, WRONG_ANSWER)
            jupyterlab.run_through(page, check)
            card = jupyterlab.cell(page, check).locator(".jp-OutputArea-output").first
            card.screenshot(path=PICTURES / "card.png")
            figure = page.locator(".jp-Notebook .jp-OutputArea-output img").first
            figure.scroll_into_view_if_needed()
            page.screenshot(path=PICTURES / "lesson.png")
            page.close()
    for picture in sorted(PICTURES.glob("*.png")):
        shrink(picture)
        print(f"{picture.relative_to(PICTURES.parents[1])}: {picture.stat().st_size // 1000} kB")


def shrink(picture: Path) -> None:
    """Reduce a screenshot to 64 colours: a fraction of the size, the same to the eye."""
    with Image.open(picture) as image:
        reduced = image.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    reduced.save(picture, optimize=True)


if __name__ == "__main__":
    main()
