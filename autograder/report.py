"""A verdict as a person reads it: an HTML card, and the number that nbgrader reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from autograder.language import N_, _
from autograder.places import where_to_look
from autograder.texts import exercise_text
from autograder.verdict import Verdict

VERDICT_MIME = "application/vnd.autograder.verdict+json"
"""The output type under which a verdict travels in a notebook, beside its card."""

# A mark, a word and a colour: none of them is needed to understand the others. The colours are
# Okabe and Ito's, readable on white and on black.
OUTCOMES = {
    "pass": ("✓", N_("met"), "#009e73"),
    "fail": ("✗", N_("not met"), "#d55e00"),
    "blocked": ("–", N_("waiting"), "#888888"),
    "grader_fault": ("!", N_("our fault"), "#0072b2"),
    "resource_limit": ("⏱", N_("stopped"), "#d55e00"),
}

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals["_"] = _
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_CODE = MarkdownIt("zero").enable("backticks")


def markdown_html(text: str) -> Markup:
    """Markdown as HTML; formulas stay between dollars, for the notebook to typeset."""
    return Markup(_MARKDOWN.render(text))


def code_html(text: str) -> Markup:
    """One sentence as HTML: what stands between backticks as code, all else as it is."""
    return Markup(_CODE.renderInline(text))


def render(template: str, **values: Any) -> str:
    """Fill in one of this package's templates."""
    return _ENVIRONMENT.get_template(template).render(**values)


_ENVIRONMENT.filters["code_html"] = code_html


def card_html(verdict: Verdict, waits: bool = False) -> str:
    """The card of a verdict: inline styles, no script, fit for an untrusted notebook.

    With `waits` it says that an instructor is going to grade the answer by hand.
    """
    text = exercise_text(verdict.exercise_id)
    return render(
        "card.html.j2",
        verdict=verdict,
        title=text.title,
        waits=waits,
        explanation=markdown_html(text.explanation) if verdict.passed and not waits else None,
        outcomes=OUTCOMES,
        places=where_to_look(verdict),
        message_html=_message_html,
    )


def text_card_html(title: str, body: str) -> str:
    """A card that holds a title and a text in Markdown: a hint, a solution, a notice."""
    return render("text_card.html.j2", title=title, body=markdown_html(body))


def _message_html(message: str) -> Markup:
    """One line of a message: `code` between backticks, everything else as it stands."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:  # a lone backtick, from the text of an exception
        return Markup.escape(message)
    html = [
        Markup("<code>{}</code>").format(piece) if index % 2 else Markup.escape(piece)
        for index, piece in enumerate(pieces)
    ]
    return Markup("").join(html)


def points_text(points: float) -> str:
    """Points as the plain, finite number that stock nbgrader reads as partial credit."""
    return f"{points:.6f}".rstrip("0").rstrip(".")


def mime_bundle(verdict: Verdict) -> dict[str, Any]:
    """The output of a check cell: card, number and verdict."""
    return {
        "text/html": card_html(verdict),
        "text/plain": points_text(verdict.points),
        VERDICT_MIME: verdict.to_dict(),
    }
