"""What works on the apps' databases: the room of backups, and the guard that stands on it."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.looking import DockerImageFiles
from fairway.adapters.docker.names import PASSAGE
from fairway.adapters.docker.trials import DockerTrials
from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.squawk.linter import SquawkLinter
from fairway.adapters.vault.vault import FileVault
from fairway.bootstrap.engines import Engines, make_engines
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.hosting import Hosting
from fairway.domain import volume
from fairway.domain.address import Address, Engine
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.migrations import CopyBy
from fairway.domain.volume import Volume
from fairway.environment.vaultkey import VaultKey
from fairway.jobs.current import Finder
from fairway.migrate.attending import Attendant
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.migrate.copying import Chosen, Copying
from fairway.migrate.door import Door
from fairway.migrate.guard import Guard
from fairway.migrate.judgement.judge import Judge
from fairway.migrate.judgement.running import read_source
from fairway.migrate.parts import Doors, Parts, Reach, Serving
from fairway.migrate.reckoning import Reckoning
from fairway.migrate.requests import Requests
from fairway.migrate.tools.pending import Planner


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """`door` is the guard's, `safe` the room of backups."""

    door: Door
    attendant: Attendant
    safe: Safekeeping

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        return {**self.safe.duties(), "left migrations": self.attendant.run(), "rehearsals": self.door.requests.run()}


def guard(ground: Ground, hosting: Hosting, doors: Doors) -> Guarding:
    """The rooms of the apps' databases."""
    finder = Finder(ground.store.desired, ground.store.deployments, ground.store.releases)
    engines = make_engines(ground.engine, ground.builder, ground.settings.home / "copies")
    reach = make_reach(ground, hosting, finder)
    # One for all: it sweeps what it has not opened itself.
    workspaces = FileWorkspaces(ground.settings.dumps)
    safe = keep_safe(ground, finder, engines, reach, workspaces)
    made = Guard(make_parts(ground, finder, engines, reach, safe, workspaces, doors))
    attendant = Attendant(made, ground.held.executions)
    return Guarding(door=Door(made, attendant, Requests(made)), attendant=attendant, safe=safe)


def make_reach(ground: Ground, hosting: Hosting, finder: Finder) -> Reach:
    """How this server reaches what a task knows by a name of its own network, or by a path in a volume."""

    async def volumes_of(app: AppName, environment: EnvironmentName) -> tuple[Volume, ...]:
        found = await ground.giving.names(app, environment)
        own = {volume.make(each.name) for each in found.values() if each.engine is Engine.SQLITE}
        current = await finder.find(app, environment)
        return tuple({*own, *(current.release.description.volumes if current is not None else ())})

    async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
        if address.engine is Engine.SQLITE:
            return ground.volumes.locate(app, environment, await volumes_of(app, environment), address)
        return await hosting.reaching.reach(app, environment, address)

    return reach


def make_parts(
    ground: Ground,
    finder: Finder,
    engines: Engines,
    reach: Reach,
    safe: Safekeeping,
    workspaces: FileWorkspaces,
    doors: Doors,
) -> Parts:
    """What the guard stands on."""
    databases = engines.databases
    jobs = DockerJobs(ground.engine, PASSAGE)

    async def serving(app: AppName, environment: EnvironmentName) -> Serving | None:
        current = await finder.find(app, environment)
        return None if current is None else Serving(release=current.release, configuration=current.configuration)

    return Parts(
        passages=ground.held.passages,
        databases=databases,
        watches=engines.watches,
        gates=engines.gates,
        jobs=jobs,
        tasks=jobs,
        trials=DockerTrials(ground.engine),
        planning=Reckoning(Planner(DockerImageFiles(ground.engine), databases)),
        judging=Judge(databases, engines.counts, SquawkLinter(), partial(read_source, ground.repositories, workspaces)),
        copies=Chosen({CopyBy.DUMP: Copying(safe.backing)}),
        tools=engines.tools,
        restore=safe.restoring.put_back,
        masks=ground.masks,
        values=ground.variables.values,
        serving=serving,
        release=ground.store.releases.get,
        reach=reach,
        doors=doors,
        clock=ground.clock,
        holding=ground.sharing,
        server=ground.instance,
    )


def keep_safe(
    ground: Ground, finder: Finder, engines: Engines, reach: Reach, workspaces: FileWorkspaces
) -> Safekeeping:
    """The room of backups."""

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        current = await finder.find(app, environment)
        return None if current is None else current.release.description

    ports = safekeeping.Ports(
        apps=ground.held.apps,
        releases=ground.store.releases,
        backups=ground.store.backups,
        passages=ground.store.passages,
        databases=engines.databases,
        dumps=engines.dumps,
        scratches=engines.scratches,
        vault=FileVault(ground.settings.vault, VaultKey(ground.store.sealed_keys, ground.secret).get),
        workspaces=workspaces,
        clock=ground.clock,
        notices=ground.notices,
    )
    return safekeeping.put_together(ports, Targets(ground.variables.latest, described, reach))
