"""The nursery: a process that has imported what a notebook needs, and forks the sandboxes.

A program of its own, `python -P -m autograder.sandbox.nursery LINE FOLDER`: LINE is the number of
an open SOCK_SEQPACKET socket, whose other end several processes of the grader may hold; FOLDER is
the nursery's own. Once it is ready it says so, to its starter. Every message on the line carries a
sandbox's wire and a socket for the answer: a handle (pidfd) of the process forked for it. The
nursery ends when nobody holds the other end of the line any more.

It imports TensorFlow and never runs an operation of it: that would start TensorFlow's threads, and
a child forked from a process with threads hangs at its first operation.
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
from pathlib import Path

import course
from autograder import kernel
from autograder.sandbox import launch, system
from autograder.sandbox.policy import HOME

IMPORTED = (
    *("tensorflow", "keras", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    # What a kernel imports only when it starts.
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.extensions.storemagic"),
    *("IPython.core.completerlib", "IPython.core.logger", "IPython.core.pylabtools"),
    *("IPython.core.debugger", "IPython.core.oinspect"),
    *("tornado.locks", "tornado.queues", "tornado.platform.asyncio", "sqlite3"),
    *("autograder.notebook", "autograder.progress", "autograder.report"),
)
"""What is imported besides all of `course` and of the checks' side of this package."""


def main(line: socket.socket) -> None:
    """Import, say so, and fork a sandbox whenever one is asked for."""
    gc.disable()  # collecting is a fifth of the time that the imports take, and frees nothing
    try:
        import_all()
        refuse_threads()
    except Exception as error:
        line.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        return
    # Nobody waits for the sandboxes' keepers.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What lives until now is not looked at again, so that its pages stay shared with the children.
    gc.freeze()
    gc.enable()
    use_huge_pages()
    line.send(b'{"ready": true}')
    while (request := socket.recv_fds(line, 1, 2))[0]:
        wire, answer = (socket.socket(fileno=handle) for handle in request[1])
        child = os.fork()
        if not child:
            line.close()
            answer.close()
            serve(wire)
        wire.close()
        handle = os.pidfd_open(child)
        with answer, contextlib.suppress(OSError):  # who asked may have gone
            socket.send_fds(answer, [json.dumps({"pid": child}).encode()], [handle])
        os.close(handle)


def import_all() -> None:
    """Import what kernels, lessons and checks import; what is not there is theirs to miss."""
    for name in IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for package in (course, kernel):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


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
