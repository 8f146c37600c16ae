"""What is seen of a scratch server while a migration runs on it.

Statements come from the server's log, in their order, those that a failed transaction took back among them. Locks come
from three witnesses, all by the server's clock: an event trigger that writes into the log what a transaction holds
after each of its changes of the schema; the log's later lines of the same transaction, which show that it still lives;
and a look at pg_locks every `EVERY` seconds, which sees what changes no schema (LOCK TABLE, a long UPDATE). So a lock's
time is known from the beginning of the statement that took it to the last that was seen of its transaction: up to
`EVERY` seconds too short, and a lock that no change of the schema took and that was let go between two looks is missed.
What is seen is of one database; the time is that of this server, without anybody else's load.
"""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fairway.adapters.docker import labelled, names
from fairway.adapters.docker.printed import Printed
from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one
from fairway.adapters.postgres.describing import query
from fairway.adapters.postgres.seen import MARK, PATIENCE, Locks, Reader
from fairway.adapters.postgres.surroundings import run
from fairway.adapters.postgres.workshop import Workshop
from fairway.domain.rehearsal import Rewritten, Watched
from fairway.errors import Unavailable
from fairway.ports.databases import Scratch, Watch

EVERY = 0.02
"""Seconds between two looks at the locks."""
LOOKS = 25
"""How many of them are between two looks at the disk."""
QUIET = {"log_statement": "none", "search_path": "pg_catalog", "statement_timeout": "0", "lock_timeout": "0"}
ON = {"log_statement": "all", "log_connections": "on", "log_disconnections": "on", "full_page_writes": "on"}
"""What the server does while it is watched. Whole pages in the write-ahead log are what production writes, too."""
WITNESS = """
SET allow_system_table_mods = on;
CREATE OR REPLACE FUNCTION pg_catalog.fairway_watch() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE found text;
BEGIN
  SELECT string_agg(relation || ':' || mode, ' ') INTO found FROM pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted AND relation >= 16384
    AND mode NOT IN ('AccessShareLock', 'RowShareLock');
  IF found IS NOT NULL THEN RAISE LOG 'fairway_watch held %', found; END IF;
END $$;
DROP EVENT TRIGGER IF EXISTS fairway_watch;
CREATE EVENT TRIGGER fairway_watch ON ddl_command_end EXECUTE FUNCTION pg_catalog.fairway_watch();
SET allow_system_table_mods = off
"""
"""It stands among the system's functions, where no migration tool looks for what is the application's."""
AWAY = """
DROP EVENT TRIGGER IF EXISTS fairway_watch;
SET allow_system_table_mods = on;
DROP FUNCTION IF EXISTS pg_catalog.fairway_watch();
SET allow_system_table_mods = off
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A table and the file that its rows are in; `rows` as the planner estimates them."""

    name: str
    number: int | None
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a database is: its tables' files by oid, its size, its write-ahead log's end, how many rows were written."""

    tables: dict[int, File]
    bytes: int
    log: str
    rows: int


class PostgresWatches:
    """`ports.databases.Watches` on scratches that PostgresScratches has opened."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    @contextlib.asynccontextmanager
    async def watch(self, scratch: Scratch) -> AsyncIterator[Watch]:
        """Raises Unavailable."""
        async with connecting.session(scratch.address, options=QUIET) as connection:
            watching = PostgresWatch(connection, scratch, await begin(connection))
            follower = asyncio.create_task(self._follow(scratch, watching.reader))
            looker = asyncio.create_task(watching.look_on())
            try:
                await watching.mark(watching.reader.begin)
                yield watching
            finally:
                for task in (looker, follower):
                    task.cancel()
                await asyncio.gather(looker, follower, return_exceptions=True)
                with contextlib.suppress(Unavailable):
                    await end(scratch)

    async def _follow(self, scratch: Scratch, reader: Reader) -> None:
        """Read the server's log as it comes."""
        for entry in await self._workshop.listed(labelled.CONTAINERS, names.SCRATCH):
            if scratch.network in entry["NetworkSettings"]["Networks"]:
                await Printed(self._workshop.connection, entry["Id"], reader.take).read(follow=True)


