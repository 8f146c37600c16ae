"""Tokens, by their digests."""

from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import TOKENS
from fairway.errors import Conflict
from fairway.ports.stores import TokenRecord


class SqlTokens:
    """`ports.stores.Tokens`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: TokenRecord) -> None:
        """Raises Conflict when the name is taken."""
        row = {"name": token.name, "digest": token.digest, "created_at": token.created_at}

        def work(connection: sa.Connection) -> None:
            try:
                connection.execute(sa.insert(TOKENS).values(row))
            except sa.exc.IntegrityError as error:
                raise Conflict(f"there is already a token named {token.name}", hint="choose another name") from error

        await self._database.write(work)

    async def find(self, digest: str) -> TokenRecord | None:
        """The token with that digest."""
        query = sa.select(TOKENS).where(TOKENS.c.digest == digest)

        def work(connection: sa.Connection) -> TokenRecord | None:
            row = connection.execute(query).first()
            return None if row is None else TokenRecord(name=row.name, digest=row.digest, created_at=row.created_at)

        return await self._database.read(work)

    async def list(self) -> Sequence[TokenRecord]:
        """By name."""
        query = sa.select(TOKENS).order_by(TOKENS.c.name)

        def work(connection: sa.Connection) -> Sequence[TokenRecord]:
            return [
                TokenRecord(name=row.name, digest=row.digest, created_at=row.created_at)
                for row in connection.execute(query)
            ]

        return await self._database.read(work)

    async def delete(self, name: str) -> None:
        """One that is not there is no error."""
        statement = sa.delete(TOKENS).where(TOKENS.c.name == name)

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(work)
