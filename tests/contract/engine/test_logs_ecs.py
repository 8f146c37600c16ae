"""The lines of tasks on ECS, read from CloudWatch Logs (moto's)."""

from collections.abc import Iterator

import pytest

from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.logs import MILLISECOND, SECOND, EcsLogs, EcsPrinting, stamp_of
from fairway.adapters.memory.clock import LoopClock
from fairway.domain.ids import TaskId
from support.ecs_room import EcsRoom, open_room
from support.orchestrator_world import web

TASK = TaskId("0123456789abcdef0123456789abcdef")
STREAM = f"shop/production/web/{TASK}"


@pytest.fixture
def made() -> Iterator[EcsRoom]:
    with open_room() as room:
        yield room


@pytest.fixture
def engine(made: EcsRoom) -> EcsEngine:
    return made.engine()


@pytest.fixture
async def logs(made: EcsRoom, engine: EcsEngine) -> EcsLogs:
    made.scheduler.ids = [TASK]
    await engine.apply(web(1), variables={}, told={}, routed=True)
    made.scheduler.turn(2)
    await engine.observe()
    return EcsLogs(EcsPrinting(made.session, engine, made.places, LoopClock()))


async def read(logs: EcsLogs, task: TaskId = TASK, *, tail: int | None = None, since: float | None = None) -> list[str]:
    return [line.text async for line in logs.read(task, tail=tail, since=since)]


async def test_the_lines_come_in_order(made: EcsRoom, logs: EcsLogs) -> None:
    made.prints(STREAM, *(f"line {number}" for number in range(25)))

    assert await read(logs) == [f"line {number}" for number in range(25)]


async def test_the_tail_is_the_last_lines_in_one_call(made: EcsRoom, logs: EcsLogs) -> None:
    made.prints(STREAM, "one", "two", "three")
    made.session.calls.clear()

    assert await read(logs, tail=2) == ["two", "three"]
    assert await read(logs, tail=0) == []
    assert made.calls() == 1


async def test_what_was_printed_before_is_left_out(made: EcsRoom, logs: EcsLogs) -> None:
    made.prints(STREAM, "one")
    at = [line.at async for line in logs.read(TASK)][-1]

    assert await read(logs, since=at) == []
    assert await read(logs, since=at - 3600) == ["one"]


def test_the_time_of_a_line_leads_back_to_its_stamp() -> None:
    stamps = [(1764503212345 + step * 7919) * MILLISECOND for step in range(2000)]

    assert [stamp_of(stamp / SECOND) for stamp in stamps] == stamps


async def test_a_task_that_has_printed_nothing_and_one_that_is_not_there_have_no_lines(logs: EcsLogs) -> None:
    assert await read(logs) == []
    assert await read(logs, tail=10) == []
    assert await read(logs, TaskId("absent")) == []


async def test_a_task_that_failed_can_be_read_for_its_facts(made: EcsRoom, engine: EcsEngine, logs: EcsLogs) -> None:
    made.prints(STREAM, "Error: no DATABASE_URL")
    made.scheduler.end_by_itself(made.scheduler.tasks[TASK], 1)
    await engine.observe()

    assert await read(logs, tail=50) == ["Error: no DATABASE_URL"]
