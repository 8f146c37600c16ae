"""Passages through the migration guard: a document for each, and beside it in columns what is searched for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, PASSAGES
from fairway.domain.forgetting import Trace, trace
from fairway.domain.ids import AppName
from fairway.domain.passage import UNFINISHED, Passage
from fairway.errors import NotFound

LIVE = PASSAGES.c.status.in_(sorted(status.value for status in UNFINISHED))


class SqlPassages:
    """`ports.guarding.Passages`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, passage: Passage) -> Passage:
        """The same with the next number, or the one that has its key. Raises NotFound for an unknown app."""
        known = sa.select(PASSAGES.c.document).where(PASSAGES.c.app == passage.app, PASSAGES.c.key == passage.key)

        def work(connection: sa.Connection) -> Passage:
            # It locks the app's row: of two that come at once with one key the second waits, and finds the first.
            apps.lock(connection, passage.app)
            if (document := connection.execute(known).scalar_one_or_none()) is not None:
                return codec.decode(Passage, document)
            numbered = replace(passage, number=apps.count_up(connection, passage.app, APPS.c.passages))
            connection.execute(sa.insert(PASSAGES).values(columns(numbered)))
            return numbered

        return await self._database.write(work)

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        query = sa.select(PASSAGES.c.document).where(PASSAGES.c.app == app, PASSAGES.c.number == number)

        def work(connection: sa.Connection) -> Passage:
            document = connection.execute(query).scalar_one_or_none()
            if document is None:
                raise NotFound(f"{app} has no passage {number}", hint="fairway migrate --history lists them")
            return codec.decode(Passage, document)

        return await self._database.read(work)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """Newest first."""
        query = sa.select(PASSAGES.c.document).where(PASSAGES.c.app == app)
        query = query.order_by(PASSAGES.c.number.desc()).limit(limit)
        if environment is not None:
            query = query.where(PASSAGES.c.environment == environment)
        return await self._database.read(lambda connection: read(connection, query))

    async def unfinished(self) -> Sequence[Passage]:
        """Of every app, oldest first."""
        query = sa.select(PASSAGES.c.document).where(LIVE)
        found = await self._database.read(lambda connection: read(connection, query))
        return sorted(found, key=lambda passage: (passage.created_at, passage.app, passage.number))

    async def change(self, before: Passage, after: Passage) -> bool:
        """By compare-and-set of the version."""
        same = (PASSAGES.c.app == before.app, PASSAGES.c.number == before.number, PASSAGES.c.version == before.version)
        statement = sa.update(PASSAGES).where(*same).values(columns(replace(after, version=before.version + 1)))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def traces(self, app: AppName, *, below: int | None = None, limit: int = 100) -> Sequence[Trace]:
        """Newest first."""
        query = sa.select(PASSAGES.c.document).where(PASSAGES.c.app == app)
        query = query.order_by(PASSAGES.c.number.desc()).limit(limit)
        if below is not None:
            query = query.where(PASSAGES.c.number < below)
        return await self._database.read(lambda connection: [trace(each) for each in read(connection, query)])

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that have ended."""
        statement = sa.delete(PASSAGES).where(PASSAGES.c.app == app, PASSAGES.c.number.in_(numbers), sa.not_(LIVE))
        await self._database.write(lambda connection: connection.execute(statement).close())


def columns(passage: Passage) -> dict[str, Any]:
    """The row of a passage."""
    return {
        "app": passage.app,
        "number": passage.number,
        "environment": passage.environment,
        "key": passage.key,
        "status": passage.status.value,
        "version": passage.version,
        "document": codec.encode(passage),
    }


def read(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Passage]:
    """The passages of a query for documents."""
    return [codec.decode(Passage, row.document) for row in connection.execute(query)]
