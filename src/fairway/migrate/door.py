"""The guard's front door: what the pipeline orders, what somebody asks for, and how an environment gets back."""

from collections.abc import Sequence

from fairway.domain import guarding
from fairway.domain.guarding import Return
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.migrate.attending import Attendant
from fairway.migrate.guard import Guard
from fairway.migrate.parts import Order, Subject
from fairway.ports.builder import LogSink

RECENT = 200
"""Passages that are looked at for a way back."""


class Door:
    """Everything that other rooms want of the guard."""

    def __init__(self, guard: Guard, attendant: Attendant) -> None:
        self._guard = guard
        self._attendant = attendant
        self._passages = guard.parts.passages

    async def take(self, order: Order, log: LogSink) -> Passage:
        """See an order through, and return its passage as it ended. Raises Unavailable."""
        return await self._guard.take(order, log)

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        return await self._passages.get(app, number)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """Newest first."""
        return await self._passages.list(app, environment=environment, limit=limit)

    async def abandon(self, app: AppName, key: str) -> None:
        """End the passages whose keys begin so, as far as they do not migrate."""
        await self._attendant.abandon(app, key)

    async def look(self, release: Release) -> Subject:
        """The environment's database as the release's image sees it, with what is pending. Raises UsageError when no
        variable names it, WorkFailed, Unavailable."""
        return await self._guard.find(release)

    async def find_return(self, release: Release) -> Return | None:
        """Whether its environment's database still fits the release; None where it has no migrations. Raises as `look`
        does."""
        if release.description.migrations is None:
            return None
        subject = await self.look(release)
        made = await self._passages.list(release.app, environment=EnvironmentName(release.environment), limit=RECENT)
        alike = {release.number, *([release.rollback_of] if release.rollback_of is not None else [])}
        return guarding.find_return(subject.plan, alike, made)
