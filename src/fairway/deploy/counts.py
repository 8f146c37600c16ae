"""What a person says of how many tasks there shall be: written with the activity that tells of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from fairway.deploy import choose
from fairway.deploy.admitting import Admitting, NoRoom
from fairway.domain import scaling_bounds
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import ServiceName
from fairway.domain.scaling_activity import Activity, By
from fairway.errors import Conflict, UsageError
from fairway.ports.clock import Clock
from fairway.ports.scaling import Activities

ATTEMPTS = 10
MOST_TASKS = 1000

Read = Callable[[], Awaitable[DesiredEnvironment]]
"""What is desired at present. Raises NotFound or Conflict when nobody may change it now."""


class Counts:
    """Sets counts."""

    def __init__(self, activities: Activities, admitting: Admitting, clock: Clock) -> None:
        self._activities = activities
        self._admitting = admitting
        self._clock = clock

    async def set(
        self, read: Read, counts: Mapping[ServiceName, int], *, by: str
    ) -> Mapping[ServiceName, tuple[int, int]]:
        """From and to, by service. All are set or none. Raises UsageError for a count that can't be, NoRoom when the
        host can't hold so many.

        A policy may change a count at the same moment: then it is read again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            current = await read()
            self._check(current, counts)
            chosen = [each for each in current.services if each.spec.service in counts]
            changing = [each for each in chosen if each.replicas != counts[each.spec.service]]
            try:
                if changing:
                    made = [self._activity(each, counts[each.spec.service], by) for each in changing]
                    async with self._admitting.turn():
                        fitting = await self._admitting.admit(current, with_counts(current, counts))
                        await self._activities.scale(fitting.desired, made)
            except NoRoom:
                raise
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        return {each.spec.service: (each.replicas, counts[each.spec.service]) for each in chosen}

    def _check(self, current: DesiredEnvironment, counts: Mapping[ServiceName, int]) -> None:
        for service, count in counts.items():
            choose.require_service(current, service)
            if not 0 <= count <= MOST_TASKS:
                raise UsageError(f"{service} can't have {count} tasks", why=f"it can have from 0 to {MOST_TASKS}")
        for each in current.services:
            if each.spec.service in counts:
                check_bounds(each, counts[each.spec.service], self._clock.now())

    def _activity(self, service: DesiredService, count: int, by: str) -> Activity:
        return Activity(
            app=service.spec.app,
            environment=service.spec.environment,
            service=service.spec.service,
            at=self._clock.now(),
            before=service.replicas,
            after=count,
            cause=f"{by or 'somebody'} asked for {count}: {service.replicas} -> {count}",
            by=By.PERSON,
        )


def with_counts(desired: DesiredEnvironment, counts: Mapping[ServiceName, int]) -> DesiredEnvironment:
    """The same with other counts."""
    services = (replace(each, replicas=counts.get(each.spec.service, each.replicas)) for each in desired.services)
    return replace(desired, services=tuple(services))


def check_bounds(service: DesiredService, count: int, now: float) -> None:
    """Raise UsageError for a count that scaling would take back at once."""
    if service.scaling is None:
        return
    name, bounds = service.spec.service, scaling_bounds.in_force(service.scaling, now)
    if bounds.minimum <= count <= bounds.maximum:
        return
    low = count < bounds.minimum
    key, by = ("min", bounds.minimum_by) if low else ("max", bounds.maximum_by)
    place = f"services.{name}.scaling{'.schedules' if by else ''}"
    since = f"; the schedule {by} says so" if by else ""
    raise UsageError(
        f"{name} can't have {count} {'task' if count == 1 else 'tasks'}",
        why=f"scaling keeps it from {bounds.minimum} to {bounds.maximum}{since}",
        hint=f"choose a number between, or change {key} in {place} of fairway.toml and deploy",
    )
