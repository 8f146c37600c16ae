"""Which database an environment has: the variable that holds its URL, and how this server reaches it.

The URL lies in the encrypted variables and comes out here for the guard alone; nobody prints it.
"""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fairway.domain import address as addresses
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.backup import Keep
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound, UsageError

DATABASE_URL = "DATABASE_URL"

Values = Callable[[AppName, EnvironmentName], Awaitable[Mapping[str, str]]]
"""The variables of an environment, by name."""
Described = Callable[[AppName, EnvironmentName], Awaitable[Environment | None]]
"""The environment as the release that it has describes it; None where nothing was deployed yet."""
Reach = Callable[[AppName, EnvironmentName, Address], Awaitable[Address]]
"""Where a database is for this server, by the address that a task has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`address` is for this server. `tools` is the image of the database's own tools, None for the official one;
    `memory` what a copy's server may use, in bytes, 0 for the default. `keep` is how many backups are kept."""

    app: AppName
    environment: EnvironmentName
    variable: str
    address: Address
    tools: str | None = None
    memory: int = 0
    keep: Keep = Keep()


class Targets:
    """Finds it."""

    def __init__(self, values: Values, described: Described, reach: Reach) -> None:
        self._values = values
        self._described = described
        self._reach = reach

    async def find(self, app: AppName, environment: EnvironmentName, variable: str | None = None) -> Target:
        """The database of that variable; without one, that of [migrations], the only one of [databases], or the one of
        DATABASE_URL. Raises NotFound when the environment has no such variable, UsageError when its value is no URL of
        a database, or when it is not clear which one is meant."""
        description = await self._described(app, environment)
        name = variable or choose(description)
        values = await self._values(app, environment)
        if name not in values:
            raise missing(app, environment, name, values)
        address = addresses.read(values[name], variable=name)
        migrations = None if description is None else description.migrations
        return Target(
            app=app,
            environment=environment,
            variable=name,
            address=await self._reach(app, environment, address),
            tools=None if migrations is None else migrations.tools,
            memory=0 if migrations is None else migrations.memory,
            keep=keeping(description, name),
        )

    async def keep(self, app: AppName, environment: EnvironmentName, variable: str) -> Keep:
        """How many backups of that database are kept."""
        return keeping(await self._described(app, environment), variable)

    async def tools(self, app: AppName, environment: EnvironmentName) -> str | None:
        """The image of the tools that fairway.toml names, None for the official one."""
        description = await self._described(app, environment)
        return None if description is None or description.migrations is None else description.migrations.tools


def choose(description: Environment | None) -> str:
    """The variable that is meant when none is named. Raises UsageError."""
    if description is None:
        return DATABASE_URL
    if description.migrations is not None:
        return description.migrations.database
    names = list(dict.fromkeys(each.variable for each in description.databases))
    if len(names) > 1:
        raise UsageError(
            f"{description.name} has several databases: {', '.join(names)}", hint=f"name one: --variable {names[0]}"
        )
    return names[0] if names else DATABASE_URL


def keeping(description: Environment | None, variable: str) -> Keep:
    """What is kept of the database of that variable, by whichever table of fairway.toml speaks of it."""
    if description is None:
        return Keep()
    managed = next((each for each in description.databases if each.variable == variable), None)
    if managed is not None:
        return managed.keep
    return Keep() if description.migrations is None else description.migrations.keep


def missing(app: AppName, environment: EnvironmentName, name: str, values: Mapping[str, str]) -> NotFound:
    """The error for a variable that is not set, with the nearest one that is; no value is looked at."""
    near = difflib.get_close_matches(name, values, n=1)
    return NotFound(
        f"{environment} of {app} has no variable {name}",
        why="the database's URL is read from it",
        hint=f"the nearest one is {near[0]}: --variable {near[0]}"
        if near
        else f"fairway env set -e {environment} {name}, or name another one with --variable",
    )
