"""The guard: no migration reaches a database that has not succeeded on a copy of it.

    check        what is pending; with nothing pending it is over
    judge        what the pending ones would do; what is refused stops here
    back up      a copy, restored and compared
    rehearse     the new image's own command, on that copy
    try          the release that serves, and the new one, on the migrated copy
    decide       go on, ask, or refuse
    migrate      once, on the real database
    record       how it stands then

A passage that a killed server had under way begins again at the first step, as long as it had not begun to migrate; the
copy of then is gone. From there on `migrating` finds out what became of it. A way back (`returning`) is not judged.
"""

import asyncio
from dataclasses import replace

from fairway.domain import guarding, rehearsed
from fairway.domain.address import Address
from fairway.domain.aftermath import Aftermath
from fairway.domain.deployment import Cause
from fairway.domain.ids import AppName, EnvironmentName, JobId
from fairway.domain.migrations import Restoring
from fairway.domain.passage import TRANSITIONS, Outcome, Passage, PassageStatus, advance
from fairway.domain.rehearsal import Rehearsal
from fairway.domain.release import Release
from fairway.errors import FairwayError
from fairway.migrate import causes, rehearsing, saying, trying
from fairway.migrate.finding import find
from fairway.migrate.insisting import insist
from fairway.migrate.migrating import Migration
from fairway.migrate.parts import Copied, Order, Parts, Serving, Subject
from fairway.migrate.returning import Returning, open_door
from fairway.migrate.walk import Overtaken, Walk
from fairway.ports.builder import LogSink

S = PassageStatus


