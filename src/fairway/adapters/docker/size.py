"""How large the machine is that Docker runs on, as `docker info` has it: the engine may be another host's."""

from fairway.adapters.docker.connection import Connection
from fairway.domain.capacity import Host
from fairway.errors import FairwayError


class DockerHostSize:
    """`ports.host.HostSize`. A Docker that does not answer is as large as it was when it last did."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: Host | None = None

    async def size(self) -> Host | None:
        """Its cores and memory; None before it has answered once."""
        try:
            info = await self._connection.call("GET", "/info", timeout=10.0)
        except FairwayError:
            return self._known
        cores, memory = info.get("NCPU", 0), info.get("MemTotal", 0)
        if cores > 0 and memory > 0:
            self._known = Host(cores=float(cores), memory=int(memory))
        return self._known
