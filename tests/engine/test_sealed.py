"""The sealed path: challenge in as data, evidence out as data, judged in another process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.exercises import EXERCISES
from autograder.judges import draw_challenge, judge
from autograder.kernel.evidence import Evidence
from autograder.kernel.gather import EXCHANGE_VARIABLE

KERNEL_SIDE = """
import sys
from autograder import check
import {module} as answers
for exercise_id in {exercises!r}:
    receipt = check(exercise_id, getattr(answers, exercise_id))
    assert repr(receipt) == "0", receipt
loaded = [name for name in sys.modules if name.startswith("autograder.judges")]
assert not loaded, loaded
"""

WRONG_ANSWERS = """
def peak_signal_to_noise_ratio(clean, restored):
    import numpy as np
    print("points: 2")
    return 10 * np.log10(np.mean((clean - restored) ** 2))
"""


def run_kernel_side(exchange: Path, module: str, exercises: list[str]) -> None:
    code = KERNEL_SIDE.format(module=module, exercises=exercises)
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {
        EXCHANGE_VARIABLE: str(exchange),
        "PYTHONPATH": f"{root}{os.pathsep}{exchange}",
    }
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=exchange, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr


def offer(exchange: Path, exercises: list[str], seed: int) -> dict:
    (exchange / "challenges").mkdir()
    challenges = {exercise: draw_challenge(exercise, seed) for exercise in exercises}
    for exercise, challenge in challenges.items():
        challenge.save(exchange / "challenges" / f"{exercise}.safetensors")
    return challenges


@pytest.mark.parametrize("lesson", sorted({e.lesson for e in EXERCISES.values()}))
def test_the_verdict_on_solutions_is_reached_outside(tmp_path, lesson):
    exercises = [e.id for e in EXERCISES.values() if e.lesson == lesson]
    challenges = offer(tmp_path, exercises, seed=123456789)
    run_kernel_side(tmp_path, f"solutions.lesson_{lesson}", exercises)
    for exercise, challenge in challenges.items():
        evidence = Evidence.load(tmp_path / "evidence" / f"{exercise}.safetensors")
        verdict = judge(exercise, challenge, evidence)
        assert verdict.passed, str(verdict)
        assert verdict == judge(exercise, challenge, evidence)


def test_what_the_kernel_prints_counts_for_nothing(tmp_path):
    exercise = "peak_signal_to_noise_ratio"
    challenges = offer(tmp_path, [exercise], seed=7)
    (tmp_path / "wrong_answers.py").write_text(WRONG_ANSWERS)
    run_kernel_side(tmp_path, "wrong_answers", [exercise])
    evidence = Evidence.load(tmp_path / "evidence" / f"{exercise}.safetensors")
    verdict = judge(exercise, challenges[exercise], evidence)
    assert verdict.misconceptions == ("wrong_sign",)
    assert verdict.points < 1


def test_evidence_answers_its_own_challenge_only(tmp_path):
    exercise = "peak_signal_to_noise_ratio"
    offer(tmp_path, [exercise], seed=7)
    run_kernel_side(tmp_path, "solutions.lesson_02_denoising_autoencoder", [exercise])
    evidence = Evidence.load(tmp_path / "evidence" / f"{exercise}.safetensors")
    assert not judge(exercise, draw_challenge(exercise, 8), evidence).passed
