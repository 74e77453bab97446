"""What every benchmark notes beside its numbers: its command and the commit it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def commit() -> str:
    """The commit that is measured, marked if any Python source differs from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    changed = git("status", "--porcelain", "--", "*.py")
    return git("rev-parse", "HEAD") + (" with uncommitted changes" if changed else "")


def command(script: str) -> str:
    """The command that runs `script` (its `__file__`) with the arguments it was given."""
    return " ".join(["python -m benchmarks." + Path(script).stem, *sys.argv[1:]])


def read(name: str) -> dict[str, Any]:
    """The result `name`; empty if there is none yet."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write(name: str, result: dict[str, Any]) -> None:
    """Write the result `name`."""
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def write_row(name: str, exercise: str, row: dict[str, Any], order: list[str]) -> None:
    """Put one exercise's row into the result `name`; rows of other exercises stay as they are.

    A row holds its own command and commit, since exercises may be measured at different times.
    """
    rows = read(name).get("exercises", {}) | {exercise: row}
    write(name, {"exercises": {key: rows[key] for key in order if key in rows}})
