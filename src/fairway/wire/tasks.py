"""Tasks as the API shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel

from fairway.domain import health, observed
from fairway.domain.desired import DesiredEnvironment
from fairway.wire.scaling import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a task uses and may use, as far as it could be seen."""

    cpu_percent: float | None = None
    cpu_limit: float | None = None
    memory: int | None = None
    memory_limit: int | None = None


class Task(BaseModel):
    """One container. `detail` is what its last health check saw; `cpu_percent` is of one core, over a short while,
    `cpu_limit` the cores that it may use."""

    id: str
    environment: str
    service: str
    release: int
    deployment: int
    status: observed.TaskStatus
    health: health.HealthState
    detail: str
    address: str | None
    port: int | None
    started_at: float | None
    stopped_at: float | None
    exit_code: int | None
    oom_killed: bool
    restarts: int
    cpu_percent: float | None = None
    cpu_limit: float | None = None
    memory: int | None = None
    memory_limit: int | None = None

    @classmethod
    def of(cls, seen: observed.ObservedTask, use: Use) -> "Task":
        """The shape of a task, with what it uses if that could be seen."""
        task, last = seen.task, seen.health.last
        return cls(
            id=task.id,
            environment=task.environment,
            service=task.service,
            release=task.release,
            deployment=task.deployment,
            status=task.status,
            health=seen.health.state,
            detail=told(task.exit) or (last.detail if last else ""),
            address=task.address,
            port=task.port,
            started_at=task.started_at,
            stopped_at=task.stopped_at,
            exit_code=task.exit.code if task.exit else None,
            oom_killed=task.exit.oom_killed if task.exit else False,
            restarts=task.restarts,
            cpu_percent=use.cpu_percent,
            cpu_limit=use.cpu_limit,
            memory=use.memory,
            memory_limit=use.memory_limit,
        )


def told(exit: observed.Exit | None) -> str:
    """What the engine itself said of a task's end, "" when it said nothing."""
    return (exit.error or exit.stopped_for) if exit else ""


class Count(BaseModel):
    """A service whose count changes by itself: how many tasks it has now, and what it is held to."""

    environment: str
    service: str
    desired: int
    scaling: Bounds


class Tasks(BaseModel):
    """By environment, service and age; and the services that are scaled."""

    tasks: list[Task]
    scaled: list[Count] = []


def scaled(desired: Iterable[DesiredEnvironment], now: float) -> list[Count]:
    """Those of the environments' services that are scaled."""
    return [
        Count(environment=each.environment, service=service.spec.service, desired=service.replicas, scaling=bounds)
        for each in desired
        for service in each.services
        if (bounds := Bounds.of(service, now)) is not None
    ]
