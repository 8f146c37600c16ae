"""How far copying has come, from the server's own view of the COPY commands that run.

The bytes of a COPY are text and those of a table are not, so a table counts as far as its COPY has come up to its size,
and wholly as soon as its COPY has ended.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import fetch
from fairway.domain.address import Address
from fairway.errors import Unavailable
from fairway.ports.databases import Progress, Report

EVERY = 0.5
"""Seconds between two looks."""
RUNNING = """
SELECT format('%s.%s', n.nspname, c.relname), p.bytes_processed
FROM pg_stat_progress_copy p JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.datname = current_database()
"""
SINCE = 140000
"""The first version of the server that has the view."""


@contextlib.asynccontextmanager
async def metered(address: Address, sizes: Mapping[str, int], doing: str, report: Report) -> AsyncIterator[None]:
    """While it is open, report how far the tables of those sizes have come."""
    watching = asyncio.create_task(watch(address, sizes, doing, report))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def watch(address: Address, sizes: Mapping[str, int], doing: str, report: Report) -> None:
    """Look until it is cancelled. A look that is refused ends it: progress is for show, and the work has errors of its
    own."""
    total, reached, report_last = sum(sizes.values()), dict.fromkeys(sizes, 0), -1
    with contextlib.suppress(Unavailable):
        async with connecting.session(address, options={"search_path": "pg_catalog"}) as connection:
            running: set[str] = set()
            while connection.info.server_version >= SINCE:
                now = dict(await fetch(connection, RUNNING))
                for name in running - now.keys():
                    reached[name] = sizes[name]
                running = now.keys() & sizes.keys()
                for name in running:
                    reached[name] = max(reached[name], min(now[name], sizes[name]))
                if (done := sum(reached.values())) != report_last:
                    report(Progress(doing=doing, done=done, total=total))
                    report_last = done
                await asyncio.sleep(EVERY)
