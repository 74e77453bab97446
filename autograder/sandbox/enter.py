"""Entering the sandbox: the one function by which a cold and a warm start are fenced in.

Three processes: the keeper stays outside, passes signals on and ends everything when the grader
does; the init is the first process of the inside, has its own view of files and processes, and
watches the memory; the third is the student's, and has given up all it does not need. When the
init ends, the kernel ends every process inside with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import landlock, system
from autograder.sandbox.policy import (
    CHALLENGES,
    DEVICES,
    EVIDENCE,
    HOME,
    PACKAGE,
    SCRATCH,
    SOCKETS,
    WORK,
    Limits,
    Policy,
)
from autograder.sandbox.seccomp import deny_system_calls

WATCH_SECONDS = 0.2
"""How often the init looks at the memory that the inside uses."""

_PAGE = resource.getpagesize()


def enter_sandbox(policy: Policy, wire: socket.socket) -> None:
    """Fence this process in: it becomes the keeper, and a grandchild of it returns from here.

    Args:
        policy: what is allowed.
        wire: a connected SOCK_SEQPACKET socket whose other end the grader holds. Handles of the
            folders for challenges, evidence, sockets and scratch files are sent through it, then
            {"ready": true}; {"error": ...} if something cannot be had, {"ended": ...} if the init
            ends the sandbox. When the other end is closed, the sandbox ends.

    This process must have one thread. Only the fenced process returns, without the wire.
    """
    user, group = os.getuid(), os.getgid()
    namespaces = (
        system.CLONE_NEWNS
        | system.CLONE_NEWPID
        | system.CLONE_NEWNET
        | system.CLONE_NEWIPC
        | system.CLONE_NEWUTS
    )
    with _told(wire, "namespaces cannot be made"):
        if user == 0:
            # A user of its own, so that the limit on processes binds and no file is its own.
            user = group = 20_000 + os.getpid() % 40_000
            system.unshare(namespaces)
        else:
            system.unshare(namespaces | system.CLONE_NEWUSER)
            system.map_to_itself(user, group)
        init = os.fork()
    if init:
        _keep(init, wire)
    with _told(wire, "the private root folder cannot be made"):
        system.set_inspectable(False)
        os.setsid()
        handles = _build_root(policy, user, group)
        socket.send_fds(wire, [b'{"folders": true}'], handles)
        for handle in handles:
            os.close(handle)
        student = os.fork()
    if student:
        _watch(student, wire, policy.limits)
    with _told(wire, "the process cannot be fenced in"):
        os.setsid()
        _limit(policy.limits)
        _give_up_privileges(user, group)
        landlock.restrict(_rights(policy))
        deny_system_calls()
        os.environ.update(policy.environment)
        os.chdir(WORK)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        wire.send(b'{"ready": true}')
    wire.close()
    os.closerange(3, 1024)


@contextlib.contextmanager
def _told(wire: socket.socket, what: str) -> Any:
    """Tell the grader what failed in the block, and end."""
    try:
        yield
    except Exception as error:
        message = f"{what}: {type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            wire.send(json.dumps({"error": message}).encode())
        os._exit(1)


# ------------------------------------------------------------------------------- the keeper


def _keep(init: int, wire: socket.socket) -> NoReturn:
    """Stay outside until the init ends, or the grader does; pass interrupts on."""
    _pass_on_interrupts(init)
    handle = os.pidfd_open(init)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(wire, 0)  # which tells when the other end is closed
    poll.poll()
    os.kill(init, signal.SIGKILL)
    _, status = os.waitpid(init, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _pass_on_interrupts(child: int) -> None:
    def pass_on(number: int, frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    signal.signal(signal.SIGINT, pass_on)


# --------------------------------------------------------------------------------- the init


def _watch(student: int, wire: socket.socket, limits: Limits) -> NoReturn:
    """Be the init of the inside: reap the orphans, end all if they use too much memory."""
    _pass_on_interrupts(student)
    handle = os.pidfd_open(student)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(wire, 0)
    while not poll.poll(WATCH_SECONDS * 1000):
        if _memory(_resident) > limits.memory and _memory(_own_share) > limits.memory:
            with contextlib.suppress(OSError):
                wire.send(b'{"ended": "memory"}')
            os._exit(1)
        # One process is left out by name: its status tells how the sandbox ended.
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and (
                ended.si_pid != student
            ):
                os.waitpid(ended.si_pid, 0)
    ended_pid, status = os.waitpid(student, os.WNOHANG)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF if ended_pid else 1)


def _memory(of_process: Callable[[Path], int]) -> int:
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and folder.name != "1":
            with contextlib.suppress(OSError, ValueError, IndexError):
                total += of_process(folder)
    return total


def _resident(folder: Path) -> int:
    return int((folder / "statm").read_text().split()[1]) * _PAGE


def _own_share(folder: Path) -> int:
    """What is in memory, pages shared with others divided among them."""
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _build_root(policy: Policy, user: int, group: int) -> list[int]:
    """Make a root folder that holds what the policy allows, read-only, and nothing else.

    Returns handles of the folders for challenges, evidence, sockets and scratch files.
    """
    safe = system.MS_NOSUID | system.MS_NODEV
    system.mount("none", "/", "", system.MS_REC | system.MS_PRIVATE)
    system.mount("root", "/tmp", "tmpfs", safe, "mode=755,size=16m")
    Path("/tmp/outside").mkdir()
    system.pivot_root("/tmp", "/tmp/outside")
    os.chdir("/")
    owned = f"mode=700,uid={user},gid={group}"
    limits = policy.limits
    own_folders = {
        CHALLENGES: f"mode=755,size={limits.evidence_bytes}",
        EVIDENCE: f"{owned},size={limits.evidence_bytes},nr_inodes=512",
        SOCKETS: f"{owned},size=1m,nr_inodes=64",
        SCRATCH: f"{owned},size={limits.scratch_bytes},nr_inodes=100k",
    }
    for place, options in own_folders.items():
        Path(place).mkdir(parents=True)
        system.mount("own", place, "tmpfs", safe, options)
    handles = [os.open(place, os.O_RDONLY | os.O_DIRECTORY) for place in own_folders]
    _bind(CHALLENGES, CHALLENGES)  # read-only, but for the grader through its handle

    within = {place for place in policy.readable if place.startswith(f"{PACKAGE}{os.sep}")}
    for place in policy.readable.keys() - within:
        _bind(f"/outside{policy.readable[place]}", place)
    if PACKAGE.exists():  # in site-packages, all of which can be read
        system.mount("hidden", str(PACKAGE), "tmpfs", safe, "mode=755,size=1m")
    for place in within:
        _bind(f"/outside{policy.readable[place]}", place)
    if PACKAGE.is_mount():
        system.change_mount(str(PACKAGE), system.MOUNT_ATTR_RDONLY, False)
    for device in DEVICES:
        _bind(f"/outside{device}", device, system.MOUNT_ATTR_NOSUID)
    for name, target in {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        Path(f"/dev/{name}").symlink_to(f"/proc/self/{target}")
    Path("/proc").mkdir()
    system.mount("proc", "/proc", "proc", safe | system.MS_NOEXEC)
    for place, source in policy.copies.items():
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(f"/outside{source}", place)
    for place in (HOME, WORK, f"{SCRATCH}/shm"):
        Path(place).mkdir(parents=True, exist_ok=True)
    _bind(f"{SCRATCH}/shm", "/dev/shm", system.MOUNT_ATTR_NOSUID | system.MOUNT_ATTR_NODEV)
    # Not all of the scratch folder: what can be read may lie below it, as when this is run in /tmp.
    for place in (HOME, WORK, f"{SCRATCH}/shm"):
        for folder, _, files in os.walk(place):
            for path in (folder, *(f"{folder}/{name}" for name in files)):
                os.chown(path, user, group)
    etc = Path("/etc")
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text(f"student:x:{user}:{group}::{HOME}:/bin/sh\n")
    (etc / "group").write_text(f"student:x:{group}:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n")
    system.unmount("/outside", system.MNT_DETACH)
    Path("/outside").rmdir()
    system.change_mount("/", system.MOUNT_ATTR_RDONLY, False)
    system.set_hostname("sandbox")
    return handles


_SEALED = system.MOUNT_ATTR_RDONLY | system.MOUNT_ATTR_NOSUID | system.MOUNT_ATTR_NODEV


def _bind(source: str, place: str, attributes: int = _SEALED) -> None:
    """Let what lies at `source` be seen at `place` too."""
    target = Path(place)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if Path(source).is_dir():
            target.mkdir()
        else:
            target.touch()
    system.mount(source, place, "", system.MS_BIND | system.MS_REC)
    system.change_mount(place, attributes, True)


# ------------------------------------------------------------------------------ the student


def _limit(limits: Limits) -> None:
    bounds = {
        resource.RLIMIT_AS: limits.address_space,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.tasks,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        _, highest = resource.getrlimit(kind)
        if highest != resource.RLIM_INFINITY:
            bound = min(bound, highest)
        resource.setrlimit(kind, (bound, bound))


def _give_up_privileges(user: int, group: int) -> None:
    """Become a user without rights, who cannot gain any."""
    system.gain_no_privileges()
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        system.set_inspectable(True)
        with contextlib.suppress(OSError):
            system.unshare(system.CLONE_NEWUSER)
            system.map_to_itself(user, group)
    # No further user namespaces, in which a process would have capabilities again.
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    system.drop_capabilities()
    system.set_inspectable(True)


def _rights(policy: Policy) -> dict[str, int]:
    """Landlock's allow-list: path → rights."""
    look = landlock.READ_FILE | landlock.READ_DIR
    anything = landlock.READ | landlock.CHANGE | landlock.MAKE
    files = landlock.MAKE_REG | landlock.WRITE_FILE | landlock.TRUNCATE | landlock.REMOVE_FILE
    rights = dict.fromkeys(policy.readable, landlock.READ)
    rights |= {str(PACKAGE): landlock.READ_DIR}
    rights |= dict.fromkeys(("/proc", "/etc/passwd", "/etc/group", "/etc/hosts"), look)
    rights |= dict.fromkeys(DEVICES, look | landlock.WRITE_FILE | landlock.IOCTL_DEV)
    return rights | {
        SCRATCH: anything,
        "/dev/shm": anything,
        CHALLENGES: look,
        EVIDENCE: look | files,
        SOCKETS: landlock.READ_DIR | landlock.MAKE_SOCK | landlock.REMOVE_FILE,
    }
