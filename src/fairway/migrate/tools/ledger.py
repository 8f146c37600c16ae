"""What the readers share: migrations by name against the names that a table has."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from fairway.domain.migrations import Plan, Tool
from fairway.migrate.tools.shipped import Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder


def column(rows: Rows, name: str) -> tuple[str, ...]:
    """One column's texts, in the order of the rows; none when there is no such table."""
    return tuple(value for row in rows or () if (value := row.get(name)) is not None)


def counted(rows: Rows, by: str = "id") -> Rows:
    """The rows in the order of a column of numbers: as texts, 10 is before 9."""
    return None if rows is None else sorted(rows, key=lambda row: number(row.get(by)))


def number(value: str | None) -> int:
    """A whole number at the beginning of a text, 0 when there is none; SQLite gives "17.0" for some."""
    match = re.match(r"-?\d{1,40}", value or "")
    return int(match[0]) if match else 0


def compare(tool: Tool, shipped: Shipped, applied: Sequence[str], trouble: Sequence[str] = ()) -> Plan:
    """The plan of a tool that runs each migration whose name its table does not have."""
    done = frozenset(applied)
    there = frozenset(migration.step.name for migration in shipped.migrations)
    return Plan(
        tool=tool,
        applied=tuple(applied),
        pending=tuple(each.step for each in shipped.migrations if each.step.name not in done),
        missing=tuple(name for name in applied if name not in there),
        trouble=tuple(trouble),
    )


def files(place: Place, folders: Mapping[str, Folder], suffixes: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """Folder, name and content of the files right in the place's directories that have one of the suffixes.

    Raises Unsure when there is no such folder, or one of its files was not read.
    """
    for directory in place.directories:
        folder = folders.get(directory)
        if folder is None:
            raise Unsure(f"there is no folder {directory} in the image")
        check_read(directory, folder, suffixes)
        for name, content in sorted(folder.files.items()):
            if "/" not in name and name.endswith(tuple(suffixes)):
                yield directory, name, content


def check_read(directory: str, folder: Folder, suffixes: Sequence[str]) -> None:
    """Raises Unsure when something in the folder was not read that may be a migration."""
    for name in sorted(folder.unread):
        if posixpath.splitext(name)[1] in ("", *suffixes):
            raise Unsure(f"{directory}/{name} is a link or too large, and was not read")


def text(content: bytes) -> str:
    """A file's text, without the mark that some editors begin it with."""
    return content.decode("utf-8-sig", "replace")


def flag(command: str, *names: str) -> str | None:
    """The value of the first of those options in a command's text: `--knexfile db/knexfile.js`, `-d=dist/x.js`."""
    for name in names:
        if match := re.search(rf"(?:^|\s){re.escape(name)}(?:\s+|=)(?:\"([^\"]+)\"|'([^']+)'|([^\s&|;\"']+))", command):
            return match[1] or match[2] or match[3]
    return None


def whole(schema: str | None, table: str) -> str:
    """A table with its schema before it, where there is one."""
    return f"{schema}.{table}" if schema else table


def path(*parts: str) -> str:
    """A path without its detours: `./migrations` below `db` is `db/migrations`."""
    return posixpath.normpath(posixpath.join(*parts))
