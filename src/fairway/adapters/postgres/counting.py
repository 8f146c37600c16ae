"""The fingerprint of a PostgreSQL database: every table counted and summed up at one snapshot.

The sum is of `hashtextextended(row::text, 0)`, a 64-bit hash, so that neither side sorts. A row's text depends on
settings of the session (how a date, a float, an interval is written), which are therefore set here. Sequences are no
part of a snapshot: a fingerprint that is taken beside a dump has theirs from the dump (`dumps.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.adapters.postgres import connecting, describing
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one, quoted
from fairway.domain.address import Address
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.ports.databases import Progress, Report

SESSIONS = 2
"""How many tables are counted at once: the database has its own work to do."""
ALIKE = {
    "search_path": "pg_catalog",
    "DateStyle": "ISO,YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "max_parallel_workers_per_gather": "0",
}
"""Settings under which equal rows are equal texts on both sides, and that let a long look live. Row security off means
an error in the place of rows that are silently missing."""
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
LARGE_OBJECTS = "large objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A table to be counted. `bytes` without its indexes."""

    schema: str
    name: str
    bytes: int

    @property
    def full(self) -> str:
        """As the catalog has it."""
        return f"{self.schema}.{self.name}"


async def count(address: Address, report: Report) -> Fingerprint:
    """The whole fingerprint, at a snapshot of its own. Raises Unavailable."""
    async with connecting.session(address, options=ALIKE) as holder:
        snapshot = await export(holder)
        marks = await count_at(address, snapshot, await tables(holder), report)
        others = {f"sequence {name}": state for name, state in (await sequences(holder)).items()}
        return Fingerprint(tables=marks, others=others | await large_objects(holder))


async def export(holder: Connection) -> str:
    """Begin the transaction whose snapshot all others use, and give the snapshot's name. It holds as long as the
    transaction does."""
    await holder.execute(SNAPSHOT)
    (snapshot,) = await fetch_one(holder, "SELECT pg_export_snapshot()")
    return str(snapshot)


async def tables(holder: Connection) -> Sequence[Counted]:
    """The tables with rows of their own, the largest first: partitions, not what is divided into them."""
    return [
        Counted(schema=schema, name=name, bytes=size)
        for schema, name, size in await fetch(holder, describing.query("tables with rows"))
    ]


async def count_at(
    address: Address, snapshot: str, tables: Sequence[Counted], report: Report, *, doing: str = "counting"
) -> dict[str, Mark]:
    """The marks of the tables at an exported snapshot, a few at a time. Raises Unavailable."""
    waiting, marks = list(reversed(tables)), {}
    total = sum(table.bytes for table in tables)
    done = 0

    async def work() -> None:
        nonlocal done
        async with connecting.session(address, options=ALIKE) as connection:
            await connection.execute(SNAPSHOT)
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
            while waiting:
                table = waiting.pop()
                marks[table.full] = await mark(connection, table)
                done += table.bytes
                report(Progress(doing=doing, done=done, total=total))

    await connecting.together(*(work() for _ in range(min(SESSIONS, len(tables)))))
    return marks


async def mark(connection: Connection, table: Counted) -> Mark:
    """Of one table. ONLY: what inherits from it, or is its partition, is counted as itself."""
    name = f"{quoted(table.schema)}.{quoted(table.name)}"
    rows, checksum = await fetch_one(
        connection,
        f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM ONLY {name} t",  # noqa: S608 (quoted)
    )
    return Mark(rows=rows, checksum=checksum)


async def sequences(connection: Connection) -> dict[str, str]:
    """The state of each: its last value, and whether that was given out."""
    found: dict[str, str] = {}
    for (name,) in await fetch(connection, describing.query("states of sequences")):
        last, called = await fetch_one(connection, f"SELECT last_value, is_called FROM {name}")  # noqa: S608 (quoted)
        found[name] = state(last, called=called)
    return found


async def large_objects(connection: Connection) -> dict[str, str]:
    """Their number and sum, nothing when there are none."""
    count, total = await fetch_one(connection, describing.query("contents of large objects"))
    return {LARGE_OBJECTS: f"{count}, sum {total}"} if count else {}


def state(last: int | str, *, called: bool) -> str:
    """`17`, `1 (not yet given out)`."""
    return str(last) if called else f"{last} (not yet given out)"
