"""The messages in other languages: every one translated, none orphaned, the same placeholders."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest

from autograder.language import languages
from tests.languages.translations import translations

OTHERS = languages()[1:]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _placeholders(text: str) -> set[tuple[str, str, str | None]]:
    return {
        (field, spec or "", conversion)
        for _, field, spec, conversion in string.Formatter().parse(text)
        if field is not None
    }


def test_there_is_a_language_besides_english() -> None:
    assert "id" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_the_texts_of_the_code_and_no_other(language: str) -> None:
    wanted = {message.id for message in translations.template() if message.id}
    found = {message.id for message in translations.catalogue(language) if message.id}
    assert found == wanted, "run `make translations`"


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_from_the_english_of_now(language: str) -> None:
    assert translations.open_messages(translations.catalogue(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_and_code_are_those_of_the_english_message(language: str) -> None:
    for message in translations.catalogue(language):
        for form in _forms(message.string) if message.id else []:
            english = _forms(message.id)[-1]
            assert _placeholders(form) == _placeholders(english), english
            code = [Counter(re.findall(r"`[^`]+`", text)) for text in (form, english)]
            assert code[0] == code[1], english
            # A message is put together with others: what stands at its ends matters.
            assert [form[:1] == " ", form[-1:] == " "] == [
                english[:1] == " ",
                english[-1:] == " ",
            ], english


@pytest.mark.parametrize("language", OTHERS)
def test_what_gettext_reads_is_the_catalogue_compiled(language: str) -> None:
    compiled = translations.compiled(translations.catalogue(language))
    path = translations.po_path(language).with_suffix(".mo")
    assert path.read_bytes() == compiled, "run `make translations`"
