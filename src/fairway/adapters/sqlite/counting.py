"""Counting in a SQLite database what a migration will stumble over."""

import asyncio
import sqlite3
import time
from collections.abc import Mapping, Sequence

from fairway.adapters.sqlite import objects, opening
from fairway.adapters.sqlite.opening import quoted
from fairway.domain.address import Address
from fairway.domain.ground import Nulls, Question

LONGEST = 20.0
"""Seconds for one answer."""
STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock."""


class SqliteCounts:
    """`ports.counting.Counts`."""

    async def count(self, address: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """Raises Unavailable."""
        return await asyncio.to_thread(count, address, questions)


def count(address: Address, questions: Sequence[Question]) -> dict[Question, int]:
    """The answers that there are."""
    with opening.opened(opening.file_of(address), address.shown) as connection:
        found = {question: answer(connection, question) for question in questions}
    return {question: count for question, count in found.items() if count is not None}


def answer(connection: sqlite3.Connection, question: Question) -> int | None:
    """One answer, None where there is no such column or it takes too long."""
    wanted = objects.bare(question.table).lower()
    table = next((each.name for each in objects.tables_of(connection) if each.name.lower() == wanted), None)
    columns = (question.column,) if isinstance(question, Nulls) else question.columns
    known = objects.columns_of(connection, table, generated=True) if table is not None else ()
    if table is None or not {column.lower() for column in columns} <= {column.lower() for column in known}:
        return None
    ends = time.monotonic() + LONGEST
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    try:
        (found,) = connection.execute(query(table, question)).fetchone()
    except sqlite3.OperationalError as error:
        if opening.name_of(error) != "SQLITE_INTERRUPT":
            raise
        return None
    finally:
        connection.set_progress_handler(None, 0)
    return int(found)


def query(table: str, question: Question) -> str:
    """The question in SQL; every name is quoted, and known to be one."""
    if isinstance(question, Nulls):
        return f"SELECT count(*) FROM {quoted(table)} WHERE {quoted(question.column)} IS NULL"  # noqa: S608
    columns = [quoted(column) for column in question.columns]
    filled = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    groups = f"SELECT count(*) - 1 AS more FROM {quoted(table)} WHERE {filled} GROUP BY {', '.join(columns)}"  # noqa: S608
    return f"SELECT coalesce(sum(more), 0) FROM ({groups})"  # noqa: S608
