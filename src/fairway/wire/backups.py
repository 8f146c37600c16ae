"""Backups, and the long work on databases, as the API shows them."""

from typing import Any

from pydantic import BaseModel

from fairway.domain import backup as domain
from fairway.domain import errand as errands
from fairway.domain.address import Engine


class Drill(BaseModel):
    """One restore of it to see that it can be: the recovery time in seconds, and what was wrong, nothing when it
    held."""

    at: float
    seconds: float
    differences: list[str]


class Backup(BaseModel):
    """One backup. `source` is its database, without the password; `server` that database's version. `at` is the time of
    the snapshot; `seconds` how long dumping took and `verifying` how long restoring and comparing. `bytes` is the size
    of its file. `tables` and `rows` are what was counted, null before that. `cause` says why it FAILED."""

    app: str
    number: int
    environment: str
    variable: str
    source: str
    engine: Engine
    server: str
    occasion: domain.Occasion
    by: str
    at: float
    verdict: domain.Verdict
    release: int | None
    file: str
    bytes: int
    digest: str
    seconds: float
    verifying: float
    tables: int | None
    rows: int | None
    schema_version: str
    applied: str
    drills: list[Drill]
    cause: str

    @classmethod
    def of(cls, backup: domain.Backup) -> "Backup":
        """The shape of a backup."""
        held = backup.fingerprint
        return cls(
            app=backup.app,
            number=backup.number,
            environment=backup.environment,
            variable=backup.variable,
            source=backup.source,
            engine=backup.engine,
            server=backup.server,
            occasion=backup.occasion,
            by=backup.by,
            at=backup.at,
            verdict=backup.verdict,
            release=backup.release,
            file=backup.file,
            bytes=backup.bytes,
            digest=backup.digest,
            seconds=backup.seconds,
            verifying=backup.verifying,
            tables=None if held is None else len(held.tables),
            rows=None if held is None else held.rows,
            schema_version=backup.schema,
            applied=backup.applied,
            drills=[
                Drill(at=each.at, seconds=each.seconds, differences=list(each.differences)) for each in backup.drills
            ],
            cause=backup.cause,
        )


class Backups(BaseModel):
    """Newest first."""

    backups: list[Backup]


class BackUpRequest(BaseModel):
    """What shall be backed up now. `variable` holds the database's URL; null: the one that fairway.toml names."""

    environment: str
    variable: str | None = None


class RestoreRequest(BaseModel):
    """`into` is the environment whose database gets it, null the backup's own. `confirm` is that environment's name, as
    somebody has typed it. `save`: what the database has is backed up first."""

    confirm: str
    into: str | None = None
    variable: str | None = None
    save: bool = True


class Loss(BaseModel):
    """What a restore would take away: `writes` are sentences, one for each table that was written since the backup;
    `source` is the database that it would be, without its password."""

    backup: Backup
    environment: str
    variable: str
    source: str
    writes: list[str]


class Errand(BaseModel):
    """Long work on a database. `doing` is its present step, `done` and `total` are bytes, a total of 0 is unknown.
    `backup` is the one that it is about or that was made, `before` the one of what a database had before a restore,
    `seconds` the recovery time that was measured."""

    app: str
    number: int
    kind: errands.Kind
    environment: str
    variable: str
    by: str
    begun_at: float
    status: errands.ErrandStatus
    doing: str
    done: int
    total: int
    backup: int | None
    before: int | None
    seconds: float | None
    ended_at: float | None

    @classmethod
    def of(cls, errand: errands.Errand) -> "Errand":
        """The shape of an errand."""
        return cls(
            app=errand.app,
            number=errand.number,
            kind=errand.kind,
            environment=errand.environment,
            variable=errand.variable,
            by=errand.by,
            begun_at=errand.begun_at,
            status=errand.status,
            doing=errand.doing,
            done=errand.done,
            total=errand.total,
            backup=errand.backup,
            before=errand.before,
            seconds=errand.seconds,
            ended_at=errand.ended_at,
        )


class Errands(BaseModel):
    """Newest first."""

    errands: list[Errand]


def describe(errand: errands.Errand) -> dict[str, Any]:
    """The shape as JSON's own values, for a stream."""
    return Errand.of(errand).model_dump(mode="json")
