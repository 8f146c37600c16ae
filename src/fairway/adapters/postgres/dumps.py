"""Copies a PostgreSQL database into files by pg_dump, at one snapshot, and back by pg_restore.

A session holds a snapshot open; pg_dump copies at it in several processes while every table is counted at it too. What
the directory has at the end: `dump` (pg_dump's own directory format), `surroundings.json` (roles, locale, settings),
`sequences.sql` (how the sequences stand in the dump: they are no part of a snapshot).
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from fairway.adapters.postgres import connecting, counting, describing, meter, surroundings, tooling
from fairway.adapters.postgres.connecting import Connection, fetch
from fairway.adapters.postgres.counting import Counted
from fairway.adapters.postgres.databases import stand
from fairway.adapters.postgres.replacing import replace
from fairway.adapters.postgres.restoring import restore
from fairway.adapters.postgres.workshop import LAST, Workshop, conninfo
from fairway.domain.address import Address
from fairway.domain.catalog import Standing
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.errors import WorkFailed
from fairway.ports.databases import Dumped, Progress, Report

DUMP, SEQUENCES, MOUNT = "dump", "sequences.sql", "/fairway"
JOBS = min(4, os.cpu_count() or 1)
"""How many processes copy at once."""
LEVEL = 3
"""Of gzip's compression: a database's rows come out a few percent larger than at its default of 6, in half the time."""
SCRIPT = f"""set -eu
pg_dump --dbname="$1" --format=directory --file={MOUNT}/{DUMP} --jobs="$2" --snapshot="$3" --compress="$4" --no-sync
pg_restore --list {MOUNT}/{DUMP} | grep ' SEQUENCE SET ' > /tmp/list || true
pg_restore --use-list=/tmp/list --file={MOUNT}/{SEQUENCES} {MOUNT}/{DUMP}
"""
SETVAL = re.compile(r"^SELECT pg_catalog\.setval\('((?:[^']|'')+)', (-?\d+), (true|false)\);$", re.M)
Free = Callable[[Path], int]


class Count(Protocol):
    """Counts tables at an exported snapshot: `counting.count_at`."""

    async def __call__(
        self, address: Address, snapshot: str, tables: Sequence[Counted], report: Report
    ) -> Mapping[str, Mark]:
        """The mark of each table, by its full name."""
        ...


def free(path: Path) -> int:
    """Bytes that are free where the path lies."""
    return shutil.disk_usage(path).free


class PostgresDumps:
    """`ports.databases.Dumps`. `free` tells the bytes that are free on a path's disk, `count` counts what is dumped."""

    def __init__(self, workshop: Workshop, free: Free = free, count: Count = counting.count_at) -> None:
        self._workshop = workshop
        self._free = free
        self._count = count

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        """Raises WorkFailed for too little disk, old tools and what the role may not read; Unavailable."""
        async with connecting.session(address, options=counting.ALIKE) as holder:
            standing = await stand(holder)
            self._room(address, standing, into)
            await refuse_unreadable(holder, address)
            image = await self._workshop.image(standing.major, tools, report)
            snapshot, at = await counting.export(holder), time.time()
            tables = await counting.tables(holder)
            sizes = {table.full: table.bytes for table in tables}
            surroundings.write(into, await surroundings.look(holder, sizes))
            objects = await counting.large_objects(holder)
            marks: dict[str, Mark] = {}
            seconds = 0.0

            async def copy() -> None:
                nonlocal seconds
                started = time.monotonic()
                async with meter.metered(address, sizes, "dumping", report):
                    await self._copy(address, into, image, snapshot)
                seconds = time.monotonic() - started

            async def count() -> None:
                marks.update(await self._count(address, snapshot, tables, lambda progress: None))

            await connecting.together(copy(), count())
        total = sum(sizes.values())
        report(Progress(doing="dumping", done=total, total=total))
        fingerprint = Fingerprint(tables=marks, others=objects | dumped_sequences(into))
        return Dumped(fingerprint=fingerprint, standing=standing, at=at, seconds=seconds, bytes=size(into))

    async def restore(self, directory: Path, into: Address, *, tools: str | None = None, report: Report) -> None:
        """Raises WorkFailed with the first thing that can't be restored, Unavailable."""
        await restore(self._workshop, directory, into, tools=tools, report=report)

    async def replace(self, directory: Path, address: Address, *, tools: str | None = None, report: Report) -> None:
        """Raises WorkFailed and leaves what there is, Unavailable."""
        await replace(self._workshop, directory, address, tools=tools, report=report)

    async def fingerprint(self, address: Address, *, report: Report) -> Fingerprint:
        """Raises Unavailable."""
        return await counting.count(address, report)

    def _room(self, address: Address, standing: Standing, into: Path) -> None:
        """Raises WorkFailed when the disk may be too small: a dump is nearly always smaller than its database."""
        if (left := self._free(into)) < standing.bytes:
            raise WorkFailed(
                f"there is too little disk for a backup of {address.shown}",
                why=f"the database has {mebibytes(standing.bytes)}, and {mebibytes(left)} are free at {into}",
                hint="free some, or move FAIRWAY_HOME to a larger disk",
            )

    async def _copy(self, address: Address, into: Path, image: str, snapshot: str) -> None:
        lines: list[str] = []

        def keep(line: str) -> None:
            if len(lines) < LAST:
                lines.append(line)

        arguments = (conninfo(address), str(JOBS), snapshot, str(LEVEL))
        code = await self._workshop.run(image, SCRIPT, arguments, address, {MOUNT: into}, keep)
        if code != 0:
            raise tooling.failed_dump(address, lines, code, image)


async def refuse_unreadable(holder: Connection, address: Address) -> None:
    """Raises WorkFailed that names what the role may not read."""
    if names := [name for (name,) in await fetch(holder, describing.query("what the role may not read"))]:
        raise tooling.unreadable(address, names)
    if names := [name for (name,) in await fetch(holder, describing.query("tables whose rows are hidden"))]:
        raise tooling.hidden(address, names)


def dumped_sequences(directory: Path) -> dict[str, str]:
    """How the sequences stand in the dump."""
    text = (directory / SEQUENCES).read_text(encoding="utf-8")
    return {
        f"sequence {name.replace(chr(39) * 2, chr(39))}": counting.state(value, called=called == "true")
        for name, value, called in SETVAL.findall(text)
    }


def size(directory: Path) -> int:
    """Bytes of all files."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def mebibytes(bytes: int) -> str:
    """`1204 MiB`."""
    return f"{bytes / 1024**2:.0f} MiB"
