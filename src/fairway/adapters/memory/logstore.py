"""The logs of tasks in memory."""

from collections.abc import AsyncIterator, Collection, Sequence

from fairway.adapters.memory.faults import Faults
from fairway.domain import printed
from fairway.domain.ids import AppName
from fairway.domain.printed import Origin, Piece, Position
from fairway.errors import FairwayError
from fairway.ports.logs import KeptLog


class MemoryLogStore:
    """`ports.logs.LogStore` without bounds; `full` is what `append` raises at present."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.kept: dict[Origin, dict[int, list[Piece]]] = {}
        self.full: FairwayError | None = None
        self._open: set[Origin] = set()

    def append(self, origin: Origin, pieces: Sequence[Piece]) -> None:
        """Keep them."""
        if self.full:
            raise self.full
        if not pieces:
            return
        parts = self.kept.setdefault(origin, {})
        if origin not in self._open:
            self._open.add(origin)
            parts[max([pieces[0].stamp, *[stamp + 1 for stamp in parts]])] = []
        parts[max(parts)] += pieces

    async def position(self, origin: Origin) -> Position:
        """How far the log was kept."""
        await self.faults.meet("position")
        found: Position = {}
        for part in sorted(self.kept.get(origin, {})):
            found = printed.advance(found, self.kept[origin][part])
        return found

    async def logs(self, app: AppName) -> Sequence[KeptLog]:
        """All that are kept of the app."""
        await self.faults.meet("logs")
        return [
            KeptLog(origin=origin, begun=min(parts), written=parts[max(parts)][-1].stamp)
            for origin, parts in self.kept.items()
            if origin.app == app
        ]

    async def parts(self, origin: Origin) -> Sequence[int]:
        """The stamps with which its parts begin."""
        return sorted(self.kept.get(origin, {}))

    async def read(self, origin: Origin, part: int) -> AsyncIterator[Sequence[Piece]]:
        """The pieces of one part."""
        await self.faults.meet("read")
        if pieces := self.kept.get(origin, {}).get(part):
            yield list(pieces)

    def close(self, origin: Origin) -> None:
        """The next `append` begins another part."""
        self._open.discard(origin)

    async def tidy(self, *, apps: Collection[AppName], now: float) -> Sequence[str]:
        """Delete what is of other apps."""
        await self.faults.meet("tidy")
        gone = {origin.app for origin in self.kept} - set(apps)
        for app in gone:
            await self.forget(app)
        return [f"the logs of {app} are deleted: there is no such app" for app in sorted(gone)]

    async def forget(self, app: AppName) -> None:
        """Delete everything of the app."""
        for origin in [each for each in self.kept if each.app == app]:
            del self.kept[origin]
            self._open.discard(origin)
