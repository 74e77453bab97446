"""Keep the other languages beside the English edition. `make translations` runs it.

    python .ci/translations.py                 update every catalogue; name what is open
    python .ci/translations.py accept FILE...  note that these texts follow the English of now

A catalogue (locale/<language>/LC_MESSAGES/autograder.po) is brought up to date with the texts of
the code and compiled. Prose is compared section by section: course/text/<language>/originals.json
holds the hash of the English section from which each was translated.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import io
import json
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autograder.language import DOMAIN, ENGLISH, LOCALE, Messages, languages

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT / "course" / "text"
README = ROOT / "README.md"  # its translations are course/README.<language>.md
ORIGINALS = "originals.json"

KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]


def template() -> Catalog:
    """Every text of the code that a learner may read."""
    catalog = Catalog(project="generative-garments")
    found = extract_from_dir(ROOT / "autograder", METHODS, keywords=KEYWORDS)
    for name, _line, text, comments, _context in found:
        catalog.add(text, locations=[(f"autograder/{name}", 0)], auto_comments=comments)
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "\nMESSAGES = " in source or "\nCRITERIA = " in source:
            place = path.relative_to(ROOT)
            module = importlib.import_module(".".join(place.with_suffix("").parts))
            templates = getattr(module, "MESSAGES", Messages()).templates.values()
            criteria = getattr(module, "CRITERIA", {})
            for text in [*criteria, *templates, *_expected_results(source)]:
                catalog.add(text, locations=[(place.as_posix(), 0)])
    return catalog


def _expected_results(source: str) -> list[str]:
    """What calls should have returned: the last argument of `sheet.array`, where it is literal."""
    return [
        str(call.args[3].value)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "sheet.array"
        and isinstance(call.args[3], ast.Constant)
    ]


def catalogue(language: str) -> Catalog:
    """The committed catalogue of a language."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def po_path(language: str) -> Path:
    """Where the catalogue of a language lies; its compiled form has the suffix .mo."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as Python's gettext reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def open_messages(catalog: Catalog) -> list[str]:
    """The texts that are not translated, or whose English changed since."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def update(language: str) -> list[str]:
    """Bring a catalogue up to date, compile it, and return what is open in it."""
    catalog = catalogue(language)
    catalog.update(template(), update_creation_date=False)
    with po_path(language).open("wb") as file:
        write_po(
            file, catalog, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True
        )
    catalog = catalogue(language)
    po_path(language).with_suffix(".mo").write_bytes(compiled(catalog))
    return open_messages(catalog)


def sections(text: str) -> dict[str, str]:
    """The parts of a Markdown text by heading, in their order; code blocks hold no heading."""
    parts: dict[str, list[str]] = {"": []}
    heading, fenced = "", False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and re.match(r"#+ ", line):
            heading = line
            while heading in parts:
                heading += "'"
            parts[heading] = []
        parts[heading].append(line.rstrip())
    return {heading: "\n".join(lines).strip() for heading, lines in parts.items()}


def originals(path: Path) -> dict[str, str]:
    """Heading → hash of the English section, for one file; where its lines break is no matter."""
    return {
        heading: hashlib.sha256(" ".join(body.split()).encode()).hexdigest()[:12]
        for heading, body in sections(path.read_text(encoding="utf-8")).items()
    }


def english_texts() -> dict[str, Path]:
    """Every English text that has a translation, by its name."""
    texts = sorted((TEXT / ENGLISH).rglob("*.md"))
    return {path.relative_to(TEXT / ENGLISH).as_posix(): path for path in texts} | {
        README.name: README
    }


def recorded(language: str) -> dict[str, dict[str, str]]:
    """File → heading → hash of the English section that was translated."""
    path = TEXT / language / ORIGINALS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def stale_sections(language: str) -> list[str]:
    """The English sections that came or changed since they were translated, with their files."""
    known = recorded(language)
    stale: list[str] = []
    for name, path in english_texts().items():
        stale += [
            f"{name}: {heading or 'the beginning'}"
            for heading, digest in originals(path).items()
            if known.get(name, {}).get(heading) != digest
        ]
    return stale


def accept(names: list[str]) -> None:
    """Note that in every language these files follow the English of now."""
    unknown = sorted(set(names) - set(english_texts()))
    if unknown:
        sys.exit(
            f"There is no English text {', '.join(unknown)}; name it as it was named as stale."
        )
    for language in languages()[1:]:
        known = recorded(language)
        for name in names:
            known[name] = originals(english_texts()[name])
        text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (TEXT / language / ORIGINALS).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Update, or accept; the exit code tells whether something is open."""
    if arguments[:1] == ["accept"]:
        accept([name.removeprefix(f"course/text/{ENGLISH}/") for name in arguments[1:]])
        return 0
    count = 0
    for language in languages()[1:]:
        for kind, names in (
            ("to translate", update(language)),
            ("stale", stale_sections(language)),
        ):
            count += len(names)
            for name in names:
                print(f"{language}, {kind}: {name}")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
