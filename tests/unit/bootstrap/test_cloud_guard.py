"""The migration guard inside CodeBuild: what is other there than on a server."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fairway.adapters.memory.jobs import MemoryJobs
from fairway.bootstrap import cloud_guard, cloud_places
from fairway.bootstrap.cloud_copies import Ways
from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.aws.wanted import Architecture
from fairway.domain.ids import JobId
from fairway.errors import Unavailable
from fairway.migrate import commands
from fairway.ports.jobs import JobSpec
from fairway.ports.registry import Credentials
from support.guard_values import make_passage
from support.guard_world import World
from support.pipeline_values import APP, IMAGE, PRODUCTION

pytestmark = pytest.mark.lengthy

SOURCES = Path(__file__).parents[3] / "src"
PLACE = GuardPlace(
    app=APP,
    environment=PRODUCTION,
    region="eu-central-1",
    table="records",
    bucket="backups",
    key="arn:key",
    cluster="shop-cluster",
    subnets=("subnet-1", "subnet-2"),
    groups=("sg-1",),
    role="arn:role",
    task_role="arn:task-role",
    logs="/shop/migrations",
    architecture=Architecture.ARM64,
)
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


class Safe:
    """The room of backups, as much as is cleared up."""

    def __init__(self, error: Exception | None = None) -> None:
        self.keeping = SimpleNamespace(clear_up=self._clear_up)
        self.rounds = 0
        self._error = error

    async def _clear_up(self) -> None:
        self.rounds += 1
        if self._error is not None:
            raise self._error


def ways(world: World, copies: Safe) -> Ways:
    """Where RDS has copies."""
    return Ways(copies=world.copies, clearing=as_any(copies.keeping))


def test_a_migrations_task_is_on_fargate_in_private_subnets_whatever_the_services_run_on() -> None:
    place = cloud_places.on_fargate(PLACE)

    assert (place.capacity, place.public, place.architecture) == ("FARGATE", False, "ARM64")
    assert (place.subnets, place.security_groups) == (("subnet-1", "subnet-2"), ("sg-1",))
    assert (place.execution_role, place.task_role, place.log_group) == ("arn:role", "arn:task-role", "/shop/migrations")


def test_what_one_build_has_begun_is_known_to_the_next_by_the_environment_alone() -> None:
    assert cloud_guard.instance(PLACE) == f"{APP}-{PRODUCTION}"
    assert cloud_guard.instance(replace(PLACE, cluster="another", table="another")) == cloud_guard.instance(PLACE)


@pytest.mark.parametrize(
    ("host", "given"),
    [(ECR, True), (f"{ECR}.cn", True), ("docker.io", False), (f"{ECR}.example.com", False), ("public.ecr.aws", False)],
)
async def test_the_password_of_ecr_goes_to_ecr_alone(host: str, given: bool) -> None:
    asked: list[str] = []

    async def login(host: str) -> Credentials:
        asked.append(host)
        return Credentials(user="AWS", password="word")

    found = await cloud_guard.of_ecr_alone(login)(host)

    assert (found is not None, asked) == (given, [host] if given else [])


async def test_what_no_passage_waits_for_is_removed_and_what_one_does_stays() -> None:
    world, safe = World(), Safe()
    await world.prepare()
    passage = await world.store.passages.create(make_passage())
    tasks, spec = MemoryJobs(world.clock), make_job()
    wanted, left = commands.job_id(passage, commands.REHEARSE), JobId("0123456789ab")
    for jobs in (tasks, world.jobs):
        for job in (wanted, left):
            await jobs.begin(job, spec, {})

    copies = Safe()
    await cloud_guard.clear_up(world.parts(tasks=tasks), as_any(safe), ways(world, copies))

    assert list(tasks.jobs) == list(world.jobs.jobs) == [wanted]
    assert (safe.rounds, copies.rounds) == (1, 1)


async def test_what_can_not_be_removed_now_does_not_stop_a_deployment(caplog: pytest.LogCaptureFixture) -> None:
    world, safe = World(), Safe(Unavailable("S3 does not answer"))
    await world.prepare()

    await cloud_guard.clear_up(world.parts(), as_any(safe), Ways(copies=world.copies))

    assert safe.rounds == 1
    assert "S3 does not answer" in caplog.text


def test_a_deployment_without_migrations_loads_nothing_of_it() -> None:
    script = "import sys; from fairway.bootstrap import cloud; print(*sys.modules)"
    environ = {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)

    loaded = done.stdout.split()
    assert "fairway.bootstrap.cloud" in loaded
    assert not [name for name in loaded if name.startswith(("fairway.adapters.postgres", "fairway.adapters.ecs"))]


def as_any(value: object) -> Any:
    """A stand-in for a room, of which one method is called."""
    return value


def make_job() -> JobSpec:
    return JobSpec(
        app=APP, environment=PRODUCTION, passage=1, name="migration", image=IMAGE, command=("up",), cpu=1.0, memory=1
    )
