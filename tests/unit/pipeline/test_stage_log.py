"""The log of a stage: written, read, followed, bounded."""

import asyncio
from pathlib import Path

from fairway.pipeline.log import StageLogs


async def collect(logs: StageLogs, into: list[str]) -> None:
    async for line in logs.follow("shop-api", 1, "build"):
        into.append(line)  # noqa: PERF401 - each line is looked at as it comes


async def test_a_follower_gets_what_was_there_and_what_comes_until_the_end(tmp_path: Path) -> None:
    logs, first, second = StageLogs(tmp_path), list[str](), list[str]()

    async with asyncio.TaskGroup() as group:
        with logs.write("shop-api", 1, "build", resume=False) as log:
            log("one")
            group.create_task(collect(logs, first))
            await asyncio.sleep(0)
            log("two")
            group.create_task(collect(logs, second))
            for _ in range(5):
                await asyncio.sleep(0)
            log("three")
            assert "two" in first
    await collect(logs, after := [])

    assert first == second == after == ["one", "two", "three"]


async def test_a_log_that_was_never_written_is_empty(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path)

    await collect(logs, lines := [])

    assert lines == []
    assert logs.read("shop-api", 1, "build") == ""


def test_a_resumed_stage_goes_on_in_its_log_and_a_new_one_begins_anew(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path)
    for resume, text in ((False, "old"), (False, "one"), (True, "two")):
        with logs.write("shop-api", 1, "build", resume=resume) as log:
            log(text)

    assert logs.read("shop-api", 1, "build") == "one\ntwo\n"
    assert logs.tail("shop-api", 1, "build", 1) == ("two",)


def test_every_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path)
    with logs.write("shop-api", 1, "build", resume=False) as log:
        log("npm ci\r\nadded 3 packages\0")
        log("")

        assert logs.read("shop-api", 1, "build") == "npm ci\nadded 3 packages\n\n"


def test_odd_text_is_kept_readable(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path)
    with logs.write("shop-api", 1, "build", resume=False) as log:
        log("half a pair \ud83d, Ünïcode ✓")

    assert "Ünïcode ✓" in logs.read("shop-api", 1, "build")


def test_an_endless_log_is_cut(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path, limit=100)
    with logs.write("shop-api", 1, "build", resume=False) as log:
        for _ in range(1000):
            log("x" * 9)

    text = logs.read("shop-api", 1, "build")
    assert text.startswith("x" * 9 + "\n")
    assert "the rest is not kept" in text.splitlines()[-1]
    assert len(text) < 200


def test_lines_to_a_closed_log_are_dropped(tmp_path: Path) -> None:
    logs = StageLogs(tmp_path)
    with logs.write("shop-api", 1, "build", resume=False) as log:
        log("in time")
    log("late")

    assert logs.read("shop-api", 1, "build") == "in time\n"
