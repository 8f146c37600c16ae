"""Long work on a database that somebody asked for, and does not have to wait for."""

from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.ids import AppName, EnvironmentName


class Kind(StrEnum):
    BACKUP = "backup"
    RESTORE = "restore"
    VERIFY = "verify"
    DRILL = "drill"


class ErrandStatus(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`number` counts up in each run of a server: an errand ends with it, and what it left is put in order by the next
    one. `doing` is the step that goes on, `done` and `total` how far it has come in bytes; a total of 0 is unknown.

    `backup` is the one that it is about, or that was made, None until there is one; `before` the backup of what a
    database had before a restore. `seconds` is the recovery time that a drill or a verification measured.
    """

    app: AppName
    number: int
    kind: Kind
    environment: EnvironmentName
    variable: str
    by: str
    begun_at: float
    status: ErrandStatus = ErrandStatus.IN_PROGRESS
    doing: str = ""
    done: int = 0
    total: int = 0
    step_at: float = 0.0
    backup: int | None = None
    before: int | None = None
    seconds: float | None = None
    ended_at: float | None = None
