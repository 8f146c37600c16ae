"""The migration guard inside CodeBuild, put together for one environment: the same rooms as on a server.

What has to outlive the build is AWS's: the records in DynamoDB, the backups in S3, the migration itself, a task of ECS.
What may go with it is the build's own: its Docker, in which copies are restored and releases tried, and its disk. Where
fairway.toml wants snapshots, backup and copy are RDS's (`cloud_copies`).
"""

import logging
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fairway.adapters.aws.ecr import EcrLogin
from fairway.adapters.aws.records import Records
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.shipments import AwsShipments
from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.looking import DockerImageFiles
from fairway.adapters.docker.names import PASSAGE
from fairway.adapters.docker.trials import DockerTrials
from fairway.adapters.ecs.jobs import EcsJobs
from fairway.adapters.ecs.places import Places
from fairway.adapters.postgres.leads import PostgresLeads
from fairway.adapters.postgres.workshop import Workshop
from fairway.adapters.squawk.linter import SquawkLinter
from fairway.bootstrap import cloud_copies
from fairway.bootstrap.cloud_backups import Backups, open_backups, reach
from fairway.bootstrap.cloud_copies import Ways
from fairway.bootstrap.cloud_places import on_fargate
from fairway.bootstrap.engines import Engines, make_engines
from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.ground import Source
from fairway.domain.release import Release
from fairway.errors import FairwayError
from fairway.migrate import attending
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.guard import Guard
from fairway.migrate.judgement.judge import Judge
from fairway.migrate.parts import Parts
from fairway.migrate.reckoning import Reckoning
from fairway.migrate.tools.pending import Planner
from fairway.pipeline.cloud.guarding import Opened, Wanted
from fairway.ports.clock import Clock
from fairway.ports.leases import Alone
from fairway.ports.registry import Credentials, Login

LOG = logging.getLogger(__name__)
KIND = "passage"
"""What its tasks' definitions are called after: `fairway-shop-production-passage-3fa9c1d2e4b5`."""
ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")


@asynccontextmanager
async def open_guard(session: Session, docker_host: str, wanted: Wanted, clock: Clock) -> AsyncIterator[Opened]:
    """The guard of an environment, with its records. What killed builds have left is removed first, since nobody else
    looks after it. Raises Unavailable without Docker."""
    place, name = wanted.place, instance(wanted.place)
    records = Records(session, place.table, app=place.app, environment=place.environment)
    shipments = AwsShipments(records)
    login = of_ecr_alone(EcrLogin(session, clock))
    async with AsyncExitStack() as stack:
        disk = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fairway-guard-")))
        engine = await stack.enter_async_context(DockerEngine(docker_host, name, login=login))
        builder = await stack.enter_async_context(DockerBuilder(docker_host, owner=name, alone=True))
        engines = make_engines(engine, builder, disk / "copies")
        backups = open_backups(session, wanted, records, shipments, engines, disk, clock)
        safe = backups.room()
        planning = Reckoning(Planner(DockerImageFiles(engine), engines.databases))
        leads = PostgresLeads(Workshop(engine, DockerBases(builder)), disk / "hosts")
        ways = cloud_copies.put_together(session, place, backups, safe, leads, planning.own)
        tasks = EcsJobs(session, Places(region=place.region, usual=on_fargate(place)), name, clock, kind=KIND)
        parts = make_parts(wanted, engine, engines, backups, ways, planning, tasks, clock)
        await clear_up(parts, safe, ways)
        yield Opened(shipments=shipments, passages=parts.passages, guard=Guard(parts))


def make_parts(
    wanted: Wanted,
    engine: DockerEngine,
    engines: Engines,
    backups: Backups,
    ways: Ways,
    planning: Reckoning,
    tasks: EcsJobs,
    clock: Clock,
) -> Parts:
    """What the guard stands on."""
    databases, views = engines.databases, backups.views
    return Parts(
        passages=backups.ports.passages,
        databases=databases,
        watches=cloud_copies.Watching(engines.watches),
        gates=engines.gates,
        jobs=DockerJobs(engine, PASSAGE),
        tasks=tasks,
        trials=DockerTrials(engine),
        planning=planning,
        judging=Judge(databases, engines.counts, SquawkLinter(), no_source),
        copies=ways.copies,
        tools=engines.tools,
        restore=backups.put_back,
        masks=wanted.masks,
        values=views.values,
        serving=views.serving,
        release=views.release,
        reach=reach,
        doors=wanted.doors,
        clock=clock,
        holding=Alone(),
        server=instance(wanted.place),
        advice=wanted.advice,
    )


def instance(place: GuardPlace) -> str:
    """What everything that the guard makes is known again by. It is the environment's and not the build's, so that a
    stage which is tried again finds what the one before has begun."""
    return f"{place.app}-{place.environment}"


def of_ecr_alone(login: Login) -> Login:
    """The login for registries of ECR; others are asked without one, or ECR's password would go to them."""

    async def find(host: str) -> Credentials | None:
        return await login(host) if ECR.fullmatch(host) else None

    return find


async def clear_up(parts: Parts, safe: Safekeeping, ways: Ways) -> None:
    """Remove what killed builds have left: backups that were not proven, tasks' definitions with their variables,
    copies of RDS's, and containers where the Docker is not the build's alone. What can't be removed now waits for the
    next stage."""
    try:
        for jobs in (parts.tasks, parts.jobs):
            await attending.remove_left(jobs, parts.passages)
        await parts.trials.sweep()
        await safe.keeping.clear_up()
        if ways.clearing is not None:
            await ways.clearing.clear_up()
    except FairwayError as error:
        LOG.warning("what an earlier stage has left stays for now: %s: %s", error.what, error.why)


async def no_source(serving: Release) -> Source | None:
    """The pipeline hands on an image and a file, and no checkout of the commit that serves: nothing is said of the
    lines in which it uses what a migration takes away."""
    return None
