"""Keys of the server's own, sealed."""

import sqlalchemy as sa

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import SEALED_KEYS


class SqlSealedKeys:
    """`ports.sealed.SealedKeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> bytes | None:
        """None when there is none."""
        return await self._database.read(lambda connection: find(connection, name))

    async def add(self, name: str, sealed: bytes) -> bytes:
        """The one that is kept: the first."""

        def work(connection: sa.Connection) -> bytes:
            if (known := find(connection, name)) is not None:
                return known
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(SEALED_KEYS).values(name=name, sealed=sealed))
            except sa.exc.IntegrityError:
                # Another server was quicker, between the two lines above.
                return find(connection, name) or sealed
            return sealed

        return await self._database.write(work)


def find(connection: sa.Connection, name: str) -> bytes | None:
    """The sealed key of that name."""
    found: bytes | None = connection.execute(
        sa.select(SEALED_KEYS.c.sealed).where(SEALED_KEYS.c.name == name)
    ).scalar_one_or_none()
    return found
