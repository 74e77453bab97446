"""Answers that talk: whatever a right answer prints, warns or logs, it stays right."""

from __future__ import annotations

import functools
import logging
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

from tqdm import tqdm


def chatty(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return `answer` with everything before it that writes to a stream."""

    @functools.wraps(answer)
    def talking(*arguments: Any, **options: Any) -> Any:
        print("arguments:", len(arguments))
        print("a note on the other stream", file=sys.stderr)
        sys.stdout.write("partial line")
        sys.stdout.flush()
        sys.__stderr__.write("the first stream of all\n")
        sys.__stderr__.flush()
        os.write(1, b"straight to descriptor 1\n")
        os.write(2, b"straight to descriptor 2\n")
        warnings.warn("this may be slow", stacklevel=2)
        warnings.warn("this will go away", DeprecationWarning, stacklevel=2)
        logging.warning("a warning on the root logger")
        logging.getLogger("student").error("an error that is none")
        os.system("echo a child writes; echo and here >&2")
        for _ in tqdm(range(3), desc="working"):
            pass
        return answer(*arguments, **options)

    return talking
