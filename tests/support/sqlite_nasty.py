"""A SQLite database with everything that makes copying and counting one hard."""

import sqlite3

SCHEMA = """
PRAGMA foreign_keys = ON;
PRAGMA user_version = 7;
CREATE TABLE users (name TEXT PRIMARY KEY, born REAL) WITHOUT ROWID;
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT REFERENCES users (name), total REAL,
    twice REAL AS (total * 2) VIRTUAL, thrice REAL AS (total * 3) STORED, note TEXT
);
CREATE TABLE anything (what);
CREATE VIRTUAL TABLE notes USING fts5(body);
CREATE VIRTUAL TABLE areas USING rtree(id, low, high);
CREATE TABLE log (said TEXT);
CREATE TRIGGER logged AFTER INSERT ON orders BEGIN INSERT INTO log VALUES ('order ' || new.id); END;
CREATE TRIGGER never BEFORE DELETE ON orders BEGIN SELECT raise(ABORT, 'orders stay'); END;
CREATE VIEW large AS SELECT * FROM orders WHERE total > 100;
CREATE TABLE "odd ""name" ("a column" TEXT, [select] INT, "rowid" TEXT);
"""
VALUES: tuple[object, ...] = (
    None,
    1,
    1.0,
    "1",
    b"1",
    -(2**63),
    2**63 - 1,
    float("inf"),
    float("-inf"),
    0.1 + 0.2,
    5e-324,
    "",
    b"",
    "a\0b",
    "a",
    b"a\0b",
    "✂ naïve 🚢",
    bytes(range(256)) * 500,
    "x" * 100_000,
    b"x" * 100_000,
)
INVALID = b"\xff\xfe not UTF-8"


def fill(connection: sqlite3.Connection) -> None:
    """Make all of it."""
    connection.executescript(SCHEMA)
    connection.executemany("INSERT INTO users VALUES (?, ?)", [("ada", 1815.9), ("o'brien", None)])
    connection.executemany(
        "INSERT INTO orders (owner, total, note) VALUES (?, ?, ?)", [("ada", 12.5, "first"), (None, 250, b"blob")]
    )
    connection.executemany("INSERT INTO anything VALUES (?)", [(value,) for value in VALUES])
    connection.execute("INSERT INTO anything VALUES (CAST(? AS TEXT))", (INVALID,))
    connection.executemany("INSERT INTO notes VALUES (?)", [("the quick fox",), ("the lazy dog",)])
    connection.execute("INSERT INTO areas VALUES (1, 0.5, 2.5)")
    connection.execute("""INSERT INTO "odd ""name" VALUES ('x', 1, 'y')""")
    connection.commit()
