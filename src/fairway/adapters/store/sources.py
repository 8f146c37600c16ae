"""Where apps' code comes from: one row for each app that has a source."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store import apps, pulls
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import DELIVERIES, SOURCES
from fairway.domain.following import is_wanted
from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted, PullRequest
from fairway.domain.remotes import Forge
from fairway.ports.sources import DELIVERIES as REMEMBERED
from fairway.ports.sources import Progress, Source


class SqlSources:
    """`ports.sources.Sources`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, app: AppName) -> Source | None:
        """None when the app has none."""
        query = sa.select(SOURCES).where(SOURCES.c.app == app)

        def work(connection: sa.Connection) -> Source | None:
            row = connection.execute(query).first()
            return None if row is None else to_source(row)

        return await self._database.read(work)

    async def list(self) -> Sequence[Source]:
        """By the apps' names."""
        query = sa.select(SOURCES).order_by(SOURCES.c.app)
        return await self._database.read(lambda connection: [to_source(row) for row in connection.execute(query)])

    async def put(self, source: Source) -> None:
        """Raises NotFound for an unknown app."""
        row = to_row(source)
        # A webhook may have come since the source was read.
        kept = {name: value for name, value in row.items() if not name.startswith("wanted_")}

        def work(connection: sa.Connection) -> None:
            apps.lock(connection, source.app)
            url = connection.execute(sa.select(SOURCES.c.url).where(SOURCES.c.app == source.app)).scalar()
            if url not in (None, source.url):
                pulls.forget(connection, source.app)
            changed = connection.execute(sa.update(SOURCES).where(SOURCES.c.app == source.app).values(kept))
            if changed.rowcount == 0:
                connection.execute(sa.insert(SOURCES).values(row))

        await self._database.write(work)

    async def note(self, app: AppName, progress: Progress) -> None:
        """Nothing for an app without a source."""
        statement = sa.update(SOURCES).where(SOURCES.c.app == app).values(to_columns(progress))

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)

    async def accept(self, app: AppName, delivery: str, *, at: float, by: str, pull: PullRequest | None = None) -> bool:
        """Keep the delivery, and that there is something new; False when it is known, or there is no source."""
        mine = DELIVERIES.c.app == app

        def work(connection: sa.Connection) -> bool:
            kept = connection.execute(sa.select(SOURCES).where(SOURCES.c.app == app).with_for_update()).first()
            known = connection.execute(sa.select(DELIVERIES.c.id).where(mine, DELIVERIES.c.id == delivery)).first()
            if kept is None or known is not None:
                return False
            connection.execute(sa.insert(DELIVERIES).values(app=app, id=delivery, at=at))
            newest = sa.select(DELIVERIES.c.id).where(mine).order_by(DELIVERIES.c.at.desc()).limit(REMEMBERED)
            connection.execute(sa.delete(DELIVERIES).where(mine, DELIVERIES.c.id.not_in(newest.scalar_subquery())))
            waits = pull is not None and is_wanted(kept.wanted_at, kept.fetched_at)
            who = kept.wanted_by if waits else by
            connection.execute(sa.update(SOURCES).where(SOURCES.c.app == app).values(wanted_at=at, wanted_by=who))
            if pull is not None:
                pulls.note(connection, app, pull, at=at)
            return True

        return await self._database.write(work)

    async def pulls(self, app: AppName) -> Sequence[Noted]:
        """Those that are open or not decided upon, by number."""
        return await self._database.read(lambda connection: pulls.find(connection, app))

    async def settle_pull(self, app: AppName, noted: Noted, *, head: str) -> None:
        """Remember it, unless something was told since."""
        await self._database.write(lambda connection: pulls.settle(connection, app, noted, head))

    async def delete(self, app: AppName) -> bool:
        """False when there was none."""
        statement = sa.delete(SOURCES).where(SOURCES.c.app == app)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)


def to_row(source: Source) -> dict[str, Any]:
    """A source as a row of SOURCES."""
    return {
        "app": source.app,
        "url": source.url,
        "forge": source.forge,
        "username": source.username,
        "token": source.token,
        "deploy_key": source.deploy_key,
        "by": source.by,
        "at": source.at,
        "poll": source.poll,
        "webhook": source.webhook,
        "wanted_at": source.wanted_at,
        "wanted_by": source.wanted_by,
        **to_columns(source.progress),
    }


def to_columns(progress: Progress) -> dict[str, Any]:
    """The columns of SOURCES that each attempt changes."""
    return {
        "tried_at": progress.tried_at,
        "fetched_at": progress.fetched_at,
        "failures": progress.failures,
        "trouble": progress.trouble,
        "host_keys": progress.host_keys,
    }


def to_source(row: sa.Row[Any]) -> Source:
    """A row of SOURCES."""
    return Source(
        app=AppName(row.app),
        url=row.url,
        forge=None if row.forge is None else Forge(row.forge),
        username=row.username,
        token=row.token,
        deploy_key=row.deploy_key,
        by=row.by,
        at=row.at,
        poll=row.poll,
        webhook=row.webhook,
        wanted_at=row.wanted_at,
        wanted_by=row.wanted_by,
        progress=Progress(
            tried_at=row.tried_at,
            fetched_at=row.fetched_at,
            failures=row.failures,
            trouble=row.trouble,
            host_keys=row.host_keys,
        ),
    )
