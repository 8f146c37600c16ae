"""The store in memory: the same rules as the real one, for tests that want no file."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from fairway.adapters.memory.activities import MemoryActivities
from fairway.adapters.memory.executions import MemoryExecutions, MemoryTransitions
from fairway.adapters.memory.guarding import MemoryBackups, MemoryPassages
from fairway.adapters.memory.leases import MemoryLeases
from fairway.adapters.memory.managed import MemoryRecords
from fairway.adapters.memory.releases import MemoryDeployments, MemoryReleases
from fairway.adapters.memory.runs import MemoryRuns, MemoryTimetable
from fairway.adapters.memory.schedules import MemorySchedules
from fairway.adapters.memory.sealed import MemorySealedKeys, MemorySealedValues
from fairway.adapters.memory.shelf import Shelf
from fairway.adapters.memory.sources import MemorySources
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.variables import UNTOLD, Edit, Version
from fairway.errors import Conflict, NotFound
from fairway.ports.stores import AppRecord, SealedConfiguration, TokenRecord


class MemoryApps:
    """`ports.stores.Apps`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, name: AppName, *, at: float) -> AppRecord:
        """Raises Conflict when the name is taken."""
        self._shelf.change()
        if name in self._shelf.apps:
            raise Conflict(
                f"there is already an app {name}", hint="choose another name in fairway.toml, or use that app"
            )
        self._shelf.apps[name] = AppRecord(name=name, created_at=at)
        if self._shelf.fence is not None:
            self._shelf.holders[name] = self._shelf.fence.member.server
        return self._shelf.apps[name]

    async def get(self, name: str) -> AppRecord:
        """Raises NotFound, with the nearest name there is."""
        self._shelf.visit(name)
        return self._shelf.apps[name]

    async def list(self) -> Sequence[AppRecord]:
        """By name."""
        self._shelf.visit()
        return [self._shelf.apps[name] for name in sorted(self._shelf.apps)]

    async def set_manifest(self, name: AppName, manifest: str | None) -> None:
        """Raises NotFound."""
        self._shelf.change(name)
        self._shelf.apps[name] = replace(self._shelf.apps[name], manifest=manifest)

    async def delete(self, name: AppName) -> None:
        """The app and every record of it."""
        self._shelf.change()
        self._shelf.drop(name)


class MemoryDesiredStates:
    """`ports.stores.DesiredStates`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """The kept one, None when nothing was ever desired."""
        self._shelf.visit()
        return self._shelf.desired.get((app, environment))

    async def list(self) -> Sequence[DesiredEnvironment]:
        """Of every app."""
        self._shelf.visit()
        return [self._shelf.desired[key] for key in sorted(self._shelf.desired)]

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        """Keep it with the next version. Raises Conflict when the kept version is another."""
        self._shelf.change(desired.app)
        kept = self._shelf.desired.get(desired.key)
        version = 0 if kept is None else kept.version
        if version != desired.version:
            raise Conflict(
                f"{desired.environment} of {desired.app} was changed by somebody else at the same time",
                why=f"version {desired.version} was read, version {version} is kept",
                hint="look at it again: fairway status",
            )
        self._shelf.desired[desired.key] = replace(desired, version=version + 1)
        return self._shelf.desired[desired.key]


class MemoryConfigurations:
    """`ports.stores.Configurations`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def latest(self, app: AppName, environment: EnvironmentName) -> SealedConfiguration | None:
        """None when there is none."""
        self._shelf.visit()
        versions = [key[2] for key in self._shelf.configurations if key[:2] == (app, environment)]
        return self._shelf.configurations[app, environment, max(versions)] if versions else None

    async def get(self, app: AppName, environment: EnvironmentName, version: int) -> SealedConfiguration:
        """Raises NotFound."""
        self._shelf.visit()
        found = self._shelf.configurations.get((app, environment, version))
        if found is None:
            raise NotFound(f"{environment} of {app} has no version {version} of its variables")
        return found

    async def add(
        self,
        app: AppName,
        environment: EnvironmentName,
        values: Mapping[str, bytes],
        *,
        expected: int,
        at: float,
        edit: Edit = UNTOLD,
    ) -> SealedConfiguration:
        """The version after `expected`, which `edit` made of it. Raises Conflict when that is not the latest."""
        self._shelf.change(app)
        latest = await self.latest(app, environment)
        version = 0 if latest is None else latest.version
        if version != expected:
            raise Conflict(
                f"the variables of {environment} of {app} were changed by somebody else at the same time",
                why=f"version {expected} was read, version {version} is the latest",
                hint="look at them again: fairway env list",
            )
        added = SealedConfiguration(
            app=app, environment=environment, version=version + 1, values=dict(values), created_at=at
        )
        self._shelf.configurations[app, environment, added.version] = added
        self._shelf.edits[app, environment, added.version] = Version(number=added.version, at=at, edit=edit)
        return added

    async def recent(self, app: AppName, *, limit: int) -> Sequence[SealedConfiguration]:
        """At most so many of each environment."""
        self._shelf.visit()
        kept = [each for key, each in self._shelf.configurations.items() if key[0] == app]
        newest = {
            name: max(each.version for each in kept if each.environment == name)
            for name in {each.environment for each in kept}
        }
        return [each for each in kept if each.version > newest[each.environment] - limit]

    async def history(self, app: AppName, environment: EnvironmentName, *, limit: int = 20) -> Sequence[Version]:
        """How the versions came to be, newest first."""
        self._shelf.visit()
        found = [version for key, version in self._shelf.edits.items() if key[:2] == (app, environment)]
        return sorted(found, key=lambda version: -version.number)[:limit]


