"""What the guard adds to a deployment with nothing pending: the image's files are known, the tool's table is read.

    python bench/guard.py [PASSAGES]

The real parts: PostgreSQL in a container, an image on this host's Docker, a store on disk. The first passage of an
image reads its files; a restarted server does so once more. Beside it stands what the same look at the table takes
alone.
"""

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

from fairway.adapters.postgres.databases import PostgresDatabases
from fairway.domain.address import read
from fairway.domain.passage import PassageStatus
from support import guard_image, guard_room, postgres_room

BASE = {"1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text);"}
BOUND = 0.150
"""Seconds: what is promised."""


async def measure(url: str, passages: int) -> None:
    """Print the figures; fail above the bound."""
    with tempfile.TemporaryDirectory() as home:
        async with guard_room.open_room(Path(home), url) as room:
            image = guard_image.build(BASE)
            room.execute(applied())
            taken, alone = [], []
            for number in range(passages):
                begun = time.perf_counter()
                passage = await room.migrate(image, key=f"bench/{number}")
                taken.append(time.perf_counter() - begun)
                assert passage.status is PassageStatus.SKIPPED, passage
                begun = time.perf_counter()
                await PostgresDatabases().read(read(url), "fairway_migrations", ("id", "name"), order="id")
                alone.append(time.perf_counter() - begun)
        async with guard_room.open_room(Path(home), url) as room:
            begun = time.perf_counter()
            await room.migrate(image, key="after a restart")
            fresh = time.perf_counter() - begun
    middle, floor = statistics.median(taken), statistics.median(alone)
    print(
        f"nothing pending: {middle * 1000:.1f} ms in the middle of {passages}, {max(taken) * 1000:.1f} ms at the most"
    )
    print(f"after a restart: {fresh * 1000:.1f} ms")
    print(f"one look at the table alone: {floor * 1000:.1f} ms; the guard takes {middle / floor:.1f} times that")
    sys.exit(0 if middle < BOUND and fresh < BOUND else 1)


def applied() -> str:
    """What the migration would have left."""
    [(name, text)] = BASE.items()
    digest = hashlib.sha256(text.encode()).hexdigest()
    table = "CREATE TABLE fairway_migrations (id bigint, name text, checksum text, finished_at timestamptz);"
    return f"{text} {table} INSERT INTO fairway_migrations VALUES (1, '{name}', '{digest}', now())"


def main() -> None:
    """Run it."""
    passages = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as server:
        server.execute("postgres", "CREATE DATABASE shop OWNER shop")
        asyncio.run(measure(f"postgres://shop:secret-word@{server.host}:5432/shop", passages))


if __name__ == "__main__":
    main()
