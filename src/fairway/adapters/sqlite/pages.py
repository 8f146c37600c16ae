"""What a migration did to a copy, page by page: which tables it wrote anew, how much it wrote, how many rows changed.

SQLite has no server that could be asked. But the copy is a file that nobody else has: each page is hashed before and
afterwards, and `dbstat` says which table a page belongs to. A table was written anew when its root page moved (the way
of SQLite's own instructions: a new table, the rows copied, the old one dropped, the name taken), or nearly all of its
pages are other ones (an UPDATE of every row, DROP COLUMN).
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fairway.adapters.sqlite import objects
from fairway.adapters.sqlite.opening import opened, quoted, text

BEFORE, STATE = "before.pages", "before.json"
HASH = 8
"""Bytes of a page's hash."""
MOST, FEW = 0.9, 8
"""The part of a table's pages that has to be new, and the number of pages below which that says nothing."""


def survey(file: Path, shown: str, directory: Path) -> dict[str, Any]:
    """Keep how the copy is now, in the directory."""
    state = stand(file, shown)
    (directory / STATE).write_text(json.dumps(state))
    with (directory / BEFORE).open("wb") as kept:
        for page in hashes(file, state["page_size"]):
            kept.write(page)
    return {}


def compare(file: Path, shown: str, directory: Path) -> dict[str, Any]:
    """What has changed since then."""
    before, after = json.loads((directory / STATE).read_text()), stand(file, shown)
    fresh = fresh_pages(file, after["page_size"], directory / BEFORE, same=before["page_size"] == after["page_size"])
    with opened(file, shown) as connection:
        owned = owners(connection, fresh)
    found: dict[str, Any] = {"written": sum(fresh) * after["page_size"], "rewritten": [], "rows": 0, "uncounted": []}
    for name, now in after["tables"].items():
        judge(name, before["tables"].get(name), now, owned.get(name, (0, 0)), after["page_size"], found)
    return found


def judge(
    name: str, old: dict[str, int] | None, now: dict[str, int], pages: tuple[int, int], size: int, found: dict[str, Any]
) -> None:
    """Add what became of one table. `pages` are all of its own, and the fresh ones among them."""
    all_of_it, fresh = pages
    if old is None:
        found["rows"] += now["rows"]
    elif old["rows"] and (old["root"] != now["root"] or (all_of_it >= FEW and fresh >= MOST * all_of_it)):
        found["rewritten"].append([name, now["rows"], max(all_of_it, 1) * size])
        found["rows"] += max(old["rows"], now["rows"])
    elif old["rows"] != now["rows"]:
        found["rows"] += abs(old["rows"] - now["rows"])
    elif fresh:
        found["uncounted"].append(name)


def stand(file: Path, shown: str) -> dict[str, Any]:
    """The size of a page, and each table's root page and number of rows; what is in the log goes into the file."""
    with opened(file, shown, write=True) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        roots = {
            text(name): root
            for name, root in connection.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'")
        }
        tables = {
            each.name: {"root": roots[each.name], "rows": rows_of(connection, each.name)}
            for each in objects.tables_of(connection)
            if each.kind == "table"
        }
    return {"page_size": size, "tables": tables}


def rows_of(connection: sqlite3.Connection, table: str) -> int:
    """Counted."""
    (rows,) = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()  # noqa: S608
    return int(rows)


def hashes(file: Path, size: int) -> Iterator[bytes]:
    """Of each page. The file is opened beside SQLite, which this process must have closed by then."""
    with file.open("rb") as source:
        while page := source.read(size):
            yield hashlib.blake2b(page, digest_size=HASH).digest()


def fresh_pages(file: Path, size: int, before: Path, *, same: bool) -> bytearray:
    """1 for each page that was not there before, or was another; all of them where the size of a page changed."""
    with before.open("rb") as kept:
        return bytearray(not (kept.read(HASH) == page and same) for page in hashes(file, size))


def owners(connection: sqlite3.Connection, fresh: bytearray) -> dict[str, tuple[int, int]]:
    """How many pages each table has without its indexes, and how many of them are fresh; none without `dbstat`."""
    found: dict[str, tuple[int, int]] = {}
    try:
        for name, page in connection.execute("SELECT name, pageno FROM dbstat"):
            number, new = found.get(text(name), (0, 0))
            found[text(name)] = (number + 1, new + fresh[page - 1])
    except sqlite3.OperationalError as error:
        if "no such table: dbstat" not in str(error):
            raise
    return found
