"""How jupyter_client starts a sealed kernel: a kernel provisioner, named in a kernel's spec.

It is found by the entry point `sealed` in the group jupyter_client.kernel_provisioners.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
from dataclasses import replace
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Instance

from autograder.sandbox.policy import Policy
from autograder.sandbox.start import Sandbox, start_sandbox

PROVISIONER = "sealed"


class SealedSpecs(KernelSpecManager):
    """Gives a sealed kernel, whatever kernel a notebook names."""

    policy = Instance(Policy)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The spec of a sealed kernel."""
        return KernelSpec(
            argv=["sealed"],
            display_name="Python (sealed)",
            language="python",
            metadata={
                "kernel_provisioner": {
                    "provisioner_name": PROVISIONER,
                    "config": {"policy": self.policy},
                }
            },
        )


class SealedProvisioner(LocalProvisioner):
    """Runs a kernel in a sandbox; the kernel's sockets lie in a folder of the sandbox's own."""

    policy = Instance(Policy)
    sandbox: Sandbox | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing to prepare: the connection is made with the sandbox."""
        return {"cmd": self.kernel_spec.argv}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the sandbox with the kernel in it. Raises SandboxError."""
        ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
        manager: Any = self.parent
        session = manager.session
        connection: dict[str, Any] = {name: number for number, name in enumerate(ports, 1)}
        connection["key"] = session.key.decode()
        connection["signature_scheme"] = session.signature_scheme
        policy = replace(self.policy, settings={"connection": connection})
        self.sandbox = await asyncio.to_thread(start_sandbox, policy)
        self.process = cast(subprocess.Popen, self.sandbox.process)
        self.pid = self.process.pid
        place = {"transport": "ipc", "ip": f"{self.sandbox.sockets}/k", "key": session.key}
        return cast(KernelConnectionInfo, connection | place)

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel; any other signal ends the sandbox."""
        if self.sandbox is None or self.process is None:
            return
        if signum == signal.SIGINT:
            self.process.send_signal(signum)
        else:
            await asyncio.to_thread(self.sandbox.end)

    async def cleanup(self, restart: bool = False) -> None:
        """End the sandbox and let go of its folders."""
        if self.sandbox is not None:
            await asyncio.to_thread(self.sandbox.close)
            self.sandbox = None
