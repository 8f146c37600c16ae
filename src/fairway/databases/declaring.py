"""What fairway.toml says of an environment's databases becomes their records: made once, and then brought into line as
far as they can be. It is done at each deployment, before anything else of it.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from fairway.databases.ledger import Ledger
from fairway.domain import database as databases
from fairway.domain import schedule as times
from fairway.domain.address import Engine
from fairway.domain.app import Environment
from fairway.domain.database import Database, DatabaseKey
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.managed import VERSION, Managed
from fairway.domain.schedule import Schedule
from fairway.errors import Conflict, WorkFailed
from fairway.ports.builder import Bases, LogSink

OFFICIAL = "postgres"
ENTROPY = 24
"""Bytes of a password; 32 characters of URL-safe base64."""

Names = Callable[[AppName, EnvironmentName], Awaitable[Collection[str]]]
"""The variables that somebody has set for the environment."""
Seal = Callable[[DatabaseKey, str], str]
"""A password, sealed for the database."""

Made = Callable[[AppName], Awaitable[None]]
"""Called once a new password is kept, before anybody is given it: from then on it is masked."""


class Declaring:
    """Makes the records. `instead` is the major version of which a stand-in can be made where no registry answers."""

    def __init__(
        self,
        ledger: Ledger,
        bases: Bases,
        names: Names,
        seal: Seal,
        made: Made,
        *,
        server: str,
        instead: str | None,
    ) -> None:
        self._ledger = ledger
        self._bases = bases
        self._names = names
        self._seal = seal
        self._made = made
        self._server = server
        self._instead = instead

    async def declare(self, app: AppName, environment: Environment, say: LogSink) -> bool:
        """Make the records say what is declared; whether there is any database. One that is declared no more is kept,
        and said to be.

        Raises Conflict for what can't be: a variable that somebody has set, another version or engine than the files
        are of. Raises WorkFailed when its image can't be had. Nothing is changed then.
        """
        known = {each.name: each for each in await self._ledger.records.list(app, environment.name)}
        await self._check_variables(app, environment)
        for wanted in environment.databases:
            if (kept := known.get(wanted.name)) is not None:
                check(kept, wanted)
        for wanted in environment.databases:
            key = DatabaseKey(app=app, environment=environment.name, name=wanted.name)
            if (kept := known.get(wanted.name)) is None:
                await self._make(key, wanted, say)
            else:
                await self._align(kept, wanted, say)
        for name in known.keys() - {wanted.name for wanted in environment.databases}:
            if known[name].declared:
                await self._ledger.change(known[name].key, lambda record: replace(record, declared=False))
            say(f"the database {name} is not in fairway.toml any more; it is kept, with its data (fairway db delete)")
        return bool(environment.databases)

    async def _check_variables(self, app: AppName, environment: Environment) -> None:
        if not environment.databases:
            return
        own = await self._names(app, environment.name)
        for wanted in environment.databases:
            if wanted.variable in own:
                raise Conflict(
                    f"{wanted.variable} is set in {environment.name} of {app}, and the database {wanted.name} gives it",
                    why="two databases can't be behind one variable",
                    hint=f"fairway env unset -e {environment.name} {wanted.variable}; or, if the one that you have set "
                    f"is meant: environments.{environment.name}.databases.{wanted.name}.enabled = false",
                )

    async def _make(self, key: DatabaseKey, wanted: Managed, say: LogSink) -> None:
        image, major = ("", databases.SQLITE_MAJOR) if in_file(wanted) else await self._choose(wanted, say)
        now = self._ledger.clock.now()
        made = await self._ledger.records.create(
            Database(
                app=key.app,
                environment=key.environment,
                name=key.name,
                id=secrets.token_hex(6),
                server=self._server,
                engine=wanted.engine,
                variable=wanted.variable,
                image=image,
                major=major,
                password=self._seal(key, secrets.token_urlsafe(ENTROPY)),
                cpu=wanted.cpu,
                memory=wanted.memory,
                created_at=now,
                schedule=wanted.schedule,
                drill=wanted.drill,
                keep=wanted.keep,
                backup_due=following(wanted.schedule, now),
                drill_due=following(wanted.drill, now),
            )
        )
        await self._made(key.app)
        what = "a SQLite file" if in_file(wanted) else f"PostgreSQL {made.major} from {made.image}"
        say(f"the database {key.name} is made: {what}, its URL is {made.variable}")

    async def _choose(self, wanted: Managed, say: LogSink) -> tuple[str, int]:
        """The image and the major version of a new database. Raises WorkFailed when it can't be had."""
        version = wanted.version or VERSION
        image = wanted.image or f"{OFFICIAL}:{version}"
        try:
            await self._bases.ensure(image, say)
        except WorkFailed:
            if wanted.version is not None or self._instead in (None, version):
                raise
            version, image = str(self._instead), f"{OFFICIAL}:{self._instead}"
            await self._bases.ensure(image, say)
            say(f"the database {wanted.name} becomes PostgreSQL {version}: {OFFICIAL}:{VERSION} can't be had here")
        return image, int(version)

    async def _align(self, kept: Database, wanted: Managed, say: LogSink) -> None:
        image = wanted.image or (kept.image if is_official(kept) or in_file(wanted) else f"{OFFICIAL}:{kept.major}")
        if not in_file(wanted):
            await self._bases.ensure(image, say)
        now = self._ledger.clock.now()
        await self._ledger.change(kept.key, lambda record: aligned(record, wanted, image, now))


def check(kept: Database, wanted: Managed) -> None:
    """Raise Conflict for a database that can't become what is wanted, with the way to one that is."""
    if kept.doomed:
        raise Conflict(
            f"the database {kept.key} is being deleted",
            why="its deletion was begun and has not come to its end",
            hint=f"fairway db delete {kept.name} -e {kept.environment} goes on with it",
        )
    if why := databases.differs(kept, wanted):
        raise Conflict(
            f"the database {kept.key} can't be changed so",
            why=why,
            hint=f"fairway db backup -e {kept.environment}; then [databases.NEW] of that version beside it, with its "
            f"variable; fairway db clone or restore brings the data over; then fairway db delete {kept.name}",
        )


def in_file(wanted: Managed) -> bool:
    """Whether it is a file, and no server runs for it."""
    return wanted.engine is Engine.SQLITE


def is_official(kept: Database) -> bool:
    """Whether it runs in an official image."""
    return kept.image.partition(":")[0] == OFFICIAL


def aligned(record: Database, wanted: Managed, image: str, now: float) -> Database:
    """The record, as fairway.toml wants it. A time that was due keeps to be, unless its schedule is another one."""
    return replace(
        record,
        variable=wanted.variable,
        image=image,
        cpu=wanted.cpu,
        memory=wanted.memory,
        schedule=wanted.schedule,
        drill=wanted.drill,
        keep=wanted.keep,
        declared=True,
        backup_due=record.backup_due if record.schedule == wanted.schedule else following(wanted.schedule, now),
        drill_due=record.drill_due if record.drill == wanted.drill else following(wanted.drill, now),
    )


def following(schedule: Schedule | None, now: float) -> float | None:
    """When it comes next, None for never."""
    return None if schedule is None else times.following(schedule, now)
