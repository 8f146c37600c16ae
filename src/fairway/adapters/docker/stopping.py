"""Stopping a task: the signal to the process that serves, patience, then SIGKILL.

A stop can be cancelled at any instant and called again: what was signalled is not signalled twice, because many servers
take a second SIGTERM as an order to drop everything.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from fairway.adapters.docker import execution, processes, reading
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.adapters.docker.processes import Process
from fairway.domain.ids import TaskId
from fairway.errors import Unavailable

RECHECK = 0.5
"""Seconds after which a task with wrappers is looked at again: a shell that ran two programs now runs the second."""
LAST = 60.0
"""Seconds within which a killed container has to be gone. Only a process stuck in the kernel takes longer."""


class Stopping:
    """Stops the tasks of one instance."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers
        self._connection = containers.connection
        self._signalled: dict[str, set[tuple[int, int, int]]] = {}

    async def stop(self, task: TaskId, *, signal: str | None, timeout: float) -> None:
        """Returns when the task has ended. Raises Unavailable when Docker does not answer, or SIGKILL has no effect."""
        inspected = await self._containers.inspect(task)
        if inspected is None or inspected["State"]["Status"] not in reading.LIVE:
            return
        container = inspected["Id"]
        name = signal or inspected["Config"].get("StopSignal") or "SIGTERM"
        try:
            async with asyncio.timeout(timeout):
                await self._ask(container, inspected["State"]["Pid"], name)
        except TimeoutError:
            await self._kill(container, "SIGKILL")
            if not await self._ended(container, within=LAST):
                raise Unavailable(
                    f"task {task} does not end", why=f"it lives on {LAST:g} s after SIGKILL: stuck in the kernel"
                ) from None
        self._signalled.pop(container, None)

    async def _ask(self, container: str, root: int, name: str) -> None:
        """Signal what has to be signalled, until the container has ended."""
        try:
            number = processes.signal_number(name)
        except ValueError:
            # SIGRTMIN+3 and its like: only programs that were made to be process 1 want them.
            number = 0
        signalled = self._signalled.setdefault(container, set())
        while True:
            tree = await self._tree(container, root) if number else ()
            targets = processes.receivers(tree, root, number)
            plain = is_plain(targets, root, tree)
            if plain:
                if (root, 0, number) not in signalled:
                    await self._kill(container, name)
                    signalled.add((root, 0, number))
            else:
                fresh = [target for target in targets if (*target.key, number) not in signalled]
                await self._signal(container, fresh, name, number)
                signalled.update((*target.key, number) for target in fresh)
            if await self._ended(container, within=None if plain else RECHECK):
                return

    async def _tree(self, container: str, root: int) -> Sequence[Process]:
        if not self._containers.sees(container, root):
            return ()
        return await asyncio.to_thread(processes.read_tree, container, root)

    async def _signal(self, container: str, targets: list[Process], name: str, number: int) -> None:
        """Signal processes one by one: from the host, or where another user owns them, by a shell inside."""
        try:
            for target in targets:
                processes.send(container, target, number)
        except PermissionError:
            inner = [str(target.inner) for target in targets]
            command = ["sh", "-c", f"kill -{number} {' '.join(inner)}"]
            try:
                await execution.run(self._connection, container, command, user="0")
            except Refused as refusal:
                if refusal.status not in (404, 409):
                    raise

    async def _kill(self, container: str, name: str) -> None:
        """Docker's own kill: the signal for process 1, which docker-init passes on to its only child."""
        try:
            await self._connection.call("POST", f"/containers/{container}/kill", params={"signal": name})
        except Refused as refusal:
            if refusal.status not in (404, 409) and "is not running" not in refusal.message:
                raise

    async def _ended(self, container: str, *, within: float | None) -> bool:
        """Whether the container ends within so many seconds; None waits for as long as it takes."""
        try:
            async with asyncio.timeout(within):
                await self._wait(container)
        except TimeoutError:
            return False
        return True

    async def _wait(self, container: str) -> Any:
        try:
            return await self._connection.call(
                "POST", f"/containers/{container}/wait", params={"condition": "not-running"}, timeout=None
            )
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None


def is_plain(targets: Sequence[Process], root: int, tree: Sequence[Process]) -> bool:
    """Whether Docker's own kill reaches the right process: the only target is the main process, or nothing is known.

    The main process is process 1 or, under an init, its child.
    """
    if not targets:
        return True
    lent = any(process.pid == root and processes.is_init(process) for process in tree)
    return len(targets) == 1 and (targets[0].pid == root or (lent and targets[0].parent == root))
