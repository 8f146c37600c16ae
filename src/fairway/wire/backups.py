"""Backups as the API shows them."""

from pydantic import BaseModel

from fairway.domain import backup as domain
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
