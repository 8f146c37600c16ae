"""Backups are restored again to see that they can be, and only one whose file was changed is given up."""

from pathlib import Path

import pytest

from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.errors import Conflict, NotFound, Unavailable, WorkFailed
from fairway.ports.guarding import Damaged
from support.backups_room import Room, Told, make_room
from support.guard_values import make_backup
from support.pipeline_values import APP, PRODUCTION, STAGING


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    made = await make_room(tmp_path)
    await made.backing.back_up(APP, PRODUCTION, occasion=Occasion.REQUEST, by="ada")
    return made


async def kept(room: Room) -> Backup:
    return await room.store.backups.get(APP, 1)


def tamper(room: Room) -> None:
    file = room.home / "vault" / "shop-api.1.backup"
    file.write_bytes(b"X" + file.read_bytes()[1:])


async def test_one_that_is_whole_stays_verified(room: Room) -> None:
    verified = await room.verifying.verify(APP, 1, report=Told())

    assert (verified.backup, verified.recovery > 0) == (await kept(room), True)
    assert (room.left(), room.scratches.there) == ([], {})


async def test_it_does_not_need_the_database_that_it_was_made_of(room: Room) -> None:
    room.world.unreachable.add("db")
    room.values[PRODUCTION] = {}

    assert (await room.verifying.verify(APP, 1, report=Told())).backup.verdict is Verdict.VERIFIED


async def test_one_whose_file_was_changed_is_failed_and_the_file_goes(room: Room) -> None:
    tamper(room)

    with pytest.raises(Damaged):
        await room.verifying.verify(APP, 1, report=Told())

    backup = await kept(room)
    assert (backup.verdict, "was changed" in backup.cause) == (Verdict.FAILED, True)
    assert room.files() == []


@pytest.mark.parametrize("error", [WorkFailed("too little disk"), Unavailable("Docker does not answer")])
async def test_a_copy_that_could_not_be_made_is_no_reason_to_give_it_up(
    room: Room, error: WorkFailed | Unavailable
) -> None:
    room.scratches.faults.fail("open", error)

    with pytest.raises(type(error)):
        await room.verifying.verify(APP, 1, report=Told())

    assert (await kept(room)).verdict is Verdict.VERIFIED
    assert room.files() == ["shop-api.1.backup"]


async def test_neither_is_one_that_differs_or_a_file_that_is_away(room: Room) -> None:
    room.dumps.faults.lie("restore")
    with pytest.raises(WorkFailed, match="not what was backed up"):
        await room.verifying.verify(APP, 1, report=Told())
    (room.home / "vault" / "shop-api.1.backup").rename(room.home / "vault" / "away")

    with pytest.raises(WorkFailed, match="is gone"):
        await room.verifying.verify(APP, 1, report=Told())

    assert (await kept(room)).verdict is Verdict.VERIFIED


async def test_a_drill_is_noted_with_its_recovery_time(room: Room) -> None:
    events = room.notices.follow()

    drill = await room.verifying.drill(APP, 1, report=Told())

    told = await anext(events)
    assert (await kept(room)).drills == (drill,)
    assert (drill.seconds > 0, drill.differences) == (True, ())
    assert told.kind == "drill.succeeded"


async def test_a_drill_that_failed_is_noted_with_what_was_wrong(room: Room) -> None:
    events = room.notices.follow()
    room.dumps.faults.fail("restore", WorkFailed("it can't be restored", why="no extension postgis"))

    with pytest.raises(WorkFailed):
        await room.verifying.drill(APP, 1, report=Told())

    backup = await kept(room)
    assert backup.verdict is Verdict.VERIFIED
    assert [each.differences for each in backup.drills] == [("it can't be restored: no extension postgis",)]
    assert (await anext(events)).kind == "drill.failed"


async def test_an_engine_that_does_not_answer_is_no_drill(room: Room) -> None:
    room.scratches.faults.fail("open", Unavailable("Docker does not answer"))

    with pytest.raises(Unavailable):
        await room.verifying.drill(APP, 1, report=Told())

    assert (await kept(room)).drills == ()


async def test_one_that_failed_holds_nothing_to_verify(room: Room) -> None:
    await room.store.backups.create(make_backup(app=APP, verdict=Verdict.FAILED, file="", cause="no disk"))

    with pytest.raises(Conflict) as raised:
        await room.verifying.verify(APP, 2, report=Told())

    assert raised.value.why == "no disk"


async def test_the_newest_that_is_verified_is_found(room: Room) -> None:
    await room.store.backups.create(make_backup(app=APP, verdict=Verdict.FAILED, file=""))

    assert (await room.verifying.newest(APP, PRODUCTION)).number == 1
    with pytest.raises(NotFound, match="no backup that is VERIFIED"):
        await room.verifying.newest(APP, STAGING)
