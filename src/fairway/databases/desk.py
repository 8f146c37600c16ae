"""What people ask of databases: which there are and how they stand, a command beside one, and that one be deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.databases.giving import Giving
from fairway.databases.ledger import Ledger
from fairway.databases.reaching import Reaching
from fairway.databases.supervisor import Open, Supervisor
from fairway.domain import database as databases
from fairway.domain.address import Address
from fairway.domain.database import Condition, Database, DatabaseKey, State
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, NotFound, Unavailable, UsageError
from fairway.ports.managed import DatabaseServers
from fairway.ports.shell import Session
from fairway.ports.volumes import Volumes

ANSWER = 3.0
"""Seconds that a look into a database may take, for a list that somebody waits for."""
UNKNOWN = "it has not been looked at yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a database says of itself: its size, and how many sessions it has, of how many that it takes; None of a
    file, which has none."""

    bytes: int
    sessions: int | None = None
    most: int | None = None


Measure = Callable[[Address], Awaitable[Measured]]
"""Asks it. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A database, how it is, and what it says of itself; None where it said nothing."""

    database: Database
    condition: Condition
    measured: Measured | None


class Desk:
    """Answers them."""

    def __init__(
        self,
        ledger: Ledger,
        supervisor: Supervisor,
        servers: DatabaseServers,
        volumes: Volumes,
        giving: Giving,
        reaching: Reaching,
        measure: Measure,
        open: Open,
    ) -> None:
        self._ledger = ledger
        self._supervisor = supervisor
        self._servers = servers
        self._volumes = volumes
        self._giving = giving
        self._reaching = reaching
        self._measure = measure
        self._open = open

    async def list(self, app: AppName, environment: EnvironmentName | None = None) -> Sequence[Shown]:
        """Those of the app, or of one environment of it, by environment and name."""
        found = await self._ledger.records.list(app, environment)
        return await asyncio.gather(*(self._show(each) for each in found))

    async def states(self, app: AppName, environment: EnvironmentName) -> Sequence[tuple[Database, Condition]]:
        """The same without asking them anything."""
        return [(each, self._condition(each)) for each in await self._ledger.records.list(app, environment)]

    async def run_psql(
        self, app: AppName, environment: EnvironmentName, name: str | None, words: Sequence[str], *, tty: bool
    ) -> Session:
        """psql beside the server, so of its version, over its socket, so without a password. Raises NotFound when there
        is no such database, or it does not run; UsageError for one that is a file."""
        database = await self._giving.database(app, environment, name)
        if database.volume is not None:
            raise UsageError(
                f"the database {database.key} is a SQLite file, which no psql opens",
                hint=f"fairway exec --new -e {environment} -- sqlite3 {database.volume.path}, if the image has it",
            )
        command = ["psql", "--username", databases.USER, "--dbname", databases.NAME, *words]
        return await self._servers.run(database.id, command, tty=tty)

    async def urls_here(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """By variable the URL of each that runs, as a process on this host reaches it: for the owner alone."""
        found: dict[str, str] = {}
        for variable, each in (await self._giving.names(app, environment)).items():
            address = databases.address_of(each, self._open(each))
            try:
                reached = await self._reaching.reach(app, environment, address)
            except Unavailable:
                continue  # it does not run: nobody reaches it from anywhere
            found[variable] = (replace(reached, name=reached.file) if reached.file else reached).url
        return found

    async def delete(self, key: DatabaseKey, *, typed: str) -> None:
        """Delete it with its data, which wants the app's name. Asked for again, it goes on where it was cut off.

        Raises NotFound; Conflict when the name is not the app's, or fairway.toml still declares it.
        """
        record = await self._ledger.records.get(key)
        if typed != key.app:
            raise Conflict(
                f"the database {key} has data, and nothing brings it back",
                why="it is deleted for who types the app's name",
                hint=f"fairway db delete {key.name} -e {key.environment} --delete-data {key.app}",
            )
        if record.declared and not record.doomed:
            raise Conflict(
                f"the database {key} is in fairway.toml",
                why="the next deployment would make an empty one in its place",
                hint=f"take [databases.{key.name}] out and deploy; or the whole app: fairway down --delete",
            )
        await self._remove(key)

    async def delete_all(self, app: AppName) -> Sequence[DatabaseKey]:
        """Delete every database of an app with its data; which ones. Whoever asked has typed the app's name."""
        keys = [each.key for each in await self._ledger.records.list(app)]
        for key in keys:
            await self._remove(key)
        return keys

    async def _remove(self, key: DatabaseKey) -> None:
        """Doomed first: from then on nobody starts it. The record goes last, so that what is left can be found."""
        async with self._supervisor.at_rest():
            try:
                record = await self._ledger.change(key, lambda database: replace(database, doomed=True))
            except NotFound:
                return
            if record.volume is not None:
                await self._volumes.remove(key.app, key.environment, key.name)
            else:
                await self._servers.remove(record.id)
                await self._servers.discard(key, record.id)
            await self._ledger.records.delete(key)
        self._ledger.tell("database.deleted", f"the database {key} was deleted with its data", key)

    async def _show(self, database: Database) -> Shown:
        condition = self._condition(database)
        measured = None
        if condition.state is State.HEALTHY:
            address = databases.address_of(database, self._open(database))
            try:
                async with asyncio.timeout(ANSWER):
                    reached = await self._reaching.reach(database.app, database.environment, address)
                    measured = await self._measure(reached)
            except (Unavailable, TimeoutError):
                measured = None  # its state says it at the next look
        return Shown(database=database, condition=condition, measured=measured)

    def _condition(self, database: Database) -> Condition:
        if database.doomed:
            return Condition(state=State.DOWN, since=database.created_at, why="it is being deleted")
        known = self._supervisor.condition(database.key)
        return known or Condition(state=State.STARTING, since=database.created_at, why=UNKNOWN)