class PostgresWatch:
    """One of them, which looks on until its watch is over."""

    def __init__(self, connection: Connection, scratch: Scratch, before: State) -> None:
        self._connection = connection
        self._scratch = scratch
        self._before = before
        self._most = before.bytes
        self._turn = asyncio.Lock()
        locks = Locks(names={oid: table.name for oid, table in before.tables.items()})
        self._marks: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.reader = Reader(begin=secrets.token_hex(8), locks=locks, on_mark=lambda word: self._marks[word].set())

    async def end(self) -> Watched:
        """What was seen until now. Raises Unavailable when the scratch is gone."""
        await self.mark(secrets.token_hex(8))
        async with self._turn:
            # Those who wrote have told their counters by the end of their sessions.
            after = await stand(self._connection)
            (written,) = await fetch_one(
                self._connection, "SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", self._before.log
            )
        return Watched(
            statements=tuple(self.reader.statements),
            locks=self.reader.locks.end(),
            rewritten=rewritten(self._before, after),
            rows=max(0, after.rows - self._before.rows),
            written=int(written),
            disk=max(0, self._most - self._before.bytes, after.bytes - self._before.bytes),
            connected=self.reader.connected,
        )

    async def mark(self, word: str) -> None:
        """Write a word into the log and wait until it was read there: all before it has been read then."""
        async with self._turn:
            await run(self._connection, f"DO $$ BEGIN RAISE LOG '{MARK} mark {word}'; END $$")
        try:
            async with asyncio.timeout(PATIENCE):
                await self._marks[word].wait()
        except TimeoutError as error:
            raise Unavailable("the scratch database's log can't be read", why=f"no line for {PATIENCE:g} s") from error

    async def look_on(self) -> None:
        """Look at the locks, and now and then at the disk, until it is cancelled."""
        last = 0.0
        async with connecting.session(self._scratch.address, options=QUIET) as connection:
            while True:
                for _ in range(LOOKS):
                    last = await self._look(connection, last)
                    await asyncio.sleep(EVERY)
                (bytes,) = await fetch_one(connection, "SELECT pg_database_size(current_database())")
                self._most = max(self._most, bytes)

    async def _look(self, connection: Connection, last: float) -> float:
        """One look at the locks; the server's time at it. `last` is that of the look before."""
        rows = await fetch(connection, query("locks"))
        (now,) = await fetch_one(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
        self.reader.locks.look(rows, last=last, now=now)
        return float(now)


async def begin(connection: Connection) -> State:
    """Let the server tell what it does, and note how it is now. Raises Unavailable."""
    # The planner has statistics in production; a restored copy has none.
    await run(connection, "ANALYZE")
    await run(connection, WITNESS)
    for name, value in ON.items():
        await run(connection, f"ALTER SYSTEM SET {name} = '{value}'")
    await fetch(connection, "SELECT pg_reload_conf()")
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                (waits,) = await fetch_one(connection, query("settings that wait"))
                if not waits:
                    break
                await asyncio.sleep(EVERY)
    except TimeoutError as error:
        why = f"its settings have not changed for {PATIENCE:g} s"
        raise Unavailable("the scratch database can't be watched", why=why) from error
    return await stand(connection)


async def end(scratch: Scratch) -> None:
    """Let the server be as it was."""
    async with connecting.session(scratch.address, options=QUIET) as connection:
        await run(connection, AWAY)
        await run(connection, "ALTER SYSTEM RESET ALL")
        await fetch(connection, "SELECT pg_reload_conf()")


async def stand(connection: Connection) -> State:
    """How the database is now."""
    tables = {
        oid: File(name=name, number=number, rows=rows, bytes=size)
        for oid, name, number, rows, size in await fetch(connection, query("files of tables"))
    }
    bytes, log, rows = await fetch_one(connection, query("size and counters"))
    return State(tables=tables, bytes=bytes, log=log, rows=rows)


def rewritten(before: State, after: State) -> tuple[Rewritten, ...]:
    """The tables that have another file and something in it: one that was emptied has another, too."""
    found: list[Rewritten] = []
    for oid, table in before.tables.items():
        now = after.tables.get(oid)
        if now is not None and now.number != table.number and now.bytes > 0 and table.rows > 0:
            found.append(Rewritten(table=table.name, rows=table.rows, bytes=now.bytes))
    return tuple(sorted(found, key=lambda each: each.table))
