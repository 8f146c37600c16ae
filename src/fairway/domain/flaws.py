"""What is wrong with a variable's value, as far as the value alone shows it. No answer holds a part of the value."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.contract import Kind


class Flaw(StrEnum):
    """What is wrong with a value."""

    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    TYPE = "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the contract says of a value."""

    kind: Kind | None = None
    choices: tuple[str, ...] = ()


PLACEHOLDER = re.compile(
    r"change[-_ ]?(me|this|it)([-_ !.].*)?|x{3,}|todo([-_ :].*)?|fixme|tbd|"
    r"your[-_ ].+|<[^<>]+>|\{\{.*\}\}|\*{3,}|\.{3}|"
    r"placeholder|"
    r"(replace|insert|enter|put|add)[-_ ](me|this|your|with|here)([-_ ].*)?|(some|my)[-_ ]?(secret|key|token|password)|"
    r"(secret|key|token|password|value)[-_ ]?(goes[-_ ])?here|.*[-_ ]goes[-_ ]here|sk_(test|live)_x+",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*|\s*0[xX][0-9a-fA-F]+\s*|\s*0[oObB][0-7]+\s*|\d[\d_]*"
)
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+", re.DOTALL)
BOOLEANS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"})
LONGEST_JSON = 100_000


def find(value: str, expected: Expected) -> Flaw | None:
    """The first thing that is wrong; None when nothing is to be seen."""
    if not value.strip():
        return Flaw.EMPTY
    if expected.choices and value in expected.choices:
        return None
    if PLACEHOLDER.fullmatch(value.strip()[:200]):
        return Flaw.PLACEHOLDER
    if expected.kind is Kind.CHOICE:
        return Flaw.TYPE if expected.choices else None
    test = TESTS.get(expected.kind) if expected.kind is not None else None
    return None if test is None or test(value) else Flaw.TYPE


def is_json(value: str) -> bool:
    """Whether it is JSON, or too long to be looked at."""
    if len(value) > LONGEST_JSON:
        return True
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def is_port(value: str) -> bool:
    """Whether it is a port's number."""
    return value.strip().isdecimal() and len(value.strip()) <= 5 and int(value) <= 65535


TESTS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.NUMBER: lambda value: NUMBER.fullmatch(value) is not None,
    Kind.PORT: is_port,
    Kind.BOOLEAN: lambda value: value.strip().lower() in BOOLEANS,
    Kind.URL: lambda value: URL.fullmatch(value.strip()) is not None,
    Kind.EMAIL: lambda value: "@" in value,
    Kind.JSON: is_json,
}
