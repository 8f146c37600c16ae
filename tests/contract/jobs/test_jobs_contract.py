"""What every runner of jobs does: the one in memory is held to what Docker and the adapter to ECS really do."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fairway.adapters.docker import names
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.ecs.jobs import EcsJobs
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.jobs import Deed, MemoryJobs
from fairway.adapters.system.clock import SystemClock
from fairway.domain.app import MIB
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, JobId, RunNumber
from fairway.domain.image import Image
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.jobs import OUTPUT, JobEnd, JobFile, Jobs, JobSpec
from support import docker_room
from support.ecs_room import open_room
from support.ecs_scheduler import Made, Program
from support.sampled import sampled

INSTANCE = f"t-jobs-{os.getpid()}"
JOB = JobId(f"{os.getpid():012x}")
WRITES = """
mkdir -p report/deep && printf hello > report/a.txt && printf 0123456789 > report/deep/big.txt
ln -s /etc/passwd report/link && echo "URL=$TARGET" >> "$FAIRWAY_OUTPUT"
"""


def spec_of(image: Image, *command: str) -> JobSpec:
    return JobSpec(
        app=AppName("shop"),
        environment=EnvironmentName("staging"),
        execution=ExecutionNumber(42),
        name="smoke",
        image=image,
        command=command,
        cpu=1.0,
        memory=256 * MIB,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A runner, and specifications of jobs that print, fail, hang, leave files, or can't be started."""

    jobs: Jobs
    prints: JobSpec
    fails: JobSpec
    hangs: JobSpec
    writes: JobSpec
    absent: JobSpec
    counts: JobSpec

    async def run(
        self, spec: JobSpec, lines: list[str] | None = None, *, job: JobId = JOB, timeout: float = 30.0
    ) -> JobEnd:
        variables = {"TARGET": "http://web:3000", "FAIRWAY_OUTPUT": OUTPUT}
        return await self.jobs.run(job, spec, variables, ([] if lines is None else lines).append, timeout=timeout)

    async def files(self, path: str, *, largest: int = 1000) -> dict[str, JobFile]:
        return {file.path: file async for file in self.jobs.files(JOB, path, largest=largest)}


def specs(image: Image) -> dict[str, JobSpec]:
    return {
        "prints": spec_of(image, "sh", "-c", "echo one; echo two"),
        "fails": spec_of(image, "sh", "-c", "echo no coupons >&2; exit 3"),
        "hangs": spec_of(image, "sh", "-c", "echo waits; trap '' TERM; sleep 600"),
        "writes": spec_of(image, "sh", "-c", WRITES),
        "absent": spec_of(Image(repository="localhost:21499/t-jobs-absent", digest="sha256:" + "0" * 64), "absent"),
        "counts": spec_of(image, "sh", "-c", "sleep 1; echo done"),
    }


@pytest.fixture
async def memory_room() -> Room:
    made = specs(Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64))
    left = {"report/a.txt": b"hello", "report/deep/big.txt": b"0123456789", OUTPUT: b"URL=http://web:3000\n"}
    deeds: Mapping[tuple[str, ...], Deed] = {
        made["prints"].command: Deed(lines=("one", "two")),
        made["fails"].command: Deed(lines=("no coupons",), code=3),
        made["hangs"].command: Deed(lines=("waits",), takes=600.0, obeys=False),
        made["writes"].command: Deed(files=left),
        made["absent"].command: Deed(refused="there is no such image"),
        made["counts"].command: Deed(lines=("done",), takes=0.2),
    }
    return Room(jobs=MemoryJobs(LoopClock(), lambda spec: deeds[spec.command]), **made)


@pytest.fixture(scope="module")
def image() -> Image:
    return docker_room.local_image()


@pytest.fixture(scope="module")
def swept() -> Iterator[None]:
    docker_room.sweep(INSTANCE)
    yield
    docker_room.sweep(INSTANCE)


@pytest.fixture
async def engine(swept: None) -> AsyncIterator[DockerEngine]:
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        yield engine
    docker_room.sweep_containers(INSTANCE)


@pytest.fixture
async def docker_made(engine: DockerEngine, image: Image) -> Room:
    return Room(jobs=DockerJobs(engine), **specs(image))


