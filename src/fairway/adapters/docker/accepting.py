"""Whether a task accepts its connections: the kernel takes them for it, some hundreds, though it hangs.

A connection that waits to be accepted belongs to no file yet, and its row in the kernel's table of sockets
(`/proc/PID/net/tcp` and `tcp6`) has the inode 0:

    sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
     7: 020014AC:0BB8 010014AC:D2F0 01 00000000:00000000 00:00000000 00000000   0       0 0

To read the table takes the kernel 5 to 15 ms, whatever stands in it. So it is looked at now and then only, and each
time once a task was seen not to accept. A server that does one thing at a time accepts nobody while it does it, and is
well; so only one that has accepted nobody for a minute hangs.
"""

import asyncio
import itertools
import time
from enum import Enum
from pathlib import Path

from fairway.adapters.docker import reading
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.domain.ids import TaskId
from fairway.errors import Unavailable

ESTABLISHED, HANDSHAKE = "01", "03"
INODE = 9
TABLES = ("tcp6", "tcp")
PAUSES = (0.02, 0.05, 0.1, 0.2)
"""Seconds before each look at a connection; the last is repeated."""
REMEMBERED = 10_000


class Acceptance:
    """Looks every `every` seconds whether a task accepts. It hangs when it has not for `patience` seconds."""

    def __init__(self, containers: Containers, *, every: float, patience: float) -> None:
        self._containers = containers
        self._every = every
        self._patience = patience
        self._refusing: dict[TaskId, float] = {}
        self._due: dict[TaskId, float] = {}
        self._pids: dict[TaskId, tuple[str, int]] = {}

    def is_due(self, task: TaskId) -> bool:
        """Whether it is time to look. A task that is new is first looked at when it has been there for a while: a start
        is not held up."""
        now = time.monotonic()
        if len(self._due) > REMEMBERED:
            for known in (self._due, self._pids, self._refusing):
                known.clear()
        return now >= self._due.setdefault(task, now + self._every)

    async def hangs(self, task: TaskId, port: int, peer: int, *, within: float) -> bool:
        """Whether the task has accepted nobody for too long; it may accept the connection that came from the port
        `peer`, in so many seconds. False where it can't be looked into."""
        now, looked = time.monotonic(), [State.UNKNOWN]
        try:
            async with asyncio.timeout(within):
                await self._look(task, port, peer, looked)
        except TimeoutError:
            pass  # what was seen last is the answer
        accepted = looked[-1] is not State.WAITS
        self._due[task] = now + (self._every if accepted else 0.0)
        if accepted:
            self._refusing.pop(task, None)
            return False
        return now - self._refusing.setdefault(task, now) >= self._patience

    async def _look(self, task: TaskId, port: int, peer: int, looked: list["State"]) -> None:
        """Look until the connection is accepted, and note what was seen each time."""
        pid = await self._find(task)
        pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        while pid is not None and looked[-1] is not State.TAKEN:
            await asyncio.sleep(next(pauses))
            looked.append(await asyncio.to_thread(look, pid, port, peer))

    async def _find(self, task: TaskId) -> int | None:
        """The task's top process, None where this host's /proc does not show it."""
        container, pid = self._pids.get(task, ("", 0))
        if container and self._containers.sees(container, pid):
            return pid
        try:
            inspected = await self._containers.inspect(task)
        except (Refused, Unavailable):
            return None
        if inspected is None or inspected["State"]["Status"] not in reading.LIVE:
            return None
        container, pid = inspected["Id"], int(inspected["State"]["Pid"])
        if not self._containers.sees(container, pid):
            return None
        self._pids[task] = container, pid
        return pid


class State(Enum):
    """How a connection stands: the process has taken it, it waits for that, or nothing is known of it (yet)."""

    TAKEN = "taken"
    WAITS = "waits"
    UNKNOWN = "unknown"


def look(pid: int, port: int, peer: int) -> State:
    """How the connection stands. One that the tables do not show was taken and closed; UNKNOWN when no table can be
    read."""
    seen = State.UNKNOWN
    for table in TABLES:
        try:
            text = Path(f"/proc/{pid}/net/{table}").read_text()
        except OSError:
            continue
        if (found := read(text, port, peer)) is not None:
            return found
        seen = State.TAKEN
    return seen


def read(text: str, port: int, peer: int) -> State | None:
    """The same of one table's text; None when the connection is not in it.

    One whose handshake has not ended is UNKNOWN: on a busy host that takes a while, and a server may ask the kernel to
    keep it so until the first byte comes (TCP_DEFER_ACCEPT).
    """
    for line in text.splitlines():
        if f":{peer:04X} " not in line:
            continue  # of thousands
        fields = line.split()
        if len(fields) > INODE and fields[1].endswith(f":{port:04X}") and fields[2].endswith(f":{peer:04X}"):
            if fields[3] == HANDSHAKE:
                return State.UNKNOWN
            return State.WAITS if fields[3] == ESTABLISHED and fields[INODE] == "0" else State.TAKEN
    return None
