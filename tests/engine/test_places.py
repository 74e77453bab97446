"""Where in the lesson to look: sections that exist, for exercises and mistakes that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import course
from autograder.errors import AutograderError
from autograder.exercises import EXERCISES
from autograder.places import SECTIONS, SECTIONS_OF_MISTAKES, where_to_look
from autograder.report import card_html
from autograder.texts import section_title
from autograder.verdict import Criterion, Verdict

TEXTS = Path(course.__file__).parent / "text"


def verdict(exercise_id: str, misconception: str | None = None, outcome: str = "fail") -> Verdict:
    criterion = Criterion("Values", outcome, "Off.", 0.0, 6.0, misconception)  # type: ignore[arg-type]
    return Verdict(exercise_id, (criterion,))


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_an_exercise_stands_in_the_section_that_is_named(exercise_id: str) -> None:
    lesson = TEXTS / "en" / f"{EXERCISES[exercise_id].lesson}.md"
    text = lesson.read_text(encoding="utf-8")
    before, _ = re.split(rf":tags: \[exercise\]\s+{exercise_id}\s", text)
    assert re.findall(r"^## (\S+)", before, flags=re.MULTILINE)[-1] == SECTIONS[exercise_id]


@pytest.mark.parametrize("exercise_id", SECTIONS_OF_MISTAKES)
def test_the_sections_of_mistakes_exist_and_so_do_the_mistakes(exercise_id: str) -> None:
    judges = ("noise", "Sampling", "kl_divergence", "adversarial_step", "build_dae_decoder")
    modules = [importlib.import_module(f"autograder.judges.{name}") for name in judges]
    modules.append(importlib.import_module(f"autograder.judges.{exercise_id}"))
    text = "\n".join(Path(str(module.__file__)).read_text() for module in modules)
    for misconception, number in SECTIONS_OF_MISTAKES[exercise_id].items():
        assert section_title(number).startswith(f"{number} ")
        assert f'"{misconception}"' in text


def test_the_most_telling_section_comes_first() -> None:
    places = where_to_look(verdict("generator_loss", "saturating_loss"))
    assert [place.split()[0] for place in places] == ["4.8", "4.7"]
    assert where_to_look(verdict("generator_loss", outcome="pass")) == ()


def test_a_card_says_where_to_look_until_the_answer_passes() -> None:
    assert "3.4 The divergence" in card_html(verdict("kl_divergence"))
    assert "Where to look" not in card_html(verdict("kl_divergence", outcome="pass"))


def test_a_section_that_is_not_there_is_named() -> None:
    with pytest.raises(AutograderError, match=r"no section 3\.99"):
        section_title("3.99")
