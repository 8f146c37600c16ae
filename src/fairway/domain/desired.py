"""Desired state: what should be running in one environment. `deploy` writes it, `orchestrator` reads it.

It names no container and holds no secret: the values of the variables are fetched when a task is started, by the
version that the specification names.
"""

from dataclasses import dataclass, replace

from fairway.domain.app import Rollout
from fairway.domain.health import Check
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName
from fairway.domain.image import Image
from fairway.domain.scaling import Scaling
from fairway.domain.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """All that is needed to start a task, but for its variables' values. Its `volumes` are those of the environment."""

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    release: ReleaseNumber
    deployment: DeploymentId
    image: Image
    configuration: int
    command: tuple[str, ...] | None
    port: int | None
    port_declared: bool
    cpu: float
    memory: int
    stop_timeout: float
    stop_signal: str | None
    health: Check
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredService:
    """`replicas` tasks of `spec`. Tasks of another deployment than the specification's are to be replaced. `scaling` is
    how the number changes by itself; None: not at all."""

    spec: TaskSpec
    replicas: int
    rollout: Rollout
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredEnvironment:
    """What one environment should run. No services means: nothing, take everything down.

    `closed`: no task for the moment, whatever its services say, and a page for who asks; a migration goes on that the
    release which serves can't run beside. `closed_at` is when that began, None for one that is open.
    """

    app: AppName
    environment: EnvironmentName
    services: tuple[DesiredService, ...] = ()
    hosts: tuple[str, ...] = ()
    """Host names whose requests go to the service `web`, or to the only service that has a port."""
    redirect: bool = True
    """Plain requests are sent on to HTTPS, for those of the hosts that have a certificate."""
    closed: bool = False
    closed_at: float | None = None
    version: int = 0
    """Counts up with each write; the store refuses a write that was computed from an older version."""

    @property
    def now(self) -> tuple[DesiredService, ...]:
        """The services with the counts that hold at present: none while it is closed."""
        return tuple(replace(each, replicas=0) for each in self.services) if self.closed else self.services

    @property
    def key(self) -> tuple[AppName, EnvironmentName]:
        """What the environment is known by."""
        return self.app, self.environment
