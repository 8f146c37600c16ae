"""Nested values as JSON: what a column, or an item of DynamoDB, can't hold field by field is kept as a document.

Explicit on both sides: `encode` writes dataclasses, enumerations, sequences and mappings and refuses everything else;
`decode` is told which type to read. A document written by an older Fairway lacks the fields that came later: they get
their defaults. One by a newer Fairway may have more: they are passed over. The members of a union are told apart by
the word in "kind". Nothing is ever executed, as pickle would.
"""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar, cast

from fairway.domain import action, health, pipeline, scaling

T = TypeVar("T")

KINDS: Mapping[type, str] = {
    health.HttpCheck: "http",
    health.TcpCheck: "tcp",
    health.CommandCheck: "command",
    health.AliveCheck: "alive",
    pipeline.Approval: "approval",
    pipeline.Duty: "duty",
    action.Command: "run",
    action.Request: "call",
    scaling.Tracking: "tracking",
    scaling.Stepping: "stepping",
}
"""The words for the members of unions. They are in databases: never change one."""

MEMBERS = {word: member for member, word in KINDS.items()}


def encode(value: Any) -> str:
    """A JSON document of the value. Raises TypeError for what has no place in one."""
    return json.dumps(plain(value), separators=(",", ":"), allow_nan=False)


def decode(kind: type[T], text: str) -> T:
    """The value of that type. Raises ValueError when the document is none of it."""
    try:
        return cast(T, restore(kind, json.loads(text)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the document is no {kind.__name__}: {error}") from error


def decode_member(union: Any, text: str) -> Any:
    """The value of one of the union's members. Raises ValueError when the document is none of them."""
    try:
        return restore(union, json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the document is none of {union}: {error}") from error


def plain(value: Any) -> Any:
    """The value in JSON's own types."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        document = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": KINDS[type(value)], **document} if type(value) in KINDS else document
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a mapping is kept with text keys only")
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is not kept as JSON")


def restore(hint: Any, data: Any) -> Any:
    """The value that `data` is under a type hint."""
    if isinstance(hint, typing.NewType):
        return restore(hint.__supertype__, data)
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return restore_union(typing.get_args(hint), data)
    if origin in (tuple, Sequence):
        if not isinstance(data, list):
            raise TypeError(f"a list is expected, not {type(data).__name__}")
        return tuple(restore(typing.get_args(hint)[0], item) for item in data)
    if origin in (dict, Mapping):
        return {key: restore(typing.get_args(hint)[1], item) for key, item in data.items()}
    if dataclasses.is_dataclass(hint):
        return restore_fields(cast(type, hint), data)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(data)
    return restore_scalar(hint, data)


def restore_union(members: Sequence[Any], data: Any) -> Any:
    """One of several types: None, the one that "kind" names, or the only one that is left."""
    if data is None and type(None) in members:
        return None
    if isinstance(data, dict) and "kind" in data and MEMBERS.get(data["kind"]) in members:
        return restore_fields(MEMBERS[data["kind"]], data)
    left = [member for member in members if member is not type(None)]
    if len(left) != 1:
        raise ValueError(f"the document names no member of the union: {data!r}")
    return restore(left[0], data)


def restore_fields(kind: type, data: Any) -> Any:
    """A dataclass from the fields that the document has."""
    if not isinstance(data, dict):
        raise TypeError(f"{kind.__name__} is kept as an object, not as {type(data).__name__}")
    hints = hints_of(kind)
    return kind(
        **{
            field.name: restore(hints[field.name], data[field.name])
            for field in dataclasses.fields(kind)
            if field.name in data
        }
    )


@functools.cache
def hints_of(kind: type) -> Mapping[str, Any]:
    """The types of its fields; resolving their names takes longer than all the rest of reading a document."""
    return typing.get_type_hints(kind)


def restore_scalar(hint: Any, data: Any) -> Any:
    """Text, a number or a truth value; a whole number may stand for a float, as JSON allows."""
    if hint is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if hint in (str, int, float, bool) and type(data) is not hint:
        raise TypeError(f"{hint.__name__} is expected, not {type(data).__name__}")
    return data
