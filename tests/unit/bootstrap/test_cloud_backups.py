"""Backups inside CodeBuild: which database one is put back into, and what its table of fairway.toml says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fairway.adapters.memory.shipments import MemoryShipments
from fairway.bootstrap.cloud_backups import Backups, NoReleases, OneApp
from fairway.domain.address import read
from fairway.domain.app import Environment
from fairway.domain.backup import Backup, Keep, Occasion
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.migrations import Migrations
from fairway.domain.release import Release
from fairway.errors import NotFound
from fairway.migrate.backups.backing import Order
from fairway.migrate.backups.targets import Target
from fairway.migrate.parts import Serving
from fairway.pipeline.cloud.guarding import Views
from support.backups_room import Room, make_room
from support.pipeline_values import APP, PRODUCTION, make_release
from support.shipment_values import make_handover

FIRST, SECOND = "postgres://shop:s3cret@first:5432/shop", "postgres://shop:s3cret@second:5432/shop"


@dataclass
class Yard:
    """Two releases, whose variables name two databases."""

    room: Room
    shipments: MemoryShipments
    backups: Backups

    async def back_up(self, url: str, release: int) -> Backup:
        target = Target(app=APP, environment=PRODUCTION, variable="DATABASE_URL", address=read(url))
        order = Order(target=target, occasion=Occasion.MIGRATION, by="ada", release=ReleaseNumber(release))
        async with self.backups.room().backing.backed_up(order) as made:
            return made.backup

    def rows(self, url: str) -> int:
        return len(self.room.world.at(read(url)).rows["public.orders"])


@pytest.fixture
async def yard(tmp_path: Path) -> Yard:
    room = await make_room(tmp_path)
    for url in (FIRST, SECOND):
        room.world.put(read(url)).create("public.orders", ("id", "code"), 3)
    shipments = MemoryShipments(APP, PRODUCTION)
    for commit in ("1" * 40, "2" * 40):
        await shipments.keep(make_handover(commit=commit), at=1.0)

    async def values(app: AppName, environment: EnvironmentName, version: int, service: str = "") -> Mapping[str, str]:
        return {"DATABASE_URL": FIRST if version == 1 else SECOND}

    async def release(app: AppName, number: int) -> Release:
        keep = Keep(count=number)
        described = Environment(
            name=PRODUCTION, services=make_release().description.services, migrations=Migrations(command=(), keep=keep)
        )
        return replace(make_release(), number=ReleaseNumber(number), description=described)

    async def serving(app: AppName, environment: EnvironmentName) -> Serving | None:
        return None

    views = Views(values=values, serving=serving, release=release)
    ports = replace(room.ports, apps=OneApp(APP), releases=NoReleases())
    return Yard(room, shipments, Backups(ports=ports, views=views, shipments=shipments))


async def test_a_backup_goes_back_into_the_database_of_its_own_release(yard: Yard) -> None:
    backup = await yard.back_up(FIRST, release=1)
    for url in (FIRST, SECOND):
        yard.room.world.at(read(url)).insert("public.orders", [{"id": "new", "code": "x"}])

    await yard.backups.put_back(APP, backup.number, by="migrations.restore", report=lambda progress: None)

    assert (yard.rows(FIRST), yard.rows(SECOND)) == (3, 4)


async def test_how_many_are_kept_is_said_by_the_newest_release_and_no_release_holds_one(yard: Yard) -> None:
    for _ in range(4):
        await yard.back_up(FIRST, release=1)

    await yard.backups.room().keeping.clear_up()

    kept = await yard.backups.ports.backups.list(APP)
    assert [each.number for each in kept] == [4, 3]


async def test_where_nothing_was_deployed_yet_there_is_nothing_to_clear_up(yard: Yard) -> None:
    empty = replace(yard.backups, shipments=MemoryShipments(APP, PRODUCTION))

    await empty.room().keeping.clear_up()

    with pytest.raises(NotFound, match="nothing was deployed"):
        await empty.room().targets.find(APP, PRODUCTION)
