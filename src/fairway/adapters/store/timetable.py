"""When scheduled jobs are due next. A time is taken together with the run that it starts, in one transaction: so there
is never a time that was taken and has no run, and never one that has two."""

from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store import apps, runs
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import JOB_TIMES, RUNS
from fairway.domain.ids import AppName, EnvironmentName, JobName
from fairway.domain.run import Run
from fairway.domain.schedule import Schedule
from fairway.ports.runs import Timed


class SqlTimetable:
    """`ports.runs.Timetable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, app: AppName | None = None) -> Sequence[Timed]:
        """By app, environment and job."""
        table = JOB_TIMES.c
        query = sa.select(JOB_TIMES).order_by(table.app, table.environment, table.job)
        if app is not None:
            query = query.where(table.app == app)

        def work(connection: sa.Connection) -> Sequence[Timed]:
            return [
                Timed(
                    app=AppName(row.app),
                    environment=EnvironmentName(row.environment),
                    job=JobName(row.job),
                    schedule=Schedule(cron=row.cron, zone=row.zone),
                    due=row.due,
                )
                for row in connection.execute(query)
            ]

        return await self._database.read(work)

    async def put(self, timed: Timed) -> None:
        """Keep it in place of the former one."""
        row = {
            "app": timed.app,
            "environment": timed.environment,
            "job": timed.job,
            "cron": timed.schedule.cron,
            "zone": timed.schedule.zone,
            "due": timed.due,
        }

        def work(connection: sa.Connection) -> None:
            apps.lock(connection, timed.app)
            connection.execute(sa.delete(JOB_TIMES).where(*line(timed)))
            connection.execute(sa.insert(JOB_TIMES).values(row))

        await self._database.write(work)

    async def remove(self, timed: Timed) -> None:
        """Forget it."""
        statement = sa.delete(JOB_TIMES).where(*line(timed))

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)

    async def take(self, timed: Timed, due: float | None, runs: Sequence[Run]) -> Sequence[Run] | None:
        """By compare-and-set."""
        same = (
            *line(timed),
            JOB_TIMES.c.cron == timed.schedule.cron,
            JOB_TIMES.c.zone == timed.schedule.zone,
            JOB_TIMES.c.due == timed.due,
        )
        statement = (
            sa.delete(JOB_TIMES).where(*same) if due is None else sa.update(JOB_TIMES).where(*same).values(due=due)
        )

        def work(connection: sa.Connection) -> Sequence[Run] | None:
            if connection.execute(statement).rowcount != 1:
                return None
            return keep(connection, runs)

        return await self._database.write(work)


def line(timed: Timed) -> tuple[sa.ColumnElement[bool], ...]:
    """Which line of the table is the job's."""
    table = JOB_TIMES.c
    return table.app == timed.app, table.environment == timed.environment, table.job == timed.job


def keep(connection: sa.Connection, wanted: Sequence[Run]) -> Sequence[Run]:
    """Those runs whose time has none yet, kept. The line that was taken is locked, so nobody keeps one meanwhile."""
    kept = []
    for run in wanted:
        same = (RUNS.c.app == run.app, RUNS.c.environment == run.environment, RUNS.c.job == run.job)
        if connection.execute(sa.select(RUNS.c.number).where(*same, RUNS.c.due == run.due)).first() is None:
            kept.append(runs.insert(connection, run))
    return kept
