"""What the guard does with databases: look at one, copy it, hold it, and run a scratch one.

Two engines stand behind these, PostgreSQL and SQLite; no room asks which. Every address is as this server reaches it,
unless it says otherwise. No password is in an error or a log.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.domain.address import Address
from fairway.domain.catalog import Schema, Standing
from fairway.domain.fingerprint import Fingerprint
from fairway.domain.rehearsal import Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something long has come. `done` and `total` are bytes; a total of 0 is unknown. `said` is what stands in
    their place where nothing is counted in bytes, and is not "" then."""

    doing: str
    done: int
    total: int
    said: str = ""


Report = Callable[[Progress], None]
"""Takes the progress a few times a second at the most."""


class Databases(Protocol):
    """Looks. Each call opens a connection of its own and closes it; none changes anything."""

    async def look(self, address: Address) -> Standing:
        """Raises Unavailable when the database can't be reached (host, password, name: which one is said)."""
        ...

    async def schema(self, address: Address, *, without: Sequence[str] = ()) -> Schema:
        """Everything that a migration may change, without the tables of those names. Raises Unavailable."""
        ...

    async def read(
        self, address: Address, table: str, columns: Sequence[str], *, order: str | None = None
    ) -> Sequence[Mapping[str, str | None]] | None:
        """The columns of all rows of a small table, as text; None when there is no such table. A name may have its
        schema before it ("drizzle.__drizzle_migrations"). Raises Unavailable."""
        ...

    async def since(self, address: Address, fingerprint: Fingerprint) -> Sequence[str]:
        """What has been written since then, a sentence for each table, for who decides about losing it
        ("public.orders: 12 rows more"). Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """What was written and how the database was at that moment; `seconds` and `bytes` are of the dump's files."""

    fingerprint: Fingerprint
    standing: Standing
    at: float
    seconds: float
    bytes: int


class Dumps(Protocol):
    """Copies a database into files, and back."""

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        """Write it into an empty directory, compressed, at one snapshot, and count every table at the same one.

        Raises WorkFailed that says why there is none: too little disk (seen before it starts), tools that are older
        than the server, a table that its role may not read. Raises Unavailable.
        """
        ...

    async def restore(self, directory: Path, into: Address, *, tools: str | None = None, report: Report) -> None:
        """Bring what `dump` wrote into an empty database. Raises WorkFailed with the first thing that can't be
        restored, Unavailable."""
        ...

    async def replace(self, directory: Path, address: Address, *, tools: str | None = None, report: Report) -> None:
        """Put what `dump` wrote in the place of what the database has, whole or not at all: the new contents are
        complete before the old ones go. Raises WorkFailed and leaves the old ones, Unavailable."""
        ...

    async def fingerprint(self, address: Address, *, report: Report) -> Fingerprint:
        """Count every table, at one snapshot. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A database that is thrown away. `address` is for this server, `inside` for a container on `network`, which leads
    nowhere but to it: not to this host either, whose ports may lead to the real one. `outside` is the network by which
    this server reaches a container there, "" where it needs none. `mounts` is what such a container needs besides:
    paths of the host by the path inside (SQLite's file). `hosted`: somebody else runs its server, as they run the real
    one: it has that one's certificate, and a log that nobody reads here."""

    address: Address
    inside: Address
    network: str
    mounts: Mapping[str, Path]
    outside: str = ""
    hosted: bool = False


class Scratches(Protocol):
    """Databases to try things on, each with a network of its own that no packet leaves."""

    def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AbstractAsyncContextManager[Scratch]:
        """An empty database of the same major version, name, user and roles (without their passwords), gone at the end
        with all that was in it. `key` names it: what an earlier one of the same key left is removed first.

        Raises WorkFailed when there is too little disk for a copy of that size (with both figures), or no image of that
        version. Raises Unavailable.
        """
        ...

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove what is left of every scratch of this server but those keys."""
        ...


class Leads(Protocol):
    """Ways to a database that is thrown away and that somebody else runs, for containers which reach nothing else."""

    def open(
        self, key: str, to: Address, standing: Standing, *, tools: str | None = None
    ) -> AbstractAsyncContextManager[Scratch]:
        """A network as a scratch's, on which the database is reached by its own name and port; gone at the end, the
        database is not. `key` names it: what an earlier one of the same key left is removed first.

        Raises WorkFailed when the way can't be made, Unavailable when the database's host is not known.
        """
        ...


class Watch(Protocol):
    """What is seen of a database while something runs on it."""

    async def end(self) -> Watched:
        """What was seen until now."""
        ...


class Watches(Protocol):
    def watch(self, scratch: Scratch) -> AbstractAsyncContextManager[Watch]:
        """Begin to look at a scratch database. Raises Unavailable."""
        ...


class Gates(Protocol):
    """Who may migrate a database: one at a time, whichever server asks."""

    def hold(
        self, address: Address, *, lock_timeout: float, report: Callable[[str], None]
    ) -> AbstractAsyncContextManager[None]:
        """Hold the database's advisory lock. While it is held, other sessions of the same role that wait for a lock
        longer than `lock_timeout` seconds are cancelled if they came after it was taken and change the schema, each
        said to `report`: not every tool can be told of a time-out.

        Raises Conflict when somebody else holds it. Raises Unavailable.
        """
        ...
