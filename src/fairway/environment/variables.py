"""The variables of an environment: set, unset, imported, taken back; each change is a new version, and no version ever
changes.

Values go in and come out here alone, and come out only for tasks: whoever lists variables gets names.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain import drift
from fairway.domain import variables as kept
from fairway.domain.database import Database
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.drift import Difference
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.variables import Edit, Version
from fairway.environment import envfile, seal
from fairway.errors import Conflict, Finding, UsageError
from fairway.ports.clock import Clock
from fairway.ports.stores import Configurations, SealedConfiguration

Unset = Callable[[Sequence[str]], Sequence[str]]
"""Given the keys there are, those that go."""
Changed = Callable[[AppName], Awaitable[None]]


class Given(Protocol):
    """Variables that nobody sets: those of the databases that Fairway runs."""

    async def names(self, app: AppName, environment: EnvironmentName) -> Mapping[str, Database]:
        """Each with the database that gives it."""
        ...

    async def values(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """Each with its value."""
        ...


class Nothing:
    """Where there is no database."""

    async def names(self, app: AppName, environment: EnvironmentName) -> Mapping[str, Database]:
        """None."""
        return {}

    async def values(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """None."""
        return {}


ATTEMPTS = 5
"""How often a change is tried again when somebody else changed other variables at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A variable without its value: of the environment (`service` ""), or of one service; or one that a `database`
    gives, which is in no version."""

    name: str
    service: str
    set_at: int
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An environment's variables in one version, None for the latest."""

    app: AppName
    environment: EnvironmentName
    version: int | None = None


