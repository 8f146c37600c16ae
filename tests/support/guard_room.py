"""The guard on real parts: Docker, PostgreSQL, a vault on disk; what a server puts together, without its HTTP."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.looking import DockerImageFiles
from fairway.adapters.docker.names import PASSAGE
from fairway.adapters.docker.trials import DockerTrials
from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.git.repositories import GitRepositories
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.postgres.answering import PostgresCounts
from fairway.adapters.postgres.databases import PostgresDatabases
from fairway.adapters.postgres.dumps import PostgresDumps
from fairway.adapters.postgres.gates import PostgresGates
from fairway.adapters.postgres.scratches import PostgresScratches
from fairway.adapters.postgres.watches import PostgresWatches
from fairway.adapters.postgres.workshop import Workshop
from fairway.adapters.squawk.linter import SquawkLinter
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.system.clock import SystemClock
from fairway.adapters.vault.vault import FileVault
from fairway.domain.address import Address
from fairway.domain.app import Environment, Service
from fairway.domain.health import HttpCheck, Timing
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.image import Image
from fairway.domain.migrations import CopyBy, Migrations, Tool
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.migrate.copying import Chosen, Copying
from fairway.migrate.guard import Guard
from fairway.migrate.judgement.judge import Judge
from fairway.migrate.judgement.running import read_source
from fairway.migrate.parts import Order, Parts, Serving
from fairway.migrate.reckoning import Reckoning
from fairway.migrate.tools.pending import Planner
from fairway.ports.leases import Alone
from fairway.ports.masks import Unmasked
from support import docker_room
from support.guard_world import MemoryDoors
from support.pipeline_values import APP, PRODUCTION, make_release

INSTANCE = f"t-guard-{os.getpid()}"
KEY = secrets.token_bytes(32)
WEB = Service(
    name=ServiceName("web"),
    port=3000,
    port_declared=True,
    health=HttpCheck(path="/healthz", timing=Timing(interval=0.3, start_period=15.0)),
)
SETTINGS = Migrations(command=("/app/migrate",), tool=Tool.SQL, directory="migrations", timeout=60.0)
DESCRIPTION = Environment(name=PRODUCTION, services=(WEB,))


@dataclass
class Room:
    """A guard, the store, and the real database at `url`, as it is published; `direct` is its own address."""

    guard: Guard
    store: Store
    url: str
    serving: Serving | None = None
    direct: str = ""

    def release(self, image: Image, number: int = 18, **settings: Any) -> Release:
        described = replace(DESCRIPTION, migrations=replace(SETTINGS, **settings))
        return replace(make_release(image=image, description=described), number=number, configuration=1)  # type: ignore[arg-type]

    async def migrate(
        self, image: Image, lines: list[str] | None = None, *, key: str = "a", **settings: Any
    ) -> Passage:
        goes = settings.pop("goes", True)
        order = Order(
            app=APP, environment=PRODUCTION, key=key, by="ada", release=self.release(image, **settings), goes=goes
        )
        return await self.guard.take(order, ([] if lines is None else lines).append)

    def execute(self, script: str) -> None:
        with psycopg.connect(self.direct or self.url, autocommit=True) as connection:
            connection.execute(script.encode())

    def ask(self, query: str) -> list[Any]:
        with psycopg.connect(self.direct or self.url) as connection:
            return connection.execute(query.encode()).fetchall()


@contextlib.asynccontextmanager
async def open_room(root: Path, url: str) -> AsyncIterator[Room]:
    """The parts over the home `root`, and the database."""
    async with (
        DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine,
        DockerBuilder(docker_room.DOCKER_HOST, owner=INSTANCE) as builder,
        open_store(f"sqlite:///{root}/fairway.db") as store,
    ):
        with contextlib.suppress(Exception):
            await store.apps.create(APP, at=1.0)
        room = Room(guard=None, store=store, url=url)  # type: ignore[arg-type]
        room.guard = Guard(make_parts(root, room, engine, builder))
        yield room


def make_parts(root: Path, room: Room, engine: DockerEngine, builder: DockerBuilder) -> Parts:
    """As `bootstrap.guarding` does."""
    clock, store = SystemClock(), room.store
    workshop, databases = Workshop(engine, DockerBases(builder)), PostgresDatabases()
    workspaces = FileWorkspaces(root / "dumps")

    async def values(app: AppName, environment: EnvironmentName, version: int, service: str = "") -> Mapping[str, str]:
        return {"DATABASE_URL": room.url}

    async def latest(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        return {"DATABASE_URL": room.url}

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        return None

    async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
        return address

    async def serving(app: AppName, environment: EnvironmentName) -> Serving | None:
        return room.serving

    async def key() -> bytes:
        return KEY

    safe = safekeeping.put_together(
        safekeeping.Ports(
            apps=store.apps,
            releases=store.releases,
            backups=store.backups,
            passages=store.passages,
            databases=databases,
            dumps=PostgresDumps(workshop),
            scratches=PostgresScratches(workshop),
            vault=FileVault(root / "vault", key),
            workspaces=workspaces,
            clock=clock,
            notices=MemoryNotices(),
        ),
        Targets(latest, described, reach),
    )
    jobs = DockerJobs(engine, PASSAGE)
    return Parts(
        passages=store.passages,
        databases=databases,
        watches=PostgresWatches(workshop),
        gates=PostgresGates(),
        jobs=jobs,
        tasks=jobs,
        trials=DockerTrials(engine),
        planning=Reckoning(Planner(DockerImageFiles(engine), databases)),
        judging=Judge(
            databases,
            PostgresCounts(),
            SquawkLinter(),
            partial(read_source, GitRepositories(root / "repositories", ()), workspaces),
        ),
        copies=Chosen({CopyBy.DUMP: Copying(safe.backing)}),
        tools=workshop.programs,
        restore=safe.restoring.put_back,
        masks=Unmasked(),
        values=values,
        serving=serving,
        release=store.releases.get,
        reach=reach,
        doors=MemoryDoors(),
        clock=clock,
        holding=Alone(),
        server=INSTANCE,
        patience=30.0,
    )
