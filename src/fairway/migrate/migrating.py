"""The migration itself: once, on the new image, by one server at a time.

    MIGRATING is written, with the id of the container     from here on nothing is assumed any more
    the environment is closed                              where the release that serves would fail meanwhile
    the gate is held                                       nobody else migrates this database
    the container runs to its end                          or is found again by its id, and watched on
    the database is looked at                              its table and its schema say what became of it
    what became of it is written                           then only is the container removed

A server that comes after a killed one begins at the second line. A container that it does not find was never begun, or
was removed by somebody: it is begun only where the database is seen to be untouched.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from fairway.domain import aftermath, guarding, rehearsed, retry
from fairway.domain.aftermath import Aftermath
from fairway.domain.ids import JobId
from fairway.domain.passage import Outcome, PassageStatus
from fairway.domain.rehearsal import Attempt
from fairway.errors import Conflict, FairwayError, Unavailable
from fairway.migrate import commands, outfit, saying
from fairway.migrate.insisting import insist
from fairway.migrate.parts import Parts, Subject
from fairway.migrate.walk import Walk
from fairway.wire import words

LIMIT = 60.0
"""Seconds between two attempts at the most."""
T = TypeVar("T")


class Migration:
    """One, on the database of a subject, or its way back. `subject.plan` is what was applied and pending before it."""

    def __init__(self, parts: Parts, walk: Walk, subject: Subject) -> None:
        self._parts = parts
        self._walk = walk
        self._subject = subject
        self._back = walk.passage.back_of is not None
        self._name = commands.on_database(walk.passage)

    async def begin(self) -> Aftermath:
        """Migrate, and say how the database stands. Raises Overtaken; everything else is an aftermath."""
        job = commands.job_id(self._walk.passage, self._name)
        await self._walk.move(PassageStatus.MIGRATING, server=self._parts.server, job=job)
        return await self._see_through(fresh=True)

    async def resume(self) -> Aftermath:
        """Go on with what a dead server had begun. Raises Overtaken."""
        self._walk.say("it was left while it migrated: looking for what became of it")
        return await self._see_through(fresh=False)

    async def _see_through(self, *, fresh: bool) -> Aftermath:
        """One attempt after the other, until one has not only waited for a lock."""
        try:
            await self._insist(self._close)
        except Unavailable as error:
            return self._unknown(error)
        except FairwayError as error:
            return await self._refused(error)
        while True:
            try:
                found, attempt = await self._attempt(fresh=fresh)
            except Unavailable as error:
                return self._unknown(error)
            except FairwayError as error:
                return await self._refused(error)
            if attempt is None or not self._again(found, attempt):
                return found
            await self._wait(attempt)
            fresh = True

    async def _close(self) -> None:
        """Nothing of the release that serves runs any more, where it does not hold on the new schema."""
        walk = self._walk
        if guarding.closes(walk.passage, maintenance=self._subject.settings.maintenance):
            walk.step("maintenance", None, saying.CLOSING_BACK if self._back else saying.CLOSING)
            await self._parts.doors.close(walk.order.app, walk.order.environment, walk.say)

    async def _attempt(self, *, fresh: bool) -> tuple[Aftermath, Attempt | None]:
        """The container's end, and how the database stands then, all behind the gate."""
        async with self._gate():
            if not fresh and await self._insist(self._is_gone):
                before = await self._insist(lambda: self._look(None))
                if before.outcome is not Outcome.UNTOUCHED:
                    return before, None
            attempt = await self._insist(self._run)
            found = await self._insist(lambda: self._look(attempt.code))
        await self._walk.note(attempts=(*self._walk.passage.attempts, attempt))
        return found, attempt

    async def _run(self) -> Attempt:
        parts, walk, subject = self._parts, self._walk, self._subject
        chosen = await outfit.choose(parts, walk, subject, here=subject.address, there=subject.written, back=self._back)
        spec = commands.make_spec(walk, self._name, chosen)
        variables = {**commands.add_own(subject.variables, subject, walk), **chosen.variables}
        return await commands.run(parts, parts.tasks, walk, JobId(walk.passage.job), spec, variables, subject.settings)

    async def _is_gone(self) -> bool:
        return self._walk.passage.job not in await self._parts.tasks.list()

    async def _look(self, code: int | None) -> Aftermath:
        """How the database stands, by its tool's table and its schema."""
        subject, rehearsal = self._subject, self._walk.passage.rehearsal
        now = await self._parts.planning.plan(subject.settings, self._walk.order.release.image, subject.address)
        own = self._parts.planning.own(subject.settings)
        schema = await self._parts.databases.schema(subject.address, without=own)
        differences = rehearsal.differences if rehearsal is not None else ()
        if self._back:
            found = aftermath.find_back(self._walk.passage.taken, now, differences, schema, code)
        else:
            wanted = tuple(step.name for step in subject.plan.pending)
            found = aftermath.find(wanted, subject.plan, now, differences, schema, code)
        return replace(found, schema=schema.version)

    def _again(self, found: Aftermath, attempt: Attempt) -> bool:
        """Whether it is tried again: it waited for a lock too long, and what it left is a beginning for the tool. A way
        back that did a part goes no further: its command a second time may take away more than it should."""
        tried = len(self._walk.passage.attempts)
        if tried > self._subject.settings.retries or not rehearsed.waited_for_lock(attempt):
            return False
        whole = found.outcome is Outcome.UNTOUCHED
        return whole or (found.outcome is Outcome.HALF and self._subject.plan.known and not self._back)

    async def _wait(self, attempt: Attempt) -> None:
        tried = len(self._walk.passage.attempts)
        pause = retry.delay(tried, limit=LIMIT)
        self._walk.step(
            saying.on_database(self._walk.passage),
            None,
            f"waited for a lock longer than {words.duration(self._subject.settings.lock_timeout)}; "
            f"attempt {tried + 1} of {self._subject.settings.retries + 1} follows in {words.duration(pause)}",
        )
        await self._parts.tasks.remove(JobId(self._walk.passage.job))
        await self._parts.clock.sleep(pause)
        await self._walk.note(job=commands.job_id(self._walk.passage, self._name, tried + 1))

    async def _refused(self, error: FairwayError) -> Aftermath:
        """The container could not be started at all, or the gate is another's."""
        with contextlib.suppress(Unavailable):
            found = await self._insist(lambda: self._look(None))
            said = f"{error.what}: {error.why}" if error.why else error.what
            return replace(found, sentence=f"{said}; {found.sentence}")
        return self._unknown(error)

    def _unknown(self, error: FairwayError) -> Aftermath:
        said = f"{error.what}: {error.why}" if error.why else error.what
        return Aftermath(outcome=Outcome.UNKNOWN, sentence=said)

    async def _insist(self, act: Callable[[], Awaitable[T]]) -> T:
        return await insist(self._parts, self._walk, act)

    @contextlib.asynccontextmanager
    async def _gate(self) -> AsyncIterator[None]:
        """Hold it, once whoever holds it lets go: a killed server's connection may be there a moment longer."""
        subject = self._subject
        clock, failures = self._parts.clock, 0
        until = clock.now() + self._parts.patience
        async with contextlib.AsyncExitStack() as stack:
            while True:
                gate = self._parts.gates.hold(
                    subject.address, lock_timeout=subject.settings.lock_timeout, report=self._walk.say
                )
                try:
                    await stack.enter_async_context(gate)
                    break
                except (Conflict, Unavailable) as error:
                    if clock.now() >= until:
                        raise
                    if failures == 0:
                        self._walk.say(f"{error.what}; waiting")
                    failures += 1
                    await clock.sleep(retry.delay(failures, limit=5.0))
            yield
