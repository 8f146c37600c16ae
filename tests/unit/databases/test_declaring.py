"""fairway.toml's databases become records: made once, changed as far as they can be, refused where they can't."""

from dataclasses import replace

import pytest

from fairway.adapters.memory.builder import MemoryBases
from fairway.adapters.memory.clock import EPOCH, VirtualLoop
from fairway.domain.address import Engine
from fairway.domain.managed import MIB, Managed
from fairway.domain.schedule import Schedule
from fairway.errors import Conflict, WorkFailed
from support.databases_hosting import Room, describe
from support.pipeline_values import APP, PRODUCTION

NIGHTLY, HOURLY = Schedule(cron="0 3 * * *"), Schedule(cron="0 * * * *")
MAIN = Managed(name="main", version="15", schedule=NIGHTLY)


def declare(loop: VirtualLoop, room: Room, *wanted: Managed) -> None:
    async def story() -> None:
        if not await room.store.apps.list():
            await room.open()
        await room.enter().declaring.declare(APP, describe(*wanted), room.said.append)

    loop.run_until_complete(story())


def test_a_second_declaration_keeps_password_volume_and_times(loop: VirtualLoop, room: Room) -> None:
    declare(loop, room, MAIN)
    first = loop.run_until_complete(room.record())

    declare(loop, room, MAIN)

    assert loop.run_until_complete(room.record()) == first
    assert first.backup_due is not None and first.backup_due > EPOCH


def test_limits_times_and_variable_change_with_the_file(loop: VirtualLoop, room: Room) -> None:
    declare(loop, room, MAIN)

    declare(loop, room, replace(MAIN, memory=MIB, cpu=0.5, schedule=HOURLY, variable="PG"))

    record = loop.run_until_complete(room.record())
    assert (record.memory, record.cpu, record.variable, record.schedule) == (MIB, 0.5, "PG", HOURLY)
    # EPOCH is 22:13:20, so 23:00 is 2800 s later.
    assert record.backup_due == EPOCH + 2800


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (replace(MAIN, version="16"), "its files are of version 15, and fairway.toml says 16"),
        (replace(MAIN, engine=Engine.SQLITE), "it is postgres, and fairway.toml says sqlite"),
    ],
)
def test_what_holds_for_ever_is_refused_with_the_way(loop: VirtualLoop, room: Room, wanted: Managed, why: str) -> None:
    declare(loop, room, MAIN)
    before = loop.run_until_complete(room.record())

    with pytest.raises(Conflict) as caught:
        declare(loop, room, wanted)

    assert caught.value.why == why
    assert "fairway db backup" in caught.value.hint
    assert loop.run_until_complete(room.record()) == before


def test_a_variable_that_somebody_has_set_is_a_conflict_before_anything_is_made(loop: VirtualLoop, room: Room) -> None:
    room.own.add("DATABASE_URL")

    with pytest.raises(Conflict, match="DATABASE_URL is set in production") as caught:
        declare(loop, room, MAIN)

    assert "fairway env unset -e production DATABASE_URL" in caught.value.hint
    assert loop.run_until_complete(room.store.managed.list()) == []


def test_without_a_registry_an_unnamed_version_becomes_the_one_that_can_be_had_and_it_is_said(
    loop: VirtualLoop, room: Room
) -> None:
    room.bases = MemoryBases({"postgres:17": WorkFailed("postgres:17 can't be had")})

    declare(loop, room, replace(MAIN, version=None))

    record = loop.run_until_complete(room.record())
    assert (record.major, record.image) == (15, "postgres:15")
    assert "the database main becomes PostgreSQL 15: postgres:17 can't be had here" in room.said


def test_without_a_registry_a_version_that_is_named_is_refused(loop: VirtualLoop, room: Room) -> None:
    room.bases = MemoryBases({"postgres:17": WorkFailed("postgres:17 can't be had")})

    with pytest.raises(WorkFailed, match="postgres:17 can't be had"):
        declare(loop, room, replace(MAIN, version="17"))

    assert loop.run_until_complete(room.store.managed.list()) == []


def test_a_version_that_is_named_no_more_stays_what_it_was(loop: VirtualLoop, room: Room) -> None:
    declare(loop, room, MAIN)

    declare(loop, room, replace(MAIN, version=None))

    assert loop.run_until_complete(room.record()).major == 15


def test_a_database_that_is_declared_no_more_is_kept_and_goes_on_giving_its_variable(
    loop: VirtualLoop, room: Room
) -> None:
    async def give() -> dict[str, str]:
        record = await room.record()
        await room.store.managed.change(record, replace(record, made_at=1.0))
        return dict(await room.enter().giving.values(APP, PRODUCTION))

    declare(loop, room, MAIN)

    declare(loop, room)

    assert not loop.run_until_complete(room.record()).declared
    assert list(loop.run_until_complete(give())) == ["DATABASE_URL"]
    assert room.said[-1] == (
        "the database main is not in fairway.toml any more; it is kept, with its data (fairway db delete)"
    )
