"""What the scaler knows of the store without asking it each second: the environments that have something to scale, and
the last activities of their services. Dropped with each write of anybody, and read anew every few seconds.
"""

from collections.abc import Sequence

from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling_activity import Activity
from fairway.ports.clock import Clock
from fairway.ports.scaling import Activities
from fairway.ports.stores import DesiredStates

RESYNC = 5.0
"""Seconds after which everything is read again although nothing is known to have changed: another process may write."""

Key = tuple[AppName, EnvironmentName, ServiceName]


class Memory:
    """`stale` once something was written."""

    def __init__(self, desired: DesiredStates, activities: Activities, clock: Clock) -> None:
        self._desired = desired
        self._activities = activities
        self._clock = clock
        self._environments: Sequence[DesiredEnvironment] = ()
        self._changes: dict[Key, Activity | None] = {}
        self._newest: dict[Key, Activity | None] = {}
        self._read_at = float("-inf")
        self.stale = True

    def forget(self) -> None:
        """Something was written."""
        self.stale = True

    async def environments(self) -> Sequence[DesiredEnvironment]:
        """Those of this server with a service that is scaled."""
        now = self._clock.now()
        if self.stale or not 0 <= now - self._read_at < RESYNC:
            # Before the look: what is written during it is looked at once more.
            self.stale = False
            try:
                found = await self._desired.list()
            except BaseException:
                self.stale = True
                raise
            self._environments = [each for each in found if any(service.scaling for service in each.services)]
            self._changes.clear()
            self._newest.clear()
            self._read_at = now
        return self._environments

    async def last_change(self, service: DesiredService) -> Activity | None:
        """The last change that a policy made of the service."""
        key = key_of(service)
        if key not in self._changes:
            self._changes[key] = await self._activities.latest(*key, by_policy=True)
        return self._changes[key]

    async def newest(self, service: DesiredService) -> Activity | None:
        """The newest activity of the service, of any kind."""
        key = key_of(service)
        if key not in self._newest:
            self._newest[key] = await self._activities.latest(*key)
        return self._newest[key]

    def noted(self, service: DesiredService, activity: Activity) -> None:
        """The activity was kept: it is the newest now."""
        self._newest[key_of(service)] = activity


def key_of(service: DesiredService) -> Key:
    """What a service is known by."""
    return service.spec.app, service.spec.environment, service.spec.service
