"""A limit on the seconds that student code may take, for loops that never end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 18.0
"""The limit for the student code of one check. A check that trains needs under five."""

AT_MOST = 3.0
"""So many times its limit may code take that did not get the processor all the while."""


class TimeLimitReached(BaseException):
    """Raised inside student code when its time is up.

    Not an Exception, so that a student's `except Exception` does not swallow it.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeLimitReached in the block after `seconds`, and every second after that.

    They count on the clock and on the processor: a machine that stands still for a while, or that
    others use too, must not cost a right answer its points. Code that does nothing but wait is
    stopped after `AT_MOST` times as long.

    Rests on SIGALRM: it ends Python loops and sleeps in the main thread. Where there is no such
    signal (Windows, other threads) the block runs without a limit; one long TensorFlow operation
    is not interrupted either. For both there is the timeout of the cell.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    began, used_before = time.monotonic(), time.process_time()

    def time_is_up(signum: int, frame: FrameType | None) -> None:
        unused = seconds - (time.process_time() - used_before)
        left = AT_MOST * seconds - (time.monotonic() - began)
        if min(unused, left) <= 0:
            raise TimeLimitReached
        signal.setitimer(signal.ITIMER_REAL, min(unused, left), 1.0)

    previous_handler = signal.signal(signal.SIGALRM, time_is_up)
    previous_timer = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *previous_timer)
        signal.signal(signal.SIGALRM, previous_handler)
