"""Whatever student code does, a check ends with a message, and says where."""

import contextlib
import functools
import logging
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from autograder.kernel import gather as gather_module
from autograder.notebook import check_with_seed


def message_of(verdict):
    return next(c.message for c in verdict.criteria if c.outcome != "pass")


def raises_deep_in_a_library(images):
    return np.concatenate([images, np.zeros(3)])


def forgets_to_return(images):
    print("the scaled images:", images / 255)


def exits(images):
    sys.exit(3)


def recurses(images):
    return recurses(images)


def is_a_stub(images):
    raise NotImplementedError()


def asks_for_too_much_memory(images):
    raise MemoryError


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, ["`scale_images` is None", "has not run"]),
        ("255", ["function", "a str"]),
        (is_a_stub, ["still empty"]),
        (raises_deep_in_a_library, ["ValueError", "np.concatenate([images, np.zeros(3)])"]),
        (forgets_to_return, ["None", "to print is not to return"]),
        (exits, ["SystemExit", "sys.exit(3)"]),
        (recurses, ["RecursionError"]),
        (lambda: 0, ["TypeError", "positional argument"]),
        (lambda images: "half", ["a str"]),
        (lambda images: images.astype(object), ["array of float32"]),
        (lambda images: np.broadcast_to(0.5, (10**6, 10**6)), ["too large"]),
        (lambda images: images / 255 * np.nan, ["float32"]),
        (asks_for_too_much_memory, ["memory"]),
    ],
)
def test_the_message_says_what_came(answer, words):
    verdict = check_with_seed("scale_images", answer, 1)
    assert not verdict.passed
    text = " ".join(criterion.message for criterion in verdict.criteria)
    for word in words:
        assert word in text


def test_the_line_is_the_students_own():
    verdict = check_with_seed("scale_images", raises_deep_in_a_library, 1)
    line = raises_deep_in_a_library.__code__.co_firstlineno + 1
    assert f"(line {line}: " in message_of(verdict)
    assert "autograder" not in message_of(verdict)


def test_a_variable_in_a_message_is_named_without_its_numbers():
    def watches_a_keras_variable(images):
        import keras
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(keras.Variable(np.zeros((3, 3)), name="kernel"))

    message = message_of(check_with_seed("scale_images", watches_a_keras_variable, 1))
    assert "path=kernel" in message and "[0." not in message
    assert "tape.watch(" in message


def test_a_blank_is_no_attempt_and_a_mistake_is():
    assert not check_with_seed("scale_images", is_a_stub, 1).attempted
    assert not check_with_seed("scale_images", None, 1).attempted
    assert check_with_seed("scale_images", forgets_to_return, 1).attempted


def loops(images):
    while True:
        pass


def loops_through_exceptions(images):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


@pytest.mark.parametrize("answer", [loops, loops_through_exceptions])
def test_an_endless_loop_is_stopped(answer, monkeypatch):
    monkeypatch.setattr(gather_module, "SECONDS", 0.5)
    before = signal.getsignal(signal.SIGALRM)
    verdict = check_with_seed("scale_images", answer, 1)
    assert verdict.criteria[0].outcome == "resource_limit"
    assert "still running" in verdict.criteria[0].message
    assert verdict.points == 0
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize(("limit", "outcome"), [(0.5, "pass"), (0.2, "resource_limit")])
def test_waiting_uses_up_a_third_of_the_time(limit, outcome, monkeypatch):
    pauses = iter([0.9])

    def pauses_once(images):
        time.sleep(next(pauses, 0))
        return (images / 255).astype(np.float32)

    monkeypatch.setattr(gather_module, "SECONDS", limit)
    assert check_with_seed("scale_images", pauses_once, 1).criteria[0].outcome == outcome


old_handler = logging.StreamHandler(sys.__stderr__)


def chatters(images):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    print("to the first stderr", file=sys.__stderr__)
    os.write(1, b"to descriptor 1\n")
    os.write(2, b"to descriptor 2\n")
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    warnings.warn("a warning", stacklevel=1)
    logger = logging.getLogger("student")
    logger.addHandler(old_handler)
    logger.error("from a handler made long ago")
    return (images / 255).astype(np.float32)


def test_chatter_costs_nothing_and_does_not_come_through(capfd):
    verdict = check_with_seed("scale_images", chatters, 1)
    assert capfd.readouterr() == ("", "")
    assert verdict.passed
    assert "to stdout" in verdict.printed
    print("heard again")
    assert capfd.readouterr().out == "heard again\n"


def test_an_interruption_by_the_user_comes_through():
    def interrupted(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_with_seed("scale_images", interrupted, 1)


def test_any_callable_is_an_answer():
    class Scaler:
        def __call__(self, images):
            return self.scale(images, 255)

        @staticmethod
        def scale(images, by):
            return (images / by).astype(np.float32)

    for answer in (Scaler(), functools.partial(Scaler.scale, by=255), Scaler().__call__):
        assert check_with_seed("scale_images", answer, 1).passed
