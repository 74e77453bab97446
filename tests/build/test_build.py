"""The build: one source of text, a notebook for each lesson, and faults told with file and cell."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder import build
from autograder.errors import AutograderError
from autograder.exercises import LESSONS, exercises_of
from autograder.language import languages

LESSON = "01_fashion_mnist"

TEXT = """\
# Small lesson

First words.

```{code-cell} ipython3
:tags: [setup]

import numpy as np
```

## Scaling

```{code-cell} ipython3
:tags: [exercise]

scale_images
```

```{code-cell} ipython3
%%needs scale_images
print(scale_images(np.zeros((1, 28, 28), np.uint8)))
```

## Splitting

```{code-cell} ipython3
:tags: [exercise]

split_dataset
```

```{code-cell} ipython3
:tags: [hide-input]

%%needs scale_images split_dataset
print("both")
```

```{code-cell} ipython3
:tags: [question]

question_01
```
"""

SOLUTIONS = '''\
import functools


def helper():
    return 1


@functools.cache
def scale_images(images):
    """Contract."""
    ### BEGIN SOLUTION
    return images / 255  # the secret
    ### END SOLUTION


def split_dataset(images, labels, validation_size):
    """Contract."""
    ### BEGIN SOLUTION
    train = "secret"

    return train
    ### END SOLUTION
# a remark of the module
'''


def assemble(text: str = TEXT, points: dict[str, float] | None = None) -> nbformat.NotebookNode:
    return build.assemble(
        text,
        where="small.md",
        lesson=LESSON,
        solutions=SOLUTIONS,
        titles={"scale_images": "Scale", "split_dataset": "Split"},
        rubric="The rubric is a secret.",
        points=points or {},
    )


def cells(nb: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    return {cell.id: cell for cell in nb.cells}


def test_an_exercise_becomes_card_answer_and_check() -> None:
    found = cells(assemble())
    assert "1 point**" in found["card-scale_images"].source
    assert 'hint("scale_images")' in found["card-scale_images"].source
    assert found["scale_images"].source.startswith("@functools.cache\ndef scale_images(images):")
    assert found["scale_images"].source.endswith("### END SOLUTION")
    assert found["check-scale_images"].source == 'check("scale_images", scale_images)'
    assert found["check-scale_images"].metadata.nbgrader.points == 1
    order = [cell.id for cell in assemble().cells]
    place = order.index("card-scale_images")
    expected = ["card-scale_images", "scale_images", "check-scale_images"]
    assert order[place : place + 3] == expected


def test_the_comment_after_a_function_is_not_part_of_it() -> None:
    assert cells(assemble())["split_dataset"].source.endswith("    ### END SOLUTION")


def test_the_setup_cell_binds_every_exercise_and_is_locked() -> None:
    setup = cells(assemble())["setup"]
    assert setup.source.splitlines() == [
        "from autograder import check, hint, solution, progress",
        "import numpy as np",
        "",
        "scale_images = split_dataset = None",
    ]
    nbgrader = setup.metadata.nbgrader
    assert nbgrader.locked and not nbgrader.grade and not nbgrader.solution


def test_demonstrations_alone_are_tagged_and_keep_their_other_tags() -> None:
    tags = {cell.id: cell.metadata.get("tags") for cell in assemble().cells}
    assert {name: found for name, found in tags.items() if found} == {
        "demonstration-scaling-1": ["demonstration"],
        "demonstration-splitting-1": ["demonstration", "hide-input"],
    }


def test_points_of_a_class_reach_card_and_check() -> None:
    found = cells(assemble(points={"scale_images": 2.5, "question_01": 6}))
    assert found["check-scale_images"].metadata.nbgrader.points == 2.5
    assert "**2.5 points**" in found["card-scale_images"].source
    assert found["question_01"].metadata.nbgrader.points == 6


def test_the_release_holds_stubs_and_no_secret() -> None:
    source = assemble()
    before = copy.deepcopy(source)
    release = build.release_notebook(source)
    assert source == before
    text = build.notebook_text(release)
    assert "secret" not in text and "SOLUTION" not in text
    found = cells(release)
    assert found["scale_images"].source.endswith(
        '"""Contract."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )
    assert found["question_01"].source == "YOUR ANSWER HERE"
    assert all("checksum" in c.metadata.nbgrader for c in release.cells if "nbgrader" in c.metadata)
    MetadataValidator().validate_nb(release)


