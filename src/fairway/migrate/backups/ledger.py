"""The records of backups as this room changes them: each change by compare-and-set, and told once it is kept."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from fairway.domain import proof
from fairway.domain.backup import Backup, Verdict
from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.proof import Key
from fairway.errors import Conflict
from fairway.ports.clock import Clock
from fairway.ports.guarding import Backups
from fairway.ports.notify import Notices
from fairway.wire import words

ALL = 100_000
"""More backups than an app ever keeps."""
ATTEMPTS = 5
"""How often a change is tried again when the record has changed meanwhile."""


class Ledger:
    """Changes them. `busy` are the backups that this server is making, `wanted` those that it reads; a counter, since
    several may read the same one."""

    def __init__(self, backups: Backups, clock: Clock, notices: Notices) -> None:
        self.backups = backups
        self.clock = clock
        self.busy: set[Key] = set()
        self.wanted: Counter[Key] = Counter()
        self._notices = notices
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begun(self, backup: Backup) -> AsyncIterator[Backup]:
        """A new record; while this lasts nobody takes it for one that a dead server left. Raises NotFound."""
        async with self._turn:
            kept = await self.backups.create(backup)
            self.busy.add((kept.app, kept.number))
        try:
            yield kept
        finally:
            self.busy.discard((kept.app, kept.number))

    @contextmanager
    def reading(self, app: AppName, number: int) -> Iterator[None]:
        """While this lasts it does not go, however old it is."""
        self.wanted[app, number] += 1
        try:
            yield
        finally:
            self.wanted[app, number] -= 1

    async def fail_interrupted(self, app: AppName) -> None:
        """Those that a dead server left are FAILED."""
        async with self._turn:
            left = proof.interrupted(await self.backups.list(app, limit=ALL), self.busy)
            for backup in left:
                await self.change(backup.app, backup.number, fail_if_taken)

    async def replace(self, before: Backup, after: Backup) -> Backup:
        """Keep `after`; it is what is kept then. Raises Conflict when the record is not `before` any more."""
        if not await self.backups.change(before, after):
            raise Conflict(
                f"backup {before.number} of {before.app} was changed by somebody else",
                why="another server has taken the app over",
            )
        kept = await self.backups.get(after.app, after.number)
        self._tell(before, kept)
        return kept

    async def change(self, app: AppName, number: int, edit: Callable[[Backup], Backup]) -> Backup:
        """The record after the edit, which may be asked again when somebody else was quicker. Raises NotFound,
        Conflict."""
        for attempt in range(1, ATTEMPTS + 1):
            before = await self.backups.get(app, number)
            try:
                return await self.replace(before, edit(before))
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def say(self, app: AppName, environment: str, kind: str, text: str) -> None:
        """Tell an event."""
        self._notices.publish(Event(at=self.clock.now(), kind=kind, text=text, app=app, environment=environment))

    def _tell(self, before: Backup, after: Backup) -> None:
        name = f"backup {after.number} of {after.variable}"
        if len(after.drills) != len(before.drills) or after.drills[-1:] != before.drills[-1:]:
            last = after.drills[-1]
            if last.differences:
                text = f"{name} failed its drill: {proof.sentence(last.differences)}"
                self.say(after.app, after.environment, "drill.failed", text)
            else:
                text = f"{name} was restored in a drill in {words.duration(last.seconds)}"
                self.say(after.app, after.environment, "drill.succeeded", text)
        if after.verdict is before.verdict:
            return
        if after.verdict is Verdict.VERIFIED:
            text = f"{name} was made and proven: {words.size(after.bytes)}"
            self.say(after.app, after.environment, "backup.verified", text)
        elif after.verdict is Verdict.FAILED:
            self.say(after.app, after.environment, "backup.failed", f"{name} failed: {after.cause}")


def fail_if_taken(backup: Backup) -> Backup:
    """As it is when somebody else has come to a verdict meanwhile."""
    return proof.failed(backup, proof.INTERRUPTED) if backup.verdict is Verdict.TAKEN else backup
