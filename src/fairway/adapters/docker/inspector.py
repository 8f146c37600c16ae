"""A look into a task from the host, or from within where the host's /proc doesn't show it. Best effort."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairway.adapters.docker import cgroups, execution, reading, sockets
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.domain.facts import Socket, Usage
from fairway.domain.ids import TaskId
from fairway.errors import Unavailable

TABLES = ("tcp", "tcp6")
REMEMBERED = 500
"""Containers whose process is remembered; those of ended ones are dropped all at once."""


class DockerInspector:
    """`ports.probe.Inspector` over the containers of one instance."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers
        self._pids: dict[str, int] = {}

    async def listening(self, task: TaskId) -> Sequence[Socket] | None:
        """The sockets that its processes listen on, None when the task does not run or can't be looked into."""
        found = await self._running(task)
        if found is None:
            return None
        container, pid = found
        sees = self._containers.sees(container, pid)
        # The kernel goes through the connections of all containers for it, which takes it 5 to 15 ms.
        tables = await asyncio.to_thread(read_tables, pid) if sees else None
        if tables is None:
            tables = await self._cat(container)
        if tables is None:
            return None
        return sorted(
            {socket for table in tables for socket in sockets.parse(table)}, key=lambda one: (one.port, one.address)
        )

    async def usage(self, task: TaskId) -> Usage | None:
        """Its use of CPU and memory, None when the task does not run or can't be looked into."""
        found = await self._running(task)
        if found is None:
            return None
        container, pid = found
        usage = cgroups.read_usage(pid) if self._containers.sees(container, pid) else None
        return usage or await self._stats(container)

    async def _running(self, task: TaskId) -> tuple[str, int] | None:
        """The task's container and its top process. One that /proc still shows in the container needs no asking."""
        try:
            container = await self._containers.find(task)
            if container is not None and self._containers.sees(container, self._pids.get(container, 0)):
                return container, self._pids[container]
            inspected = await self._containers.inspect(task)
        except (Refused, Unavailable):
            return None
        if inspected is None or inspected["State"]["Status"] not in reading.LIVE:
            return None
        if len(self._pids) >= REMEMBERED:
            self._pids.clear()
        self._pids[inspected["Id"]] = int(inspected["State"]["Pid"])
        return inspected["Id"], self._pids[inspected["Id"]]

    async def _cat(self, container: str) -> Sequence[str] | None:
        """The same tables as the container sees them; an image without `cat` can't be looked into."""
        tables = []
        for table in TABLES:
            try:
                ended = await execution.run(
                    self._containers.connection, container, ["cat", f"/proc/net/{table}"], keep=1024 * 1024
                )
            except (Refused, Unavailable):
                return None
            # A kernel without IPv6 has no tcp6.
            if ended.code == 0:
                tables.append(ended.output.decode(errors="replace"))
        return tables or None

    async def _stats(self, container: str) -> Usage | None:
        """Docker's own statistics, where the control group's files are out of sight."""
        params = {"stream": "0", "one-shot": "1"}
        try:
            stats = await self._containers.connection.call("GET", f"/containers/{container}/stats", params=params)
        except (Refused, Unavailable):
            return None
        return read_stats(stats)


def read_tables(pid: int) -> Sequence[str] | None:
    """The tables of the container's network as the host shows them, None where it doesn't."""
    tables = []
    for table in TABLES:
        try:
            tables.append(Path(f"/proc/{pid}/net/{table}").read_text())
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return tables or None


def read_stats(stats: Mapping[str, Any]) -> Usage | None:
    """Docker's statistics → usage; None for those of a container that has just ended, which are empty."""
    memory = stats.get("memory_stats") or {}
    if "usage" not in memory:
        return None
    details = memory.get("stats") or {}
    inactive = details.get("total_inactive_file", details.get("inactive_file", 0))
    return Usage(
        cpu_ns=int(stats["cpu_stats"]["cpu_usage"]["total_usage"]),
        memory=int(memory["usage"]) - int(inactive),
        peak=int(memory.get("max_usage", memory["usage"])),
        limit=int(memory.get("limit", 0)),
    )
