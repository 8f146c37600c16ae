"""Schedules in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.ids import AppName
from fairway.ports.schedules import Planned


class MemorySchedules:
    """`ports.schedules.Schedules`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def list(self) -> Sequence[Planned]:
        """Of every app."""
        self._shelf.visit()
        return [planned for _, planned in sorted(self._shelf.schedules.items())]

    async def put(self, planned: Planned) -> None:
        """Keep it in place of the former one."""
        self._shelf.change(planned.app)
        self._shelf.schedules[(planned.app,)] = planned

    async def remove(self, app: AppName) -> None:
        """Forget it."""
        self._shelf.change()
        self._shelf.schedules.pop((app,), None)

    async def advance(self, planned: Planned, due: float) -> bool:
        """By compare-and-set."""
        self._shelf.change()
        if self._shelf.schedules.get((planned.app,)) != planned:
            return False
        self._shelf.schedules[(planned.app,)] = replace(planned, due=due)
        return True
