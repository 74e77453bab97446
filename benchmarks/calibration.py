"""How near right trainings come to being rejected: the tolerances of the checks, calibrated.

For each exercise whose verdict follows an update or a training: the reference solution, and in
turn the right answers of the tests' corpus (other optimizers, batch sizes, loops, losses written
out), every run on a challenge, initial weights and draws of its own seed.

No verdict rests on how well a training turned out: stand-in networks note what reached them, and
the judges compare it with a calculation, within tolerances for rounding. Of each run this measures
the share of the tolerances that it used: the least factor by which all of them may be multiplied
at once so that the verdict is still "passed". Prints a table and writes results/calibration.json.

    python -m benchmarks.calibration [--runs 200] [--exercise train_dae ...]
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import keras
from tqdm import tqdm

from autograder.exercises import EXERCISES
from autograder.judges import draw_challenge, judge
from autograder.kernel.gather import gather
from benchmarks.bounds import bound_by_count, bound_by_tail, bound_by_tests, is_accepted, take_time
from benchmarks.record import command, commit, write_row
from tests.corpus.collect import answers_of

# The tolerances that decide, by the judge's module in which they stand.
TOLERANCES = {
    "build_dae": {"build_dae": ("RTOL", "ATOL")},
    "train_dae": {"train_dae": ("PIXEL_TOLERANCE", "GRADIENT_TOLERANCE")},
    "vae_train_step": {"vae_train_step": ("RTOL", "UPDATE_TOLERANCE")},
    "discriminator_step": {"adversarial_step": ("RTOL", "UPDATE_TOLERANCE", "ROUNDING")},
    "generator_step": {"adversarial_step": ("RTOL", "UPDATE_TOLERANCE", "ROUNDING")},
    "train_gan": {"train_dae": ("PIXEL_TOLERANCE",), "train_gan": ("HISTORY_SLACK",)},
}
# Binary logarithms of shares are found to a quarter; below the least, no tolerance is used.
RESOLUTION, LEAST = 0.25, -24.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each of the two kinds")
    parser.add_argument("--exercise", nargs="*", default=list(TOLERANCES), choices=list(TOLERANCES))
    arguments = parser.parse_args()
    take_time()
    measured, failed = commit(), False
    for exercise in arguments.exercise:
        row = {
            "command": command(__file__),
            "commit": measured,
            **calibrate(exercise, arguments.runs),
        }
        write_row("calibration", exercise, row, list(EXERCISES))
        kinds = [row["reference"], row["variations"]]
        rejected = sum(len(kind["rejected"]) for kind in kinds)
        failed = failed or rejected > 0
        largest = max(kind["largest_share"] for kind in kinds)
        print(f"{exercise:20} {rejected} rejected, at most {largest:.2g} of the tolerances used")
    return 1 if failed else 0


def calibrate(exercise: str, runs: int) -> dict[str, Any]:
    """Both kinds of runs of one exercise, and the bounds on a false reject that follow."""
    lesson = importlib.import_module(f"solutions.lesson_{EXERCISES[exercise].lesson}")
    routes = {a.name: a.build for a in answers_of("right") if a.exercise == exercise}
    reference = {"reference": lambda: getattr(lesson, exercise)}
    row: dict[str, Any] = {"tolerances": tolerances_of(exercise)}
    row["reference"] = measure(exercise, reference, range(runs))
    row["variations"] = measure(exercise, routes, range(runs, 2 * runs))
    row["variations"]["answers"] = sorted(routes)
    kinds = [row["reference"], row["variations"]]
    rejected = sum(len(kind["rejected"]) for kind in kinds)
    row["bound_by_count"] = float(f"{bound_by_count(rejected, 2 * runs):.3g}")
    row["bound_by_tail"] = max(kind["bound_by_tail"] for kind in kinds)
    row["bound_by_tests"] = float(f"{bound_by_tests(exercise):.3g}")
    return row


def tolerances_of(exercise: str) -> dict[str, float]:
    """The tolerances as they are now, by "module.NAME"."""
    return {
        f"{name}.{constant}": getattr(
            importlib.import_module(f"autograder.judges.{name}"), constant
        )
        for name, constants in TOLERANCES[exercise].items()
        for constant in constants
    }


def measure(exercise: str, answers: dict[str, Any], seeds: range) -> dict[str, Any]:
    """The answers in turn, one a seed: which were rejected, and the shares that the others used."""
    names = list(answers)
    logs, rejected = [], []
    for seed in tqdm(seeds, desc=exercise, file=sys.stdout, mininterval=10):
        name = names[seed % len(names)]
        keras.utils.set_random_seed(seed)
        challenge = draw_challenge(exercise, seed)
        evidence = gather(exercise, answers[name](), challenge)
        verdict = judge(exercise, challenge, evidence)
        if not is_accepted(verdict):
            rejected.append({"seed": seed, "answer": name, "verdict": str(verdict)})
            continue
        low, high = LEAST, 0.0
        while high - low > RESOLUTION:
            middle = (low + high) / 2
            with multiplied(exercise, 2**middle):
                accepted = is_accepted(judge(exercise, challenge, evidence))
            low, high = (low, middle) if accepted else (middle, high)
        logs.append(high)
        if seed % 25 == 0:
            keras.utils.clear_session()
    tail = bound_by_tail(logs, RESOLUTION) if len(logs) > 1 else 1.0
    return {
        "runs": len(seeds),
        "rejected": rejected,
        "largest_share": float(f"{2 ** max(logs, default=0.0):.3g}"),
        "bound_by_tail": float(f"{tail:.3g}"),
        "log2_shares": {str(log): count for log, count in sorted(Counter(logs).items())},
    }


@contextmanager
def multiplied(exercise: str, factor: float) -> Iterator[None]:
    """All tolerances of an exercise times a factor, in the block."""
    before = tolerances_of(exercise)
    try:
        _set({name: factor * value for name, value in before.items()})
        yield
    finally:
        _set(before)


def _set(tolerances: dict[str, float]) -> None:
    for name, value in tolerances.items():
        module, constant = name.split(".")
        setattr(_judge_module(module), constant, value)


def _judge_module(name: str) -> ModuleType:
    return importlib.import_module(f"autograder.judges.{name}")


if __name__ == "__main__":
    sys.exit(main())
