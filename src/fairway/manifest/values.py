"""How single values of `fairway.toml` are read: durations, sizes, numbers, names, paths.

Each is a `Reader`, which Pydantic takes as a field's type: it makes the value that the domain wants, or says in one
phrase what was expected. The phrase, not Pydantic's own words, is what the finding shows.
"""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
BYTES = {"K": 1024, "M": 1024**2, "G": 1024**3}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)", re.ASCII)
SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([KMG])(?:i?B)?", re.ASCII)
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL")

MIB = 1024 * 1024
DAY = 86400.0


class Unfit(Exception):
    """A value is not what was expected; `hint` proposes one that is."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(hint)
        self.hint = hint


class Span(float):
    """Seconds that were written as a duration, where a plain number may stand too."""


@dataclass(frozen=True)
class Reader:
    """Reads one value: `expected` completes "expected …", `read` returns the value or raises Unfit."""

    expected: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __call__(self, value: Any) -> Any:
        """The value that was read. Raises Pydantic's own error, which `problems` turns into a finding."""
        try:
            return self.read(value)
        except Unfit as error:
            raise PydanticCustomError(
                "expected", "expected {expected}", {"expected": self.expected, "hint": error.hint}
            ) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with `self` alone."""
        return core_schema.no_info_plain_validator_function(self)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What an editor is told."""
        return dict(self.schema)


