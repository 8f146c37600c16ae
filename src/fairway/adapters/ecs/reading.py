"""From what ECS describes to Fairway's values. Pure: descriptions come in, with the tags of task definitions.

Statuses are ECS's (`PROVISIONING` … `STOPPED`), as are the words by which it says why a task ended.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fairway.adapters.ecs import naming
from fairway.adapters.ecs.naming import Tags
from fairway.domain.deployment import RolloutState
from fairway.domain.health import HealthState
from fairway.domain.ids import DeploymentId, TaskId
from fairway.domain.observed import Exit, Task, TaskStatus
from fairway.domain.rolled import ObservedService

STATUSES: Mapping[str, TaskStatus] = {
    "PROVISIONING": TaskStatus.PENDING,
    "PENDING": TaskStatus.PENDING,
    "ACTIVATING": TaskStatus.PENDING,
    "RUNNING": TaskStatus.RUNNING,
    "DEACTIVATING": TaskStatus.RUNNING,
    "STOPPING": TaskStatus.RUNNING,
    "DEPROVISIONING": TaskStatus.STOPPED,
    "STOPPED": TaskStatus.STOPPED,
    "DELETED": TaskStatus.STOPPED,
}
NEVER_RAN = -1
"""The exit code of a container that ECS gives none: it never ran."""
KILLED = 137
SCHEDULER, BY_HAND = "ServiceSchedulerInitiated", "UserInitiated"
MACHINE = ("SpotInterruption", "TerminationNotice")
"""The machine under a task was taken back; ECS starts another one elsewhere."""

TagsOf = Callable[[str], Tags]
"""The tags of a task definition's revision, by its ARN."""


def read_service(
    described: Mapping[str, Any], tags_of: TagsOf, given_up: Mapping[DeploymentId, str]
) -> ObservedService:
    """A service. `given_up` are the deployments that are known to have been given up before."""
    app, environment, service = naming.owner(naming.read(described.get("tags", ())))
    deployments = described.get("deployments", ())
    primary: Mapping[str, Any] = next((each for each in deployments if each.get("status") == "PRIMARY"), {})
    others = [each for each in deployments if each is not primary]
    release, deployment = naming.stand(tags_of(primary.get("taskDefinition") or described["taskDefinition"]))
    return ObservedService(
        app=app,
        environment=environment,
        service=service,
        deployment=deployment,
        release=release,
        replicas=described.get("desiredCount", 0),
        running=primary.get("runningCount", 0),
        pending=primary.get("pendingCount", 0),
        old=sum(each.get("runningCount", 0) + each.get("pendingCount", 0) for each in others),
        rollout=RolloutState(primary.get("rolloutState", RolloutState.IN_PROGRESS)),
        reason=primary.get("rolloutStateReason", ""),
        failed=primary.get("failedTasks", 0),
        given_up={**given_up, **failures(deployments, tags_of)},
        leaving=described.get("status") == "DRAINING",
    )


def failures(deployments: Any, tags_of: TagsOf) -> Mapping[DeploymentId, str]:
    """Fairway's deployments among those that ECS calls FAILED, each with why."""
    return {
        naming.stand(tags_of(each["taskDefinition"]))[1]: each.get("rolloutStateReason", "the deployment failed")
        for each in deployments
        if each.get("rolloutState") == RolloutState.FAILED
    }


def read_task(described: Mapping[str, Any], tags: Tags) -> Task | None:
    """A task of a service; None for one that ended because ECS wanted it so (a newer deployment, a lower count)."""
    app, environment, service = naming.owner(tags)
    release, deployment = naming.stand(tags)
    status = STATUSES.get(described.get("lastStatus", ""), TaskStatus.PENDING)
    exit = read_exit(described, service) if status is TaskStatus.STOPPED else None
    if status is TaskStatus.STOPPED and exit is None:
        return None
    return Task(
        id=TaskId(described["taskArn"].rpartition("/")[2]),
        app=app,
        environment=environment,
        service=service,
        release=release,
        deployment=deployment,
        status=status,
        created_at=seconds(described.get("createdAt")) or 0.0,
        address=read_address(described) if status is TaskStatus.RUNNING else None,
        port=None,
        started_at=seconds(described.get("startedAt")),
        stopped_at=ended_at(described) if status is TaskStatus.STOPPED else None,
        exit=exit,
        health=read_health(described),
    )


def read_exit(described: Mapping[str, Any], container: str) -> Exit | None:
    """How a task ended; None for one that ECS took away without fault of its own."""
    code, reason = described.get("stopCode", ""), described.get("stoppedReason", "")
    found: Mapping[str, Any] = next(
        (each for each in described.get("containers", ()) if each.get("name") == container), {}
    )
    detail, number = found.get("reason", ""), found.get("exitCode")
    if code in MACHINE or (code == SCHEDULER and "fail" not in reason.lower()):
        return None
    if code in (SCHEDULER, BY_HAND):
        return Exit(code=KILLED if number is None else number, stopped_for=reason or "it was stopped by hand")
    if number is None:
        return Exit(code=NEVER_RAN, error=": ".join(part for part in (detail, reason) if part) or code)
    return Exit(code=number, oom_killed="outofmemory" in detail.replace(" ", "").lower())


def read_health(described: Mapping[str, Any]) -> HealthState | None:
    """The container's own check; None where it has none, or none has ended yet."""
    return {"HEALTHY": HealthState.HEALTHY, "UNHEALTHY": HealthState.UNHEALTHY}.get(described.get("healthStatus", ""))


def read_address(described: Mapping[str, Any]) -> str | None:
    """The task's private address."""
    for attachment in described.get("attachments", ()):
        for detail in attachment.get("details", ()):
            if detail.get("name") == "privateIPv4Address":
                return str(detail["value"])
    return None


def ended_at(described: Mapping[str, Any]) -> float | None:
    """When its containers had ended."""
    for key in ("executionStoppedAt", "stoppedAt", "stoppingAt"):
        if (at := seconds(described.get(key))) is not None:
            return at
    return None


def seconds(at: datetime | float | None) -> float | None:
    """Seconds since the epoch."""
    return at.timestamp() if isinstance(at, datetime) else at
