"""split_dataset: the last rows validate, the others train, and labels stay with their images."""

from __future__ import annotations

import numpy as np

from autograder.judges.sheet import Sheet, a, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import N_, Messages, _

STRUCTURE, TRAINING, VALIDATION = "Two pairs of arrays", "Training rows", "Validation rows"
ARGUMENTS = "Arguments left alone"
CRITERIA = {STRUCTURE: 0.2, TRAINING: 0.35, VALIDATION: 0.35, ARGUMENTS: 0.1}

CALL = "split_dataset(images, labels, {size})"
MESSAGES = Messages() | {
    "expected": "(train_images, train_labels), (validation_images, validation_labels)",
    "structure": "Expected {expected}: a pair of pairs. Got {came}.",
    "sequence_of": "{a_type} of {length}",
    "not_a_pair": "{a_type}",
    "length": "With {count} images and validation_size={size}, expected {expected} {part} images, "
    "got {came}.",
    "rows": "With {count} images and validation_size={size}, the {part} {kind} are not rows "
    "{first} to {last} of the data, in their order.",
    "arguments": "Expected the arguments to stay as they were, but your function changed them in "
    "place: the caller's data must survive.",
    "first_rows_validate": "You validate on the first rows; the lesson keeps the last ones for "
    "that.",
    "shuffled": "These are rows of the data in another order: nothing is shuffled here, so that "
    "the same images validate in every run.",
    "sets_swapped": "The validation set comes first in your answer; the training set should.",
    "grouped_by_kind": "You return (images, images), (labels, labels); each pair should be a set: "
    "its images and its labels.",
    "off_by_one": "The cut is one row off.",
    "labels_misaligned": "The images are right, but the labels are cut elsewhere: image and label "
    "of a row must stay together.",
}
PARTS = {TRAINING: (N_("training"), 0), VALIDATION: (N_("validation"), 1)}


def draw(rng: np.random.Generator) -> Challenge:
    """Three data sets: a usual cut, one validation row, one training row. Rows all differ."""
    sizes = {"usual": (12, 4), "one_validates": (7, 1), "one_trains": (5, 4)}
    arrays = {}
    for case, (count, _size) in sizes.items():
        arrays[f"{case}/images"] = rng.random((count, 28, 28), dtype=np.float32)
        # Distinct labels: with ten classes two rows could be exchanged unseen.
        arrays[f"{case}/labels"] = rng.permutation(count).astype(np.uint8)
    return Challenge(
        arrays, {"validation_sizes": {case: size for case, (_, size) in sizes.items()}}
    )


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """The structure of each result, then each of the two sets."""
    cases = challenge.facts["validation_sizes"]
    for case, size in cases.items():
        if not _has_structure(sheet, challenge, case, size):
            return
    sheet.ok(STRUCTURE)
    for criterion in (TRAINING, VALIDATION):
        fault = next(
            (
                found
                for case, size in cases.items()
                if (found := _fault(sheet, challenge, case, size, criterion)) is not None
            ),
            None,
        )
        if fault is None:
            sheet.ok(criterion)
        else:
            sheet.fail(criterion, *fault)
    sheet.judge_arguments(ARGUMENTS, TRAINING, MESSAGES["arguments"])


def _has_structure(sheet: Sheet, challenge: Challenge, case: str, size: int) -> bool:
    call = CALL.format(size=size)
    if not sheet.came(STRUCTURE, case, call):
        return False
    facts, arrays = sheet.evidence.facts, sheet.evidence.arrays
    if facts[case]["type"] == "NoneType":
        sheet.array(STRUCTURE, case, call, MESSAGES["expected"])
        return False
    pairs = [case, f"{case}/0", f"{case}/1"]
    leaves = _leaves(case)
    if all(_length(facts.get(name)) == 2 for name in pairs) and all(
        leaf in arrays and arrays[leaf].ndim > 0 for leaf in leaves
    ):
        if _grouped_by_kind(sheet, challenge, case, size):
            text = MESSAGES["structure"].format(
                expected=MESSAGES["expected"],
                came=_("the images in one pair, the labels in another"),
            )
            sheet.fail(STRUCTURE, f"{text} {MESSAGES['grouped_by_kind']}", "grouped_by_kind")
            return False
        return True
    came = _describe(facts[case])
    inner = [_describe(facts[name]) for name in pairs[1:] if name in facts]
    if _length(facts[case]) == 2 and inner:
        came = _("{outer}, holding {inner}").format(outer=came, inner=_(" and ").join(inner))
    text = MESSAGES["structure"].format(expected=MESSAGES["expected"], came=came)
    sheet.fail(STRUCTURE, text)
    return False


