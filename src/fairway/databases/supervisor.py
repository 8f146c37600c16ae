"""Keeps the databases running: looks at each, and does what it needs (`domain.database_care`).

Level-triggered, and nothing of it has to survive: a server that comes after a killed one looks again and goes on. The
first time that somebody can log in is written down before the URL is given to anybody; from then on no volume is made
in its place.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from fairway.databases.ledger import Ledger
from fairway.domain import database as databases
from fairway.domain import database_care as care
from fairway.domain.address import Address
from fairway.domain.database import Condition, Database, DatabaseKey, Seen, State
from fairway.domain.database_care import Need, Step
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.volume import Volume
from fairway.errors import FairwayError, NotFound, Unavailable, WorkFailed
from fairway.ports.managed import DatabaseServers, ServerSpec
from fairway.ports.volumes import Volumes

LOG = logging.getLogger(__name__)
OFTEN, SELDOM = 0.5, 5.0
"""Seconds between two looks, while something is not as it should be, and else."""
ANSWER = 5.0
"""Seconds that a login may take."""
READY = 300.0
"""Seconds that a deployment waits for a database: the first start of one makes its files."""

LogIn = Callable[[Address], Awaitable[str]]
"""Logs in, and gives the server's version. Raises Unavailable."""
Open = Callable[[Database], str]
"""The password of a record. Raises Conflict when it can't be decrypted."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What it works with. `server` is this home's id: the volumes of others are on other hosts. `volumes` has those of
    databases that are files."""

    ledger: Ledger
    servers: DatabaseServers
    volumes: Volumes
    log_in: LogIn
    open: Open
    server: str


