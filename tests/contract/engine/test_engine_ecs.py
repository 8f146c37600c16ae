"""What only the adapter to ECS has: calls that are few, tags that tell, secrets that are none of a definition's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from fairway.adapters.ecs import naming
from fairway.adapters.ecs.engine import EcsEngine
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredService
from fairway.errors import WorkFailed
from support.ecs_room import GROUP, EcsRoom, open_room
from support.ecs_scheduler import CLUSTER, Program
from support.orchestrator_world import PRODUCTION, SHOP, web, worker

PASSWORD = "hunter2-hunter2"
NAME = "fairway-shop-production-web"


@pytest.fixture
def room() -> Iterator[EcsRoom]:
    with open_room() as made:
        yield made


async def apply(
    engine: EcsEngine, service: DesiredService, variables: Mapping[str, str] | None = None, *, routed: bool = True
) -> None:
    values = {"DATABASE_URL": f"postgres://shop:{PASSWORD}@db/shop"} if variables is None else variables
    await engine.apply(service, variables=values, told={"PORT": "3000"}, routed=routed)


async def definitions(room: EcsRoom) -> list[str]:
    found: list[str] = await room.session.items("ecs", "ListTaskDefinitions", "taskDefinitionArns")
    return found


async def test_a_first_deployment_takes_five_calls_and_a_later_one_no_more(room: EcsRoom) -> None:
    engine = room.engine()

    await apply(engine, web(2))
    first = dict(room.session.calls)
    room.session.calls.clear()
    await apply(engine, web(2, 2))
    later = sum(room.session.calls.values())
    room.session.calls.clear()
    await apply(engine, web(3, 2))

    # The secret is put in vain first, and then made.
    assert first == {
        "ecs:DescribeServices": 1,
        "secretsmanager:PutSecretValue": 1,
        "secretsmanager:CreateSecret": 1,
        "ecs:DescribeTaskDefinition": 1,
        "ecs:RegisterTaskDefinition": 1,
        "ecs:CreateService": 1,
    }
    assert later <= 7
    assert dict(room.session.calls) == {"ecs:DescribeServices": 1, "ecs:UpdateService": 1}


async def test_a_look_is_a_few_calls_however_many_tasks_there_are(room: EcsRoom) -> None:
    engine = room.engine()
    for number in range(12):
        each = web(10)
        await apply(engine, replace(each, spec=replace(each.spec, service=f"web-{number}")), {}, routed=False)  # type: ignore[arg-type]
    room.scheduler.turn(4)
    await engine.services()
    room.session.calls.clear()

    services, tasks = await engine.services(), await engine.observe()

    assert (len(services), len(tasks)) == (12, 120)
    assert room.calls() <= 1 + 2 + 12 + 2 + 2
    room.session.calls.clear()
    await engine.services()
    await engine.observe()
    assert dict(room.session.calls) == {
        "ecs:ListServices": 1,
        "ecs:DescribeServices": 2,
        "ecs:ListTasks": 2,
        "ecs:DescribeTasks": 2,
    }


async def test_a_variable_is_in_the_secret_and_nowhere_in_the_definition(room: EcsRoom) -> None:
    await apply(room.engine(), web(1))

    (arn,) = await definitions(room)
    described = await room.session.call("ecs", "DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"])
    kept = await room.session.call("secretsmanager", "GetSecretValue", SecretId="fairway/shop/production/web")

    assert PASSWORD not in json.dumps(described, default=str)
    (container,) = described["taskDefinition"]["containerDefinitions"]
    (secret,) = container["secrets"]
    assert secret == {"name": "DATABASE_URL", "valueFrom": f"{kept['ARN']}:DATABASE_URL::{kept['VersionId']}"}
    assert PASSWORD in kept["SecretString"]
    tags = naming.read(described["tags"])
    assert (tags[naming.APP], tags[naming.ENVIRONMENT], tags[naming.SERVICE]) == ("shop", "production", "web")
    assert (tags[naming.RELEASE], tags[naming.DEPLOYMENT]) == ("1", "1")


async def test_the_same_content_is_registered_once_by_a_server_that_came_after_a_killed_one(room: EcsRoom) -> None:
    engine = room.engine()
    await engine._register(web(1).spec, room.places.usual, {}, {"PORT": "3000"})

    await apply(room.engine(), web(1), {})
    await apply(room.engine(), web(1), {})

    assert len(await definitions(room)) == 1


async def test_going_back_takes_the_old_variables_and_makes_them_current_again(room: EcsRoom) -> None:
    engine = room.engine()
    old, new = web(1, 1), web(1, 2)
    new = replace(new, spec=replace(new.spec, configuration=2))
    await apply(engine, old, {"GREETING": "ahoy"})
    await apply(engine, new, {"GREETING": "hello"})
    registered = len(await definitions(room))

    await apply(engine, old, {"GREETING": "ahoy"})

    # Which version is current stands in its labels; moto gives the one that was put last whatever they say.
    secret = await room.session.call("secretsmanager", "DescribeSecret", SecretId="fairway/shop/production/web")
    (current,) = [id for id, labels in secret["VersionIdsToStages"].items() if "AWSCURRENT" in labels]
    kept = await room.session.call(
        "secretsmanager", "GetSecretValue", SecretId="fairway/shop/production/web", VersionId=current
    )
    assert json.loads(kept["SecretString"]) == {"GREETING": "ahoy"}
    assert len(await definitions(room)) == registered, "what was registered is used again"


async def test_other_values_under_the_same_version_are_put_all_the_same(room: EcsRoom) -> None:
    engine = room.engine()
    await apply(engine, web(1, 1), {"URL": "old"})

    await apply(engine, web(1, 2), {"URL": "new"})

    kept = await room.session.call("secretsmanager", "GetSecretValue", SecretId="fairway/shop/production/web")
    assert json.loads(kept["SecretString"]) == {"URL": "new"}


async def test_a_forgotten_environment_has_no_secret_any_more_and_can_come_back(room: EcsRoom) -> None:
    engine = room.engine()
    await apply(engine, web(1))

    await engine.forget(SHOP, PRODUCTION)
    described = await room.session.call("secretsmanager", "DescribeSecret", SecretId="fairway/shop/production/web")
    await engine.withdraw(SHOP, PRODUCTION, web().spec.service)
    await apply(room.engine(), web(1, 2))

    assert described["DeletedDate"] is not None
    again = await room.session.call("secretsmanager", "DescribeSecret", SecretId="fairway/shop/production/web")
    assert again.get("DeletedDate") is None


async def test_the_routed_service_alone_is_in_the_target_group(room: EcsRoom) -> None:
    engine = room.engine()
    await apply(engine, web(1))
    await apply(engine, worker(1), routed=False)

    described = await engine.looking.describe(CLUSTER, [NAME, "fairway-shop-production-worker"])
    groups = {each["serviceName"]: each["loadBalancers"] for each in described}

    assert groups == {
        NAME: [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 3000}],
        "fairway-shop-production-worker": [],
    }


async def test_what_another_server_made_is_not_seen_and_not_touched(room: EcsRoom) -> None:
    await apply(room.engine("other"), web(1))
    room.scheduler.turn(3)
    engine = room.engine()

    assert list(await engine.services()) == []
    assert list(await engine.observe()) == []
    with pytest.raises(WorkFailed, match=f"has a service {NAME} already"):
        await apply(engine, web(1, 2))


async def test_where_service_deployments_can_not_be_asked_for_a_way_back_is_seen_by_what_was_given(
    room: EcsRoom,
) -> None:
    room.scheduler.denied.add("ListServiceDeployments")
    room.scheduler.programs = lambda made: Program(refused="no image") if made["image"].endswith("2") else Program()
    engine = room.engine()
    await apply(engine, web(1, 1))
    room.scheduler.turn(4)
    await apply(engine, web(1, 2))
    room.scheduler.turn(12)
    (seen,) = await engine.services()
    room.session.calls.clear()
    await engine.services()

    assert (seen.deployment, seen.rollout) == (1, RolloutState.COMPLETED)
    assert seen.given_up == {2: "ECS went back to deployment 1 by itself"}
    assert room.calls("ecs:ListServiceDeployments") == 0, "it is not asked for what it may not have"


async def test_a_way_back_that_nobody_saw_is_found_in_the_service_deployments(room: EcsRoom) -> None:
    room.scheduler.programs = lambda made: Program(refused="no image") if made["image"].endswith("2") else Program()
    engine = room.engine()
    await apply(engine, web(1, 1))
    room.scheduler.turn(4)
    await engine.services()
    await apply(engine, web(1, 2))
    room.scheduler.turn(20)

    (seen,) = await engine.services()
    (after,) = await room.engine().services()

    assert (seen.deployment, seen.rollout) == (1, RolloutState.COMPLETED)
    assert seen.given_up == after.given_up == {2: "ECS deployment circuit breaker: tasks failed to start."}


async def test_what_ecs_refuses_says_what_and_is_a_failure_of_the_work(room: EcsRoom) -> None:
    places = replace(room.places, usual=replace(room.places.usual, subnets=("subnet-absent",)))

    with pytest.raises(WorkFailed) as caught:
        await apply(EcsEngine(room.session, places, "i1"), web(1))

    assert caught.value.what == "ECS refuses web of shop"
    assert "subnet-absent" in caught.value.why
