"""A database that Fairway runs: its record, where it is reached, and what is seen of it.

The record is made once, before anything else of the database is, and what it was made with (its password, its major
version, its volume) holds for ever. From `made_at` on its volume has data that somebody may need: no empty one is ever
put in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain import volume
from fairway.domain.address import PORT, Address, Engine
from fairway.domain.backup import Keep
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.managed import KEEP, Managed
from fairway.domain.schedule import Schedule
from fairway.domain.volume import Volume

USER = "app"
NAME = "app"
"""What every database that Fairway runs, and its user, are called."""
DOMAIN = "databases.internal"
"""`internal` is no top-level domain, and a service's name has no dot: nothing else on the network is called so."""
SQLITE_MAJOR = 3
"""SQLite's version since 2004; its files are of no other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseKey:
    """Which one it is: `main` of production of shop-api."""

    app: AppName
    environment: EnvironmentName
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.environment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The record. `id` is 12 random hexadecimal digits that its container and its volume are labelled with; `server`
    the home whose host has the volume; `password` is sealed. `image` is what its container is made from, of the major
    version `major`. SQLite's has no container: its volume is of `domain.volume`, and there is no image and no limit.

    `made_at` is when somebody could log in for the first time, None before. `declared` is False once a deployment's
    fairway.toml has it no more; `doomed` once it was to be deleted with its data. `backup_due` and `drill_due` are when
    these come next, None: never; `failures` counts the backups that failed in a row.
    """

    app: AppName
    environment: EnvironmentName
    name: str
    id: str
    server: str
    engine: Engine
    variable: str
    image: str
    major: int
    password: str = field(repr=False)
    cpu: float
    memory: int
    created_at: float
    schedule: Schedule | None = None
    drill: Schedule | None = None
    keep: Keep = KEEP
    made_at: float | None = None
    declared: bool = True
    doomed: bool = False
    backup_due: float | None = None
    drill_due: float | None = None
    failures: int = 0
    version: int = 0

    @property
    def key(self) -> DatabaseKey:
        """Which one it is."""
        return DatabaseKey(app=self.app, environment=self.environment, name=self.name)

    @property
    def volume(self) -> Volume | None:
        """The directory that tasks find it in; None of one that a server of its own has."""
        return volume.make(self.name) if self.engine is Engine.SQLITE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A database's container. `host` is where this server reaches it, "" where it does not run. `started`: it was
    started once. `code` is the exit code of one that has ended."""

    id: str
    running: bool
    started: bool
    host: str = ""
    code: int | None = None
    oom_killed: bool = False
    image: str = ""
    cpu: float = 0.0
    memory: int = 0


class State(StrEnum):
    """How a database is. STARTING: on its way up. HEALTHY: somebody could log in just now. UNHEALTHY: it runs, and
    nobody can. DOWN: it does not run, and is started again. LOST: its volume is gone. ELSEWHERE: on another server's
    host."""

    STARTING = "STARTING"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"
    DOWN = "DOWN"
    LOST = "LOST"
    ELSEWHERE = "ELSEWHERE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is, since when, and why, "" when there is nothing to say. `host` is where this server reaches it,
    `release` the server's own version ("17.2")."""

    state: State
    since: float
    why: str = ""
    host: str = ""
    release: str = ""


def host_of(name: str) -> str:
    """What the database is called on its environment's network."""
    return f"{name}.{DOMAIN}"


def address_of(database: Database, password: str) -> Address:
    """Where the tasks reach it. The scheme is the one that every driver takes: SQLAlchemy knows no `postgres`."""
    if database.volume is not None:
        return database.volume.address
    return Address(
        engine=database.engine,
        scheme="postgresql",
        name=NAME,
        host=host_of(database.name),
        port=PORT,
        user=USER,
        password=password,
    )


def giving(databases: Sequence[Database]) -> Mapping[str, Database]:
    """Which database of an environment gives which variable. One that was never made gives none, nor does one that is
    being deleted, nor one that fairway.toml has no more and whose variable is another one's by now."""
    ordered = sorted(databases, key=lambda each: (each.declared, each.name))
    return {each.variable: each for each in ordered if each.made_at is not None and not each.doomed}


def differs(database: Database, wanted: Managed) -> str:
    """Why the database can't become what is wanted, "" when it can: what holds for ever is another one."""
    if wanted.engine is not database.engine:
        return f"it is {database.engine}, and fairway.toml says {wanted.engine}"
    if wanted.version is not None and int(wanted.version) != database.major:
        return f"its files are of version {database.major}, and fairway.toml says {wanted.version}"
    return ""
