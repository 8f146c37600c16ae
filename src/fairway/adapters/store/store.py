"""The store as a whole: every record's store over one database, SQLite by default, PostgreSQL by URL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from fairway.adapters.store import schema
from fairway.adapters.store.activities import SqlActivities
from fairway.adapters.store.apps import SqlApps
from fairway.adapters.store.backups import SqlBackups
from fairway.adapters.store.configurations import SqlConfigurations
from fairway.adapters.store.database import Database
from fairway.adapters.store.deployments import SqlDeployments
from fairway.adapters.store.desired import SqlDesiredStates
from fairway.adapters.store.events import SqlEvents
from fairway.adapters.store.executions import SqlExecutions
from fairway.adapters.store.held import (
    HeldApps,
    HeldDesiredStates,
    HeldExecutions,
    HeldPassages,
    HeldRecords,
    HeldRuns,
    HeldSchedules,
    HeldSources,
    HeldTimetable,
    Holds,
)
from fairway.adapters.store.leases import SqlLeases
from fairway.adapters.store.managed import SqlRecords
from fairway.adapters.store.masked import MaskedDeployments, MaskedEvents
from fairway.adapters.store.passages import SqlPassages
from fairway.adapters.store.releases import SqlReleases
from fairway.adapters.store.runs import SqlRuns
from fairway.adapters.store.schedules import SqlSchedules
from fairway.adapters.store.sealed import SqlSealedValues
from fairway.adapters.store.sealedkeys import SqlSealedKeys
from fairway.adapters.store.sources import SqlSources
from fairway.adapters.store.timetable import SqlTimetable
from fairway.adapters.store.tokens import SqlTokens
from fairway.adapters.store.transitions import SqlTransitions
from fairway.ports.masks import Masks


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One store for each Protocol of `ports.stores`, `ports.runs`, `ports.schedules`, `ports.scaling`,
    `ports.sources`, `ports.guarding` and `ports.managed`."""

    apps: SqlApps
    executions: SqlExecutions
    transitions: SqlTransitions
    schedules: SqlSchedules
    releases: SqlReleases
    deployments: SqlDeployments
    runs: SqlRuns
    timetable: SqlTimetable
    backups: SqlBackups
    passages: SqlPassages
    managed: SqlRecords
    desired: SqlDesiredStates
    activities: SqlActivities
    configurations: SqlConfigurations
    events: SqlEvents
    tokens: SqlTokens
    sources: SqlSources
    leases: SqlLeases
    sealed: SqlSealedValues
    sealed_keys: SqlSealedKeys
    database: Database

    def held(self, holds: Holds) -> "Store":
        """The same, but for the lists of apps, unfinished executions, runs and passages, managed databases, desired
        states, schedules, times of jobs and sources: those have only what this server holds."""
        return replace(
            self,
            apps=HeldApps(self.database, holds),
            executions=HeldExecutions(self.database, holds),
            desired=HeldDesiredStates(self.database, holds),
            schedules=HeldSchedules(self.database, holds),
            runs=HeldRuns(self.database, holds),
            timetable=HeldTimetable(self.database, holds),
            passages=HeldPassages(self.database, holds),
            managed=HeldRecords(self.database, holds),
            sources=HeldSources(self.database, holds),
        )

    def masked(self, masks: Masks) -> "Store":
        """The same, but what people will read of events and verdicts is kept without the secrets of its app."""
        return replace(
            self, events=MaskedEvents(self.database, masks), deployments=MaskedDeployments(self.database, masks)
        )


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """The store at an SQLAlchemy URL, its schema brought up to date; closed at the end, with every write done.

    Raises UsageError for a URL that is none or a database of a newer Fairway, Unavailable when it does not answer.
    """
    database = Database(url)
    await database.open()
    try:
        await database.write(schema.prepare)
        yield Store(
            apps=SqlApps(database),
            executions=SqlExecutions(database),
            transitions=SqlTransitions(database),
            schedules=SqlSchedules(database),
            releases=SqlReleases(database),
            deployments=SqlDeployments(database),
            runs=SqlRuns(database),
            timetable=SqlTimetable(database),
            backups=SqlBackups(database),
            passages=SqlPassages(database),
            managed=SqlRecords(database),
            desired=SqlDesiredStates(database),
            activities=SqlActivities(database),
            configurations=SqlConfigurations(database),
            events=SqlEvents(database),
            tokens=SqlTokens(database),
            sources=SqlSources(database),
            leases=SqlLeases(database),
            sealed=SqlSealedValues(database),
            sealed_keys=SqlSealedKeys(database),
            database=database,
        )
    finally:
        await database.close()
