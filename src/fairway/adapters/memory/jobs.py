"""Jobs in memory. What a command would do is described by a `Deed`, chosen by the job's specification."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import JobId
from fairway.errors import WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.jobs import OUTPUT, JobEnd, JobFile, JobSpec

KILLED = 137


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a job does: it prints its lines at once, ends after `takes` seconds with `code`, and leaves `files`.
    `refused` is why it can't be started at all."""

    lines: tuple[str, ...] = ()
    takes: float = 0.01
    code: int = 0
    oom_killed: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: str | None = None


@dataclass(slots=True)
class Started:
    """One job with what it was started from."""

    spec: JobSpec
    variables: Mapping[str, str]
    deed: Deed
    at: float
    gone: asyncio.Event = field(default_factory=asyncio.Event)


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
        started = self.jobs.get(job) or self._start(job, spec, variables)
        for line in started.deed.lines:
            log(line)
        left = started.at + min(started.deed.takes, timeout) - self._clock.now()
        try:
            async with asyncio.timeout(max(0.0, left)):
                await started.gone.wait()
        except TimeoutError:
            pass
        else:
            raise WorkFailed(f"{spec.name} is gone before its end")
        deed = started.deed
        if deed.takes > timeout:
            return JobEnd(code=KILLED, seconds=timeout, timed_out=True)
        return JobEnd(code=deed.code, seconds=deed.takes, oom_killed=deed.oom_killed)

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
            started.gone.set()

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
