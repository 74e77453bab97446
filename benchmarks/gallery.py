"""Every card that the wrong answers of the corpus provoke, each below the answer's source.

Reads the verdicts that `python -m benchmarks.corpus_score` left in build/corpus/ and writes
build/gallery.html: one page to read as a student would.

    python -m benchmarks.gallery
"""

from __future__ import annotations

import html
import inspect
import json
import sys
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.report import card_html
from autograder.verdict import Verdict
from tests.corpus.collect import ANSWERS

from .corpus_score import VERDICTS

PAGE = Path(__file__).parents[1] / "build" / "gallery.html"
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="color-scheme" content="light dark"><title>Gallery of messages</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; }
pre.answer { font-size: 12px; padding: .6em; border-left: 3px solid gray; overflow: auto; }
nav { columns: 3; } h3 { margin: 2em 0 .2em; } .same { opacity: .7; }
</style>
<h1>Gallery of messages</h1>
<p>Every different card that a wrong answer of the corpus provokes, below the answer's source.</p>
"""


def main() -> int:
    sources = {
        (answer.exercise, answer.name): inspect.getsource(answer.build) for answer in ANSWERS
    }
    names = [name for name in EXERCISES if (VERDICTS / f"{name}.jsonl").exists()]
    if not names:
        print("There are no verdicts yet: run python -m benchmarks.corpus_score first.")
        return 1
    pieces = [HEAD, "<nav>", *(f'<a href="#{name}">{name}</a><br>' for name in names), "</nav>"]
    for name in names:
        pieces.append(f'<h2 id="{name}">{name}</h2>')
        for alike in cards(name):
            first, verdict = alike[0]
            source = html.escape(sources.get((name, first), ""))
            pieces.append(f'<h3>{first}</h3><pre class="answer">{source}</pre>')
            if len(alike) > 1:
                others = ", ".join(other for other, _ in alike[1:])
                pieces.append(f'<p class="same">The same card: {others}</p>')
            pieces.append(card_html(verdict))
    PAGE.write_text("\n".join(pieces), encoding="utf-8")
    print(f"{PAGE}: {PAGE.stat().st_size / 1e6:.1f} MB")
    return 0


def cards(exercise_id: str) -> list[list[tuple[str, Verdict]]]:
    """Answers and verdicts of one exercise; those whose cards read alike stand together."""
    groups: dict[str, list[tuple[str, Verdict]]] = {}
    with (VERDICTS / f"{exercise_id}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            kept = json.loads(line)
            verdict = Verdict.from_dict(kept["verdict"])
            groups.setdefault(card_html(verdict), []).append((kept["name"], verdict))
    return list(groups.values())


if __name__ == "__main__":
    sys.exit(main())
