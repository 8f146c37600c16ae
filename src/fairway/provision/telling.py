"""What the room tells while it works, as values: whoever asked shows them as lines, or keeps them.

Nothing here is needed to go on after an interruption: what is true stands on AWS.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain.aws.history import Count
from fairway.domain.aws.stack import StackEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A stack's turn: `doing` is "making", "changing", "deleting", "waiting for"."""

    stack: str
    doing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A resource has come to rest, or failed. `seconds` since it was begun."""

    stack: str
    event: StackEvent
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How far the stack is; told at each look, as long as it moves. `at` is now, in seconds since the epoch."""

    stack: str
    count: Count
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A stack is through: `how` is "made", "changed", "unchanged", "deleted"; `seconds` since its turn began."""

    stack: str
    how: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that a person should know. `about` is a stack's name, or an environment's, or "pipeline"."""

    about: str
    text: str


Told = Begun | Moved | Going | Ended | Noted
Tell = Callable[[Told], None]
