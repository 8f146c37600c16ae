"""Keeping builds from starving the running tasks of CPU and memory.

What reaches the RUN steps of BuildKit inside dockerd was found by trying (docs/explanation/build-limits.md): on
Engine 20.10 neither `--cpu-shares`, `--memory` nor `--cgroup-parent` of `docker build` does; they are accepted and
ignored. The steps run in the cgroups `docker/buildkit/ID`, beside the containers' `docker/ID`. The parent
`docker/buildkit` stays, so a weight and a memory limit written there bind every build of this engine. That needs the
engine on this host, its cgroupfs driver, and the right to write cgroups (root). Where one of them is missing, builds
run without limits, and the log says so.
"""

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
SHARES = 128
"""CPU weight of all builds together, against 1024 of each container: measured, 10 % of a busy host instead of half."""
PARENT = "docker/buildkit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Whether the limits hold, and the sentence for the log."""

    held: bool
    text: str


def memory_for(total: int) -> int:
    """The bytes that builds may use of the host's: half of it, on a small host all but 512 MiB up to 2 GiB.

    1 GiB → 512 MiB, 2 GiB → 1.5 GiB, 4 GiB → 2 GiB, 24 GiB → 12 GiB.
    """
    return max(total // 2, min(total - 512 * MIB, 2048 * MIB))


def apply(*, docker_host: str, driver: str, version: str, memory: int, root: Path = Path("/sys/fs/cgroup")) -> Applied:
    """Write the limits where the engine's RUN steps are. `driver` and `version` are those of `docker info`."""
    if not docker_host.startswith("unix://"):
        return unlimited("the Docker Engine is on another host")
    if driver != "cgroupfs":
        return unlimited(f"this Docker Engine uses the cgroup driver {driver}")
    try:
        if version == "2":
            write_unified(root, memory)
        else:
            write_legacy(root, memory)
    except OSError as error:
        return unlimited(f"{error.filename or root} can't be written ({os.strerror(error.errno or 0)})")
    return Applied(
        held=True, text=f"builds have a CPU weight of {SHARES} against 1024, and {memory // MIB} MiB of memory"
    )


def unlimited(reason: str) -> Applied:
    """What to tell when nothing can reach the builds."""
    return Applied(held=False, text=f"builds share CPU and memory with the running tasks, without a limit: {reason}")


def write_legacy(root: Path, memory: int) -> None:
    """cgroup v1: one hierarchy for each controller."""
    for controller, file, value in (("cpu", "cpu.shares", SHARES), ("memory", "memory.limit_in_bytes", memory)):
        directory = root / controller / PARENT
        directory.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text(f"{value}\n", encoding="ascii")


def write_unified(root: Path, memory: int) -> None:
    """cgroup v2: the controllers are switched on from the top down. Weight 1 to 10000 stands for 2 to 262144 shares."""
    directory = root
    for part in Path(PARENT).parts:
        (directory / "cgroup.subtree_control").write_text("+cpu +memory\n", encoding="ascii")
        directory /= part
        directory.mkdir(exist_ok=True)
    (directory / "cgroup.subtree_control").write_text("+cpu +memory\n", encoding="ascii")
    weight = 1 + (SHARES - 2) * 9999 // 262142
    (directory / "cpu.weight").write_text(f"{weight}\n", encoding="ascii")
    (directory / "memory.max").write_text(f"{memory}\n", encoding="ascii")
