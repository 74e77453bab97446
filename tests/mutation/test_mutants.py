"""The checks as instruments: every mutant of a solution is killed, or stands in the table."""

from __future__ import annotations

import importlib
import inspect
import re
import zlib

import libcst as cst
import pytest

from autograder.exercises import EXERCISES

from .mutants import Mutant, mutants_of
from .operators import change_axis, cut_variables, drop_argument, swap_operands
from .run import try_mutant
from .survivors import SURVIVORS

# The ordinary run tries one mutant of so many, and one of the table's of so many.
OF_MUTANTS, OF_SURVIVORS = 20, 5


def is_sampled(mutant: Mutant) -> bool:
    """Whether the ordinary run tries this mutant: the same ones each time."""
    share = OF_SURVIVORS if mutant.name in SURVIVORS[mutant.exercise] else OF_MUTANTS
    return zlib.crc32(f"{mutant.exercise}: {mutant.name}".encode()) % share == 0


def surprises(mutants: list[Mutant]) -> list[str]:
    """The mutants whose fate is not what the table says."""
    found = []
    for mutant in mutants:
        expected = "survived" if mutant.name in SURVIVORS[mutant.exercise] else "killed"
        trial = try_mutant(mutant)
        if trial.fate != expected:
            found.append(f"{mutant.name}: {trial.fate}, not {expected}. {trial.why}")
    return found


@pytest.mark.parametrize("exercise", SURVIVORS)
def test_sampled_mutants_meet_their_fate(exercise: str) -> None:
    assert surprises([m for m in mutants_of(exercise) if is_sampled(m)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("exercise", SURVIVORS)
def test_all_mutants_meet_their_fate(exercise: str) -> None:
    assert surprises(list(mutants_of(exercise))) == []


@pytest.mark.parametrize("exercise", SURVIVORS)
def test_the_table_names_mutants_that_exist(exercise: str) -> None:
    assert set(SURVIVORS[exercise]) <= {mutant.name for mutant in mutants_of(exercise)}


@pytest.mark.parametrize("exercise", SURVIVORS)
def test_names_of_mutants_are_unique(exercise: str) -> None:
    names = [mutant.name for mutant in mutants_of(exercise)]
    assert names
    assert len(set(names)) == len(names)


# What a check once let pass: exercise, mutant, the criterion that sees it now.
CLOSED = (
    ("build_dae", "line 2: 0.002 -> -0.002", "Training moves both parts"),
    (
        "peak_signal_to_noise_ratio",
        "line 1: np.float64 -> .float16",
        "Images of any rank and number",
    ),
    ("peak_signal_to_noise_ratio", "line 2: 0 -> 1", "Images of any rank and number"),
    (
        "build_generator",
        'line 2: keras.layers.ReLU() <-> keras.layers.Conv2DTranspose(  … n="tanh" )',
        "tanh at the output",
    ),
    (
        "build_discriminator",
        "line 2: without keras.layers.LeakyReLU(0.2)",
        "A non-linearity inside",
    ),
    (
        "build_discriminator",
        "line 2: without keras.layers.LeakyReLU(0.2) (2)",
        "A non-linearity inside",
    ),
    ("train_gan", "line 20: np.mean -> .sum", "A history, one number an epoch"),
)


@pytest.mark.parametrize(("exercise", "name", "criterion"), CLOSED)
def test_holes_that_were_closed_stay_closed(exercise: str, name: str, criterion: str) -> None:
    (mutant,) = (m for m in mutants_of(exercise) if m.name == name)
    assert try_mutant(mutant).why == criterion


def contract_of(exercise: str) -> str:
    """The docstrings of an exercise's solution, on one line."""
    lesson = importlib.import_module(f"solutions.lesson_{EXERCISES[exercise].lesson}")
    source = inspect.getsource(getattr(lesson, exercise))
    return " ".join(part for text in source.split('"""')[1::2] for part in text.split())


@pytest.mark.parametrize("exercise", SURVIVORS)
def test_what_a_reason_quotes_stands_in_the_contract(exercise: str) -> None:
    contract = contract_of(exercise)
    for name, survivor in SURVIVORS[exercise].items():
        for quoted in re.findall("“(.+?)”", survivor.reason):
            assert quoted in contract, name


def test_the_table_names_exercises_of_the_course() -> None:
    assert set(SURVIVORS) <= set(EXERCISES)


def variants(operator, text: str) -> list[str]:
    node = cst.parse_expression(text)
    return [cst.Module([]).code_for_node(variant) for _, variant in operator(node)]


def test_operands_are_swapped_where_their_order_matters() -> None:
    assert variants(swap_operands, "a - (b + c)") == ["(b + c) - a"]
    assert variants(swap_operands, "a / b") == ["b / a"]
    assert variants(swap_operands, "a + b") == []


def test_each_argument_is_dropped_once() -> None:
    assert variants(drop_argument, "f(a, b=c)") == ["f(b=c)", "f(a, )"]


def test_an_axis_becomes_others() -> None:
    call = cst.ensure_type(cst.parse_expression("f(x, axis=-1)"), cst.Call)
    axes = [what for what, _ in change_axis(call.args[1])]
    assert "axis=-1 -> axis=0" in axes
    assert list(change_axis(call.args[0])) == []


def test_variables_lose_the_first_or_the_last() -> None:
    expected = ["model.trainable_variables[1:]", "model.trainable_variables[:-1]"]
    assert variants(cut_variables, "model.trainable_variables") == expected
    assert variants(cut_variables, "model.variables") == []


def test_a_mutant_differs_from_the_solution_in_the_blank_alone() -> None:
    solution, *others = (m.build().__doc__ for m in mutants_of("kl_divergence")[:5])
    assert solution
    assert set(others) == {solution}
