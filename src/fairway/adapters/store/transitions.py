"""The inbound transitions that are disabled: one row for each, none for those that are enabled."""

from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store import apps
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import TRANSITIONS
from fairway.domain.ids import AppName
from fairway.domain.pipeline import DisabledTransition


class SqlTransitions:
    """`ports.stores.Transitions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def disabled(self, app: AppName) -> Sequence[DisabledTransition]:
        """In the order of the stages' names."""
        query = sa.select(TRANSITIONS).where(TRANSITIONS.c.app == app).order_by(TRANSITIONS.c.stage)

        def work(connection: sa.Connection) -> Sequence[DisabledTransition]:
            return [
                DisabledTransition(stage=row.stage, reason=row.reason, by=row.by, at=row.at)
                for row in connection.execute(query)
            ]

        return await self._database.read(work)

    async def disable(self, app: AppName, transition: DisabledTransition) -> None:
        """A second time it replaces who, when and why. Raises NotFound for an unknown app."""
        mine = (TRANSITIONS.c.app == app, TRANSITIONS.c.stage == transition.stage)
        row = {
            "app": app,
            "stage": transition.stage,
            "reason": transition.reason,
            "by": transition.by,
            "at": transition.at,
        }

        def work(connection: sa.Connection) -> None:
            apps.lock(connection, app)
            connection.execute(sa.delete(TRANSITIONS).where(*mine))
            connection.execute(sa.insert(TRANSITIONS).values(row))

        await self._database.write(work)

    async def enable(self, app: AppName, stage: str) -> bool:
        """False when it was not disabled."""
        statement = sa.delete(TRANSITIONS).where(TRANSITIONS.c.app == app, TRANSITIONS.c.stage == stage)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)
