"""The tables of the store, of which `schema` makes all. Whoever wants one finds it here."""

from fairway.adapters.store.tables.columns import METADATA, Words
from fairway.adapters.store.tables.doors import (
    CERTIFICATE_FAILURES,
    CERTIFICATES,
    DELIVERIES,
    PULLS,
    SEALED_KEYS,
    SERVERS,
    SOURCES,
    TOKENS,
)
from fairway.adapters.store.tables.execution import (
    ACTIONS,
    APPS,
    DEFINITIONS,
    EXECUTIONS,
    SCHEDULES,
    STAGES,
    TRANSITIONS,
)
from fairway.adapters.store.tables.guarded import BACKUPS, MANAGED, PASSAGES
from fairway.adapters.store.tables.running import (
    ACTIVITIES,
    CONFIGURATIONS,
    DEPLOYMENTS,
    DESIRED,
    EVENTS,
    JOB_TIMES,
    RELEASES,
    RUNS,
)

__all__ = [
    "ACTIONS",
    "ACTIVITIES",
    "APPS",
    "BACKUPS",
    "CERTIFICATES",
    "CERTIFICATE_FAILURES",
    "CONFIGURATIONS",
    "DEFINITIONS",
    "DELIVERIES",
    "DEPLOYMENTS",
    "DESIRED",
    "EVENTS",
    "EXECUTIONS",
    "JOB_TIMES",
    "MANAGED",
    "METADATA",
    "PASSAGES",
    "PULLS",
    "RELEASES",
    "RUNS",
    "SCHEDULES",
    "SEALED_KEYS",
    "SERVERS",
    "SOURCES",
    "STAGES",
    "TOKENS",
    "TRANSITIONS",
    "Words",
]
