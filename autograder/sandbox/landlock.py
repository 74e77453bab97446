"""Landlock: what a process gives up for itself and its children, by an allow-list of paths.

Its rules are described in the kernel's own userspace-api/landlock.rst. It says nothing about
chmod, stat and the like: the read-only mounts of the private root do.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping

from autograder.sandbox.system import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
MAKE_SOCK = 1 << 9
MAKE_FIFO = 1 << 10
MAKE_SYM = 1 << 12
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL_DEV = 1 << 15

READ = EXECUTE | READ_FILE | READ_DIR
CHANGE = WRITE_FILE | TRUNCATE | REMOVE_FILE | REMOVE_DIR | REFER
MAKE = MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM
# What can be allowed on something that is no folder.
_ON_FILES = EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV

# All file-system rights that a version of the interface knows: index is the version.
_KNOWN = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)
_TCP = 0b11  # to bind and to connect; since version 4
_SCOPES = 0b11  # abstract sockets and signals stay within the sandbox; since version 6


def version() -> int:
    """The version of Landlock's interface that this kernel offers; 0 where there is none."""
    try:
        return syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(allowed: Mapping[str, int]) -> None:
    """Allow this process and its children the rights given for each path, and no others.

    TCP, and signals and abstract sockets to processes outside, are denied where the kernel can.
    A path that does not exist is left out. Must be called with no_new_privs set, in a process of
    one thread. Does nothing where there is no Landlock.
    """
    abi = version()
    if not abi:
        return
    known = _KNOWN[min(abi, len(_KNOWN) - 1)]
    attributes = struct.pack("=QQQ", known, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = syscall(_CREATE_RULESET, attributes[:size], size, 0)
    try:
        for path, rights in allowed.items():
            _allow(ruleset, path, rights & known)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - on the hot way of every kernel's start
            rights &= _ON_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place))
        syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(place)