class Supervisor:
    """Supervises them; `run` is kept running."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ledger = parts.ledger
        self._servers = parts.servers
        self._clock = parts.ledger.clock
        self._conditions: dict[DatabaseKey, Condition] = {}
        self._ends: dict[str, list[float]] = {}
        self._seen_down: set[str] = set()
        self._looked = asyncio.Event()
        self._wanted = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look and act, until cancelled."""
        while True:
            self._wanted.clear()
            calm = await self.look()
            await self._pause(SELDOM if calm else OFTEN)

    def wake(self) -> None:
        """A record was made or changed."""
        self._wanted.set()

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Within the context nothing is started: a look that is under way comes to its end first."""
        async with self._turn:
            yield

    def condition(self, key: DatabaseKey) -> Condition | None:
        """How it was at the last look, None when it has not been looked at."""
        return self._conditions.get(key)

    async def look(self) -> bool:
        """Do what is needed; whether all is as it should be. Raises nothing but a cancellation."""
        async with self._turn:
            try:
                records = [each for each in await self._ledger.held.list() if not each.doomed]
                seen = await self._servers.look() if records else {}
                volumes = await self._servers.volumes() if records else frozenset()
            except FairwayError as error:
                LOG.warning("the databases can't be looked at: %s: %s; trying again", error.what, error.why)
                return False
            self._conditions = {key: self._conditions[key] for key in self._conditions.keys() & keys_of(records)}
            async with asyncio.TaskGroup() as group:
                for each in records:
                    group.create_task(self._care(each, seen.get(each.id), volume=each.id in volumes))
        self._looked.set()
        self._looked = asyncio.Event()
        return all(each.state in (State.HEALTHY, State.LOST, State.ELSEWHERE) for each in self._conditions.values())

    async def ready(self, app: AppName, environment: EnvironmentName, say: Say, *, patience: float = READY) -> None:
        """Return when every database that the environment declares lets its tasks in. Raises WorkFailed that says
        which one does not, and why."""
        end, said = self._clock.now() + patience, ""
        while waiting := await self._waiting(app, environment):
            database, condition = waiting
            why = "" if condition is None else condition.why
            if condition is not None and condition.state in (State.LOST, State.ELSEWHERE):
                raise self._refuse(database, condition)
            if self._clock.now() >= end:
                raise self._refuse(database, condition)
            if why != said:
                say(f"waiting for the database {database.name}{': ' if why else ''}{why}")
                said = why
            await self._either(self._looked, OFTEN)

    async def _waiting(self, app: AppName, environment: EnvironmentName) -> tuple[Database, Condition | None] | None:
        for each in await self._ledger.records.list(app, environment):
            condition = self._conditions.get(each.key)
            if each.declared and not each.doomed and not (each.made_at and is_healthy(condition)):
                return each, condition
        return None

    def _refuse(self, database: Database, condition: Condition | None) -> WorkFailed:
        state = "nothing is known of it yet" if condition is None else condition.why or condition.state.lower()
        return WorkFailed(
            f"the database {database.name} of {database.environment} does not let anybody in",
            why=state,
            hint=f"fairway db show {database.name} -e {database.environment}",
        )

    async def _care(self, database: Database, seen: Seen | None, *, volume: bool) -> None:
        try:
            if database.server != self._parts.server:
                why = f"its data is on the host of the server {database.server}"
                self._put(database, State.ELSEWHERE, why)
                return
            if (kept := database.volume) is not None:
                await self._keep_file(database, kept)
            else:
                await self._do(database, seen, care.need(database, seen, volume=volume))
        except Unavailable as error:
            LOG.warning("%s: %s: %s; trying again", database.key, error.what, error.why)
        except FairwayError as error:
            self._put(database, State.DOWN, f"{error.what}: {error.why}" if error.why else error.what)
        except Exception:
            # One database's trouble ends nobody's supervision.
            LOG.exception("%s could not be looked after; trying again", database.key, extra={"app": database.app})

    async def _do(self, database: Database, seen: Seen | None, step: Step) -> None:
        match step.need:
            case Need.LOST:
                self._put(database, State.LOST, f"{step.why}; fairway db restore brings a backup back into a new one")
            case Need.START:
                await self._start(database, step.why, fresh=database.made_at is None)
            case Need.ANEW:
                await self._begin_anew(database, step.why)
            case Need.REPLACE:
                self._put(database, State.DOWN, step.why)
                await self._servers.remove(database.id)
                await self._start(database, step.why, fresh=False)
            case Need.LIMIT:
                await self._servers.limit(self._spec(database))
                await self._check(database, seen)
            case Need.WATCH:
                await self._check(database, seen)

    async def _keep_file(self, database: Database, volume: Volume) -> None:
        """A database that is a file has nothing that runs: its volume is made once, and looked into."""
        if database.made_at is None:
            await self._parts.volumes.make(database.app, database.environment, volume)
        elif volume.name not in await self._parts.volumes.list(database.app, database.environment):
            self._put(
                database, State.LOST, "the directory with its file is gone; fairway db restore brings a backup back"
            )
            return
        address = self._parts.volumes.locate(database.app, database.environment, [volume], volume.address)
        await self._try(database, address, host="")

    async def _begin_anew(self, database: Database, why: str) -> None:
        """Nobody has its URL before it was made, so nothing that is in the volume is anybody's."""
        if not await self._may_start(database, why):
            return
        last = await self._servers.printed(database.id)
        for line in last[-5:]:
            LOG.warning("%s: %s", database.key, line)
        await self._servers.discard(database.key, database.id)
        await self._start_now(database, why, fresh=True)

    async def _start(self, database: Database, why: str, *, fresh: bool) -> None:
        if await self._may_start(database, why):
            await self._start_now(database, why, fresh=fresh)

    async def _may_start(self, database: Database, why: str) -> bool:
        """Whether its time has come; the first time that it is seen to have ended, that is noted and told."""
        now = self._clock.now()
        ends = self._ends.setdefault(database.id, [])
        if why and database.id not in self._seen_down:
            self._seen_down.add(database.id)
            ends.append(now)
            self._ledger.tell("database.ended", f"the database {database.key} is down: {why}", database.key)
        pause = care.wait(ends, now)
        if pause > 0:
            self._put(database, State.DOWN, f"{why}; it is started again soon")
        return pause <= 0

    async def _start_now(self, database: Database, why: str, *, fresh: bool) -> None:
        await self._servers.start(self._spec(database), self._parts.open(database), fresh=fresh)
        self._seen_down.discard(database.id)
        self._put(database, State.STARTING, why, again=True)

    async def _check(self, database: Database, seen: Seen | None) -> None:
        """Log in, as a task would, and note what came of it."""
        if seen is None:
            return
        address = databases.address_of(database, self._parts.open(database)).moved(host=seen.host, port=5432)
        await self._try(database, address, host=seen.host)

    async def _try(self, database: Database, address: Address, *, host: str) -> None:
        release, why = "", ""
        try:
            async with asyncio.timeout(ANSWER):
                release = await self._parts.log_in(address)
        except Unavailable as error:
            why = error.why or error.what
        except TimeoutError:
            why = f"it gave no answer for {ANSWER:g} s"
        if release and int(release.partition(".")[0]) != database.major:
            why, release = f"{database.image} is version {release}, and fairway.toml says {database.major}", ""
        before, now = self._conditions.get(database.key), self._clock.now()
        after = care.judge(before, release=release, why=why, host=host, now=now)
        if after.state is State.HEALTHY:
            await self._note_healthy(database, before, after)
        elif after.state is State.UNHEALTHY and (before is None or before.state is not State.UNHEALTHY):
            self._ledger.tell(
                "database.unhealthy", f"nobody gets into the database {database.key}: {why}", database.key
            )
        self._conditions[database.key] = after

    async def _note_healthy(self, database: Database, before: Condition | None, after: Condition) -> None:
        if database.made_at is None:
            now = self._clock.now()
            try:
                await self._ledger.change(database.key, lambda record: made(record, now))
            except NotFound:
                return  # deleted meanwhile
            self._ledger.tell("database.made", f"the database {database.key} is made", database.key)
        elif before is not None and before.state in (State.STARTING, State.UNHEALTHY, State.DOWN):
            self._ledger.tell(
                "database.recovered", f"the database {database.key} lets its tasks in again", database.key
            )
        ends = self._ends.get(database.id)
        if ends and after.since + care.SETTLED < self._clock.now():
            ends.clear()

    def _spec(self, database: Database) -> ServerSpec:
        return ServerSpec(
            key=database.key,
            id=database.id,
            image=database.image,
            host=databases.host_of(database.name),
            user=databases.USER,
            database=databases.NAME,
            cpu=database.cpu,
            memory=database.memory,
        )

    def _put(self, database: Database, state: State, why: str, *, again: bool = False) -> None:
        before = self._conditions.get(database.key)
        kept = before is not None and before.state is state and not again
        if not kept and state is State.LOST:
            self._ledger.tell("database.lost", f"the database {database.key}: {why}", database.key)
        since = before.since if before is not None and kept else self._clock.now()
        self._conditions[database.key] = Condition(state=state, since=since, why=why)

    async def _pause(self, seconds: float) -> None:
        await self._either(self._wanted, seconds)

    async def _either(self, event: asyncio.Event, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            waiters = {group.create_task(self._clock.sleep(seconds)), group.create_task(event.wait())}
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()


def made(record: Database, now: float) -> Database:
    """The record of a database that somebody got into for the first time."""
    return record if record.made_at is not None else replace(record, made_at=now)


def is_healthy(condition: Condition | None) -> bool:
    """Whether somebody could log in at the last look."""
    return condition is not None and condition.state is State.HEALTHY


def keys_of(records: list[Database]) -> set[DatabaseKey]:
    """Which ones they are."""
    return {each.key for each in records}
