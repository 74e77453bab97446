"""A latent explorer: move a slider, see what the decoder makes of it.

The output carries two pictures of the same thing. A notebook that can run widgets shows the
sliders; any other (an exported page, a viewer without widgets) shows the grid that lies beneath:
a row for each coding, from left to right along its slider.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.image import imsave
from numpy.typing import ArrayLike, NDArray

from course.plots import IMAGE_COLOUR_MAP, figure_output, labelled_rows

Decode = Callable[[NDArray[np.float32]], ArrayLike]

LIMIT = 3.0  # standard deviations of the prior: beyond it lie 0.3 % of its draws
GRID_STEPS = 9
WIDGET = "application/vnd.jupyter.widget-view+json"
MAGNIFICATION = 9  # screen pixels for a pixel of an image


def explore_codings(
    decode: Decode, codings_size: int, codings: Sequence[int] | None = None
) -> None:
    """Show a slider for each of some codings, and the image that they decode to.

    Args:
        decode: from codings, float32 of shape (n, codings_size), to images of shape (n, 28, 28)
            in [0, 1]; a decoder is one.
        codings_size: how many codings the decoder takes; those without a slider stay 0.
        codings: which codings get a slider, counted from 0, in this order; by default all.

    Where widgets do not run, a static grid takes their place; outside a notebook, its alt text.
    """
    codings = range(codings_size) if codings is None else codings
    alt = (
        f"Grid of decoded images: a row for each of the codings {', '.join(map(str, codings))}, "
        f"which grows from −{LIMIT:g} on the left to {LIMIT:g} on the right, the others being 0."
    )
    if get_ipython() is None:
        print(alt)
        return
    output: dict[str, Any] = {**_grid(decode, codings_size, codings, alt)}
    try:
        view = _sliders(decode, codings_size, codings)
    except ImportError:  # ipywidgets is not installed
        pass
    else:
        # Beside the grid, of which a front end without widgets shows the HTML.
        output[WIDGET] = view._repr_mimebundle_()[WIDGET]
    display(output, raw=True)


def _grid(decode: Decode, codings_size: int, codings: Sequence[int], alt: str) -> dict[str, str]:
    """Return the static grid as the output of a cell."""
    values = np.linspace(-LIMIT, LIMIT, GRID_STEPS)
    rows = []
    for coding in codings:
        points = np.zeros((GRID_STEPS, codings_size), np.float32)
        points[:, coding] = values
        rows.append((f"coding {coding}", np.asarray(decode(points))))
    title = f"One coding at a time, from −{LIMIT:g} to {LIMIT:g}"
    return figure_output(labelled_rows(rows, title), alt)


def _sliders(decode: Decode, codings_size: int, codings: Sequence[int]) -> Any:
    """Return a box of sliders beside the image that they decode to. Raises ImportError."""
    import ipywidgets

    picture = ipywidgets.Image(format="png", layout={"margin": "0 0 0 2em"})
    sliders = [
        ipywidgets.FloatSlider(0, min=-LIMIT, max=LIMIT, step=0.1, description=f"coding {coding}")
        for coding in codings
    ]
    centre = ipywidgets.Button(description="all to 0")

    def redraw(_change: object = None) -> None:
        point = np.zeros((1, codings_size), np.float32)
        point[0, list(codings)] = [slider.value for slider in sliders]
        picture.value = _png(np.asarray(decode(point))[0])

    def to_zero(_button: object) -> None:
        for slider in sliders:
            slider.value = 0

    for slider in sliders:
        slider.observe(redraw, names="value")
    centre.on_click(to_zero)
    redraw()
    return ipywidgets.HBox([ipywidgets.VBox([*sliders, centre]), picture])


def _png(image: NDArray[np.floating]) -> bytes:
    """Return an image of shape (28, 28) as a PNG, magnified."""
    buffer = io.BytesIO()
    large = np.kron(np.clip(image, 0, 1), np.ones((MAGNIFICATION, MAGNIFICATION)))
    imsave(buffer, large, cmap=IMAGE_COLOUR_MAP, vmin=0, vmax=1, format="png")
    return buffer.getvalue()
