"""The guard's copies, by the room's own backups: what is rehearsed on is what was restored from the sealed file."""

import contextlib
from collections.abc import AsyncIterator

from fairway.domain.backup import Occasion
from fairway.migrate.backups import backing
from fairway.migrate.backups.backing import Backing, Made
from fairway.migrate.backups.targets import Target
from fairway.migrate.parts import Order, Subject
from fairway.ports.databases import Report


class Copying:
    """`parts.Copies`."""

    def __init__(self, making: Backing) -> None:
        self._making = making

    @contextlib.asynccontextmanager
    async def make(self, order: Order, subject: Subject, *, schema: str, report: Report) -> AsyncIterator[Made]:
        """Raises WorkFailed, Unavailable."""
        settings = subject.settings
        target = Target(
            app=order.app,
            environment=order.environment,
            variable=settings.database,
            address=subject.address,
            tools=settings.tools,
            memory=settings.memory,
            keep=settings.keep,
        )
        wanted = backing.Order(
            target=target,
            occasion=Occasion.MIGRATION,
            by=order.by,
            release=order.release.number or None,
            schema=schema,
            applied=subject.plan.last,
        )
        async with self._making.backed_up(wanted, report=report) as made:
            yield made