def text(
    expected: str,
    fits: Callable[[str], bool] = bool,
    *,
    lines: bool = False,
    propose: Callable[[str], str] | None = None,
    **schema: Any,
) -> Reader:
    """Text without control characters that `fits`; with line breaks when `lines`. `propose` makes a fitting one."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value.strip() and fits(value):
            written = value.replace("\n", "").replace("\t", "") if lines else value
            if written.isprintable():
                return value
        if isinstance(value, str) and propose:
            raise Unfit(f'for example: "{propose(value)}"')
        raise Unfit

    return Reader(expected, read, {"type": "string", **schema})


def texts(expected: str, fits: Callable[[str], bool] = bool, *, least: int = 0) -> Reader:
    """A list of at least `least` such texts, as a tuple."""

    def read(value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and len(value) >= least:
            items = [item for item in value if isinstance(item, str) and item.isprintable() and fits(item)]
            if len(items) == len(value):
                return tuple(items)
        if isinstance(value, str) and value.isprintable() and fits(value):
            raise Unfit(f'a list stands in brackets: ["{value}"]')
        raise Unfit

    return Reader(expected, read, {"type": "array", "items": {"type": "string"}, "minItems": least})


def whole(least: int, most: int) -> Reader:
    """A whole number within the two, both included."""

    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII) and least <= int(value) <= most:
            raise Unfit(f"a number stands without quotes: {int(value)}")
        raise Unfit

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Reader(f"a whole number from {least} to {most}", read, schema)


def number(least: float, most: float) -> Reader:
    """A number within the two, both included."""

    def read(value: Any) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        if isinstance(value, str) and re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value, re.ASCII):
            raise Unfit(f"a number stands without quotes: {value}")
        raise Unfit

    return Reader(f"a number from {least:g} to {most:g}", read, {"type": "number", "minimum": least, "maximum": most})


def duration(least: float, most: float) -> Reader:
    """`"500ms"`, `"30s"`, `"5m"`, `"1h"` as seconds."""

    def read(value: Any) -> float:
        found = DURATION.fullmatch(value) if isinstance(value, str) else None
        if found:
            seconds = float(found[1]) * SECONDS[found[2]]
            if least <= seconds <= most:
                return seconds
        elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < DAY:
            raise Unfit(f'a duration has a unit: "{value:g}s"')
        raise Unfit

    expected = f'a duration from "{in_words(least)}" to "{in_words(most)}"'
    return Reader(expected, read, {"type": "string", "pattern": f"^{DURATION.pattern}$", "examples": ["30s", "5m"]})


def level() -> Reader:
    """What a metric is compared with: a number from 0 on, or a duration, which becomes a Span."""

    def read(value: Any) -> float:
        found = DURATION.fullmatch(value) if isinstance(value, str) else None
        if found:
            return Span(float(found[1]) * SECONDS[found[2]])
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
            return float(value)
        raise Unfit

    schema = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{DURATION.pattern}$"}]}
    return Reader('a number, or for latency_p95 a duration such as "250ms"', read, schema)


def size(least: int, most: int) -> Reader:
    """`"512M"`, `"1G"` as bytes; K, M and G are powers of 1024."""

    def read(value: Any) -> int:
        found = SIZE.fullmatch(value) if isinstance(value, str) else None
        if found:
            count = math.floor(float(found[1]) * BYTES[found[2]])
            if least <= count <= most:
                return count
        elif isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1024 * 1024:
            raise Unfit(f'a size has a unit: "{value}M"')
        elif isinstance(value, str) and SIZE.fullmatch(value.upper()):
            raise Unfit(f'a unit is a capital letter: "{value.upper()}"')
        raise Unfit

    expected = f'a size from "{least // MIB}M" to "{most // MIB // 1024}G"'
    return Reader(expected, read, {"type": "string", "pattern": f"^{SIZE.pattern}$", "examples": ["512M", "1G"]})


def yes(expected: str) -> Reader:
    """`true`, and nothing else."""

    def read(value: Any) -> bool:
        if value is True:
            return True
        raise Unfit

    return Reader(expected, read, {"const": True})


def truth(expected: str) -> Reader:
    """`true` or `false`."""

    def read(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise Unfit

    return Reader(expected, read, {"type": "boolean"})


def words(expected: str) -> Reader:
    """A command: text, or a list of texts. It is kept as written; `commands` makes an exec list of it."""

    def read(value: Any) -> str | tuple[str, ...]:
        if isinstance(value, str) and value.strip() and "\0" not in value:
            return value
        if isinstance(value, list) and value and value[0]:
            items = [item for item in value if isinstance(item, str) and "\0" not in item]
            if len(items) == len(value):
                return tuple(items)
        raise Unfit

    list_schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return Reader(expected, read, {"anyOf": [{"type": "string"}, list_schema]})


def arguments(example: str = 'for example: { NODE_ENV = "production" }') -> Reader:
    """A table of build arguments or variables: names to texts."""

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise Unfit(example)
        for name, content in value.items():
            if not VARIABLE.fullmatch(name):
                raise Unfit(f'"{name}" is no variable\'s name')
            if not isinstance(content, str):
                raise Unfit(f"the value of {name} stands in quotes")
            if "\0" in content:
                raise Unfit(f"the value of {name} has a character that no variable can hold")
        return dict(value)

    return Reader(
        "a table of variables, each a text", read, {"type": "object", "additionalProperties": {"type": "string"}}
    )


def reasons(rules: tuple[str, ...]) -> Reader:
    """A table of rules, each with the reason why it is silenced."""

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise Unfit('for example: { runs-as-root = "the base image drops its rights by itself" }')
        for name, reason in value.items():
            if name not in rules:
                close = difflib.get_close_matches(name, rules, n=1)
                raise Unfit(f'there is no rule "{name}"' + (f"; the nearest is {close[0]}" if close else ""))
            if not isinstance(reason, str) or not reason.strip() or not reason.isprintable():
                raise Unfit(f"{name} needs a reason, a text in one line")
        return dict(value)

    schema = {"type": "object", "propertyNames": {"enum": list(rules)}, "additionalProperties": {"type": "string"}}
    return Reader("a table of rules of fairway check, each with a reason", read, schema)


def variable(name: str) -> bool:
    """Whether a text can name a variable."""
    return VARIABLE.fullmatch(name) is not None


def inside(path: str) -> bool:
    """Whether a path stays within the repository."""
    parts = path.split("/")
    return bool(path) and not path.startswith(("/", "~")) and "\\" not in path and ".." not in parts


def branch(name: str) -> bool:
    """Whether git takes the name for a branch (the rules of `git check-ref-format` that matter)."""
    bad = re.search(r"[ ~^:?*\[\\\x00-\x20\x7f]|\.\.|@\{|//|\.lock(?:/|$)|/\.|^\.|^/|/$|\.$|^-", name)
    return bool(name) and not bad and not name.startswith("refs/")


def url_path(path: str) -> bool:
    """Whether a text is the path of a URL."""
    return path.startswith("/") and path.isascii() and " " not in path


def domain(name: str) -> bool:
    """Whether a text is a host name that requests can carry."""
    return DOMAIN.fullmatch(name) is not None


def in_words(seconds: float) -> str:
    """A duration as one would write it: 0.5 → 500ms, 90 → 90s, 300 → 5m, 86400 → 24h."""
    if seconds and seconds < 1:
        return f"{seconds * 1000:g}ms"
    if seconds >= 3600 and seconds % 3600 == 0:
        return f"{seconds / 3600:g}h"
    if seconds >= 60 and seconds % 60 == 0:
        return f"{seconds / 60:g}m"
    return f"{seconds:g}s"
