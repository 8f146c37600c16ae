"""Where samples are kept, and where they come from."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.metrics import Sample, Series


class Samples(Protocol):
    """The samples of every series: each second of the last hour, and thinned ones of the last 30 days."""

    def recent(self, series: Series, *, since: float) -> Sequence[Sample]:
        """The seconds of the last hour that ended after `since`, oldest first. A second that was not measured is
        missing: nothing is made up for it."""
        ...

    def series(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Series]:
        """Those that have a sample in the last hour, of all apps or of one, of all environments or of one."""
        ...
