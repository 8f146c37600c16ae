"""The tables of databases become the domain's, with the defaults and one environment's overrides."""

from collections.abc import Mapping
from typing import Any

from fairway.domain.address import Engine
from fairway.domain.backup import Keep
from fairway.domain.managed import KEEP, Managed
from fairway.domain.schedule import Schedule
from fairway.manifest import times
from fairway.manifest.database_schema import BackupsTable, DatabaseTable

NIGHTLY = "0 3 * * *"
WEEKLY = "0 5 * * 0"
PLAIN_KEYS = ("variable", "version", "image", "cpu", "memory")


def make_all(common: Mapping[str, DatabaseTable], own: Mapping[str, DatabaseTable]) -> tuple[Managed, ...]:
    """The databases of one environment, without those that it has turned off."""
    merged = {name: merge(table, own.get(name)) for name, table in common.items()}
    return tuple(make(name, table) for name, table in merged.items() if table.enabled is not False)


def merge(table: DatabaseTable, override: DatabaseTable | None) -> DatabaseTable:
    """The database as one environment has it; its backups are taken key by key."""
    if override is None:
        return table
    changes: dict[str, Any] = {key: getattr(override, key) for key in override.model_fields_set - {"backups"}}
    backups = {key: getattr(override.backups, key) for key in override.backups.model_fields_set}
    return table.model_copy(update={**changes, "backups": table.backups.model_copy(update=backups)})


def make(name: str, table: DatabaseTable) -> Managed:
    """The database."""
    backups = table.backups
    engine = Engine(table.engine or Engine.POSTGRES)
    written: dict[str, Any] = {"cpu": 0.0, "memory": 0} if engine is Engine.SQLITE else {}
    written |= {key: getattr(table, key) for key in PLAIN_KEYS if getattr(table, key) is not None}
    return Managed(
        name=name,
        engine=engine,
        schedule=make_schedule(backups.schedule or NIGHTLY, backups),
        drill=make_schedule(backups.drill or WEEKLY, backups),
        keep=Keep(
            count=KEEP.count if backups.keep is None else backups.keep,
            age=KEEP.age if backups.age is None else backups.age,
        ),
        **written,
    )


def make_schedule(cron: str, backups: BackupsTable) -> Schedule | None:
    """The schedule, None for never."""
    return None if cron == times.NEVER else Schedule(cron=cron, zone=backups.timezone or "UTC")
