"""Jobs in memory. What a command would do is described by a `Deed`, chosen by the job's specification."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import JobId
from fairway.errors import WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.jobs import OUTPUT, JobEnd, JobFile, JobSpec

KILLED, TERMINATED = 137, 143


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a job does: it prints its lines at once, ends after `takes` seconds with `code`, and leaves `files`.
    `refused` is why it can't be started at all; `obeys`: it ends when it is asked to."""

    lines: tuple[str, ...] = ()
    takes: float = 0.01
    code: int = 0
    oom_killed: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: str | None = None
    obeys: bool = True


@dataclass(slots=True)
class Started:
    """One job with what it was started from."""

    spec: JobSpec
    variables: Mapping[str, str]
    deed: Deed
    at: float
    asked: bool = False
    killed: bool = False
    gone: bool = False
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def ended(self, now: float) -> bool:
        """Whether it has come to its end by itself, or was ended."""
        return self.asked or self.killed or now >= self.at + self.deed.takes


class MemoryJobs:
    """`ports.jobs.Jobs`. `jobs` are those that have not been removed, `starts` the ids in the order of their starts."""

    def __init__(self, clock: Clock, deeds: Callable[[JobSpec], Deed] = lambda spec: Deed()) -> None:
        self.faults = Faults()
        self.deeds = deeds
        self.jobs: dict[JobId, Started] = {}
        self.starts: list[JobId] = []
        self._clock = clock

    async def run(
        self, job: JobId, spec: JobSpec, variables: Mapping[str, str], log: LogSink, *, timeout: float
    ) -> JobEnd:
        """Its lines and its end. Raises WorkFailed for a deed that is refused, or a job that is removed meanwhile."""
        await self.faults.meet("run")
        if job not in self.jobs:
            self._start(job, spec, variables)
        end = await self._see_through(self.jobs[job], log, timeout=timeout)
        if end is None:
            raise WorkFailed(f"{spec.name} is gone before its end")
        return end

    async def begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> None:
        """Start it, unless it is there. Raises WorkFailed for a deed that is refused."""
        await self.faults.meet("begin")
        if job not in self.jobs:
            self._start(job, spec, variables)

    async def watch(self, job: JobId, log: LogSink, *, timeout: float) -> JobEnd | None:
        """Its lines and its end, None when it is not there or is removed meanwhile."""
        await self.faults.meet("watch")
        started = self.jobs.get(job)
        return None if started is None else await self._see_through(started, log, timeout=timeout)

    async def stop(self, job: JobId, *, grace: float) -> None:
        """It obeys at once, or is killed at the end of its grace when its deed ignores the signal."""
        await self.faults.meet("stop")
        started = self.jobs.get(job)
        if started is None or started.ended(self._clock.now()):
            return
        if started.deed.obeys:
            started.asked = True
        else:
            await self._clock.sleep(grace)
            started.killed = True
        started.told.set()

    async def _see_through(self, started: Started, log: LogSink, *, timeout: float) -> JobEnd | None:
        for line in started.deed.lines:
            log(line)
        left = started.at + min(started.deed.takes, timeout) - self._clock.now()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, left)):
                await started.told.wait()
        if started.gone:
            return None
        deed, seconds = started.deed, min(started.deed.takes, timeout)
        if started.asked or started.killed:
            return JobEnd(code=TERMINATED if started.asked else KILLED, seconds=self._clock.now() - started.at)
        if deed.takes > timeout:
            return JobEnd(code=KILLED, seconds=seconds, timed_out=True)
        return JobEnd(code=deed.code, seconds=seconds, oom_killed=deed.oom_killed)

    async def files(self, job: JobId, path: str, *, largest: int) -> AsyncGenerator[JobFile, None]:
        """Those of its deed."""
        await self.faults.meet("files")
        started = self.jobs.get(job)
        left = {OUTPUT: b"", **started.deed.files} if started else {}
        for name, content in sorted(left.items()):
            if name == path or name.startswith(f"{path}/"):
                yield JobFile(path=name, size=len(content), content=content if len(content) <= largest else None)

    async def remove(self, job: JobId) -> None:
        """It is gone, and whoever watches it is told."""
        await self.faults.meet("remove")
        started = self.jobs.pop(job, None)
        if started is not None:
            started.gone = True
            started.told.set()

    async def list(self) -> Sequence[JobId]:
        """All that have not been removed."""
        await self.faults.meet("list")
        return list(self.jobs)

    def _start(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> Started:
        deed = self.deeds(spec)
        if deed.refused is not None:
            raise WorkFailed(f"{spec.name} can't start: {deed.refused}")
        started = Started(spec=spec, variables=dict(variables), deed=deed, at=self._clock.now())
        self.jobs[job] = started
        self.starts.append(job)
        return started
