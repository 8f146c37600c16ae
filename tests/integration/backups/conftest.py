"""The room of backups over each real engine, with a real vault."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.system.clock import SystemClock
from fairway.adapters.vault.vault import FileVault
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from support.pipeline_values import APP
from support.sqlite_room import SqliteRoom


@dataclass
class Real:
    """An engine's room (`support.databases_room.Room`), and the backups over it. `home` has the vault."""

    engine: Any
    home: Path
    store: MemoryStore
    whole: Safekeeping

    @property
    def vault(self) -> list[str]:
        """The files in it."""
        folder = self.home / "vault"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    @property
    def left(self) -> list[str]:
        """What lies in clear."""
        folder = self.home / "dumps"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def sqlite(tmp_path: Path) -> SqliteRoom:
    return SqliteRoom(tmp_path / "sqlite")


@pytest.fixture(params=["sqlite"])
async def real(request: pytest.FixtureRequest, tmp_path: Path) -> Real:
    room = request.getfixturevalue(request.param)
    await room.create(room.address, "orders", 2000)
    store = make_store()
    await store.apps.create(APP, at=1.0)
    return Real(engine=room, home=tmp_path, store=store, whole=make_whole(room, store, tmp_path))


def make_whole(room: Any, store: MemoryStore, home: Path) -> Safekeeping:
    """The room of backups; every environment has the engine's one database."""

    async def values(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        return {"DATABASE_URL": room.address.url}

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        return None

    async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
        return room.address  # type: ignore[no-any-return]

    async def key() -> bytes:
        return b"k" * 32

    ports = safekeeping.Ports(
        apps=store.apps,
        releases=store.releases,
        backups=store.backups,
        passages=store.passages,
        databases=room.databases,
        dumps=room.dumps,
        scratches=room.scratches,
        vault=FileVault(home / "vault", key),
        workspaces=FileWorkspaces(home / "dumps"),
        clock=SystemClock(),
        notices=MemoryNotices(),
    )
    return safekeeping.put_together(ports, Targets(values, described, reach))
