"""Taking the definition of a SQLite table apart, held to what SQLite itself says of the same table."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.sqlite import definitions
from fairway.adapters.sqlite.objects import read_schema

SPRAWLING = """CREATE TABLE IF NOT EXISTS "my ""orders" (  -- the orders, all of them
    id INTEGER PRIMARY KEY /* , no comma */ AUTOINCREMENT,
    [check] TEXT DEFAULT 'a, b) -- c', `unique` varchar ( 10 ) COLLATE NOCASE,
    "total" REAL CHECK (total >= 0 AND total IN (1,2)),
    twice AS (total * 2) STORED,
    CONSTRAINT positive CHECK(total>0), FOREIGN KEY ("check") REFERENCES users ( name ) ON DELETE CASCADE
) STRICT"""


def test_columns_and_constraints_are_told_apart() -> None:
    parts = definitions.split(SPRAWLING)

    assert parts is not None
    assert dict(parts.columns) == {
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "check": "TEXT DEFAULT 'a, b) -- c'",
        "unique": "varchar(10) COLLATE NOCASE",
        "total": "REAL CHECK(total >= 0 AND total IN(1, 2))",
        "twice": "AS(total * 2) STORED",
    }
    assert parts.constraints == [
        "CONSTRAINT positive CHECK(total > 0)",
        'FOREIGN KEY("check") REFERENCES users(name) ON DELETE CASCADE',
    ]
    assert parts.options == "STRICT"


def test_names_need_no_quotes_beyond_ascii() -> None:
    parts = definitions.split("CREATE TABLE t (a\u2003b text, 🚢x int, größe real)")

    assert parts is not None
    assert dict(parts.columns) == {"a\u2003b": "text", "🚢x": "int", "größe": "real"}


@pytest.mark.parametrize("text", ["", "CREATE VIEW v AS SELECT 1", "CREATE TABLE t (a", "CREATE TABLE t ("])
def test_what_is_no_whole_table_is_nothing(text: str) -> None:
    assert definitions.split(text) is None


@given(st.text())
def test_any_text_is_borne(text: str) -> None:
    definitions.split(f"CREATE TABLE t ({text})")
    definitions.even(text)


NAMES = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=8)


@given(st.lists(NAMES, min_size=1, max_size=6, unique_by=str.casefold), st.sampled_from(['""', "``", "[]"]))
def test_columns_of_any_name_are_those_that_sqlite_has(columns: list[str], quotes: str) -> None:
    opening, closing = quotes
    names = [name.replace("]", "") or "x" for name in columns] if closing == "]" else columns
    quoted = [opening + (name if closing == "]" else name.replace(closing, closing * 2)) + closing for name in names]
    connection = sqlite3.connect(":memory:")

    try:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} text' for name in quoted)})")
    except sqlite3.OperationalError:
        return
    connection.text_factory = bytearray
    objects = read_schema(connection, ()).objects
    connection.close()

    assert {name for name in objects if name.startswith("column ")} == {f"column t.{name}" for name in names}


def test_every_object_of_a_schema_has_its_name() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        SPRAWLING.replace(" STRICT", "") + ";"
        """
        CREATE TABLE users (name TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE UNIQUE INDEX by_total ON "my ""orders" (total) WHERE total > 1;
        CREATE VIEW  large AS SELECT * FROM users;
        CREATE TRIGGER log AFTER DELETE ON users BEGIN SELECT 1; END;
        CREATE VIRTUAL TABLE notes USING fts5(body);
        """
    )
    connection.text_factory = bytearray

    objects = read_schema(connection, ()).objects
    connection.close()

    assert {name: text for name, text in objects.items() if not name.startswith(("column", "constraint"))} == {
        'table my "orders': "ROWID",
        "table users": "WITHOUT ROWID",
        "index by_total": 'CREATE UNIQUE INDEX by_total ON "my ""orders"(total) WHERE total > 1',
        "view large": "CREATE VIEW large AS SELECT * FROM users",
        "trigger users.log": "CREATE TRIGGER log AFTER DELETE ON users BEGIN SELECT 1; END",
        "table notes": "CREATE VIRTUAL TABLE notes USING fts5(body)",
    }


def test_a_table_that_is_made_anew_by_the_same_words_is_the_same() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE orders (id integer PRIMARY KEY, code text)")
    connection.text_factory = bytearray
    before = read_schema(connection, ())

    connection.executescript(
        """CREATE TABLE fresh (id integer PRIMARY KEY,   code text); DROP TABLE orders;
        ALTER TABLE fresh RENAME TO orders; ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders DROP COLUMN x"""
    )
    after = read_schema(connection, ())
    connection.close()

    assert after == before