@pytest.fixture
async def ecs_made() -> AsyncIterator[Room]:
    made = specs(Image(repository="111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop", digest="sha256:" + "1" * 64))
    deeds: Mapping[tuple[str, ...], tuple[Program, tuple[str, ...]]] = {
        made["prints"].command: (Program(lives=1), ("one", "two")),
        made["fails"].command: (Program(lives=1, code=3), ("no coupons",)),
        made["hangs"].command: (Program(obeys=3), ("waits",)),
        made["absent"].command: (Program(refused="CannotPullContainerError: there is no such image"), ()),
        made["counts"].command: (Program(lives=4), ("done",)),
    }

    def deed(container: Mapping[str, Any]) -> tuple[Program, tuple[str, ...]]:
        return deeds[*container["entryPoint"], *container["command"]]

    with open_room(lambda container: deed(container)[0]) as room:

        def prints(task: Made) -> None:
            container = room.scheduler.backend.describe_task_definition(task.definition).container_definitions[0]
            room.prints(f"shop/staging/job/{task.id}", *deed(container)[1])

        async def pass_time() -> None:
            while True:
                room.scheduler.turn()
                await asyncio.sleep(0.05)

        room.scheduler.running = prints
        passing = asyncio.create_task(pass_time())
        yield Room(jobs=EcsJobs(room.session, room.places, "i1", SystemClock(), again=0.05), **made)
        passing.cancel()


@pytest.fixture(params=sampled(["memory_room", "docker_made", "ecs_made"], (0, 1)))
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


@pytest.fixture(params=["memory_room", "docker_made"])
def with_files(request: pytest.FixtureRequest) -> Room:
    """Those whose files can be had. A task's disk on ECS goes with it."""
    made: Room = request.getfixturevalue(request.param)
    return made


async def test_a_job_runs_to_its_end_and_its_lines_are_told(room: Room) -> None:
    lines: list[str] = []

    end = await room.run(room.prints, lines)

    assert (end.code, end.timed_out, lines) == (0, False, ["one", "two"])


async def test_a_job_that_fails_says_with_which_code(room: Room) -> None:
    lines: list[str] = []

    end = await room.run(room.fails, lines)

    assert (end.code, lines) == (3, ["no coupons"])


async def test_a_job_is_run_once_however_often_it_is_asked_for(room: Room) -> None:
    first = await room.run(room.prints)
    lines: list[str] = []

    second = await room.run(room.fails, lines)

    assert (second.code, lines) == (first.code, ["one", "two"])
    assert await room.jobs.list() == [JOB]


async def test_a_job_whose_watcher_was_cut_off_goes_on_and_is_found_again(room: Room) -> None:
    lines: list[str] = []
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(room.run(room.counts))
        await docker_room.until(room.jobs.list)
        watching.cancel()

    end = await room.run(room.counts, lines)

    assert (end.code, lines) == (0, ["done"])


async def test_a_job_whose_time_is_over_is_ended_and_says_so(room: Room) -> None:
    lines: list[str] = []

    end = await room.run(room.hangs, lines, timeout=1.0)
    again = await room.run(room.hangs, timeout=1.0)

    assert (end.timed_out, end.code, lines) == (True, 137, ["waits"])
    assert again.timed_out


async def test_the_files_that_a_job_left_can_be_read(with_files: Room) -> None:
    await with_files.run(with_files.writes)

    output = await with_files.files(OUTPUT)
    report = await with_files.files("report", largest=5)
    deep = await with_files.files("report/deep")

    assert output[OUTPUT].content == b"URL=http://web:3000\n"
    assert {path: (file.size, file.content) for path, file in report.items()} == {
        "report/a.txt": (5, b"hello"),
        "report/deep/big.txt": (10, None),
    }
    assert list(deep) == ["report/deep/big.txt"]
    assert await with_files.files("no-such-folder") == {}


async def test_a_job_that_writes_nothing_has_an_empty_output(with_files: Room) -> None:
    await with_files.run(with_files.prints)

    assert (await with_files.files(OUTPUT))[OUTPUT].content == b""


async def test_a_job_whose_image_can_not_be_had_is_refused_and_leaves_nothing(room: Room) -> None:
    with pytest.raises((WorkFailed, Unavailable)):
        await room.run(room.absent)

    assert await room.jobs.list() == []


async def test_a_removed_job_is_gone_though_it_ran_and_a_second_time_is_no_error(with_files: Room) -> None:
    lines: list[str] = []

    async def printed() -> bool:
        return lines == ["waits"]

    async def watch() -> None:
        with contextlib.suppress(WorkFailed):
            await with_files.run(with_files.hangs, lines)

    async with asyncio.TaskGroup() as group:
        group.create_task(watch())
        await docker_room.until(printed)

        await with_files.jobs.remove(JOB)

    await with_files.jobs.remove(JOB)
    assert await with_files.jobs.list() == []
    assert await with_files.files("report") == {}


