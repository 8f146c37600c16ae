"""What a server needs beside Docker to deploy to an engine that rolls by itself: ECS, where ecs.toml says.

Docker stays what it is for everything else: builds, the actions of stages, migrations and their rehearsals. boto3 is
imported with the first call to AWS.
"""

from dataclasses import dataclass

from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import places
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.jobs import EcsJobs
from fairway.adapters.ecs.logs import EcsLogs, EcsPrinting
from fairway.adapters.ecs.places import Places
from fairway.adapters.ecs.shell import EcsShell
from fairway.domain.app import Environment
from fairway.domain.ids import AppName
from fairway.errors import Conflict, UsageError
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.settings import Settings

RESYNC = 15.0
"""Seconds between two looks at everything while nothing is known to be under way: each costs some calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """ECS, what reads the logs of its tasks, what goes into them, and what runs jobs there."""

    session: Session
    places: Places
    engine: EcsEngine
    printing: EcsPrinting
    logs: EcsLogs
    shell: EcsShell
    jobs: EcsJobs


def open_engine(settings: Settings, instance: str, clock: Clock) -> Rolling | None:
    """None where FAIRWAY_ENGINE is docker. Raises UsageError for settings that ECS can't work with, and for an ecs.toml
    that is missing or wrong. Nothing is called yet."""
    if settings.engine != "ecs":
        return None
    check(settings)
    found = places.read(settings.home)
    session = Session(found.region)
    engine = EcsEngine(session, found, instance)
    printing = EcsPrinting(session, engine, found, clock)
    return Rolling(
        session=session,
        places=found,
        engine=engine,
        printing=printing,
        logs=EcsLogs(printing),
        shell=EcsShell(session, engine, found),
        jobs=EcsJobs(session, found, instance, clock),
    )


def check(settings: Settings) -> None:
    """Raise UsageError for settings that don't go with FAIRWAY_ENGINE=ecs."""
    if not settings.registry:
        raise UsageError(
            "FAIRWAY_ENGINE=ecs needs FAIRWAY_REGISTRY",
            why="ECS pulls images itself, and can't reach the registry on this host",
            hint="for example: FAIRWAY_REGISTRY=111122223333.dkr.ecr.eu-central-1.amazonaws.com/fairway",
        )
    if settings.shared:
        raise UsageError(
            "FAIRWAY_ENGINE=ecs can't share a store with other servers",
            why="each would take the other's services for its own that nobody wants any more",
            hint="unset FAIRWAY_DATABASE_URL; one server is enough, for the tasks go on without it",
        )


class NoDatabases:
    """In place of `databases.preparing`: an environment on ECS can't reach the databases that Fairway runs."""

    async def prepare(self, app: AppName, environment: Environment, log: LogSink) -> None:
        """Raises Conflict for an environment that declares one."""
        if environment.databases:
            names = ", ".join(sorted(each.name for each in environment.databases))
            raise Conflict(
                f"{environment.name} of {app} can't have the database {names}",
                why="Fairway runs databases on its own host, which tasks on ECS can't reach",
                hint="take [databases] out of fairway.toml and give the app its URL: fairway env set DATABASE_URL=...",
            )
