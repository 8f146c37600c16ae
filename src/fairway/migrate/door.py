"""The guard's front door: what the pipeline orders, what somebody asks for, and how an environment gets back."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.domain import guarding
from fairway.domain.guarding import Return
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.judgement import Judged
from fairway.domain.migrations import Plan
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.migrate.attending import Attendant
from fairway.migrate.guard import Guard
from fairway.migrate.parts import Order, Subject, WayBack
from fairway.migrate.requests import Requests
from fairway.migrate.returning import make_order
from fairway.ports.builder import LogSink

RECENT = 200
"""Passages that are looked at for a way back."""


class Door:
    """Everything that other rooms want of the guard."""

    def __init__(self, guard: Guard, attendant: Attendant, requests: Requests) -> None:
        self._guard = guard
        self._attendant = attendant
        self.requests = requests
        self._passages = guard.parts.passages

    async def take(self, order: Order, log: LogSink) -> Passage:
        """See an order through, and return its passage as it ended. Raises Unavailable."""
        return await self._guard.take(order, log)

    async def take_back(self, wanted: WayBack, log: LogSink) -> Passage:
        """Take away what an earlier passage has migrated, and return the passage that did, as it ended. Raises NotFound
        for an unknown passage, Conflict when the release whose image has the way back is not kept any more,
        Unavailable."""
        return await self._guard.take(await make_order(self._guard.parts, wanted), log)

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

    async def plan(self, release: Release) -> tuple[Plan, Judged]:
        """What a release would have pending, and what is wrong with it by its files alone. Raises as `look` does."""
        subject = await self.look(release)
        if subject.plan.known and not subject.plan.pending:
            return subject.plan, Judged()
        parts = self._guard.parts
        standing = await parts.databases.look(subject.address)
        serving = await parts.serving(release.app, release.environment)
        judged = await parts.judging.judge(
            replace(subject, standing=standing), serving=None if serving is None else serving.release
        )
        return subject.plan, judged

    async def find_return(self, release: Release) -> Return | None:
        """Whether its environment's database still fits the release; None where it has no migrations. Raises as `look`
        does."""
        if release.description.migrations is None:
            return None
        subject = await self.look(release)
        made = await self._passages.list(release.app, environment=EnvironmentName(release.environment), limit=RECENT)
        alike = {release.number, *([release.rollback_of] if release.rollback_of is not None else [])}
        return guarding.find_return(subject.plan, alike, made)
