"""The guard's copies, by the room's own backups: what is rehearsed on is what was restored from the sealed file."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

from fairway.domain.backup import Occasion
from fairway.domain.migrations import CopyBy
from fairway.errors import UsageError
from fairway.migrate.backups import backing
from fairway.migrate.backups.backing import Backing, Made
from fairway.migrate.backups.targets import Target
from fairway.migrate.parts import Copied, Copies, Order, Subject
from fairway.ports.databases import Report


class Copying:
    """`parts.Copies`."""

    def __init__(self, making: Backing) -> None:
        self._making = making

    @contextlib.asynccontextmanager
    async def make(self, order: Order, subject: Subject, *, schema: str, report: Report) -> AsyncIterator[Made]:
        """Raises WorkFailed, Unavailable."""
        async with self._making.backed_up(wanted(order, subject, schema), report=report) as made:
            yield made


class Chosen:
    """`parts.Copies`, by what fairway.toml says: `ways` are those that there are here."""

    def __init__(self, ways: Mapping[CopyBy, Copies]) -> None:
        self._ways = ways

    def make(
        self, order: Order, subject: Subject, *, schema: str, report: Report
    ) -> AbstractAsyncContextManager[Copied]:
        """Raises UsageError for one that there is not."""
        way = self._ways.get(subject.settings.copy_by)
        if way is None:
            raise UsageError(
                f"the database of {order.environment} can't be copied by a {subject.settings.copy_by}",
                why="RDS makes snapshots, of the databases that Fairway has it run, and none of others",
                hint='copy_by = "dump" under [migrations] in fairway.toml',
            )
        return way.make(order, subject, schema=schema, report=report)


def wanted(order: Order, subject: Subject, schema: str) -> backing.Order:
    """The backup that a passage is to have."""
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
    return backing.Order(
        target=target,
        occasion=Occasion.MIGRATION,
        by=order.by,
        release=order.release.number or None,
        schema=schema,
        applied=subject.plan.last,
    )
