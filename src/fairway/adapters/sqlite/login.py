"""Whether a SQLite file can be opened and read, as a task would do it."""

import asyncio
import sqlite3

from fairway.adapters.sqlite import opening
from fairway.domain.address import Address
from fairway.errors import Unavailable, WorkFailed


async def log_in(address: Address) -> str:
    """The library's version ("3.40.1"). Raises Unavailable, for a damaged file too."""

    def look() -> str:
        with opening.opened(opening.file_of(address), address.shown) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return sqlite3.sqlite_version

    try:
        return await asyncio.to_thread(look)
    except WorkFailed as error:
        raise Unavailable(error.what, why=error.why, hint=error.hint) from error
