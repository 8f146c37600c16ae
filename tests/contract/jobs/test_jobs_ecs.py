"""What only the runner of jobs on ECS shows: records that are definitions, failures in answers, no secret."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.ecs.jobs import EcsJobs
from fairway.domain.app import MIB
from fairway.domain.ids import AppName, EnvironmentName, JobId, RunNumber
from fairway.domain.image import Image
from fairway.errors import WorkFailed
from fairway.ports.jobs import JobSpec
from support.ecs_room import EcsRoom, open_room
from support.ecs_scheduler import Program

JOB = JobId("0123456789ab")
SPEC = JobSpec(
    app=AppName("shop"),
    environment=EnvironmentName("production"),
    run=RunNumber(7),
    name="report",
    image=Image(repository="ecr/shop", digest="sha256:" + "1" * 64),
    command=("node", "report.js", "--all"),
    cpu=0.5,
    memory=512 * MIB,
)


class Clock:
    """A time that a test sets, from that of the scheduler's tasks on; sleeping only lets others run."""

    def __init__(self) -> None:
        self.at = time.time()

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01)


@dataclass(slots=True, kw_only=True)
class Yard:
    room: EcsRoom
    clock: Clock
    program: Program

    def jobs(self) -> EcsJobs:
        """A new one, as after a restart of the server."""
        return EcsJobs(self.room.session, self.room.places, "i1", self.clock, again=0.01)


@pytest.fixture
async def yard() -> AsyncIterator[Yard]:
    def program(container: Mapping[str, Any]) -> Program:
        return made.program

    async def pass_time() -> None:
        while True:
            made.room.scheduler.turn()
            await asyncio.sleep(0.02)

    with open_room(program) as room:
        made = Yard(room=room, clock=Clock(), program=Program(lives=1))
        passing = asyncio.create_task(pass_time())
        yield made
        passing.cancel()


async def test_no_variable_is_in_the_definition_and_the_secret_goes_with_the_job(yard: Yard) -> None:
    jobs = yard.jobs()
    await jobs.run(JOB, SPEC, {"TOKEN": "hunter2-hunter2"}, print, timeout=30)
    described = await yard.room.session.call("ecs", "DescribeTaskDefinition", taskDefinition=f"fairway-i1-run-{JOB}")

    await jobs.remove(JOB)
    await jobs.remove(JOB)

    (container,) = described["taskDefinition"]["containerDefinitions"]
    assert "hunter2" not in json.dumps(described, default=str)
    assert container["secrets"][0]["name"] == "TOKEN"
    assert (container["entryPoint"], container["command"]) == (["node"], ["report.js", "--all"])
    assert await jobs.list() == []
    secrets = await yard.room.session.items("secretsmanager", "ListSecrets", "SecretList")
    assert secrets == []


async def test_what_nobody_watches_any_more_is_swept_away_and_what_runs_is_not(yard: Yard) -> None:
    jobs, running = yard.jobs(), JobId("1b2c3d4e5f60")
    await jobs.run(JOB, SPEC, {"TOKEN": "hunter2-hunter2"}, print, timeout=30)
    yard.program = Program(lives=1000)
    await jobs.begin(running, SPEC, {})
    await jobs.sweep(older=3000.0)
    young = await jobs.list()

    yard.clock.at += 3001.0
    await jobs.sweep(older=3000.0)

    assert sorted(young) == sorted([JOB, running])
    assert await jobs.list() == [running]
    assert await yard.room.session.items("secretsmanager", "ListSecrets", "SecretList") == []


async def test_an_answer_with_failures_is_a_failure_and_leaves_nothing(yard: Yard) -> None:
    yard.program = Program(refused="RESOURCE:MEMORY")

    with pytest.raises(WorkFailed) as caught:
        await yard.jobs().begin(JOB, SPEC, {})

    assert (caught.value.what, caught.value.why) == ("ECS can't start report", "RESOURCE:MEMORY")
    assert await yard.jobs().list() == []


async def test_a_job_that_ran_out_of_memory_says_so(yard: Yard) -> None:
    yard.program = Program(lives=1, code=137, oom_killed=True)

    end = await yard.jobs().run(JOB, SPEC, {}, print, timeout=30)

    assert (end.code, end.oom_killed) == (137, True)


async def test_one_that_was_recorded_and_never_started_is_started_by_the_server_that_comes_after(yard: Yard) -> None:
    await yard.jobs()._register(JOB, SPEC, {})

    end = await yard.jobs().run(JOB, SPEC, {}, print, timeout=30)

    assert (end.code, yard.room.scheduler.run_tasks) == (0, 1)


async def test_one_whose_task_ecs_has_forgotten_is_not_run_a_second_time(yard: Yard) -> None:
    await yard.jobs().run(JOB, SPEC, {}, print, timeout=30)
    yard.room.scheduler.tasks.clear()
    yard.clock.at += 3601

    with pytest.raises(WorkFailed, match="report is gone"):
        await yard.jobs().begin(JOB, SPEC, {})

    assert yard.room.scheduler.run_tasks == 1


async def test_what_needs_a_host_is_refused_by_name(yard: Yard) -> None:
    spec = replace(SPEC, mounts={"/src": Path("/srv/src")}, files={"/a.sql": "SELECT 1"})

    with pytest.raises(WorkFailed, match="it has directories of the host, files"):
        await yard.jobs().begin(JOB, spec, {})
    with pytest.raises(WorkFailed, match="report of the job can't be read"):
        _ = [file async for file in yard.jobs().files(JOB, "report", largest=1)]


async def test_jobs_are_no_tasks_of_the_engine(yard: Yard) -> None:
    yard.program = Program()
    await yard.jobs().begin(JOB, SPEC, {})

    assert list(await yard.room.engine("i1").observe()) == []
    assert list(await yard.room.engine("i1").services()) == []
