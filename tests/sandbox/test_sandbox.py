"""The sandbox by itself: what holds, what can be reached, what is refused, what is left behind."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.sandbox import policy, probes, spawn, warm
from autograder.sandbox.policy import Policy, inner_environment, kernel_policy, readable
from autograder.sandbox.probes import LAYERS, layers_in_force, refuse_without_sandbox
from autograder.sandbox.start import SandboxError, start_sandbox

from .kernels import idle_kernel


def test_every_layer_holds_on_this_machine() -> None:
    assert layers_in_force() == dict.fromkeys(LAYERS, True)
    assert refuse_without_sandbox() == tuple(LAYERS)


def test_threads_that_ask_at_once_try_the_layers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def try_slowly() -> dict[str, bool]:
        time.sleep(0.2)
        tried.append(1)
        return dict.fromkeys(LAYERS, True)

    monkeypatch.setattr(probes, "_found", None)
    monkeypatch.setattr(probes, "try_layers", try_slowly)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(layers_in_force) for _ in range(4)]
    assert [one.result() for one in asked] == [dict.fromkeys(LAYERS, True)] * 4
    assert len(tried) == 1


@pytest.mark.parametrize("layer", probes.REQUIRED)
def test_grading_refuses_without_a_required_layer(
    layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        probes, "layers_in_force", lambda: dict.fromkeys(LAYERS, True) | {layer: False}
    )
    with pytest.raises(SandboxError, match=layer):
        refuse_without_sandbox()


def test_a_program_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    warm.cool_down()
    monkeypatch.setattr(warm, "_failed_starts", 0)
    monkeypatch.setattr(spawn.sys, "executable", "/bin/false")
    with pytest.raises(SandboxError, match="The sandbox did not start"):
        start_sandbox(kernel_policy({}))


def test_an_impossible_policy_is_refused_with_its_reason() -> None:
    broken = Policy("kernel", {"/nowhere": "/does/not/exist"}, {})
    with pytest.raises(SandboxError, match="the private root folder cannot be made"):
        start_sandbox(broken)


def test_what_can_be_read_may_lie_in_the_folder_for_scratch_files() -> None:
    with tempfile.TemporaryDirectory(dir=policy.SCRATCH) as folder:
        Path(folder, "data").touch()
        policy_there = idle_kernel()
        policy_there.readable[folder] = folder
        start_sandbox(policy_there).close()


def test_a_kernel_may_read_the_kernels_side_and_nothing_else_of_the_package() -> None:
    places = readable()
    package = policy.PACKAGE
    inside = {Path(place) for place in places if package in Path(place).parents}
    assert inside == {package / name for name in policy.KERNEL_SIDE}
    # Neither the package nor the folder in which it and its answers lie.
    hidden = [package, package.parent, package / "judges", package.parent / "solutions", Path("/")]
    assert not {str(place) for place in hidden} & places.keys()
    assert not any(str(Path.home()) == place for place in places)


def test_the_environment_is_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("PYTHONPATH", "x")
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    kept = policy.start_environment() | inner_environment()
    assert not kept.keys() & {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH"}
    assert kept["LC_CTYPE"] == "C.UTF-8" and kept["HOME"] == policy.HOME


def test_the_sandbox_ends_with_its_handle_and_leaves_nothing() -> None:
    warm.warm_up()
    before = len(list(Path("/proc/self/fd").iterdir()))
    sandbox = start_sandbox(idle_kernel())
    keeper = sandbox.process.pid
    inside = _descendants(keeper)
    assert len(inside) >= 2  # the init and the kernel
    (sandbox.challenges / "x").write_text("x")
    assert sandbox.scratch_used() < 0.1
    assert 0 < sandbox.address_space_used() < 1
    sandbox.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in (keeper, *inside))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_sandbox_ends_with_a_grader_that_is_killed() -> None:
    read, write = os.pipe()
    grader = os.fork()
    if grader == 0:
        try:
            sandbox = start_sandbox(idle_kernel())
            pids = [sandbox.process.pid, *_descendants(sandbox.process.pid)]
            os.write(write, " ".join(map(str, pids)).encode())
            time.sleep(60)
        finally:
            os._exit(1)
    os.close(write)
    pids = [int(pid) for pid in os.read(read, 4096).split()]
    os.close(read)
    os.kill(grader, 9)
    os.waitpid(grader, 0)
    assert len(pids) >= 3
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < until, "a process outlived its grader"
        time.sleep(0.05)


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *_descendants(child))]
