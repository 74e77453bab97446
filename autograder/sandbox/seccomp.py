"""A filter of system calls: those that notebooks do not need and that have opened kernels before.

Also a wall for what no namespace holds: the grader's keys, and sockets to the machine's host.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from autograder.sandbox.system import set_filter

# (x86_64, aarch64), from the kernel's tables of system calls.
_DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
}
_SOCKET = (41, 198)
_FAMILIES = (1, 2, 10, 16)  # Unix, IPv4, IPv6, netlink
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32_BIT = 0x40000000

# Instructions of the filter's machine (classic BPF), and what a filter returns.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW = 0x7FFF0000
_DENY = 0x00050000 | errno.EPERM

# Where the filter finds the call's number, the architecture and the first argument.
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16


def deny_system_calls() -> bool:
    """Let this process and its children no longer make the calls above: they fail with EPERM.

    Must be called with no_new_privs set. Returns False, and does nothing, on a machine whose
    numbers of system calls are not written down here.
    """
    if platform.machine() not in _MACHINES:
        return False
    column, architecture = _MACHINES[platform.machine()]
    checks = [
        (_LOAD, _ARCHITECTURE, None),
        (_IF_EQUAL, architecture, ("next", "deny")),
        (_LOAD, _NUMBER, None),
        (_IF_AT_LEAST, _X32_BIT, ("deny", "next")),
        *((_IF_EQUAL, numbers[column], ("deny", "next")) for numbers in _DENIED.values()),
        (_IF_EQUAL, _SOCKET[column], ("next", "allow")),
        (_LOAD, _FIRST, None),
        *((_IF_EQUAL, family, ("allow", "next")) for family in _FAMILIES),
    ]
    ends = {"deny": len(checks), "allow": len(checks) + 1}
    program = b""
    for place, (code, value, ways) in enumerate(checks):
        # Ways lead forward, counted from the next instruction.
        jumps = [0 if way == "next" else ends[way] - place - 1 for way in ways or ()] or [0, 0]
        program += struct.pack("=HBBI", code, *jumps, value)
    program += struct.pack("=HBBI", _RETURN, 0, 0, _DENY)
    program += struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW)
    instructions = ctypes.create_string_buffer(program, len(program))
    set_filter(struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions)))
    return True
