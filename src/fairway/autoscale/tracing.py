"""How changes end: an activity is IN_PROGRESS until its tasks are there, or gone, or have had their time."""

from fairway.domain.scaling_activity import Activity, Status, follow
from fairway.ports.clock import Clock
from fairway.ports.leases import Holding
from fairway.ports.observations import Observations
from fairway.ports.scaling import Activities

UNSEEN = 1_000_000
"""More tasks than any service has: of what can't be seen nothing is taken for done."""


class Tracer:
    """Follows the changes of this server's apps; the store is asked only while there are some."""

    def __init__(self, activities: Activities, observations: Observations, clock: Clock, holding: Holding) -> None:
        self._activities = activities
        self._observations = observations
        self._clock = clock
        self._holding = holding
        self._known = True

    def wake(self) -> None:
        """There may be a new one."""
        self._known = True

    async def look(self) -> None:
        """Give those their end that have come to it."""
        if not self._known:
            return
        self._known = False
        found = [each for each in await self._activities.unfinished() if self._holding.holds(each.app)]
        for activity in found:
            status = self._status(activity)
            if status is Status.IN_PROGRESS:
                self._known = True
            else:
                await self._holding.valid()
                await self._activities.conclude(activity, status, at=self._clock.now())

    def _status(self, activity: Activity) -> Status:
        now = self._clock.now()
        progress = self._observations.progress(activity.app, activity.environment)
        seen = progress.services.get(activity.service) if progress is not None and not progress.trouble else None
        if progress is None or seen is None or progress.at < activity.at or seen.desired != activity.after:
            return follow(activity, running=UNSEEN, healthy=-1, now=now)
        return follow(activity, running=seen.running, healthy=seen.healthy, now=now)
