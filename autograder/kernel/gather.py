"""From an answer and a challenge to evidence: the whole of the kernel's side of a check."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from autograder.kernel.capture import captured_output
from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.student import StudentCodeFailed, describe_answer
from autograder.kernel.time_limit import SECONDS, TimeLimitReached, time_limit

EXCHANGE_VARIABLE = "AUTOGRADER_EXCHANGE"
"""Names the folder through which a sealed kernel gets challenges and hands back evidence."""


def gather(exercise_id: str, answer: Any, challenge: Challenge) -> Evidence:
    """Try `answer` on `challenge` and return what was seen.

    Never raises for anything that student code does, but for KeyboardInterrupt. Whatever student
    code prints is kept off the notebook; its beginning is in `facts["printed"]`. If the evidence is
    not complete `facts["stopped"]` says why: "student_code" (it raised), "time", or "probe" (our
    own fault, with `facts["fault"]`).
    """
    evidence = Evidence()
    with captured_output() as transcript:
        # Importing a probe loads TensorFlow, which is not the student's time.
        evidence.facts["answer"] = describe_answer(answer)
        if callable(answer):
            try:
                probe = importlib.import_module(f"autograder.kernel.probes.{exercise_id}").probe
                with time_limit(SECONDS):
                    probe(answer, challenge, evidence)
            except StudentCodeFailed:
                evidence.facts["stopped"] = "student_code"
            except TimeLimitReached:
                evidence.facts["stopped"] = "time"
            except Exception as error:
                evidence.facts["stopped"] = "probe"
                evidence.facts["fault"] = f"{type(error).__name__}: {error}"[:600]
    evidence.facts["printed"] = transcript.text
    return evidence


def sealed_exchange() -> Path | None:
    """The exchange folder of a sealed kernel, or None in a learner's own notebook."""
    folder = os.environ.get(EXCHANGE_VARIABLE)
    return Path(folder) if folder else None


def gather_sealed(exercise_id: str, answer: Any, exchange: Path) -> None:
    """Read the challenge from the exchange folder, try the answer, leave the evidence there.

    Raises RecordError if the challenge cannot be read or the evidence cannot be written.
    """
    challenge = Challenge.load(exchange / "challenges" / f"{exercise_id}.safetensors")
    evidence = gather(exercise_id, answer, challenge)
    folder = exchange / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    evidence.save(folder / f"{exercise_id}.safetensors")
