"""Silence: while a check runs, nothing reaches the notebook but the card.

nbgrader scores a cell with one byte on stderr as zero, and Keras warns on right answers too. So
four ways out are closed for the time of a check: `sys.stdout` and `sys.stderr`; the kernel's own
stream objects, which a logging handler made in an earlier cell still holds; file descriptors 1 and
2, to which C code and child processes write; and IPython's display channel.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

_KEPT_CHARACTERS = 4_000


class Transcript(io.TextIOBase):
    """A writable text stream that keeps the first characters and forgets the rest."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        """Whether the stream takes text: yes."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits of `text`."""
        room = _KEPT_CHARACTERS - len(self.text)
        if room > 0:
            self.text += str(text)[:room]
        return len(text)


@contextlib.contextmanager
def captured_output() -> Iterator[Transcript]:
    """Yield a Transcript of what the block prints; let nothing through to the notebook."""
    transcript = Transcript()
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_descriptors_diverted(streams))
        for stream in streams:
            stack.enter_context(_stream_diverted(stream, transcript))
        stack.enter_context(_display_diverted())
        stack.enter_context(contextlib.redirect_stdout(transcript))
        stack.enter_context(contextlib.redirect_stderr(transcript))
        yield transcript


@contextlib.contextmanager
def _descriptors_diverted(streams: list[Any]) -> Iterator[None]:
    _flush(streams)
    with tempfile.TemporaryFile() as sink:
        saved = {descriptor: os.dup(descriptor) for descriptor in (1, 2)}
        try:
            for descriptor in saved:
                os.dup2(sink.fileno(), descriptor)
            yield
        finally:
            _flush(streams)
            for descriptor, copy in saved.items():
                os.dup2(copy, descriptor)
                os.close(copy)


@contextlib.contextmanager
def _stream_diverted(stream: Any, transcript: Transcript) -> Iterator[None]:
    """Send what is written to this very object elsewhere, whoever holds it."""
    original = getattr(stream, "__dict__", {}).get("write")
    try:
        stream.write = transcript.write
    except (AttributeError, TypeError):  # a stream written in C: it ends in descriptor 1 or 2
        yield
        return
    try:
        yield
    finally:
        if original is None:
            del stream.write
        else:
            stream.write = original


@contextlib.contextmanager
def _display_diverted() -> Iterator[None]:
    """Drop what the block displays, and close the figures that it leaves open."""
    figures_before = _open_figures()
    shell = _running_shell()
    if shell is None:
        yield
    else:
        from IPython.core.displaypub import CapturingDisplayPublisher

        publisher = shell.display_pub
        shell.display_pub = CapturingDisplayPublisher(shell=shell)
        try:
            yield
        finally:
            shell.display_pub = publisher
    for figure in _open_figures() - figures_before:
        sys.modules["matplotlib.pyplot"].close(figure)


def _running_shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def _flush(streams: list[Any]) -> None:
    for stream in streams:
        with contextlib.suppress(Exception):
            stream.flush()
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fflush(None)
