"""The tables of `migrations` become the domain's Migrations, one for each environment."""

from collections.abc import Mapping
from typing import Any

from fairway.domain.backup import Keep
from fairway.domain.migrations import CopyBy, Migrations, Policy, Restoring, Smoke, Tool, Undoing
from fairway.manifest import commands
from fairway.manifest.migration_schema import KeepTable, MigrationsTable, SmokeTable

PLAIN = (
    "database",
    "directory",
    "table",
    "backup",
    "rehearse",
    "compatibility",
    "maintenance",
    "timeout",
    "lock_timeout",
    "statement_timeout",
    "retries",
    "tools",
    "memory",
)


def merge(common: MigrationsTable | None, own: MigrationsTable | None) -> MigrationsTable | None:
    """The table as one environment has it: its own keys before those that hold for all. A table within one (`policies`,
    `silence`, `keep`) is taken key by key, the list `smoke` as a whole. None where neither is written."""
    if common is None or own is None:
        return common or own
    changes = {key: getattr(own, key) for key in own.model_fields_set}
    for key in ("policies", "silence"):
        if key in changes:
            changes[key] = {**(getattr(common, key) or {}), **changes[key]}
    if own.keep is not None and common.keep is not None:
        changes["keep"] = common.keep.model_copy(update=written(own.keep))
    return common.model_copy(update=changes)


def make(table: MigrationsTable | None, environment: str) -> Migrations | None:
    """What the environment's table says. None where there is none, or `enabled` is false."""
    if table is None or table.enabled is False:
        return None
    given: dict[str, Any] = {key: getattr(table, key) for key in PLAIN if getattr(table, key) is not None}
    if table.keep is not None:
        given["keep"] = Keep(**written(table.keep))
    return Migrations(
        command=() if table.command is None else commands.exec_list(table.command, environment),
        down=None if table.down is None else commands.exec_list(table.down, environment),
        tool=None if table.tool is None else Tool(table.tool),
        policy=Policy(table.policy or Policy.WARN),
        policies=read_policies(table.policies or {}),
        silenced=dict(table.silence or {}),
        smoke=tuple(make_smoke(each) for each in table.smoke if each.path is not None),
        restore=Restoring(table.restore or Restoring.ASK),
        copy_by=CopyBy(table.copy_by or CopyBy.DUMP),
        on_failure=Undoing(table.on_failure or Undoing.KEEP),
        **given,
    )


def read_policies(table: Mapping[str, str]) -> Mapping[str, Policy]:
    """Each rule's own policy."""
    return {rule: Policy(word) for rule, word in table.items()}


def make_smoke(table: SmokeTable) -> Smoke:
    """The request. The table has been checked to have a path."""
    return Smoke(**written(table))


def written(table: SmokeTable | KeepTable) -> dict[str, Any]:
    """The keys of a table that the file has."""
    return {key: value for key in table.model_fields_set if (value := getattr(table, key)) is not None}
