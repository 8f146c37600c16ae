"""Reads the log of a scratch server for what was run on it, by whom, and which locks that held.

A line is `time|process|virtual transaction|application|LOG:  …` (scratches.PREFIX); a text with line ends goes on in
lines that begin with a tab. Two kinds of statements come: `statement: …` and, by the extended protocol, `execute x: …`.
After each change of the schema an event trigger of the watch's adds the locks that its transaction then holds. What is
kept is bounded: so many statements, and one figure for each lock of each table.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fairway.adapters.postgres.connecting import APPLICATION
from fairway.domain.rehearsal import Held, LockMode

LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC\|(?P<pid>\d+)\|(?P<transaction>[^|]*)\|(?P<application>.*?)\|"
    r"(?P<level>[A-Z0-9]+):  (?P<text>.*)"
)
STATEMENT = re.compile(r"(?:statement|execute [^:]*): (.*)", re.S)
MODES = frozenset(mode.value for mode in LockMode)
MARK = "fairway_watch"
PATIENCE = 20.0
"""Seconds in which the log has to come to what was written into it."""
MOST, LONGEST = 2000, 20_000
"""How many statements are kept, and characters of each."""
CHANGES = re.compile(
    r"\s*(?:(?:EXPLAIN\s+ANALYZE\s+)?(?:ALTER|CREATE|DROP|TRUNCATE|INSERT|UPDATE|DELETE|MERGE|GRANT|REVOKE|COMMENT|DO|CALL|"
    r"REINDEX|CLUSTER|VACUUM|REFRESH|REASSIGN|IMPORT|SECURITY|EXECUTE)\b|COPY\b.*\bFROM\b|WITH\b.*\b(?:INSERT|UPDATE|"
    r"DELETE|MERGE)\b|SELECT\b.*(?:\bINTO\b|\b(?:setval|lo_\w+|add_\w+|create_\w+|drop_\w+)\s*\())",
    re.I | re.S,
)
"""What a statement that changes schema or data begins with. A SELECT that calls a function of the user's own which
changes something is not known by its text."""
ASIDE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/""",
    re.S,
)
"""Texts, names and comments, in which a semicolon ends nothing."""


@dataclass(slots=True)
class Hold:
    """A lock of one transaction on one table, by the server's clock."""

    since: float
    until: float


@dataclass(slots=True)
class Locks:
    """The locks that transactions hold, and the longest time of each table and mode. `names` are the tables that were
    there before, by their oids: the others are nobody's yet."""

    names: dict[int, str]
    held: dict[str, dict[tuple[int, LockMode], Hold]] = field(default_factory=dict)
    longest: dict[tuple[int, LockMode], float] = field(default_factory=dict)

    def see(self, transaction: str, table: int, mode: str, *, since: float, until: float) -> None:
        """It was held from `since` (at the latest known) up to `until` (at least)."""
        if table not in self.names or mode not in MODES:
            return
        holds = self.held.setdefault(transaction, {})
        hold = holds.setdefault((table, LockMode(mode)), Hold(since=since, until=until))
        hold.since, hold.until = min(hold.since, since), max(hold.until, until)

    def go_on(self, transaction: str, at: float) -> None:
        """The transaction lives at that time, and with it all that it holds."""
        for hold in self.held.get(transaction, {}).values():
            hold.until = max(hold.until, at)

    def look(self, rows: Sequence[tuple[Any, ...]], *, last: float, now: float) -> None:
        """What pg_locks shows at `now`, by the server's clock; `last` is the look before, 0 for none."""
        for transaction, table, mode, begun in rows:
            # Taken after the last look, or with the transaction, whichever was later.
            self.see(transaction, table, mode, since=max(begun, last) if last else now, until=now)
        self.end_but({transaction for transaction, *_ in rows}, now - PATIENCE)

    def end_but(self, living: set[str], before: float) -> None:
        """Keep the figures of transactions that are not among the living and were not seen since `before`."""
        for transaction in [each for each in self.held if each not in living]:
            if all(hold.until < before for hold in self.held[transaction].values()):
                self._end(transaction)

    def end(self) -> tuple[Held, ...]:
        """The longest time of each table and mode, those of transactions that still live among them."""
        for transaction in list(self.held):
            self._end(transaction)
        return tuple(
            Held(table=self.names[table], mode=mode, seconds=seconds)
            for (table, mode), seconds in sorted(self.longest.items())
        )

    def _end(self, transaction: str) -> None:
        for key, hold in self.held.pop(transaction).items():
            self.longest[key] = max(self.longest.get(key, 0.0), hold.until - hold.since)


@dataclass(slots=True)
class Reader:
    """Takes the log's lines from the mark `begin` on. Each mark that comes is given to `on_mark`."""

    begin: str
    locks: Locks
    on_mark: Callable[[str], None]
    statements: list[str] = field(default_factory=list)
    connected: bool = False
    begun: bool = False
    _entry: list[str] = field(default_factory=list)
    _size: int = 0
    _started: dict[str, float] = field(default_factory=dict)

    def take(self, line: str) -> None:
        """One line, without its end."""
        if line.startswith("\t") and self._entry:
            if self._size < LONGEST:
                self._entry.append(line[1:])
                self._size += len(line)
        elif line:
            self.flush()
            self._entry, self._size = [line], len(line)
            # Nothing follows a mark of our own for a while: it is whole at once.
            if MARK in line:
                self.flush()

    def flush(self) -> None:
        """The entry that was begun is whole."""
        match = LINE.match("\n".join(self._entry)[:LONGEST])
        text = "\n".join([match["text"], *self._entry[1:]])[:LONGEST] if match else ""
        self._entry, self._size = [], 0
        if match is None:
            return
        if text.startswith(f"{MARK} mark "):
            self._mark(text.rpartition(" ")[2])
        elif self.begun:
            at = datetime.fromisoformat(match["at"] + "+00:00").timestamp()
            self._read(at, match["pid"], match["transaction"], match["application"], text)

    def _mark(self, word: str) -> None:
        self.begun = self.begun or word == self.begin
        self.on_mark(word)

    def _read(self, at: float, pid: str, transaction: str, application: str, text: str) -> None:
        self.locks.go_on(transaction, at)
        if text.startswith(f"{MARK} held "):
            for lock in text.split()[2:]:
                table, _, mode = lock.partition(":")
                since = self._started.get(pid, at)
                self.locks.see(transaction, int(table), mode, since=since, until=at)
        elif text.startswith("connection authorized") and f"application_name={APPLICATION}" not in text:
            self.connected = True
        elif text.startswith("disconnection"):
            self._started.pop(pid, None)
        elif application != APPLICATION and (statement := STATEMENT.match(text)):
            self._started[pid] = at
            self.connected = True
            if changes(statement[1]) and len(self.statements) < MOST:
                self.statements.append(statement[1])


def changes(text: str) -> bool:
    """Whether any of the statements in a text changes the schema or data."""
    plain = ASIDE.sub(lambda aside: " " if aside[0].startswith(("--", "/*")) else " x ", text)
    return any(CHANGES.match(part) for part in plain.split(";"))
