"""Desired states: one document for each environment, written only by who read the version before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import DESIRED
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict


class SqlDesiredStates:
    """`ports.stores.DesiredStates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """The kept one, None when nothing was ever desired."""
        query = sa.select(DESIRED).where(DESIRED.c.app == app, DESIRED.c.environment == environment)

        def work(connection: sa.Connection) -> DesiredEnvironment | None:
            row = connection.execute(query).first()
            return None if row is None else to_desired(row)

        return await self._database.read(work)

    async def list(self) -> Sequence[DesiredEnvironment]:
        """Of every app."""
        query = sa.select(DESIRED).order_by(DESIRED.c.app, DESIRED.c.environment)
        return await self._database.read(lambda connection: [to_desired(row) for row in connection.execute(query)])

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        """Keep it with the next version. Raises Conflict when the kept version is another, NotFound for an unknown
        app."""
        return await self._database.write(lambda connection: write(connection, desired))


def write(connection: sa.Connection, desired: DesiredEnvironment) -> DesiredEnvironment:
    """Keep it with the next version, in the connection's transaction. Raises Conflict and NotFound as `put` does."""
    mine = (DESIRED.c.app == desired.app, DESIRED.c.environment == desired.environment)
    following = replace(desired, version=desired.version + 1)
    values = {"version": following.version, "document": codec.encode(following)}
    apps.lock(connection, desired.app)
    kept = connection.execute(sa.select(DESIRED.c.version).where(*mine)).scalar_one_or_none()
    if (kept or 0) != desired.version:
        raise Conflict(
            f"{desired.environment} of {desired.app} was changed by somebody else at the same time",
            why=f"version {desired.version} was read, version {kept or 0} is kept",
            hint="look at it again: fairway status",
        )
    if kept is None:
        connection.execute(sa.insert(DESIRED).values(app=desired.app, environment=desired.environment, **values))
    else:
        connection.execute(sa.update(DESIRED).where(*mine).values(values))
    return following


def to_desired(row: sa.Row[Any]) -> DesiredEnvironment:
    """A row of DESIRED."""
    return codec.decode(DesiredEnvironment, row.document)
