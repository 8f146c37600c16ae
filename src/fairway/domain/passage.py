"""A passage: one way of an environment's database through the guard, from what is pending to how it ended.

    CHECKING     what is pending is being found out
    BACKING_UP   the database is copied and the copy proven
    REHEARSING   the migration runs on the copy, and the releases are tried on it
    MIGRATING    written before the command is begun on the real database: from here on a server that comes after a
                 killed one finds out what became of it, and never assumes

One of its kind goes the other way: a way back takes away what an earlier passage has migrated. It passes the same
states, and backs up and rehearses as that one did.

It is a record of its own, not a part of the release: one is made without a deployment too (`fairway migrate
--rehearse`), and it names the release that it was made for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.deployment import Cause
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.judgement import Judged
from fairway.domain.migrations import Plan
from fairway.domain.rehearsal import Attempt, Rehearsal


class PassageStatus(StrEnum):
    """SKIPPED: nothing was pending. REHEARSED: it was to go no further. REFUSED: findings or an incompatible release
    stopped it. FAILED: backup, rehearsal or migration did not succeed; `outcome` says how the database stands."""

    CHECKING = "CHECKING"
    BACKING_UP = "BACKING_UP"
    REHEARSING = "REHEARSING"
    MIGRATING = "MIGRATING"
    SKIPPED = "SKIPPED"
    REHEARSED = "REHEARSED"
    MIGRATED = "MIGRATED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


S = PassageStatus
GIVE_UP = frozenset({S.FAILED, S.STOPPED})

TRANSITIONS: Mapping[PassageStatus, frozenset[PassageStatus]] = MappingProxyType(
    {
        S.CHECKING: GIVE_UP | {S.BACKING_UP, S.REHEARSING, S.MIGRATING, S.SKIPPED, S.REHEARSED, S.REFUSED},
        S.BACKING_UP: GIVE_UP | {S.CHECKING, S.REHEARSING, S.MIGRATING, S.REHEARSED, S.REFUSED},
        S.REHEARSING: GIVE_UP | {S.CHECKING, S.MIGRATING, S.REHEARSED, S.REFUSED},
        S.MIGRATING: frozenset({S.MIGRATED, S.FAILED}),
        S.SKIPPED: frozenset(),
        S.REHEARSED: frozenset(),
        S.MIGRATED: frozenset(),
        S.REFUSED: frozenset(),
        S.FAILED: frozenset(),
        S.STOPPED: frozenset(),
    }
)
"""Back to CHECKING goes one whose server died before it migrated: nothing of what it had done counts any more. One that
is MIGRATING can't be stopped: it comes to its end, or to its time-out."""

UNFINISHED = frozenset(status for status, targets in TRANSITIONS.items() if targets)


class Outcome(StrEnum):
    """How a database stands after a migration, by its tool's table and its schema. UNTOUCHED: as before. APPLIED: as
    the rehearsal left the copy. HALF: something between; UNKNOWN: it could not be reached to look."""

    UNTOUCHED = "UNTOUCHED"
    APPLIED = "APPLIED"
    HALF = "HALF"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """`number` counts up in each app. `key` says what it is for ("execution/42/production/1", "request/9f02c1"): the
    same key never makes a second one. `goes` is how far: true to the migration, false only to the rehearsal.

    `backup` is the number of the one that was made, `snapshot` its name where RDS has it in place of a file. `applied`
    are the migrations that the real database got, `schema` its schema's version at the end. `attempts` are the commands
    that were run on it. `server` is the instance that began to migrate, `job` the container that did.

    Of a way back, `back_of` is the number of the passage whose migrations it takes away, `taken` their names, and
    `opens_at` says that the environment is closed meanwhile, and with which outcome what it is to run may serve again:
    APPLIED where that had served before the migrations, UNTOUCHED where it needs them. None: it is not closed.
    """

    app: AppName
    number: int
    environment: EnvironmentName
    key: str
    by: str
    status: PassageStatus
    created_at: float
    goes: bool = True
    execution: ExecutionNumber | None = None
    release: ReleaseNumber | None = None
    variable: str = ""
    source: str = ""
    plan: Plan | None = None
    backup: int | None = None
    judged: Judged | None = None
    rehearsal: Rehearsal | None = None
    server: str = ""
    job: str = ""
    attempts: tuple[Attempt, ...] = ()
    applied: tuple[str, ...] = ()
    schema: str = ""
    outcome: Outcome | None = None
    summary: str = ""
    cause: Cause | None = None
    ended_at: float | None = None
    version: int = 0
    back_of: int | None = None
    opens_at: Outcome | None = None
    taken: tuple[str, ...] = ()
    snapshot: str = ""

    @property
    def finished(self) -> bool:
        """Whether it never changes again."""
        return self.status not in UNFINISHED


def advance(passage: Passage, to: PassageStatus, **changes: object) -> Passage:
    """The passage in its next status. Raises ValueError for a move that the table does not have."""
    if to not in TRANSITIONS[passage.status]:
        raise ValueError(f"a passage that is {passage.status} can't become {to}")
    return replace(passage, status=to, **changes)  # type: ignore[arg-type]
