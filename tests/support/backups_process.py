"""A server's backup in a process of its own, which a test kills: `python -m support.backups_process HOME`.

The store is a real one, the vault too; the database is in memory, with a dump of some size, so that each step takes
long enough to be hit. Every step is printed as it goes on.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.memory.databases import MemoryDatabases, MemoryWorld
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.scratches import MemoryScratches
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.system.clock import SystemClock
from fairway.adapters.vault.vault import FileVault
from fairway.domain import address
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.backup import Occasion
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment import key
from fairway.environment.vaultkey import VaultKey
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.ports.databases import Dumped, Progress, Report

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
URL = "postgres://shop:s@db:5432/shop"
SIZE = 96 * 1024 * 1024


class LargeDumps(MemoryDumps):
    """Dumps with a large file beside the rows."""

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        report(Progress(doing="dumping", done=0, total=SIZE))
        await asyncio.to_thread(fill, into / "large.dat")
        return await super().dump(address, into, tools=tools, report=report)


def fill(path: Path) -> None:
    """Random bytes."""
    with path.open("wb") as file:
        for _ in range(SIZE // 1024**2):
            file.write(os.urandom(1024**2))


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[tuple[Store, Safekeeping]]:
    """The room over the home's store and vault."""
    world = MemoryWorld()
    world.put(address.read(URL)).create("public.orders", ["id"], 1000)

    async def values(app: AppName, environment: EnvironmentName) -> dict[str, str]:
        return {"DATABASE_URL": URL}

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        return None

    async def reach(app: AppName, environment: EnvironmentName, where: Address) -> Address:
        return where

    async with open_store(f"sqlite:///{home / 'fairway.db'}") as store:
        world.now = SystemClock().now()
        ports = safekeeping.Ports(
            apps=store.apps,
            releases=store.releases,
            backups=store.backups,
            passages=store.passages,
            databases=MemoryDatabases(world),
            dumps=LargeDumps(world),
            scratches=MemoryScratches(world),
            vault=FileVault(home / "backups", VaultKey(store.sealed_keys, key.load(home / "secret.key")).get),
            workspaces=FileWorkspaces(home / "dumps"),
            clock=SystemClock(),
            notices=MemoryNotices(),
        )
        yield store, safekeeping.put_together(ports, Targets(values, described, reach))


def tell(progress: Progress) -> None:
    """One line."""
    sys.stdout.write(f"{progress.doing} {progress.done}\n")
    sys.stdout.flush()


async def main(home: Path) -> None:
    """One backup."""
    async with opened(home) as (_, room):
        await room.backing.back_up(SHOP, PRODUCTION, occasion=Occasion.REQUEST, by="ada", report=tell)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
