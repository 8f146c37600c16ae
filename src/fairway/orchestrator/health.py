"""The checker: one loop for each running task, which probes it and keeps what the results come to.

A task that is starting is probed after 10 ms and then ever more slowly, each time after a twentieth of the time that it
has been up: a backend that listens after 300 ms gets its first request within 15 ms of that, and one that needs 20 s is
asked some hundred times, not a thousand. A healthy one is probed by its check's interval.

The port that a process listens on is the truth. Where the port was only guessed, nothing listens on it, and the task
has exactly one other port open to the outside, that one is adopted.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fairway.domain import health
from fairway.domain.desired import TaskSpec
from fairway.domain.health import AliveCheck, Check, Health, HealthState, ProbeResult, TcpCheck
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task
from fairway.errors import FairwayError, Unavailable
from fairway.orchestrator import patience
from fairway.ports.clock import Clock
from fairway.ports.probe import Inspector, Probe

SOONEST, LATEST = 0.01, 0.5
"""Seconds between the probes of a task that is starting."""
LOOKS = 0.5
"""Seconds between two looks for another port. It must be the only one in two looks: many open a debugger's port or a
metrics' port a moment before their own."""
YOUNG = 0.25
"""Seconds of a task's age before the first of them. A look costs 20 ms of a core, which most need to start by then."""

PRESUMED = ProbeResult(ok=True, detail="it served before Fairway was restarted")


@dataclass(slots=True)
class Record:
    """What is known of one task. `port` is the one that it is reached by; `other` the one that may be adopted."""

    task: Task
    spec: TaskSpec | None
    health: Health
    port: int | None
    other: int | None = None
    looked_at: float = 0.0
    loop: asyncio.Task[None] | None = None

    @property
    def check(self) -> Check:
        """The specification's, or the simplest one there is for a task that is not known any more."""
        if self.spec is not None:
            return self.spec.health
        return AliveCheck(settle=0.0) if self.port is None else TcpCheck()


class Checker:
    """`changed` is called with a task and its health before and after each change of state, `adopted` with a task whose
    port was not the one it had. Its loops run in the given group, and end when it is left."""

    def __init__(
        self,
        *,
        probe: Probe,
        inspector: Inspector,
        clock: Clock,
        group: asyncio.TaskGroup,
        changed: Callable[[Task, Health, Health], None],
        adopted: Callable[[Task, int], None],
    ) -> None:
        self._probe = probe
        self._inspector = inspector
        self._clock = clock
        self._group = group
        self._changed = changed
        self._adopted = adopted
        self._records: dict[TaskId, Record] = {}

    def watch(self, task: Task, spec: TaskSpec | None, *, presumed_healthy: bool, port: int | None) -> None:
        """Probe a running task from now on. One that is watched already is only brought up to date."""
        if record := self._records.get(task.id):
            record.task, record.spec = task, spec or record.spec
            return
        state = Health(since=self._clock.now())
        if presumed_healthy:
            state = replace(state, state=HealthState.HEALTHY, ever_healthy=True, last=PRESUMED)
        record = self._records[task.id] = Record(task=task, spec=spec, health=state, port=port)
        record.loop = self._group.create_task(self._watch(record), name=f"check {task.service}:{task.id}")

    def forget(self, task: TaskId) -> None:
        """Probe it no longer. One that is not watched is no error."""
        record = self._records.pop(task, None)
        if record is not None and record.loop is not None:
            record.loop.cancel()

    def health(self, task: TaskId) -> Health:
        """What its probes came to; STARTING for one that is not watched."""
        record = self._records.get(task)
        return record.health if record else Health()

    def port(self, task: Task) -> int | None:
        """The port that it is reached by."""
        record = self._records.get(task.id)
        return record.port if record else task.port

    @property
    def records(self) -> Mapping[TaskId, Record]:
        """All that are watched."""
        return self._records

    async def _watch(self, record: Record) -> None:
        while True:
            result = await self._ask(record)
            if result is not None:
                await self._adopt(record, result)
                self._judge(record, result)
            await self._clock.sleep(pace(record, self._clock.now()))

    async def _ask(self, record: Record) -> ProbeResult | None:
        """One result; None when the probe itself could not be made, which says nothing about the task."""
        seconds = record.check.timing.timeout
        try:
            async with patience.within(seconds + 1.0, "the task"):
                return await self._probe.probe(replace(record.task, port=record.port), record.check)
        except Unavailable as error:
            timed_out = isinstance(error.__cause__, TimeoutError)
            return ProbeResult(ok=False, detail=f"no answer within {seconds:g} s") if timed_out else None

    def _judge(self, record: Record, result: ProbeResult) -> None:
        before, now = record.health, self._clock.now()
        record.health = health.judge(before, result, check=record.check, started_at=started_at(record.task), now=now)
        if record.health.state is not before.state:
            self._changed(record.task, before, record.health)

    async def _adopt(self, record: Record, result: ProbeResult) -> None:
        now = self._clock.now()
        guessed = record.spec is not None and record.port is not None and not record.spec.port_declared
        young = now - started_at(record.task) < YOUNG
        if result.ok or not guessed or record.health.ever_healthy or young or now - record.looked_at < LOOKS:
            return
        record.looked_at = now
        other = await self._only_other_port(record)
        if other is not None and other == record.other:
            self._adopted(record.task, other)
            record.port = other
        record.other = other

    async def _only_other_port(self, record: Record) -> int | None:
        try:
            async with patience.within(patience.LOOK, "the task"):
                sockets = await self._inspector.listening(record.task.id)
        except FairwayError:
            return None
        ports = {socket.port for socket in sockets or () if socket.reachable}
        return ports.pop() if len(ports) == 1 and record.port not in ports else None


def pace(record: Record, now: float) -> float:
    """Seconds until the next probe.

    Concrete examples, with an interval of 5 s: 10 ms while it is younger than 200 ms, 0.15 s at an age of 3 s, 0.5 s
    from 10 s on, and 5 s once it is healthy, or was given up.
    """
    interval = record.check.timing.interval
    if record.health.ever_healthy or record.health.state is HealthState.UNHEALTHY:
        return interval
    return min(interval, LATEST, max(SOONEST, (now - started_at(record.task)) / 20))


def started_at(task: Task) -> float:
    """When it began to run."""
    return task.created_at if task.started_at is None else task.started_at
