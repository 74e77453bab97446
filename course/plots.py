"""Pictures for the lessons, each with alt text.

Every figure ends in `show_figure`. It hands the notebook an HTML image that carries its alt text,
since the ordinary PNG output has no place for one in JupyterLab; the plain-text output is the alt
text too.
"""

import base64
import html
import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

# 0 is black and 1 (255 for uint8) is white, as in the data.
IMAGE_COLOUR_MAP = "gray"

# Okabe and Ito's colours, which stay distinct in the common kinds of colour blindness; their
# yellow, too pale for a line on white, is left out.
LINE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

DOTS_PER_INCH = 110
TILE = 0.85  # inches


def plot_image(image: ArrayLike, title: str | None = None, alt: str | None = None) -> None:
    """Show one image of shape (28, 28) or (28, 28, 1), uint8 or floats in [0, 1].

    Raises ValueError for another shape.
    """
    array = np.asarray(image)
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (1,)):
        raise ValueError(f"plot_image needs one image of shape (28, 28), but got {array.shape}.")
    [pixels] = _grey_images(array[np.newaxis], "plot_image needs an image with pixels")
    figure = Figure(figsize=(2.6, 2.6))
    axes = figure.subplots()
    _draw(axes, pixels)
    if title:
        axes.set_title(title)
    show_figure(figure, alt or f"Grey image of {_size(pixels)} pixels{_colon(title)}.")


def show_images(
    images: ArrayLike,
    titles: Sequence[object] | None = None,
    columns: int = 10,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Show images of shape (n, 28, 28) or (n, 28, 28, 1) as a grid, `columns` to a row.

    Images are uint8 or floats in [0, 1]. `titles`, one for each image, stand above the images,
    `title` above the grid. Raises ValueError for another rank or another number of titles.
    """
    stack = _grey_images(images, "show_images needs images of shape (n, 28, 28)")
    if titles is not None and len(titles) != len(stack):
        raise ValueError(
            f"show_images got {len(stack)} images but {len(titles)} titles: give one for each."
        )
    columns = min(columns, len(stack))
    rows = math.ceil(len(stack) / columns)
    row_height = TILE + (0.2 if titles is not None else 0)
    title_height = 0.3 if title else 0
    size = (columns * TILE, title_height + rows * row_height)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for number, (axes, pixels) in enumerate(zip(grid, stack, strict=False)):
        _draw(axes, pixels)
        if titles is not None:
            axes.set_title(str(titles[number]), fontsize=8, pad=3)
    if title:
        figure.suptitle(title)
    if alt is None:
        names = "" if titles is None else " Row by row: " + ", ".join(map(str, titles)) + "."
        alt = f"Grid of {len(stack)} grey images, {columns} to a row{_colon(title)}.{names}"
    show_figure(figure, alt)


def show_reconstructions(
    rows: Mapping[str, ArrayLike] | Sequence[tuple[str, ArrayLike]],
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Show labelled rows of images one above another: column j is image j of every row.

    `rows` maps a label to images of shape (n, 28, 28) or (n, 28, 28, 1), uint8 or floats; what
    lies outside [0, 1] is clipped for display only. All rows have the same n; about 10 fit well.
    Raises ValueError for another rank or rows of unequal length.
    """
    pairs = list(rows.items() if isinstance(rows, Mapping) else rows)
    figure = labelled_rows(pairs, title)
    if alt is None:
        order = "; ".join(label for label, _ in pairs)
        columns = len(np.asarray(pairs[0][1]))
        alt = f"Rows of {columns} grey images{_colon(title)}. From top to bottom: {order}."
    show_figure(figure, alt)


def labelled_rows(pairs: Sequence[tuple[str, ArrayLike]], title: str | None = None) -> Figure:
    """Draw what `show_reconstructions` shows, and return the figure."""
    labels = [label for label, _ in pairs]
    stacks = [
        _grey_images(images, f"show_reconstructions needs images of shape (n, 28, 28) in {label!r}")
        for label, images in pairs
    ]
    counts = {len(stack) for stack in stacks}
    if len(counts) != 1:
        raise ValueError(
            "show_reconstructions needs at least one row, and equally many images in every row, "
            f"but got {[len(stack) for stack in stacks]}."
        )
    [columns] = counts
    label_width = 0.2 + 0.085 * max(map(len, labels))
    title_height = 0.3 if title else 0
    size = (label_width + columns * TILE, title_height + len(stacks) * TILE)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(stacks), columns, squeeze=False)
    for label, stack, row in zip(labels, stacks, grid, strict=True):
        for axes, pixels in zip(row, stack, strict=True):
            _draw(axes, pixels)
        # On the left, where a y label stands, but upright and so easier to read.
        row[0].set_axis_on()
        row[0].set(xticks=[], yticks=[])
        row[0].spines[:].set_visible(False)
        row[0].set_ylabel(label, rotation=0, ha="right", va="center", labelpad=8)
    if title:
        figure.suptitle(title)
    return figure


def show_figure(figure: Figure, alt: str) -> None:
    """Show a matplotlib figure with `alt` as its alt text, and close it.

    `alt` says in a sentence or two what the figure shows and what to see in it. Outside a
    notebook only the alt text is printed. Raises ValueError if `alt` is empty.
    """
    alt = " ".join(alt.split())
    if not alt:
        raise ValueError("show_figure needs an alt text: say in a sentence what is to be seen.")
    if get_ipython() is None:
        print(alt)
    else:
        display(figure_output(figure, alt), raw=True)
    plt.close(figure)  # or the inline backend would show it once more


def figure_output(figure: Figure, alt: str) -> dict[str, str]:
    """Return a figure as the output of a notebook cell: an HTML image, and its alt text."""
    tag = (
        f'<img src="data:image/png;base64,{base64.b64encode(_png(figure)).decode()}" '
        f'alt="{html.escape(alt)}" style="max-width: 100%; background: white">'
    )
    return {"text/html": tag, "text/plain": alt}


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", facecolor="white")
    return buffer.getvalue()


def _grey_images(images: ArrayLike, need: str) -> NDArray[np.floating]:
    """Return images as floats of shape (n, height, width) in [0, 1], clipped.

    Raises ValueError, beginning with `need`, unless there is at least one and the rank fits.
    """
    array = np.asarray(images)
    if array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != 3 or 0 in array.shape:
        raise ValueError(f"{need}, but got shape {np.shape(images)}.")
    if array.dtype == np.uint8:
        array = array / np.float32(255)
    return np.clip(array, 0, 1)


def _draw(axes: Axes, pixels: NDArray[np.floating]) -> None:
    axes.imshow(pixels, cmap=IMAGE_COLOUR_MAP, vmin=0, vmax=1)
    axes.axis("off")


def _size(pixels: NDArray[np.floating]) -> str:
    return "×".join(map(str, pixels.shape))


def _colon(title: str | None) -> str:
    return f": {title}" if title else ""
