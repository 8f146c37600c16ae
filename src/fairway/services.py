"""What a running server offers its front doors.

`bootstrap` puts it together from rooms and adapters, the HTTP API serves it; this is all that the two know of each
other. It stands below `bootstrap` and above the rooms, so that neither imports the other.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.databases.desk import Shown
from fairway.domain.certificates import Standing
from fairway.domain.database import Condition, Database, DatabaseKey
from fairway.domain.deployment import Deployment
from fairway.domain.drift import Difference
from fairway.domain.execution import Execution
from fairway.domain.flaws import Expected, Flaw
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.progression import RetryMode
from fairway.domain.variables import Version
from fairway.environment.variables import Listed, Side
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.reporting import Reporter
from fairway.intake.sourcing import Sourcing
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.logkeeping.reading import Reading
from fairway.measure.meter import Meter
from fairway.migrate.backups.orders import Orders
from fairway.migrate.door import Door
from fairway.pipeline.artifacts import Artifact
from fairway.pipeline.candidates import Candidates
from fairway.ports import stores
from fairway.ports.clock import Clock
from fairway.ports.guarding import Backups, Passages
from fairway.ports.leases import Sharing
from fairway.ports.masks import Masks
from fairway.ports.metrics import History, Samples
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.probe import Inspector
from fairway.ports.runs import RunLogs, Runs, Timetable
from fairway.ports.scaling import Activities
from fairway.ports.schedules import Schedules
from fairway.ports.shell import Session, Shell
from fairway.ports.source import Repositories
from fairway.settings import Settings


class Pipeline(Protocol):
    """The part of the pipeline that a person may steer."""

    async def stop(self, app: AppName, number: int, *, wait: bool = False, reason: str = "", by: str = "") -> None:
        """Stop an execution; `wait`: what runs comes to its end first.

        Raises NotFound; Conflict for one that has ended, or is already being stopped so."""
        ...

    async def retry(self, app: AppName, number: int, mode: RetryMode, *, by: str = "") -> Execution:
        """Try its failed stage again. Raises NotFound; Conflict that says why not."""
        ...

    async def rollback(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: int | None = None,
        *,
        by: str = "",
        accepted: bool = False,
        take_back: bool = False,
    ) -> Execution:
        """Begin an execution that takes the environment back to that release (None: to the last one before the present
        that succeeded there). `accepted` and `take_back` as the request has them.

        Raises NotFound, UsageError for another environment's release, Conflict that says why it can't be."""
        ...

    async def decide(self, app: AppName, number: int, *, approved: bool, by: str, comment: str = "") -> Execution:
        """Answer the approval that it waits for. Raises NotFound; Conflict when it waits for none."""
        ...

    async def disable_transition(self, app: AppName, transition: DisabledTransition) -> None:
        """Let nobody enter a stage. Raises NotFound."""
        ...

    async def enable_transition(self, app: AppName, stage: str) -> None:
        """Let them enter again. Raises Conflict when it is not disabled."""
        ...


class Deployer(Protocol):
    """What a person may do to a running app; each writes desired state. `by` is who asked.

    All raise NotFound for an environment, service or release that is not there, and Conflict when nothing is deployed
    or a deployment is under way.
    """

    async def restart(
        self, app: AppName, environment: EnvironmentName, service: ServiceName | None = None, *, by: str = ""
    ) -> Deployment:
        """Begin a deployment that replaces every task of the service (None: of all) by the same release. Raises
        Conflict when the host has no room for it."""
        ...

    async def scale(
        self, app: AppName, environment: EnvironmentName, counts: Mapping[ServiceName, int], *, by: str = ""
    ) -> Mapping[ServiceName, tuple[int, int]]:
        """Change how many tasks of each service there shall be; from and to. Raises Conflict when the host has no room
        for them."""
        ...

    async def stop(self, app: AppName, id: int, *, reason: str = "", by: str = "") -> Deployment:
        """Give up a restart that is under way; what was desired before is desired again. The deployment, FAILED.

        Raises NotFound; Conflict when it has ended, or is an execution's, which is what can be stopped then."""
        ...

    async def down(self, app: AppName, environment: EnvironmentName, *, by: str = "") -> None:
        """Desire nothing any more; returns before the tasks have gone."""
        ...


class Variables(Protocol):
    """The variables of an environment, as an outsider may see them: no value comes out but by `reveal`."""

    async def names(self, app: AppName, environment: EnvironmentName) -> tuple[int, Mapping[str, int]]:
        """The latest version (0: there is none), and by name the version in which each was last set."""
        ...

    async def names_of(self, app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, int]:
        """The same of an earlier version; none of version 0. Raises NotFound."""
        ...

    async def listed(self, app: AppName, environment: EnvironmentName) -> tuple[int, Sequence[Listed]]:
        """The latest version, and its variables: the environment's, then each service's."""
        ...

    async def history(self, app: AppName, environment: EnvironmentName, *, limit: int = 20) -> Sequence[Version]:
        """How the versions came to be, newest first."""
        ...

    async def change(
        self,
        app: AppName,
        environment: EnvironmentName,
        *,
        set: Mapping[str, str],
        unset: Sequence[str],
        service: str = "",
        by: str = "",
        how: str = "set",
    ) -> tuple[int, Sequence[str]]:
        """The new version, and the names that changed; of one service with a `service`. Raises UsageError for what
        can't be a variable's name."""
        ...

    async def reveal(
        self, app: AppName, environment: EnvironmentName, version: int | None = None
    ) -> tuple[int, Mapping[str, str]]:
        """The values of a version (None: of the latest), for the owner alone. Raises NotFound."""
        ...

    async def compare(self, left: Side, right: Side) -> tuple[int, int, Sequence[Difference]]:
        """How two sides differ, without a value, and the versions that were compared. Raises NotFound."""
        ...

    async def roll_back(
        self, app: AppName, environment: EnvironmentName, to: int, *, by: str = ""
    ) -> tuple[int, Sequence[str]]:
        """A new version that is equal to version `to`, and what that changed. Raises NotFound."""
        ...


