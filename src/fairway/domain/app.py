"""What `fairway.toml` describes, as values: the app, its build, its services, its environments.

The manifest makes these; the rooms read them. Durations are seconds, sizes bytes, CPU is in cores.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain import glob, volume
from fairway.domain.action import Placed
from fairway.domain.aws.wanted import Aws
from fairway.domain.fulfilment import Exceptions
from fairway.domain.health import Check, TcpCheck
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.job import Job
from fairway.domain.managed import Managed
from fairway.domain.migrations import Migrations
from fairway.domain.scaling import Scaling
from fairway.domain.schedule import Schedule
from fairway.domain.volume import Volume

MIB = 1024 * 1024


class Mode(StrEnum):
    """What happens to an execution that finds a stage taken (CodePipeline's execution modes).

    SUPERSEDED: it waits, and the next one that arrives takes its place. QUEUED: it waits in line. PARALLEL: no stage is
    ever taken.
    """

    SUPERSEDED = "SUPERSEDED"
    QUEUED = "QUEUED"
    PARALLEL = "PARALLEL"


class OnFailure(StrEnum):
    """What happens by itself when a stage fails. NONE: nothing. RETRY: the failed actions are begun again, once.
    ROLLBACK: an environment that has the new release by then goes back to the last one that succeeded there."""

    NONE = "NONE"
    RETRY = "RETRY"
    ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Names that are taken (see `glob`): those that one of `includes` matches, or all when there are none, but never
    one that one of `excludes` matches (CodePipeline's rule)."""

    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    def excluded_by(self, name: str) -> str | None:
        """The first pattern that excludes the name, None when none does."""
        return next((pattern for pattern in self.excludes if glob.matches(pattern, name)), None)

    def take(self, name: str) -> bool:
        """Whether the name is taken."""
        included = not self.includes or any(glob.matches(pattern, name) for pattern in self.includes)
        return included and self.excluded_by(name) is None


class PullEvent(StrEnum):
    """What happens to a pull request (CodePipeline's OPEN, UPDATED and CLOSED, which a merge is too)."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Pushes that start an execution: of these branches, with a changed file that `files` take; or of these tags.

    With `pull_requests` it takes no pushes, but pull requests to these branches to which one of these things happens.
    """

    branches: Patterns | None = None
    files: Patterns | None = None
    tags: Patterns | None = None
    pull_requests: tuple[PullEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which pushes start an execution.

    `branch` is deployed by a command that names nothing. Its pushes start an execution unless `by_branch` is false;
    those of `branches` do; `paths` narrow both down (git's wildmatch, `!` excludes, empty = all). So do pushes of
    `tags`, and whatever one of the `filters` takes. At the times of the `schedule` the head of `branch` is deployed.
    """

    branch: str = "master"
    paths: tuple[str, ...] = ()
    branches: Patterns | None = None
    tags: Patterns | None = None
    filters: tuple[Filter, ...] = ()
    by_branch: bool = True
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How a commit becomes an image.

    `directory` is where the app lies in the repository ("." or "app"); `dockerfile` None means: the one that is there,
    or a generated one. `test` is a shell command or None. `args` are build arguments, `secrets` the
    names of variables that are mounted. `timeout` is in seconds.
    """

    directory: str = "."
    dockerfile: str | None = None
    test: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    timeout: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A long-running process type, as one environment runs it.

    `command` is an exec-form list or None for the image's own CMD; `port` None means that it receives no traffic.
    `port_declared` is false when the port is only a guess: what the process then listens on is the truth.
    `memory` is a hard limit. `stop_signal` None means the image's own (SIGTERM if it names none). With `scaling`,
    `replicas` is what the first deployment begins with; None: there are always as many.
    """

    name: ServiceName
    command: tuple[str, ...] | None = None
    port: int | None = None
    port_declared: bool = False
    replicas: int = 1
    cpu: float = 1.0
    memory: int = 512 * MIB
    stop_timeout: float = 30.0
    stop_signal: str | None = None
    health: Check = TcpCheck()
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How a deployment moves: the two percentages with ECS's rounding, the bake time, and when to give up (seconds)."""

    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    bake: float = 2.0
    timeout: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment with its overrides already applied to `services` and `jobs`. `approval` is how many seconds
    somebody has to agree to a deployment, None when nobody needs to; `actions` are those of the user's own, as they
    were written; `contract` are the exceptions from the contract that hold here;
    `redirect`: plain requests are sent on to HTTPS, for the domains that have a certificate;
    `databases` are those that Fairway runs for it, `migrations` how its database is changed (None: not by Fairway)."""

    name: EnvironmentName
    services: tuple[Service, ...]
    env_file: str | None = None
    domains: tuple[str, ...] = ()
    redirect: bool = True
    rollout: Rollout = Rollout()
    approval: float | None = None
    on_failure: OnFailure = OnFailure.NONE
    actions: tuple[Placed, ...] = ()
    jobs: tuple[Job, ...] = ()
    contract: Exceptions = Exceptions()
    databases: tuple[Managed, ...] = ()
    migrations: Migrations | None = None

    def service(self, name: str) -> Service | None:
        """The service of that name, or None."""
        return next((service for service in self.services if service.name == name), None)

    def job(self, name: str) -> Job | None:
        """The job of that name, or None."""
        return next((job for job in self.jobs if job.name == name), None)

    @property
    def given(self) -> Mapping[str, str]:
        """The variables that its databases give, each with the database's name."""
        return {each.variable: each.name for each in self.databases}

    @property
    def first(self) -> Service:
        """The service that is meant when none is named: `web`, else the first that has a port, else the first."""
        return self.service("web") or next((s for s in self.services if s.port is not None), self.services[0])

    @property
    def routed(self) -> Service | None:
        """The service that the environment's host names lead to: `web` when it has a port, else the only one that
        has."""
        listening = [each for each in self.services if each.port is not None]
        web = next((each for each in listening if each.name == "web"), None)
        return web or (listening[0] if len(listening) == 1 else None)

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """The directories that every task, job and action of it finds mounted."""
        return volume.of(self.databases)

    @property
    def script(self) -> str:
        """The script of package.json that starts the app for this environment: `start:staging`."""
        return f"start:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One repository that Fairway deploys. `stages` names the environments in the order in which they are deployed;
    `silenced` are rules of the audit, each with the reason; `aws` is how it stands on AWS, None: not at all."""

    name: AppName
    source: Source
    build: Build
    environments: tuple[Environment, ...]
    stages: tuple[EnvironmentName, ...]
    mode: Mode = Mode.SUPERSEDED
    silenced: Mapping[str, str] = field(default_factory=dict)
    aws: Aws | None = None

    def environment(self, name: str) -> Environment | None:
        """The environment of that name, or None."""
        return next((environment for environment in self.environments if environment.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What detection found in a repository, for keys that `fairway.toml` leaves out; None: nothing.

    `command` is the exec-form start command of a generated image (a Dockerfile's CMD needs none).
    """

    port: int | None = None
    health_path: str | None = None
    command: tuple[str, ...] | None = None
