"""Everything that a migration may change in a PostgreSQL database, as names and definitions.

The queries are in schema.sql. Each object comes with the table that it belongs to, so that what a migration tool keeps
for itself can be left out with all that hangs on it. What came with an extension is the extension's. The search path of
the session is pg_catalog alone, so that the server's words name schemas.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fairway.adapters.postgres.connecting import Connection, fetch
from fairway.domain.catalog import Schema

OURS = r"(\1.nspname NOT IN ('pg_catalog', 'information_schema') AND \1.nspname !~ '^pg_(toast|temp)')"
FREE = r"NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '\2'::regclass AND e.objid = \1.oid AND e.deptype = 'e')"
"""What the two short forms of the queries stand for."""


async def describe(connection: Connection, without: Sequence[str]) -> Schema:
    """The schema of the session's database at one snapshot, whose search path is pg_catalog. `without` are tables, with
    or without their schema."""
    objects: dict[str, str] = {}
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for query in queries():
            for name, definition, table in await fetch(connection, query):
                if table is None or not (table in without or table.partition(".")[2] in without):
                    objects[name] = " ".join(str(definition or "").split())
    return Schema(objects=objects)


@cache
def query(name: str) -> str:
    """The query of looking.sql that has this name."""
    return written_out(sections(Path(__file__).with_name("looking.sql"))[name])


@cache
def queries() -> Sequence[str]:
    """Those of schema.sql, written out."""
    return [written_out(query) for query in sections(Path(__file__).with_name("schema.sql")).values()]


def sections(file: Path) -> dict[str, str]:
    """The queries of a file, by the comment that names each (`-- tables`). One ends with a semicolon at a line's
    end."""
    text = file.read_text(encoding="utf-8")
    return {match[1]: match[2] for match in re.finditer(r"^-- ([\w ]+)\n(?!--)(.*?);$", text, re.M | re.S)}


def written_out(query: str) -> str:
    """The query with its short forms in full."""
    return re.sub(r"\bfree\((\w+), (\w+)\)", FREE, re.sub(r"\bours\((\w+)\)", OURS, query))