FAULTS = {
    "unknown exercise": (
        TEXT.replace("\n\nsplit_dataset\n", "\n\nsplit_data\n"),
        "cell 7.*split_d",
    ),
    "exercise of another lesson": (
        TEXT.replace("\n\nsplit_dataset\n", "\n\nbuild_dae\n"),
        "cell 7",
    ),
    "asked twice": (
        TEXT.replace("\n\nsplit_dataset\n", "\n\nscale_images\n"),
        "cell 7.*second time",
    ),
    "never asked": (TEXT.replace("[question]", "[hide-input]"), "question_01 is never asked"),
    "needs an unknown": (TEXT.replace("needs scale_images\n", "needs scale\n"), "cell 5.*scale"),
    "needs a later one": (TEXT.replace("needs scale_images\n", "needs split_dataset\n"), "cell 5"),
    "no setup": (TEXT.replace("[setup]", "[hide-input]"), "cell 2.*setup"),
    "setup later": (TEXT.replace("[question]", "[setup]"), "cell 9.*setup"),
    "no code at all": ("# Only words\n", "no cell carries the tag `setup`"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_lesson_is_told_with_file_and_cell(name: str) -> None:
    text, words = FAULTS[name]
    assert text != TEXT
    with pytest.raises(AutograderError, match=f"(?s)^small.md.*{words}") as told:
        assemble(text)
    assert "\n" not in str(told.value)


def test_a_function_without_a_blank_is_refused() -> None:
    with pytest.raises(AutograderError, match=r"m\.py: helper needs a blank"):
        build.function_source(SOLUTIONS, "helper", "m.py")
    with pytest.raises(AutograderError, match=r"m\.py: there is no top-level"):
        build.function_source(SOLUTIONS, "absent", "m.py")


def test_unknown_lessons_and_languages_are_refused() -> None:
    with pytest.raises(AutograderError, match="no lesson '07'"):
        build.source_notebook("07")
    with pytest.raises(AutograderError, match="language 'xx'"):
        build.source_notebook(LESSON, "xx")


# ------------------------------------------------------------------------- the real lessons


def test_committed_notebooks_equal_what_the_sources_build() -> None:
    assert build.build_all(check=True) == []


def test_an_outdated_notebook_is_named_and_then_written(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def path(lesson: str, language: str) -> Path:
        return tmp_path / f"{lesson}.{language}"

    monkeypatch.setattr(build, "notebook_path", path)
    path(LESSON, "en").write_text("old")
    with pytest.raises(AutograderError, match=f"Out of date: .*{LESSON}"):
        build.build_all(check=True)
    assert path(LESSON, "en").read_text() == "old"
    assert build.build_all() == [path(name, code) for code in languages() for name in LESSONS]
    assert build.build_all(check=True) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_ids_are_derived_unique_and_valid(lesson: str) -> None:
    nb = build.source_notebook(lesson)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in ids)
    assert ids == [cell.id for cell in build.source_notebook(lesson).cells]


@pytest.mark.parametrize("lesson", LESSONS)
def test_solved_notebooks_hold_working_python_without_marks(lesson: str) -> None:
    nb = build.solved_notebook(lesson)
    for cell in nb.cells:
        if cell.cell_type == "code":
            assert "SOLUTION" not in cell.source and "NotImplementedError" not in cell.source
            if not cell.source.startswith("%"):
                compile(cell.source, cell.id, "exec")


@pytest.mark.parametrize("lesson", LESSONS)
def test_without_solutions_the_source_comes_from_the_release(
    lesson: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = build.release_notebook(build.source_notebook(lesson))
    monkeypatch.setattr(build, "SOLUTIONS", tmp_path)
    source = build.source_notebook(lesson)
    answers = [cells(source)[exercise.id].source for exercise in exercises_of(lesson)]
    assert all(answer.count("### BEGIN SOLUTION") == 1 for answer in answers)
    assert build.release_notebook(source) == real

    name = exercises_of(lesson)[0].id
    weighed = cells(build.source_notebook(lesson, points={name: 7}))
    assert weighed[f"check-{name}"].metadata.nbgrader.points == 7
    assert "**7 points**" in weighed[f"card-{name}"].source
    with pytest.raises(AutograderError, match="not installed"):
        build.solved_notebook(lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_answer_finds_its_names_in_the_setup_cell(lesson: str) -> None:
    cells = {cell.id: cell.source for cell in build.source_notebook(lesson).cells}
    imports = [
        n for n in ast.walk(ast.parse(cells["setup"])) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    known = {(a.asname or a.name).split(".")[0] for node in imports for a in node.names}
    known |= {exercise.id for exercise in exercises_of(lesson)} | set(dir(builtins))
    for exercise in exercises_of(lesson):
        nodes = list(ast.walk(ast.parse(cells[exercise.id])))
        names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        local = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        local |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        assert names <= known | local, f"{exercise.id}: {names - known - local}"
