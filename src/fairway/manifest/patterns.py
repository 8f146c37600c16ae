"""How the patterns of branches, tags and files are read: a list of those that are taken, or a table with those that
are and those that are not."""

from collections.abc import Sequence
from typing import Any

from fairway.domain import glob
from fairway.domain.app import Patterns
from fairway.manifest.values import Reader, Unfit

LONGEST = 255
"""Characters of a pattern (CodePipeline's)."""
KEYS = ("includes", "excludes")
LIST_SCHEMA = {"type": "array", "items": {"type": "string", "maxLength": LONGEST}, "minItems": 1}


def reader(*examples: str) -> Reader:
    """`["main", "release/**"]`, or `{ includes = […], excludes = […] }`, as Patterns."""
    listed = ", ".join(f'"{example}"' for example in examples)

    def read(value: Any) -> Patterns:
        if isinstance(value, str):
            raise Unfit(f'a list stands in brackets: ["{value}"]' if value.isprintable() else "")
        if isinstance(value, list):
            return Patterns(includes=_patterns(value))
        if isinstance(value, dict) and value:
            if unknown := next((key for key in value if key not in KEYS), None):
                raise Unfit(
                    f'"{unknown}" is not known here; includes and excludes are' if unknown.isprintable() else ""
                )
            return Patterns(**{key: _patterns(content) for key, content in value.items()})
        raise Unfit

    table = {"type": "object", "properties": dict.fromkeys(KEYS, LIST_SCHEMA), "additionalProperties": False}
    expected = f"a list of patterns, such as [{listed}], or {{ includes = [{listed}], excludes = [{listed}] }}"
    return Reader(expected, read, {"anyOf": [LIST_SCHEMA, {**table, "minProperties": 1}]})


def _patterns(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise Unfit
    for pattern in value:
        _check(pattern)
    return tuple(value)


def _check(pattern: Any) -> None:
    """Raises Unfit that says what is wrong with the pattern."""
    if not isinstance(pattern, str) or not pattern or not pattern.isprintable():
        raise Unfit
    if len(pattern) > LONGEST:
        raise Unfit(f"a pattern has at most {LONGEST} characters")
    if wrong := glob.problem(pattern):
        raise Unfit(f'"{pattern}": {wrong}')
    if pattern.startswith("!"):
        raise Unfit(f'excludes have a list of their own: excludes = ["{pattern[1:]}"]')
    if pattern.startswith("refs/"):
        raise Unfit(f'without refs/…/: "{pattern.split("/", 2)[-1]}"')
