"""What is wrong with the values of an environment's variables. Values are looked at here and never leave: what comes
out is names, each with its flaw."""

from collections.abc import Awaitable, Callable, Mapping

from fairway.domain import flaws
from fairway.domain.flaws import Expected, Flaw
from fairway.domain.ids import AppName, EnvironmentName

Latest = Callable[[AppName, EnvironmentName], Awaitable[Mapping[str, str]]]
"""Every variable that a task of the environment would get of it, with its value."""
ANY = Expected()


def judge(values: Mapping[str, str], expected: Mapping[str, Expected]) -> Mapping[str, Flaw | None]:
    """Each name with what is wrong with its value."""
    return {name: flaws.find(value, expected.get(name, ANY)) for name, value in values.items()}


class Examiner:
    """Examines the latest variables of environments."""

    def __init__(self, latest: Latest) -> None:
        self._latest = latest

    async def examine(
        self, app: AppName, environment: EnvironmentName, expected: Mapping[str, Expected]
    ) -> Mapping[str, Flaw | None]:
        """Each variable that the environment sets, with what is wrong with its value. Raises Conflict when the values
        can't be decrypted."""
        return judge(await self._latest(app, environment), expected)
