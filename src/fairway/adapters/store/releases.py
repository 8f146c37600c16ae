"""Releases: immutable and numbered. A deleted one's number is never given again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, DEPLOYMENTS, RELEASES
from fairway.domain.app import Environment
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.image import Image
from fairway.domain.release import Release
from fairway.errors import NotFound


class SqlReleases:
    """`ports.stores.Releases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, release: Release, *, like: ReleaseNumber | None = None) -> Release:
        """The same with the next number. Raises NotFound for an unknown app, and when `like` is not kept any more."""

        def work(connection: sa.Connection) -> Release:
            # Counting up locks the app's row, so that nobody deletes `like` until this transaction has ended.
            numbered = replace(release, number=ReleaseNumber(apps.count_up(connection, release.app, APPS.c.releases)))
            if like is not None:
                require(connection, release.app, like)
            connection.execute(
                sa.insert(RELEASES).values(
                    app=numbered.app,
                    number=numbered.number,
                    environment=numbered.environment,
                    image=codec.encode(numbered.image),
                    configuration=numbered.configuration,
                    description=codec.encode(numbered.description),
                    commit=numbered.commit,
                    subject=numbered.subject,
                    execution=numbered.execution,
                    created_at=numbered.created_at,
                    rollback_of=numbered.rollback_of,
                )
            )
            return numbered

        return await self._database.write(work)

    async def get(self, app: AppName, number: int) -> Release:
        """Raises NotFound."""

        def work(connection: sa.Connection) -> Release:
            query = sa.select(RELEASES).where(RELEASES.c.app == app, RELEASES.c.number == number)
            row = connection.execute(query).first()
            if row is None:
                raise missing(connection, app, number)
            return to_release(row)

        return await self._database.read(work)

    async def list(
        self, app: AppName, *, environment: str | None = None, execution: int | None = None, limit: int = 50
    ) -> Sequence[Release]:
        """Newest first: all, those of an environment, those that an execution made."""
        query = sa.select(RELEASES).where(RELEASES.c.app == app)
        if environment is not None:
            query = query.where(RELEASES.c.environment == environment)
        if execution is not None:
            query = query.where(RELEASES.c.execution == execution)
        query = query.order_by(RELEASES.c.number.desc()).limit(limit)
        return await self._database.read(lambda connection: [to_release(row) for row in connection.execute(query)])

    async def delete(self, app: AppName, number: int, *, seen: int) -> bool:
        """Delete it unless a deployment needs it; False when one does, and when there is no such release."""
        needing = sa.exists().where(
            DEPLOYMENTS.c.app == app,
            sa.or_(DEPLOYMENTS.c.release == number, DEPLOYMENTS.c.previous == number),
            sa.or_(DEPLOYMENTS.c.state == RolloutState.IN_PROGRESS.value, DEPLOYMENTS.c.id > seen),
        )
        statement = sa.delete(RELEASES).where(RELEASES.c.app == app, RELEASES.c.number == number, ~needing)

        def work(connection: sa.Connection) -> bool:
            try:
                apps.lock(connection, app)
            except NotFound:
                return False  # the app went, and its releases with it
            return connection.execute(statement).rowcount == 1

        return await self._database.write(work)


def to_release(row: sa.Row[Any]) -> Release:
    """A row of RELEASES."""
    return Release(
        app=AppName(row.app),
        number=ReleaseNumber(row.number),
        environment=EnvironmentName(row.environment),
        image=codec.decode(Image, row.image),
        configuration=row.configuration,
        description=codec.decode(Environment, row.description),
        commit=row.commit,
        subject=row.subject,
        execution=None if row.execution is None else ExecutionNumber(row.execution),
        created_at=row.created_at,
        rollback_of=None if row.rollback_of is None else ReleaseNumber(row.rollback_of),
    )


def require(connection: sa.Connection, app: str, number: int) -> None:
    """Raise NotFound when the release is not kept."""
    mine = (RELEASES.c.app == app, RELEASES.c.number == number)
    if connection.execute(sa.select(RELEASES.c.number).where(*mine)).first() is None:
        raise missing(connection, app, number)


def missing(connection: sa.Connection, app: str, number: int) -> NotFound:
    """The error for a release that is not there: it names the nearest ones that are."""
    kept = connection.execute(sa.select(RELEASES.c.number).where(RELEASES.c.app == app)).scalars().all()
    near = sorted(sorted(kept, key=lambda other: (abs(other - number), other))[:3])
    hint = f"there are {', '.join(map(str, near))}; fairway releases lists all" if near else "nothing was released yet"
    return NotFound(f"{app} has no release {number}", hint=hint)
