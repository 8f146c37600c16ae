"""Configurations: each version of an environment's variables, sealed. A version is never changed."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import CONFIGURATIONS
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.variables import UNTOLD, Edit, Version
from fairway.errors import Conflict, NotFound
from fairway.ports.stores import SealedConfiguration


class SqlConfigurations:
    """`ports.stores.Configurations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, app: AppName, environment: EnvironmentName) -> SealedConfiguration | None:
        """None when there is none."""
        query = of(app, environment).order_by(CONFIGURATIONS.c.version.desc()).limit(1)

        def work(connection: sa.Connection) -> SealedConfiguration | None:
            row = connection.execute(query).first()
            return None if row is None else to_configuration(row)

        return await self._database.read(work)

    async def get(self, app: AppName, environment: EnvironmentName, version: int) -> SealedConfiguration:
        """Raises NotFound."""
        query = of(app, environment).where(CONFIGURATIONS.c.version == version)

        def work(connection: sa.Connection) -> SealedConfiguration:
            row = connection.execute(query).first()
            if row is None:
                raise NotFound(f"{environment} of {app} has no version {version} of its variables")
            return to_configuration(row)

        return await self._database.read(work)

    async def add(
        self,
        app: AppName,
        environment: EnvironmentName,
        values: Mapping[str, bytes],
        *,
        expected: int,
        at: float,
        edit: Edit = UNTOLD,
    ) -> SealedConfiguration:
        """The version after `expected`, which `edit` made of it. Raises Conflict when that is not the latest, NotFound
        for an unknown app."""
        newest = sa.select(sa.func.max(CONFIGURATIONS.c.version)).where(
            CONFIGURATIONS.c.app == app, CONFIGURATIONS.c.environment == environment
        )
        sealed = json.dumps({name: base64.b64encode(value).decode("ascii") for name, value in values.items()})

        def work(connection: sa.Connection) -> SealedConfiguration:
            apps.lock(connection, app)
            latest = connection.execute(newest).scalar() or 0
            if latest != expected:
                raise Conflict(
                    f"the variables of {environment} of {app} were changed by somebody else at the same time",
                    why=f"version {expected} was read, version {latest} is the latest",
                    hint="look at them again: fairway env list",
                )
            row = {
                "app": app,
                "environment": environment,
                "version": latest + 1,
                "sealed": sealed,
                "created_at": at,
                "by": edit.by,
                "how": edit.how,
                "changed": json.dumps([edit.set, edit.unset]),
            }
            connection.execute(sa.insert(CONFIGURATIONS).values(row))
            return SealedConfiguration(
                app=app, environment=environment, version=latest + 1, values=dict(values), created_at=at
            )

        return await self._database.write(work)

    async def recent(self, app: AppName, *, limit: int) -> Sequence[SealedConfiguration]:
        """At most so many of each environment."""
        newest = (
            sa.select(CONFIGURATIONS.c.environment, sa.func.max(CONFIGURATIONS.c.version).label("version"))
            .where(CONFIGURATIONS.c.app == app)
            .group_by(CONFIGURATIONS.c.environment)
            .subquery()
        )
        query = (
            sa.select(CONFIGURATIONS)
            .join(newest, newest.c.environment == CONFIGURATIONS.c.environment)
            .where(CONFIGURATIONS.c.app == app, CONFIGURATIONS.c.version > newest.c.version - limit)
        )
        return await self._database.read(
            lambda connection: [to_configuration(row) for row in connection.execute(query)]
        )

    async def history(self, app: AppName, environment: EnvironmentName, *, limit: int = 20) -> Sequence[Version]:
        """How the versions came to be, newest first."""
        columns = [CONFIGURATIONS.c[name] for name in ("version", "created_at", "by", "how", "changed")]
        query = (
            sa.select(*columns)
            .where(CONFIGURATIONS.c.app == app, CONFIGURATIONS.c.environment == environment)
            .order_by(CONFIGURATIONS.c.version.desc())
            .limit(limit)
        )
        return await self._database.read(lambda connection: [to_version(row) for row in connection.execute(query)])


def of(app: str, environment: str) -> sa.Select[Any]:
    """The configurations of one environment."""
    return sa.select(CONFIGURATIONS).where(CONFIGURATIONS.c.app == app, CONFIGURATIONS.c.environment == environment)


def to_configuration(row: sa.Row[Any]) -> SealedConfiguration:
    """A row of CONFIGURATIONS."""
    values = {name: base64.b64decode(text) for name, text in json.loads(row.sealed).items()}
    return SealedConfiguration(
        app=AppName(row.app),
        environment=EnvironmentName(row.environment),
        version=row.version,
        values=values,
        created_at=row.created_at,
    )


def to_version(row: sa.Row[Any]) -> Version:
    """How a row of CONFIGURATIONS came to be."""
    made, gone = json.loads(row.changed)
    edit = Edit(by=row.by, how=row.how, set=tuple(made), unset=tuple(gone))
    return Version(number=row.version, at=row.created_at, edit=edit)
