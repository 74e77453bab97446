"""What a notebook gets to see, here from a stand-in display and from a real kernel."""

import base64
import io
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.image import imread
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from course import plot_image, plots, show_figure, show_images, show_reconstructions, toy_garments


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Outputs that a notebook would have got."""
    outputs: list[dict[str, str]] = []
    monkeypatch.setattr(plots, "get_ipython", lambda: object())
    monkeypatch.setattr(plots, "display", lambda bundle, raw: outputs.append(bundle))
    return outputs


@pytest.fixture(scope="module")
def garments() -> np.ndarray:
    return toy_garments(12, seed=0)[0]


class Images(HTMLParser):
    def __init__(self, source: str):
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


def the_image(shown: list[dict[str, str]]) -> tuple[np.ndarray, str]:
    """The pixels in [0, 1], shape (height, width), and the alt text of the only output."""
    [bundle] = shown
    [attributes] = Images(bundle["text/html"]).found
    assert bundle["text/plain"] == attributes["alt"]
    kind, _, packed = attributes["src"].partition(",")
    assert kind == "data:image/png;base64"
    return imread(io.BytesIO(base64.b64decode(packed)))[..., 0], attributes["alt"]


def test_alt_text_survives_markup_and_line_breaks(shown):
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    show_figure(figure, alt='Loss < 0.3 & "falling"\n    with <script>')
    _, alt = the_image(shown)
    assert alt == 'Loss < 0.3 & "falling" with <script>'
    assert "<script>" not in shown[0]["text/html"]


def test_a_shown_figure_is_closed(shown):
    figure = plt.figure()
    show_figure(figure, alt="Nothing.")
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alt_text_is_refused(shown, alt):
    with pytest.raises(ValueError, match="alt text"):
        show_figure(plt.figure(), alt)
    plt.close("all")


def test_a_script_prints_the_alt_text(garments, capsys):
    plot_image(garments[0], "A coat")
    assert capsys.readouterr().out == "Grey image of 28×28 pixels: A coat.\n"


def test_bytes_and_floats_of_any_usual_shape_look_the_same(shown, garments):
    class Tensor:  # as TensorFlow's: no array, but can be made one
        def __array__(self, dtype=None, copy=None):
            return (garments / 255).astype(np.float32)

    for images in (garments, garments / 255, garments[..., np.newaxis], Tensor(), list(garments)):
        show_images(images)
    plot_image(garments[0])
    plot_image(garments[0][..., np.newaxis] / 255)
    assert len({bundle["text/html"] for bundle in shown[:5]}) == 1
    assert len({bundle["text/html"] for bundle in shown[5:]}) == 1


def test_grey_is_never_stretched_but_clipped(shown):
    for value in (0.5, 1.0, 1.7, 0.0, -0.6):
        plot_image(np.full((28, 28), value))
    centres = []
    for bundle in shown:
        pixels, _ = the_image([bundle])
        centres.append(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])
    assert centres == pytest.approx([0.5, 1, 1, 0, 0], abs=0.01)


def test_a_grid_holds_every_image_where_it_belongs(shown):
    brightness = np.linspace(0.1, 0.8, 7)
    show_images(np.ones((7, 28, 28)) * brightness[:, None, None], columns=3)
    pixels, alt = the_image(shown)
    height, width = pixels.shape
    centres = [
        pixels[int(height * (row + 0.5) / 3), int(width * (column + 0.5) / 3)]
        for row in range(3)
        for column in range(3)
    ]
    assert centres[:7] == pytest.approx(brightness, abs=0.01)
    assert centres[7:] == [1, 1]  # the paper
    assert alt == "Grid of 7 grey images, 3 to a row."


def test_composed_alt_texts_name_what_is_there(shown, garments):
    show_images(garments[:2], titles=["Coat", 7], title="Two garments")
    show_reconstructions({"clean": garments[:3], "blurred": garments[:3]}, title="A blur")
    show_reconstructions([("clean", garments[:3])], alt="Three of them.")
    assert [bundle["text/plain"] for bundle in shown] == [
        "Grid of 2 grey images, 2 to a row: Two garments. Row by row: Coat, 7.",
        "Rows of 3 grey images: A blur. From top to bottom: clean; blurred.",
        "Three of them.",
    ]


def test_reconstruction_rows_stand_one_above_another(shown):
    dark, bright = np.full((4, 28, 28), 0.2), np.full((4, 28, 28), 0.7)
    show_reconstructions({"above": dark, "below": bright})
    pixels, _ = the_image(shown)
    height, width = pixels.shape
    column = int(width * 0.9)
    assert pixels[height // 4, column] == pytest.approx(0.2, abs=0.01)
    assert pixels[3 * height // 4, column] == pytest.approx(0.7, abs=0.01)


def test_pictures_are_small_files(shown, garments):
    noise = np.random.default_rng(0).random((30, 28, 28))  # hardest to pack
    show_images(noise)
    assert len(shown[0]["text/html"]) < 500_000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_image(np.zeros((2, 28, 28))), r"one image .* but got \(2, 28, 28\)"),
        (lambda: plot_image(np.zeros(784)), r"one image .* but got \(784,\)"),
        (lambda: plot_image(np.zeros((28, 28, 3))), r"one image .* but got \(28, 28, 3\)"),
        (lambda: plot_image(None), r"one image .* but got \(\)"),
        (lambda: show_images(np.zeros((28, 28))), r"\(n, 28, 28\), but got shape \(28, 28\)"),
        (lambda: show_images(np.zeros((5, 784))), r"\(n, 28, 28\), but got shape \(5, 784\)"),
        (lambda: show_images(np.zeros((5, 28, 28, 3))), r"but got shape \(5, 28, 28, 3\)"),
        (lambda: show_images(np.zeros((0, 28, 28))), r"but got shape \(0, 28, 28\)"),
        (lambda: show_images(np.zeros((2, 28, 28)), titles=["one"]), "2 images but 1 titles"),
        (lambda: show_reconstructions({"flat": np.zeros((5, 784))}), r"'flat', but got .*784"),
        (lambda: show_reconstructions({}), "at least one row"),
        (
            lambda: show_reconstructions({"a": np.zeros((2, 28, 28)), "b": np.zeros((3, 28, 28))}),
            r"\[2, 3\]",
        ),
    ],
)
def test_wrong_shapes_are_named_in_a_sentence(shown, call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert shown == []


def test_a_kernel_shows_each_figure_once_with_its_alt_text():
    cells = [
        "import matplotlib.pyplot as plt\n"
        "from course import show_figure, show_images, toy_garments\n"
        "figure, axes = plt.subplots()\n"
        "axes.plot([1, 2])\n"
        "show_figure(figure, alt='A line that rises.')",
        "show_images(toy_garments(3, seed=0)[0], alt='Three garments.')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert [len(of_cell) for of_cell in outputs] == [1, 1], outputs
    assert [o[0].data["text/plain"] for o in outputs] == ["A line that rises.", "Three garments."]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    alts = [image.get("alt") for image in Images(page).found]
    assert alts == ["A line that rises.", "Three garments."]
