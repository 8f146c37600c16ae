"""What runs databases: their records, their containers, and what they give to their apps."""

from collections.abc import Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.docker.databases import DockerDatabases
from fairway.adapters.postgres import login
from fairway.adapters.sqlite import login as files
from fairway.bootstrap import credentials
from fairway.bootstrap.ground import Ground
from fairway.databases.declaring import Declaring
from fairway.databases.desk import Desk, Measured
from fairway.databases.ledger import Ledger
from fairway.databases.preparing import Preparing
from fairway.databases.reaching import Reaching
from fairway.databases.supervisor import Parts, Supervisor
from fairway.databases.timekeeper import Timekeeper
from fairway.domain.address import Address, Engine
from fairway.domain.ids import AppName, EnvironmentName
from fairway.migrate.backups.backing import silent
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.verifying import Verifying

INSTEAD = "15"
"""The PostgreSQL of which a stand-in can be made where no registry answers: Debian's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """`preparing` is what a deployment begins with."""

    ledger: Ledger
    servers: DockerDatabases
    supervisor: Supervisor
    preparing: Preparing
    reaching: Reaching
    desk: Desk

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        return {"databases": self.supervisor.run()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilling:
    """`ports.managed.RunDrill`: nobody looks at how far it is."""

    verifying: Verifying

    async def drill(self, app: AppName, number: int) -> None:
        """Raises WorkFailed, Unavailable."""
        await self.verifying.drill(app, number, report=silent)


def keep_times(ground: Ground, hosting: Hosting, kept_safe: Safekeeping) -> Mapping[str, Coroutine[Any, Any, None]]:
    """The backups and drills at their times."""
    drilling = Drilling(verifying=kept_safe.verifying)
    keeper = Timekeeper(hosting.ledger, kept_safe.backing, drilling, ground.store.backups, server=ground.instance)
    return {"times of databases": keeper.run()}


def host(ground: Ground) -> Hosting:
    """The room of databases that Fairway runs."""
    ledger = Ledger(records=ground.store.managed, held=ground.held.managed, clock=ground.clock, notices=ground.notices)
    servers = DockerDatabases(ground.engine)
    open_ = credentials.opener(ground.secret)
    supervisor = Supervisor(
        Parts(
            ledger=ledger,
            servers=servers,
            volumes=ground.volumes,
            log_in=log_in,
            open=open_,
            server=ground.instance,
        )
    )

    async def measure(address: Address) -> Measured:
        if address.engine is Engine.SQLITE:
            return Measured(bytes=await files.size(address))
        size, sessions, most = await login.measure(address)
        return Measured(bytes=size, sessions=sessions, most=most)

    async def own_names(app: AppName, environment: EnvironmentName) -> Collection[str]:
        _, found = await ground.variables.names(app, environment)
        return found.keys()

    declaring = Declaring(
        ledger,
        DockerBases(ground.builder),
        own_names,
        credentials.sealer(ground.secret),
        ground.masks.renew,
        server=ground.instance,
        instead=INSTEAD,
    )
    reaching = Reaching(ground.store.managed, servers, ground.volumes)
    return Hosting(
        ledger=ledger,
        servers=servers,
        supervisor=supervisor,
        preparing=Preparing(declaring, supervisor),
        reaching=reaching,
        desk=Desk(ledger, supervisor, servers, ground.volumes, ground.giving, reaching, measure, open_),
    )


async def log_in(address: Address) -> str:
    """The version of what answers. Raises Unavailable."""
    return await (files.log_in(address) if address.engine is Engine.SQLITE else login.log_in(address))
