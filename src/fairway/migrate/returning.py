"""A way back before it is gone: what an earlier passage has migrated is taken away, by the way down that it rehearsed.

    check        exactly its migrations are the newest ones; with none of them there it is over
    back up      a copy, restored and compared: what is taken away has data in it
    rehearse     the way down alone, on that copy, which has to lead back to before the passage

Nothing is judged, and no release is tried: somebody has asked for it, or fairway.toml has, and what is to run on the
schema that it leads to had run there. From MIGRATING on it is a migration like any other (`migrating`).
"""

from dataclasses import replace

from fairway.domain import catalog, guarding, rehearsed, taking_back
from fairway.domain.aftermath import Part
from fairway.domain.catalog import Schema
from fairway.domain.deployment import Cause
from fairway.domain.migrations import Plan
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Rehearsal
from fairway.errors import Conflict, NotFound
from fairway.migrate import causes, commands, rehearsing, saying
from fairway.migrate.finding import find
from fairway.migrate.parts import Order, Parts, Subject, WayBack
from fairway.migrate.walk import Walk
from fairway.ports.databases import Scratch

RECENT = 200
"""Passages that are looked at for what has migrated since."""


class Returning:
    """One, of what `original` has migrated."""

    def __init__(self, parts: Parts, walk: Walk, original: Passage) -> None:
        self._parts = parts
        self._walk = walk
        self._original = original

    async def prepare(self) -> Subject | None:
        """The database, once all is shown that has to be; None when the passage has ended by that. Raises WorkFailed,
        UsageError, Unavailable."""
        if bar := taking_back.find_bar(self._original):
            await self._refuse(bar)
            return None
        subject = await self._check()
        return subject if subject is not None and await self._try(subject) else None

    async def _check(self) -> Subject | None:
        parts, walk, original = self._parts, self._walk, self._original
        subject = await find(parts, walk.order.release)
        await walk.note(
            plan=subject.plan,
            variable=subject.settings.database,
            source=subject.written.shown,
            taken=original.applied,
        )
        schema = await parts.databases.schema(subject.address, without=parts.planning.own(subject.settings))
        made = await parts.passages.list(walk.order.app, environment=walk.order.environment, limit=RECENT)
        stand = taking_back.look(original, subject.plan, schema, made)
        if stand.obstacle:
            await self._refuse(stand.obstacle)
            return None
        if stand.there is Part.NONE:
            await self._skip()
            return None
        walk.step("check", True, saying.taking_back(walk.passage))
        return replace(subject, standing=await parts.databases.look(subject.address))

    async def _skip(self) -> None:
        """Somebody was faster: what is to run finds the database as it needs it."""
        walk, said = self._walk, saying.nothing_to_take_back(self._original.number)
        walk.step("check", True, said)
        if guarding.opens(walk.passage, Outcome.APPLIED, maintenance=False):
            await open_door(self._parts, walk)
        await walk.end(PassageStatus.SKIPPED, said, outcome=Outcome.UNTOUCHED, taken=())

    async def _refuse(self, why: str) -> None:
        cause = causes.bar(why, self._walk.passage, self._original, self._parts.advice)
        self._walk.step("refused", False, cause.sentence)
        await self._walk.end(PassageStatus.REFUSED, cause.sentence, cause, outcome=Outcome.UNTOUCHED)

    async def _try(self, subject: Subject) -> bool:
        """Back up, and go the way back on that copy; False when it is over by that."""
        parts, walk = self._parts, self._walk
        await walk.move(PassageStatus.BACKING_UP)
        own = parts.planning.own(subject.settings)
        schema = await parts.databases.schema(subject.address, without=own)
        async with parts.copies.make(walk.order, subject, schema=schema.version, report=walk.report) as copied:
            await walk.note(backup=copied.backup.number, snapshot=copied.backup.snapshot)
            walk.step("backup", True, saying.backup(copied.backup))
            await walk.move(PassageStatus.REHEARSING)
            failed = await self._rehearse(subject, copied.scratch)
        if failed is None:
            return True
        walk.step("rehearsal", False, failed.sentence)
        cause = causes.rehearsal(failed, walk.passage, parts.advice)
        await walk.end(PassageStatus.FAILED, failed.sentence, cause, outcome=Outcome.UNTOUCHED)
        return False

    async def _rehearse(self, subject: Subject, scratch: Scratch) -> Cause | None:
        """Why it did not lead back, None when it did."""
        parts, walk = self._parts, self._walk
        before = await self._read(subject, scratch)
        async with parts.watches.watch(scratch) as watch:
            down = await rehearsing.try_command(parts, walk, subject, scratch, commands.DOWN, back=True)
            watched = await watch.end()
        after = await self._read(subject, scratch)
        detour = taking_back.find_detour(self._original, before, after)
        found = Rehearsal(
            up=down,
            back=down.code == 0 and not detour,
            watched=watched,
            differences=catalog.compare(before[1], after[1]),
            before=before[1].version,
            after=after[1].version,
        )
        await walk.note(rehearsal=found)
        settled = replace(subject.plan, pending=())
        failed = rehearsed.find_failure(found, settled, subject.settings, subject.written)
        if failed is not None:
            return failed
        if detour:
            return causes.detour(detour, self._original, down)
        walk.step("rehearsal", True, saying.rehearsal(found))
        return None

    async def _read(self, subject: Subject, scratch: Scratch) -> tuple[Plan, Schema]:
        """What the copy has, by its tool's table and its schema."""
        image = self._walk.order.release.image
        plan = await self._parts.planning.plan(subject.settings, image, scratch.address)
        return plan, await rehearsing.read_schema(self._parts, subject, scratch)


async def make_order(parts: Parts, wanted: WayBack) -> Order:
    """What the guard is ordered for it. Raises NotFound for an unknown passage, Conflict when the release whose image
    has the way back is not kept any more, Unavailable."""
    original = await parts.passages.get(wanted.app, wanted.passage)
    try:
        release = await parts.release(wanted.app, original.release or 0)
    except NotFound as error:
        raise Conflict(
            f"passage {original.number} of {wanted.app} can't be taken back",
            why=f"release {original.release}, whose image has the way back, is not kept any more",
            hint=causes.otherwise(original, parts.advice),
        ) from error
    return Order(
        app=wanted.app,
        environment=wanted.environment,
        key=wanted.key,
        by=wanted.by,
        release=release,
        goes=True,
        execution=wanted.execution,
        back=original.number,
        opens_at=wanted.opens_at,
    )


async def open_door(parts: Parts, walk: Walk) -> None:
    """What the environment is to run fits its database: it may serve again. Raises Unavailable."""
    await parts.doors.open(walk.order.app, walk.order.environment)
    walk.step("maintenance", True, saying.OPENED)
