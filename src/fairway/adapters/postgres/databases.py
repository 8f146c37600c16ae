"""Looks at a PostgreSQL database: how it stands, what it consists of, what a migration tool's table has."""

from collections.abc import Mapping, Sequence

import psycopg

from fairway.adapters.postgres import connecting, counting, describing
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one, quoted
from fairway.domain import fingerprint as domain
from fairway.domain.address import Address, Engine
from fairway.domain.catalog import Schema, Standing, Table
from fairway.domain.fingerprint import Fingerprint

LOOK = {"lock_timeout": "10s", "search_path": "pg_catalog", "client_min_messages": "warning"}
"""A look that meets a table which is being rewritten ends after ten seconds instead of waiting for the rewriting."""


class PostgresDatabases:
    """`ports.databases.Databases` over psycopg, from this host's own process."""

    async def look(self, address: Address) -> Standing:
        """Raises Unavailable that says what of the address is wrong."""
        async with connecting.session(address, options=LOOK) as connection:
            return await stand(connection)

    async def schema(self, address: Address, *, without: Sequence[str] = ()) -> Schema:
        """All but the tables of those names. Raises Unavailable."""
        async with connecting.session(address, options=LOOK) as connection:
            return await describing.describe(connection, without)

    async def read(
        self, address: Address, table: str, columns: Sequence[str], *, order: str | None = None
    ) -> Sequence[Mapping[str, str | None]] | None:
        """A table without a schema is looked for where the user's own search path leads. Raises Unavailable."""
        chosen = ", ".join(f"t.{quoted(column)}::text" for column in columns)
        name = ".".join(quoted(part) for part in table.split(".", 1))
        by = f" ORDER BY t.{quoted(order)}" if order is not None else ""
        async with connecting.session(address, options={"lock_timeout": "10s"}) as connection:
            try:
                rows = await fetch(connection, f"SELECT {chosen} FROM {name} t{by}")  # noqa: S608 (names are quoted)
            except psycopg.errors.UndefinedTable:
                return None
        return [dict(zip(columns, row, strict=True)) for row in rows]

    async def since(self, address: Address, fingerprint: Fingerprint) -> Sequence[str]:
        """Counts every table, as for a backup. Raises Unavailable."""
        return domain.written(fingerprint, await counting.count(address, lambda progress: None))


async def stand(connection: Connection) -> Standing:
    """How the database of the session stands."""
    (size,) = await fetch_one(connection, "SELECT pg_database_size(current_database())")
    tables = await fetch(connection, describing.query("sizes of tables"))
    extensions = await fetch(connection, "SELECT extname, extversion FROM pg_extension ORDER BY 1")
    return Standing(
        engine=Engine.POSTGRES,
        version=connecting.shown_version(connection.info.server_version),
        bytes=size,
        tables=tuple(Table(name=name, rows=rows, bytes=bytes) for name, rows, bytes in tables),
        extensions={name: version for name, version in extensions if name != "plpgsql"},
    )
