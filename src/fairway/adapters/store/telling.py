"""Desired states that tell when they were written, so that the orchestrator looks at once and not at its next round.

`deploy` and `orchestrator` know nothing of each other: the store between them does the telling.
"""

from collections.abc import Callable, Sequence

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.ports.stores import DesiredStates

Tell = Callable[[AppName, EnvironmentName], None]
"""Takes the app and the environment whose desired state was written; returns at once."""


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
