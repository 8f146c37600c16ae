"""The schedules of apps, and when each is due next: what lasts over restarts of the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.ids import AppName
from fairway.domain.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An app's schedule: the branch whose head is deployed, and `due`, seconds since the epoch."""

    app: AppName
    branch: str
    schedule: Schedule
    due: float


class Schedules(Protocol):
    """At most one for each app; it goes with its app."""

    async def list(self) -> Sequence[Planned]:
        """Of every app, by their names."""
        ...

    async def put(self, planned: Planned) -> None:
        """Keep it, in place of the app's former one. Raises NotFound for an unknown app."""
        ...

    async def remove(self, app: AppName) -> None:
        """Forget it. One that is not there is no error."""
        ...

    async def advance(self, planned: Planned, due: float) -> bool:
        """Set when it is due next; false, and nothing is changed, when another one is kept by now."""
        ...
