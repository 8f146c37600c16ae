"""SQLite's SQL in the words of PostgreSQL's grammar, as far as migrations need it: names in backticks or brackets, and
what stands behind a table's columns. Texts in quotes stay as they are, and every line where it was."""

import re

PIECE = re.compile(
    r"'(?:[^']|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|--[^\n]*|/\*.*?\*/"
    r"|`(?P<tick>(?:[^`]|``)*)`"
    r"|\[(?P<bracket>[A-Za-z_][^\]\n]*)\]"
    r"|\b(?P<word>AUTOINCREMENT|WITHOUT\s+ROWID|STRICT(?=\s*(?:;|\Z))|ON\s+CONFLICT\s+(?:ROLLBACK|ABORT|FAIL|IGNORE|REPLACE))\b",
    re.IGNORECASE | re.DOTALL,
)


NEW_TABLE = re.compile(
    r"CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:(?P<plain>[\w.]+)|\"(?P<quoted>[^\"]+)\")",
    re.IGNORECASE,
)


def new_table(statement: str) -> str:
    """The name in a CREATE TABLE, "" of another statement. Its columns need no type in SQLite, which no grammar but its
    own can read; that the table is new is all that matters."""
    found = NEW_TABLE.match(statement)
    return (found["plain"] or found["quoted"]) if found is not None else ""


def to_postgres(sql: str) -> str:
    """The same text, readable by the one grammar."""
    return PIECE.sub(translated, sql)


def translated(found: re.Match[str]) -> str:
    """One piece."""
    if (tick := found["tick"]) is not None:
        return '"' + tick.replace("``", "`").replace('"', '""') + '"'
    if found["bracket"] is not None:
        return f'"{found["bracket"]}"'
    if found["word"] is not None:
        return re.sub(r"[^\n]", " ", found.group())
    return found.group()
