"""Whether a SQLite file can be opened and read, as a task would do it, and how large it is."""

import asyncio
import os
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


async def size(address: Address) -> int:
    """Bytes of the file, with what is written ahead of it. Raises Unavailable when there is none."""
    try:
        return await asyncio.to_thread(measure, address.file)
    except OSError as error:
        raise Unavailable(f"the file of {address.shown} can't be seen", why=error.strerror or str(error)) from error


def measure(file: str) -> int:
    """Its bytes, by the file system alone. Raises OSError."""
    found = os.lstat(file).st_size
    try:
        return found + os.lstat(f"{file}-wal").st_size
    except FileNotFoundError:
        return found  # nobody writes at present
