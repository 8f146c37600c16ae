"""Forgetting old executions with their logs, passages and deployments, once an hour, so that a server that lives for
years fills no disk with its past.

A few go at a time, each few in a transaction of its own, and others' writes come in between. An execution's log goes
first, its passages next, its record last: what dies in between leaves a record that the next round takes, and nothing
that nobody would find again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fairway.domain import forgetting
from fairway.domain.events import Event
from fairway.domain.forgetting import Entry, Kept, Policy, Trace
from fairway.domain.ids import AppName
from fairway.errors import FairwayError
from fairway.pipeline.log import StageLogs
from fairway.ports.clock import Clock
from fairway.ports.durable import Durable
from fairway.ports.guarding import Backups, OldPassages
from fairway.ports.stores import Apps, Deployments, DesiredStates, Events, Executions, Releases

LOG = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two rounds, and before the first one: a server that starts has better things to do."""
FEW = 50
"""Executions that go in one transaction, and passages that are read in one."""
ALL = 100_000
"""More releases and backups than any app has."""

Apart = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The stores that the past lies in. `apps` and `desired` are those of this server."""

    apps: Apps
    executions: Executions
    deployments: Deployments
    desired: DesiredStates
    releases: Releases
    passages: OldPassages
    backups: Backups
    events: Events


class Forgetter:
    """`durable` has a past of its own: how far each stage of each execution had come. `apart` runs what the disk may
    hold up."""

    def __init__(
        self,
        archive: Archive,
        logs: StageLogs,
        durable: Durable,
        clock: Clock,
        policy: Policy,
        *,
        apart: Apart = asyncio.to_thread,
    ) -> None:
        self._archive = archive
        self._logs = logs
        self._durable = durable
        self._clock = clock
        self._policy = policy
        self._apart = apart

    async def run(self) -> None:
        """Clear up now and then, until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            try:
                await self.clear_up()
            except FairwayError as error:
                LOG.warning("old executions stay for now: %s: %s; it is tried again in an hour", error.what, error.why)

    async def clear_up(self) -> None:
        """One round. Raises Unavailable; what has gone by then is gone, and the next round goes on."""
        for record in await self._archive.apps.list():
            await self._clear_up(record.name)
        await self._sweep()
        await self._durable.forget()

    async def _clear_up(self, app: AppName) -> None:
        entries = await self._archive.executions.entries(app)
        made = await self._archive.deployments.entries(app)
        now, policy = self._clock.now(), self._policy
        if not any(forgetting.old(each, now=now, policy=policy) for each in (entries, made)):
            return
        kept = forgetting.keep(
            await self._archive.releases.list(app, limit=ALL), await self._archive.backups.list(app, limit=ALL)
        )
        await self._forget_executions(app, entries, kept)
        desired = [each for each in await self._archive.desired.list() if each.app == app]
        ids = frozenset(int(service.spec.deployment) for each in desired for service in each.services)
        going = forgetting.deployments_to_go(made, desired=ids, kept=kept, now=now, policy=policy)
        for few in parts(going):
            await self._archive.deployments.delete(app, few)

    async def _forget_executions(self, app: AppName, entries: Sequence[Entry], kept: Kept) -> None:
        passages = await self._trace(app)
        going = forgetting.judge(entries, passages, kept, now=self._clock.now(), policy=self._policy)
        for few in parts(going.passages):
            await self._archive.passages.delete(app, few)
        for few in parts(going.executions):
            await self._apart(self._drop_logs, app, few)
            await self._archive.executions.delete(app, few)
        if going.executions:
            await self._tell(app, going.executions)

    async def _sweep(self) -> None:
        """Logs that lie here of executions that are gone: another server, which has the app by now, has forgotten them.
        One that is newer than all that were read has begun since."""
        for name, found in groupby(await self._apart(self._logs.kept), key=lambda each: str(each[0])):
            app = AppName(name)
            there = {entry.number for entry in await self._archive.executions.entries(app)}
            left = [number for _, number in found if number not in there and number < max(there, default=0)]
            await self._apart(self._drop_logs, app, left)

    async def _trace(self, app: AppName) -> Sequence[Trace]:
        """Every passage of the app, a few at a time."""
        found: list[Trace] = []
        while more := await self._archive.passages.traces(app, below=found[-1].number if found else None, limit=FEW):
            found += more
        return found

    def _drop_logs(self, app: AppName, numbers: Collection[int]) -> None:
        for number in numbers:
            self._logs.forget(app, number)

    async def _tell(self, app: AppName, numbers: Sequence[int]) -> None:
        first, last, many = numbers[0], numbers[-1], len(numbers)
        which = f"execution {first} is" if many == 1 else f"{many} executions from {first} to {last} are"
        text = f"{which} forgotten: newer ones are kept, or it was too long ago"
        LOG.info("%s: %s", app, text)
        event = Event(at=self._clock.now(), kind="executions.forgotten", text=text, app=app)
        await self._archive.events.append([event])


def parts(numbers: Sequence[int]) -> Sequence[Sequence[int]]:
    """The numbers, few at a time."""
    return [numbers[start : start + FEW] for start in range(0, len(numbers), FEW)]
