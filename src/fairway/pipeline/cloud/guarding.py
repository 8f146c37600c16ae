"""What the stage of an environment wants of the migration guard on AWS.

The guard itself is the one of a server (`fairway.migrate`). Here is what it is opened for, and what it sees of releases
where no server numbers them.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.errors import Unavailable
from fairway.migrate.advice import Advice
from fairway.migrate.parts import Doors, FindRelease, FindServing, Order, Parts, Subject, Values
from fairway.ports.builder import LogSink
from fairway.ports.guarding import Passages
from fairway.ports.masks import Masks
from fairway.ports.shipments import Shipments


class Guarding(Protocol):
    """`fairway.migrate.guard.Guard`, as much as a stage has to do with."""

    parts: Parts

    async def take(self, order: Order, log: LogSink) -> Passage:
        """See the order through, and return its passage as it ended. Raises Unavailable."""
        ...

    async def finish(self, passage: Passage, log: LogSink) -> Passage:
        """Find out what became of one that a killed build was migrating. Raises NotFound when its release is not kept
        any more, Unavailable."""
        ...

    async def find(self, release: Release) -> Subject:
        """The release's database, with what is pending. Raises UsageError, WorkFailed, Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What the guard sees of releases: three of `fairway.migrate.parts.Parts`. A configuration's version is the number
    of the release that was built with it."""

    values: Values
    serving: FindServing
    release: FindRelease


MakeViews = Callable[[Shipments], Views]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a guard is opened for. `views` is called with the releases that it keeps; `doors`, `masks` and `advice` are
    three more of its parts."""

    place: GuardPlace
    views: MakeViews
    doors: Doors
    masks: Masks
    advice: Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is open for one environment while its stage runs. `passages` are those that the guard writes."""

    shipments: Shipments
    passages: Passages
    guard: Guarding


OpenGuard = Callable[[Wanted], AbstractAsyncContextManager[Opened]]
"""Opens all that it stands on, and closes it at the end. Raises what opening raises: Unavailable without Docker."""


def unguarded(wanted: Wanted) -> AbstractAsyncContextManager[Opened]:
    """Where nothing can guard. Raises Unavailable."""
    raise Unavailable(f"{wanted.place.environment} has migrations, and there is no guard here")
