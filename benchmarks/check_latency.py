"""How long a check takes: of the reference solution and of a wrong answer, in a warm process.

"Warm": TensorFlow is loaded and the exercise was checked once before, as it is for a learner who
checks again. Seconds on the clock depend on the machine and on what else it does; beside them stand
the processor's seconds, and the ratio to a yardstick, a fixed piece of arithmetic that is timed
again and again in the same run. Prints a
table, writes results/check_latency.json, and exits with 1 if a check breaks the rule: under 1 s,
or under 5 s where it trains.

    python -m benchmarks.check_latency [--repeats 15] [--exercise Sampling ...]
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises import EXERCISES
from autograder.notebook import check_with_seed
from benchmarks.record import command, commit, write_row
from tests.corpus.collect import answers_of

TRAINS = ("build_dae", "train_dae", "train_gan")
"""Their checks call `fit`, or have networks trained for some epochs."""
YARDSTICK = "4 products of two 512 x 512 float32 matrices, by NumPy"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--exercise", nargs="*", default=list(EXERCISES), choices=list(EXERCISES))
    arguments = parser.parse_args()
    measured, broken = commit(), []
    print(f"{'exercise':28}{'median s':>10}{'worst s':>10}{'median/yardstick':>18}")
    for exercise in arguments.exercise:
        row = {"command": command(__file__), "commit": measured}
        row |= measure(exercise, arguments.repeats)
        write_row("check_latency", exercise, row, list(EXERCISES))
        right = row["right"]
        print(
            f"{exercise:28}{right['median']:10.3f}{right['worst']:10.3f}"
            f"{right['median_in_yardsticks']:18.1f}"
        )
        if max(right["worst"], row["wrong"]["worst"]) > row["rule"]:
            broken.append(exercise)
    for exercise in broken:
        print(f"TOO SLOW: {exercise}", file=sys.stderr)
    return 1 if broken else 0


def measure(exercise: str, repeats: int) -> dict[str, Any]:
    """Seconds of both answers, what the yardstick took meanwhile, and how busy the machine was."""
    lesson = importlib.import_module(f"solutions.lesson_{EXERCISES[exercise].lesson}")
    right = getattr(lesson, exercise)
    # An answer that some criterion rejects, not one that is broken off: it takes as long or longer.
    wrong = next(a for a in answers_of("wrong") if a.exercise == exercise and a.misconception)
    load = os.getloadavg()[0]
    yardsticks: list[float] = []
    row: dict[str, Any] = {"rule": 5.0 if exercise in TRAINS else 1.0, "repeats": repeats}
    for kind, answer in {"right": right, "wrong": wrong.build()}.items():
        check_with_seed(exercise, answer, 0)
        seconds, busy = [], []
        for seed in range(1, repeats + 1):
            yardsticks.append(timed(yardstick))
            began = time.process_time()
            seconds.append(timed(lambda: check_with_seed(exercise, answer, seed)))  # noqa: B023
            busy.append(time.process_time() - began)
        row[kind] = {
            "median": round(float(np.median(seconds)), 4),
            "worst": round(max(seconds), 4),
            "median_of_processor": round(float(np.median(busy)), 4),
            "median_in_yardsticks": round(float(np.median(seconds) / np.median(yardsticks)), 2),
        }
    row["wrong"]["answer"] = wrong.name
    row["yardstick"] = {"what": YARDSTICK, "median": round(float(np.median(yardsticks)), 4)}
    row["machine"] = {"cores": os.cpu_count(), "load_before": round(load, 2)}
    return row


def timed(call: Callable[[], Any]) -> float:
    """Seconds on the clock."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


_MATRIX = np.random.default_rng(0).normal(size=(512, 512)).astype(np.float32)


def yardstick() -> None:
    """A fixed piece of arithmetic."""
    for _ in range(4):
        _MATRIX @ _MATRIX


if __name__ == "__main__":
    sys.exit(main())
