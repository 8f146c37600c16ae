"""Every line that a task prints is kept once, whoever is killed in between."""

import asyncio

from fairway.domain.ids import AppName
from fairway.domain.observed import TaskStatus
from fairway.domain.printed import ERR, NOTICE, OUT, Piece
from fairway.errors import Unavailable
from fairway.logkeeping.collector import CUT, PATIENCE
from fairway.logkeeping.reader import HOLE
from support.log_room import NOW, LogRoom, line, make_task
from support.masks import Hiding

FULL = Unavailable("the log can't be kept", why="No space left on device")


async def test_a_task_is_followed_from_its_first_line_to_its_last() -> None:
    room, task = LogRoom(), make_task()
    room.printing.print(task.id, line(1), line(2))

    async with room.collecting():
        room.observe(task)
        await room.until(lambda: len(room.kept(task)) == 2)
        room.printing.print(task.id, line(3, stream=ERR))
        await room.until(lambda: len(room.kept(task)) == 3)
        room.printing.print(task.id, line(4))
        room.stop(task)
        await room.until(lambda: len(room.kept(task)) == 4)

    assert room.kept(task) == [line(1), line(2), line(3, stream=ERR), line(4)]


async def test_a_task_that_is_being_made_is_read_when_it_runs() -> None:
    room, pending, task = LogRoom(), make_task(status=TaskStatus.PENDING), make_task()

    async with room.collecting():
        room.observe(pending)
        await asyncio.sleep(3)
        asked = room.printing.faults.calls["pieces"]
        room.printing.print(task.id, line(1))
        room.observe(task)
        await room.until(lambda: room.kept(task) == [line(1)])

    assert asked == 0


async def test_a_killed_collector_s_successor_goes_on_after_the_last_line_kept() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    room.printing.print(task.id, *map(line, range(5)))
    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 5)
    room.printing.print(task.id, *map(line, range(5, 9)))

    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 9)
        await asyncio.sleep(5)

    assert room.kept(task) == [line(number) for number in range(9)]


async def test_lines_of_one_instant_and_both_streams_are_told_apart_after_a_restart() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    at_once = [Piece(NOW, OUT, b"a"), Piece(NOW, ERR, b"b"), Piece(NOW, OUT, b"c"), Piece(NOW, OUT, b"d")]
    room.printing.print(task.id, *at_once[:3])
    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 3)
    late = [Piece(NOW - 200, ERR, b"written late"), Piece(NOW + 1, ERR, b"e")]
    room.printing.print(task.id, at_once[3], *late)

    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) >= 5)

    assert [piece.data for piece in room.kept(task)] == [b"a", b"b", b"c", b"d", b"e"]


async def test_a_long_line_that_had_not_ended_when_the_collector_died_is_kept_whole() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    begun = [Piece(NOW, OUT, b"x" * 16384, ends=False), Piece(NOW, OUT, b"y" * 16384, ends=False)]
    room.printing.print(task.id, begun[0], Piece(NOW + 10**10, ERR, b"ten seconds later"))
    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 2)
    room.printing.print(task.id, begun[1], Piece(NOW, OUT, b"end"))

    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 4)

    assert [piece.data[:3] for piece in room.kept(task)] == [b"xxx", b"ten", b"yyy", b"end"]


async def test_a_gap_that_the_engine_left_is_said_in_the_log_where_it_is() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    room.printing.print(task.id, *map(line, range(5)))
    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) == 5)
    room.printing.print(task.id, *map(line, range(5, 5000)))
    room.printing.lose(task.id, 4000)

    async with room.collecting():
        await room.until(lambda: len(room.kept(task)) > 1000)

    kept = room.kept(task)
    assert kept[4:7] == [line(4), Piece(line(4000).stamp, NOTICE, HOLE.encode()), line(4000)]
    assert sum(piece.stream == NOTICE for piece in kept) == 1


async def test_a_removal_waits_until_the_last_lines_are_kept_though_nobody_saw_the_task() -> None:
    room, task = LogRoom(), make_task(status=TaskStatus.STOPPED)
    room.printing.print(task.id, line(1), line(2))
    room.printing.end(task.id)

    async with room.collecting() as collector:
        await collector.finish(task)

        assert room.kept(task) == [line(1), line(2)]


async def test_lines_between_the_last_look_and_the_end_are_kept_before_the_removal() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    async with room.collecting() as collector:
        await asyncio.sleep(3)
        room.printing.print(task.id, line(1))
        room.printing.end(task.id)

        await collector.finish(task)
        room.remove(task)
        await asyncio.sleep(3)

    assert room.kept(task) == [line(1)]


async def test_a_removal_waits_no_longer_than_two_seconds_and_the_log_says_what_it_lacks() -> None:
    room, task = LogRoom(), make_task(status=TaskStatus.STOPPED)
    room.printing.print(task.id, line(1))
    room.printing.faults.hang("pieces")
    async with room.collecting() as collector:
        begun = room.clock.now()

        await collector.finish(task)

        assert room.clock.now() - begun == PATIENCE
        assert [piece.data for piece in room.kept(task)] == [CUT.encode()]


