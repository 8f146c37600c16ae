"""What every reader of services does: the memory fake is held to what ECS and CloudWatch's logs answer in moto.

moto makes no tasks for a service, and says RUNNING of none: what stops, and how a rollout goes, is in
`tests/unit/adapters/aws/test_ecs_rollouts.py`, with answers that botocore's own model has checked.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from moto import mock_aws

from fairway.adapters.aws.rollouts import EcsRollouts
from fairway.adapters.aws.session import Session
from fairway.adapters.memory.rollouts import MemoryRollouts
from fairway.domain.aws.rollouts import SeenDeployment, SeenService
from fairway.ports.rollouts import Rollouts

REGION = "eu-central-1"
CLUSTER = "fairway-shop-api-production"
GROUP = "/fairway/shop-api/production/web"


@dataclass
class Room:
    """The reader, and how something comes to be there to be read."""

    rollouts: Rollouts
    put_services: Callable[[Sequence[str], int], None]
    put_log: Callable[[str, Sequence[str]], None]
    session: Session | None = field(default=None)


def in_memory() -> Room:
    rollouts = MemoryRollouts()

    def put_services(names: Sequence[str], desired: int) -> None:
        for name in names:
            primary = SeenDeployment(id="ecs-svc/1", status="PRIMARY", definition="arn:web:1", desired=desired)
            rollouts.put(
                CLUSTER,
                SeenService(name=name, status="ACTIVE", desired=desired, running=0, deployments=(primary,)),
            )

    def put_log(stream: str, lines: Sequence[str]) -> None:
        rollouts.logs[GROUP, stream] = list(lines)

    return Room(rollouts, put_services, put_log)


def in_moto() -> Room:
    session = Session(REGION)

    def put_services(names: Sequence[str], desired: int) -> None:
        ecs: Any = session.client("ecs")
        ecs.create_cluster(clusterName=CLUSTER)
        container = {"name": "web", "image": "web", "memory": 512}
        definition = ecs.register_task_definition(family="web", containerDefinitions=[container])
        for name in names:
            ecs.create_service(
                cluster=CLUSTER,
                serviceName=name,
                desiredCount=desired,
                taskDefinition=definition["taskDefinition"]["taskDefinitionArn"],
            )

    def put_log(stream: str, lines: Sequence[str]) -> None:
        logs: Any = session.client("logs")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        # CloudWatch takes no event that is older than two weeks.
        now = int(time.time() * 1000)
        events = [{"timestamp": now + index, "message": line} for index, line in enumerate(lines)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)

    return Room(EcsRollouts(session), put_services, put_log, session)


@pytest.fixture(params=["memory", "moto"])
async def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    if request.param == "memory":
        yield in_memory()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = in_moto()
        yield made
        assert made.session is not None
        await made.session.close()


async def test_a_service_is_seen_with_its_newest_deployment(room: Room) -> None:
    await asyncio.to_thread(room.put_services, ["web"], 2)

    seen = await room.rollouts.services(CLUSTER, ["web"])

    assert (seen["web"].name, seen["web"].status, seen["web"].desired) == ("web", "ACTIVE", 2)
    primary = seen["web"].primary
    assert primary is not None and primary.definition.endswith("web:1") and primary.desired == 2


async def test_what_is_not_there_is_left_out(room: Room) -> None:
    await asyncio.to_thread(room.put_services, ["web"], 1)

    assert set(await room.rollouts.services(CLUSTER, ["web", "worker"])) == {"web"}


async def test_a_cluster_that_does_not_exist_has_no_services_and_no_tasks(room: Room) -> None:
    assert await room.rollouts.services("nothing", ["web"]) == {}
    assert list(await room.rollouts.stopped("nothing", "web-family")) == []
    assert list(await room.rollouts.alive("nothing", "web-family")) == []


async def test_more_services_than_one_call_takes_are_all_seen(room: Room) -> None:
    names = [f"part-{number}" for number in range(11)]
    await asyncio.to_thread(room.put_services, names, 1)

    assert set(await room.rollouts.services(CLUSTER, names)) == set(names)


async def test_a_family_of_which_nothing_has_stopped_has_no_stopped_tasks(room: Room) -> None:
    await asyncio.to_thread(room.put_services, ["web"], 1)

    assert list(await room.rollouts.stopped(CLUSTER, "web")) == []


async def test_a_family_that_runs_nothing_has_no_task_alive(room: Room) -> None:
    await asyncio.to_thread(room.put_services, ["web"], 1)

    assert list(await room.rollouts.alive(CLUSTER, "web")) == []


async def test_the_last_lines_of_a_log_are_given_oldest_first(room: Room) -> None:
    await asyncio.to_thread(room.put_log, "task/web/1c", ["one", "two", "three"])

    assert await room.rollouts.printed(GROUP, "task/web/1c", lines=2) == ("two", "three")


async def test_a_log_that_is_not_there_has_no_lines(room: Room) -> None:
    before = await room.rollouts.printed(GROUP, "task/web/1c", lines=20)
    await asyncio.to_thread(room.put_log, "task/web/1c", ["one"])

    assert before == () and await room.rollouts.printed(GROUP, "task/web/other", lines=20) == ()
