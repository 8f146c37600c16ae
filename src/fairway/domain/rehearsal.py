"""What a migration did to a copy of the database: how long it took, what it locked, what it rewrote, what it
changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.catalog import Difference


class LockMode(StrEnum):
    """PostgreSQL's table-level lock modes that stand in somebody's way (13.3.1 of its documentation)."""

    ROW_EXCLUSIVE = "RowExclusiveLock"
    SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
    SHARE = "ShareLock"
    SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
    EXCLUSIVE = "ExclusiveLock"
    ACCESS_EXCLUSIVE = "AccessExclusiveLock"


BLOCKS_READS = frozenset({LockMode.ACCESS_EXCLUSIVE})
BLOCKS_WRITES = frozenset({LockMode.SHARE, LockMode.SHARE_ROW_EXCLUSIVE, LockMode.EXCLUSIVE, LockMode.ACCESS_EXCLUSIVE})
STRENGTH = MappingProxyType({mode: place for place, mode in enumerate(LockMode)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lock on a table that was there before, and the longest time that one transaction held it, in seconds."""

    table: str
    mode: LockMode
    seconds: float

    @property
    def stops(self) -> str:
        """What everybody else has to wait with: "reads and writes", "writes", or "" for nothing."""
        if self.mode in BLOCKS_READS:
            return "reads and writes"
        return "writes" if self.mode in BLOCKS_WRITES else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A table whose rows were all written anew (its file is another one afterwards): how many, and their bytes."""

    table: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What was seen of the copy while something ran on it. `statements` are those that changed its schema or data, in
    their order; `written` the bytes of its write-ahead log; `disk` how many bytes more it took at the most; `rows` how
    many rows were inserted, changed or deleted; `connected` whether anybody but the guard opened it at all. `unseen` is
    what this engine shows nobody, a phrase for each: "which statements it ran"."""

    statements: tuple[str, ...] = ()
    locks: tuple[Held, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    rows: int = 0
    written: int = 0
    disk: int = 0
    connected: bool = False
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One command that was run on the copy. `code` None: it never came to an end of its own (`timed_out`, or it could
    not be started); `log` are its last lines; `error` what the database said, in its own words."""

    command: tuple[str, ...]
    code: int | None
    seconds: float
    timed_out: bool = False
    log: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A release that was started on the migrated copy. `failed` is "" when its health check and all the smoke requests
    held, otherwise the sentence that says what did not. `blind` says why nothing follows from that: it did not hold on
    the copy before the migration either, since it needs more than its database."""

    release: str
    seconds: float
    failed: str = ""
    blind: str = ""
    log: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether nothing speaks against the release on the migrated schema."""
        return not self.failed or bool(self.blind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The whole of it. `applied` are the migrations that the copy had afterwards and not before. `down` is how the way
    back went, None where there is none; `back` whether the schema was then what it had been. `old` is the release that
    serves, `new` the one that comes; None where they were not tried.

    Of a passage that is a way back itself, `up` is its way down, and `back` whether that led back.
    """

    up: Attempt
    watched: Watched
    applied: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    before: str = ""
    after: str = ""
    down: Attempt | None = None
    back: bool = False
    old: Trial | None = None
    new: Trial | None = None

    @property
    def held(self) -> bool:
        """Whether the command succeeded: its exit status, and that what was pending is applied, are both needed."""
        return self.up.code == 0 and not self.up.timed_out


def longest(locks: Sequence[Held]) -> Sequence[Held]:
    """The strongest lock of each table, those first that are held longest."""
    best: dict[str, Held] = {}
    for lock in locks:
        kept = best.get(lock.table)
        if kept is None or (STRENGTH[lock.mode], lock.seconds) > (STRENGTH[kept.mode], kept.seconds):
            best[lock.table] = lock
    return sorted(best.values(), key=lambda lock: (-lock.seconds, lock.table))
