"""What the benchmarks of grading calculate from what they measure."""

from __future__ import annotations

import importlib
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.classroom.grades import Score
from autograder.classroom.store import Place
from autograder.exercises import check_id, exercises_of
from benchmarks.classes import ORIGINALS, Used, names, timed
from benchmarks.growth import Sample, ratios
from benchmarks.growth import row as growth_row
from benchmarks.hostile_class import HOSTILE, LESSON, attack_of, wrong
from benchmarks.throughput import Own, added, disagreements, main_figures, mean

MIB = 2**20


def scores(points: dict[str, float | None]) -> dict[tuple[Place, str], Score]:
    """The same points for both exercises of lesson 1, by student."""
    return {
        (Place(student, LESSON, LESSON), check_id(e.id)): Score(given, None, None, 1.0, False)
        for student, given in points.items()
        for e in exercises_of(LESSON)
    }


@pytest.mark.parametrize("name", ["throughput", "growth", "hostile_class"])
def test_a_benchmark_says_what_it_measures(name: str) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    said = CliRunner().invoke(module.main, ["--help"])
    assert said.exit_code == 0
    assert f"python -m benchmarks.{name}" in said.output


def test_the_bound_is_what_the_cells_alone_would_take_on_all_cores() -> None:
    stock, ours = Used(200.0, 240.0, 0.0), Used(25.0, 48.0, 0.0)
    figures = main_figures(stock, ours, Own(1.2, 1.0), count=40, cores=2)
    assert figures == {
        "ratio": 8.0,
        "ratio_of_core_seconds": 5.0,
        "bound": 10.0,  # 40 × 1 core-second on 2 cores: 20 seconds
        "share_of_bound": 0.8,
        "overhead": pytest.approx(0.2),
        "overhead_of_stock": 5.0,
    }


def test_lessons_together_are_the_sum_of_their_runs() -> None:
    both = added([Used(1.0, 2.0, 0.5), Used(3.0, 4.0, 0.1)])
    assert both == Used(4.0, 6.0, 0.5)
    assert mean([Own(1.0, 2.0), Own(3.0, 6.0)]) == Own(2.0, 4.0)


def test_answers_on_which_stock_differs_are_told_by_whether_ours_finds_them_right() -> None:
    stock = scores({"0000-ada": 0.5, "0001-ben": 0.0, "0002-finn": 0.8, "0003-dora": None})
    ours = scores({"0000-ada": 1.0, "0001-ben": 0.2, "0002-finn": 0.8, "0003-dora": 1.0})
    copies = {copy: copy[5:] for copy in ("0000-ada", "0001-ben", "0002-finn", "0003-dora")}
    right, others = disagreements(stock, ours, copies, LESSON)
    assert right == [
        f"{who}, {e.id}: stock {had}, ours 1.0"
        for who, had in (("ada", 0.5), ("dora", None))
        for e in exercises_of(LESSON)
    ]
    assert others == [f"ben, {e.id}: stock 0.0, ours 0.2" for e in exercises_of(LESSON)]


def test_copies_take_the_students_in_turn() -> None:
    copies = names(2 * len(ORIGINALS) + 1)
    assert list(copies) == sorted(copies)
    assert list(copies.values()) == [*ORIGINALS, *ORIGINALS, ORIGINALS[0]]


def test_growth_compares_the_most_memory_until_a_tenth_with_the_most_at_all() -> None:
    samples = [
        Sample(0, 90 * MIB, 300 * MIB),
        Sample(10, 100 * MIB, 400 * MIB),
        Sample(11, 150 * MIB, 500 * MIB),
        Sample(99, 120 * MIB, 440 * MIB),
    ]
    most = growth_row(Used(50.0, 80.0, 0.0), samples, 100, 2)
    assert most["megabytes"] == {
        "own_after_a_tenth": 100,
        "own_at_the_end": 150,
        "tree_after_a_tenth": 400,
        "tree_at_the_end": 500,
    }
    assert (most["wall_seconds_each"], most["core_seconds_each"]) == (0.5, 0.8)
    few = growth_row(Used(4.0, 8.0, 0.0), samples[:2], 10, 2)
    one = growth_row(Used(100.0, 80.0, 0.0), samples, 100, 1)
    assert ratios({10: few, 100: most}, {1: one, 2: most}) == {
        "seconds_each_at_100_over_10": 1.25,
        "own_memory_at_the_end_over_a_tenth_of_100": 1.5,
        "all_memory_at_the_end_over_a_tenth_of_100": 1.25,
        "speed_with_workers": {1: 1.0, 2: 2.0},
    }


def test_two_of_a_hundred_submissions_are_hostile_in_every_way() -> None:
    attacks = [attack for attack in map(attack_of, range(1000)) if attack]
    assert [attack.name for attack in attacks] == list(HOSTILE) * 5


def test_a_hostile_class_is_wrong_if_a_grade_a_stop_or_a_missing_stop_is() -> None:
    hang = attack_of(49)
    assert hang is not None
    handed_in = {"0000-ben": "ben", "0049-hang": hang}
    expected = {
        student: {e.id: points for e in exercises_of(LESSON)}
        for student, points in (("ben", 0.5), ("ada", 1.0))
    }
    good = scores({"0000-ben": 0.5, "0049-hang": 1.0})
    faults: dict[str, list[str]] = {"0000-ben": [], "0049-hang": ["hung"]}
    assert wrong(handed_in, good, expected, faults) == []
    assert len(wrong(handed_in, scores({"0000-ben": 1.0, "0049-hang": 1.0}), expected, faults)) == 1
    for student, kinds in (("0000-ben", ["died"]), ("0049-hang", []), ("0049-hang", ["died"])):
        assert len(wrong(handed_in, good, expected, faults | {student: kinds})) == 1


def test_a_command_is_timed_with_what_it_starts(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        "import subprocess, sys, time\n"
        "busy = 'import time\\nwhile time.process_time() < 0.5: pass'\n"
        "subprocess.run([sys.executable, '-c', busy])\n"
        "print('done')\n"
    )
    began = time.perf_counter()
    used, said = timed(["work"], tmp_path)
    assert said == "done\n"
    assert used.processor >= 0.5
    assert used.wall <= time.perf_counter() - began


def test_a_command_that_fails_tells_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "fail.py").write_text("import sys\nsys.exit('the reason')\n")
    with pytest.raises(RuntimeError, match="the reason"):
        timed(["fail"], tmp_path)
