"""How often a check rejects its reference solution: never, over many challenges, or it is said.

Each seed draws another challenge, and the solutions draw noise of their own. Prints a table and
writes benchmarks/results/false_rejects.json.

    python -m benchmarks.false_rejects [--seeds 1000] [--exercise Sampling ...]
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path

from tqdm import tqdm

from autograder.exercises import EXERCISES
from autograder.notebook import check_with_seed

RESULTS = Path(__file__).parent / "results" / "false_rejects.json"
# Those whose verdict rests on random draws; the others are exact.
RANDOM = ("Sampling", "build_dae_encoder", "denoising_gain", "generate_images", "train_gan")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--exercise", nargs="*", default=list(RANDOM), choices=list(EXERCISES))
    arguments = parser.parse_args()
    rows = {}
    for exercise_id in arguments.exercise:
        lesson = importlib.import_module(f"solutions.lesson_{EXERCISES[exercise_id].lesson}")
        answer = getattr(lesson, exercise_id)
        rejected, began = [], time.perf_counter()
        for seed in tqdm(range(arguments.seeds), desc=exercise_id, file=sys.stdout):
            verdict = check_with_seed(exercise_id, answer, seed)
            if any(criterion.outcome != "pass" for criterion in verdict.criteria):
                rejected.append({"seed": seed, "verdict": str(verdict)})
        rows[exercise_id] = {
            "seeds": arguments.seeds,
            "rejected": rejected,
            "seconds_each": round((time.perf_counter() - began) / arguments.seeds, 3),
            # The rule of three: none in n leaves at most 3/n with 95 % confidence.
            "upper_bound_95": round(3 / arguments.seeds, 6) if not rejected else None,
        }
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {"command": " ".join(["python -m benchmarks.false_rejects", *sys.argv[1:]])}
    result |= {"commit": commit, "exercises": rows}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    for exercise_id, row in rows.items():
        print(f"{exercise_id:28} {row['seeds']:6} seeds, {len(row['rejected'])} rejected")
    return 1 if any(row["rejected"] for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
