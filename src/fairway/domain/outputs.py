"""What an action hands on to later ones: lines `NAME=value` in a file of its own.

Pure. The value is the rest of the line as it is, without quotes or escapes, so that nothing has to be escaped; of two
lines with one name the later holds. Empty lines and those that begin with # say nothing.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

LARGEST = 64 * 1024
"""Bytes of the file."""
MOST = 15
"""Variables that one action may hand on (CodePipeline's bound)."""
LINE = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`values` of the names that were announced, `missing` ones, `extra` names that nobody announced, and the numbers
    of the lines that are none (`wrong`)."""

    values: Mapping[str, str]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    wrong: tuple[int, ...] = ()


def read(content: bytes, announced: Collection[str]) -> Read:
    """What the file says. Raises ValueError when it is no UTF-8 text."""
    values: dict[str, str] = {}
    extra: dict[str, None] = {}
    wrong: list[int] = []
    for number, line in enumerate(content.decode("utf-8").split("\n"), start=1):
        text = line.removesuffix("\r")
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(text)
        if found is None or "\0" in text:
            wrong.append(number)
        elif found["name"] in announced:
            values[found["name"]] = found["value"]
        else:
            extra[found["name"]] = None
    missing = tuple(name for name in announced if name not in values)
    return Read(values=values, missing=missing, extra=tuple(extra), wrong=tuple(wrong))
