"""Apps, and the counters that every numbered record of an app takes its number from."""

import difflib
from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, EVENTS
from fairway.domain.ids import AppName
from fairway.errors import Conflict, NotFound
from fairway.ports.stores import AppRecord


def missing(connection: sa.Connection, name: str) -> NotFound:
    """The error for an app that is not there: it proposes the nearest name that is."""
    names = connection.execute(sa.select(APPS.c.name)).scalars().all()
    near = difflib.get_close_matches(name, names, n=1)
    hint = (f"{near[0]} is the nearest name; " if near else "") + "fairway up or fairway apps create makes it"
    return NotFound(f"there is no app {name}", hint=hint)


def lock(connection: sa.Connection, name: str) -> None:
    """Make every other writer of the app's records wait until the transaction ends. Raises NotFound."""
    if connection.execute(sa.select(APPS.c.name).where(APPS.c.name == name).with_for_update()).first() is None:
        raise missing(connection, name)


def count_up(connection: sa.Connection, name: str, counter: sa.Column[int]) -> int:
    """The next number of a counter (`APPS.c.executions` and its like). Raises NotFound."""
    counted = sa.update(APPS).where(APPS.c.name == name).values({counter: counter + 1}).returning(counter)
    number = connection.execute(counted).scalar_one_or_none()
    if number is None:
        raise missing(connection, name)
    return number


class SqlApps:
    """`ports.stores.Apps`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: AppName, *, at: float) -> AppRecord:
        """Raises Conflict when the name is taken. Where several servers share the store it is the app of this one."""
        server = None if self._database.fence is None else self._database.fence.server

        def work(connection: sa.Connection) -> AppRecord:
            if connection.execute(sa.select(APPS.c.name).where(APPS.c.name == name)).first() is not None:
                raise taken(name)
            try:
                connection.execute(sa.insert(APPS).values(name=name, created_at=at, server=server))
            except sa.exc.IntegrityError as error:
                raise taken(name) from error
            return AppRecord(name=name, created_at=at)

        return await self._database.write(work)

    async def get(self, name: str) -> AppRecord:
        """Raises NotFound, with the nearest name there is."""

        def work(connection: sa.Connection) -> AppRecord:
            row = connection.execute(sa.select(APPS).where(APPS.c.name == name)).first()
            if row is None:
                raise missing(connection, name)
            return AppRecord(name=AppName(row.name), created_at=row.created_at, manifest=row.manifest)

        return await self._database.read(work)

    async def list(self) -> Sequence[AppRecord]:
        """By name."""

        def work(connection: sa.Connection) -> Sequence[AppRecord]:
            rows = connection.execute(sa.select(APPS).order_by(APPS.c.name))
            return [AppRecord(name=AppName(row.name), created_at=row.created_at, manifest=row.manifest) for row in rows]

        return await self._database.read(work)

    async def set_manifest(self, name: AppName, manifest: str | None) -> None:
        """Raises NotFound."""

        def work(connection: sa.Connection) -> None:
            changed = connection.execute(sa.update(APPS).where(APPS.c.name == name).values(manifest=manifest))
            if changed.rowcount == 0:
                raise missing(connection, name)

        await self._database.write(work)

    async def delete(self, name: AppName) -> None:
        """The app and every record of it."""

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(EVENTS).where(EVENTS.c.app == name))
            connection.execute(sa.delete(APPS).where(APPS.c.name == name))

        await self._database.write(work)


def taken(name: str) -> Conflict:
    """The error for a second app of the same name."""
    return Conflict(f"there is already an app {name}", hint="choose another name in fairway.toml, or use that app")
