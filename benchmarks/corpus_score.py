"""What the checks make of the whole corpus: right and wrong answers, mistakes alone and in pairs.

Prints a table, writes benchmarks/results/corpus.json, and keeps every verdict on a wrong answer in
build/corpus/, of which benchmarks.gallery makes a page. Rows of exercises that are not asked for
stay as they are.

    python -m benchmarks.corpus_score [--exercise Sampling ...]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import keras
from tqdm import tqdm

from autograder.exercises import EXERCISES
from autograder.judges import PUBLIC_SEED
from autograder.notebook import check_with_seed
from autograder.verdict import Verdict
from benchmarks import record
from tests.corpus.answers import Answer
from tests.corpus.collect import ANSWERS
from tests.corpus.collect_combinations import COMBINATIONS, misnamed
from tests.corpus.misconceptions import MISCONCEPTIONS

VERDICTS = Path(__file__).parents[1] / "build" / "corpus"
# The challenge that learners get, and another.
SEEDS = (PUBLIC_SEED, 11)
COUNTS = (
    "right_routes",
    "right_accepted",
    "wrong_answers",
    "wrong_rejected",
    "misconceptions_listed",
    "misconceptions_named",
    "combinations_tried",
    "combinations_misnamed",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", nargs="*", default=list(EXERCISES), choices=list(EXERCISES))
    arguments = parser.parse_args()
    VERDICTS.mkdir(parents=True, exist_ok=True)
    measured = record.commit()
    for exercise_id in arguments.exercise:
        with (VERDICTS / f"{exercise_id}.jsonl").open("w", encoding="utf-8") as verdicts:
            row = score(exercise_id, verdicts) | {"commit": measured}
        write(exercise_id, row)
    rows = read()
    total = sums(rows)
    for exercise_id, row in {**rows, "all": total}.items():
        print(
            f"{exercise_id:28} right {row['right_accepted']}/{row['right_routes']}, wrong "
            f"{row['wrong_rejected']}/{row['wrong_answers']}, named {row['misconceptions_named']}/"
            f"{row['misconceptions_listed']}, pairs misnamed {row['combinations_misnamed']}/"
            f"{row['combinations_tried']}"
        )
    faults = total["right_routes"] - total["right_accepted"] + total["combinations_misnamed"]
    return 1 if faults or total["wrong_rejected"] < total["wrong_answers"] else 0


def read() -> dict[str, Any]:
    """The rows there are, in the order of the catalogue."""
    rows = record.read("corpus").get("exercises", {})
    return {exercise_id: rows[exercise_id] for exercise_id in EXERCISES if exercise_id in rows}


def write(exercise_id: str, row: dict[str, Any]) -> None:
    """Put one row into the results."""
    rows = {**read(), exercise_id: row}
    result = {"command": "python -m benchmarks.corpus_score", "all": sums(rows), "exercises": rows}
    record.write("corpus", result)


def sums(rows: dict[str, Any]) -> dict[str, int]:
    """The counts of all exercises together."""
    return {what: sum(row[what] for row in rows.values()) for what in COUNTS}


def score(exercise_id: str, verdicts: TextIO) -> dict[str, Any]:
    """The counts of one exercise, and by name whatever went wrong."""
    row: dict[str, Any] = dict.fromkeys(COUNTS, 0)
    row |= {"rejected": [], "accepted": [], "not_named": {}, "misnamed": {}, "seconds": 0.0}
    began = time.perf_counter()
    answers = [answer for answer in ANSWERS if answer.exercise == exercise_id]
    listed = {m.name for m in MISCONCEPTIONS if m.exercise == exercise_id}
    listed |= {answer.misconception for answer in answers if answer.misconception}
    for answer in tqdm(answers, desc=exercise_id, file=sys.stdout):
        if answer.group == "right":
            verdict_on_right(answer, row)
        elif answer.group == "wrong":
            verdict = check_with_seed(exercise_id, answer.build(), PUBLIC_SEED)
            keep(verdicts, answer.name, verdict)
            verdict_on_wrong(answer, verdict, row)
    keras.utils.clear_session()
    for combination in tqdm(COMBINATIONS, desc="pairs", file=sys.stdout):
        if combination.exercise == exercise_id:
            verdict = check_with_seed(exercise_id, combination.build(), PUBLIC_SEED)
            row["combinations_tried"] += 1
            absent = misnamed(verdict, combination)
            if absent or verdict.passed:
                row["combinations_misnamed"] += 1
                row["misnamed"][combination.label] = absent or "passed"
    keras.utils.clear_session()
    row["misconceptions_listed"] = len(listed)
    row["misconceptions_named"] = len(listed - set(row["not_named"]))
    return row | {"seconds": round(time.perf_counter() - began, 1)}


def verdict_on_right(answer: Answer, row: dict[str, Any]) -> None:
    """Count a right answer, accepted if it passes on every challenge."""
    row["right_routes"] += 1
    answer_object = answer.build()
    checks = [check_with_seed(answer.exercise, answer_object, seed) for seed in SEEDS]
    if all(verdict.passed for verdict in checks):
        row["right_accepted"] += 1
    else:
        row["rejected"].append(answer.name)


def verdict_on_wrong(answer: Answer, verdict: Verdict, row: dict[str, Any]) -> None:
    """Count a wrong answer; a mistake counts as named if every answer that makes it says so."""
    row["wrong_answers"] += 1
    if verdict.passed:
        row["accepted"].append(answer.name)
    else:
        row["wrong_rejected"] += 1
    if answer.misconception and answer.misconception not in verdict.misconceptions:
        row["not_named"].setdefault(answer.misconception, []).append(answer.name)


def keep(verdicts: TextIO, name: str, verdict: Verdict) -> None:
    """Add one verdict to the file of which the gallery is made."""
    verdicts.write(json.dumps({"name": name, "verdict": verdict.to_dict()}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
