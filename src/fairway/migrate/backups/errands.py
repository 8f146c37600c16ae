"""Long work goes on by itself: whoever asked for it may follow it, leave, and come back.

An errand is known to this process alone. What it makes is recorded where it belongs (a backup, a drill, an event), and
what a killed server left of it is put in order from there; so nothing here has to outlive the server.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from fairway.domain.errand import Errand, ErrandStatus, Kind
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable
from fairway.ports.clock import Clock
from fairway.ports.databases import Progress, Report

LOG = logging.getLogger(__name__)
KEPT = 200
"""How many errands are remembered, of all apps."""

Edit = Callable[[Errand], Errand]
Work = Callable[[Report], Awaitable[Edit]]
"""Does it; the edit that its result makes of the errand. Raises a FairwayError."""


@dataclass(slots=True)
class Board:
    """An errand as it is now, why it failed, and the bell that rings at its next change."""

    errand: Errand
    error: Exception | None = None
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class Errands:
    """Takes them, runs each beside the others, and shows how far they have come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boards: dict[int, Board] = {}
        self._works: asyncio.Queue[tuple[int, Work]] = asyncio.Queue()
        self._count = 0

    async def run(self) -> None:
        """Do what was begun, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                number, work = await self._works.get()
                group.create_task(self._do(number, work), name=f"errand {number}")

    def begin(
        self,
        kind: Kind,
        app: AppName,
        environment: EnvironmentName,
        variable: str,
        work: Work,
        *,
        by: str,
        backup: int | None = None,
    ) -> Errand:
        """Begin it; it goes on by itself. Raises Conflict when something of that kind goes on with that database."""
        for board in self._boards.values():
            other = board.errand
            same = (other.app, other.environment, other.variable) == (app, environment, variable)
            if same and other.kind is kind and other.status is ErrandStatus.IN_PROGRESS:
                raise Conflict(
                    f"a {kind} of {variable} of {environment} goes on",
                    why=f"{other.by} began it",
                    hint=f"follow it: fairway db follow {other.number}",
                )
        self._count += 1
        errand = Errand(
            app=app,
            number=self._count,
            kind=kind,
            environment=environment,
            variable=variable,
            by=by,
            begun_at=self._clock.now(),
            backup=backup,
        )
        self._boards[errand.number] = Board(errand)
        self._works.put_nowait((errand.number, work))
        self._forget()
        return errand

    def get(self, app: AppName, number: int) -> Errand:
        """Raises NotFound."""
        return self._board(app, number).errand

    def list(self, app: AppName) -> Sequence[Errand]:
        """Those of an app, newest first."""
        return [board.errand for board in reversed(self._boards.values()) if board.errand.app == app]

    async def follow(self, app: AppName, number: int) -> AsyncIterator[Errand]:
        """The errand now and at each change until it has ended. What it failed with is raised then. Raises NotFound."""
        board = self._board(app, number)
        while True:
            bell, errand = board.bell, board.errand
            yield errand
            if errand.status is not ErrandStatus.IN_PROGRESS:
                break
            await bell.wait()
        if board.error is not None:
            raise board.error

    async def _do(self, number: int, work: Work) -> None:
        board = self._boards[number]

        def report(progress: Progress) -> None:
            errand = board.errand
            new = errand.doing != progress.doing
            at = self._clock.now() if new else errand.step_at
            change(board, replace(errand, doing=progress.doing, done=progress.done, total=progress.total, step_at=at))

        try:
            edit = await work(report)
        except asyncio.CancelledError:
            why = "what was begun is put in order when it is back"
            self._end(board, Unavailable("the server is stopping", why=why))
            raise
        except Exception as error:
            if not isinstance(error, FairwayError):
                LOG.exception("errand %s came upon a defect", number)
            self._end(board, error)
        else:
            self._end(board, None, edit)

    def _end(self, board: Board, error: Exception | None, edit: Edit = lambda errand: errand) -> None:
        board.error = error
        status = ErrandStatus.SUCCEEDED if error is None else ErrandStatus.FAILED
        change(board, replace(edit(board.errand), status=status, ended_at=self._clock.now()))

    def _board(self, app: AppName, number: int) -> Board:
        board = self._boards.get(number)
        if board is None or board.errand.app != app:
            raise NotFound(
                f"{app} has no work {number} under way",
                why="it ended long ago, or the server was started again since",
                hint="what came of it: fairway db backups",
            )
        return board

    def _forget(self) -> None:
        ended = [each for each, board in self._boards.items() if board.errand.status is not ErrandStatus.IN_PROGRESS]
        for number in ended[: max(0, len(self._boards) - KEPT)]:
            del self._boards[number]


def change(board: Board, errand: Errand) -> None:
    """Show it, and ring."""
    bell, board.errand, board.bell = board.bell, errand, asyncio.Event()
    bell.set()
