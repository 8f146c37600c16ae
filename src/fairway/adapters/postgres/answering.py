"""Counting in a PostgreSQL database what a migration will stumble over."""

from collections.abc import Mapping, Sequence

import psycopg

from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import Connection, fetch_one, quoted
from fairway.domain.address import Address
from fairway.domain.ground import Nulls, Question

LIMITS = {"statement_timeout": "20s", "lock_timeout": "5s", "default_transaction_read_only": "on"}
"""A count that takes longer is worth less than the time."""


class PostgresCounts:
    """`ports.counting.Counts`, from this host's own process."""

    async def count(self, address: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """Raises Unavailable."""
        if not questions:
            return {}
        async with connecting.session(address, options=LIMITS) as connection:
            found = {question: await answer(connection, question) for question in questions}
        return {question: count for question, count in found.items() if count is not None}


async def answer(connection: Connection, question: Question) -> int | None:
    """One answer, None where the table, a column or the right to read is missing, types can't be compared, or it takes
    too long."""
    try:
        (found,) = await fetch_one(connection, query(question))
    except (psycopg.ProgrammingError, psycopg.NotSupportedError):
        return None
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return None
    return int(found)


def query(question: Question) -> str:
    """The question in SQL; every name is quoted."""
    table = ".".join(quoted(part) for part in question.table.split(".", 1))
    if isinstance(question, Nulls):
        return f"SELECT count(*) FROM {table} t WHERE t.{quoted(question.column)} IS NULL"  # noqa: S608
    columns = [f"t.{quoted(column)}" for column in question.columns]
    filled = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    groups = f"SELECT count(*) - 1 AS more FROM {table} t WHERE {filled} GROUP BY {', '.join(columns)}"  # noqa: S608
    return f"SELECT coalesce(sum(more), 0)::bigint FROM ({groups}) g"  # noqa: S608
