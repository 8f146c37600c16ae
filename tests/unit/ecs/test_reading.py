"""What ECS describes, as Fairway's values: statuses, ends, the rollout and what was given up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from fairway.adapters.ecs import naming, reading
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import DeploymentId
from fairway.domain.observed import Exit, Task, TaskStatus

TAGS = {
    naming.INSTANCE: "i1",
    naming.APP: "shop",
    naming.ENVIRONMENT: "production",
    naming.SERVICE: "web",
    naming.RELEASE: "18",
    naming.DEPLOYMENT: "7",
}
OTHER = {**TAGS, naming.RELEASE: "17", naming.DEPLOYMENT: "6"}
AT = datetime(2026, 1, 1, tzinfo=UTC)


def task(**words: Any) -> Task | None:
    described = {"taskArn": "arn:aws:ecs:eu:1:task/fairway/0123456789abcdef", "createdAt": AT, **words}
    return reading.read_task(described, TAGS)


def stopped(stop_code: str, why: str, **container: Any) -> Exit | None:
    made = task(
        lastStatus="STOPPED",
        stopCode=stop_code,
        stoppedReason=why,
        stoppedAt=AT,
        containers=[{"name": "sidecar", "exitCode": 99}, {"name": "web", **container}],
    )
    return made.exit if made else None


@pytest.mark.parametrize(
    ("last", "status"),
    [
        ("PROVISIONING", TaskStatus.PENDING),
        ("PENDING", TaskStatus.PENDING),
        ("ACTIVATING", TaskStatus.PENDING),
        ("RUNNING", TaskStatus.RUNNING),
        ("DEACTIVATING", TaskStatus.RUNNING),
        ("STOPPING", TaskStatus.RUNNING),
    ],
)
def test_each_status_of_ecs_is_one_of_three(last: str, status: TaskStatus) -> None:
    made = task(lastStatus=last)

    assert made is not None
    assert (made.id, made.release, made.deployment, made.status) == ("0123456789abcdef", 18, 7, status)
    assert made.exit is None


def test_a_process_that_ended_by_itself_has_its_own_code() -> None:
    reason = "Essential container in task exited"

    assert stopped("EssentialContainerExited", reason, exitCode=3) == Exit(code=3)
    assert stopped("EssentialContainerExited", reason, exitCode=0) == Exit(code=0)


def test_the_memory_killer_is_told_apart() -> None:
    detail = "OutOfMemoryError: Container killed due to memory usage"

    assert stopped("EssentialContainerExited", "", exitCode=137, reason=detail) == Exit(code=137, oom_killed=True)


def test_a_container_without_an_exit_code_never_ran_and_says_why() -> None:
    end = stopped("TaskFailedToStart", "Task failed to start", reason="CannotPullContainerError: no such image")

    assert end == Exit(code=-1, error="CannotPullContainerError: no such image: Task failed to start")


def test_what_the_scheduler_took_away_is_no_failure_but_for_health_checks_that_failed() -> None:
    assert stopped("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)") is None
    failed = "Task failed ELB health checks in (target-group arn:1)"
    assert stopped("ServiceSchedulerInitiated", failed, exitCode=143) == Exit(code=143, stopped_for=failed)


def test_a_task_whose_machine_was_taken_back_has_not_failed() -> None:
    assert stopped("SpotInterruption", "Your Spot Task was interrupted.", exitCode=143) is None
    assert stopped("TerminationNotice", "", exitCode=143) is None


def test_a_task_that_somebody_stopped_says_so() -> None:
    assert stopped("UserInitiated", "Task stopped by user") == Exit(code=137, stopped_for="Task stopped by user")


def deployment(definition: str, status: str, state: str, **words: Any) -> Mapping[str, Any]:
    return {
        "id": f"ecs-svc/{definition}",
        "taskDefinition": definition,
        "status": status,
        "rolloutState": state,
    } | words


def service(*deployments: Mapping[str, Any], **words: Any) -> Any:
    described = {
        "tags": naming.written(TAGS),
        "taskDefinition": "new",
        "desiredCount": 2,
        "status": "ACTIVE",
        "deployments": deployments,
        **words,
    }
    tags = {"new": TAGS, "old": OTHER, "by hand": {}}
    return reading.read_service(described, tags.__getitem__, {DeploymentId(3): "long ago"})


def test_the_primary_deployment_is_the_one_that_counts_and_the_others_are_old() -> None:
    seen = service(
        deployment("new", "PRIMARY", "IN_PROGRESS", runningCount=1, pendingCount=1, failedTasks=1),
        deployment("old", "ACTIVE", "COMPLETED", runningCount=2, pendingCount=0),
    )

    assert (seen.app, seen.environment, seen.service) == ("shop", "production", "web")
    assert (seen.deployment, seen.release, seen.replicas) == (7, 18, 2)
    assert (seen.running, seen.pending, seen.old, seen.failed) == (1, 1, 2, 1)
    assert seen.rollout is RolloutState.IN_PROGRESS
    assert seen.given_up == {3: "long ago"}


def test_what_ecs_went_back_from_is_given_up_with_its_reason() -> None:
    seen = service(
        deployment("old", "PRIMARY", "IN_PROGRESS", runningCount=2),
        deployment(
            "new", "ACTIVE", "FAILED", rolloutStateReason="ECS deployment circuit breaker: task failed to start."
        ),
    )

    assert seen.deployment == 6
    assert seen.given_up[DeploymentId(7)] == "ECS deployment circuit breaker: task failed to start."


def test_what_somebody_else_put_into_the_service_is_no_deployment_of_fairway() -> None:
    seen = service(deployment("by hand", "PRIMARY", "COMPLETED", runningCount=2))

    assert (seen.deployment, seen.release) == (0, 0)


def test_a_service_that_drains_is_leaving() -> None:
    assert service(deployment("new", "PRIMARY", "IN_PROGRESS"), status="DRAINING", desiredCount=0).leaving
