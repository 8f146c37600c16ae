"""How large the machine is that Docker runs on, as `docker info` has it: the engine may be another host's."""

import time

from fairway.adapters.docker.connection import Connection
from fairway.domain.capacity import Host
from fairway.errors import FairwayError

FRESH = 60.0
"""Seconds for which an answer is taken again: it costs 5 ms, and a deployment asks for it in two of its stages."""


class DockerHostSize:
    """`ports.host.HostSize`. A Docker that does not answer is as large as it was when it last did."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: Host | None = None
        self._asked = 0.0

    async def size(self) -> Host | None:
        """Its cores and memory, at most a minute old; None before it has answered once."""
        if self._known is not None and time.monotonic() - self._asked < FRESH:
            return self._known
        try:
            info = await self._connection.call("GET", "/info", timeout=10.0)
        except FairwayError:
            return self._known
        cores, memory = info.get("NCPU", 0), info.get("MemTotal", 0)
        if cores > 0 and memory > 0:
            self._known, self._asked = Host(cores=float(cores), memory=int(memory)), time.monotonic()
        return self._known
