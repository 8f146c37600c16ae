"""The records of managed databases in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.database import Database, DatabaseKey
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound


class MemoryRecords:
    """`ports.managed.Records`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, database: Database) -> Database:
        """The one that there is, else this one. Raises NotFound for an unknown app."""
        self._shelf.change(database.app)
        return self._shelf.managed.setdefault(place(database.key), database)

    async def get(self, key: DatabaseKey) -> Database:
        """Raises NotFound."""
        self._shelf.visit()
        if (found := self._shelf.managed.get(place(key))) is None:
            raise NotFound(f"{key.environment} of {key.app} has no database {key.name}", hint="fairway db list")
        return found

    async def list(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Database]:
        """By their names."""
        self._shelf.visit()
        return [
            each
            for (owner, where, _), each in sorted(self._shelf.managed.items())
            if app in (None, owner) and environment in (None, where)
        ]

    async def change(self, before: Database, after: Database) -> bool:
        """By compare-and-set."""
        self._shelf.change()
        kept = self._shelf.managed.get(place(before.key))
        if kept is None or kept.version != before.version:
            return False
        self._shelf.managed[place(before.key)] = replace(after, version=before.version + 1)
        return True

    async def delete(self, key: DatabaseKey) -> None:
        """If there is one."""
        self._shelf.change()
        self._shelf.managed.pop(place(key), None)


def place(key: DatabaseKey) -> tuple[str, str, str]:
    """Where it lies on the shelf."""
    return key.app, key.environment, key.name
