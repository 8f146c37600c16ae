"""Schedules: one row for each app that has one."""

from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import SCHEDULES
from fairway.domain.ids import AppName
from fairway.domain.schedule import Schedule
from fairway.ports.schedules import Planned


class SqlSchedules:
    """`ports.schedules.Schedules`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> Sequence[Planned]:
        """Of every app."""
        query = sa.select(SCHEDULES).order_by(SCHEDULES.c.app)

        def work(connection: sa.Connection) -> Sequence[Planned]:
            return [
                Planned(
                    app=AppName(row.app),
                    branch=row.branch,
                    schedule=Schedule(cron=row.cron, zone=row.zone),
                    due=row.due,
                )
                for row in connection.execute(query)
            ]

        return await self._database.read(work)

    async def put(self, planned: Planned) -> None:
        """Keep it in place of the former one."""
        row = {
            "app": planned.app,
            "branch": planned.branch,
            "cron": planned.schedule.cron,
            "zone": planned.schedule.zone,
            "due": planned.due,
        }

        def work(connection: sa.Connection) -> None:
            apps.lock(connection, planned.app)
            connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.app == planned.app))
            connection.execute(sa.insert(SCHEDULES).values(row))

        await self._database.write(work)

    async def remove(self, app: AppName) -> None:
        """Forget it."""
        statement = sa.delete(SCHEDULES).where(SCHEDULES.c.app == app)

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)

    async def advance(self, planned: Planned, due: float) -> bool:
        """By compare-and-set."""
        same = (
            SCHEDULES.c.app == planned.app,
            SCHEDULES.c.branch == planned.branch,
            SCHEDULES.c.cron == planned.schedule.cron,
            SCHEDULES.c.zone == planned.schedule.zone,
            SCHEDULES.c.due == planned.due,
        )
        statement = sa.update(SCHEDULES).where(*same).values(due=due)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)
