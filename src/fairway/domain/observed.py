"""What was seen: tasks on the engine, targets on the load balancer, operations under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain.desired import TaskSpec
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.rolled import ObservedService


class TaskStatus(StrEnum):
    """A task's last status, in ECS's words."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a task ended. `error` is the engine's own text when the process could not be started at all. `stopped_for` is
    its reason where it ended the task itself: health checks that failed, or somebody who asked it to."""

    code: int
    oom_killed: bool = False
    error: str = ""
    stopped_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One container as the engine reports it. Times are seconds since the epoch, None when it has not happened."""

    id: TaskId
    app: AppName
    environment: EnvironmentName
    service: ServiceName
    release: ReleaseNumber
    deployment: DeploymentId
    status: TaskStatus
    created_at: float
    address: str | None = None
    port: int | None = None
    started_at: float | None = None
    stopped_at: float | None = None
    exit: Exit | None = None
    restarts: int = 0
    health: HealthState | None = None
    """The engine's own word on it, from one that checks its tasks itself (ECS); None from one that leaves that to
    Fairway."""


class TargetState(StrEnum):
    READY = "READY"
    DRAINING = "DRAINING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A task as the load balancer sees it. `sessions` are the requests and connections it has under way."""

    task: TaskId
    app: AppName
    environment: EnvironmentName
    service: ServiceName
    address: str
    port: int
    state: TargetState = TargetState.READY
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedTask:
    """A task with what the probes say of it and how it stands on the load balancer."""

    task: Task
    health: Health
    target: Target | None = None
    draining_since: float | None = None
    busy: str | None = None
    """The verb of the operation under way on it ("StartTask", "StopTask"), None when it is left alone."""
    spec: TaskSpec | None = None
    """What it was started from; None when that is not known (it was started before a restart of the server, and its
    deployment is no longer the desired one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedEnvironment:
    """All that was seen of one environment at one moment.

    `orphans` are targets whose task no longer exists, `orphans_since` says since when they drain. `failures` counts,
    for each deployment and service, how often in a row its tasks ended by themselves or never became healthy, and
    `last_failure` when the last one did, for the back-off: tasks that were started together and fail together count
    once. `routes` are the host names that the load balancer sends to each of the environment's services, `closed` those
    services whose route leads to a page instead, `plain` those whose plain requests are not sent on to HTTPS.

    Of an engine that rolls by itself there are no targets and no routes: `services` are what it says of those that it
    was given, `refusals` what it would not begin, with its words.
    """

    tasks: tuple[ObservedTask, ...] = ()
    orphans: tuple[Target, ...] = ()
    orphans_since: Mapping[TaskId, float] = field(default_factory=dict)
    failures: Mapping[tuple[DeploymentId, ServiceName], int] = field(default_factory=dict)
    last_failure: Mapping[tuple[DeploymentId, ServiceName], float] = field(default_factory=dict)
    routes: Mapping[ServiceName, tuple[str, ...]] = field(default_factory=dict)
    closed: frozenset[ServiceName] = frozenset()
    plain: frozenset[ServiceName] = frozenset()
    services: tuple[ObservedService, ...] = ()
    refusals: Mapping[tuple[DeploymentId, ServiceName], str] = field(default_factory=dict)
