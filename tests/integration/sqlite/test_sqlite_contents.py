"""Copying and counting whatever a SQLite database may hold."""

from pathlib import Path

import pytest

from fairway.domain import fingerprint
from fairway.domain.fingerprint import Fingerprint
from support.databases_room import quiet
from support.sampled import sampled
from support.sqlite_nasty import VALUES, fill
from support.sqlite_room import SqliteRoom


@pytest.fixture(params=sampled(["wal", "delete", "persist", "truncate"], (0, 1)))
def room(request: pytest.FixtureRequest, tmp_path: Path) -> SqliteRoom:
    made = SqliteRoom(tmp_path, journal=request.param)
    with made.connected() as connection:
        fill(connection)
    return made


async def count(room: SqliteRoom) -> Fingerprint:
    return await room.dumps.fingerprint(room.address, report=quiet)


async def test_everything_is_restored_as_it_was(room: SqliteRoom, tmp_path: Path) -> None:
    (into := tmp_path / "dump").mkdir()

    dumped = await room.dumps.dump(room.address, into, report=quiet)
    async with room.scratches.open("one", room.address, dumped.standing) as scratch:
        await room.dumps.restore(into, scratch.address, report=quiet)
        copy = await room.dumps.fingerprint(scratch.address, report=quiet)
        schema = await room.databases.schema(scratch.address)
        with room.connected(scratch.address) as connection:
            found = connection.execute("SELECT body FROM notes WHERE notes MATCH 'fox'").fetchall()
            journal = connection.execute("PRAGMA journal_mode").fetchone()

    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    assert copy == await count(room)
    assert copy.tables["anything"].rows == len(VALUES) + 1
    assert copy.others == {"user_version": "7", "application_id": "0", "sequence orders": "2"}
    assert schema == await room.databases.schema(room.address)
    assert found == [("the quick fox",)]
    assert (journal == ("wal",)) == (room.journal == "wal")
    assert sorted(file.name for file in into.iterdir()) == ["database.db.gz", "database.json"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE anything SET what = CAST(what AS BLOB) WHERE typeof(what) = 'text' AND what = '1'",
        "UPDATE anything SET what = 1.0 WHERE typeof(what) = 'integer' AND what = 1",
        "UPDATE anything SET what = '1' WHERE typeof(what) = 'integer' AND what = 1",
        "UPDATE anything SET what = NULL WHERE what = 9e999",
        "UPDATE anything SET what = 'a' WHERE typeof(what) = 'text' AND length(CAST(what AS BLOB)) = 3",
        "UPDATE anything SET what = what || 'x' WHERE typeof(what) = 'text' AND length(what) = 100000",
        "UPDATE anything SET what = CAST(what AS BLOB) WHERE typeof(what) = 'text' AND length(what) = 100000",
        "UPDATE users SET born = 1815.8999999999999 WHERE name = 'ada'",
        "UPDATE users SET name = 'O''Brien' WHERE name = 'o''brien'",
        """UPDATE "odd ""name" SET "select" = 2""",
        "UPDATE sqlite_sequence SET seq = 9",
        "PRAGMA user_version = 8",
        "DELETE FROM notes WHERE body LIKE '%fox%'",
        "UPDATE areas SET high = 3.5",
        "DELETE FROM log",
        "CREATE TABLE more (id)",
    ],
)
async def test_the_smallest_change_is_another_fingerprint(room: SqliteRoom, statement: str) -> None:
    before = await count(room)

    room.run(statement)

    assert await count(room) != before


async def test_the_order_of_rows_and_their_rowids_are_nothing(room: SqliteRoom) -> None:
    before = await count(room)

    room.run("DELETE FROM log WHERE said = 'order 1'; INSERT INTO log VALUES ('order 1'); VACUUM")

    assert await count(room) == before


async def test_functions_and_collations_of_the_app_hinder_no_copy(tmp_path: Path) -> None:
    room = SqliteRoom(tmp_path)
    with room.connected() as connection:
        connection.create_function("shout", 1, str.upper, deterministic=True)
        connection.create_collation("BACKWARDS", lambda one, other: (one < other) - (one > other))
        connection.executescript(
            """CREATE TABLE t (a TEXT, b TEXT COLLATE BACKWARDS, c TEXT AS (shout(a)));
            CREATE INDEX loud ON t (shout(b)); CREATE INDEX backwards ON t (b);
            CREATE TABLE checked (a CHECK (shout(a) <> ''));
            INSERT INTO t (a, b) VALUES ('x', 'y'), ('z', 'w');"""
        )
    (into := tmp_path / "dump").mkdir()

    dumped = await room.dumps.dump(room.address, into, report=quiet)
    schema = await room.databases.schema(room.address)

    assert dumped.fingerprint.tables["t"].rows == 2
    assert schema.objects["column t.c"] == "TEXT AS(shout(a))"


async def test_a_table_of_a_module_that_is_not_here_is_copied_with_its_rows(tmp_path: Path) -> None:
    room = SqliteRoom(tmp_path)
    with room.connected() as connection:
        connection.executescript(
            """CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('fox');
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, 'fts5', 'elsewhere') WHERE name = 'notes';"""
        )
    (into := tmp_path / "dump").mkdir()

    dumped = await room.dumps.dump(room.address, into, report=quiet)

    assert dumped.fingerprint.tables["notes_content"].rows == 1
    assert "notes" not in dumped.fingerprint.tables
