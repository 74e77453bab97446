"""Kernels for the sandbox's own tests."""

from __future__ import annotations

from dataclasses import replace

import psutil

from autograder.sandbox.policy import Policy, kernel_policy
from autograder.sandbox.start import start_sandbox


def idle_kernel() -> Policy:
    """The policy of a kernel that waits for requests, which nobody sends."""
    ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    connection = {name: number for number, name in enumerate(ports, 1)}
    return replace(kernel_policy({}), settings={"connection": connection | {"key": "key"}})


def start_one() -> tuple[str, int]:
    """Start and end a kernel; its process's type, and how many children this process has then."""
    sandbox = start_sandbox(idle_kernel())
    sandbox.close()
    return type(sandbox.process).__name__, len(psutil.Process().children())
