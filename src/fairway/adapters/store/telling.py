"""Desired states that tell when they were written, so that the orchestrator looks at once and not at its next round.

`deploy` and `orchestrator` know nothing of each other: the store between them does the telling.
"""

from collections.abc import Callable, Sequence

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling_activity import Activity, Status
from fairway.ports.scaling import Activities
from fairway.ports.stores import DesiredStates

Tell = Callable[[AppName, EnvironmentName], None]
"""Takes the app and the environment whose desired state was written; returns at once."""


class TellingActivities:
    """`ports.scaling.Activities` over another one."""

    def __init__(self, activities: Activities, tell: Tell) -> None:
        self._activities = activities
        self._tell = tell

    async def scale(self, desired: DesiredEnvironment, made: Sequence[Activity]) -> DesiredEnvironment:
        """Keep them, then tell. Raises Conflict, and tells nothing, when the kept version is another."""
        kept = await self._activities.scale(desired, made)
        self._tell(kept.app, kept.environment)
        return kept

    async def note(self, activity: Activity) -> None:
        """Keep one that changed nothing."""
        await self._activities.note(activity)

    async def conclude(self, activity: Activity, status: Status, *, at: float) -> bool:
        """Give one its end."""
        return await self._activities.conclude(activity, status, at=at)

    async def list(
        self, app: AppName, environment: str | None = None, service: str | None = None, *, limit: int = 20
    ) -> Sequence[Activity]:
        """Newest first."""
        return await self._activities.list(app, environment, service, limit=limit)

    async def unfinished(self) -> Sequence[Activity]:
        """Those that are IN_PROGRESS."""
        return await self._activities.unfinished()

    async def latest(
        self, app: AppName, environment: EnvironmentName, service: ServiceName, *, by_policy: bool = False
    ) -> Activity | None:
        """The newest, of all or of those that a policy made."""
        return await self._activities.latest(app, environment, service, by_policy=by_policy)


class TellingDesiredStates:
    """`ports.stores.DesiredStates` over another one."""

    def __init__(self, desired: DesiredStates, tell: Tell) -> None:
        self._desired = desired
        self._tell = tell

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """The kept one, None when nothing was ever desired."""
        return await self._desired.get(app, environment)

    async def list(self) -> Sequence[DesiredEnvironment]:
        """Of every app."""
        return await self._desired.list()

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        """Keep it, then tell. Raises Conflict, and tells nothing, when the kept version is another."""
        kept = await self._desired.put(desired)
        self._tell(kept.app, kept.environment)
        return kept
