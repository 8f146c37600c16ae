"""How ECS has taken a deployment: services as they are seen, and whether they run what they are to run. Pure.

CloudFormation's word is not enough. A service that ECS's circuit breaker has taken back runs its old tasks again and is
steady, and stacks were seen to call that UPDATE_COMPLETE. So what runs is compared with what is wanted, by the task
definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.domain.deployment import RolloutState
from fairway.domain.ids import ServiceName

PRIMARY = "PRIMARY"
STEADY = "has reached a steady state"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDeployment:
    """One of the deployments of a service: the newest is PRIMARY, others still have tasks. `definition` is the task
    definition's ARN; `state` None: ECS says none. Counts are of its own tasks."""

    id: str
    status: str
    definition: str
    state: RolloutState | None = None
    reason: str = ""
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenService:
    """A service of ECS. `status` is ECS's word (ACTIVE, DRAINING, INACTIVE); `events` are its texts, newest first."""

    name: str
    status: str
    desired: int
    running: int
    pending: int = 0
    deployments: tuple[SeenDeployment, ...] = ()
    events: tuple[str, ...] = ()

    @property
    def primary(self) -> SeenDeployment | None:
        """The newest deployment."""
        return next((each for each in self.deployments if each.status == PRIMARY), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedContainer:
    """How a container of a stopped task ended. `code` None: it never ran."""

    name: str
    code: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedTask:
    """A task that has ended, as ECS tells of it for an hour. `id` is the last part of its ARN, `code` ECS's stop code
    ("TaskFailedToStart"), `reason` its text. Times are seconds since the epoch, None when it never came so far."""

    id: str
    definition: str
    code: str = ""
    reason: str = ""
    created_at: float = 0.0
    started_at: float | None = None
    stopped_at: float | None = None
    containers: tuple[StoppedContainer, ...] = ()

    @property
    def lived(self) -> float:
        """Seconds for which it ran."""
        if self.started_at is None or self.stopped_at is None:
            return 0.0
        return max(0.0, self.stopped_at - self.started_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A service that does not run what it is to run, and will not by waiting."""

    service: ServiceName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How all services of an environment stand. Neither `failing` nor settled: they still move, `moving` says how."""

    failing: tuple[Failing, ...] = ()
    moving: tuple[str, ...] = ()
    running: int = 0
    desired: int = 0

    @property
    def settled(self) -> bool:
        """Whether every service runs what it is to run, with as many tasks as it is to have."""
        return not self.failing and not self.moving

    @property
    def text(self) -> str:
        """`2 of 2 tasks healthy`."""
        return f"{self.running} of {self.desired} {'task' if self.desired == 1 else 'tasks'} healthy"


@dataclass(slots=True)
class _Found:
    failing: list[Failing] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)


def judge(wanted: Mapping[ServiceName, str], seen: Mapping[ServiceName, SeenService]) -> Standing:
    """How the services stand. `wanted` is the task definition that each is to run."""
    found = _Found()
    for name, definition in wanted.items():
        _look(name, definition, seen.get(name), found)
    here = [seen[name] for name in wanted if name in seen]
    return Standing(
        failing=tuple(found.failing),
        moving=tuple(found.moving),
        running=sum(min(each.running, each.desired) for each in here),
        desired=sum(each.desired for each in here),
    )


def _look(name: ServiceName, definition: str, seen: SeenService | None, found: _Found) -> None:
    primary = seen.primary if seen is not None else None
    if seen is None or seen.status != "ACTIVE" or primary is None:
        found.failing.append(Failing(service=name, reason=f"ECS has no service {name}"))
    elif primary.state is RolloutState.FAILED:
        found.failing.append(Failing(service=name, reason=primary.reason or f"ECS's deployment of {name} failed"))
    elif primary.definition != definition:
        back = primary.reason or f"{name} runs {revision(primary.definition)} again, not {revision(definition)}"
        found.failing.append(Failing(service=name, reason=back))
    elif not steady(seen, primary):
        found.moving.append(f"{name} has {primary.running} of {seen.desired} new tasks")


def steady(seen: SeenService, primary: SeenDeployment) -> bool:
    """Whether all tasks are those of the newest deployment, and ECS says that it is complete. ECS says so of a rolling
    deployment once its tasks are healthy and the old ones are gone."""
    alone = len(seen.deployments) == 1
    enough = primary.running >= seen.desired and not seen.pending
    return alone and enough and primary.state in (RolloutState.COMPLETED, None)


def revision(definition: str) -> str:
    """`fairway-shop-api-production-web:17` of a task definition's ARN."""
    return definition.rpartition("/")[2]


def family(definition: str) -> str:
    """`fairway-shop-api-production-web` of a task definition's ARN."""
    return revision(definition).partition(":")[0]
