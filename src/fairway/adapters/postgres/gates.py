"""One migration at a time on a PostgreSQL database, whichever server asks, and none that others have to queue behind.

A change of a table waits for those who use it, and everybody who comes later waits behind the change: so it must not
wait long. A tool that can't be told of a time-out is watched from here. Who it is: a session of the same role that
began after the gate was taken and waits for a lock on a table in a mode that only changes of the schema ask for (ALTER,
CREATE INDEX, DROP, LOCK TABLE). What an application does to its rows asks for weaker ones, and is never touched.

The lock is a session's: it is let go when this process ends, however it does. A pooler that gives each transaction
another session would let it go at once, so that a migration's URL must lead to the server itself.
"""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable

import psycopg

from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one
from fairway.adapters.postgres.describing import query
from fairway.domain.address import Address
from fairway.errors import Conflict

CLASS = zlib.crc32(b"fairway migrate") & 0x7FFFFFFF
"""One half of the advisory lock; the other is the database's oid."""
EVERY = 0.2
"""Seconds between two looks at who waits."""
TRY = """
SELECT pg_try_advisory_lock(%s, (d.oid::bigint & 2147483647)::int), (d.oid::bigint & 2147483647)::int
FROM pg_database d WHERE d.datname = current_database()
"""


class PostgresGates:
    """`ports.databases.Gates`."""

    @contextlib.asynccontextmanager
    async def hold(
        self, address: Address, *, lock_timeout: float, report: Callable[[str], None]
    ) -> AsyncIterator[None]:
        """Raises Conflict when somebody else holds it, Unavailable."""
        async with connecting.session(address) as connection:
            await take(connection, address)
            (since,) = await fetch_one(connection, "SELECT clock_timestamp()::text")
            watching = asyncio.create_task(watch(connection, since, lock_timeout, report))
            try:
                yield
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)


async def take(connection: Connection, address: Address) -> None:
    """Raises Conflict that names who holds it."""
    held, key = await fetch_one(connection, TRY, CLASS)
    if not held:
        holders = [who for (who,) in await fetch(connection, query("who holds the gate"), CLASS, key)]
        raise Conflict(
            f"{address.shown} is being migrated already",
            why=f"its lock is held by {', '.join(holders)}" if holders else "somebody held its lock a moment ago",
            hint="wait for it to end; a session that hangs is ended by pg_terminate_backend",
        )


async def watch(connection: Connection, since: str, lock_timeout: float, report: Callable[[str], None]) -> None:
    """Cancel who waits too long, until this is cancelled. A session that breaks off takes the gate with it: that is
    said, and the migration that runs goes on to its end."""
    try:
        while True:
            for pid, begun, text, table, seconds in await fetch(
                connection, query("who waits to change the schema"), since
            ):
                if seconds >= lock_timeout:
                    await cancel(connection, pid, begun)
                    shown = " ".join(text.split())[:200]
                    report(f"cancelled after {seconds:.1f} s of waiting for a lock on {table}: {shown}")
            await asyncio.sleep(EVERY)
    except psycopg.Error as error:
        report(f"the session that held the database's lock broke off: {str(error).strip()}")


async def cancel(connection: Connection, pid: int, begun: str) -> None:
    """Cancel what the session does, if it is still that session."""
    await fetch(
        connection,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %s::timestamptz",
        pid,
        begun,
    )
