"""A room of managed databases over stores and servers in memory, that may be killed before and after any write and
entered again."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.builder import MemoryBases
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.database_servers import MemoryDatabaseServers
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.memory.volumes import MemoryVolumes
from fairway.databases.declaring import Declaring
from fairway.databases.desk import Desk, Measured
from fairway.databases.giving import Giving
from fairway.databases.ledger import Ledger
from fairway.databases.preparing import Preparing
from fairway.databases.reaching import Reaching
from fairway.databases.supervisor import Parts, Supervisor
from fairway.domain.address import Address, Engine
from fairway.domain.app import Environment
from fairway.domain.database import Database, DatabaseKey
from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.managed import Managed
from fairway.errors import Unavailable
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices
from support.jobs_room import Telling
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION

KEY = DatabaseKey(app=APP, environment=PRODUCTION, name="main")


class Killed(BaseException):
    """The server dies here."""


@dataclass
class Fate:
    """Kills at the write of that number, counted from 1; each write is two places: before and after it. None: never."""

    at: int | None = None
    count: int = 0

    def pass_(self) -> None:
        """One place is passed."""
        self.count += 1
        if self.count == self.at:
            raise Killed


class Deadly:
    """A port whose writes may kill. Everything else of it is as it is."""

    def __init__(self, inner: Any, fate: Fate, writes: frozenset[str]) -> None:
        self._inner = inner
        self._fate = fate
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._deadly(found) if name in self._writes else found

    def _deadly(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*words: Any, **named: Any) -> Any:
            self._fate.pass_()
            answer = await method(*words, **named)
            self._fate.pass_()
            return answer

        return call


def describe(*databases: Managed) -> Environment:
    """Production with these databases."""
    return replace(DESCRIPTION, databases=databases)


@dataclass
class Life:
    """What one server's life of the room has."""

    supervisor: Supervisor
    declaring: Declaring
    preparing: Preparing
    giving: Giving
    reaching: Reaching
    ledger: Ledger


@dataclass
class Room:
    """What outlives a server: the store, the servers with their volumes, the variables that somebody has set."""

    store: MemoryStore = field(default_factory=make_store)
    servers: MemoryDatabaseServers = field(default_factory=MemoryDatabaseServers)
    volumes: MemoryVolumes = field(default_factory=MemoryVolumes)
    bases: MemoryBases = field(default_factory=MemoryBases)
    own: set[str] = field(default_factory=set)
    told: list[Event] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    masked: list[AppName] = field(default_factory=list)
    fate: Fate = field(default_factory=Fate)
    server: str = "here"
    damaged: bool = False
    """Of a database that is a file: nobody can read it."""

    def enter(self) -> Life:
        """A server begins."""
        records = Deadly(self.store.managed, self.fate, frozenset({"create", "change", "delete"}))
        servers = Deadly(self.servers, self.fate, frozenset({"start", "limit", "remove", "discard"}))
        volumes = Deadly(self.volumes, self.fate, frozenset({"make", "remove"}))
        ledger = Ledger(records=records, held=records, clock=LoopClock(), notices=Telling(self.told))

        def open_(database: Database) -> str:
            return base64.b64decode(database.password).decode()

        def seal(key: DatabaseKey, password: str) -> str:
            return base64.b64encode(password.encode()).decode()

        async def names(*_: object) -> set[str]:
            return self.own

        async def made(app: AppName) -> None:
            self.masked.append(app)

        parts = Parts(
            ledger=ledger, servers=servers, volumes=volumes, log_in=self.log_in, open=open_, server=self.server
        )
        supervisor = Supervisor(parts)
        declaring = Declaring(ledger, self.bases, names, seal, made, server=self.server, instead="15")
        giving = Giving(self.store.managed, open_)
        return Life(
            supervisor=supervisor,
            declaring=declaring,
            preparing=Preparing(declaring, supervisor),
            giving=giving,
            reaching=Reaching(self.store.managed, self.servers, volumes),
            ledger=ledger,
        )

    async def log_in(self, address: Address) -> str:
        """The version of a server, or of SQLite's library. Raises Unavailable."""
        if address.engine is Engine.SQLITE:
            if self.damaged:
                raise Unavailable("it is damaged", why="database disk image is malformed")
            return "3.40.1"
        return await self.servers.log_in(address)

    async def open(self) -> None:
        """The app is there."""
        await self.store.apps.create(APP, at=1.0)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Life]:
        """A server's life: what it supervises goes on within the context. A death ends the context with Killed."""
        life = self.enter()
        work = asyncio.ensure_future(life.supervisor.run())
        try:
            yield life
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def record(self) -> Database:
        """The database's record."""
        return await self.store.managed.get(KEY)


def make_desk(store: MemoryStore, clock: Clock, notices: Notices) -> Desk:
    """The desk of managed databases for a server's tests, over servers in memory that nobody supervises."""
    servers, volumes = MemoryDatabaseServers(), MemoryVolumes()
    ledger = Ledger(records=store.managed, held=store.managed, clock=clock, notices=notices)

    def open_(database: Database) -> str:
        return "p"

    async def measure(address: Address) -> Measured:
        return Measured(bytes=8_000_000, sessions=2, most=100)

    parts = Parts(ledger=ledger, servers=servers, volumes=volumes, log_in=servers.log_in, open=open_, server="here")
    giving, reaching = Giving(store.managed, open_), Reaching(store.managed, servers, volumes)
    return Desk(ledger, Supervisor(parts), servers, volumes, giving, reaching, measure, open_)
