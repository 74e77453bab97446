"""check, hint, solution, progress and %%needs, in the shell that a notebook has."""

import json

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder import notebook
from autograder.errors import AutograderError
from autograder.progress import FILE_NAME, read_progress
from autograder.report import VERDICT_MIME, card_html, points_text
from autograder.verdict import Criterion, Verdict
from solutions import lesson_01_fashion_mnist as solutions


def right(images):
    return (images / 255).astype(np.float32)


def wrong(images):
    return (images / images.max()).astype(np.float32)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "_passed_here", set())


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(AutograderError, match="did you mean “scale_images”"):
        notebook.check("scale_image", right)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: notebook.check("scale_images"), r'check\("scale_images", scale_images\)'),
        (lambda: notebook.check(solutions.scale_images), r'check\("scale_images", scale_images\)'),
        (lambda: notebook.check(), "Name an exercise: one of scale_images, "),
        (lambda: notebook.hint(), "Name an exercise"),
        (lambda: notebook.solution(), "Name an exercise"),
    ],
)
def test_what_a_call_lacks_is_said(call, words):
    with pytest.raises(AutograderError, match=words):
        call()


def test_progress_is_kept_beside_the_notebook(tmp_path):
    notebook.check("scale_images", wrong)
    notebook.check("scale_images", right)
    notebook.check("scale_images", wrong)
    entry = read_progress(tmp_path)["scale_images"]
    assert (entry.best, entry.passed, entry.checks, entry.failures) == (1.0, True, 3, 2)
    assert "1 of" in notebook.progress()._repr_mimebundle_()["text/html"]


def test_a_damaged_progress_file_is_no_error(tmp_path):
    (tmp_path / FILE_NAME).write_text("{")
    assert notebook.check("scale_images", right).passed
    assert read_progress(tmp_path)["scale_images"].passed


def test_hints_after_the_first_want_a_genuine_attempt():
    for _ in range(3):
        assert "Hint 1" in repr(notebook.hint("scale_images"))
        assert "Hint 2" not in repr(notebook.hint("scale_images"))
    notebook.check("scale_images", None)
    assert "Hint 2" not in repr(notebook.hint("scale_images"))
    notebook.check("scale_images", wrong)
    assert "Hint 2" in repr(notebook.hint("scale_images"))
    assert "Hint 3" in repr(notebook.hint("scale_images"))


def test_the_solution_opens_after_a_pass_or_on_giving_up():
    with pytest.raises(AutograderError, match="give_up=True"):
        notebook.solution("scale_images")
    opened = notebook.solution("scale_images", give_up=True)
    assert "def scale_images" in repr(opened)
    assert "copy it into your own cell" in opened._repr_mimebundle_()["text/html"]
    notebook.check("split_dataset", lambda i, n, v: ((i[:-v], n[:-v]), (i[-v:], n[-v:])))
    text = repr(notebook.solution("split_dataset"))
    assert "def split_dataset" in text
    assert "BEGIN SOLUTION" not in text


@pytest.mark.parametrize("released", [False, True])
def test_in_a_class_the_instructor_opens_the_solutions(tmp_path, released):
    mark = {"class": "c", "assignment": "01_fashion_mnist", "solutions_released": released}
    (tmp_path / "autograder-class.json").write_text(json.dumps(mark))
    if not released:
        with pytest.raises(AutograderError, match="has not released"):
            notebook.solution("scale_images", give_up=True)
        return
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "01_fashion_mnist.py").write_text(
        "def scale_images(images):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    )
    assert "return 1" in repr(notebook.solution("scale_images", give_up=True))


def test_a_card_escapes_what_students_wrote():
    nasty = "<script>alert('x')</script> `a` ` & {{ 7 * 7 }}"
    criterion = Criterion("Values", "fail", nasty, 0.0, 1.0)
    html = card_html(Verdict("scale_images", (criterion,), printed=nasty))
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html


def test_points_are_a_plain_number():
    for points in (0, 0.1 + 0.2, 1 / 3, 6, 1e-9):
        assert float(points_text(points)) == pytest.approx(points, abs=1e-6)
        assert set(points_text(points)) <= set("0123456789.")


def test_a_verdict_survives_json():
    verdict = notebook.check_with_seed("scale_images", wrong, 1)
    again = Verdict.from_dict(json.loads(json.dumps(verdict.to_dict())))
    assert again == verdict
    assert again.misconceptions == ("divided_by_maximum",)


CELLS = [
    "from autograder import check\nimport logging, sys, warnings\n"
    "logging.basicConfig(stream=sys.stderr, force=True)\nscale_images = None",
    "%%needs scale_images\nprint('demonstration ran')",
    "import numpy as np\n"
    "def scale_images(images):\n"
    "    logging.error('noise')\n"
    "    warnings.warn('noise')\n"
    "    import os; os.write(2, b'noise')\n"
    "    from IPython.display import display; display('noise')\n"
    "    import matplotlib.pyplot as plt; plt.plot([1, 2]); print('noise', file=sys.__stderr__)\n"
    "    return (images / 255).astype('float32')",
    'check("scale_images", scale_images)',
    "%%needs scale_images\nprint('demonstration ran')",
    "%%needs scale_images\n1 / 0",
    'check("scale_imagse", scale_images)',
    "while True:\n    print('x'); break",
]


def test_in_a_real_kernel(tmp_path):
    """One output, no byte of noise, demonstrations that wait, errors of one sentence."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    outputs = [cell.outputs for cell in client.execute().cells]
    assert outputs[1][0].text.startswith("This demonstration needs scale_images")
    assert len(outputs[3]) == 1
    data = outputs[3][0].data
    assert outputs[3][0].output_type == "execute_result"
    assert data["text/plain"] == "1"
    assert data[VERDICT_MIME]["passed"]
    assert "noise" in data["text/html"]  # what the student's code printed is in the card
    assert outputs[4][0].text == "demonstration ran\n"
    assert outputs[5][0].ename == "ZeroDivisionError"
    assert outputs[6][0].traceback == [
        "There is no exercise called 'scale_imagse': did you mean “scale_images”?"
    ]
    assert outputs[7][0].text == "x\n"
