"""How often a check rejects what is right: never, over many challenges, or it is said.

Each seed draws another challenge, and answers draw noise of their own. Every exercise but those
whose verdict follows a training (see benchmarks.calibration): its reference solution, and in turn
the right answers of the tests' corpus. Prints a table and writes results/false_rejects.json.

    python -m benchmarks.false_rejects [--seeds 1000] [--exercise Sampling ...]
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from typing import Any

import keras
from tqdm import tqdm

from autograder.exercises import EXERCISES
from autograder.notebook import check_with_seed
from benchmarks.bounds import bound_by_count, bound_by_tests, is_accepted, take_time
from benchmarks.calibration import TOLERANCES
from benchmarks.record import command, commit, write_row
from tests.corpus.collect import answers_of

# Their checks build or call models, 0.1 s and more each: fewer seeds must do, unless asked for.
COSTLY = (
    "build_dae_encoder",
    "build_dae_decoder",
    "build_vae_encoder",
    "build_vae_decoder",
    "generate_images",
    "build_generator",
    "build_discriminator",
)
CHOICES = [exercise for exercise in EXERCISES if exercise not in TOLERANCES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, help="default: 1000, and 200 for costly checks")
    parser.add_argument("--exercise", nargs="*", default=CHOICES, choices=CHOICES)
    arguments = parser.parse_args()
    take_time()
    measured, failed = commit(), False
    for exercise in arguments.exercise:
        seeds = arguments.seeds or (200 if exercise in COSTLY else 1000)
        row = {"command": command(__file__), "commit": measured, **measure(exercise, seeds)}
        write_row("false_rejects", exercise, row, list(EXERCISES))
        failed = failed or bool(row["rejected"])
        print(f"{exercise:28} {row['checks']:6} checks, {len(row['rejected'])} rejected")
    return 1 if failed else 0


def measure(exercise: str, seeds: int) -> dict[str, Any]:
    """Check the reference on each seed, and on every other one an answer of the corpus besides."""
    lesson = importlib.import_module(f"solutions.lesson_{EXERCISES[exercise].lesson}")
    reference = getattr(lesson, exercise)
    routes = [answer for answer in answers_of("right") if answer.exercise == exercise]
    rejected, began, checks = [], time.perf_counter(), 0
    for seed in tqdm(range(seeds), desc=exercise, file=sys.stdout, mininterval=10):
        answers = {"reference": reference}
        if seed % 2:
            route = routes[seed // 2 % len(routes)]
            answers[route.name] = route.build()
        for name, answer in answers.items():
            checks += 1
            verdict = check_with_seed(exercise, answer, seed)
            if not is_accepted(verdict):
                rejected.append({"seed": seed, "answer": name, "verdict": str(verdict)})
        if seed % 50 == 0:
            keras.utils.clear_session()
    return {
        "seeds": seeds,
        "right_routes": len(routes),
        "checks": checks,
        "rejected": rejected,
        "seconds_each": round((time.perf_counter() - began) / checks, 4),
        "bound_by_count": float(f"{bound_by_count(len(rejected), checks):.3g}"),
        "bound_by_tests": float(f"{bound_by_tests(exercise):.3g}"),
    }


if __name__ == "__main__":
    sys.exit(main())
