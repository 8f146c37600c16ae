"""How the variables of two environments, or two versions of one, differ: names and forms, never values.

What is worth a look is not that values differ, which is what environments are for, but a name that one side lacks, a
secret that both sides share (who reads staging's has production's), and a value of another form (a number on one side,
a word on the other), which is mostly a slip.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain import secrecy, variables

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
BOOLEAN = re.compile(r"(?i)true|false|yes|no|on|off")


class Kind(StrEnum):
    """What is to be said of a variable. EQUAL and OTHER_VALUE are as they should be."""

    ONLY_LEFT = "only_left"
    ONLY_RIGHT = "only_right"
    SAME_SECRET = "same_secret"  # noqa: S105 - a word, no secret
    OTHER_FORM = "other_form"
    OTHER_VALUE = "other_value"
    EQUAL = "equal"


EXPECTED = frozenset({Kind.EQUAL, Kind.OTHER_VALUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One variable on both sides: the form of its value on each, "" where it is missing."""

    name: str
    service: str
    kind: Kind
    left: str
    right: str


def compare(left: Mapping[str, str], right: Mapping[str, str]) -> Sequence[Difference]:
    """Every variable of either side, by service and name."""
    keys = sorted({*left, *right}, key=variables.split)
    return [describe(key, left.get(key), right.get(key)) for key in keys]


def describe(key: str, left: str | None, right: str | None) -> Difference:
    """One of them."""
    service, name = variables.split(key)
    forms = ["" if value is None else form_of(value) for value in (left, right)]
    return Difference(name=name, service=service, kind=judge(name, left, right), left=forms[0], right=forms[1])


def judge(name: str, left: str | None, right: str | None) -> Kind:
    """What is to be said of it."""
    if left is None:
        return Kind.ONLY_RIGHT
    if right is None:
        return Kind.ONLY_LEFT
    if left == right:
        return Kind.SAME_SECRET if secrecy.is_secret(name, left) else Kind.EQUAL
    return Kind.OTHER_VALUE if form_of(left) == form_of(right) else Kind.OTHER_FORM


def form_of(value: str) -> str:
    """`empty`, `number`, `true or false`, `postgres:// address`, `JSON`, `several lines` or `text`."""
    text = value.strip()
    if not text:
        return "empty"
    if NUMBER.fullmatch(text):
        return "number"
    if BOOLEAN.fullmatch(text):
        return "true or false"
    if scheme := SCHEME.match(text):
        return f"{scheme[1].lower()}:// address"
    if text[0] in "{[" and is_json(text):
        return "JSON"
    return "several lines" if "\n" in text else "text"


def is_json(text: str) -> bool:
    """Whether it can be read as JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
