"""What is read from a scratch server's log, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.postgres import seen
from fairway.adapters.postgres.seen import Locks, Reader
from fairway.domain.rehearsal import LockMode

LINES = (
    "2026-11-30 03:00:00.000 UTC|7|3/1|fairway|LOG:  fairway_watch mark aa",
    "2026-11-30 03:00:01.000 UTC|9|3/2||LOG:  connection authorized: user=shop database=shop",
    "2026-11-30 03:00:01.100 UTC|9|3/3|knex|LOG:  statement: BEGIN;",
    "2026-11-30 03:00:01.200 UTC|9|3/3|knex|LOG:  execute <unnamed>: ALTER TABLE orders",
    "\tADD COLUMN coupon text",
    "2026-11-30 03:00:01.500 UTC|9|3/3|knex|LOG:  fairway_watch held 16400:AccessExclusiveLock 99999:ShareLock",
    "2026-11-30 03:00:01.500 UTC|9|3/3|knex|CONTEXT:  PL/pgSQL function fairway_watch() line 9 at RAISE",
    "2026-11-30 03:00:03.200 UTC|9|3/3|knex|LOG:  statement: COMMIT;",
    "2026-11-30 03:00:04.000 UTC|9||knex|LOG:  disconnection: session time: 0:00:03",
    "2026-11-30 03:00:05.000 UTC|7|3/4|fairway|LOG:  fairway_watch mark bb",
)


def make_reader(marks: list[str]) -> Reader:
    return Reader(begin="aa", locks=Locks(names={16400: "public.orders"}), on_mark=marks.append)


def test_a_migration_is_read_with_its_statements_and_the_time_of_its_locks() -> None:
    marks: list[str] = []
    reader = make_reader(marks)

    for line in LINES:
        reader.take(line)
    reader.locks.end()

    assert marks == ["aa", "bb"]
    assert reader.statements == ["ALTER TABLE orders\nADD COLUMN coupon text"]
    assert reader.connected
    ((key, seconds),) = reader.locks.longest.items()
    assert key == (16400, LockMode.ACCESS_EXCLUSIVE)
    # From the beginning of the statement to the COMMIT.
    assert seconds == pytest.approx(2.0)


def test_what_came_before_the_watch_is_not_its_own() -> None:
    reader = make_reader([])

    for line in LINES[1:-1]:
        reader.take(line)

    assert (reader.statements, reader.connected, reader.locks.longest) == ([], False, {})


@pytest.mark.lengthy
def test_no_more_is_kept_than_can_be_read() -> None:
    reader = make_reader([])
    reader.take(LINES[0])

    for number in range(seen.MOST + 500):
        reader.take(f"2026-11-30 03:00:01.000 UTC|9|3/{number}||LOG:  statement: INSERT INTO t VALUES ({number}")
        for _ in range(30):
            reader.take("\t" + "x" * 1000)

    assert len(reader.statements) <= seen.MOST
    assert all(len(statement) <= seen.LONGEST for statement in reader.statements)


@given(st.lists(st.text(max_size=80) | st.sampled_from(LINES), max_size=30))
def test_no_log_whatever_ends_the_reading(lines: list[str]) -> None:
    reader = make_reader([])

    for line in lines:
        reader.take(line)
    reader.flush()

    assert all(seen.changes(statement) for statement in reader.statements)


@pytest.mark.parametrize(
    "text",
    [
        "alter table t add c int",
        "BEGIN; ALTER TABLE t ADD c int; COMMIT",
        "-- first\nCREATE TABLE t ()",
        "/* by a tool */ drop table t",
        "DO $$ BEGIN ALTER TABLE t ADD c int; END $$",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
        "SELECT 1; UPDATE t SET a = 1",
        "COPY t (a) FROM STDIN",
        "SELECT * INTO copy FROM t",
        "SELECT setval('s', 7)",
        "VACUUM FULL t",
    ],
)
def test_what_changes_schema_or_data_is_kept(text: str) -> None:
    assert seen.changes(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM updates",
        "BEGIN",
        "SET lock_timeout = '1s'",
        "SELECT 'a; DROP TABLE t'",
        'SELECT "a; drop table t" FROM t',
        "-- DROP TABLE t\nSELECT 1",
        "COPY t TO STDOUT",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "EXPLAIN UPDATE t SET a = 1",
        "",
    ],
)
def test_what_only_reads_is_left_out(text: str) -> None:
    assert not seen.changes(text)
