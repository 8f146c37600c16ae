"""The records of the databases that Fairway runs: a document for each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store.database import Database as Connected
from fairway.adapters.store.tables import APPS, MANAGED
from fairway.domain.database import Database, DatabaseKey
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound


class SqlRecords:
    """`ports.managed.Records`."""

    def __init__(self, database: Connected) -> None:
        self._database = database

    async def create(self, database: Database) -> Database:
        """The one of that name that there is, else this one. Raises NotFound for an unknown app."""

        def work(connection: sa.Connection) -> Database:
            known = sa.select(APPS.c.name).where(APPS.c.name == database.app)
            if connection.execute(known).scalar_one_or_none() is None:
                raise NotFound(f"there is no app {database.app}")
            found = connection.execute(find(database.key)).scalar_one_or_none()
            if found is not None:
                return codec.decode(Database, found)
            connection.execute(sa.insert(MANAGED).values(columns(database)))
            return database

        return await self._database.write(work)

    async def get(self, key: DatabaseKey) -> Database:
        """Raises NotFound."""

        def work(connection: sa.Connection) -> Database:
            document = connection.execute(find(key)).scalar_one_or_none()
            if document is None:
                raise NotFound(f"{key.environment} of {key.app} has no database {key.name}", hint="fairway db list")
            return codec.decode(Database, document)

        return await self._database.read(work)

    async def list(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Database]:
        """By their names."""
        query = sa.select(MANAGED.c.document).order_by(MANAGED.c.app, MANAGED.c.environment, MANAGED.c.name)
        if app is not None:
            query = query.where(MANAGED.c.app == app)
        if environment is not None:
            query = query.where(MANAGED.c.environment == environment)

        def work(connection: sa.Connection) -> Sequence[Database]:
            return [codec.decode(Database, row.document) for row in connection.execute(query)]

        return await self._database.read(work)

    async def change(self, before: Database, after: Database) -> bool:
        """By compare-and-set of the version."""
        same = (*which(before.key), MANAGED.c.version == before.version)
        statement = sa.update(MANAGED).where(*same).values(columns(replace(after, version=before.version + 1)))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def delete(self, key: DatabaseKey) -> None:
        """If there is one."""

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(MANAGED).where(*which(key)))

        await self._database.write(work)


def which(key: DatabaseKey) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that finds it."""
    return MANAGED.c.app == key.app, MANAGED.c.environment == key.environment, MANAGED.c.name == key.name


def find(key: DatabaseKey) -> sa.Select[Any]:
    """Its document."""
    return sa.select(MANAGED.c.document).where(*which(key))


def columns(database: Database) -> dict[str, Any]:
    """The row of a record."""
    return {
        "app": database.app,
        "environment": database.environment,
        "name": database.name,
        "version": database.version,
        "document": codec.encode(database),
    }
