"""What is seen of a copy that RDS runs while a migration runs on it.

Nobody reads its log as it comes, and no role there may put a witness among the system's functions. So locks are seen
by looks at pg_locks alone, every `EVERY` seconds: one that was held for less may be missed, and no statement is seen.
What that leaves out is said (`unseen`). Rewritten tables, rows, disk and the write-ahead log are seen as on a scratch
server. The planner has the original's statistics, which came with the files.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one
from fairway.adapters.postgres.describing import query
from fairway.adapters.postgres.seen import Locks
from fairway.adapters.postgres.watches import EVERY, LOOKS, State, rewritten, stand
from fairway.domain.rehearsal import Watched
from fairway.ports.databases import Scratch, Watch

QUIET = {"search_path": "pg_catalog", "statement_timeout": "0", "lock_timeout": "0"}
UNSEEN = (
    "which statements it ran: RDS hands on its log only later",
    f"locks that were held for less than {EVERY:g} s",
)


class HostedWatches:
    """`ports.databases.Watches` on hosted scratches."""

    @contextlib.asynccontextmanager
    async def watch(self, scratch: Scratch) -> AsyncIterator[Watch]:
        """Raises Unavailable."""
        async with connecting.session(scratch.address, options=QUIET) as connection:
            watching = HostedWatch(connection, scratch, await stand(connection))
            async with connecting.session(scratch.address, options=QUIET) as own:
                looking = asyncio.create_task(watching.look_on(own))
                try:
                    yield watching
                finally:
                    looking.cancel()
                    await asyncio.gather(looking, return_exceptions=True)


class HostedWatch:
    """One of them, which looks on until its watch is over."""

    def __init__(self, connection: Connection, scratch: Scratch, before: State) -> None:
        self._connection = connection
        self._scratch = scratch
        self._before = before
        self._most = before.bytes
        self._locks = Locks(names={oid: table.name for oid, table in before.tables.items()})
        self._connected = False

    async def end(self) -> Watched:
        """What was seen until now. Raises Unavailable when the copy is gone."""
        after = await stand(self._connection)
        (written,) = await fetch_one(
            self._connection, "SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", self._before.log
        )
        rows = max(0, after.rows - self._before.rows)
        # A session may be shorter than the time between two looks; what it has left is not.
        left = rows > 0 or after.tables.keys() != self._before.tables.keys()
        return Watched(
            locks=self._locks.end(),
            rewritten=rewritten(self._before, after),
            rows=rows,
            written=int(written),
            disk=max(0, self._most - self._before.bytes, after.bytes - self._before.bytes),
            connected=self._connected or left,
            unseen=UNSEEN,
        )

    async def look_on(self, connection: Connection) -> None:
        """Look at the locks and the sessions, and now and then at the disk, until it is cancelled."""
        last = 0.0
        while True:
            for _ in range(LOOKS):
                last = await self._look(connection, last)
                await asyncio.sleep(EVERY)
            (bytes,) = await fetch_one(connection, "SELECT pg_database_size(current_database())")
            self._most = max(self._most, bytes)

    async def _look(self, connection: Connection, last: float) -> float:
        """One look; the server's time at it. `last` is that of the look before."""
        rows = await fetch(connection, query("locks"))
        others, now = await fetch_one(connection, query("other sessions"))
        self._connected = self._connected or others > 0
        self._locks.look(rows, last=last, now=now)
        return float(now)
