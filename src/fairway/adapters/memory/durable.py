"""Durable work in memory: the steps' results outlive the executor as long as the disk that they are kept on does."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fairway.ports.durable import Body

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Kept:
    """What is kept of one workflow. `ended` when there is nothing more to do."""

    name: str
    arguments: str
    results: list[str] = field(default_factory=list)
    ended: bool = False


Disk = dict[str, Kept]
"""Workflows by id, in the order in which they began."""


class MemoryDurable:
    """`ports.durable.Durable`. A second one on the same disk stands for the next process."""

    def __init__(self, disk: Disk | None = None) -> None:
        self.disk: Disk = {} if disk is None else disk
        self._bodies: dict[str, Body] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._open = False

    def register(self, name: str, body: Body) -> None:
        """Make a body known, before `open`."""
        self._bodies[name] = body

    async def start(self, id: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Start it in the background; the same id a second time does nothing."""
        if name not in self._bodies:
            raise ValueError(f"there is no body named {name}")
        if id not in self.disk:
            self.disk[id] = Kept(name=name, arguments=json.dumps(arguments))
            self._begin(id)

    async def cancel(self, id: str) -> None:
        """Stop it where it is, for good, and wait until its body has ended."""
        if (kept := self.disk.get(id)) is not None:
            kept.ended = True
        await self._stop([id])

    async def alive(self, id: str) -> bool:
        """Whether it was started and has not ended."""
        return id in self.disk and not self.disk[id].ended

    async def open(self) -> int:
        """Begin, and resume what was left behind; how many that were."""
        self._open = True
        left = [id for id, kept in self.disk.items() if not kept.ended]
        for id in left:
            self._begin(id)
        return len(left)

    async def forget(self) -> None:
        """It has no clock: all that has ended."""
        for id in [id for id, kept in self.disk.items() if kept.ended]:
            del self.disk[id]

    async def close(self) -> None:
        """Stop all bodies where they are."""
        self._open = False
        await self._stop(list(self._tasks))

    async def idle(self) -> None:
        """For tests: return when no body runs."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def _begin(self, id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._run(id, self.disk[id]), name=id)
        self._tasks[id] = task
        task.add_done_callback(lambda _: self._tasks.pop(id, None))

    async def _stop(self, ids: list[str]) -> None:
        tasks = [self._tasks[id] for id in ids if id in self._tasks]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self, id: str, kept: Kept) -> None:
        position = 0

        async def step(name: str, action: Callable[[], Awaitable[Any]]) -> Any:
            nonlocal position
            place, position = position, position + 1
            if place < len(kept.results):
                return json.loads(kept.results[place])
            result = json.dumps(await action())
            if not self._open:
                raise asyncio.CancelledError
            kept.results.append(result)
            return json.loads(result)

        try:
            await self._bodies[kept.name](step, json.loads(kept.arguments))
        except Exception:
            LOG.exception("the body %s of %s failed", kept.name, id)
        kept.ended = True
