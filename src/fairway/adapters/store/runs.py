"""The runs of jobs: a document for each, and beside it in columns what is searched for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, RUNS
from fairway.domain.ids import AppName, RunNumber
from fairway.domain.run import UNFINISHED, Run
from fairway.errors import NotFound

LIVE = RUNS.c.status.in_(sorted(status.value for status in UNFINISHED))


class SqlRuns:
    """`ports.runs.Runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, run: Run) -> Run:
        """The same with the next number. Raises NotFound for an unknown app."""
        return await self._database.write(lambda connection: insert(connection, run))

    async def get(self, app: AppName, number: int) -> Run:
        """Raises NotFound."""
        query = sa.select(RUNS.c.document).where(RUNS.c.app == app, RUNS.c.number == number)

        def work(connection: sa.Connection) -> Run:
            document = connection.execute(query).scalar_one_or_none()
            if document is None:
                raise NotFound(f"{app} has no run {number}", hint="fairway jobs lists them")
            return codec.decode(Run, document)

        return await self._database.read(work)

    async def list(
        self, app: AppName, *, environment: str | None = None, job: str | None = None, limit: int = 20
    ) -> Sequence[Run]:
        """Newest first."""
        query = sa.select(RUNS.c.document).where(RUNS.c.app == app).order_by(RUNS.c.number.desc()).limit(limit)
        if environment is not None:
            query = query.where(RUNS.c.environment == environment)
        if job is not None:
            query = query.where(RUNS.c.job == job)
        return await self._database.read(lambda connection: read(connection, query))

    async def unfinished(self) -> Sequence[Run]:
        """Of every app, oldest first."""
        query = sa.select(RUNS.c.document).where(LIVE)
        found = await self._database.read(lambda connection: read(connection, query))
        return sorted(found, key=lambda run: (run.created_at, run.app, run.number))

    async def change(self, before: Run, after: Run) -> bool:
        """By compare-and-set of the version."""
        same = (RUNS.c.app == before.app, RUNS.c.number == before.number, RUNS.c.version == before.version)
        statement = sa.update(RUNS).where(*same).values(columns(replace(after, version=before.version + 1)))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def delete(self, app: AppName, numbers: Sequence[RunNumber]) -> None:
        """Those that have ended."""
        if not numbers:
            return
        statement = sa.delete(RUNS).where(RUNS.c.app == app, RUNS.c.number.in_(numbers), sa.not_(LIVE))

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)


def insert(connection: sa.Connection, run: Run) -> Run:
    """Keep it under the next number. Counting up locks the app's row. Raises NotFound."""
    numbered = replace(run, number=RunNumber(apps.count_up(connection, run.app, APPS.c.runs)))
    connection.execute(sa.insert(RUNS).values(columns(numbered)))
    return numbered


def columns(run: Run) -> dict[str, Any]:
    """The row of a run."""
    return {
        "app": run.app,
        "number": run.number,
        "environment": run.environment,
        "job": run.job,
        "due": run.due,
        "status": run.status.value,
        "version": run.version,
        "document": codec.encode(run),
    }


def read(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Run]:
    """The runs of a query for documents."""
    return [codec.decode(Run, row.document) for row in connection.execute(query)]
