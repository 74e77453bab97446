"""Which language is spoken: the block's, the variable's, the notebook's own, else English."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import AutograderError
from autograder.judges import draw_challenge, judge
from autograder.kernel.gather import gather
from autograder.language import Messages, _, current_language, languages, ngettext, speaking
from autograder.report import card_html


def _notebook(path: Path, language: str) -> Path:
    path.write_text(json.dumps({"cells": [], "metadata": {"language": language}}))
    return path


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOGRADER_LANGUAGE", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)


def test_english_is_spoken_where_nothing_else_is_asked_for() -> None:
    assert current_language() == "en" == languages()[0]
    assert _("points") == "points" and _("") == ""
    assert [ngettext("{} point", "{} points", n) for n in (1, 0.5)] == ["{} point", "{} points"]


def test_the_notebook_that_jupyter_names_decides_before_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _notebook(tmp_path / "a.ipynb", "en")
    session = _notebook(tmp_path / "b.ipynb", "id")
    assert current_language() == "en"
    monkeypatch.setenv("JPY_SESSION_NAME", str(session))
    assert current_language() == "id"
    assert _("points") == "poin"


def test_notebooks_in_the_folder_decide_where_no_session_is_named(tmp_path: Path) -> None:
    (tmp_path / "0.ipynb").write_text("no notebook")
    (tmp_path / "1.ipynb").write_text('{"metadata": {"language": "xx"}}')
    _notebook(tmp_path / "2.ipynb", "id")
    assert current_language() == "id"


def test_the_variable_wins_over_the_notebook_and_the_block_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _notebook(tmp_path / "a.ipynb", "en")
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "id")
    assert current_language() == "id"
    with speaking("en"):
        assert current_language() == "en"
    assert current_language() == "id"


def test_an_unknown_language_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="'xx'; take one of en, id"), speaking("xx"):
        pass
    child = subprocess.run(
        [sys.executable, "-c", "from autograder import check"],
        env={"AUTOGRADER_LANGUAGE": "xx", "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "There is no course in language 'xx'" in child.stderr.splitlines()[-1]


def test_messages_are_looked_up_when_they_are_read() -> None:
    messages = Messages() | {"a": "Gradients"} | {"b": "Values"}
    with speaking("id"):
        assert dict(messages) == {"a": "Gradien", "b": "Nilai"} == {**messages}
        assert dict(Messages() | messages) == {"a": "Gradien", "b": "Nilai"}
    assert dict(messages) == {"a": "Gradients", "b": "Values"}


def test_a_verdict_differs_between_languages_in_its_words_alone() -> None:
    challenge = draw_challenge("scale_images", 1)
    answer = lambda images: (images / images.max()).astype(np.float32)  # noqa: E731
    evidence = gather("scale_images", answer, challenge)
    english = judge("scale_images", challenge, evidence)
    with speaking("id"):
        other = judge("scale_images", challenge, evidence)
        card = card_html(other)
    assert other.misconceptions == english.misconceptions != ()
    for ours, theirs in zip(english.criteria, other.criteria, strict=True):
        assert (ours.name, ours.outcome, ours.points) == (
            theirs.name,
            theirs.outcome,
            theirs.points,
        )
        assert ours.message != theirs.message or not ours.message
    assert "Diharapkan" in card and "diperoleh" in card and "Belum diperiksa: “Nilai”" in card
    assert "belum terpenuhi" in card and "Buntu?" in card
    for english_word in ("Expected", "points", "not met", "Values", "Stuck"):
        assert english_word not in card
