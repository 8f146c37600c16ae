"""What squawk prints with `--reporter json`, read as somebody else's text: every field may be missing or of another
type."""

import json
from dataclasses import dataclass
from typing import Any

from fairway.errors import Unavailable

SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`line` counts from 1 (squawk's own counts from 0)."""

    rule: str
    line: int
    message: str = ""
    help: str = ""


def read(output: bytes) -> list[Violation]:
    """All of them. Raises Unavailable when it is not the JSON that squawk prints."""
    try:
        found = json.loads(output)
    except (ValueError, RecursionError) as error:
        raise Unavailable("squawk's answer can't be read", why=shown(output)) from error
    if not isinstance(found, list):
        raise Unavailable("squawk's answer can't be read", why=shown(output))
    return [violation for each in found if (violation := read_one(each)) is not None]


def read_one(found: Any) -> Violation | None:
    """One; None for what has no rule."""
    if not isinstance(found, dict) or not isinstance(found.get("rule_name"), str) or not found["rule_name"]:
        return None
    line = found.get("line")
    number = line + 1 if isinstance(line, int) and not isinstance(line, bool) and line >= 0 else 0
    texts = {key: found[key] for key in ("message", "help") if isinstance(found.get(key), str)}
    return Violation(rule=found["rule_name"][:100], line=number, **texts)


def shown(output: bytes) -> str:
    """Its beginning."""
    text = output[:SHOWN].decode("utf-8", "replace").strip()
    return f"it begins with {text!r}" if text else "it is empty"
