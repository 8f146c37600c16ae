"""The event log: the newest KEPT entries, so that a crash loop can't fill the disk with its story."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import EVENTS
from fairway.domain.events import Event
from fairway.domain.ids import AppName

KEPT = 50_000
PRUNE_EVERY = 1_000


class SqlEvents:
    """`ports.stores.Events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, events: Sequence[Event]) -> None:
        """Keep them, in this order."""
        if not events:
            return
        rows = [to_row(event) for event in events]

        def work(connection: sa.Connection) -> None:
            before = connection.execute(sa.select(sa.func.max(EVENTS.c.id))).scalar() or 0
            connection.execute(sa.insert(EVENTS), rows)
            after = before + len(rows)
            if before // PRUNE_EVERY != after // PRUNE_EVERY:
                connection.execute(sa.delete(EVENTS).where(EVENTS.c.id <= after - KEPT))

        await self._database.write(work)

    async def list(
        self,
        *,
        app: AppName | None = None,
        environment: str | None = None,
        deployment: int | None = None,
        limit: int = 50,
    ) -> Sequence[Event]:
        """Newest first."""
        query = sa.select(EVENTS)
        if app is not None:
            query = query.where(EVENTS.c.app == app)
        if environment is not None:
            query = query.where(EVENTS.c.environment == environment)
        if deployment is not None:
            query = query.where(EVENTS.c.deployment == deployment)
        query = query.order_by(EVENTS.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: [to_event(row) for row in connection.execute(query)])


def to_row(event: Event) -> dict[str, Any]:
    """An event as a row of EVENTS."""
    return {
        "at": event.at,
        "kind": event.kind,
        "text": event.text,
        "app": event.app,
        "environment": event.environment,
        "service": event.service,
        "execution": event.execution,
        "deployment": event.deployment,
    }


def to_event(row: sa.Row[Any]) -> Event:
    """A row of EVENTS."""
    return Event(
        at=row.at,
        kind=row.kind,
        text=row.text,
        app=None if row.app is None else AppName(row.app),
        environment=row.environment,
        service=row.service,
        execution=row.execution,
        deployment=row.deployment,
    )
