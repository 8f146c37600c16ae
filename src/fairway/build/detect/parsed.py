"""What a repository's JSON, TOML and YAML files hold, whatever that is: one that can't be read holds nothing.

Python's readers raise more than they name. PyYAML has a KeyError for `!!bool maybe` and an AttributeError for
`!!timestamp soon`, tomllib a plain ValueError for a number of 5,000 digits, and each of them a RecursionError for
brackets in brackets.
"""

import json
import re
import tomllib
from collections.abc import Mapping

import yaml

LARGEST_YAML = 256 * 1024
"""Bytes: PyYAML reads some hundred thousand in a second, and no file of people's is larger."""
# Merged lists double with each level: a small file of them becomes a huge one.
MERGED = re.compile(r"<<[ \t]*:\s*(?:\[|-)")
MOST_MERGED = 8


def of_json(content: bytes | None) -> object:
    """The value of a JSON text; None for one that is broken, or not there."""
    if content is None:
        return None
    try:
        found: object = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    return found


def of_toml(content: bytes | None) -> Mapping[str, object]:
    """The tables of a TOML text; an empty one for one that is broken, or not there."""
    try:
        return tomllib.loads((content or b"").decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return {}


def of_yaml(content: bytes | None) -> object:
    """The value of a YAML text; None for one that is broken, too large, or not there."""
    if content is None or len(content) > LARGEST_YAML:
        return None
    text = content.decode("utf-8-sig", "replace")
    if len(MERGED.findall(text)) > MOST_MERGED:
        return None
    try:
        found: object = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return None
    return found


def table(value: object) -> Mapping[str, object]:
    """A table; an empty one where it is none."""
    return value if isinstance(value, dict) else {}
