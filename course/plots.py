"""Pictures for the lessons, each with alt text."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

# 0 is black and 1 (255 for uint8) is white, as in the data.
IMAGE_COLOUR_MAP = "gray"

# Okabe and Ito's colours, which remain distinct in the common kinds of colour blindness.
LINE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def plot_image(image: ArrayLike, title: str | None = None, alt: str | None = None) -> None:
    """Show one image of shape (28, 28) or (28, 28, 1)."""
    raise NotImplementedError


def show_images(
    images: ArrayLike,
    titles: Sequence[Any] | None = None,
    columns: int = 10,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Show images of shape (n, 28, 28) or (n, 28, 28, 1) as a grid, `columns` to a row."""
    raise NotImplementedError


def show_reconstructions(
    rows: Mapping[str, ArrayLike] | Sequence[tuple[str, ArrayLike]],
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Show labelled rows of images one above another: column j is image j of every row."""
    raise NotImplementedError


def show_figure(figure: Figure, alt: str) -> None:
    """Show a matplotlib figure with `alt` as its alt text, and close it."""
    raise NotImplementedError
