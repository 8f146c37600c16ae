"""Scaling activities. A change is kept with the desired state that it makes, in one transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.desired import write
from fairway.adapters.store.tables import ACTIVITIES, APPS
from fairway.domain import transitions
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling_activity import TRANSITIONS, Activity, By, NotScaledReason, Status

KEPT = 1000
"""Of each service."""


class SqlActivities:
    """`ports.scaling.Activities`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scale(self, desired: DesiredEnvironment, made: Sequence[Activity]) -> DesiredEnvironment:
        """Both or neither. Raises Conflict when the kept version is another."""

        def work(connection: sa.Connection) -> DesiredEnvironment:
            kept = write(connection, desired)
            for activity in made:
                override(connection, activity)
                insert(connection, activity)
            return kept

        return await self._database.write(work)

    async def note(self, activity: Activity) -> None:
        """Keep it. Raises NotFound."""

        def work(connection: sa.Connection) -> None:
            apps.lock(connection, activity.app)
            insert(connection, activity)

        await self._database.write(work)

    async def conclude(self, activity: Activity, status: Status, *, at: float) -> bool:
        """By compare-and-set."""
        transitions.check(TRANSITIONS, Status.IN_PROGRESS, status)
        statement = (
            sa.update(ACTIVITIES)
            .where(
                ACTIVITIES.c.app == activity.app,
                ACTIVITIES.c.id == activity.id,
                ACTIVITIES.c.status == Status.IN_PROGRESS.value,
            )
            .values(status=status.value, ended_at=at)
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def list(
        self, app: AppName, environment: str | None = None, service: str | None = None, *, limit: int = 20
    ) -> Sequence[Activity]:
        """Newest first."""
        query = sa.select(ACTIVITIES).where(ACTIVITIES.c.app == app)
        if environment is not None:
            query = query.where(ACTIVITIES.c.environment == environment)
        if service is not None:
            query = query.where(ACTIVITIES.c.service == service)
        query = query.order_by(ACTIVITIES.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: [to_activity(row) for row in connection.execute(query)])

    async def unfinished(self) -> Sequence[Activity]:
        """Of every app."""
        query = sa.select(ACTIVITIES).where(ACTIVITIES.c.status == Status.IN_PROGRESS.value)
        query = query.order_by(ACTIVITIES.c.app, ACTIVITIES.c.id)
        return await self._database.read(lambda connection: [to_activity(row) for row in connection.execute(query)])

    async def latest(
        self, app: AppName, environment: EnvironmentName, service: ServiceName, *, by_policy: bool = False
    ) -> Activity | None:
        """The newest, of all or of those that a policy made."""
        query = sa.select(ACTIVITIES).where(*of(app, environment, service))
        if by_policy:
            query = query.where(ACTIVITIES.c.by == By.POLICY.value, ACTIVITIES.c.status != Status.NOT_SCALED.value)
        newest = query.order_by(ACTIVITIES.c.id.desc()).limit(1)

        def work(connection: sa.Connection) -> Activity | None:
            row = connection.execute(newest).first()
            return None if row is None else to_activity(row)

        return await self._database.read(work)


def of(app: str, environment: str, service: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Which rows are a service's."""
    return ACTIVITIES.c.app == app, ACTIVITIES.c.environment == environment, ACTIVITIES.c.service == service


def override(connection: sa.Connection, by: Activity) -> None:
    """What was under way of the same service is over."""
    connection.execute(
        sa.update(ACTIVITIES)
        .where(*of(by.app, by.environment, by.service), ACTIVITIES.c.status == Status.IN_PROGRESS.value)
        .values(status=Status.OVERRIDDEN.value, ended_at=by.at)
    )


def insert(connection: sa.Connection, activity: Activity) -> None:
    """Keep one with the next number, and of its service no more than KEPT."""
    id = apps.count_up(connection, activity.app, APPS.c.activities)
    connection.execute(sa.insert(ACTIVITIES).values(id=id, **to_row(activity)))
    mine = of(activity.app, activity.environment, activity.service)
    oldest = sa.select(ACTIVITIES.c.id).where(*mine).order_by(ACTIVITIES.c.id.desc()).offset(KEPT).limit(1)
    if (last := connection.execute(oldest).scalar_one_or_none()) is not None:
        connection.execute(sa.delete(ACTIVITIES).where(*mine, ACTIVITIES.c.id <= last))


def to_row(activity: Activity) -> dict[str, Any]:
    """An activity as a row of ACTIVITIES, without its number."""
    return {
        "app": activity.app,
        "environment": activity.environment,
        "service": activity.service,
        "at": activity.at,
        "before": activity.before,
        "after": activity.after,
        "cause": activity.cause,
        "by": activity.by.value,
        "status": activity.status.value,
        "reason": None if activity.reason is None else activity.reason.value,
        "ended_at": activity.ended_at,
        "cooldown": activity.cooldown,
        "base": activity.base,
    }


def to_activity(row: sa.Row[Any]) -> Activity:
    """A row of ACTIVITIES."""
    return Activity(
        app=AppName(row.app),
        environment=EnvironmentName(row.environment),
        service=ServiceName(row.service),
        at=row.at,
        before=row.before,
        after=row.after,
        cause=row.cause,
        by=By(row.by),
        status=Status(row.status),
        reason=None if row.reason is None else NotScaledReason(row.reason),
        ended_at=row.ended_at,
        cooldown=row.cooldown,
        base=row.base,
        id=row.id,
    )
