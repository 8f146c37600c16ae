"""The one rule for every table of transitions: a status moves along it, or not at all.

A store that is asked for a move that no table has was called by wrong code, so that is a ValueError and no report.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

S = TypeVar("S", bound=StrEnum)


def check(table: Mapping[S, frozenset[S]], expected: S, to: S) -> None:
    """Raise ValueError unless the table leads from `expected` to `to`."""
    if to not in table[expected]:
        allowed = ", ".join(sorted(table[expected])) or "nothing: it is terminal"
        raise ValueError(f"{type(expected).__name__} can't go from {expected} to {to} (only to {allowed})")


def terminal(table: Mapping[S, frozenset[S]], status: S) -> bool:
    """Whether the status is one that never moves again."""
    return not table[status]
