"""A fairway.toml from values, for tests that write thousands: tomlkit, which keeps comments and spaces, takes sixteen
times as long."""

import json
from collections.abc import Mapping
from typing import Any


def toml(document: Mapping[str, Any], *path: str) -> str:
    """The values of a table, then each table within it under its own heading."""
    tables = {key: value for key, value in document.items() if isinstance(value, dict)}
    values = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if key not in tables]
    heading = [f"[{'.'.join(map(_key, path))}]"] if path else []
    return "\n".join([*heading, *values, *(toml(table, *path, key) for key, table in tables.items())])


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
