"""A passage on its way: what is written of it, and what is said.

Each write is by compare-and-set against the passage as it was read. Who finds it changed has been overtaken (by a stop,
or by a server that took the app over) and does nothing more. A write whose answer was lost is recognised as one's own.
"""

from collections.abc import Callable
from dataclasses import replace

from fairway.domain import retry
from fairway.domain.deployment import Cause
from fairway.domain.passage import Passage, PassageStatus, advance
from fairway.errors import Conflict, Unavailable
from fairway.migrate.pacing import Paced
from fairway.migrate.parts import Order, Parts
from fairway.ports.builder import LogSink
from fairway.ports.databases import Progress


class Overtaken(Conflict):
    """Somebody else has changed the passage, which is as it says now."""

    def __init__(self, passage: Passage) -> None:
        super().__init__(
            f"passage {passage.number} of {passage.app} was ended by somebody else", why=f"it is {passage.status}"
        )
        self.passage = passage


class Walk:
    """One of them. `passage` is as it is kept."""

    def __init__(self, parts: Parts, passage: Passage, order: Order, log: LogSink) -> None:
        self.passage = passage
        self.order = order
        self._parts = parts
        self._log = log
        self._paced = Paced(parts.clock.now, log)

    @property
    def name(self) -> str:
        """What its scratches, jobs and trials are called after: `shop-api-7`."""
        return f"{self.passage.app}-{self.passage.number}"

    async def move(self, to: PassageStatus, **changes: object) -> None:
        """Write its next status. Raises Overtaken, Unavailable."""
        await self._write(advance(self.passage, to, **changes))

    async def note(self, **changes: object) -> None:
        """Write more of what is known, in the same status. Raises Overtaken, Unavailable."""
        await self._write(replace(self.passage, **changes))  # type: ignore[arg-type]

    async def end(self, to: PassageStatus, summary: str, cause: Cause | None = None, **changes: object) -> None:
        """Write how it ended. Raises Overtaken, Unavailable."""
        now = self._parts.clock.now()
        await self.move(to, summary=summary, cause=cause, ended_at=now, **changes)

    def say(self, text: str) -> None:
        """A line in the log."""
        self._log(text)

    def step(self, name: str, well: bool | None, text: str) -> None:
        """A step's line: `backup     ✓  12.4 MB in 1.1 s`. `well` None: it is not over."""
        mark = "…" if well is None else "✓" if well else "✗"
        self._log(f"{name:<13} {mark}  {text}")

    def printed(self, name: str) -> Callable[[str], None]:
        """What takes the lines that a command prints."""

        def take(text: str) -> None:
            for line in text.splitlines() or [""]:
                self._log(f"{name} │ {line}")

        return take

    def report(self, progress: Progress) -> None:
        """Say how far something has come, now and then."""
        self._paced.report(progress)

    async def _write(self, after: Passage) -> None:
        """Keep it. While it migrates, a store that does not answer is asked again: what was done must not be lost."""
        failures, until = 0, self._parts.clock.now() + self._parts.patience
        while True:
            try:
                await self._exchange(after)
                return
            except Unavailable:
                if self.passage.status is not PassageStatus.MIGRATING or self._parts.clock.now() >= until:
                    raise
                failures += 1
                await self._parts.clock.sleep(retry.delay(failures, limit=15.0))

    async def _exchange(self, after: Passage) -> None:
        kept = replace(after, version=self.passage.version + 1)
        if not await self._parts.passages.change(self.passage, after):
            latest = await self._parts.passages.get(after.app, after.number)
            if latest != kept:
                raise Overtaken(latest)
        self.passage = kept
