"""Keeps what every task of this server prints, from its first line on, until nothing of it is left on the engine.

It finds the tasks on the board of observations, and has a reader for each. How far a log was kept stands in the log
itself, so a server that was killed goes on where it was. What goes wrong here (no room, no engine) never stops
anything else: it is told once, and tried again.
"""

import asyncio
import logging
from dataclasses import dataclass

from fairway.domain.events import Event
from fairway.domain.ids import AppName, TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.domain.printed import NOTICE, SECOND, Origin, Piece, origin_of
from fairway.errors import FairwayError
from fairway.logkeeping import pace
from fairway.logkeeping.pace import Allowance
from fairway.logkeeping.reader import Reader
from fairway.ports.clock import Clock
from fairway.ports.logs import LogStore, Printing
from fairway.ports.masks import Masks, Unmasked
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.stores import Apps

LOG = logging.getLogger(__name__)
LOOK = 1.0
"""Seconds between two looks for new tasks. A task that comes and goes in between is read when it is removed."""
PATIENCE = 2.0
"""Seconds that the removal of a task waits for its log."""
TIDY = 30.0
"""Seconds between two rounds of tidying: in one, all tasks together can print 90 MB more than they may keep."""
LEFT = 60
"""Looks after which a task is given up that was not seen any more."""
CUT = "the last lines may be missing: the task was removed before they were read"


@dataclass(slots=True)
class Kept:
    """A task's reader, the coroutine that it runs in, and in how many looks the task has not been seen."""

    reader: Reader
    running: asyncio.Task[None]
    unseen: int = 0


class Collector:
    """`ports.logs.LogKeeping` while `run` runs."""

    def __init__(
        self,
        *,
        printing: Printing,
        store: LogStore,
        observations: Observations,
        apps: Apps,
        notices: Notices,
        clock: Clock,
        masks: Masks | None = None,
    ) -> None:
        self._printing = printing
        self._store = store
        self._observations = observations
        self._apps = apps
        self._notices = notices
        self._clock = clock
        self._masks = masks or Unmasked()
        self._group: asyncio.TaskGroup | None = None
        self._everybody: Allowance | None = None
        self._kept: dict[TaskId, Kept] = {}
        self._troubles: dict[TaskId, str] = {}

    async def run(self) -> None:
        """Keep logs until cancelled."""
        self._everybody = Allowance(pace.ALL, asyncio.get_running_loop().time)
        try:
            async with asyncio.TaskGroup() as self._group:
                self._group.create_task(self._tidy(), name="tidy logs")
                while True:
                    self._look()
                    await self._clock.sleep(LOOK)
        finally:
            self._group = None
            self._kept.clear()

    async def finish(self, task: Task) -> None:
        """Return when the ended task's log is kept, or after PATIENCE."""
        reader = self._follow(task)
        if reader is None:
            return
        reader.hurry()
        try:
            async with asyncio.timeout(PATIENCE):
                await reader.kept.wait()
        except TimeoutError:
            LOG.warning("%s.%s: %s", task.service, task.id[:4], CUT)
            self._note(reader.origin, CUT)

    async def forget(self, app: AppName) -> None:
        """The app is deleted: so are its logs, and none is begun for what is left of its tasks. Raises Unavailable."""
        for kept in self._kept.values():
            if kept.reader.origin.app == app:
                kept.running.cancel()
                kept.reader.kept.set()
        await self._store.forget(app)

    def _look(self) -> None:
        """Begin with tasks that are new, tell the readers of those that ended, and give up those that are gone."""
        seen = set()
        for observed in self._observations.every():
            for task in (each.task for each in observed.tasks):
                seen.add(task.id)
                if task.status is not TaskStatus.PENDING:
                    reader = self._follow(task)
                    if reader is not None and task.status is TaskStatus.STOPPED:
                        reader.end()
        for id, kept in list(self._kept.items()):
            kept.unseen = 0 if id in seen else kept.unseen + 1
            if id not in seen and (kept.reader.kept.is_set() or kept.unseen > LEFT):
                kept.running.cancel()
                del self._kept[id]
                self._troubles.pop(id, None)

    def _follow(self, task: Task) -> Reader | None:
        """The task's reader, which runs; None when the collector does not."""
        if task.id not in self._kept:
            if self._group is None or self._everybody is None:
                return None
            reader = Reader(
                origin_of(task),
                printing=self._printing,
                store=self._store,
                masks=self._masks,
                everybody=self._everybody,
                tell=self._tell,
            )
            running = self._group.create_task(self._read(reader), name=f"log of {task.id}")
            self._kept[task.id] = Kept(reader=reader, running=running)
        return self._kept[task.id].reader

    async def _read(self, reader: Reader) -> None:
        try:
            await reader.run()
        except Exception:
            # One log must never end the server.
            LOG.exception("reading the log of %s failed; the rest of it is not kept", reader.origin.task)

    async def _tidy(self) -> None:
        while True:
            await self._clock.sleep(TIDY)
            try:
                apps = {record.name for record in await self._apps.list()}
                apps |= {each.task.app for observed in self._observations.every() for each in observed.tasks}
                for text in await self._store.tidy(apps=apps, now=self._clock.now()):
                    LOG.info("%s", text)
            except FairwayError as error:
                LOG.warning("%s: %s; it is tried again in %g s", error.what, error.why, TIDY)

    def _tell(self, origin: Origin, error: FairwayError | None) -> None:
        """What is wrong is told when it begins and when it is over, once for all tasks that it meets."""
        before = self._troubles.pop(origin.task, "")
        if error is not None:
            text = self._troubles[origin.task] = f"{error.what}: {error.why}" if error.why else error.what
            if text not in {before, *(known for task, known in self._troubles.items() if task != origin.task)}:
                self._say("logs.troubled", f"what tasks print is not kept at present: {text}")
        elif before and before not in self._troubles.values():
            self._say("logs.recovered", f"what tasks print is kept again; over: {before}")

    def _say(self, kind: str, text: str) -> None:
        LOG.warning("%s", text)
        self._notices.publish(Event(at=self._clock.now(), kind=kind, text=text))

    def _note(self, origin: Origin, text: str) -> None:
        """Write a notice into the log itself."""
        try:
            self._store.append(origin, [Piece(int(self._clock.now() * SECOND), NOTICE, text.encode())])
        except FairwayError as error:
            self._tell(origin, error)
