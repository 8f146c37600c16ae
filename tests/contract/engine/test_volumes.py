"""What lies in a volume outlives its containers, whichever user their image has, and is there for two at once."""

import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.adapters.docker import names
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.files.volumes import HostVolumes
from fairway.domain import volume as volumes_of
from fairway.domain.app import MIB
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import ExecutionNumber, JobId, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import TaskStatus
from fairway.errors import WorkFailed
from fairway.ports.jobs import JobSpec
from support import docker_room

MAIN = volumes_of.make("main")
FIRST, SECOND, JOB = (f"{os.getpid():09x}{number:03x}" for number in range(3))
INSERT = """
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync('/fairway/databases/main/main.db');
database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 20000; CREATE TABLE IF NOT EXISTS rows_of (who TEXT)');
const insert = database.prepare('INSERT INTO rows_of VALUES (?)');
for (let number = 0; number < 200; number++) insert.run(process.env.WHO + process.getuid());
"""
AS_NODE = "FROM node:22-slim\nENTRYPOINT []\nCMD []\nUSER node\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """An engine whose volumes are below a directory of the test's."""

    engine: DockerEngine
    volumes: HostVolumes
    spec: TaskSpec
    file: Path

    async def insert(self, task: str, image: Image) -> None:
        spec = docker_room.make_spec(image, command=("node", "-e", INSERT), volumes=(MAIN,), port=None)
        await self.engine.start(TaskId(task), spec, {"WHO": task})

    async def end(self, task: str) -> int:
        async def stopped() -> object:
            seen = await docker_room.seen(self.engine, task)
            return seen if seen is not None and seen.status is TaskStatus.STOPPED else None

        ended = await docker_room.until(stopped)
        await self.engine.remove(TaskId(task))
        return ended.exit.code  # type: ignore[attr-defined,no-any-return]

    def count(self) -> dict[str, int]:
        connection = sqlite3.connect(self.file)
        try:
            return dict(connection.execute("SELECT who, count(*) FROM rows_of GROUP BY who").fetchall())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def unprivileged() -> Iterator[Image]:
    name = f"t-volumes-{os.getpid()}"
    build = ["/usr/bin/docker", "build", "--quiet", "--tag", name, "-"]
    subprocess.run(
        build, input=AS_NODE, env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=True, capture_output=True, text=True
    )
    yield Image(repository=name, digest=docker_room.docker("image", "inspect", "-f", "{{.Id}}", name).strip())
    docker_room.docker("rmi", name)


@pytest.fixture
async def yard(instance: str, image: Image, tmp_path: Path) -> AsyncIterator[Yard]:
    volumes = HostVolumes(tmp_path / "volumes")
    spec = docker_room.make_spec(image, volumes=(MAIN,))
    async with DockerEngine(docker_room.DOCKER_HOST, instance, place=volumes.place) as engine:
        yield Yard(
            engine=engine,
            volumes=volumes,
            spec=spec,
            file=volumes.place(spec.app, spec.environment, "main") / "main.db",
        )


async def test_rows_outlive_their_container_and_the_user_of_its_image(
    yard: Yard, image: Image, unprivileged: Image
) -> None:
    await yard.volumes.make(yard.spec.app, yard.spec.environment, MAIN)

    ends = []
    for task, of in ((FIRST, unprivileged), (SECOND, image), (FIRST, unprivileged)):
        await yard.insert(task, of)
        ends.append(await yard.end(task))

    assert ends == [0, 0, 0]
    assert yard.count() == {f"{FIRST}1000": 400, f"{SECOND}0": 200}


async def test_two_tasks_of_a_rolling_deployment_share_the_file(yard: Yard, image: Image, unprivileged: Image) -> None:
    await yard.volumes.make(yard.spec.app, yard.spec.environment, MAIN)

    await yard.insert(FIRST, unprivileged)
    await yard.insert(SECOND, image)
    ends = [await yard.end(FIRST), await yard.end(SECOND)]

    assert ends == [0, 0]
    assert yard.count() == {f"{FIRST}1000": 200, f"{SECOND}0": 200}


async def test_a_job_has_the_volume_too_and_its_own_files_besides(yard: Yard, unprivileged: Image) -> None:
    await yard.volumes.make(yard.spec.app, yard.spec.environment, MAIN)
    jobs = DockerJobs(yard.engine, names.JOB)
    spec = JobSpec(
        app=yard.spec.app,
        environment=yard.spec.environment,
        execution=ExecutionNumber(7),
        name="migrate",
        image=unprivileged,
        command=("node", "-e", INSERT + "require('fs').writeFileSync('/fairway/output', 'A=1')"),
        cpu=1.0,
        memory=256 * MIB,
        volumes=(MAIN,),
    )

    end = await jobs.run(JobId(JOB), spec, {"WHO": "job"}, print, timeout=60)
    await jobs.remove(JobId(JOB))

    assert end.code == 0
    assert yard.count() == {"job1000": 200}


async def test_a_volume_that_is_not_here_stops_the_start_and_is_not_made(yard: Yard) -> None:
    with pytest.raises(WorkFailed, match="the volume of its database is not on this host"):
        await yard.engine.start(TaskId(FIRST), yard.spec, {})

    assert not yard.file.parent.exists()


async def test_forgetting_an_environment_leaves_its_volumes(yard: Yard, unprivileged: Image) -> None:
    await yard.volumes.make(yard.spec.app, yard.spec.environment, MAIN)
    await yard.insert(FIRST, unprivileged)
    await yard.end(FIRST)

    await yard.engine.forget(yard.spec.app, yard.spec.environment)

    assert yard.count() == {f"{FIRST}1000": 200}
