"""What every engine does: the one in memory is held to what Docker really does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.engine import MemoryEngine, Program
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Task, TaskStatus
from fairway.errors import Conflict, Unavailable, WorkFailed
from fairway.ports.engine import Engine, EngineEvent
from support import docker_room

TASK, OTHER = docker_room.TASK, TaskId("0123456789ab")
NO_VARIABLES: Mapping[str, str] = {}
ABSENT = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """An engine, and specifications whose tasks run on, end by themselves with 3, ignore their signal, or can't be."""

    engine: Engine
    runs: TaskSpec
    ends: TaskSpec
    ignores: TaskSpec
    absent: TaskSpec


def specs(image: Image) -> dict[str, TaskSpec]:
    # A shell, because it is deaf a moment after its start; Node.js would have to boot first.
    deaf = "trap '' TERM; while :; do sleep 1; done"
    absent = Image(repository="localhost:21499/t-docker-absent", digest=ABSENT)
    return {
        "runs": docker_room.make_spec(image),
        "ends": docker_room.make_spec(image, command=("node", "-e", "process.exit(3)")),
        "ignores": docker_room.make_spec(image, command=("sh", "-c", deaf)),
        "absent": docker_room.make_spec(absent),
    }


@pytest.fixture
async def memory_room() -> Room:
    made = specs(Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64))
    programs = {
        made["runs"].command: Program(starts=0.01),
        made["ends"].command: Program(starts=0.01, lives=0.05, code=3),
        made["ignores"].command: Program(starts=0.01, obeys=60.0),
    }

    def program(spec: TaskSpec) -> Program:
        return Program(refused="there is no such image") if spec.image.digest == ABSENT else programs[spec.command]

    return Room(engine=MemoryEngine(LoopClock(), program), **made)


@pytest.fixture
async def docker_made(docker_engine: DockerEngine, image: Image) -> Room:
    return Room(engine=docker_engine, **specs(image))


