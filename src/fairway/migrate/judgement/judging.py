"""Judging the pending migrations: their SQL is read, by Fairway's own rules and by the linter, and becomes findings
that know the database.

It is done twice: before the backup, from the files; and after the rehearsal, with the locks and times that were
measured, the counts of the copy, and the SQL of migrations that are code.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import findings, sqltext
from fairway.domain.address import Engine
from fairway.domain.ground import Ground, Question
from fairway.domain.judgement import Finding, Judged, judge
from fairway.domain.migrations import Step
from fairway.errors import Unavailable
from fairway.migrate.judgement import reading
from fairway.ports.guarding import Linter

OWN_TABLES = frozenset(
    {
        "knex_migrations",
        "knex_migrations_lock",
        "_prisma_migrations",
        "SequelizeMeta",
        "sequelizemeta",
        "migrations",
        "typeorm_metadata",
        "pgmigrations",
        "__drizzle_migrations",
        "alembic_version",
        "django_migrations",
    }
)
"""Where the tools keep what they have done."""
TOGETHER = "the rehearsal"
"""Stands for the migration's name where several of them are code, and what each ran can't be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, and a sentence for each thing that could not be judged."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def judged(self, ground: Ground) -> Judged:
        """The same by the policy of fairway.toml."""
        return judge(self.findings, ground.settings, notes=self.notes)


async def find(steps: Sequence[Step], ground: Ground, linter: Linter) -> Found:
    """What is found in the pending steps. A linter that can't be run is a note: the own rules stand without it."""
    known = [*steps, *captured(steps, ground)]
    # On a thread: a megabyte of SQL takes most of a second, and so does a search in a large source.
    read, own = await asyncio.to_thread(judge_own, known, ground)
    linted, notes = await lint(known, ground, linter)
    unseen = [step.name for step in steps if step.sql is None]
    if unseen and ground.rehearsal is None:
        notes = (*notes, f"{', '.join(unseen)}: written as code, so its SQL is seen only in the rehearsal")
    return Found(findings=tuple(findings.merge(linted, own)), notes=(*read.notes, *notes))


def judge_own(steps: Sequence[Step], ground: Ground) -> tuple[reading.Read, list[Finding]]:
    """What Fairway's own rules find in the SQL of the steps, and what of it could not be read."""
    read = reading.read(steps, ground.engine)
    return read, findings.find(read.readings, ground, own_tables=own_tables(ground))


async def lint(steps: Sequence[Step], ground: Ground, linter: Linter) -> tuple[list[Finding], tuple[str, ...]]:
    """What the linter finds, with the tables' sizes. It knows PostgreSQL alone."""
    if ground.engine is not Engine.POSTGRES:
        return [], ()
    version = ground.standing.version if ground.standing is not None else ""
    found: list[Finding] = []
    notes: list[str] = []
    for step in steps:
        if not step.sql:
            continue
        try:
            found += await linter.lint([step], version=version)
        except Unavailable as error:
            notes.append(f"{step.name}: squawk did not judge it, only Fairway's own rules did ({error})")
    return [findings.sized(finding, ground) for finding in found], tuple(notes)


def questions(steps: Sequence[Step], ground: Ground) -> tuple[Question, ...]:
    """What is worth counting in the copy before it is migrated."""
    return findings.questions(reading.read(steps, ground.engine).readings, ground)


def captured(steps: Sequence[Step], ground: Ground) -> list[Step]:
    """What the rehearsal ran beyond the SQL of the files, as a step: under the name of the one migration that is code,
    or under one for all of them."""
    code = [step.name for step in steps if step.sql is None]
    if ground.rehearsal is None or not code:
        return []
    read = {statement.plain for step in steps for statement in sqltext.split(step.sql or "")}
    ran = [statement.strip().rstrip(";") for statement in ground.rehearsal.watched.statements]
    fresh = [statement for statement in ran if " ".join(statement.split()) not in read]
    if not fresh:
        return []
    name = code[0] if len(code) == 1 else TOGETHER
    # Whether each ran in a transaction is not known from its text; what failed is told by the rehearsal itself.
    return [Step(name=name, sql=";\n".join(fresh) + ";", transactional=False)]


def own_tables(ground: Ground) -> frozenset[str]:
    """The tables of the tool, with the one that fairway.toml names."""
    table = ground.settings.table
    return OWN_TABLES | ({table} if table else frozenset())
