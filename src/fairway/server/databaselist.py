"""The managed databases of an app, each with its newest backup and the last drill of any."""

from collections.abc import Sequence

from fairway.databases.desk import Shown
from fairway.domain import database as domain
from fairway.domain.backup import Backup
from fairway.domain.ids import AppName, EnvironmentName
from fairway.services import Services
from fairway.wire import databases as shapes

RECENT = 100
"""How many backups are looked at for the last one of a database that is worth anything."""


async def of(services: Services, app: AppName, environment: EnvironmentName | None = None) -> Sequence[shapes.Database]:
    """Those of the app, or of one environment."""
    found = await services.databases.list(app, environment)
    if not found:
        return []
    backups = await services.backups.list(app, environment=environment, limit=RECENT)
    return [describe(each, backups) for each in found]


def describe(shown: Shown, backups: Sequence[Backup]) -> shapes.Database:
    """The shape of one."""
    record, condition, measured = shown.database, shown.condition, shown.measured
    own = [each for each in backups if (each.environment, each.variable) == (record.environment, record.variable)]
    drills = sorted((drill for each in own for drill in each.drills), key=lambda drill: drill.at)
    return shapes.Database(
        app=record.app,
        environment=record.environment,
        name=record.name,
        engine=record.engine,
        major=record.major,
        server=condition.release,
        image=record.image,
        variable=record.variable,
        url=domain.address_of(record, "").url,
        state=condition.state,
        since=condition.since,
        why=condition.why,
        declared=record.declared,
        cpu=record.cpu,
        memory=record.memory,
        bytes=None if measured is None else measured.bytes,
        sessions=None if measured is None else measured.sessions,
        most_sessions=None if measured is None else measured.most,
        created_at=record.created_at,
        schedule="" if record.schedule is None else str(record.schedule),
        drill="" if record.drill is None else str(record.drill),
        next_backup=record.backup_due,
        next_drill=record.drill_due,
        last_backup=shapes.Copied.of(own[0]) if own else None,
        last_drill=drills[-1].at if drills else None,
        last_drill_seconds=drills[-1].seconds if drills else None,
    )
