"""No attack gains a point, loses or changes anything of another student's, or harms the grader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

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
    graded = grade(nb, tmp_path / "evidence", cell_seconds=4 if attack.fault == "hung" else 20)
    surroundings.assert_unharmed()

    assert graded.points(TARGET) <= attack.deserves
    assert graded.points(BEFORE) == 1
    if not attack.ruins_later:
        assert graded.points(AFTER) == 1
    text = graded.text()
    assert "REACHED" not in text and SECRET not in text
    assert [fault.kind for fault in graded.run.faults] == ([attack.fault] if attack.fault else [])
    # An attack that fails for a slip of its own would prove nothing.
    for output in nb.cells[place].outputs:
        assert output.output_type != "error" or attack.fault, output.evalue
