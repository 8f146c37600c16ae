"""The variables of an environment: set, unset, imported; each change is a new version, and no version ever changes.

Values go in and come out here alone, and come out only for tasks: whoever lists variables gets names.
"""

from collections.abc import Callable, Mapping, Sequence

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment import envfile, seal
from fairway.errors import Conflict, Finding, UsageError
from fairway.ports.clock import Clock
from fairway.ports.stores import Configurations, SealedConfiguration

Unset = Callable[[Sequence[str]], Sequence[str]]
"""Given the names there are, those that go."""
ATTEMPTS = 5
"""How often a change is tried again when somebody else changed other variables at the same time."""


class Variables:
    """The variables of every environment. `key` is what `key.load` gives."""

    def __init__(self, configurations: Configurations, key: bytes, clock: Clock) -> None:
        self._configurations = configurations
        self._key = key
        self._clock = clock

    async def names(self, app: AppName, environment: EnvironmentName) -> tuple[int, Mapping[str, int]]:
        """The latest version (0: there is none), and by name the version in which each was last set."""
        latest = await self._configurations.latest(app, environment)
        if latest is None:
            return 0, {}
        return latest.version, {name: seal.version_of(sealed) for name, sealed in sorted(latest.values.items())}

    async def names_of(self, app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, int]:
        """The same of an earlier version; none of version 0. Raises NotFound."""
        if version == 0:
            return {}
        kept = await self._configurations.get(app, environment, version)
        return {name: seal.version_of(sealed) for name, sealed in sorted(kept.values.items())}

    async def values(self, app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, str]:
        """The values of a version, for a task that is started; none of version 0. Raises NotFound; Conflict when they
        can't be decrypted."""
        if version == 0:
            return {}
        return self._open(await self._configurations.get(app, environment, version))

    async def change(
        self,
        app: AppName,
        environment: EnvironmentName,
        *,
        set: Mapping[str, str],
        unset: Sequence[str] = (),
    ) -> tuple[int, Sequence[str]]:
        """The latest version, and the names that changed; when none did there is no new version.

        Raises UsageError, with everything that is wrong, for names and values that can't be variables.
        """
        check(set, unset)
        return await self._replace(app, environment, set, lambda names: [name for name in unset if name in names])

    async def load(
        self, app: AppName, environment: EnvironmentName, data: bytes, *, file: str = ".env", replace: bool = False
    ) -> tuple[int, Sequence[str]]:
        """Import an env file: like `change`, and with `replace` what it does not name is unset."""
        values = envfile.parse(data, file=file)
        return await self._replace(
            app, environment, values, lambda names: [name for name in names if replace and name not in values]
        )

    async def _replace(
        self, app: AppName, environment: EnvironmentName, wanted: Mapping[str, str], unset: Unset
    ) -> tuple[int, Sequence[str]]:
        for attempt in range(1, ATTEMPTS + 1):
            latest = await self._configurations.latest(app, environment)
            version = 0 if latest is None else latest.version
            before = {} if latest is None else self._open(latest)
            gone = unset(list(before))
            changed = sorted({name for name, value in wanted.items() if before.get(name) != value} | {*gone})
            if not changed:
                return version, []
            kept = {} if latest is None else {name: latest.values[name] for name in before if name not in changed}
            check_size({**{name: before[name] for name in kept}, **wanted})
            for name in changed:
                if name in wanted:
                    kept[name] = seal.seal(
                        self._key, wanted[name], app=app, environment=environment, name=name, version=version + 1
                    )
            try:
                await self._configurations.add(app, environment, kept, expected=version, at=self._clock.now())
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
                continue
            return version + 1, changed
        raise AssertionError("unreachable")

    def _open(self, sealed: SealedConfiguration) -> dict[str, str]:
        return {
            name: seal.open_sealed(self._key, value, app=sealed.app, environment=sealed.environment, name=name)
            for name, value in sealed.values.items()
        }


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
