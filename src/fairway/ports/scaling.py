"""Where scaling activities are kept: the history, and the only memory that scaling has."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling_activity import Activity, Status


class Activities(Protocol):
    """The newest 1,000 of each service."""

    async def scale(self, desired: DesiredEnvironment, made: Sequence[Activity]) -> DesiredEnvironment:
        """Keep the desired state with `version` one higher, and the activities that it comes from: one transaction, so
        that no count is ever without its cause. What was IN_PROGRESS of the same services is OVERRIDDEN by it.

        Raises Conflict, and keeps nothing, when the kept version is not `desired.version`; NotFound for an unknown app.
        """
        ...

    async def note(self, activity: Activity) -> None:
        """Keep one that changed nothing. Raises NotFound for an unknown app."""
        ...

    async def conclude(self, activity: Activity, status: Status, *, at: float) -> bool:
        """Give one that is IN_PROGRESS its end; False when it had one. Raises ValueError for a status that is none."""
        ...

    async def list(
        self, app: AppName, environment: str | None = None, service: str | None = None, *, limit: int = 20
    ) -> Sequence[Activity]:
        """Newest first."""
        ...

    async def unfinished(self) -> Sequence[Activity]:
        """Those that are IN_PROGRESS, of every app."""
        ...

    async def latest(
        self, app: AppName, environment: EnvironmentName, service: ServiceName, *, by_policy: bool = False
    ) -> Activity | None:
        """The newest of the service; with `by_policy` the newest that a policy made and that changed the count."""
        ...