def _leaves(case: str) -> list[str]:
    return [f"{case}/{part}/{kind}" for part in (0, 1) for kind in (0, 1)]


def _length(fact: dict | None) -> int | None:
    return fact.get("length") if fact else None


def _describe(fact: dict) -> str:
    if fact["kind"] == "sequence":
        return MESSAGES["sequence_of"].format(a_type=a(fact["type"]), length=fact["length"])
    if fact["kind"] == "array":
        return _("an array of shape {shape}").format(shape=shape_text(fact["shape"]))
    return MESSAGES["not_a_pair"].format(a_type=a(fact["type"]))


def _grouped_by_kind(sheet: Sheet, challenge: Challenge, case: str, size: int) -> bool:
    came = [sheet.evidence.arrays[leaf] for leaf in _leaves(case)]
    images, labels = challenge.arrays[f"{case}/images"], challenge.arrays[f"{case}/labels"]
    grouped = [images[:-size], images[-size:], labels[:-size], labels[-size:]]
    return all(np.array_equal(*pair) for pair in zip(came, grouped, strict=True))


def _fault(
    sheet: Sheet, challenge: Challenge, case: str, size: int, criterion: str
) -> tuple[str, str | None] | None:
    """What is wrong with one set of one case: message and misconception; None if nothing."""
    part, index = PARTS[criterion]
    images, labels = challenge.arrays[f"{case}/images"], challenge.arrays[f"{case}/labels"]
    count = len(images)
    rows = np.arange(count)[-size:] if index else np.arange(count)[:-size]
    came_images, came_labels = (sheet.evidence.arrays[f"{case}/{index}/{kind}"] for kind in (0, 1))
    right = [np.array_equal(came_images, images[rows]), np.array_equal(came_labels, labels[rows])]
    if all(right):
        return None
    if len(came_images) != len(rows):
        message = MESSAGES["length"].format(
            count=count, size=size, expected=len(rows), part=_(part), came=len(came_images)
        )
    else:
        kind = N_("labels") if right[0] else N_("images")
        message = MESSAGES["rows"].format(
            count=count, size=size, part=_(part), kind=_(kind), first=rows[0], last=rows[-1]
        )
    mistake = _recognise(sheet, challenge)
    return (message if mistake is None else f"{message} {MESSAGES[mistake]}"), mistake


def _recognise(sheet: Sheet, challenge: Challenge) -> str | None:
    """The misconception that explains the whole result of the usual case."""
    images, labels = challenge.arrays["usual/images"], challenge.arrays["usual/labels"]
    size = challenge.facts["validation_sizes"]["usual"]
    got = [
        _row_numbers(sheet.evidence.arrays[leaf], source)
        for leaf, source in zip(_leaves("usual"), (images, labels) * 2, strict=True)
    ]
    if any(rows is None for rows in got):
        return None
    train, train_labels, validation, validation_labels = (list(rows or []) for rows in got)
    rows = list(range(len(images)))
    cut = len(rows) - size
    if [train, validation] == [rows[:cut], rows[cut:]]:
        return "labels_misaligned"
    if (train, validation) != (train_labels, validation_labels):
        return None
    if [train, validation] == [rows[size:], rows[:size]]:
        return "first_rows_validate"
    if [train, validation] == [rows[cut:], rows[:cut]]:
        return "sets_swapped"
    if abs(len(validation) - size) == 1 or abs(len(train) - cut) == 1:
        contiguous = train == rows[: len(train)] and validation == rows[-len(validation) :]
        return "off_by_one" if contiguous else None
    if sorted(train + validation) == rows and len(validation) == size:
        return "shuffled"
    return None


def _row_numbers(came: np.ndarray, source: np.ndarray) -> list[int] | None:
    """Which rows of `source` the rows of `came` are; None if some row is none of them."""
    if came.shape[1:] != source.shape[1:]:
        return None
    found = [[i for i, row in enumerate(source) if np.array_equal(row, item)] for item in came]
    return [matches[0] for matches in found] if all(found) else None
