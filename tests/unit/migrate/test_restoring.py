"""A backup takes the place of what there is: said first, saved first, whole or not at all."""

from pathlib import Path

import pytest

from fairway.domain.app import Environment
from fairway.domain.backup import Backup, Keep, Occasion, Verdict
from fairway.domain.migrations import Migrations
from fairway.domain.passage import PassageStatus
from fairway.errors import Conflict, NotFound, WorkFailed
from fairway.migrate.backups.restoring import Restored
from fairway.ports.guarding import Damaged
from support.backups_room import Died, Life, Room, Told, make_room
from support.guard_values import make_passage
from support.pipeline_values import APP, PRODUCTION, STAGING


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    return await make_room(tmp_path)


async def back_up(room: Room) -> Backup:
    return await room.backing.back_up(APP, PRODUCTION, occasion=Occasion.REQUEST, by="ada")


async def orders_of(room: Room, environment: str = PRODUCTION) -> int:
    target = await room.targets.find(APP, environment)  # type: ignore[arg-type]
    return len(room.world.at(target.address).rows["public.orders"])


async def write(room: Room, count: int = 2) -> None:
    target = await room.targets.find(APP, PRODUCTION)
    rows = [{"id": f"new {number}", "code": "x"} for number in range(count)]
    room.world.at(target.address).insert("public.orders", rows)


async def restore(room: Room, number: int = 1, *, save: bool = True) -> Restored:
    return await room.restoring.restore(APP, number, PRODUCTION, by="ada", save=save, report=Told())


async def test_what_was_written_since_is_said_first(room: Room) -> None:
    await back_up(room)
    await write(room)

    loss = await room.restoring.weigh(APP, 1, PRODUCTION)

    assert [sentence.split(":")[0] for sentence in loss.writes] == ["public.orders"]
    assert "2 rows more" in loss.writes[0]
    assert await orders_of(room) == 5


async def test_what_there_is_is_backed_up_and_then_replaced(room: Room) -> None:
    await back_up(room)
    await write(room)
    events = room.notices.follow()

    restored = await restore(room)

    told = [await anext(events) for _ in range(2)]
    assert await orders_of(room) == 3
    assert restored.before is not None and restored.before.fingerprint is not None
    assert (restored.before.number, restored.before.fingerprint.rows) == (2, 5)
    assert [each.kind for each in told] == ["backup.verified", "backup.restored"]
    assert "what it had before is backup 2" in told[1].text
    assert (room.left(), room.scratches.there) == ([], {})


async def test_the_restore_itself_can_be_taken_back(room: Room) -> None:
    await back_up(room)
    await write(room)
    await restore(room)

    await restore(room, 2)

    assert await orders_of(room) == 5


async def test_without_a_backup_of_what_there_is_none_is_made(room: Room) -> None:
    await back_up(room)
    await write(room)

    restored = await restore(room, save=False)

    assert restored.before is None
    assert await orders_of(room) == 3
    assert len(await room.store.backups.list(APP)) == 1


async def test_another_environment_can_be_given_it(room: Room) -> None:
    await back_up(room)

    await room.restoring.restore(APP, 1, STAGING, by="ada", report=Told())

    assert (await orders_of(room, STAGING), await orders_of(room)) == (3, 3)


async def test_a_backup_of_what_there_is_that_fails_leaves_all_as_it_is(room: Room) -> None:
    await back_up(room)
    await write(room)
    room.dumps.faults.fail("dump", WorkFailed("it can't be dumped"))

    with pytest.raises(WorkFailed, match="can't be dumped"):
        await restore(room)

    assert await orders_of(room) == 5
    assert room.dumps.faults.calls["replace"] == 0


async def test_one_that_was_changed_is_found_before_anything_is_done(room: Room) -> None:
    backup = await back_up(room)
    await write(room)
    file = room.home / "vault" / backup.file
    file.write_bytes(b"X" + file.read_bytes()[1:])

    with pytest.raises(Damaged):
        await restore(room)

    assert await orders_of(room) == 5
    assert room.dumps.faults.calls["dump"] == 1
    assert (await room.store.backups.get(APP, 1)).verdict is Verdict.FAILED
    with pytest.raises(Conflict, match="FAILED"):
        await restore(room)


async def test_a_replacement_that_fails_is_told_and_the_backup_stays(room: Room) -> None:
    await back_up(room)
    room.dumps.faults.fail("replace", WorkFailed("it can't be restored"))

    with pytest.raises(WorkFailed, match="can't be restored"):
        await restore(room)

    assert (await room.store.backups.get(APP, 1)).verdict is Verdict.VERIFIED
    assert room.left() == []


async def test_nothing_is_restored_into_a_database_that_is_being_migrated(room: Room) -> None:
    await back_up(room)
    await room.store.passages.create(make_passage(status=PassageStatus.MIGRATING))

    with pytest.raises(Conflict, match="is being migrated"):
        await restore(room)

    assert len(await room.store.backups.list(APP)) == 1


async def test_one_of_another_engine_is_refused(room: Room) -> None:
    await back_up(room)
    room.values[STAGING]["DATABASE_URL"] = "sqlite:////data/app.db"

    with pytest.raises(Conflict, match="can't be restored into staging"):
        await room.restoring.weigh(APP, 1, STAGING)


async def test_an_unknown_one_is_named(room: Room) -> None:
    with pytest.raises(NotFound, match="no backup 9"):
        await restore(room, 9)


async def test_killed_at_any_step_the_database_has_the_one_or_the_other(tmp_path: Path) -> None:
    whole = await make_room(tmp_path / "whole")
    await back_up(whole)
    before = len(whole.life.calls)
    await write(whole)
    await restore(whole)

    for number in range(before, len(whole.life.calls)):
        for after in (False, True):
            room = await make_room(tmp_path / f"{number}-{after}", life=Life(at=number, after=after))
            await back_up(room)
            await write(room)
            with pytest.raises((Died, BaseExceptionGroup)):
                await restore(room)

            following = room.next_server()
            await following.keeping.clear_up()

            where = f"{'after' if after else 'before'} {whole.life.calls[number]} ({number})"
            replaced = whole.life.calls[number] == "dumps.replace" and after
            assert await orders_of(following) == (3 if replaced else 5), where
            assert (following.left(), following.scratches.there) == ([], {}), where
            await restore(following)
            assert await orders_of(following) == 3, where


async def test_the_guard_puts_one_back_while_its_own_migration_is_noted(room: Room) -> None:
    await back_up(room)
    await write(room)
    await room.store.passages.create(make_passage(status=PassageStatus.MIGRATING))

    await room.restoring.put_back(APP, 1, by="the guard", report=Told())

    assert await orders_of(room) == 3
    assert len(await room.store.backups.list(APP)) == 1


async def test_the_backup_that_is_restored_stays_whatever_its_age(room: Room) -> None:
    keep = Keep(count=1)
    room.described[PRODUCTION] = Environment(
        name=PRODUCTION, services=(), migrations=Migrations(command=("x",), keep=keep)
    )
    await back_up(room)
    await write(room)

    await restore(room)
    kept = sorted(each.number for each in await room.store.backups.list(APP))
    await room.keeping.clear_up()

    assert kept == [1, 2]
    assert [each.number for each in await room.store.backups.list(APP)] == [2]
