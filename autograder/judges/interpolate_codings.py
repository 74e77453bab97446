"""interpolate_codings: a straight line of equal steps, both ends included."""

from __future__ import annotations

import numpy as np

from autograder.judges.numbers import close, recognise, unusable
from autograder.judges.sheet import Sheet, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages

SHAPE, VALUES, ARGUMENTS = "Shape", "Values", "Arguments left alone"
CRITERIA = {SHAPE: 0.2, VALUES: 0.7, ARGUMENTS: 0.1}

CALL = "interpolate_codings(start, end, steps={steps})"
MESSAGES = Messages() | {
    "expected": "an array of shape (steps, codings_size)",
    "shape": "Expected the shape {expected} for {steps} steps between codings of size {size}, got "
    "{came}.",
    "transposed": "The points of the walk should be the rows, not the columns.",
    "wrong_length": "`steps` counts the points, both ends included.",
    "not_finite": "Expected finite numbers, got {what}.",
    "values": "Expected row {row} of {steps} to begin with {expected:.4f}, got {came:.4f}.",
    "end_missing": "The last row is not `end`: the steps are too short by one.",
    "start_missing": "The first row is not `start`.",
    "reversed": "The walk goes from `end` to `start`.",
    "ends_missing": "Neither end is in the walk.",
    "spherical": "That is a walk on an arc; this exercise asks for a straight line.",
    "arguments": "Expected the arguments to stay as they were, but your function changed them in "
    "place.",
}


def draw(rng: np.random.Generator) -> Challenge:
    """Walks of several lengths and sizes; the shortest has two points, its ends."""
    steps, arrays = {"usual": 7, "two": 2, "long": 12}, {}
    for case, size in {"usual": 5, "two": 3, "long": 10}.items():
        for which in ("start", "end"):
            arrays[f"{case}/{which}"] = rng.normal(0, 1.5, size).astype(np.float32)
    return Challenge(arrays, {"steps": steps})


def mistakes(start: np.ndarray, end: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    """What each known misconception gives, shape (steps, codings_size)."""
    start, end = start.astype(np.float64), end.astype(np.float64)
    way, index = end - start, np.arange(steps)[:, None]
    norms = np.linalg.norm(start), np.linalg.norm(end)
    angle = np.arccos(np.clip(start @ end / (norms[0] * norms[1]), -1, 1))
    share = index / (steps - 1)
    arc = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    return {
        "end_missing": start + way * index / steps,
        "start_missing": start + way * (index + 1) / steps,
        "ends_missing": start + way * (index + 1) / (steps + 1),
        "reversed": end - way * share,
        "spherical": arc,
    }


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shapes of all walks, then their values."""
    walks = {}
    for case, steps in challenge.facts["steps"].items():
        call = CALL.format(steps=steps)
        walk = sheet.array(SHAPE, case, call, MESSAGES["expected"])
        if walk is None:
            return
        size = challenge.arrays[f"{case}/start"].size
        if walk.shape != (steps, size):
            _fail_shape(sheet, walk.shape, (steps, size))
            return
        walks[case] = walk
    sheet.ok(SHAPE)
    for case, walk in walks.items():
        if not sheet.decided(VALUES):
            _judge_values(sheet, challenge, case, walk)
    if not sheet.decided(VALUES):
        sheet.ok(VALUES)
    sheet.judge_arguments(ARGUMENTS, VALUES, MESSAGES["arguments"])


def _fail_shape(sheet: Sheet, came: tuple[int, ...], expected: tuple[int, int]) -> None:
    steps, size = expected
    message = MESSAGES["shape"].format(
        expected=shape_text(expected), steps=steps, size=size, came=shape_text(came)
    )
    mistake = None
    if came == (size, steps):
        mistake = "transposed"
    elif len(came) == 2 and came[1] == size:
        mistake = "wrong_length"
    sheet.fail(SHAPE, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)


def _judge_values(sheet: Sheet, challenge: Challenge, case: str, walk: np.ndarray) -> None:
    start, end = (challenge.arrays[f"{case}/{which}"] for which in ("start", "end"))
    steps = len(walk)
    right = np.linspace(start.astype(np.float64), end, steps)
    if close(walk, right, rtol=1e-5, atol=1e-5):
        return
    what = unusable(walk)
    if what is not None:
        sheet.fail(VALUES, MESSAGES["not_finite"].format(what=what))
        return
    row = int(np.argmax(np.abs(walk - right).max(axis=1)))
    message = MESSAGES["values"].format(
        row=row + 1, steps=steps, expected=right[row, 0], came=float(walk[row, 0])
    )
    mistake = recognise(walk, mistakes(start, end, steps), rtol=1e-4, atol=1e-4)
    sheet.fail(VALUES, f"{message} {MESSAGES[mistake]}" if mistake else message, mistake)
