"""What a SQLite database consists of: its tables with their columns and constraints, indexes, views and triggers.

Left out is what SQLite makes by itself: its own tables, the indexes of constraints, and the tables in which a virtual
one (full-text search, R-tree) keeps its rows, which are as its module wants them.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairway.adapters.sqlite import definitions
from fairway.adapters.sqlite.opening import quoted, text
from fairway.domain.catalog import Schema

OWN = "sqlite_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`kind` is "table", "shadow" (a virtual table's rows) or "virtual"; `rowid`: its rows have one."""

    name: str
    kind: str
    rowid: bool


def tables_of(connection: sqlite3.Connection) -> Sequence[Table]:
    """All tables but SQLite's own, by name."""
    found = connection.execute("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'").fetchall()
    tables = [Table(name=text(name), kind=text(kind), rowid=not without) for name, kind, without in found]
    return sorted(
        (each for each in tables if each.kind != "view" and not each.name.startswith(OWN)), key=lambda each: each.name
    )


def columns_of(connection: sqlite3.Connection, table: str, *, generated: bool) -> Sequence[str]:
    """The names of its columns, in their order; those that are computed from others only where `generated`."""
    found = connection.execute(f"SELECT name, hidden FROM pragma_table_xinfo({literal(table)})").fetchall()  # noqa: S608
    return [text(name) for name, hidden in found if hidden == 0 or (generated and hidden in (2, 3))]


def literal(name: str) -> str:
    """A text as SQL has it. Arguments of a table-valued pragma may be bound too, but not in every place."""
    return "'" + name.replace("'", "''") + "'"


def bare(name: str) -> str:
    """A table's name without the schema before it: here there is only one."""
    return name.rpartition(".")[2]


def read_schema(connection: sqlite3.Connection, without: Sequence[str]) -> Schema:
    """Every object with its definition, but the tables of those names and what belongs to them."""
    passed = {bare(name).lower() for name in without}
    kinds = {each.name: each.kind for each in tables_of(connection)}
    objects: dict[str, str] = {}
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
    for kind, name, table, sql in ((text(a), text(b), text(c), d) for a, b, c, d in rows):
        hidden = kinds.get(table) == "shadow" or table.startswith(OWN) or sql is None
        if not hidden and table.lower() not in passed:
            kept_by_module = kinds.get(table) == "virtual"
            objects.update(describe(connection, "virtual" if kept_by_module else kind, name, table, text(sql)))
    return Schema(objects=objects)


def describe(connection: sqlite3.Connection, kind: str, name: str, table: str, sql: str) -> Iterator[tuple[str, str]]:
    """The names and definitions that one entry of the schema makes."""
    if kind == "trigger":
        yield f"trigger {table}.{name}", definitions.even(sql)
    elif kind == "virtual":
        yield f"table {name}", definitions.even(sql)
    elif kind != "table":
        yield f"{kind} {name}", definitions.even(sql)
    else:
        parts = definitions.split(sql)
        # A definition that was not understood is compared as a whole rather than in wrong parts.
        if parts is None or list(parts.columns) != columns_of(connection, name, generated=True):
            yield f"table {name}", definitions.even(sql)
            return
        yield f"table {name}", parts.options or "ROWID"
        for column, definition in parts.columns.items():
            yield f"column {name}.{column}", definition or "of any type"
        for constraint in parts.constraints:
            yield f"constraint {name} {constraint}", constraint


def read_rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], order: str | None
) -> list[dict[str, str | None]] | None:
    """All rows as texts, None when there is no such table."""
    named = next((each.name for each in tables_of(connection) if each.name.lower() == bare(table).lower()), None)
    if named is None:
        return None
    wanted = ", ".join(quoted(column) for column in columns)
    ordered = f" ORDER BY {quoted(order)}" if order else ""
    found = connection.execute(f"SELECT {wanted} FROM {quoted(named)}{ordered}").fetchall()  # noqa: S608
    return [
        {column: None if value is None else text(value) for column, value in zip(columns, row, strict=True)}
        for row in found
    ]