class Guard:
    """Takes orders; each is a passage."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._turns: dict[tuple[str, int], asyncio.Lock] = {}

    async def take(self, order: Order, log: LogSink) -> Passage:
        """See the order through, and return its passage as it ended. The same key a second time goes on where the first
        was left, or waits while that is under way here. Raises Unavailable when the store does not answer, or while
        nobody can find out what became of a migration; it is MIGRATING then."""
        passage = await self.begin(order)
        if order.goes and not passage.finished:
            await self._clear_way(passage, log)
        return await self._in_turn(passage, order, log)

    async def begin(self, order: Order) -> Passage:
        """The order's passage, made if there is none of its key; nothing else is done yet. Raises NotFound for an
        unknown app."""
        return await self.parts.passages.create(self._describe(order))

    async def finish(self, passage: Passage, log: LogSink) -> Passage:
        """Find out what became of one that a dead server was migrating, with nobody there who had ordered it. Raises
        NotFound when its release is not kept any more, Unavailable."""
        release = await self.parts.release(passage.app, passage.release or 0)
        order = Order(
            app=passage.app,
            environment=passage.environment,
            key=passage.key,
            by=passage.by,
            release=release,
            goes=passage.goes,
            execution=passage.execution,
            back=passage.back_of,
            opens_at=passage.opens_at,
        )
        return await self._in_turn(passage, order, log)

    async def stop(self, passage: Passage) -> bool:
        """End one that does not migrate yet; False for one that does, or has ended."""
        while S.STOPPED in TRANSITIONS[passage.status]:
            ended = advance(
                passage, S.STOPPED, summary="stopped", ended_at=self.parts.clock.now(), outcome=Outcome.UNTOUCHED
            )
            if await self.parts.passages.change(passage, ended):
                return True
            passage = await self.parts.passages.get(passage.app, passage.number)
        return False

    def has(self, passage: Passage) -> bool:
        """Whether somebody sees to it at this moment, in this process."""
        turn = self._turns.get((passage.app, passage.number))
        return turn is not None and turn.locked()

    async def _in_turn(self, passage: Passage, order: Order, log: LogSink) -> Passage:
        key = (passage.app, passage.number)
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            latest = await self.parts.passages.get(passage.app, passage.number)
            walk = Walk(self.parts, latest, order, log)
            try:
                if not latest.finished:
                    await self._see_through(walk)
            except Overtaken as error:
                if not error.passage.finished:
                    raise
                return error.passage
            finally:
                self._turns.pop(key, None)
        return walk.passage

    async def _clear_way(self, passage: Passage, log: LogSink) -> None:
        """What an earlier order left of the environment comes first: one that was migrating is found out, one that was
        not has been given up with its execution."""
        for other in await self.parts.passages.list(passage.app, environment=passage.environment):
            if other.finished or not other.goes or other.number >= passage.number:
                continue
            if other.status is S.MIGRATING:
                log(f"passage {other.number} was left while it migrated; that comes first")
                await self.finish(other, log)
            else:
                await self.stop(other)

    async def _see_through(self, walk: Walk) -> None:
        try:
            if walk.passage.status is S.MIGRATING:
                await self._go_on(walk)
            else:
                await self._pass(walk)
        except Overtaken:
            raise
        except FairwayError as error:
            if walk.passage.status is S.MIGRATING or walk.passage.finished:
                raise
            cause = causes.from_error(error, walk.passage, self.parts.advice)
            walk.step(
                saying.STEPS[walk.passage.status], False, f"{error.what}: {error.why}" if error.why else error.what
            )
            await walk.end(S.FAILED, error.what, cause, outcome=Outcome.UNTOUCHED)

    async def _pass(self, walk: Walk) -> None:
        """The whole order, from its beginning."""
        if walk.passage.status is not S.CHECKING:
            walk.say("it was left before it migrated; beginning again")
            await walk.move(S.CHECKING, plan=None, judged=None, rehearsal=None, backup=None, snapshot="", taken=())
        if walk.order.back is not None:
            await self._pass_back(walk, walk.order.back)
            return
        subject = await self._check(walk)
        if subject is None:
            return
        serving = await self.parts.serving(walk.order.app, walk.order.environment)
        await self._judge(walk, subject, serving)
        refused = guarding.find_obstacle(walk.passage, walk.order.agreed) is guarding.Obstacle.REFUSED
        if refused or not subject.settings.backup or await self._try(walk, subject, serving):
            await self._decide(walk, subject)

    async def _pass_back(self, walk: Walk, number: int) -> None:
        """The whole order of a way back."""
        returning = Returning(self.parts, walk, await self.parts.passages.get(walk.order.app, number))
        subject = await returning.prepare()
        if subject is not None:
            await self._conclude(walk, subject, await Migration(self.parts, walk, subject).begin())

    async def _check(self, walk: Walk) -> Subject | None:
        """What is pending, by the tool's table and the image; None when it is over because nothing is."""
        subject = await self.find(walk.order.release)
        plan = subject.plan
        await walk.note(plan=plan, variable=subject.settings.database, source=subject.written.shown)
        if plan.known and not plan.pending:
            walk.step("check", True, saying.nothing_pending(plan))
            await walk.end(S.SKIPPED, saying.nothing_pending(plan), outcome=Outcome.UNTOUCHED)
            return None
        walk.step("check", True, saying.pending(plan))
        return replace(subject, standing=await self.parts.databases.look(subject.address))

    async def find(self, release: Release) -> Subject:
        """The database of a release, with what is pending by its image. Raises as `finding.find` does."""
        return await find(self.parts, release)

    async def _judge(
        self,
        walk: Walk,
        subject: Subject,
        serving: Serving | None,
        rehearsal: Rehearsal | None = None,
        copy: Address | None = None,
    ) -> None:
        """What is wrong with it, said and written down; said once more only where the rehearsal has shown more."""
        release = serving.release if serving is not None else None
        judged = await self.parts.judging.judge(subject, serving=release, rehearsal=rehearsal, copy=copy)
        before = walk.passage.judged
        known = guarding.agree(before.all) if before is not None else guarding.NOTHING
        await walk.note(judged=judged)
        for finding, line in zip(judged.all, saying.findings(judged), strict=True):
            if guarding.name(finding) not in known:
                walk.say(line)

    async def _try(self, walk: Walk, subject: Subject, serving: Serving | None) -> bool:
        """Back up, and rehearse on that; False when it is over by that."""
        await walk.move(S.BACKING_UP)
        own = self.parts.planning.own(subject.settings)
        schema = await self.parts.databases.schema(subject.address, without=own)
        making = self.parts.copies.make(walk.order, subject, schema=schema.version, report=walk.report)
        async with making as copied:
            await walk.note(backup=copied.backup.number, snapshot=copied.backup.snapshot)
            walk.step("backup", True, saying.backup(copied.backup))
            if not subject.settings.rehearse:
                return True
            await walk.move(S.REHEARSING)
            await self._judge(walk, subject, serving, copy=copied.scratch.address)
            found = await rehearsing.rehearse(self.parts, walk, subject, copied.scratch)
            await walk.note(rehearsal=found)
            failed = rehearsed.find_failure(found, subject.plan, subject.settings, subject.written)
            if failed is not None:
                walk.step("rehearsal", False, failed.sentence)
                cause = causes.rehearsal(failed, walk.passage, self.parts.advice, elsewhere=await self._passed_in(walk))
                await walk.end(S.FAILED, failed.sentence, cause, outcome=Outcome.UNTOUCHED)
                return False
            walk.step("rehearsal", True, saying.rehearsal(found))
            await self._judge(walk, subject, serving, found)
            await self._compare(walk, subject, copied, found, serving)
        return True

    async def _compare(
        self, walk: Walk, subject: Subject, copied: Copied, found: Rehearsal, serving: Serving | None
    ) -> None:
        """Try both releases on the migrated copy, where one serves."""
        if serving is None or not subject.settings.compatibility:
            return
        found = await trying.try_both(self.parts, walk, subject, copied, found, serving)
        await walk.note(rehearsal=found)
        for which, trial in ((f"release {serving.release.number}", found.old), ("the new release", found.new)):
            if trial is not None:
                walk.step("compatibility", trial.held, saying.trial(which, trial))

    async def _decide(self, walk: Walk, subject: Subject) -> None:
        """Refuse, stop at the rehearsal, or migrate."""
        maintenance = subject.settings.maintenance
        obstacle = guarding.find_obstacle(walk.passage, walk.order.agreed, maintenance=maintenance)
        if obstacle is not None:
            cause = causes.obstacle(obstacle, walk.passage, walk.order.agreed, self.parts.advice)
            walk.step("refused", False, cause.sentence)
            await walk.end(S.REFUSED, cause.sentence, cause, outcome=Outcome.UNTOUCHED)
        elif not walk.order.goes:
            await walk.end(S.REHEARSED, saying.rehearsed(walk.passage), outcome=Outcome.UNTOUCHED)
        else:
            await self._conclude(walk, subject, await Migration(self.parts, walk, subject).begin())

    async def _go_on(self, walk: Walk) -> None:
        """What a dead server had begun on the real database. Raises Unavailable."""
        subject = await insist(self.parts, walk, lambda: self.find(walk.order.release))
        if walk.passage.plan is not None:
            subject = replace(subject, plan=walk.passage.plan)
        await self._conclude(walk, subject, await Migration(self.parts, walk, subject).resume())

    async def _conclude(self, walk: Walk, subject: Subject, found: Aftermath) -> None:
        """Write how it ended; then its container is not needed any more."""
        restored = await self._restore(walk, subject, found)
        outcome = Outcome.UNTOUCHED if restored else found.outcome
        if guarding.opens(walk.passage, outcome, maintenance=subject.settings.maintenance):
            await insist(self.parts, walk, lambda: open_door(self.parts, walk))
        name, back = saying.on_database(walk.passage), walk.passage.back_of
        if found.outcome is Outcome.APPLIED:
            summary = saying.migrated(walk.passage, found) if back is None else saying.taken_back(walk.passage)
            walk.step(name, True, summary)
            await walk.end(S.MIGRATED, summary, applied=found.applied, schema=found.schema, outcome=outcome)
        else:
            cause = await self._explain(walk, subject, found, restored=restored)
            walk.step(name, False, cause.sentence)
            await walk.end(S.FAILED, cause.sentence, cause, outcome=outcome, applied=found.applied)
        await self.parts.tasks.remove(JobId(walk.passage.job))

    async def _explain(self, walk: Walk, subject: Subject, found: Aftermath, *, restored: bool) -> Cause:
        """Why it did not come to its end, and how everything stands."""
        passage = walk.passage
        if passage.back_of is None:
            closed = guarding.closes(passage, maintenance=subject.settings.maintenance)
            return causes.aftermath(found, passage, self.parts.advice, restored=restored, closed=closed)
        original = await insist(self.parts, walk, lambda: self.parts.passages.get(passage.app, passage.back_of or 0))
        return causes.way_back(found, passage, original, self.parts.advice, restored=restored)

    async def _restore(self, walk: Walk, subject: Subject, found: Aftermath) -> bool:
        """Put the backup in the place of a database that was left half-way, where the policy lets that happen by
        itself. A second time it does the same again."""
        number = walk.passage.backup
        wanted = subject.settings.restore is Restoring.AUTOMATIC and found.outcome is Outcome.HALF
        if number is None or not wanted:
            return False
        walk.step("restore", None, f"backup {number} takes the place of the database, by migrations.restore")
        try:
            await self.parts.restore(walk.order.app, number, by="migrations.restore", report=walk.report)
        except FairwayError as error:
            walk.step("restore", False, f"{error.what}: {error.why}" if error.why else error.what)
            return False
        walk.step("restore", True, f"backup {number}")
        return True

    async def _passed_in(self, walk: Walk) -> str:
        """Another environment in which the same migrations were made, "" when there is none."""
        plan = walk.passage.plan
        wanted = {step.name for step in plan.pending} if plan is not None else set()
        for each in await self.parts.passages.list(walk.order.app, limit=50):
            if each.status is S.MIGRATED and wanted & set(each.applied) and each.environment != walk.order.environment:
                return each.environment
        return ""

    def _describe(self, order: Order) -> Passage:
        """The passage as it begins."""
        return Passage(
            app=AppName(order.app),
            number=0,
            environment=EnvironmentName(order.environment),
            key=order.key,
            by=order.by,
            status=S.CHECKING,
            created_at=self.parts.clock.now(),
            goes=order.goes,
            execution=order.execution,
            release=order.release.number or None,
            back_of=order.back,
            opens_at=order.opens_at,
        )
