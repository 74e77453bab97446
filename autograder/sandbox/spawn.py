"""Starting one of the sandbox's own programs, cut off from the grader but for one socket."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Mapping

WITH_TENSORFLOW, WITHOUT_TENSORFLOW = b"t", b"f"
"""What the nursery is asked for."""


def spawn(
    program: str, line: socket.socket, *arguments: str, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start `python -P -m autograder.sandbox.PROGRAM LINE ARGUMENTS` in a session of its own.

    Args:
        program: a module of this package.
        line: the socket that it is left; LINE is its number.
        arguments: what else it is told.
        environment: all its variables.

    Raises:
        OSError: no process can be started.
    """
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", f"autograder.sandbox.{program}"),
            *(str(line.fileno()), *arguments),
        ],
        pass_fds=[line.fileno()],
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
