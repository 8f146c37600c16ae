"""What the event log says about operations, failures and health, in one wording."""

from fairway.domain import ended
from fairway.domain.health import Health, HealthState
from fairway.domain.observed import Task
from fairway.domain.operation import (
    AttachTarget,
    DetachTarget,
    DrainTarget,
    Operation,
    RemoveTask,
    SetRoute,
    StartTask,
    StopTask,
)
from fairway.domain.service_operation import ApplyService, RemoveService
from fairway.errors import FairwayError


def name(task: Task) -> str:
    """`web.3fa2c1`: short enough to read, long enough to find."""
    return f"{task.service}.{task.id[:6]}"


def describe(operation: Operation, task: Task | None) -> tuple[str, str] | None:
    """The kind and the text of the event that says that the operation was done; None for what nobody needs to know."""
    who = name(task) if task else operation.subject
    match operation:
        case SetRoute(hosts=hosts, closed=True, cause=cause):
            return "route.set", f"{', '.join(hosts)} lead to a page: {cause}"
        case SetRoute(hosts=hosts, service=service, cause=cause):
            text = f"{', '.join(hosts)} lead to {service}" if hosts else f"{service} has no host name any more"
            return "route.set", f"{text}: {cause}"
        case StartTask(spec=spec, cause=cause):
            return "task.started", f"{who} of release {spec.release} started: {cause}"
        case AttachTarget(cause=cause):
            return "target.attached", f"{who} gets requests: {cause}"
        case DrainTarget(cause=cause):
            return "target.drained", f"{who} gets no new request: {cause}"
        case DetachTarget(cause=cause):
            return "target.detached", f"{who} is off the load balancer: {cause}"
        case StopTask(cause=cause):
            return "task.stopped", f"{who} stopped: {cause}"
        case ApplyService(desired=desired, cause=cause):
            what = f"release {desired.spec.release} of {desired.spec.service}, {counted(desired.replicas)}"
            return "service.applied", f"the engine was given {what}: {cause}"
        case RemoveService(service=service, cause=cause):
            return "service.removed", f"{service} was taken from the engine: {cause}"
        case RemoveTask():
            return None
    return None


def counted(tasks: int) -> str:
    """`1 task`, `2 tasks`."""
    return "1 task" if tasks == 1 else f"{tasks} tasks"


def describe_failure(task: Task) -> str:
    """`web.3fa2c1 exited with 1 after 0.4 s`."""
    how = ended.describe_end(task.exit)
    if task.started_at is None or task.stopped_at is None:
        return f"{name(task)}: {how}"
    return f"{name(task)} {how} after {task.stopped_at - task.started_at:.1f} s"


def describe_health(task: Task, health: Health, now: float) -> tuple[str, str]:
    """The kind and the text of a change of health."""
    age = now - (task.created_at if task.started_at is None else task.started_at)
    if health.state is HealthState.HEALTHY:
        return "task.healthy", f"{name(task)} healthy, {age:.1f} s after its start"
    detail = f": {health.last.detail}" if health.last else ""
    return "task.unhealthy", f"{name(task)} unhealthy{detail}"


def describe_error(error: FairwayError) -> str:
    """What and why, on one line."""
    return f"{error.what}: {error.why}" if error.why else error.what
