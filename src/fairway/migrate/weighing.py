"""The guard's judgement: the SQL of what is pending against the database as it stands and, once there was one, against
what the rehearsal has shown."""

from fairway.domain.address import Engine
from fairway.domain.catalog import Schema
from fairway.domain.ground import Ground
from fairway.domain.judgement import Judged
from fairway.domain.rehearsal import Rehearsal
from fairway.domain.release import Release
from fairway.migrate import judging
from fairway.migrate.parts import Subject
from fairway.ports.databases import Databases
from fairway.ports.guarding import Linter


class Weighing:
    """`parts.Judging`."""

    def __init__(self, linter: Linter, databases: Databases) -> None:
        self._linter = linter
        self._databases = databases

    async def judge(self, subject: Subject, *, serving: Release | None, rehearsal: Rehearsal | None = None) -> Judged:
        """A linter that can't be run is a note. Raises Unavailable when the database does not answer."""
        schema: Schema = await self._databases.schema(subject.address)
        ground = Ground(
            engine=Engine(subject.address.engine),
            settings=subject.settings,
            standing=subject.standing,
            schema=schema,
            rehearsal=rehearsal,
        )
        found = await judging.find(subject.plan.pending, ground, self._linter)
        return found.judged(ground)
