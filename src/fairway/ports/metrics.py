"""Where samples are kept, and where they come from."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.metrics import Answered, Sample, Series, Use


class Samples(Protocol):
    """The samples of every series, each second of the last hour, counted back from the newest sample of any."""

    def add(self, samples: Mapping[Series, Sample]) -> None:
        """Keep what was measured at one moment. A sample that is not newer than the last of its series is left out; one
        that is older by more than a minute (the host's clock was set back) begins its series anew."""
        ...

    def recent(self, series: Series, *, since: float) -> Sequence[Sample]:
        """The seconds of the last hour that ended after `since`, oldest first. A second that was not measured is
        missing: nothing is made up for it."""
        ...

    def series(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Series]:
        """Those that have a sample in the last hour, of all apps or of one, of all environments or of one."""
        ...


class History(Protocol):
    """Thinned samples for longer than an hour, in grades: samples of `step` seconds, one of `domain.metrics.GRADES`."""

    async def append(self, step: int, samples: Mapping[Series, Sequence[Sample]]) -> None:
        """Keep these, in order of their ends. All or none of them are there after a crash, but for those of the call
        during which it came. Raises Unavailable when they can't be written."""
        ...

    async def read(self, step: int, *, since: float, series: Series | None = None) -> Mapping[Series, Sequence[Sample]]:
        """Those of the grade that ended after `since`, of all series or of one, oldest first; two that end at one
        moment (the server was started anew in between) are both there. Raises Unavailable."""
        ...


class Traffic(Protocol):
    """What the load balancer answers."""

    async def take(self) -> Mapping[Series, Answered]:
        """What was answered since the last time that this returned, by service that has a route and by task that has
        traffic; zeros included. The first time there is nothing before, and all are zero. Raises Unavailable; what was
        answered meanwhile is in the next answer."""
        ...


class Consumption(Protocol):
    """What the tasks use."""

    async def read(self) -> Mapping[Series, Use]:
        """Every running task of this server. One that can't be looked into is there with None. Raises Unavailable."""
        ...
