"""Kernels for the sandbox's own tests."""

from __future__ import annotations

from dataclasses import replace

from autograder.sandbox.policy import Policy, kernel_policy


def idle_kernel() -> Policy:
    """The policy of a kernel that waits for requests, which nobody sends."""
    ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    connection = {name: number for number, name in enumerate(ports, 1)}
    return replace(kernel_policy({}), settings={"connection": connection | {"key": "key"}})
