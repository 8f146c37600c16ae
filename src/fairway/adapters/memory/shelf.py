"""What the stores in memory share: the records, each app's counters, and the switch that makes them fail."""

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fairway.domain.backup import Backup
from fairway.domain.certificates import Certificate, Failure
from fairway.domain.database import Database
from fairway.domain.deployment import Deployment
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.events import Event
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.lease import Lease
from fairway.domain.passage import Passage
from fairway.domain.pipeline import Definition, DisabledTransition
from fairway.domain.pulls import Noted
from fairway.domain.release import Release
from fairway.domain.run import Run
from fairway.domain.scaling_activity import Activity
from fairway.domain.variables import Version
from fairway.errors import FairwayError, NotFound, Unavailable
from fairway.ports.runs import Timed
from fairway.ports.schedules import Planned
from fairway.ports.sources import Source
from fairway.ports.stores import AppRecord, SealedConfiguration, TokenRecord


@dataclass(slots=True)
class Shelf:
    """Every record, by what it is known by. While `trouble` is set, each call of each store raises it. `fence` is the
    lease under which this server writes; another server's shelf is a copy (`dataclasses.replace`) of the same records.
    """

    apps: dict[str, AppRecord] = field(default_factory=dict)
    executions: dict[tuple[str, int], Execution] = field(default_factory=dict)
    execution_keys: dict[tuple[str, str], int] = field(default_factory=dict)
    outputs: dict[tuple[str, int], str] = field(default_factory=dict)
    transitions: dict[tuple[str, str], DisabledTransition] = field(default_factory=dict)
    definitions: dict[tuple[str, int], Definition] = field(default_factory=dict)
    schedules: dict[tuple[str], Planned] = field(default_factory=dict)
    releases: dict[tuple[str, int], Release] = field(default_factory=dict)
    deployments: dict[tuple[str, int], Deployment] = field(default_factory=dict)
    deployment_keys: dict[tuple[str, str], int] = field(default_factory=dict)
    runs: dict[tuple[str, int], Run] = field(default_factory=dict)
    job_times: dict[tuple[str, str, str], Timed] = field(default_factory=dict)
    backups: dict[tuple[str, int], Backup] = field(default_factory=dict)
    passages: dict[tuple[str, int], Passage] = field(default_factory=dict)
    managed: dict[tuple[str, str, str], Database] = field(default_factory=dict)
    before: dict[tuple[str, int], DesiredEnvironment] = field(default_factory=dict)
    desired: dict[tuple[str, str], DesiredEnvironment] = field(default_factory=dict)
    activities: dict[tuple[str, int], Activity] = field(default_factory=dict)
    configurations: dict[tuple[str, str, int], SealedConfiguration] = field(default_factory=dict)
    edits: dict[tuple[str, str, int], Version] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    sources: dict[tuple[str], Source] = field(default_factory=dict)
    deliveries: dict[tuple[str], list[str]] = field(default_factory=dict)
    pulls: dict[tuple[str, int], Noted] = field(default_factory=dict)
    tokens: dict[str, TokenRecord] = field(default_factory=dict)
    sealed_keys: dict[str, bytes] = field(default_factory=dict)
    counters: Counter[tuple[str, str]] = field(default_factory=Counter)
    certificates: dict[str, tuple[Certificate, bytes]] = field(default_factory=dict)
    certificate_failures: dict[str, Failure] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    holders: dict[AppName, str] = field(default_factory=dict)
    fence: Lease | None = None
    trouble: FairwayError | None = None

    def visit(self, app: str | None = None) -> None:
        """What every call begins with. Raises the trouble, or NotFound when it names an app that is not there."""
        if self.trouble is not None:
            raise self.trouble
        if app is not None and app not in self.apps:
            near = difflib.get_close_matches(app, self.apps, n=1)
            hint = (f"{near[0]} is the nearest name; " if near else "") + "fairway up or fairway apps create makes it"
            raise NotFound(f"there is no app {app}", hint=hint)

    def change(self, app: str | None = None) -> None:
        """What every call begins with that writes. Raises Unavailable too, when the lease was lost."""
        self.visit(app)
        if self.fence is not None:
            self.require(self.fence)

    def require(self, lease: Lease) -> None:
        """Raise Unavailable when the lease was lost, or its server has begun another one."""
        kept = self.leases[lease.member.server]
        if kept.lost or kept.number != lease.number:
            raise Unavailable("this server has lost its lease", why="another server has taken its apps over")

    def count_up(self, app: str, counter: str) -> int:
        """The next number of one of the app's counters."""
        self.counters[app, counter] += 1
        return self.counters[app, counter]

    def define(self, app: str, definition: Definition) -> int:
        """The number of a definition, the next one when the app never had it; 0 for what is no whole pipeline."""
        if not definition.whole:
            return 0
        known = (number for (owner, number), each in self.definitions.items() if (owner, each) == (app, definition))
        if (found := next(known, None)) is not None:
            return found
        number = self.count_up(app, "definitions")
        self.definitions[app, number] = definition
        return number

    def drop(self, app: str) -> None:
        """Forget the app and every record of it."""
        self.apps.pop(app, None)
        self.holders.pop(AppName(app), None)
        self.events[:] = [event for event in self.events if event.app != app]
        tables: tuple[dict[Any, Any], ...] = (
            self.executions,
            self.execution_keys,
            self.outputs,
            self.transitions,
            self.definitions,
            self.schedules,
            self.releases,
            self.deployments,
            self.deployment_keys,
            self.runs,
            self.job_times,
            self.backups,
            self.passages,
            self.managed,
            self.before,
            self.desired,
            self.activities,
            self.configurations,
            self.edits,
            self.sources,
            self.deliveries,
            self.pulls,
            self.counters,
        )
        for table in tables:
            for key in [key for key in table if key[0] == app]:
                del table[key]
