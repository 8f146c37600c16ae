"""A server of the guard's that dies at one of its calls: before it is made, after it, or within it."""

import asyncio
from dataclasses import fields
from typing import Any

from fairway.migrate.parts import Parts

PORTS = (
    "passages",
    "databases",
    "watches",
    "gates",
    "jobs",
    "tasks",
    "trials",
    "planning",
    "judging",
    "copies",
    "doors",
)
SYNCHRONOUS = frozenset({"own"})


class Killed(BaseException):
    """The server is gone."""


class Fate:
    """Counts the calls, and lets the server die at one: before it is made, after it, or (of one that runs a container)
    once that has begun."""

    def __init__(self, at: int, when: str) -> None:
        self.at = at
        self.when = when
        self.calls = 0
        self.name = ""

    def due(self, name: str) -> bool:
        self.calls += 1
        if self.calls == self.at:
            self.name = name
        return self.calls == self.at


class Mortal:
    """A port, each of whose calls may be the last."""

    def __init__(self, port: Any, name: str, fate: Fate) -> None:
        self._port = port
        self._name = name
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not callable(method) or name in SYNCHRONOUS:
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            due = self._fate.due(f"{self._name}.{name}")
            if due and self._fate.when == "before":
                raise Killed
            made = method(*arguments, **named)
            return self._last(made, name, arguments) if due and asyncio.iscoroutine(made) else made

        return call

    async def _last(self, made: Any, name: str, arguments: Any) -> None:
        if self._fate.when == "within" and name == "run":
            made.close()
            job, spec, variables, *_ = arguments
            await self._port.begin(job, spec, variables)
        else:
            await made
        raise Killed


def mortal(parts: Parts, fate: Fate) -> Parts:
    values = {each.name: getattr(parts, each.name) for each in fields(Parts)}
    return Parts(**{name: Mortal(value, name, fate) if name in PORTS else value for name, value in values.items()})