async def test_jobs_are_no_tasks_of_the_engine(engine: DockerEngine, docker_made: Room) -> None:
    await docker_made.run(docker_made.prints)

    tasks = await engine.observe()

    assert tasks == []
    assert await docker_made.jobs.list() == [JOB]


async def test_a_container_that_was_made_and_never_started_is_started(docker_made: Room, engine: DockerEngine) -> None:
    jobs = DockerJobs(engine)
    made = await jobs._create(JOB, docker_made.prints, {})
    lines: list[str] = []

    end = await docker_made.run(docker_made.prints, lines)

    assert (end.code, lines) == (0, ["one", "two"])
    assert docker_room.inspect(made)["State"]["Status"] == "exited"


async def test_a_program_that_is_not_in_the_image_is_named(docker_made: Room, image: Image) -> None:
    lines: list[str] = []

    end = await docker_made.run(spec_of(image, "no-such-program"), lines)

    assert end.code == 127
    assert "no-such-program" in lines[0]


@pytest.mark.exhaustive
async def test_a_question_without_a_line_end_is_told_though_the_job_ends_at_once(
    docker_made: Room, image: Image
) -> None:
    """Docker's answer that follows a container may end before it has the last of what was printed."""
    asks = spec_of(image, "sh", "-c", "printf 'Are you sure? (y/N) '; read answer || exit 1")
    told: list[list[str]] = []
    for number in range(12):
        lines: list[str] = []
        job = JobId(f"{os.getpid() + number + 1:012x}")

        end = await docker_made.run(asks, lines, job=job)

        assert end.code == 1
        told.append(lines)
        await docker_made.jobs.remove(job)

    assert told == [["Are you sure? (y/N) "]] * 12


async def test_variables_are_in_no_argument(docker_made: Room) -> None:
    await docker_made.run(docker_made.writes)

    container = docker_room.docker("ps", "-aq", "--filter", f"label=fairway.job={JOB}").strip()
    inspected = docker_room.inspect(container)

    assert "http://web:3000" not in str(inspected["Args"])
    assert inspected["HostConfig"]["Memory"] == 256 * MIB
    assert inspected["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]


async def test_files_that_it_is_given_lie_in_it_before_it_starts(docker_made: Room, image: Image) -> None:
    spec = replace(spec_of(image, "sh", "-c", "cat /fairway/sql/a.sql"), files={"/fairway/sql/a.sql": "SELECT 'ä';\n"})
    lines: list[str] = []

    end = await docker_made.run(spec, lines)

    assert (end.code, lines) == (0, ["SELECT 'ä';"])


async def test_one_that_has_begun_is_watched_to_its_end_by_whoever_comes(room: Room) -> None:
    lines: list[str] = []
    await room.jobs.begin(JOB, room.fails, {})
    await room.jobs.begin(JOB, room.fails, {})

    end = await room.jobs.watch(JOB, lines.append, timeout=30.0)
    again = await room.jobs.watch(JOB, [].append, timeout=30.0)

    assert end is not None
    assert again is not None
    assert (end.code, again.code, lines) == (3, 3, ["no coupons"])


async def test_one_that_is_not_there_is_watched_to_no_end_and_stopped_without_an_error(room: Room) -> None:
    assert await room.jobs.watch(JOB, [].append, timeout=30.0) is None
    await room.jobs.stop(JOB, grace=1.0)


async def test_one_that_can_not_begin_leaves_nothing(room: Room) -> None:
    with pytest.raises((WorkFailed, Unavailable)):
        await room.jobs.begin(JOB, room.absent, {})

    assert list(await room.jobs.list()) == []


async def test_one_that_does_not_end_when_it_is_asked_is_killed(room: Room) -> None:
    seen = asyncio.Event()
    await room.jobs.begin(JOB, room.hangs, {})
    watching = asyncio.create_task(room.jobs.watch(JOB, lambda line: seen.set(), timeout=60.0))
    async with asyncio.timeout(30):
        await seen.wait()

    await room.jobs.stop(JOB, grace=1.0)
    end = await watching
    await room.jobs.stop(JOB, grace=1.0)

    assert end is not None
    assert (end.code, end.timed_out) == (137, False)


async def test_runs_and_actions_do_not_see_each_other(engine: DockerEngine, image: Image) -> None:
    spec = replace(spec_of(image, "true"), execution=None, run=RunNumber(7), name="report")
    actions, runs = DockerJobs(engine), DockerJobs(engine, names.RUN)

    await runs.begin(JOB, spec, {})

    assert (list(await actions.list()), list(await runs.list())) == ([], [JOB])
    await actions.remove(JOB)
    assert list(await runs.list()) == [JOB]
    await runs.remove(JOB)
