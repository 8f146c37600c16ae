"""The records of backups: a document for each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, BACKUPS
from fairway.domain.backup import Backup
from fairway.domain.ids import AppName
from fairway.errors import NotFound


class SqlBackups:
    """`ports.guarding.Backups`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, backup: Backup) -> Backup:
        """The same with the next number. Raises NotFound for an unknown app."""

        def work(connection: sa.Connection) -> Backup:
            numbered = replace(backup, number=apps.count_up(connection, backup.app, APPS.c.backups))
            connection.execute(sa.insert(BACKUPS).values(columns(numbered)))
            return numbered

        return await self._database.write(work)

    async def get(self, app: AppName, number: int) -> Backup:
        """Raises NotFound."""
        query = sa.select(BACKUPS.c.document).where(BACKUPS.c.app == app, BACKUPS.c.number == number)

        def work(connection: sa.Connection) -> Backup:
            document = connection.execute(query).scalar_one_or_none()
            if document is None:
                raise NotFound(f"{app} has no backup {number}", hint="fairway db backups lists them")
            return codec.decode(Backup, document)

        return await self._database.read(work)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 50) -> Sequence[Backup]:
        """Newest first."""
        query = sa.select(BACKUPS.c.document).where(BACKUPS.c.app == app)
        query = query.order_by(BACKUPS.c.number.desc()).limit(limit)
        if environment is not None:
            query = query.where(BACKUPS.c.environment == environment)

        def work(connection: sa.Connection) -> Sequence[Backup]:
            return [codec.decode(Backup, row.document) for row in connection.execute(query)]

        return await self._database.read(work)

    async def change(self, before: Backup, after: Backup) -> bool:
        """By compare-and-set of the version."""
        same = (BACKUPS.c.app == before.app, BACKUPS.c.number == before.number, BACKUPS.c.version == before.version)
        statement = sa.update(BACKUPS).where(*same).values(columns(replace(after, version=before.version + 1)))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that there are."""
        if not numbers:
            return
        statement = sa.delete(BACKUPS).where(BACKUPS.c.app == app, BACKUPS.c.number.in_(numbers))

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)


def columns(backup: Backup) -> dict[str, Any]:
    """The row of a backup."""
    return {
        "app": backup.app,
        "number": backup.number,
        "environment": backup.environment,
        "version": backup.version,
        "document": codec.encode(backup),
    }
