"""The latent explorer: sliders where widgets run, the grid beneath them everywhere else."""

import io
import sys

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from nbclient import NotebookClient

from course import explore_codings, explorer

WIDGET = "application/vnd.jupyter.widget-view+json"


def decode(codings: np.ndarray) -> np.ndarray:
    """Left half as bright as coding 0, right half as coding 2, from -3 (black) to 3 (white)."""
    assert codings.dtype == np.float32
    images = np.zeros((len(codings), 28, 28), np.float32)
    images[:, :, :14] = (codings[:, 0, None, None] + 3) / 6
    images[:, :, 14:] = (codings[:, 2, None, None] + 3) / 6
    return images


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    outputs: list[dict] = []
    monkeypatch.setattr(explorer, "get_ipython", lambda: object())
    monkeypatch.setattr(explorer, "display", lambda bundle, raw: outputs.append(bundle))
    return outputs


def halves(picture) -> tuple[float, float]:
    pixels = imread(io.BytesIO(picture.value))[..., 0]
    middle, width = pixels.shape[0] // 2, pixels.shape[1]
    return pixels[middle, width // 4], pixels[middle, 3 * width // 4]


def test_a_slider_moves_its_own_coding_and_the_button_moves_all_back():
    box = explorer._sliders(decode, 3, codings=[2, 0])
    controls, picture = box.children
    *sliders, button = controls.children
    assert [slider.description for slider in sliders] == ["coding 2", "coding 0"]
    assert halves(picture) == pytest.approx((0.5, 0.5), abs=0.01)
    sliders[0].value = 3
    assert halves(picture) == pytest.approx((0.5, 1), abs=0.01)
    sliders[1].value = -3
    assert halves(picture) == pytest.approx((0, 1), abs=0.01)
    button.click()
    assert halves(picture) == pytest.approx((0.5, 0.5), abs=0.01)


def test_the_output_holds_sliders_and_the_grid(shown):
    explore_codings(decode, 3)
    [output] = shown
    assert set(output) == {WIDGET, "text/html", "text/plain"}
    assert "codings 0, 1, 2" in output["text/plain"]
    assert "<img" in output["text/html"]


def test_the_grid_alone_where_there_are_no_widgets(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explore_codings(decode, 3)
    [output] = shown
    assert set(output) == {"text/html", "text/plain"}


def test_the_grid_walks_one_coding_at_a_time(shown, monkeypatch):
    seen = []
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explore_codings(lambda codings: seen.append(codings.copy()) or decode(codings), 3, [2])
    [points] = seen
    assert not points[:, :2].any()
    assert points[:, 2] == pytest.approx(np.linspace(-3, 3, 9))


def test_outside_a_notebook_words_take_its_place(capsys):
    explore_codings(decode, 3, [1])
    assert "codings 1," in capsys.readouterr().out


def test_a_kernel_shows_it_without_a_word_on_stderr():
    cell = nbformat.v4.new_code_cell(
        "import numpy as np\n"
        "from course import explore_codings\n"
        "explore_codings(lambda codings: np.full((len(codings), 28, 28), .5), 2)"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    [output] = cell.outputs
    assert set(output.data) == {WIDGET, "text/html", "text/plain"}
    assert notebook.metadata.widgets  # saved with the notebook, so an exported page shows it
