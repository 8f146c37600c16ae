"""Where words go: standard output is data, standard error is talk.

Colour is for terminals only (and not with NO_COLOR or TERM=dumb), and never says what words and marks don't.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from fairway.errors import WorkFailed
from fairway.wire.words import clean as clean

STYLES = {
    "good": "32",
    "bad": "31",
    "busy": "33",
    "dim": "2",
    "bold": "1",
}
MARK_STYLES = {"✓": "good", "✗": "bad", "■": "busy", "…": "busy"}
LABEL = re.compile(r"^(\s*)(Error|Why|Hint|Docs|Action|Cause|Log|Fix|More|Next)(\s)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STAGE = re.compile(r"^(  \S+\s+)([✓✗■…])(  )")


class Unread(Exception):
    """The reader of our output (`| head`) has gone. click would take Python's own error for a failure."""


def put(text: str) -> None:
    """Data, a line of it. It is seen at once: what is piped may be waited for (`fairway logs -f | grep …`)."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise Unread from error
    except OSError as error:  # a file on a full disk
        raise WorkFailed("standard output can't be written to", why=(error.strerror or "").lower()) from error


def put_json(document: Any) -> None:
    """The one JSON document of a call with `--json`."""
    put(json.dumps(document, indent=2, ensure_ascii=False))


def say(text: str = "") -> None:
    """Talk, a line of it."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_lines(lines: Iterable[str], *, style: str = "") -> None:
    """Several lines of talk, their labels and marks coloured where colour is on."""
    for line in lines:
        say(decorate(line, sys.stderr, style=style))


def coloured(stream: IO[str]) -> bool:
    """Whether colour is wanted on a stream."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, stream: IO[str] | None = None) -> str:
    """The text in a style, plain where there is no colour."""
    if style not in STYLES or not coloured(stream or sys.stdout):
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def decorate(line: str, stream: IO[str], *, style: str = "") -> str:
    """A line of plain text with its mark or label coloured."""
    if not coloured(stream):
        return line
    if stage := STAGE.match(line):
        mark = paint(stage[2], MARK_STYLES[stage[2]], stream)
        return f"{stage[1]}{mark}{stage[3]}{line[stage.end() :]}"
    if label := LABEL.match(line):
        kind = "bad" if label[2] in ("Error", "Cause") else "bold"
        return f"{label[1]}{paint(label[2], kind, stream)}{label[3]}{line[label.end() :]}"
    return line


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under headings, each column as wide as it must be, two blanks between."""
    all_rows = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in all_rows) for column in range(len(headings))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in all_rows]


def put_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """A table on standard output, or on standard error that there is nothing to show."""
    if not rows:
        say(empty)
        return
    head, *body = table(headings, rows)
    put(paint(head, "dim"))
    for line in body:
        put(line)


def bare(text: str) -> str:
    """The text without its colours."""
    return COLOUR.sub("", text)


def on_terminal(stream: IO[str]) -> bool:
    """Whether what was written there can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def size() -> tuple[int, int]:
    """The terminal's columns and rows, 100 and 24 where there is none."""
    found = shutil.get_terminal_size((100, 24))
    return found.columns, found.lines


def width() -> int:
    """The terminal's columns, 100 where there is none."""
    return size()[0]


class Live:
    """The line at the bottom of a terminal that is rewritten while something goes on; nothing elsewhere."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stderr
        self.on = on_terminal(self.stream)
        self.shown = False

    def show(self, line: str) -> None:
        """Put `line` in its place, cut to the terminal's width."""
        if self.on:
            cut = line[: width() - 1]
            self.stream.write(f"\r\x1b[2K{decorate(cut, self.stream)}")
            self.stream.flush()
            self.shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
            self.shown = False


def answer_json(as_json: bool, document: Mapping[str, Any]) -> bool:
    """Print the document when JSON is wanted; whether it was."""
    if as_json:
        put_json(document)
    return as_json
