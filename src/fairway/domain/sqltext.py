"""A file of SQL as its statements: each with its text and the line on which it begins.

Only what decides where a statement ends is read here: quotes, dollar quotes, comments (which nest in PostgreSQL).
Whatever follows a quote that is never closed is one last statement. What the statements mean is read elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 200_000
"""Characters of a statement that is read; a longer one is data, and what it inserts locks nobody out."""

MARK = re.compile(r"--[^\n]*|/\*|'|\"|\$[A-Za-z_\x80-\U0010ffff]?[A-Za-z0-9_\x80-\U0010ffff]*\$|;|\n(?=\\[a-z.])")
NESTING = re.compile(r"/\*|\*/")
BLANK = re.compile(r"[^\n]")
SPACE = re.compile(r"\s+")
WORD = re.compile(r"[\s(]*([^\s(;]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`text` is without the comments around it, `line` counts from 1, `start` and `end` are offsets in the whole."""

    text: str
    line: int
    start: int
    end: int

    @property
    def plain(self) -> str:
        """In one line, for comparing and showing."""
        return SPACE.sub(" ", self.text).strip()

    @property
    def word(self) -> str:
        """Its first word, in capitals."""
        found = WORD.match(self.text)
        return found.group(1).upper() if found else ""


def split(sql: str) -> list[Statement]:
    """All statements, in their order; what is blank or only a comment is none."""
    found: list[Statement] = []
    counted = place = 0
    for start, end, hidden in spans(sql):
        text = blanked(sql, start, end, hidden)
        if not text.strip():
            continue
        begin = start + len(text) - len(text.lstrip())
        counted += sql.count("\n", place, begin)
        place = begin
        found.append(Statement(text=text.strip(), line=counted + 1, start=begin, end=end))
    return found


def spans(sql: str) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Where each statement begins and ends (before its semicolon), with the comments in it."""
    start = place = 0
    hidden: list[tuple[int, int]] = []
    while found := MARK.search(sql, place):
        mark, at = found.group(), found.start()
        place = found.end()
        if mark == ";":
            yield start, at, hidden
            start, hidden = place, []
        elif mark == "\n":
            # A line that begins with a backslash is psql's own: a statement for itself, that nobody else can read.
            yield start, at, hidden
            start = line_end(sql, place)
            yield place, start, []
            place, hidden = start, []
        elif mark.startswith("--"):
            hidden.append((at, place))
        elif mark == "/*":
            place = comment_end(sql, place)
            hidden.append((at, place))
        elif mark in ("'", '"'):
            place = quote_end(sql, place, mark, escapes=mark == "'" and sql[max(0, at - 1) : at] in ("e", "E"))
        elif not sql[max(0, at - 1) : at].isalnum():
            end = sql.find(mark, place)
            place = len(sql) if end < 0 else end + len(mark)
    yield start, len(sql), hidden


def line_end(sql: str, place: int) -> int:
    """Where the line ends."""
    end = sql.find("\n", place)
    return len(sql) if end < 0 else end


def comment_end(sql: str, place: int) -> int:
    """Where the comment ends that was opened just before."""
    depth = 1
    for found in NESTING.finditer(sql, place):
        depth += 1 if found.group() == "/*" else -1
        if depth == 0:
            return found.end()
    return len(sql)


def quote_end(sql: str, place: int, quote: str, *, escapes: bool) -> int:
    """Where the quoted text ends that was opened just before. A doubled quote opens the next one at once."""
    while True:
        end = sql.find(quote, place)
        if end < 0:
            return len(sql)
        backslashes = 0
        while escapes and sql[end - 1 - backslashes] == "\\" and end - 1 - backslashes >= place:
            backslashes += 1
        if backslashes % 2 == 0:
            return end + 1
        place = end + 1


def blanked(sql: str, start: int, end: int, hidden: list[tuple[int, int]]) -> str:
    """The text with blanks in the place of the hidden parts, so that lines and offsets stay."""
    parts, place = [], start
    for begin, stop in hidden:
        parts += [sql[place:begin], BLANK.sub(" ", sql[begin:stop])]
        place = stop
    return "".join([*parts, sql[place:end]])
