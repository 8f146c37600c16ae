"""Which locks others have on a SQLite file, as the kernel lists them in /proc/locks.

SQLite's locks are ranges of bytes (its "File Locking And Concurrency" and "WAL-mode File Format" pages): in the
database beyond the first GiB, in the `-shm` file behind its header. A writer has RESERVED, or with a write-ahead log
WRITE; who commits without a log has all of SHARED for itself, and then nobody reads either.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairway.domain.rehearsal import LockMode

LISTED = Path("/proc/locks")
LINE = re.compile(
    r"\d+: POSIX +\w+ +(?P<kind>READ|WRITE) +(?P<pid>-?\d+) \w+:\w+:(?P<inode>\d+) (?P<first>\d+) (?P<last>\d+|EOF)"
)
PENDING = 0x40000000
RESERVED, SHARED = PENDING + 1, PENDING + 2
WRITE = 120
"""The byte of `-shm` that a writer to the log locks."""
END = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What others have at one moment: any lock at all, and those that keep somebody waiting."""

    anybody: bool
    modes: frozenset[LockMode]


def look(file: Path, own: frozenset[int]) -> Seen:
    """The locks of all processes but those. None where the kernel lists none, or the file is gone."""
    inodes = {inode(file): False, inode(file.with_name(file.name + "-shm")): True}
    anybody, modes = False, set()
    for match in lines():
        shared_memory = inodes.get(int(match["inode"]))
        if shared_memory is None or int(match["pid"]) in own:
            continue
        anybody = True
        if match["kind"] == "WRITE":
            last = END if match["last"] == "EOF" else int(match["last"])
            modes |= modes_of(int(match["first"]), last, shared_memory=shared_memory)
    return Seen(anybody=anybody, modes=frozenset(modes))


def modes_of(first: int, last: int, *, shared_memory: bool) -> set[LockMode]:
    """What a lock of that range keeps others from, in PostgreSQL's words: EXCLUSIVE, writing; ACCESS_EXCLUSIVE, reading
    too."""
    found = set()
    writes = WRITE if shared_memory else RESERVED
    if first <= writes <= last:
        found.add(LockMode.EXCLUSIVE)
    if not shared_memory and first <= SHARED <= last:
        found.add(LockMode.ACCESS_EXCLUSIVE)
    return found


def lines() -> Iterator[re.Match[str]]:
    """The locks that are held; those that are waited for are listed behind an arrow, and are not meant."""
    try:
        listed = LISTED.read_text()
    except OSError:
        return
    for line in listed.splitlines():
        if match := LINE.match(line):
            yield match


def inode(file: Path) -> int:
    """-1 when there is no such file."""
    try:
        return file.stat().st_ino
    except OSError:
        return -1
