"""Database servers in memory: volumes that outlive their containers, and what may happen to both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.adapters.memory.faults import Faults
from fairway.domain.address import Address
from fairway.domain.database import DatabaseKey, Seen
from fairway.errors import NotFound, Unavailable, WorkFailed
from fairway.ports.managed import ServerSpec
from fairway.ports.shell import Session


@dataclass(slots=True)
class Volume:
    """What is in it: the password that the server was made with, None while nothing is whole; `rows` are the user's."""

    password: str | None = None
    rows: int = 0


class MemoryDatabaseServers:
    """`ports.managed.DatabaseServers`. `containers` and `stored` are what there is; `starts` the ids in the order of
    their starts, `limited` those that were given other limits while they ran. While `half` is set, a first start ends
    before the database is whole; while `refusing` is set, no container can be started."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.containers: dict[str, Seen] = {}
        self.stored: dict[str, Volume] = {}
        self.starts: list[str] = []
        self.limited: list[str] = []
        self.half = False
        self.refusing = ""
        self.deaf: set[str] = set()
        """The ids of those that run, and let nobody in."""

    async def look(self) -> Mapping[str, Seen]:
        """Every container."""
        await self.faults.meet("look")
        return dict(self.containers)

    async def volumes(self) -> frozenset[str]:
        """The ids of all."""
        await self.faults.meet("volumes")
        return frozenset(self.stored)

    async def start(self, spec: ServerSpec, password: str, *, fresh: bool) -> None:
        """Raises WorkFailed."""
        await self.faults.meet("start")
        if self.refusing:
            raise WorkFailed(f"the database {spec.key} can't start", why=self.refusing)
        if spec.id not in self.stored:
            if not fresh:
                raise WorkFailed("the volume is gone")
            self.stored[spec.id] = Volume()
        if spec.id in self.containers and self.containers[spec.id].running:
            return
        self.starts.append(spec.id)
        known = self.containers.get(spec.id)
        seen = Seen(
            id=spec.id,
            running=not self.half,
            started=True,
            host="" if self.half else "10.0.0.2",
            code=1 if self.half else None,
            image=known.image if known else spec.image,
            cpu=known.cpu if known else spec.cpu,
            memory=known.memory if known else spec.memory,
        )
        self.containers[spec.id] = seen
        volume = self.stored[spec.id]
        if volume.password is None and not self.half:
            volume.password = password

    async def limit(self, spec: ServerSpec) -> None:
        """While it runs."""
        await self.faults.meet("limit")
        if spec.id in self.containers:
            self.limited.append(spec.id)
            self.containers[spec.id] = replace(self.containers[spec.id], cpu=spec.cpu, memory=spec.memory)

    async def remove(self, id: str) -> None:
        """The volume stays."""
        await self.faults.meet("remove")
        self.containers.pop(id, None)

    async def discard(self, key: DatabaseKey, id: str) -> None:
        """With all that is in it."""
        await self.faults.meet("discard")
        self.containers.pop(id, None)
        self.stored.pop(id, None)

    async def printed(self, id: str, *, lines: int = 20) -> Sequence[str]:
        """What a server says that could not be made."""
        return ("FATAL: it is half made",) if id in self.containers else ()

    async def run(self, id: str, command: Sequence[str], *, tty: bool = False) -> Session:
        """Nothing can be run in a container that is none."""
        raise NotFound("the database does not run")

    async def log_in(self, address: Address) -> str:
        """The server's version, for who has the right password. Raises Unavailable."""
        for id, seen in self.containers.items():
            volume = self.stored.get(id)
            if seen.running and volume is not None and volume.password == address.password and id not in self.deaf:
                return "15.18"
        raise Unavailable("the database can't be reached", why="nobody answers")

    def end(self, id: str, *, code: int = 137, oom_killed: bool = False) -> None:
        """Its container ends."""
        self.containers[id] = replace(self.containers[id], running=False, host="", code=code, oom_killed=oom_killed)
