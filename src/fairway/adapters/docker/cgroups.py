"""What a container uses, read from its control group's files: 0.1 ms, where Docker's own statistics take a second.

Version 1 of the control groups has a tree for each resource, version 2 one for all. What is in the page cache and can
be dropped at once is no use of memory, as `docker stats` has it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.domain.facts import Usage

ROOT = Path("/sys/fs/cgroup")
ENDLESS = 1 << 60
"""Version 1 writes "no limit" as the largest number of whole pages."""


class Group(Protocol):
    """One control group. Methods raise OSError once it is gone. A limit is None when there is none."""

    cpu_limit: float | None
    memory_limit: int | None

    def cpu_seconds(self) -> float:
        """CPU time so far."""
        ...

    def memory(self) -> int:
        """Bytes at present."""
        ...

    def peak(self) -> int:
        """The most bytes that there were, cache included; the present ones where the kernel does not say."""
        ...


@dataclass(slots=True)
class First:
    """Version 1: the directories of the group in two of the trees."""

    cpu: Path
    memory_group: Path
    cpu_limit: float | None
    memory_limit: int | None

    def cpu_seconds(self) -> float:
        """CPU time so far."""
        return number(self.cpu / "cpuacct.usage") / 1e9

    def memory(self) -> int:
        """Bytes at present."""
        return number(self.memory_group / "memory.usage_in_bytes") - value(
            self.memory_group / "memory.stat", "total_inactive_file"
        )

    def peak(self) -> int:
        """The most bytes."""
        return number(self.memory_group / "memory.max_usage_in_bytes")


@dataclass(slots=True)
class Second:
    """Version 2: the directory of the group."""

    group: Path
    cpu_limit: float | None
    memory_limit: int | None

    def cpu_seconds(self) -> float:
        """CPU time so far."""
        return value(self.group / "cpu.stat", "usage_usec") / 1e6

    def memory(self) -> int:
        """Bytes at present."""
        return number(self.group / "memory.current") - value(self.group / "memory.stat", "inactive_file")

    def peak(self) -> int:
        """Before Linux 5.19 the present use is the only one known."""
        peak = self.group / "memory.peak"
        return number(peak) if peak.exists() else self.memory()


def find(pid: int, root: Path = ROOT, proc: Path = Path("/proc")) -> Group | None:
    """The process's control group, None where its files can't be read."""
    try:
        paths = {}
        for line in (proc / str(pid) / "cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            paths.update({kind: path.lstrip("/") for kind in kinds.split(",")})
        return open_first(root, paths) if "memory" in paths else open_second(root / paths[""])
    except (OSError, ValueError, KeyError):
        return None


def open_first(root: Path, paths: dict[str, str]) -> First:
    """Version 1, with its limits."""
    memory = root / "memory" / paths["memory"]
    limit = number(memory / "memory.limit_in_bytes")
    quota = root / "cpu" / paths["cpu"]
    return First(
        cpu=root / "cpuacct" / paths["cpuacct"],
        memory_group=memory,
        cpu_limit=share(number(quota / "cpu.cfs_quota_us"), number(quota / "cpu.cfs_period_us")),
        memory_limit=None if limit >= ENDLESS else limit,
    )


def open_second(group: Path) -> Second:
    """Version 2, with its limits."""
    limit = (group / "memory.max").read_text().strip()
    quota, period = (group / "cpu.max").read_text().split()
    return Second(
        group=group,
        cpu_limit=None if quota == "max" else share(int(quota), int(period)),
        memory_limit=None if limit == "max" else int(limit),
    )


def share(quota: int, period: int) -> float | None:
    """Cores: 50,000 of every 100,000 microseconds are half of one. Version 1 writes "no limit" as -1."""
    return quota / period if quota > 0 else None


def read_usage(pid: int) -> Usage | None:
    """The use of the process's control group, None where its files can't be read."""
    group = find(pid)
    if group is None:
        return None
    try:
        return Usage(
            cpu_ns=round(group.cpu_seconds() * 1e9),
            memory=group.memory(),
            peak=group.peak(),
            limit=group.memory_limit or 0,
        )
    except (OSError, ValueError, KeyError):
        return None


def number(file: Path) -> int:
    """A file that holds one number."""
    return int(file.read_bytes())


def value(file: Path, name: str) -> int:
    """The number behind a name in a file of `name number` lines; 0 when it is not there."""
    _, found, rest = (b"\n" + file.read_bytes()).partition(f"\n{name} ".encode())
    return int(rest.partition(b"\n")[0]) if found else 0
