"""Scaling activities in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain import transitions
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling_activity import TRANSITIONS, Activity, By, Status
from fairway.ports.stores import DesiredStates

KEPT = 1000


class MemoryActivities:
    """`ports.scaling.Activities`."""

    def __init__(self, shelf: Shelf, desired: DesiredStates) -> None:
        self._shelf = shelf
        self._desired = desired

    async def scale(self, desired: DesiredEnvironment, made: Sequence[Activity]) -> DesiredEnvironment:
        """Both or neither. Raises Conflict when the kept version is another."""
        kept = await self._desired.put(desired)
        for activity in made:
            for other in self._of(activity.app, activity.environment, activity.service):
                await self.conclude(other, Status.OVERRIDDEN, at=activity.at)
            await self.note(activity)
        return kept

    async def note(self, activity: Activity) -> None:
        """Keep it. Raises NotFound."""
        self._shelf.change(activity.app)
        number = self._shelf.count_up(activity.app, "activities")
        self._shelf.activities[activity.app, number] = replace(activity, id=number)
        old = [each.id for each in self._of(activity.app, activity.environment, activity.service)][KEPT:]
        for id in old:
            del self._shelf.activities[activity.app, id]

    async def conclude(self, activity: Activity, status: Status, *, at: float) -> bool:
        """By compare-and-set."""
        transitions.check(TRANSITIONS, Status.IN_PROGRESS, status)
        self._shelf.change()
        kept = self._shelf.activities.get((activity.app, activity.id))
        if kept is None or kept.status is not Status.IN_PROGRESS:
            return False
        self._shelf.activities[activity.app, activity.id] = replace(kept, status=status, ended_at=at)
        return True

    async def list(
        self, app: AppName, environment: str | None = None, service: str | None = None, *, limit: int = 20
    ) -> Sequence[Activity]:
        """Newest first."""
        self._shelf.visit()
        return self._of(app, environment, service)[:limit]

    async def unfinished(self) -> Sequence[Activity]:
        """Of every app."""
        self._shelf.visit()
        return [each for each in self._shelf.activities.values() if each.status is Status.IN_PROGRESS]

    async def latest(
        self, app: AppName, environment: EnvironmentName, service: ServiceName, *, by_policy: bool = False
    ) -> Activity | None:
        """The newest, of all or of those that a policy made."""
        self._shelf.visit()
        found = self._of(app, environment, service)
        if by_policy:
            found = [each for each in found if each.by is By.POLICY and each.status is not Status.NOT_SCALED]
        return found[0] if found else None

    def _of(self, app: str, environment: str | None, service: str | None) -> Sequence[Activity]:
        found = [
            each
            for each in self._shelf.activities.values()
            if each.app == app and environment in (None, each.environment) and service in (None, each.service)
        ]
        return sorted(found, key=lambda each: -each.id)
