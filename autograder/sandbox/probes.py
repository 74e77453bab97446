"""Which layers of the sandbox are in force on this machine: each is tried, from the inside."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.sandbox import system
from autograder.sandbox.policy import (
    CHALLENGES,
    EVIDENCE,
    SOCKETS,
    Policy,
    inner_environment,
    readable,
)
from autograder.sandbox.start import SandboxError, start_sandbox

EVIDENCE_FILE = Path(EVIDENCE) / "probes.json"

LAYERS: dict[str, str] = {
    "files": "a private root folder, read-only, that holds what a check needs",
    "landlock": "Landlock's allow-list of files and rights",
    "processes": "a process tree of its own, ended as a whole",
    "network": "no network",
    "ipc": "no shared memory or queues with other processes",
    "privileges": "no capability, and none to be gained",
    "system calls": "no system calls that a notebook does not need",
    "namespaces": "no user namespaces within",
    "limits": "limits on memory, processes, time and files",
    "environment": "an environment by an allow-list",
}
"""The layers, and what each one means."""

REQUIRED = ("files", "processes", "network", "privileges", "limits", "environment")
"""Without one of these, nothing is graded."""

_SHMCTL_STAT = 2
_MARK = "AUTOGRADER_PROBE_MARK"


_found: dict[str, bool] | None = None
_trying = threading.Lock()


def layers_in_force() -> dict[str, bool]:
    """Layer → whether it held, tried once in this process unless another one has told.

    Raises:
        SandboxError: no sandbox can be made at all; the message says why.
    """
    with _trying:  # once, whichever thread comes first
        if _found is None:
            tell(try_layers())
    assert _found is not None
    return _found


def tell(layers: dict[str, bool]) -> None:
    """Let this process know what `layers_in_force` gave in another one on this machine."""
    global _found
    _found = layers


def try_layers() -> dict[str, bool]:
    """Layer → whether it holds now. Raises SandboxError as `layers_in_force` does."""
    if sys.platform != "linux":
        raise SandboxError("No sandbox can be made here: there is one on Linux alone.")
    library = ctypes.CDLL(None, use_errno=True)
    shared = library.shmget(0, 1, 0o1600)  # IPC_PRIVATE, IPC_CREAT
    try:
        with tempfile.NamedTemporaryFile() as secret, socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            policy = Policy(
                "probes",
                readable(),
                inner_environment(),
                settings={
                    "secret": secret.name,
                    "port": listener.getsockname()[1],
                    "shared": shared,
                },
            )
            os.environ[_MARK] = "seen"
            sandbox = start_sandbox(policy)
            try:
                sandbox.process.wait(30)
                held = json.loads((sandbox.evidence / EVIDENCE_FILE.name).read_text())
            except (OSError, ValueError) as error:
                raise SandboxError(f"The sandbox cannot be examined: {error}.") from error
            finally:
                sandbox.close()
                del os.environ[_MARK]
    finally:
        library.shmctl(shared, 0, None)  # IPC_RMID
    return {layer: bool(held.get(layer)) for layer in LAYERS}


def refuse_without_sandbox() -> tuple[str, ...]:
    """The layers that are in force.

    Raises:
        SandboxError: one that grading cannot do without is not.
    """
    held = layers_in_force()
    missing = [layer for layer in REQUIRED if not held[layer]]
    if missing:
        raise SandboxError(f"The sandbox does not hold here ({', '.join(missing)}).")
    return tuple(layer for layer in LAYERS if held[layer])


# ------------------------------------------------------------------------------- the inside


def try_everything(policy: Policy) -> dict[str, bool]:
    """Try what should be forbidden, from within a sandbox; layer → whether it was."""
    told = policy.settings
    tries: dict[str, Callable[[], Any]] = {
        "files": lambda: Path(told["secret"]).read_bytes(),
        "landlock": lambda: (Path(EVIDENCE) / "link").symlink_to("elsewhere"),
        "network": lambda: socket.create_connection(("127.0.0.1", told["port"]), 1),
        "ipc": lambda: _stat_shared_memory(told["shared"]),
        "privileges": lambda: socket.sethostname("changed"),
        "namespaces": lambda: system.unshare(system.CLONE_NEWUSER),
        "limits": lambda: mmap.mmap(-1, policy.limits.address_space),
        "environment": lambda: os.environ[_MARK],
    }
    held = {layer: _fails(attempt) for layer, attempt in tries.items()}
    held["files"] &= _fails(lambda: (Path(CHALLENGES) / "new").touch())
    held["landlock"] &= _fails(lambda: (Path(SOCKETS) / "new").touch())
    held["system calls"] = _is_filtered()
    # The init and this process, and none of those outside.
    held["processes"] = {path.name for path in Path("/proc").glob("[0-9]*")} == {"1", "2"}
    return held


def _fails(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, KeyError, MemoryError, OverflowError):
        return True
    return False


def _is_filtered() -> bool:
    """Whether sockets to the machine's host (AF_VSOCK) are refused, not merely unknown."""
    try:
        socket.socket(40, socket.SOCK_STREAM).close()
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _stat_shared_memory(identifier: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.shmctl(identifier, _SHMCTL_STAT, ctypes.create_string_buffer(256)) < 0:
        raise OSError(ctypes.get_errno(), "shmctl")
