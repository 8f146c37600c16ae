"""Which value a build gets for each of `build.secrets`: that of the service `build`, which is none that runs, or else
of all, in the first environment of the pipeline that has one. A build is not of one environment."""

from collections.abc import Awaitable, Callable, Mapping

from fairway.domain.app import App
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import UsageError
from fairway.ports.builder import LogSink

SERVICE = "build"
Latest = Callable[[AppName, EnvironmentName], Awaitable[Mapping[str, str]]]
"""The latest variables of an environment as the service `build` would be given them."""


def withhold(app: App, log: LogSink) -> None:
    """Say which ones the build of a pull request is not given."""
    if app.build.secrets:
        log(f"{', '.join(app.build.secrets)}: not given to a build that tries somebody's proposal")


async def find(app: App, latest: Latest) -> Mapping[str, str]:
    """By name. Raises UsageError, which names all that no environment has."""
    found: dict[str, str] = {}
    for stage in app.stages if app.build.secrets else ():
        values = await latest(app.name, stage)
        found = {**{name: values[name] for name in app.build.secrets if name in values}, **found}
    missing = [name for name in app.build.secrets if name not in found]
    if missing:
        raise UsageError(
            f"the build needs {' and '.join(missing)}",
            why=f"build.secrets in fairway.toml names it, and no environment has it ({', '.join(app.stages)})",
            hint=f"fairway env set -e {app.stages[0]} --service {SERVICE} {' '.join(missing)}",
        )
    return found
