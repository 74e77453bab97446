"""No attack gains a point, loses or changes anything of another student's, or harms the grader."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from autograder.judges import PUBLIC_SEED, draw_challenge
from autograder.sandbox.probes import LAYERS, REQUIRED

from .attacks import ATTACKS, PRELUDE, Attack
from .harness import (
    AFTER,
    ANSWERS,
    BEFORE,
    SECRET,
    TARGET,
    Surroundings,
    answer_cell,
    check_cell,
    grade,
    notebook,
)

FAMILIES = {
    *("checker", "patching", "frames and gc", "transformers", "tags", "reading", "writing"),
    *("persistence", "network", "processes", "resources", "evidence", "detection"),
}


def test_there_are_attacks_of_every_family() -> None:
    assert len(ATTACKS) >= 40
    assert set(Counter(attack.family for attack in ATTACKS)) == FAMILIES
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_without_an_attack_the_same_notebook_earns_everything(tmp_path: Path) -> None:
    cells = [
        part for name in ANSWERS for part in (answer_cell(name, ANSWERS[name]), check_cell(name))
    ]
    graded = grade(notebook(PRELUDE, *cells), tmp_path)
    assert not graded.run.faults
    assert [graded.points(name) for name in ANSWERS] == [1, 1, 1]


def public_answers(folder: Path) -> Path:
    """Right answers to the challenge of a learner's own notebook, which anybody can collect."""
    images = draw_challenge(TARGET, PUBLIC_SEED).arrays
    path = folder / "public.npz"
    np.savez(path, **{name: array.astype(np.float32) / 255 for name, array in images.items()})
    return path


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(attack: Attack, surroundings: Surroundings, tmp_path: Path) -> None:
    nb = notebook(
        *(surroundings.names(), PRELUDE),
        *(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE)),
        *(attack.cell, answer_cell(TARGET, attack.answer)),
        check_cell(TARGET, attack.check_metadata),
        *(answer_cell(AFTER, ANSWERS[AFTER]), check_cell(AFTER)),
    )
    place = next(index for index, cell in enumerate(nb.cells) if cell.source == attack.cell)
    graded = grade(
        nb,
        tmp_path / "evidence",
        cell_seconds=4 if "hung" in attack.faults else 20,
        files={"public.npz": public_answers(tmp_path)},
    )
    surroundings.assert_unharmed()

    assert graded.points(TARGET) <= attack.deserves
    assert graded.points(BEFORE) == 1
    if not attack.ruins_later:
        assert graded.points(AFTER) == 1
    text = graded.text()
    assert "REACHED" not in text and SECRET not in text
    kinds = [fault.kind for fault in graded.run.faults]
    assert len(kinds) == bool(attack.faults) and set(kinds) <= set(attack.faults)
    # An attack that fails for a slip of its own would prove nothing.
    for output in nb.cells[place].outputs:
        assert output.output_type != "error" or attack.faults, output.evalue


def test_the_threat_model_names_every_attack_and_no_test_that_is_not_there() -> None:
    root = Path(__file__).parents[2]
    page = (root / "autograder" / "sandbox" / "THREAT_MODEL.md").read_text(encoding="utf-8")
    for attack in ATTACKS:
        assert f"- `{attack.name}` {attack.tries}\n" in page
    names = {attack.name for attack in ATTACKS}
    named = set(re.findall(r"\[(\w+)\]", page))
    assert named and named <= names
    tests = "\n".join(path.read_text() for path in (root / "tests").rglob("test_*.py"))
    for name in set(re.findall(r"`(test_\w+)`", page)):
        assert f"def {name}(" in tests, name
    for layer in LAYERS:
        assert re.search(rf"^\| {layer} {'[*] ' if layer in REQUIRED else ''}\|", page, re.M), layer
