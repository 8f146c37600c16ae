"""Managed databases as the API shows them; never a password."""

from pydantic import BaseModel

from fairway.domain.address import Engine
from fairway.domain.backup import Backup
from fairway.domain.database import Condition, State
from fairway.domain.database import Database as Record


class Standing(BaseModel):
    """One in an app's status: its name, how it is, and why."""

    name: str
    state: State
    why: str

    @classmethod
    def of(cls, database: Record, condition: Condition) -> "Standing":
        """The shape of a state."""
        return cls(name=database.name, state=condition.state, why=condition.why)


class Copied(BaseModel):
    """A backup of it in short: its number, when it was made, and what is known of it."""

    number: int
    at: float
    verdict: str

    @classmethod
    def of(cls, backup: Backup) -> "Copied":
        """The shape of a backup in short."""
        return cls(number=backup.number, at=backup.at, verdict=backup.verdict)


class Database(BaseModel):
    """`major` is what its files are of, `server` what it said of its version, "" while nobody gets in. `url` is where
    tasks reach it, without the password. `declared` is false once fairway.toml has it no more. `bytes`, `sessions` and
    `most_sessions` are null while it says nothing. Times are seconds since the epoch, null for never."""

    app: str
    environment: str
    name: str
    engine: Engine
    major: int
    server: str
    image: str
    variable: str
    url: str
    state: State
    since: float
    why: str
    declared: bool
    cpu: float
    memory: int
    bytes: int | None
    sessions: int | None
    most_sessions: int | None
    created_at: float
    schedule: str
    drill: str
    next_backup: float | None
    next_drill: float | None
    last_backup: Copied | None
    last_drill: float | None
    last_drill_seconds: float | None


class Databases(BaseModel):
    """By environment and name."""

    databases: list[Database]
