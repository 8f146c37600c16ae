"""Logging into a PostgreSQL as an app does: whether it takes its own user, by its own password, to its own database."""

import asyncio

import psycopg

from fairway.domain.address import Address
from fairway.errors import Unavailable

PATIENCE = 5
"""Seconds for a connection."""


async def log_in(address: Address) -> str:
    """The server's version ("15.18"), from a connection of its own that is closed again. Raises Unavailable, with the
    server's own words, which have no password in them."""
    try:
        async with await psycopg.AsyncConnection.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            dbname=address.name,
            connect_timeout=PATIENCE,
            autocommit=True,
            application_name="fairway: health",
        ) as connection:
            row = await (await connection.execute("SHOW server_version")).fetchone()
    except (psycopg.Error, OSError, asyncio.IncompleteReadError) as error:
        raise Unavailable(f"the database {address.shown} does not let anybody in", why=reason(error)) from error
    return str(row[0]).split()[0] if row else ""


def reason(error: BaseException) -> str:
    """The last line of what was said, without the addresses that libpq puts before it."""
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.rpartition("failed: ")[2].removeprefix("FATAL:").strip()
