"""A limit on the seconds that student code may take, for loops that never end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeLimitReached(BaseException):
    """Raised inside student code when its time is up.

    Not an Exception, so that a student's `except Exception` does not swallow it.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeLimitReached in the block after `seconds`, and every second after that.

    Rests on SIGALRM: it ends Python loops and sleeps in the main thread. Where there is no such
    signal (Windows, other threads) the block runs without a limit; one long TensorFlow operation
    is not interrupted either. For both there is the timeout of the cell.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def time_is_up(signum: int, frame: FrameType | None) -> None:
        raise TimeLimitReached

    previous_handler = signal.signal(signal.SIGALRM, time_is_up)
    previous_timer = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *previous_timer)
        signal.signal(signal.SIGALRM, previous_handler)
