"""The program that a sandbox is started with: `python -P -m autograder.sandbox.launch WIRE`.

WIRE is the number of an open socket, from which the policy is read.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from autograder.sandbox.enter import enter_sandbox
from autograder.sandbox.policy import SCRATCH, SOCKETS, Policy

MOST_POLICY_BYTES = 150_000


def main(wire: socket.socket) -> None:
    """Read a policy, enter the sandbox, and run there what the policy says."""
    policy = Policy.from_json(wire.recv(MOST_POLICY_BYTES))
    run = run_kernel if policy.program == "kernel" else run_probes
    run(policy, wire)


def run_kernel(policy: Policy, wire: socket.socket) -> None:
    """Run an IPython kernel on sockets in the sandbox."""
    # Imported before, when Python's files are not yet fenced off one by one: it is quicker.
    from ipykernel.kernelapp import IPKernelApp

    enter_sandbox(policy, wire)
    sys.path.insert(0, "")  # as in every notebook: files beside it can be imported
    connection = policy.settings["connection"] | {"transport": "ipc", "ip": f"{SOCKETS}/k"}
    path = Path(f"{SCRATCH}/connection.json")
    path.write_text(json.dumps(connection))
    IPKernelApp.launch_instance(["-f", str(path), "--HistoryManager.hist_file=:memory:"])


def run_probes(policy: Policy, wire: socket.socket) -> None:
    """Try what the sandbox should forbid, and leave the answer as evidence."""
    from autograder.sandbox.probes import EVIDENCE_FILE, try_everything

    enter_sandbox(policy, wire)
    EVIDENCE_FILE.write_text(json.dumps(try_everything(policy)))
    os._exit(0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
