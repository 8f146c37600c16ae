"""What the guard stands on: ports, and other rooms by the one thing that it needs of each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.address import Address
from fairway.domain.backup import Backup
from fairway.domain.catalog import Standing
from fairway.domain.guarding import NOTHING, Agreed
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber
from fairway.domain.image import Image
from fairway.domain.judgement import Judged
from fairway.domain.migrations import Migrations, Plan
from fairway.domain.passage import Outcome
from fairway.domain.rehearsal import Rehearsal
from fairway.domain.release import Release
from fairway.migrate.advice import ON_SERVER, Advice
from fairway.migrate.tools.sql_script import Script
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.databases import Databases, Gates, Report, Scratch, Watches
from fairway.ports.guarding import Passages
from fairway.ports.jobs import Jobs
from fairway.ports.leases import Holding
from fairway.ports.masks import Masks
from fairway.ports.trials import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a passage is wanted for. `release` has the image, the variables' version and the description that has the
    migrations; `goes` whether it goes on to the real database. `agreed` are findings that somebody has agreed to; a
    release that was not made yet has the number 0. `back` is the number of the passage whose migrations are to be taken
    back, by the image of the release that brought them, and `opens_at` as the passage has it."""

    app: AppName
    environment: EnvironmentName
    key: str
    by: str
    release: Release
    goes: bool
    execution: ExecutionNumber | None = None
    agreed: Agreed = NOTHING
    back: int | None = None
    opens_at: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What a way back is wanted for: the `passage` whose migrations are taken back, and the rest as an order has it."""

    app: AppName
    environment: EnvironmentName
    key: str
    by: str
    passage: int
    opens_at: Outcome | None = None
    execution: ExecutionNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A database that is to be changed, as it was found: the settings with the tool that was found, the variables of
    its tasks, where it is for this server (`address`) and for a task (`written`, as its variable has it). `standing`
    is looked for once something is pending."""

    settings: Migrations
    variables: Mapping[str, str]
    written: Address
    address: Address
    plan: Plan
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The release that an environment has, and the version of its variables."""

    release: Release
    configuration: int


class Planning(Protocol):
    """What is pending, as the migration tool would say it."""

    def own(self, settings: Migrations) -> Sequence[str]:
        """The tables that the tool keeps for itself, which are no part of the app's schema."""
        ...

    async def settle(self, settings: Migrations, image: Image) -> Migrations:
        """The settings with tool, command and table as the image has them. Raises UsageError without a command."""
        ...

    async def plan(self, settings: Migrations, image: Image, address: Address) -> Plan:
        """What is applied, and what is pending. Raises Unavailable, WorkFailed."""
        ...

    async def script(self, settings: Migrations, image: Image, names: Sequence[str], *, back: bool) -> Script:
        """What psql has to run so that these SQL files are applied, or taken back. Raises UsageError."""
        ...


class Judging(Protocol):
    """What is wrong with it."""

    async def judge(
        self,
        subject: Subject,
        *,
        serving: Release | None,
        rehearsal: Rehearsal | None = None,
        copy: Address | None = None,
    ) -> Judged:
        """By the SQL of what is pending, by what is counted in the `copy` where there is one that was not migrated yet,
        and by what the rehearsal has shown when there was one. Raises Unavailable."""
        ...


class Copied(Protocol):
    """A verified backup, and a copy that was restored from it."""

    @property
    def backup(self) -> Backup:
        """VERIFIED."""
        ...

    @property
    def scratch(self) -> Scratch:
        """The copy."""
        ...

    def again(self) -> AbstractAsyncContextManager[Scratch]:
        """Another copy of the same backup. Raises WorkFailed, Unavailable."""
        ...


class Restore(Protocol):
    async def __call__(self, app: AppName, number: int, *, by: str, report: Report) -> object:
        """Put what a backup has back in the place of its database. Raises WorkFailed and leaves the old contents;
        Unavailable."""
        ...


class Copies(Protocol):
    def make(
        self, order: Order, subject: Subject, *, schema: str, report: Report
    ) -> AbstractAsyncContextManager[Copied]:
        """Back the database up, restore that into a scratch database, and compare. `schema` is the version that it has.
        Raises WorkFailed when it is not the same, or there is no room; Unavailable."""
        ...


class Values(Protocol):
    async def __call__(
        self, app: AppName, environment: EnvironmentName, version: int, service: str = ""
    ) -> Mapping[str, str]:
        """The variables of an environment in a version, with a service's own on top."""
        ...


class Doors(Protocol):
    """An environment's doors. Both may be called again."""

    async def close(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        """Stop its tasks, and give whoever asks a page; returns when no task is left. Raises WorkFailed when one does
        not end, Unavailable."""
        ...

    async def open(self, app: AppName, environment: EnvironmentName) -> None:
        """Let what was there before come back; returns at once. Raises Unavailable."""
        ...


FindRelease = Callable[[AppName, int], Awaitable[Release]]
"""A release by its number. Raises NotFound when it is not kept any more."""
FindServing = Callable[[AppName, EnvironmentName], Awaitable[Serving | None]]
Tools = Callable[[int, str | None], Awaitable[Image]]
"""The image with PostgreSQL's programs of that major version, or the one that is named. Raises WorkFailed."""
Reach = Callable[[AppName, EnvironmentName, Address], Awaitable[Address]]
"""Where a database is for this server, by the address that a task has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`jobs` run commands on copies, `tasks` on the real database, where a command has to outlive who began it.
    `server` is the instance that writes itself on what it begins. `patience` is for how many seconds a database or an
    engine that does not answer is asked again while a migration is under way. `advice` has the words of what is done
    next, by where the guard stands."""

    passages: Passages
    databases: Databases
    watches: Watches
    gates: Gates
    jobs: Jobs
    tasks: Jobs
    trials: Trials
    planning: Planning
    judging: Judging
    copies: Copies
    tools: Tools
    restore: Restore
    masks: Masks
    values: Values
    serving: FindServing
    release: FindRelease
    reach: Reach
    doors: Doors
    clock: Clock
    holding: Holding
    server: str
    patience: float = 600.0
    advice: Advice = ON_SERVER
