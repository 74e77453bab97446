"""The language in which everything that a learner reads is said: English, or a translation of it.

Texts stand in the code in English, which is also their key into a gettext catalogue,
locale/<language>/LC_MESSAGES/autograder.mo. Python's own gettext reads it.
"""

from __future__ import annotations

import gettext
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from autograder.errors import AutograderError

ENGLISH = "en"
VARIABLE = "AUTOGRADER_LANGUAGE"
DOMAIN = "autograder"
LOCALE = Path(__file__).parent / "locale"

_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def languages() -> list[str]:
    """The languages that messages can be said in: English first, then those with a catalogue."""
    return [ENGLISH, *sorted(path.name for path in LOCALE.glob("*/"))]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have everything in the block said in one language, as a class does while it is graded.

    Raises AutograderError for a language without a catalogue.
    """
    token = _chosen.set(known(language))
    try:
        yield
    finally:
        _chosen.reset(token)


def current_language() -> str:
    """The language of the block, else AUTOGRADER_LANGUAGE, else the notebook's own, else English.

    Raises AutograderError if the variable names a language without a catalogue.
    """
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    named = os.environ.get(VARIABLE)
    if named:
        return known(named)
    return _notebook_language(Path.cwd(), os.environ.get("JPY_SESSION_NAME", "")) or ENGLISH


def known(language: str) -> str:
    """The same language. Raises AutograderError if there is no catalogue for it."""
    if language not in languages():
        raise AutograderError(
            f"There is no course in language {language!r}; take one of {', '.join(languages())}."
        )
    return language


@cache
def _notebook_language(folder: Path, session: str) -> str | None:
    """The language that a notebook's metadata names; None if nobody names one.

    A kernel is not told which notebook it runs. Jupyter's servers put the notebook's path into
    JPY_SESSION_NAME; for others the notebooks in the working folder are asked.
    """
    for path in [folder / session, *sorted(folder.glob("*.ipynb"))]:
        try:
            language = json.loads(path.read_text(encoding="utf-8"))["metadata"]["language"]
        except (OSError, ValueError, LookupError, TypeError):
            continue
        if language in languages():
            return str(language)
    return None


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language])


def _(text: str) -> str:
    """A text of the code in the language of the moment; what no catalogue knows stays as it is."""
    return _catalogue(current_language()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: float) -> str:
    """The form of a text that goes with a count, in the language of the moment."""
    return _catalogue(current_language()).ngettext(one, many, 1 if count == 1 else 2)


def N_(text: str) -> str:
    """The same text: marks one that is kept in English and translated where it is shown."""
    return text


class Messages(Mapping[str, str]):
    """Templates by key, each looked up in the language of the moment.

    Written as `MESSAGES = Messages() | {...}`, with the English templates.
    """

    def __init__(self, templates: Mapping[str, str] | None = None) -> None:
        self.templates = dict(templates or {})

    def __or__(self, more: Mapping[str, str]) -> Messages:
        return Messages(
            self.templates | (more.templates if isinstance(more, Messages) else dict(more))
        )

    def __getitem__(self, key: str) -> str:
        return _(self.templates[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.templates)

    def __len__(self) -> int:
        return len(self.templates)
