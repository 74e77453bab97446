"""The lessons in other languages: cell by cell beside the English edition, and not behind it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jupytext
import pytest
from markdown_it import MarkdownIt

from autograder.exercises import LESSONS
from autograder.language import languages
from tests.languages.translations import translations

ENGLISH = translations.TEXT / "en"
OTHERS = languages()[1:]
FILES = sorted(path.relative_to(ENGLISH).as_posix() for path in ENGLISH.rglob("*.md"))
OWN = {"glossary.md"}  # a page that only a translation needs


def _pair(language: str, name: str) -> tuple[str, str]:
    english, other = ENGLISH / name, translations.TEXT / language / name
    return english.read_text(encoding="utf-8"), other.read_text(encoding="utf-8")


def _headings(text: str) -> list[int]:
    """The levels of a text's headings, in their order."""
    found = (re.match(r"#+", heading) for heading in translations.sections(text))
    return [len(match[0]) for match in found if match]


def _fenced(text: str) -> list[str]:
    """Blocks of code; a drawing in letters (text) holds words to translate."""
    blocks = re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)
    return [block for block in blocks if not block.startswith("```text")]


def _table(text: str) -> list[str]:
    """What a text's tables are made of, cell by cell."""
    tokens = MarkdownIt().enable("table").parse(text)
    return [token.tag for token in tokens if token.tag in ("tr", "td", "th") and token.nesting == 1]


def _paragraphs(text: str) -> set[str]:
    """Paragraphs of eight words and more, on one line each; no code, formulas, references."""
    prose = re.sub(r"^```.*?^```|\$\$.*?\$\$", "", text, flags=re.MULTILINE | re.DOTALL)
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", prose))
    return {
        part
        for part in parts
        if len(re.findall(r"[a-z]{3,}", part)) >= 8
        and not part.startswith("--- kernelspec")
        and not re.search(r"\(\d{4}\)\. \*", part)  # the title of a work
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_its_twin_and_none_is_an_orphan(language: str) -> None:
    folder = translations.TEXT / language
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert found - OWN == set(FILES)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("lesson", LESSONS)
def test_code_cells_are_those_of_the_english_edition(language: str, lesson: str) -> None:
    english, other = (
        jupytext.reads(text, fmt="md:myst").cells for text in _pair(language, f"{lesson}.md")
    )
    assert [cell.cell_type for cell in other] == [cell.cell_type for cell in english]
    for ours, theirs in zip(english, other, strict=True):
        if ours.cell_type == "code":
            assert theirs.source == ours.source
            assert theirs.metadata == ours.metadata
        else:
            assert _headings(theirs.source) == _headings(ours.source), theirs.source[:200]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", FILES)
def test_headings_code_and_tables_are_paired(language: str, name: str) -> None:
    english, other = _pair(language, name)
    assert _headings(other) == _headings(english)
    assert _fenced(other) == _fenced(english)
    assert _table(other) == _table(english)
    assert other.count("$$") == english.count("$$")
    if name.startswith("exercises/"):
        assert list(translations.sections(other)) == list(translations.sections(english))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", FILES)
def test_no_paragraph_is_left_in_english(language: str, name: str) -> None:
    english, other = map(_paragraphs, _pair(language, name))
    assert other and not english & other


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_section_changed_since_it_was_translated(language: str) -> None:
    stale = translations.stale_sections(language)
    advice = "translate these anew, then: python .ci/translations.py accept FILE..."
    assert not stale, f"{advice} {stale}"


@pytest.mark.parametrize("language", OTHERS)
def test_the_readme_has_the_same_sections_and_numbers_and_its_files_exist(language: str) -> None:
    english = translations.README.read_text(encoding="utf-8")
    page = translations.ROOT / "course" / f"README.{language}.md"
    other = page.read_text(encoding="utf-8")
    assert f"](course/{page.name})" in english
    assert _headings(other) == _headings(english)
    assert _table(other) == _table(english)
    numbers = [Counter(re.findall(r"\d+\.\d+|\d+,\d+", text)) for text in (english, other)]
    assert numbers[0] == numbers[1]
    named = re.findall(r"\]\(([^)]+)\)", other)
    assert named and not [name for name in named if not (page.parent / name).exists()]


def test_a_changed_section_is_named_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "en").mkdir()
    (tmp_path / "id").mkdir()
    monkeypatch.setattr(translations, "TEXT", tmp_path)
    monkeypatch.setattr(translations, "README", tmp_path / "README.md")
    translations.accept(["README.md"])
    lesson = tmp_path / "en" / "lesson.md"
    lesson.write_text("# Title\nWords.\n\n## One\n```\n# no heading\n```\n\n## Two\nWords.\n")
    assert translations.stale_sections("id") == [
        f"lesson.md: {heading}" for heading in ("the beginning", "# Title", "## One", "## Two")
    ]
    translations.accept(["lesson.md"])
    assert translations.stale_sections("id") == []
    lesson.write_text(lesson.read_text().replace("no heading", "still none"))
    assert translations.stale_sections("id") == ["lesson.md: ## One"]
