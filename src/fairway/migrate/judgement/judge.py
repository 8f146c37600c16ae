"""`parts.Judging`: what is known of a database and of the release that serves is gathered, and the migrations judged.

Three times for each passage: by the files alone, while nothing has begun; with the nulls and doubles that were counted
in the copy, just before it is rehearsed; and with what the rehearsal has shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from fairway.domain.address import Address
from fairway.domain.ground import Ground, Question, Source
from fairway.domain.judgement import Judged
from fairway.domain.rehearsal import Rehearsal
from fairway.domain.release import Release
from fairway.errors import Unavailable
from fairway.migrate.judgement import judging
from fairway.migrate.parts import Subject
from fairway.ports.counting import Counts
from fairway.ports.databases import Databases
from fairway.ports.guarding import Linter

FindSource = Callable[[Release], Awaitable[Source | None]]
"""The source of a release that serves; None where it can't be had: then nothing is said of what still uses a name."""


class Judge:
    """One for all apps."""

    def __init__(
        self,
        databases: Databases,
        counts: Counts,
        linter: Linter,
        source: FindSource,
    ) -> None:
        self._databases = databases
        self._counts = counts
        self._linter = linter
        self._source = source

    async def judge(
        self,
        subject: Subject,
        *,
        serving: Release | None,
        rehearsal: Rehearsal | None = None,
        copy: Address | None = None,
    ) -> Judged:
        """Raises Unavailable when the database can't be looked at."""
        steps = subject.plan.pending
        ground = Ground(
            engine=subject.address.engine,
            settings=subject.settings,
            standing=subject.standing or await self._databases.look(subject.address),
            schema=await self._databases.schema(subject.address),
            source=None if serving is None else await self._source(serving),
            serves=serving is not None,
            rehearsal=rehearsal,
        )
        counted = (
            {} if copy is None else await self._count(copy, await asyncio.to_thread(judging.questions, steps, ground))
        )
        known = ground.with_answers(counted)
        found = await judging.find(steps, known, self._linter)
        return found.judged(known)

    async def _count(self, copy: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """What the copy says; nothing when it does not answer, since the rehearsal finds the same the hard way."""
        try:
            return await self._counts.count(copy, questions) if questions else {}
        except Unavailable:
            return {}
