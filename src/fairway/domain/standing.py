"""How the tasks of one service stand towards what is desired: sorted once, so that the rules can be read as rules.

What comes in are the observed tasks of one service; what goes out says which of them are kept, which are too many,
which are sick, which belong to an older deployment, and how many may be started. Nothing is decided here about what
happens to them: that is `replacing`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairway.domain import rounding
from fairway.domain.desired import DesiredService
from fairway.domain.health import HealthState
from fairway.domain.ids import ServiceName
from fairway.domain.observed import ObservedTask, TargetState, TaskStatus

LEAVING = frozenset({"DrainTarget", "DetachTarget", "StopTask"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The tasks of one service. `desired` None: the service is not wanted any more.

    `traffic`: its tasks get a target, and only those with a target serve. `keep` are the tasks of the desired
    deployment that are well or starting, as many as are desired; `surplus` those above that number; `sick` its
    unhealthy ones. `old_healthy`, `old_starting` and `old_sick` are those of other deployments. `stopping` have their
    stop signal, `ended` have ended. `new_serving` and `old_serving` count those of `keep` and `old_healthy` that are
    healthy and, where there is traffic, have it.
    """

    service: ServiceName
    desired: DesiredService | None
    traffic: bool
    bounds: rounding.Bounds
    keep: tuple[ObservedTask, ...]
    surplus: tuple[ObservedTask, ...]
    sick: tuple[ObservedTask, ...]
    old_healthy: tuple[ObservedTask, ...]
    old_starting: tuple[ObservedTask, ...]
    old_sick: tuple[ObservedTask, ...]
    stopping: tuple[ObservedTask, ...]
    ended: tuple[ObservedTask, ...]
    new_serving: int
    old_serving: int

    @property
    def replicas(self) -> int:
        """How many tasks are desired."""
        return self.desired.replicas if self.desired else 0

    @property
    def missing(self) -> int:
        """How many tasks have to be started in all, now or later."""
        return self.replicas - len(self.keep)

    @property
    def live(self) -> int:
        """How many tasks have not ended, those that are being stopped included: they still use memory."""
        old = len(self.old_healthy) + len(self.old_starting) + len(self.old_sick)
        return len(self.keep) + len(self.surplus) + len(self.sick) + old + len(self.stopping)

    @property
    def room(self) -> int:
        """How many may be started now; none or less when one has to end first."""
        return self.bounds.maximum - self.live

    @property
    def serving(self) -> int:
        """How many of the tasks that may stay serve."""
        return self.new_serving + self.old_serving

    @property
    def floor(self) -> int:
        """How many must go on serving. One at least, unless the rollout's own percentages leave no other way than to
        stop the last one first (0 % and 100 %)."""
        alone = self.bounds.minimum == 0 and self.bounds.maximum <= self.replicas
        return self.bounds.minimum if alone else min(self.replicas, max(1, self.bounds.minimum))

    @property
    def arrived(self) -> bool:
        """Whether the desired deployment has a healthy task here, or wants none."""
        return self.replicas == 0 or any(is_healthy(each) for each in self.keep)


def stand(
    service: ServiceName, desired: DesiredService | None, tasks: Iterable[ObservedTask], *, traffic: bool
) -> Standing:
    """Sort the tasks of one service. Of the tasks of the desired deployment the healthy ones are kept first, and the
    older ones before the newer."""
    ordered = sorted(tasks, key=lambda each: (each.task.created_at, each.task.id))
    ended = [each for each in ordered if each.task.status is TaskStatus.STOPPED]
    stopping = [each for each in ordered if each.task.status is not TaskStatus.STOPPED and each.busy == "StopTask"]
    live = [each for each in ordered if each.task.status is not TaskStatus.STOPPED and each.busy != "StopTask"]
    current = [each for each in live if desired is not None and each.task.deployment == desired.spec.deployment]
    old = [each for each in live if desired is None or each.task.deployment != desired.spec.deployment]
    wanted = sorted((each for each in current if not is_sick(each)), key=lambda each: worth(each, traffic=traffic))
    replicas = desired.replicas if desired else 0
    old_healthy = [each for each in old if is_healthy(each)]
    return Standing(
        service=service,
        desired=desired,
        traffic=traffic,
        bounds=rounding.bounds(replicas, desired.rollout) if desired else rounding.Bounds(minimum=0, maximum=0),
        keep=tuple(wanted[:replicas]),
        surplus=newest_first(wanted[replicas:]),
        sick=tuple(each for each in current if is_sick(each)),
        old_healthy=tuple(old_healthy),
        old_starting=tuple(each for each in old if not is_healthy(each) and not is_sick(each)),
        old_sick=tuple(each for each in old if is_sick(each)),
        stopping=tuple(stopping),
        ended=tuple(ended),
        new_serving=sum(serves(each, traffic=traffic) for each in wanted[:replicas]),
        old_serving=sum(serves(each, traffic=traffic) for each in old_healthy),
    )


def worth(each: ObservedTask, *, traffic: bool) -> int:
    """0 for a task that serves, 1 for one that is healthy, 2 for the others; the sort by it keeps the age's order."""
    if serves(each, traffic=traffic):
        return 0
    return 1 if is_healthy(each) else 2


def serves(each: ObservedTask, *, traffic: bool) -> bool:
    """Whether it is healthy and, where there is traffic, takes new requests."""
    return is_healthy(each) and each.busy not in LEAVING and (not traffic or is_ready(each))


def is_healthy(each: ObservedTask) -> bool:
    """Whether it runs and its last probes said that it is well."""
    return each.task.status is TaskStatus.RUNNING and each.health.state is HealthState.HEALTHY


def is_sick(each: ObservedTask) -> bool:
    """Whether it runs and its last probes said that it is not well."""
    return each.task.status is TaskStatus.RUNNING and each.health.state is HealthState.UNHEALTHY


def interrupted(each: ObservedTask) -> bool:
    """Whether it was created and nobody is starting it any more."""
    return each.task.status is TaskStatus.PENDING and each.busy is None


def is_ready(each: ObservedTask) -> bool:
    """Whether the load balancer sends it new requests."""
    return each.target is not None and each.target.state is TargetState.READY


def is_draining(each: ObservedTask) -> bool:
    """Whether the load balancer lets its last requests end."""
    return each.target is not None and each.target.state is TargetState.DRAINING


def newest_first(tasks: Sequence[ObservedTask]) -> tuple[ObservedTask, ...]:
    """The order in which a scale-in takes them."""
    return tuple(sorted(tasks, key=lambda each: (-each.task.created_at, each.task.id)))
