"""How large a SQLite database and each of its tables is, without reading all of it where it is large."""

import sqlite3
from collections.abc import Mapping

from fairway.adapters.sqlite import objects
from fairway.adapters.sqlite.opening import quoted, text
from fairway.domain.address import Engine
from fairway.domain.catalog import Standing, Table

COUNTED = 100_000
"""Rows up to which a table is counted; beyond it, its highest rowid stands for the number where it has one."""
MEASURED = 2 * 1024**3
"""Bytes up to which each table's pages are counted: `dbstat` reads about 2 GB a second."""


def bytes_of(connection: sqlite3.Connection) -> int:
    """The whole file's, with what is still in the write-ahead log."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)


def look(connection: sqlite3.Connection) -> Standing:
    """How the database stands. `version` is that of the library here: the file does not say which one an app has."""
    tables = [each for each in objects.tables_of(connection) if each.kind == "table"]
    rows = {each.name: count(connection, each) for each in tables}
    whole = bytes_of(connection)
    sizes = measure(connection, whole) or share(rows, whole)
    return Standing(
        engine=Engine.SQLITE,
        version=sqlite3.sqlite_version,
        bytes=whole,
        tables=tuple(Table(name=each.name, rows=rows[each.name], bytes=sizes.get(each.name, 0)) for each in tables),
    )


def count(connection: sqlite3.Connection, table: objects.Table) -> int:
    """Its rows, or about as many."""
    name = quoted(table.name)
    (rows,) = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT {COUNTED + 1})").fetchone()  # noqa: S608
    if rows <= COUNTED:
        return int(rows)
    if table.rowid:
        (highest,) = connection.execute(f"SELECT max(_rowid_) FROM {name}").fetchone()  # noqa: S608
        if isinstance(highest, int) and highest > rows:
            return highest
    (rows,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
    return int(rows)


def measure(connection: sqlite3.Connection, whole: int) -> Mapping[str, int]:
    """The bytes of each table with its indexes; none where SQLite was built without `dbstat`, or the file is large."""
    if whole > MEASURED:
        return {}
    question = """SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name)
        WHERE aggregate = TRUE GROUP BY tbl_name"""
    try:
        return {text(name): int(size) for name, size in connection.execute(question)}
    except sqlite3.OperationalError as error:
        if "no such table: dbstat" not in str(error):
            raise
        return {}


def share(rows: Mapping[str, int], whole: int) -> Mapping[str, int]:
    """The whole by numbers of rows, where nothing better is to be had."""
    total = sum(rows.values()) or 1
    return {name: max(1, whole * number // total) for name, number in rows.items()}