@pytest.fixture(params=["memory_room", "docker_made"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def wait(room: Room, task: TaskId, status: TaskStatus) -> Task:
    async def look() -> Task | None:
        found = await docker_room.seen(room.engine, task)
        return found if found is not None and found.status is status else None

    return await docker_room.until(look)


async def test_an_engine_without_tasks_shows_none(room: Room) -> None:
    assert list(await room.engine.observe()) == []
    assert not room.engine.capabilities().rolls


async def test_a_started_task_is_seen_running_with_all_that_it_was_started_with(room: Room) -> None:
    spec = replace(room.runs, release=21, deployment=9)

    await room.engine.start(TASK, spec, NO_VARIABLES)

    (task,) = await room.engine.observe()
    assert (task.id, task.app, task.environment, task.service) == (TASK, "shop", "production", "web")
    assert (task.release, task.deployment, task.port, task.status) == (21, 9, 3000, TaskStatus.RUNNING)
    assert task.address is not None
    assert task.started_at is not None
    assert task.created_at <= task.started_at
    assert task.stopped_at is None
    assert task.exit is None


async def test_a_task_without_a_port_has_none(room: Room) -> None:
    await room.engine.start(TASK, replace(room.runs, port=None), NO_VARIABLES)

    (task,) = await room.engine.observe()
    assert task.port is None


async def test_starting_a_task_twice_starts_it_once(room: Room) -> None:
    await room.engine.start(TASK, room.runs, NO_VARIABLES)
    (before,) = await room.engine.observe()

    await room.engine.start(TASK, room.runs, NO_VARIABLES)

    (after,) = await room.engine.observe()
    assert after == before


async def test_starting_a_task_that_has_ended_does_not_start_it_again(room: Room) -> None:
    await room.engine.start(TASK, room.ends, NO_VARIABLES)
    before = await wait(room, TASK, TaskStatus.STOPPED)

    await room.engine.start(TASK, room.ends, NO_VARIABLES)

    assert await room.engine.observe() == [before]


async def test_a_task_that_ends_by_itself_is_seen_with_its_exit(room: Room) -> None:
    await room.engine.start(TASK, room.ends, NO_VARIABLES)

    task = await wait(room, TASK, TaskStatus.STOPPED)

    assert task.exit is not None
    assert (task.exit.code, task.exit.oom_killed) == (3, False)
    assert task.started_at is not None
    assert task.stopped_at is not None
    assert task.started_at <= task.stopped_at
    assert task.address is None


async def test_a_stopped_task_has_ended_when_stop_returns_and_stays_until_it_is_removed(room: Room) -> None:
    await room.engine.start(TASK, room.runs, NO_VARIABLES)
    await room.engine.start(OTHER, room.runs, NO_VARIABLES)

    await room.engine.stop(TASK, signal=None, timeout=10)
    stopped = await docker_room.seen(room.engine, TASK)
    await room.engine.remove(TASK)

    assert stopped is not None
    assert stopped.status is TaskStatus.STOPPED
    (left,) = await room.engine.observe()
    assert (left.id, left.status) == (OTHER, TaskStatus.RUNNING)


async def test_a_task_that_ignores_its_signal_is_killed(room: Room) -> None:
    await room.engine.start(TASK, room.ignores, NO_VARIABLES)
    if isinstance(room.engine, DockerEngine):
        await asyncio.sleep(0.5)  # until Node.js has its handler, which nothing but time shows from outside

    await room.engine.stop(TASK, signal="SIGTERM", timeout=0.3)

    (task,) = await room.engine.observe()
    assert task.exit is not None
    assert task.exit.code == 137


async def test_what_is_not_there_can_be_stopped_and_removed(room: Room) -> None:
    await room.engine.stop(TASK, signal=None, timeout=1)
    await room.engine.remove(TASK)
    await room.engine.forget(AppName("shop"), EnvironmentName("production"))

    assert list(await room.engine.observe()) == []


async def test_a_task_that_has_ended_can_be_stopped_again(room: Room) -> None:
    await room.engine.start(TASK, room.ends, NO_VARIABLES)
    before = await wait(room, TASK, TaskStatus.STOPPED)

    await room.engine.stop(TASK, signal=None, timeout=1)

    assert await room.engine.observe() == [before]


async def test_a_running_task_is_not_removed(room: Room) -> None:
    await room.engine.start(TASK, room.runs, NO_VARIABLES)

    with pytest.raises(Conflict, match=f"task {TASK} is running"):
        await room.engine.remove(TASK)

    (task,) = await room.engine.observe()
    assert task.status is TaskStatus.RUNNING


async def test_an_image_that_is_not_there_is_refused(room: Room) -> None:
    with pytest.raises((WorkFailed, Unavailable)) as caught:
        await room.engine.start(TASK, room.absent, NO_VARIABLES)

    assert "image" in str(caught.value) or "registry" in str(caught.value)
    task = await docker_room.seen(room.engine, TASK)
    assert task is None or (task.status is TaskStatus.STOPPED and task.exit is not None and task.exit.error)


async def test_a_stop_can_be_cancelled_and_called_again(room: Room) -> None:
    await room.engine.start(TASK, room.ignores, NO_VARIABLES)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await room.engine.stop(TASK, signal=None, timeout=30)
    await room.engine.stop(TASK, signal=None, timeout=0.3)

    (task,) = await room.engine.observe()
    assert task.status is TaskStatus.STOPPED


async def test_every_change_of_a_task_is_told(room: Room) -> None:
    told: list[EngineEvent] = []
    expected = EngineEvent(app=room.runs.app, environment=room.runs.environment)

    async with following(room.engine, told):
        await room.engine.start(TASK, room.runs, NO_VARIABLES)
        await heard(told)
        await room.engine.stop(TASK, signal=None, timeout=10)
        await heard(told)
        await room.engine.remove(TASK)
        await heard(told)

    assert set(told) <= {expected}


@contextlib.asynccontextmanager
async def following(engine: Engine, told: list[EngineEvent]) -> AsyncIterator[None]:
    async def follow() -> None:
        async for event in engine.events():
            told.append(event)  # noqa: PERF401 - a comprehension would tell nothing before the end

    async with asyncio.TaskGroup() as group:
        task = group.create_task(follow())
        await asyncio.sleep(0.2)  # a follower has no way to say that it has begun to listen
        yield
        task.cancel()


async def heard(told: list[EngineEvent]) -> None:
    async def look() -> bool:
        return bool(told)

    await docker_room.until(look)
    told.clear()


async def test_a_refused_start_is_a_failure_of_the_work(memory_room: Room, docker_made: Room) -> None:
    for room in (memory_room, docker_made):
        spec = room.absent if room is memory_room else replace(room.runs, command=None)
        with pytest.raises(WorkFailed):
            await room.engine.start(TASK, spec, NO_VARIABLES)
