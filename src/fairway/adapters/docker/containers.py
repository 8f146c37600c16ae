"""Finding the container of a task again: what every part of this adapter shares.

A task is looked for by its labels, in this instance alone, and its container's id is remembered: an id never moves to
another container, so the worst that a stale one can bring is "no such container".
"""

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from fairway.adapters.docker import names, processes, reading
from fairway.adapters.docker.connection import Connection, Refused
from fairway.domain.ids import TaskId


class Containers:
    """The containers of one instance on one daemon."""

    def __init__(self, connection: Connection, instance: str) -> None:
        self.connection = connection
        self.instance = instance
        self._ids: dict[TaskId, str] = {}

    async def __aenter__(self) -> Self:
        await self.connection.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.__aexit__(kind, error, trace)

    async def list(self, *labels: str) -> Sequence[Mapping[str, Any]]:
        """Every container of this instance's tasks that has the labels (`key=value` or `key`), in any state."""
        filters = {"label": [f"{names.INSTANCE}={self.instance}", names.TASK, *labels]}
        listed = await self.connection.call(
            "GET", "/containers/json", params={"all": "1", "filters": json.dumps(filters)}
        )
        for entry in listed:
            self._ids[TaskId(entry["Labels"][names.TASK])] = entry["Id"]
        return list(listed)

    async def find(self, task: TaskId) -> str | None:
        """The id of the task's container, None when there is none."""
        if task not in self._ids:
            await self.list(f"{names.TASK}={task}")
        return self._ids.get(task)

    def remember(self, task: TaskId, container: str) -> None:
        """The task's container has just been made."""
        self._ids[task] = container

    def forget(self, task: TaskId) -> None:
        """The task's container is gone."""
        self._ids.pop(task, None)

    def keep(self, containers: set[str]) -> None:
        """Forget all but these: what a complete look has seen."""
        self._ids = {task: container for task, container in self._ids.items() if container in containers}

    def sees(self, container: str, pid: int) -> bool:
        """Whether this host's /proc shows the container's process under that id.

        It does not for a daemon on another host, nor for a Fairway that itself runs in a container.
        """
        return self.connection.local and processes.belongs(container, pid)

    async def inspect(self, task: TaskId) -> Mapping[str, Any] | None:
        """All that Docker knows of the task's container, None when there is none."""
        for _ in range(2):
            container = await self.find(task)
            if container is None:
                return None
            try:
                inspected: Mapping[str, Any] = await self.connection.call("GET", f"/containers/{container}/json")
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                # It was remembered and has gone: look once more, by its labels.
                self.forget(task)
            else:
                return inspected
        return None

    async def state(self, task: TaskId) -> reading.State | None:
        """The state of the task's container, None when there is none."""
        inspected = await self.inspect(task)
        return None if inspected is None else reading.read_state(inspected)