async def test_a_removal_waits_for_nobody_when_no_logs_are_kept() -> None:
    room = LogRoom()
    async with room.collecting() as collector:
        pass

    await collector.finish(make_task(status=TaskStatus.STOPPED))


async def test_on_a_full_disk_it_is_told_once_and_goes_on_by_itself_when_there_is_room() -> None:
    room, tasks = LogRoom(), [make_task(f"{number:012x}") for number in range(3)]
    room.store.full = FULL
    for task in tasks:
        room.printing.print(task.id, line(1), line(2))

    async with room.collecting():
        room.observe(*tasks)
        await asyncio.sleep(60)
        while_full = [event.kind for event in room.told]
        room.store.full = None
        await room.until(lambda: all(len(room.kept(task)) == 2 for task in tasks))
        await asyncio.sleep(20)

    assert while_full == ["logs.troubled"]
    assert [event.kind for event in room.told] == ["logs.troubled", "logs.recovered"]
    assert "No space left on device" in room.told[0].text
    assert [room.kept(task) for task in tasks] == [[line(1), line(2)]] * 3


async def test_an_engine_that_comes_back_is_read_from_where_it_broke_off() -> None:
    room, task = LogRoom(), make_task()
    room.observe(task)
    async with room.collecting():
        room.printing.print(task.id, line(1))
        await room.until(lambda: len(room.kept(task)) == 1)
        room.printing.faults.fail("pieces", Unavailable("Docker does not answer"))
        room.printing.print(task.id, line(2))
        await asyncio.sleep(30)
        room.printing.faults.mend()
        await room.until(lambda: len(room.kept(task)) >= 2)
        await asyncio.sleep(5)

    assert room.kept(task) == [line(1), line(2)]


async def test_a_flood_is_read_at_a_bounded_pace_and_loses_nothing_that_the_engine_still_has() -> None:
    room, task, calm = LogRoom(), make_task(), make_task("00000000000c")
    flood = [Piece(NOW + number, OUT, b"%0900d" % number) for number in range(12_000)]
    async with room.collecting():
        room.observe(task, calm)
        await asyncio.sleep(2)
        begun = room.clock.now()
        for number in range(0, len(flood), 100):
            room.printing.print(task.id, *flood[number : number + 100])
            await asyncio.sleep(0.001)
        room.printing.print(calm.id, line(1))
        await room.until(lambda: len(room.kept(calm)) == 1, within=0.5)
        await room.until(lambda: len(room.kept(task)) >= len(flood))
        took = room.clock.now() - begun

    assert room.kept(task) == flood
    assert 4 < took < 20


async def test_the_logs_of_a_deleted_app_go_and_are_not_begun_again() -> None:
    room, task = LogRoom(), make_task()
    room.printing.print(task.id, line(1))
    async with room.collecting() as collector:
        room.observe(task)
        await room.until(lambda: len(room.kept(task)) == 1)

        await collector.forget(AppName("shop"))
        room.printing.print(task.id, line(2))
        room.stop(task)
        await asyncio.sleep(5)
        await collector.finish(task)

    assert room.store.kept == {}


async def test_logs_of_apps_that_are_gone_are_swept_and_those_of_running_tasks_are_not() -> None:
    room, task, gone = LogRoom(), make_task(), make_task("00000000000a")
    room.printing.print(task.id, line(1))
    await room.apps.create(AppName("blog"), at=1.0)
    async with room.collecting():
        room.observe(task)
        await asyncio.sleep(65)
        while_it_runs = room.kept(task)
        room.stop(task)
        await asyncio.sleep(5)
        room.remove(task)
        await asyncio.sleep(65)

    assert while_it_runs == [line(1)]
    assert room.kept(task) == room.kept(gone) == []


async def test_a_task_that_is_gone_is_given_up() -> None:
    room, task = LogRoom(), make_task()
    async with room.collecting():
        room.observe(task)
        room.printing.print(task.id, line(1))
        await room.until(lambda: len(room.kept(task)) == 1)
        room.remove(task)
        await asyncio.sleep(120)
        asked = room.printing.faults.calls["pieces"]
        await asyncio.sleep(60)

    assert room.printing.faults.calls["pieces"] == asked


async def test_a_secret_that_a_task_prints_is_kept_masked_and_no_line_is_lost_for_it() -> None:
    room, task = LogRoom(), make_task()
    room.masks = Hiding("kraken-4711")
    told, silent = Piece(NOW, OUT, b"the key is kraken-4711\xff"), line(1)
    room.printing.print(task.id, told, silent)

    async with room.collecting():
        room.observe(task)
        await room.until(lambda: len(room.kept(task)) == 2)
    async with room.collecting():
        await asyncio.sleep(3)

    assert [piece.data for piece in room.kept(task)] == ["the key is •••".encode() + b"\xff", silent.data]
