"""A server whose engine is ECS, put together as `fairway server start` does it, on moto with a scheduler: what a person
does to an app there, from its first deployment to its end."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fairway import services
from fairway.bootstrap import assemble
from fairway.domain import printed
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ServiceName, TaskId
from fairway.domain.image import Image
from fairway.domain.run import RunStatus
from fairway.server import tasklist, tasklogs
from fairway.server.tasklist import Choice
from fairway.settings import Settings
from support import ecs_exec
from support.ecs_room import EcsRoom, open_room
from support.ecs_scheduler import CLUSTER, Program
from support.pipeline_values import DESCRIPTION

pytestmark = pytest.mark.exhaustive

SHOP, PRODUCTION, WEB = AppName("shop-api"), EnvironmentName("production"), ServiceName("web")
REVISION = Revision(commit="9c1f2e7" + "0" * 33, subject="Add coupons", branch="master", author="Ada")
GOOD, BAD = "sha256:" + "1" * 64, "sha256:" + "2" * 64
FILE = """
region = "eu-central-1"
cluster = "{cluster}"
subnets = ["{subnet}"]
security_groups = ["{guard}"]
execution_role = "arn:aws:iam::123456789012:role/execution"
task_role = "arn:aws:iam::123456789012:role/tasks"
log_group = "/fairway/tasks"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The server's services, and the account behind them."""

    services: services.Services
    room: EcsRoom

    async def deploy(self, execution: int, digest: str = GOOD) -> Deployment:
        image = Image(repository="111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-api", digest=digest)
        lines: list[str] = []
        return await self.services.deployer.deploy(
            SHOP, DESCRIPTION, image, REVISION, ExecutionNumber(execution), lines.append
        )


@pytest.fixture
def room(tmp_path: Path) -> Iterator[EcsRoom]:
    def program(container: Mapping[str, Any]) -> Program:
        if container["name"] == "job":
            return Program(lives=2, code=3)
        refused = "CannotPullContainerError: no such image" if container["image"].endswith(BAD) else ""
        return Program(refused=refused)

    with (
        open_room(program) as made,
        made.scheduler.everywhere(),
        ecs_exec.everywhere(made.scheduler, tmp_path),
    ):
        yield made


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
async def world(room: EcsRoom, tmp_path: Path) -> AsyncIterator[World]:
    place = room.places.usual
    file = FILE.format(cluster=CLUSTER, subnet=place.subnets[0], guard=place.security_groups[0])
    (tmp_path / "ecs.toml").write_text(file)
    for folder in ("run", "logs", "git"):
        (tmp_path / folder).mkdir()
    settings = Settings(
        home=tmp_path,
        engine="ecs",
        registry="111122223333.dkr.ecr.eu-central-1.amazonaws.com",
        port=free_port(),
        apps_port=free_port(),
        registry_port=free_port(),
    )

    async def pass_time() -> None:
        while True:
            room.scheduler.turn()
            await asyncio.sleep(0.2)

    passing = asyncio.create_task(pass_time())
    async with assemble.build(settings) as made:
        await made.apps.create(SHOP, at=1.0)
        yield World(services=made, room=room)
    assert not (settings.run / "haproxy.pid").exists(), "ECS has a load balancer of its own"
    passing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await passing


async def test_an_app_lives_on_ecs_from_its_first_deployment_to_its_end(world: World) -> None:
    first = await world.deploy(1)
    failed = await world.deploy(2, BAD)

    assert (first.state, first.reason) == (RolloutState.COMPLETED, "3 of 3 tasks healthy")
    assert failed.state is RolloutState.FAILED
    assert failed.reason.endswith("; release 1 still serves")
    assert failed.cause is not None
    assert failed.cause.sentence == "ECS could not pull the image"

    seen = await tasklist.seen(world.services, SHOP, PRODUCTION)
    running = [each for each in seen if each.task.status == "RUNNING"]
    assert [(each.task.service, each.task.release, each.health.state) for each in running] == [
        ("web", 1, "HEALTHY"),
        ("web", 1, "HEALTHY"),
        ("worker", 1, "HEALTHY"),
    ]

    await logs_are_read(world, running[0].task.id)
    await a_task_is_gone_into(world, running[0].task.id)
    components = {each.name: each.detail for each in await world.services.components()}
    assert components["ecs"] == "2 services"
    assert "haproxy" not in components

    await a_command_is_run(world)
    await world.services.deployer.scale(SHOP, PRODUCTION, {WEB: 3})
    await until(world, lambda: len(world.room.scheduler.live("fairway-shop-api-production-web")) == 3)
    await world.services.deployer.down(SHOP, PRODUCTION)
    await until(world, lambda: not world.room.scheduler.live("fairway-shop-api-production-web"))


async def logs_are_read(world: World, task: TaskId) -> None:
    world.room.prints(f"shop-api/production/web/{task}", "listening on 3000")
    lines: list[str] = []

    async def emit(line: object) -> None:
        lines.append(str(line))

    choice = Choice(environment=PRODUCTION, service="web")
    await tasklogs.read(world.services, SHOP, choice, emit, tail=10, wanted=printed.Wanted(), follow=False)
    assert "listening on 3000" in "".join(lines)


async def a_task_is_gone_into(world: World, task: TaskId) -> None:
    session = await world.services.shell.start(task, ["sh", "-c", "echo $GREETING; exit 7"])

    assert b"".join([data async for _, data in session.output()]) == b"hello\n"
    assert await session.exit_code() == 7


async def a_command_is_run(world: World) -> None:
    run = await world.services.desk.begin(SHOP, PRODUCTION, ["node", "report.js"], service="web", timeout=60, by="ada")

    async with asyncio.timeout(60):
        while (run := await world.services.runs.get(SHOP, run.number)).ended_at is None:
            await asyncio.sleep(0.1)

    assert (run.status, run.code) == (RunStatus.FAILED, 3)
    assert world.room.scheduler.run_tasks == 1


async def until(world: World, holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.1)