class Examiner(Protocol):
    """Looks at values that an outsider never sees."""

    async def examine(
        self, app: AppName, environment: EnvironmentName, expected: Mapping[str, Expected]
    ) -> Mapping[str, Flaw | None]:
        """Each variable that the environment sets, with what is wrong with its value."""
        ...


class Databases(Protocol):
    """The databases that Fairway runs."""

    async def list(self, app: AppName, environment: EnvironmentName | None = None) -> Sequence[Shown]:
        """Those of the app, or of one environment of it, with what each says of itself."""
        ...

    async def states(self, app: AppName, environment: EnvironmentName) -> Sequence[tuple[Database, Condition]]:
        """Those of an environment, without asking them anything."""
        ...

    async def run_psql(
        self, app: AppName, environment: EnvironmentName, name: str | None, words: Sequence[str], *, tty: bool
    ) -> Session:
        """psql beside one (None: the only one). Raises NotFound."""
        ...

    async def urls_here(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """By variable the URL of each that runs, as this host's processes reach it: for the owner alone."""
        ...

    async def delete(self, key: DatabaseKey, *, typed: str) -> None:
        """Delete one with its data, for who typed the app's name. Raises NotFound, Conflict."""
        ...

    async def delete_all(self, app: AppName) -> Sequence[DatabaseKey]:
        """Delete every one of an app with its data; which ones."""
        ...


class Certificates(Protocol):
    """The certificates of the domains that apps are served under."""

    async def listed(self, app: AppName | None) -> Sequence[Standing]:
        """How each host name stands that has a route, of one app or of all, by name. Raises Unavailable."""
        ...

    async def give(self, host: str, chain: str, key: str) -> Standing:
        """Present the operator's own. Raises NotFound for a host of no app, Conflict where nothing is served by TLS,
        UsageError that says what is wrong with the certificate."""
        ...

    async def remove(self, host: str) -> None:
        """Present the host's no more, and forget it. Raises NotFound, and Conflict where another one would be
        ordered in its place at once."""
        ...

    async def again(self, host: str) -> Standing:
        """Order for the host now; returns before the certificate has come. Raises UsageError with the cause when it
        can have none, Conflict for one that has no route, was given a certificate, or was ordered for just now."""
        ...


class Artifacts(Protocol):
    """The files that the actions of an execution left."""

    def list(self, app: str, number: int) -> Sequence[Artifact]:
        """All of an execution, by stage, action and path."""
        ...

    def find(self, app: str, number: int, name: str) -> Path:
        """The file of one, by its `STAGE/ACTION/PATH`. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of the host that the server needs: "docker", "haproxy", "registry"; `state` "ok" or "down"."""

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the API reads and does."""

    settings: Settings
    clock: Clock
    apps: stores.Apps
    executions: stores.Executions
    transitions: stores.Transitions
    schedules: Schedules
    releases: stores.Releases
    deployments: stores.Deployments
    runs: Runs
    backups: Backups
    orders: Orders
    guard: Door
    candidates: Candidates
    databases: Databases
    certificates: Certificates
    passages: Passages
    timetable: Timetable
    jobs: Finder
    run_logs: RunLogs
    desk: Desk
    desired: stores.DesiredStates
    activities: Activities
    events: stores.Events
    tokens: stores.Tokens
    repositories: Repositories
    intake: Intake
    sourcing: Sourcing
    follower: Follower
    reporter: Reporter
    pipeline: Pipeline
    deployer: Deployer
    variables: Variables
    examiner: Examiner
    masks: Masks
    observations: Observations
    samples: Samples
    history: History
    meter: Meter
    notices: Notices
    tasklogs: Reading
    shell: Shell
    inspector: Inspector
    artifacts: Artifacts
    forget_logs: Callable[[AppName], Awaitable[None]]
    """Delete what the tasks of a deleted app printed. Raises Unavailable."""
    forget_backups: Callable[[AppName], Awaitable[None]]
    """Delete the backups of a deleted app's databases. Raises Unavailable."""
    forget_images: Callable[[AppName], Awaitable[None]]
    """Take this host's names of a deleted app's images away. Raises Unavailable when the engine does not answer."""
    instance: str
    """The id of this home, which its containers are labelled with, and its lease."""
    sharing: Sharing
    components: Callable[[], Awaitable[Sequence[Component]]]