class MemoryEvents:
    """`ports.stores.Events`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def append(self, events: Sequence[Event]) -> None:
        """Keep them, in this order."""
        self._shelf.change()
        self._shelf.events.extend(events)

    async def list(
        self,
        *,
        app: AppName | None = None,
        environment: str | None = None,
        deployment: int | None = None,
        limit: int = 50,
    ) -> Sequence[Event]:
        """Newest first."""
        self._shelf.visit()
        found = [
            event
            for event in reversed(self._shelf.events)
            if app in (None, event.app)
            and environment in (None, event.environment)
            and deployment in (None, event.deployment)
        ]
        return found[:limit]


class MemoryTokens:
    """`ports.stores.Tokens`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def add(self, token: TokenRecord) -> None:
        """Raises Conflict when the name is taken."""
        self._shelf.change()
        if token.name in self._shelf.tokens or await self.find(token.digest) is not None:
            raise Conflict(f"there is already a token named {token.name}", hint="choose another name")
        self._shelf.tokens[token.name] = token

    async def find(self, digest: str) -> TokenRecord | None:
        """The token with that digest."""
        self._shelf.visit()
        return next((token for token in self._shelf.tokens.values() if token.digest == digest), None)

    async def list(self) -> Sequence[TokenRecord]:
        """By name."""
        self._shelf.visit()
        return [self._shelf.tokens[name] for name in sorted(self._shelf.tokens)]

    async def delete(self, name: str) -> None:
        """One that is not there is no error."""
        self._shelf.change()
        self._shelf.tokens.pop(name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryStore:
    """The same attributes as the real store, and the shelf that they all stand on."""

    apps: MemoryApps
    executions: MemoryExecutions
    transitions: MemoryTransitions
    schedules: MemorySchedules
    releases: MemoryReleases
    deployments: MemoryDeployments
    runs: MemoryRuns
    timetable: MemoryTimetable
    backups: MemoryBackups
    passages: MemoryPassages
    managed: MemoryRecords
    desired: MemoryDesiredStates
    activities: MemoryActivities
    configurations: MemoryConfigurations
    events: MemoryEvents
    tokens: MemoryTokens
    sources: MemorySources
    leases: MemoryLeases
    sealed: MemorySealedValues
    sealed_keys: MemorySealedKeys
    shelf: Shelf


def make_store(beside: MemoryStore | None = None) -> MemoryStore:
    """A new, empty store; `beside` another one, the same records as another server sees them."""
    shelf = Shelf() if beside is None else replace(beside.shelf, fence=None)
    desired = MemoryDesiredStates(shelf)
    return MemoryStore(
        apps=MemoryApps(shelf),
        executions=MemoryExecutions(shelf),
        transitions=MemoryTransitions(shelf),
        schedules=MemorySchedules(shelf),
        releases=MemoryReleases(shelf),
        deployments=MemoryDeployments(shelf),
        runs=MemoryRuns(shelf),
        timetable=MemoryTimetable(shelf),
        backups=MemoryBackups(shelf),
        passages=MemoryPassages(shelf),
        managed=MemoryRecords(shelf),
        desired=desired,
        activities=MemoryActivities(shelf, desired),
        configurations=MemoryConfigurations(shelf),
        events=MemoryEvents(shelf),
        tokens=MemoryTokens(shelf),
        sources=MemorySources(shelf),
        leases=MemoryLeases(shelf),
        sealed=MemorySealedValues(shelf),
        sealed_keys=MemorySealedKeys(shelf),
        shelf=shelf,
    )


@asynccontextmanager
async def open_store() -> AsyncIterator[MemoryStore]:
    """A new, empty store, opened as the real one is."""
    yield make_store()
