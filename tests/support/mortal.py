"""Ports at which a process can end: at any one of their calls, before it or after it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Mortal:
    """A port whose calls are counted together with those of others; at the one that is chosen the process ends, before
    the call or after it."""

    port: Any
    count: list[int]
    at: int
    after: bool

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self.port, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*arguments: Any, **options: Any) -> Any:
            self.count[0] += 1
            chosen = self.count[0] == self.at
            if chosen and not self.after:
                raise Killed
            answer = await method(*arguments, **options)
            if chosen:
                raise Killed
            return answer

        return call
