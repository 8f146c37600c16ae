"""Which backups stay, and that what goes never leaves a record that promises a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairway.domain.app import Environment
from fairway.domain.backup import Backup, Keep, Occasion, Verdict
from fairway.domain.ids import ReleaseNumber
from fairway.domain.migrations import Migrations
from fairway.errors import Unavailable
from fairway.migrate.backups.backing import Order
from support.backups_room import Died, Life, Room, make_room
from support.guard_values import make_backup
from support.pipeline_values import APP, PRODUCTION, STAGING, make_release


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    return await make_room(tmp_path)


async def back_up(room: Room, environment: str = PRODUCTION, *, keep: int = 2, release: int | None = None) -> Backup:
    target = replace(await room.targets.find(APP, environment), keep=Keep(count=keep))  # type: ignore[arg-type]
    number = None if release is None else ReleaseNumber(release)
    order = Order(target=target, occasion=Occasion.MIGRATION, by="", release=number)
    async with room.backing.backed_up(order) as made:
        return made.backup


async def numbers(room: Room) -> list[int]:
    return sorted(each.number for each in await room.store.backups.list(APP))


async def test_a_new_backup_lets_the_oldest_go_with_its_file(room: Room) -> None:
    events = room.notices.follow()
    for _ in range(3):
        await back_up(room)

    told = [await anext(events) for _ in range(4)]
    assert [each.kind for each in told] == ["backup.verified"] * 3 + ["backup.removed"]
    assert "backup 1 of DATABASE_URL was removed" in told[3].text
    assert await numbers(room) == [2, 3]
    assert room.files() == ["shop-api.2.backup", "shop-api.3.backup"]


async def test_environments_and_databases_are_counted_apart(room: Room) -> None:
    await back_up(room, STAGING)
    for _ in range(2):
        await back_up(room)

    assert await numbers(room) == [1, 2, 3]


async def test_what_a_kept_release_was_migrated_after_stays(room: Room) -> None:
    release = await room.store.releases.create(make_release(app=APP))
    await back_up(room, release=release.number)
    for _ in range(3):
        await back_up(room)

    assert await numbers(room) == [1, 3, 4]


async def test_age_counts_too_but_the_newest_verified_one_stays(room: Room) -> None:
    keep = Keep(count=10, age=3600.0)
    room.described[PRODUCTION] = Environment(
        name=PRODUCTION, services=(), migrations=Migrations(command=("x",), keep=keep)
    )
    for _ in range(2):
        await back_up(room, keep=10)
    room.clock.at += 7200.0

    await room.keeping.clear_up()

    assert await numbers(room) == [2]
    assert room.files() == ["shop-api.2.backup"]


async def test_a_file_whose_record_is_gone_goes_and_another_stores_files_stay(room: Room) -> None:
    for _ in range(2):
        await back_up(room)
    await room.store.backups.delete(APP, [1])
    for name in ("another.1.backup", "shop-api.7.backup", "notes.txt"):
        (room.home / "vault" / name).write_bytes(b"x")

    await room.keeping.clear_up()

    assert room.files() == ["another.1.backup", "notes.txt", "shop-api.2.backup", "shop-api.7.backup"]


async def test_what_is_being_made_is_left_alone(room: Room) -> None:
    target = await room.targets.find(APP, PRODUCTION)
    order = Order(target=target, occasion=Occasion.MIGRATION, by="")

    async with room.backing.backed_up(order) as made:
        await room.keeping.clear_up()
        copy = room.world.at(made.scratch.address)

    assert copy.rows
    assert made.backup.verdict is Verdict.VERIFIED


async def test_a_backup_that_is_under_way_is_not_taken_for_one_that_was_left(room: Room) -> None:
    fresh = make_backup(app=APP, verdict=Verdict.TAKEN, at=room.clock.at)

    async with room.ledger.begun(fresh) as taken:
        await room.keeping.clear_up()
        during = await room.store.backups.get(APP, taken.number)
    await room.keeping.clear_up()
    afterwards = await room.store.backups.get(APP, taken.number)

    assert during.verdict is Verdict.TAKEN
    assert (afterwards.verdict, afterwards.cause) == (Verdict.FAILED, "the server ended while it was made")


async def test_an_app_that_is_deleted_takes_its_backups_with_it(room: Room) -> None:
    await back_up(room)
    await back_up(room, STAGING)

    await room.keeping.forget(APP)

    assert (await numbers(room), room.files()) == ([], [])


async def test_a_backup_does_not_fail_because_old_ones_cannot_go(room: Room) -> None:
    await back_up(room, keep=1)

    async def fail(file: str) -> None:
        raise Unavailable("the vault is away")

    room.vault.remove = fail  # type: ignore[method-assign]

    assert (await back_up(room, keep=1)).verdict is Verdict.VERIFIED


async def test_killed_while_one_goes_no_record_promises_a_file_that_is_gone(tmp_path: Path) -> None:
    whole = await make_room(tmp_path / "whole")
    await back_up(whole, keep=1)
    before = len(whole.life.calls)
    await back_up(whole, keep=1)

    for number in range(before, len(whole.life.calls)):
        for after in (False, True):
            room = await make_room(tmp_path / f"{number}-{after}", life=Life(at=number, after=after))
            await back_up(room, keep=1)
            with pytest.raises((Died, BaseExceptionGroup)):
                await back_up(room, keep=1)

            verified = {each.file for each in await room.store.backups.list(APP) if each.verdict is Verdict.VERIFIED}
            assert verified
            assert verified <= {*room.files()}, (whole.life.calls[number], after)
