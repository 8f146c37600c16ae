"""Where each key of a TOML text stands, so that a finding can name its line.

`tomllib` gives values without positions. This reads the same text a second time, for the keys alone: it takes a text
that `tomllib` has accepted, and gives the line of every path (`("services", "web", "port")`, list items by number).
It keeps what TOML says about dotted keys, inline tables, arrays of tables and strings that span lines, and judges
nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"[ \t]*")
SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!"")|""(?!"))*"{3,5}'
    r"|'''(?:[^']|'(?!'')|''(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}


def index(text: str) -> Mapping[Path, int]:
    """The line (from 1) of each key path. The text must be one that `tomllib` accepts."""
    reader = _Reader(text.replace("\r\n", "\n"))
    reader.read_document()
    return reader.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it; 1 when the text names none of them."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    items: dict[Path, int] = field(default_factory=dict)
    """How many tables each array of tables has so far."""
    counted: int = 0
    line: int = 1

    def read_document(self) -> None:
        table: Path = ()
        self.skip(SPACE)
        while self.at < len(self.text):
            table = self.read_header() if self.text[self.at] == "[" else self.read_pair(table)
            self.skip(SPACE)

    def read_header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path of the table that the following keys belong to."""
        is_item = self.text.startswith("[[", self.at)
        line = self.here()
        self.at += 2 if is_item else 1
        names = self.read_key()
        self.at += 2 if is_item else 1
        path: Path = ()
        for position, name in enumerate(names):
            path = (*path, name)
            self.lines.setdefault(path, line)
            if is_item and position == len(names) - 1:
                self.items[path] = self.items.get(path, 0) + 1
            if path in self.items:
                # `[fruit.size]` after `[[fruit]]` speaks of the latest fruit.
                path = (*path, self.items[path] - 1)
                self.lines.setdefault(path, line)
        return path

    def read_pair(self, table: Path) -> Path:
        """`a.b = value`; gives `table` back, so that the document's loop reads in one line."""
        line = self.here()
        path = table
        for name in self.read_key():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self.skip(BLANK)
        self.read_value(path)
        return table

    def read_key(self) -> list[str]:
        names = []
        while True:
            self.skip(BLANK)
            found = BARE_KEY.match(self.text, self.at)
            names.append(found.group() if found else unquote(self.take(STRING)))
            self.at = found.end() if found else self.at
            self.skip(BLANK)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def read_value(self, path: Path) -> None:
        if self.at >= len(self.text):
            return
        match self.text[self.at]:
            case "[":
                self.read_list(path)
            case "{":
                self.read_inline_table(path)
            case '"' | "'":
                self.take(STRING)
            case _:
                self.take(PLAIN_VALUE)

    def read_list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self.skip(SPACE)
        while self.at < len(self.text) and self.text[self.at] != "]":
            self.lines[*path, number] = self.here()
            self.read_value((*path, number))
            number += 1
            self.skip_comma()
        self.at += 1

    def read_inline_table(self, path: Path) -> None:
        self.at += 1
        self.skip(SPACE)
        while self.at < len(self.text) and self.text[self.at] != "}":
            self.read_pair(path)
            self.skip_comma()
        self.at += 1

    def skip_comma(self) -> None:
        self.skip(SPACE)
        if self.text.startswith(",", self.at):
            self.at += 1
        self.skip(SPACE)

    def skip(self, pattern: re.Pattern[str]) -> None:
        self.take(pattern)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no TOML at character {self.at}")
        self.at = found.end()
        return found.group()

    def here(self) -> int:
        """The present line, counted on from the last question so that a long text is walked once."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line


def unquote(key: str) -> str:
    """The name that a quoted key stands for."""
    if key.startswith("'"):
        return key[1:-1]
    return ESCAPE.sub(_unescape, key[1:-1])


def _unescape(found: re.Match[str]) -> str:
    short, long, letter = found.groups()
    if letter is not None:
        return ESCAPES.get(letter, letter)
    return chr(int(short or long, 16))
