"""The Linux system calls that the sandbox needs and Python does not have. All raise OSError."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

# What `unshare` takes.
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# Flags of `mount`, and of `unmount`.
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

# Attributes of `change_mount`.
MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4

HUGE_PAGE = 2 << 20
_MADV_COLLAPSE = 25

# The same number on every architecture.
_MOUNT_SETATTR = 442

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

# Looked up when first used: elsewhere than on Linux there is no such library.
_library: ctypes.CDLL | None = None


def _call(name: str, *arguments: object) -> int:
    global _library
    if _library is None:
        _library = ctypes.CDLL(None, use_errno=True)
    result = int(getattr(_library, name)(*arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Call the kernel by number; whole numbers are passed at full width."""
    wide = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
    return _call("syscall", ctypes.c_long(number), *wide)


def _prctl(option: int, value: int) -> None:
    _call("prctl", option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def unshare(flags: int) -> None:
    """Move this process into new namespaces (a new PID namespace: its children alone)."""
    _call("unshare", flags)


def map_to_itself(user: int, group: int) -> None:
    """In a new user namespace, let one user and one group be those they were outside."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system."""
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )


def unmount(target: str, flags: int) -> None:
    """Unmount a file system."""
    _call("umount2", target.encode(), flags)


def change_mount(target: str, set_: int, recursive: bool) -> None:
    """Set attributes of a mount, and with `recursive` of all mounts below it."""
    attributes = struct.pack("=QQQQ", set_, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    syscall(_MOUNT_SETATTR, _AT_FDCWD, target.encode(), flags, attributes, len(attributes))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root folder; the old root is found at `old`, a folder in it."""
    _call("pivot_root", new.encode(), old.encode())


def set_hostname(name: str) -> None:
    """Name this machine, within its UTS namespace."""
    _call("sethostname", name.encode(), len(name))


def set_inspectable(allowed: bool) -> None:
    """Whether processes of the same user may trace this one and read its memory."""
    _prctl(_PR_SET_DUMPABLE, int(allowed))


def gain_no_privileges() -> None:
    """Let no program that this process starts have more privileges than it has itself."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        _prctl(_PR_CAPBSET_DROP, capability)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, bytes(24))


def collapse_memory(start: int, end: int) -> None:
    """Put memory of this process, between multiples of `HUGE_PAGE`, into huge pages (Linux 6.1)."""
    _call("madvise", ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def set_filter(program: bytes) -> None:
    """Put this process's system calls under a filter (a struct sock_fprog), for good."""
    _call("prctl", _PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), program, 0, 0)
