"""What of the store is this server's to work on, where several share it: the same stores, whose lists leave out the
apps of the others. Single records are read and written as ever."""

from collections.abc import Callable, Sequence

from fairway.adapters.store.apps import SqlApps
from fairway.adapters.store.database import Database
from fairway.adapters.store.desired import SqlDesiredStates
from fairway.adapters.store.executions import SqlExecutions
from fairway.adapters.store.managed import SqlRecords
from fairway.adapters.store.passages import SqlPassages
from fairway.adapters.store.runs import SqlRuns
from fairway.adapters.store.schedules import SqlSchedules
from fairway.adapters.store.sources import SqlSources
from fairway.adapters.store.timetable import SqlTimetable
from fairway.domain.database import Database as Managed
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.passage import Passage
from fairway.domain.run import Run
from fairway.ports.runs import Timed
from fairway.ports.schedules import Planned
from fairway.ports.sources import Source
from fairway.ports.stores import AppRecord

Holds = Callable[[AppName], bool]
"""Whether the app is this server's."""


class HeldApps(SqlApps):
    """The apps of this server."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def list(self) -> Sequence[AppRecord]:
        """By name."""
        return [record for record in await super().list() if self._holds(record.name)]


class HeldExecutions(SqlExecutions):
    """The executions of this server's apps."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app of this server, oldest first."""
        return [execution for execution in await super().unfinished() if self._holds(execution.app)]


class HeldDesiredStates(SqlDesiredStates):
    """What is desired on this host: nothing of an app that another server has."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """None when nothing was ever desired, or another server has the app."""
        return await super().get(app, environment) if self._holds(app) else None

    async def list(self) -> Sequence[DesiredEnvironment]:
        """Of every app of this server."""
        return [desired for desired in await super().list() if self._holds(desired.app)]


class HeldSchedules(SqlSchedules):
    """The schedules of this server's apps: the execution that a time starts runs where the app is."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def list(self) -> Sequence[Planned]:
        """Of every app of this server."""
        return [planned for planned in await super().list() if self._holds(planned.app)]


class HeldRuns(SqlRuns):
    """The runs of this server's apps."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def unfinished(self) -> Sequence[Run]:
        """Of every app of this server, oldest first."""
        return [run for run in await super().unfinished() if self._holds(run.app)]


class HeldPassages(SqlPassages):
    """The passages of this server's apps."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def unfinished(self) -> Sequence[Passage]:
        """Of every app of this server, oldest first."""
        return [passage for passage in await super().unfinished() if self._holds(passage.app)]


class HeldRecords(SqlRecords):
    """The managed databases of this server's apps."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def list(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Managed]:
        """Those of this server's apps, by their names."""
        return [each for each in await super().list(app, environment) if self._holds(each.app)]


class HeldTimetable(SqlTimetable):
    """The times of this server's jobs."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def list(self, app: AppName | None = None) -> Sequence[Timed]:
        """Of every app of this server."""
        return [timed for timed in await super().list(app) if self._holds(timed.app)]


class HeldSources(SqlSources):
    """The sources of this server's apps. What a forge tells any of the servers is noted by that one, and seen by the
    one that has the app."""

    def __init__(self, database: Database, holds: Holds) -> None:
        super().__init__(database)
        self._holds = holds

    async def list(self) -> Sequence[Source]:
        """Of every app of this server."""
        return [source for source in await super().list() if self._holds(source.app)]
