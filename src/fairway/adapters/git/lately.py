"""What was asked of git lately and can never change, so that it is asked once: commits, and files of commits.

A push asks several times for the same: the intake, the stage that lays it out, and whoever tells the pusher. Each
question is a process, which costs the server some milliseconds of its own, between the push and the build.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 64
"""Answers that are kept, the latest."""

Key = tuple[str, ...]
"""The app, and what was asked."""


class Lately(Generic[T]):
    """Keeps answers; who asks while the same is being asked waits for that answer."""

    def __init__(self, *, keeps: Callable[[T], bool] = lambda answer: True) -> None:
        self._keeps = keeps
        self._answers: dict[Key, T] = {}
        self._asking: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer. Raises what `ask` raises; the next one asks again then."""
        lock = self._asking.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                if key in self._answers:
                    return self._answers[key]
                answer = await ask()
                if self._keeps(answer):
                    self._answers[key] = answer
                    while len(self._answers) > MOST:
                        del self._answers[next(iter(self._answers))]
                return answer
        finally:
            if not lock.locked():
                self._asking.pop(key, None)

    def forget(self, app: str) -> None:
        """The app's repository is gone, and another one may come under its name."""
        for key in [key for key in self._answers if key[0] == app]:
            del self._answers[key]
