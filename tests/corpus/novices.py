"""Wrong answers that have nothing to do with the exercise: they are given to each of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .answers import NOTHING, SHAPE_ALONE, wrong


def enter_novices(exercise: str, arity: int) -> None:
    """Enter the mistakes of first programs for an exercise that takes `arity` arguments."""

    def novice(
        at_most: float = SHAPE_ALONE, says: tuple[str, ...] = ()
    ) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        return wrong(exercise, at_most=at_most, says=says)

    @novice(NOTHING)
    def stub_untouched():
        def stub(*arguments, **options):
            # YOUR CODE HERE
            raise NotImplementedError()

        return stub

    @novice(NOTHING)
    def none_for_a_function():
        return None

    @novice(NOTHING)
    def ellipsis_for_a_function():
        return ...

    @novice(NOTHING)
    def string_for_a_function():
        return exercise

    @novice(NOTHING)
    def dict_for_a_function():
        return {"answer": 42}

    @novice(NOTHING)
    def array_for_a_function():
        return np.zeros((4, 28, 28), "float32")

    @novice(NOTHING)
    def body_is_pass():
        def answer(*arguments, **options):
            pass

        return answer

    @novice()
    def class_for_an_instance():
        class Answer:
            def __call__(self, *arguments, **options):
                return None

        return Answer

    @novice()
    def too_many_required_arguments():
        def answer(one, two, three, four, five, six, /):
            return one

        return answer

    if arity:

        @novice()
        def takes_no_argument():
            def answer():
                return np.zeros((4, 28, 28), "float32")

            return answer

    @novice(says=("ValueError", "seventeen"))
    def raises_value_error():
        def answer(*arguments, **options):
            raise ValueError("seventeen is not a shape")

        return answer

    @novice(says=("NameError", "imges"))
    def misspells_a_name():
        def answer(*arguments, **options):
            return imges / 255  # noqa: F821

        return answer

    @novice(says=("RecursionError",))
    def recurses_without_end():
        def answer(*arguments, **options):
            return answer(*arguments, **options)

        return answer

    @novice()
    def leaves_the_interpreter():
        def answer(*arguments, **options):
            sys.exit()

        return answer

    @novice()
    def leaves_the_interpreter_with_a_number():
        def answer(*arguments, **options):
            raise SystemExit(3)

        return answer

    @novice()
    def prints_for_returns():
        def answer(*arguments, **options):
            print("the result is", len(arguments))
            print("and this goes to the other stream", file=sys.stderr)

        return answer

    @novice()
    def returns_a_string():
        return lambda *arguments, **options: "0.5"

    @novice()
    def returns_a_dict():
        return lambda *arguments, **options: {"images": 1, "labels": 2}

    @novice()
    def returns_a_class():
        return lambda *arguments, **options: dict

    @novice()
    def returns_itself():
        def answer(*arguments, **options):
            return answer

        return answer

    @novice()
    def returns_objects():
        return lambda *arguments, **options: np.array([object(), None, "a"], dtype=object)

    @novice()
    def returns_a_ragged_list():
        return lambda *arguments, **options: [[1.0, 2.0], [3.0]]

    @novice()
    def returns_nan():
        return lambda *arguments, **options: np.float32("nan")

    @novice()
    def returns_a_million_million_pixels():
        return lambda *arguments, **options: np.broadcast_to(np.float32(0.5), (10**4,) * 3)

    @novice()
    def forgets_to_await():
        async def answer(*arguments, **options):
            return np.float32(0.5)

        return answer

    @novice()
    def yields_for_returns():
        def answer(*arguments, **options):
            yield np.float32(0.5)

        return answer

    @novice()
    def returns_what_cannot_be_an_array():
        class Thorn:
            def __array__(self, dtype=None, copy=None):
                raise RuntimeError("no array here")

            def __len__(self):
                raise RuntimeError("no length here")

            def __repr__(self):
                raise RuntimeError("no words here")

        return lambda *arguments, **options: Thorn()
