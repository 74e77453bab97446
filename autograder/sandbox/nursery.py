"""The nursery: a process that has imported what a notebook needs, and forks the sandboxes.

A program of its own, `python -P -m autograder.sandbox.nursery LINE FOLDER`: LINE is the number of
an open SOCK_SEQPACKET socket, whose other end several processes of the grader may hold; FOLDER is
the nursery's own. Once it is ready it says so, to its starter. Every message on the line carries a
sandbox's wire and a socket for the answer: a handle (pidfd) of the process forked for it; without
a wire, {"ready": true} is the answer. The nursery ends when nobody holds the other end of the line
any more.

TensorFlow takes most of the time, and not every notebook needs it. So the nursery has imported all
but that. The first message that asks for TensorFlow, or that only says that it is going to be
needed, makes it fork a second process, which imports it too, and to which such messages are passed
on.

No operation of TensorFlow is ever run here: that would start its threads, and a child forked from a
process with threads hangs at its first operation.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import course
from autograder import kernel
from autograder.sandbox import launch, system
from autograder.sandbox.policy import HOME
from autograder.sandbox.spawn import WITH_TENSORFLOW

TENSORFLOW = ("tensorflow", "keras")

IMPORTED = (
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    # What a kernel imports only when it starts.
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.extensions.storemagic"),
    *("IPython.core.completerlib", "IPython.core.logger", "IPython.core.pylabtools"),
    *("IPython.core.debugger", "IPython.core.oinspect"),
    *("tornado.locks", "tornado.queues", "tornado.platform.asyncio", "sqlite3"),
    *("autograder.notebook", "autograder.progress", "autograder.report"),
)
"""What is imported besides TensorFlow, all of `course`, and the checks' side of this package."""

READY = json.dumps({"ready": True}).encode()


def main(line: socket.socket) -> None:
    """Be the first process: import all but TensorFlow, say so, and do what is asked for."""
    # Nobody waits for the sandboxes' keepers.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with without_tensorflow():
        error = import_all()
    line.send(error or READY)
    if error:
        return
    second: socket.socket | None = None
    while (request := socket.recv_fds(line, 1, 2))[0]:
        kind, handles, *_ = request
        if kind != WITH_TENSORFLOW:
            answer(handles, line, second)
            continue
        second = second or start_second(line)
        if handles:
            with contextlib.suppress(OSError):  # it has died: whoever asked gets no answer
                socket.send_fds(second, [kind], handles)
            for handle in handles:
                os.close(handle)


def start_second(first: socket.socket) -> socket.socket:
    """Fork the process that imports TensorFlow too; return the line on which it can be asked."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork():
        theirs.close()
        return ours
    try:
        first.close()
        ours.close()
        error = import_all()
        while handles := socket.recv_fds(theirs, 1, 2)[1]:
            answer(handles, theirs, error=error)
    finally:
        os._exit(0)


def answer(
    handles: list[int], line: socket.socket, other: socket.socket | None = None, error: bytes = b""
) -> None:
    """Fork a sandbox, if a wire was sent, and answer; the sandbox does not keep our lines."""
    *wires, told = sockets = [socket.socket(fileno=handle) for handle in handles]
    with contextlib.suppress(OSError):  # who asked may have gone
        if error or not wires:
            told.send(error or READY)
        elif child := os.fork():
            handle = os.pidfd_open(child)
            try:
                socket.send_fds(told, [json.dumps({"pid": child}).encode()], [handle])
            finally:
                os.close(handle)
        else:
            for ours in filter(None, (line, other, told)):
                ours.close()
            serve(wires[0])
    for one in sockets:
        one.close()


def import_all() -> bytes:
    """Import all that can be, and make ready to fork; return the error to be told, if any."""
    gc.disable()  # collecting is a fifth of the time that the imports take, and frees nothing
    try:
        import_what_is_there()
        refuse_threads()
    except Exception as error:
        return json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()
    # What lives until now is not looked at again, so that its pages stay shared with the children.
    gc.freeze()
    gc.enable()
    use_huge_pages()
    return b""


def import_what_is_there() -> None:
    """Import what kernels, lessons and checks import; what is not there is theirs to miss."""
    modules = [
        module.name
        for package in (course, kernel)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    for name in (*TENSORFLOW, *IMPORTED, *modules):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


@contextlib.contextmanager
def without_tensorflow() -> Iterator[None]:
    """Let no module that imports TensorFlow be imported."""
    sys.modules.update(dict.fromkeys(TENSORFLOW))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in TENSORFLOW:
            del sys.modules[name]


def refuse_threads() -> None:
    """Make sure that this process can be forked. Raises RuntimeError."""
    tasks = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    if len(tasks) > 1:
        raise RuntimeError(f"importing started threads: {', '.join(sorted(tasks))}")


def use_huge_pages() -> None:
    """Put this process's own memory into huge pages, as far as they are to be had.

    A sandbox takes three forks, and each copies an entry for every page: that is most of what a
    warm start costs. A child that writes to a huge page still gets a copy of a small one alone.
    """
    size = system.HUGE_PAGE
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, inode, *_ = line.split()
        start, end = (int(number, 16) for number in place.split("-"))
        if rights == "rw-p" and inode == "0":
            for page in range(-(-start // size) * size, end - size + 1, size):
                with contextlib.suppress(OSError):
                    system.collapse_memory(page, page + size)


def serve(wire: socket.socket) -> None:
    """Be a sandbox: what a process does that was started for it. Never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.environ["HOME"] = HOME
        # Python's own generator is seeded again by every fork; NumPy's is not.
        sys.modules["numpy"].random.seed()
        launch.main(wire)
    finally:
        os._exit(0)


if __name__ == "__main__":
    own_folder = Path(sys.argv[2])
    try:
        main(socket.socket(fileno=int(sys.argv[1])))
    finally:
        shutil.rmtree(own_folder, ignore_errors=True)
        os._exit(0)
