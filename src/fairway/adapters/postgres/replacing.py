"""Puts a dump in the place of what a database has: restored beside it, then the names are swapped in one transaction.

    beside      a new database of the same server, owner and locale, into which the dump is restored
    swap        BEGIN; the old one is renamed away, the new one gets its name; COMMIT. Sessions on the old one are ended
                while the renaming waits for them; ones that come meanwhile wait for its lock, and find the new one
    drop        what was replaced

Whoever dies before the swap leaves the old contents under their name and a half-made database beside them; whoever dies
after it leaves the replaced one beside. Both have names that the next call knows, and removes first.
"""

import asyncio
import hashlib
from pathlib import Path

import psycopg

from fairway.adapters.postgres import connecting, surroundings
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one, quoted
from fairway.adapters.postgres.restoring import bring
from fairway.adapters.postgres.workshop import Workshop
from fairway.domain.address import Address
from fairway.errors import Conflict, WorkFailed
from fairway.ports.databases import Report

LOCK = 0x66777277
"""One half of the advisory lock that only one replacing at a time holds; the other is the name's hash."""
PAUSE = 0.1
"""Seconds between two rounds of ending sessions."""
ATTEMPTS = 10
"""How often the swap is tried: it gives up after five seconds, the server's own patience with sessions that go on."""
MAY = """
SELECT r.rolsuper OR (r.rolcreatedb AND pg_has_role(session_user, d.datdba, 'MEMBER')), pg_get_userbyid(d.datdba)
FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()
"""
END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid() AND pg_has_role(session_user, usesysid, 'MEMBER')
"""


async def replace(workshop: Workshop, directory: Path, address: Address, *, tools: str | None, report: Report) -> None:
    """See ports.databases.Dumps."""
    around = surroundings.read(directory)
    async with connecting.session(address) as connection:
        await refuse(connection, address)
        present = await surroundings.look(connection, {})
        major = connection.info.server_version // 10000
    new, old = beside(address.name)
    async with connecting.session(surroundings.elsewhere(address)) as connection:
        await take_turn(connection, address)
        await drop(connection, new, old)
        try:
            await surroundings.create_database(connection, new, present)
            target = address.moved(host=address.host, port=address.port, name=new)
            await bring(workshop, directory, target, major, (), tools=tools, sizes=around, report=report)
            await swap(connection, address, new, old)
        except psycopg.Error as error:
            raise WorkFailed(
                f"the contents of {address.shown} can't be replaced", why=str(error).partition("\n")[0]
            ) from error
        finally:
            # After a swap the old one, before it the new one: whichever has not got the name.
            await drop(connection, new, old)


async def refuse(connection: Connection, address: Address) -> None:
    """Raises WorkFailed when the role may not make a database and give this one another name."""
    may, owner = await fetch_one(connection, MAY)
    if not may:
        raise WorkFailed(
            f"the contents of {address.shown} can't be replaced",
            why=f'its user "{address.user}" may not make a database beside it: it needs CREATEDB and to be a member of '
            f'the database\'s owner, "{owner}"',
            hint=f'ALTER ROLE "{address.user}" CREATEDB, or restore into a new database and change the URL',
        )


async def take_turn(connection: Connection, address: Address) -> None:
    """Hold the lock of the name until the session ends. Raises Conflict when somebody else replaces it."""
    key = int.from_bytes(hashlib.sha256(address.name.encode()).digest()[:4], "big", signed=True)
    (held,) = await fetch_one(connection, "SELECT pg_try_advisory_lock(%s, %s)", LOCK, key)
    if not held:
        raise Conflict(f"the contents of {address.shown} are being replaced already")


async def swap(connection: Connection, address: Address, new: str, old: str) -> None:
    """Let the new database have the name. Both names change in one transaction, or neither does."""
    for attempt in range(1, ATTEMPTS + 1):
        ending = asyncio.create_task(end_sessions(address))
        try:
            async with connection.transaction():
                await surroundings.run(connection, f"ALTER DATABASE {quoted(address.name)} RENAME TO {quoted(old)}")
                await surroundings.run(connection, f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(address.name)}")
            return
        except psycopg.errors.ObjectInUse:
            if attempt == ATTEMPTS:
                raise
        finally:
            ending.cancel()
            # What it could not end is told by the renaming.
            await asyncio.gather(ending, return_exceptions=True)


async def end_sessions(address: Address) -> None:
    """End the sessions on the database, again and again: applications come back at once. The renaming holds its lock
    from its beginning, so that those that come after it has begun wait."""
    async with connecting.session(surroundings.elsewhere(address)) as connection:
        while True:
            await fetch(connection, END, address.name)
            await asyncio.sleep(PAUSE)


async def drop(connection: Connection, *names: str) -> None:
    """Drop those of them that there are."""
    for name in names:
        await surroundings.run(connection, f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def beside(name: str) -> tuple[str, str]:
    """What the new one is called before the swap and the old one after it: the same at every attempt."""
    short = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"fairway_new_{short}", f"fairway_old_{short}"
