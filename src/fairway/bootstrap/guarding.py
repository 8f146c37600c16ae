"""What works on the apps' databases: looks at them, copies them, keeps the copies."""

from collections.abc import Mapping
from typing import Any

from fairway.adapters.engines.engines import EngineDatabases, EngineDumps, EngineScratches
from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.vault.vault import FileVault
from fairway.bootstrap.ground import Ground
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment.vaultkey import VaultKey
from fairway.jobs.current import Finder
from fairway.migrate import safekeeping
from fairway.migrate.safekeeping import Safekeeping
from fairway.migrate.targets import Reach, Targets


def keep_safe(ground: Ground, finder: Finder, reach: Reach) -> Safekeeping:
    """The room of backups."""
    engines: Mapping[Any, Any] = {}

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        current = await finder.find(app, environment)
        return None if current is None else current.release.description

    ports = safekeeping.Ports(
        apps=ground.held.apps,
        releases=ground.store.releases,
        backups=ground.store.backups,
        passages=ground.store.passages,
        databases=EngineDatabases(engines),
        dumps=EngineDumps(engines),
        scratches=EngineScratches(engines),
        vault=FileVault(ground.settings.vault, VaultKey(ground.store.sealed_keys, ground.secret).get),
        workspaces=FileWorkspaces(ground.settings.dumps),
        clock=ground.clock,
        notices=ground.notices,
    )
    return safekeeping.put_together(ports, Targets(ground.variables.latest, described, reach))
