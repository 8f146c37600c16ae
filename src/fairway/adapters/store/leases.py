"""Leases, and which server has an app: a column of the app's own row."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store import fence
from fairway.adapters.store.database import Database
from fairway.adapters.store.fence import Fence
from fairway.adapters.store.tables import APPS, SERVERS
from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member


class SqlLeases:
    """`ports.leases.Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, member: Member, *, at: float) -> Lease:
        """Begin a lease, and fence all further writes of this store with it."""
        values = {
            "name": member.name,
            "url": member.url,
            "seconds": member.seconds,
            "terms": json.dumps(dict(member.terms)),
            "renewals": 0,
            "renewed_at": at,
            "lost": False,
        }

        def work(connection: sa.Connection) -> Lease:
            mine = SERVERS.c.id == member.server
            again = sa.update(SERVERS).where(mine).values(**values, number=SERVERS.c.number + 1)
            if connection.execute(again).rowcount == 0:
                connection.execute(sa.insert(SERVERS).values(id=member.server, number=1, **values))
            return read(connection, mine)[0]

        self._database.fence = None
        lease = await self._database.write(work)
        self._database.fence = Fence(server=member.server, number=lease.number)
        return lease

    async def renew(self, *, at: float) -> bool:
        """False when it was lost, or another process has begun one for the same server."""
        mine = self._fence()
        same = (SERVERS.c.id == mine.server, SERVERS.c.number == mine.number, sa.not_(SERVERS.c.lost))
        statement = sa.update(SERVERS).where(*same).values(renewals=SERVERS.c.renewals + 1, renewed_at=at)

        def work(connection: sa.Connection) -> bool:
            return connection.execute(statement).rowcount == 1

        return await self._database.write(work, fenced=False)

    async def list(self) -> Sequence[Lease]:
        """In the order of the servers' ids."""
        return await self._database.read(lambda connection: read(connection, sa.true()))

    async def holder(self, app: AppName) -> Lease | None:
        """Who has the app."""
        whose = SERVERS.c.id == sa.select(APPS.c.server).where(APPS.c.name == app).scalar_subquery()
        found = await self._database.read(lambda connection: read(connection, whose))
        return found[0] if found else None

    async def claim(self) -> frozenset[AppName]:
        """Take what nobody has; all that this server has then."""
        mine = self._fence().server

        def work(connection: sa.Connection) -> frozenset[AppName]:
            connection.execute(sa.update(APPS).where(APPS.c.server.is_(None)).values(server=mine))
            names = connection.execute(sa.select(APPS.c.name).where(APPS.c.server == mine)).scalars()
            return frozenset(AppName(name) for name in names)

        return await self._database.write(work)

    async def take_over(self, lease: Lease) -> bool:
        """Declare it lost and take its apps."""
        theirs, mine = lease.member.server, self._fence().server
        same = (SERVERS.c.number == lease.number, SERVERS.c.renewals == lease.renewals, sa.not_(SERVERS.c.lost))

        def work(connection: sa.Connection) -> bool:
            # The full lock, which waits for the writes of its holder that are under way: see `fence`.
            found = sa.select(SERVERS.c.id).where(SERVERS.c.id == theirs, *same).with_for_update()
            if connection.execute(found).first() is None:
                return False
            connection.execute(sa.update(SERVERS).where(SERVERS.c.id == theirs).values(lost=True))
            connection.execute(sa.update(APPS).where(APPS.c.server == theirs).values(server=mine))
            return True

        return await self._database.write(work)

    def _fence(self) -> Fence:
        if self._database.fence is None:
            raise fence.lost()
        return self._database.fence


def read(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Sequence[Lease]:
    """The leases of the servers for which the condition holds."""
    rows = connection.execute(sa.select(SERVERS).where(condition).order_by(SERVERS.c.id)).all()
    apps: dict[str, list[AppName]] = defaultdict(list)
    held = sa.select(APPS.c.server, APPS.c.name).where(APPS.c.server.in_([row.id for row in rows]))
    for app in connection.execute(held.order_by(APPS.c.name)):
        apps[app.server].append(AppName(app.name))
    return [to_lease(row, apps[row.id]) for row in rows]


def to_lease(row: sa.Row[Any], apps: Sequence[AppName]) -> Lease:
    """A row of SERVERS."""
    return Lease(
        member=Member(server=row.id, name=row.name, url=row.url, seconds=row.seconds, terms=json.loads(row.terms)),
        number=row.number,
        renewals=row.renewals,
        renewed_at=row.renewed_at,
        lost=row.lost,
        apps=tuple(apps),
    )
