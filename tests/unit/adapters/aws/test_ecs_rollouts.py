"""What ECS says of a rollout and of stopped tasks, in answers that botocore's model of the service has checked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from fairway.adapters.aws.rollouts import MOST, EcsRollouts
from fairway.adapters.aws.session import Session
from fairway.domain.aws.rollouts import SeenDeployment, StoppedContainer
from fairway.domain.deployment import RolloutState

CLUSTER = "fairway-shop-api-production"
FAMILY = "fairway-shop-api-production-web"
TASK = "arn:aws:ecs:eu-central-1:111122223333:task/fairway-shop-api-production/"
NEW = "arn:aws:ecs:eu-central-1:111122223333:task-definition/fairway-shop-api-production-web:8"
OLD = "arn:aws:ecs:eu-central-1:111122223333:task-definition/fairway-shop-api-production-web:7"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return Session("eu-central-1")


@pytest.fixture
def ecs(session: Session) -> Iterator[Stubber]:
    with Stubber(session.client("ecs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


async def test_a_rollout_that_ecs_takes_back_is_seen_as_it_is(session: Session, ecs: Stubber) -> None:
    reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/7."
    answer = {
        "services": [
            {
                "serviceName": "web",
                "status": "ACTIVE",
                "desiredCount": 2,
                "runningCount": 3,
                "pendingCount": 1,
                "deployments": [
                    deployment("ecs-svc/7", "PRIMARY", OLD, "IN_PROGRESS", "", running=2),
                    deployment("ecs-svc/8", "ACTIVE", NEW, "FAILED", reason, running=1, failed=3),
                ],
                "events": [{"id": str(number), "message": f"event {number}"} for number in range(12)],
            }
        ],
        "failures": [{"arn": "arn:worker", "reason": "MISSING"}],
    }
    ecs.add_response("describe_services", answer, {"cluster": CLUSTER, "services": ["web", "worker"]})

    seen = await EcsRollouts(session).services(CLUSTER, ["web", "worker"])

    assert set(seen) == {"web"} and (seen["web"].running, seen["web"].pending) == (3, 1)
    assert seen["web"].deployments[1] == SeenDeployment(
        id="ecs-svc/8",
        status="ACTIVE",
        definition=NEW,
        state=RolloutState.FAILED,
        reason=reason,
        desired=2,
        running=1,
        failed=3,
    )
    assert seen["web"].primary is seen["web"].deployments[0]
    assert seen["web"].events == tuple(f"event {number}" for number in range(10))


def deployment(id: str, status: str, definition: str, state: str, reason: str, **counts: int) -> dict[str, Any]:
    return {
        "id": id,
        "status": status,
        "taskDefinition": definition,
        "rolloutState": state,
        "rolloutStateReason": reason,
        "desiredCount": 2,
        "runningCount": counts.get("running", 0),
        "failedTasks": counts.get("failed", 0),
    }


async def test_stopped_tasks_come_with_their_ends_newest_first(session: Session, ecs: Stubber) -> None:
    arns = [f"{TASK}1c", f"{TASK}2d"]
    listed = {"cluster": CLUSTER, "family": FAMILY, "desiredStatus": "STOPPED", "maxResults": MOST}
    ecs.add_response("list_tasks", {"taskArns": arns}, listed)
    tasks = [
        {
            "taskArn": arns[0],
            "taskDefinitionArn": NEW,
            "stopCode": "TaskFailedToStart",
            "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 1 time(s)",
            "createdAt": at(10),
            "stoppedAt": at(20),
            "containers": [{"name": "web", "reason": "CannotPullContainerError"}],
        },
        {
            "taskArn": arns[1],
            "taskDefinitionArn": NEW,
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "createdAt": at(30),
            "startedAt": at(32),
            "stoppedAt": at(40),
            "containers": [{"name": "web", "exitCode": 1}],
        },
    ]
    ecs.add_response("describe_tasks", {"tasks": tasks, "failures": []}, {"cluster": CLUSTER, "tasks": arns})

    second, first = await EcsRollouts(session).stopped(CLUSTER, FAMILY)

    assert (first.id, first.code, first.started_at, first.lived) == ("1c", "TaskFailedToStart", None, 0.0)
    assert first.containers == (StoppedContainer(name="web", code=None, reason="CannotPullContainerError"),)
    assert (second.id, second.definition, second.lived) == ("2d", NEW, 8.0)
    assert second.containers == (StoppedContainer(name="web", code=1),)


async def test_a_task_lives_until_its_containers_have_ended(session: Session, ecs: Stubber) -> None:
    starting, serving, draining, stopping, ended, gone = (f"{TASK}{number}" for number in range(6))
    listed = {"cluster": CLUSTER, "family": FAMILY}
    ecs.add_response("list_tasks", {"taskArns": [starting, serving]}, {**listed, "desiredStatus": "RUNNING"})
    running = [task(starting, OLD, "PROVISIONING"), task(serving, OLD, "RUNNING")]
    ecs.add_response("describe_tasks", {"tasks": running}, {"cluster": CLUSTER, "tasks": [starting, serving]})
    arns = [draining, stopping, ended, gone]
    ecs.add_response("list_tasks", {"taskArns": arns}, {**listed, "desiredStatus": "STOPPED"})
    statuses = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")
    leaving = [task(arn, NEW, status) for arn, status in zip(arns, statuses, strict=True)]
    ecs.add_response("describe_tasks", {"tasks": leaving}, {"cluster": CLUSTER, "tasks": arns})

    assert await EcsRollouts(session).alive(CLUSTER, FAMILY) == [OLD, OLD, NEW, NEW]


def task(arn: str, definition: str, status: str) -> dict[str, Any]:
    return {"taskArn": arn, "taskDefinitionArn": definition, "lastStatus": status}


async def test_a_cluster_that_is_gone_has_no_stopped_tasks(session: Session, ecs: Stubber) -> None:
    ecs.add_client_error("list_tasks", "ClusterNotFoundException", "Cluster not found.", 400)

    assert await EcsRollouts(session).stopped(CLUSTER, FAMILY) == ()
    assert session.calls["ecs:DescribeTasks"] == 0


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(1_700_000_000 + seconds, UTC)