class Variables:
    """The variables of every environment. `key` is what `key.load` gives; `changed` is called with an app once a new
    version of its variables is kept, before anybody is told of it. `given` are those that nobody sets: they belong to
    no version, and every task has them as they are when it is started."""

    def __init__(
        self,
        configurations: Configurations,
        key: bytes,
        clock: Clock,
        changed: Changed | None = None,
        given: Given | None = None,
    ) -> None:
        self._configurations = configurations
        self._key = key
        self._clock = clock
        self._changed = changed
        self._given = given or Nothing()

    async def names(self, app: AppName, environment: EnvironmentName) -> tuple[int, Mapping[str, int]]:
        """The latest version (0: there is none), and by name the version in which each was last set, be it for the
        environment or for one service of it."""
        latest = await self._configurations.latest(app, environment)
        return (0, {}) if latest is None else (latest.version, newest(latest))

    async def names_of(self, app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, int]:
        """The same of an earlier version; none of version 0. Raises NotFound."""
        return {} if version == 0 else newest(await self._configurations.get(app, environment, version))

    async def listed(self, app: AppName, environment: EnvironmentName) -> tuple[int, Sequence[Listed]]:
        """The latest version, and its variables: the environment's, then each service's."""
        given = [
            Listed(name=name, service="", set_at=0, database=each.name)
            for name, each in sorted((await self._given.names(app, environment)).items())
        ]
        latest = await self._configurations.latest(app, environment)
        if latest is None:
            return 0, given
        split = sorted((*kept.split(key), at) for key, at in versions(latest).items())
        return latest.version, [*(Listed(name=name, service=service, set_at=at) for service, name, at in split), *given]

    async def history(self, app: AppName, environment: EnvironmentName, *, limit: int = 20) -> Sequence[Version]:
        """How the versions came to be, newest first."""
        return await self._configurations.history(app, environment, limit=limit)

    async def values(
        self, app: AppName, environment: EnvironmentName, version: int, service: str = ""
    ) -> Mapping[str, str]:
        """The values of a version, for a task of the service that is started, with those that are given; of version 0
        these alone. Raises NotFound; Conflict when they can't be decrypted."""
        given = await self._given.values(app, environment)
        if version == 0:
            return given
        own = kept.given_to(self._open(await self._configurations.get(app, environment, version)), service)
        return {**own, **given}

    async def latest(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """By name what some task of the environment would get at present, those that only one service has included."""
        _, values = await self.reveal(app, environment)
        return {**kept.given_to_any(values), **await self._given.values(app, environment)}

    async def reveal(
        self, app: AppName, environment: EnvironmentName, version: int | None = None
    ) -> tuple[int, Mapping[str, str]]:
        """The values of a version (None: of the latest, 0 when there is none) as they are kept: a service's own under
        `SERVICE/NAME`. For nobody but the owner. Raises NotFound; Conflict when they can't be decrypted."""
        if version is not None:
            return version, self._open(await self._configurations.get(app, environment, version))
        latest = await self._configurations.latest(app, environment)
        return (0, {}) if latest is None else (latest.version, self._open(latest))

    async def compare(self, left: Side, right: Side) -> tuple[int, int, Sequence[Difference]]:
        """How two sides differ, with the versions that were compared. Raises as `reveal` does."""
        (first, before), (second, after) = [
            await self.reveal(side.app, side.environment, side.version) for side in (left, right)
        ]
        return first, second, drift.compare(before, after)

    async def change(
        self,
        app: AppName,
        environment: EnvironmentName,
        *,
        set: Mapping[str, str],
        unset: Sequence[str] = (),
        service: str = "",
        by: str = "",
        how: str = "set",
    ) -> tuple[int, Sequence[str]]:
        """The latest version, and the names that changed; when none did there is no new version. With a `service` it
        is that service's own variables that change.

        Raises UsageError, with everything that is wrong, for names and values that can't be variables; Conflict for one
        that is given.
        """
        check(set, unset)
        await self._check_given(app, environment, set)
        wanted = {kept.key_of(name, service): value for name, value in set.items()}
        goes = {kept.key_of(name, service) for name in unset}
        edit = Edit(by=by, how=how)
        version, changed = await self._replace(
            app, environment, wanted, lambda keys: [key for key in keys if key in goes], edit
        )
        return version, [kept.split(key)[1] for key in changed]

    async def load(
        self, app: AppName, environment: EnvironmentName, data: bytes, *, file: str = ".env", replace: bool = False
    ) -> tuple[int, Sequence[str]]:
        """Import an env file: like `change`, and with `replace` what it does not name is unset."""
        values = envfile.parse(data, file=file)
        await self._check_given(app, environment, values)
        return await self._replace(
            app,
            environment,
            values,
            lambda keys: [key for key in keys if replace and key not in values],
            Edit(how="import"),
        )

    async def roll_back(
        self, app: AppName, environment: EnvironmentName, to: int, *, by: str = ""
    ) -> tuple[int, Sequence[str]]:
        """A new version that is equal to version `to`: its number, and the keys that changed; when they are equal
        already there is no new one. Raises NotFound; Conflict when its values can't be decrypted, which would leave the
        tasks without any."""
        for attempt in range(1, ATTEMPTS + 1):
            target = await self._configurations.get(app, environment, to)
            self._open(target)
            latest = await self._configurations.latest(app, environment) or target
            made, gone = kept.compare(versions(latest), versions(target))
            if not made and not gone:
                return latest.version, []
            edit = Edit(by=by, how=f"rollback to {to}", set=made, unset=gone)
            try:
                added = await self._configurations.add(
                    app, environment, target.values, expected=latest.version, at=self._clock.now(), edit=edit
                )
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
                continue
            await self._tell(app)
            return added.version, sorted({*made, *gone})
        raise AssertionError("unreachable")

    async def _replace(
        self, app: AppName, environment: EnvironmentName, wanted: Mapping[str, str], unset: Unset, edit: Edit
    ) -> tuple[int, Sequence[str]]:
        for attempt in range(1, ATTEMPTS + 1):
            latest = await self._configurations.latest(app, environment)
            version = 0 if latest is None else latest.version
            before = {} if latest is None else self._open(latest)
            gone = unset(list(before))
            made = [key for key, value in wanted.items() if before.get(key) != value]
            changed = sorted({*made, *gone})
            if not changed:
                return version, []
            stays = {} if latest is None else {key: latest.values[key] for key in before if key not in changed}
            check_size({**{key: before[key] for key in stays}, **wanted})
            sealed = {
                key: seal.seal(self._key, wanted[key], app=app, environment=environment, name=key, version=version + 1)
                for key in made
            }
            noted = Edit(by=edit.by, how=edit.how, set=tuple(sorted(made)), unset=tuple(sorted(gone)))
            try:
                await self._configurations.add(
                    app, environment, {**stays, **sealed}, expected=version, at=self._clock.now(), edit=noted
                )
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
                continue
            await self._tell(app)
            return version + 1, changed
        raise AssertionError("unreachable")

    async def _check_given(self, app: AppName, environment: EnvironmentName, wanted: Iterable[str]) -> None:
        """Raise Conflict for a variable that a database gives."""
        given = await self._given.names(app, environment)
        if taken := sorted({kept.split(name)[1] for name in wanted} & given.keys()):
            database = given[taken[0]]
            raise Conflict(
                f"{taken[0]} of {environment} is given by the database {database.name}",
                why="Fairway runs that database, and its password is in there",
                hint=f"leave {taken[0]} out; or give the database another one: "
                f'databases.{database.name}.variable = "…" in fairway.toml',
            )

    async def _tell(self, app: AppName) -> None:
        if self._changed is not None:
            await self._changed(app)

    def _open(self, sealed: SealedConfiguration) -> dict[str, str]:
        return {
            name: seal.open_sealed(self._key, value, app=sealed.app, environment=sealed.environment, name=name)
            for name, value in sealed.values.items()
        }


def versions(sealed: SealedConfiguration) -> dict[str, int]:
    """By key the version in which the value was set."""
    return {key: seal.version_of(value) for key, value in sorted(sealed.values.items())}


def newest(sealed: SealedConfiguration) -> dict[str, int]:
    """By name the latest version in which it was set, whether for the environment or for a service."""
    found: dict[str, int] = {}
    for key, at in versions(sealed).items():
        _, name = kept.split(key)
        found[name] = max(at, found.get(name, 0))
    return dict(sorted(found.items()))


def restart_needed(version: int, desired: DesiredEnvironment | None) -> bool:
    """Whether tasks run, or should, with another version of the variables than this one."""
    return desired is not None and any(
        service.replicas and service.spec.configuration != version for service in desired.services
    )


def check(wanted: Mapping[str, str], unset: Sequence[str]) -> None:
    """Raise UsageError with everything that is wrong with a change."""
    problems = {name: envfile.find_problem(name, value) for name, value in wanted.items()}
    problems |= {name: "it can't be set and unset at once" for name in unset if name in wanted}
    findings = [Finding(file="", line=0, key=name, message=text) for name, text in problems.items() if text]
    if findings:
        names = ", ".join(repr(finding.key) for finding in findings)
        raise UsageError(f"{names} can't be set", why=findings[0].message, findings=findings)


def check_size(values: Mapping[str, str]) -> None:
    """Raise UsageError when an environment's variables are too long together."""
    if sum(len(name) + len(value.encode("utf-8")) for name, value in values.items()) > envfile.LONGEST_FILE:
        raise UsageError("the variables are too long", why="all of an environment have at most 1 MB together")
