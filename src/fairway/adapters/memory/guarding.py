"""Backups' and passages' records in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.backup import Backup
from fairway.domain.forgetting import Trace, trace
from fairway.domain.ids import AppName
from fairway.domain.passage import Passage
from fairway.errors import NotFound


class MemoryBackups:
    """`ports.guarding.Backups`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, backup: Backup) -> Backup:
        """Raises NotFound for an unknown app."""
        self._shelf.change(backup.app)
        numbered = replace(backup, number=self._shelf.count_up(backup.app, "backups"))
        self._shelf.backups[backup.app, numbered.number] = numbered
        return numbered

    async def get(self, app: AppName, number: int) -> Backup:
        """Raises NotFound."""
        self._shelf.visit()
        if (found := self._shelf.backups.get((app, number))) is None:
            raise NotFound(f"{app} has no backup {number}", hint="fairway db backups lists them")
        return found

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 50) -> Sequence[Backup]:
        """Newest first."""
        self._shelf.visit()
        found = [
            backup
            for (owner, _), backup in sorted(self._shelf.backups.items(), reverse=True)
            if owner == app and environment in (None, backup.environment)
        ]
        return found[:limit]

    async def change(self, before: Backup, after: Backup) -> bool:
        """By compare-and-set."""
        self._shelf.change()
        key = (before.app, before.number)
        kept = self._shelf.backups.get(key)
        if kept is None or kept.version != before.version:
            return False
        self._shelf.backups[key] = replace(after, version=before.version + 1)
        return True

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that there are."""
        self._shelf.change()
        for number in numbers:
            self._shelf.backups.pop((app, number), None)


class MemoryPassages:
    """`ports.guarding.Passages`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, passage: Passage) -> Passage:
        """The one that has its key, if there is one. Raises NotFound for an unknown app."""
        self._shelf.change(passage.app)
        for (owner, _), found in self._shelf.passages.items():
            if (owner, found.key) == (passage.app, passage.key):
                return found
        numbered = replace(passage, number=self._shelf.count_up(passage.app, "passages"))
        self._shelf.passages[passage.app, numbered.number] = numbered
        return numbered

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        self._shelf.visit()
        if (found := self._shelf.passages.get((app, number))) is None:
            raise NotFound(f"{app} has no passage {number}", hint="fairway migrate --history lists them")
        return found

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """Newest first."""
        self._shelf.visit()
        found = [
            passage
            for (owner, _), passage in sorted(self._shelf.passages.items(), reverse=True)
            if owner == app and environment in (None, passage.environment)
        ]
        return found[:limit]

    async def unfinished(self) -> Sequence[Passage]:
        """Of every app, oldest first."""
        self._shelf.visit()
        found = (passage for passage in self._shelf.passages.values() if not passage.finished)
        return sorted(found, key=lambda passage: (passage.created_at, passage.app, passage.number))

    async def change(self, before: Passage, after: Passage) -> bool:
        """By compare-and-set."""
        self._shelf.change()
        key = (before.app, before.number)
        kept = self._shelf.passages.get(key)
        if kept is None or kept.version != before.version:
            return False
        self._shelf.passages[key] = replace(after, version=before.version + 1)
        return True

    async def traces(self, app: AppName, *, below: int | None = None, limit: int = 100) -> Sequence[Trace]:
        """Newest first."""
        found = await self.list(app, limit=len(self._shelf.passages))
        return [trace(each) for each in found if below is None or each.number < below][:limit]

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that have ended."""
        self._shelf.change()
        for number in numbers:
            found = self._shelf.passages.get((app, number))
            if found is not None and found.finished:
                del self._shelf.passages[app, number]
