"""How many wrong solutions the checks see: mutants killed, and why the others are not.

Tries every mutant of every exercise. Prints a table and writes results/mutation_score.json.

    python -m benchmarks.mutation_score [--exercise Sampling ...]
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import keras
from tqdm import tqdm

from autograder.exercises import EXERCISES
from benchmarks.record import command, commit, write_row
from tests.mutation.mutants import mutants_of
from tests.mutation.run import try_mutant
from tests.mutation.survivors import SURVIVORS

KINDS = {"free": "free", "equivalent": "equivalent", "hole": "holes"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", nargs="*", default=list(SURVIVORS), choices=list(SURVIVORS))
    arguments = parser.parse_args()
    measured, unexplained = commit(), False
    for exercise in arguments.exercise:
        row = {"command": command(__file__), "commit": measured, **score(exercise)}
        write_row("mutation_score", exercise, row, list(EXERCISES))
        unexplained = unexplained or bool(row["unexplained"])
        counts = ", ".join(f"{row[what]} {what}" for what in KINDS.values())
        print(f"{exercise:28} {row['killed']:4} of {row['total']:4} killed; {counts}")
    return 1 if unexplained else 0


def score(exercise_id: str) -> dict[str, Any]:
    """The fates of all mutants of one exercise, counted; those that the table does not explain."""
    row: dict[str, Any] = {"total": 0, "killed": 0} | dict.fromkeys(KINDS.values(), 0)
    row |= {"unexplained": [], "what_the_holes_need": {}}
    began = time.perf_counter()
    bar = tqdm(mutants_of(exercise_id), desc=exercise_id, file=sys.stdout, mininterval=10)
    for mutant in bar:
        trial, survivor = try_mutant(mutant), SURVIVORS[exercise_id].get(mutant.name)
        row["total"] += 1
        if trial.fate == "killed":
            row["killed"] += 1
        elif survivor is not None:
            row[KINDS[survivor.kind]] += 1
        if (trial.fate == "survived") != (survivor is not None):
            row["unexplained"].append(f"{mutant.name}: {trial.fate}")
        if survivor is not None and survivor.kind == "hole":
            row["what_the_holes_need"][mutant.name] = survivor.reason
    keras.utils.clear_session()
    return row | {"seconds": round(time.perf_counter() - began, 1)}


if __name__ == "__main__":
    sys.exit(main())
