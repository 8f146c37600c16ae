"""Who may migrate a SQLite database: a lock of the kernel's on a file beside its volume.

Not a lock in the database: the migration has to write to that, and whoever holds a transaction (`BEGIN IMMEDIATE`)
keeps it out. And not in the volume, where the app could put another file in its place. The kernel drops the lock with
the process that has it, so a killed server leaves none. A SQLite file is of one host, and so is the lock.
"""

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fairway.adapters.sqlite import opening
from fairway.domain.address import Address
from fairway.errors import Conflict, Unavailable


class SqliteGates:
    """`ports.databases.Gates`."""

    @contextlib.asynccontextmanager
    async def hold(
        self, address: Address, *, lock_timeout: float, report: Callable[[str], None]
    ) -> AsyncIterator[None]:
        """Nobody's waiting can be cut short from here: with SQLite each process waits for itself, as long as its own
        busy time-out says, so `lock_timeout` means nothing and nothing is said. Raises Conflict, Unavailable."""
        file = opening.file_of(address)
        opening.require_file(file, address.shown)
        descriptor = take(gate_of(file), address.shown)
        try:
            yield
        finally:
            os.close(descriptor)


def gate_of(file: Path) -> Path:
    """`volumes/shop/production/main.lock` of the database in `volumes/shop/production/main/`."""
    return file.parent.with_name(f"{file.parent.name}.lock")


def take(gate: Path, shown: str) -> int:
    """The descriptor that holds it. Raises Conflict when another one does, in this process or any other."""
    try:
        descriptor = os.open(gate, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Unavailable(f"{shown} can't be held", why=f"{gate}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Conflict(
            f"{shown} is being migrated", why="somebody else holds its lock", hint="wait for its end"
        ) from error
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
