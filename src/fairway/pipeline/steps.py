"""The steps that actions are given to do their work in.

What comes in is the durable executor's Step; what goes out is one that knows whether it was used. A workflow's steps
are known by their order, so after an action that has used one the next action must not go on in the same workflow: a
restarted one, which begins with that next action, would answer it with the first one's result.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fairway.ports.durable import Step


class Keeping:
    """A Step that remembers whether it has kept anything; with `keeps` False it never does."""

    def __init__(self, step: Step, *, keeps: bool) -> None:
        self._step = step
        self._keeps = keeps
        self.kept = False

    async def __call__(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """See `ports.durable.Step`."""
        self.kept = self._keeps
        return await self._step(name, action)


async def at_once(name: str, action: Callable[[], Awaitable[Any]]) -> Any:
    """A Step that keeps nothing."""
    return await action()
