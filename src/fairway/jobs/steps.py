"""The steps of a run. Level-triggered: the record and the container say how far it has come, and each step begins with
the record. So it does not matter which server, or which life of it, did the step before:

    PENDING    nothing was asked for          → STARTING is written, then the container is made
    STARTING   the container may be there     → it is made if it is not, and started if it was not; RUNNING is written
    RUNNING    the container was there        → it is watched; its end is written, then it is removed
    STOPPING   its end is wanted              → the same, and it is asked to end

One that is gone before its end was written is never made a second time: it may have done its work.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fairway.domain import run as runs
from fairway.domain.ids import AppName, EnvironmentName, JobId
from fairway.domain.run import Run, RunStatus
from fairway.errors import FairwayError, Unavailable
from fairway.jobs import explaining
from fairway.jobs.ledger import Ledger
from fairway.jobs.pausing import pause
from fairway.ports.jobs import JobEnd, Jobs, JobSpec
from fairway.ports.leases import Holding
from fairway.ports.masks import Masks
from fairway.ports.runs import RunLogs

LOG = logging.getLogger(__name__)
GRACE = 10.0
"""Seconds from the signal that asks a run to end until it is killed; `docker stop` gives as many."""
LONGEST = 30.0
"""Seconds until a run that waits looks again whether its turn has come, when nothing told of it."""
PATIENCE = 600.0
"""Seconds that an engine which does not answer is asked again to start a run, before that has failed."""

Variables = Callable[[AppName, EnvironmentName, int], Awaitable[Mapping[str, str]]]
"""The values of a version of an environment's variables."""
Closed = Callable[[AppName, EnvironmentName], Awaitable[bool]]
"""Whether an environment is closed."""


@dataclass(slots=True)
class Care:
    """What this server knows of a run that it sees through. `news` is set when its record may have changed."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    troubles: int = 0


class Steps:
    """Takes them. `server` is what this one is known by; `ended` is called when a run has ended. Nothing begins in an
    environment that is `closed`, a further attempt neither: its release was seen to fail on the schema that comes."""

    def __init__(
        self,
        ledger: Ledger,
        jobs: Jobs,
        variables: Variables,
        logs: RunLogs,
        holding: Holding,
        *,
        server: str,
        ended: Callable[[], None],
        masks: Masks,
        closed: Closed,
    ) -> None:
        self._closed = closed
        self._ledger = ledger
        self._runs = ledger.runs
        self._clock = ledger.clock
        self._jobs = jobs
        self._variables = variables
        self._logs = logs
        self._holding = holding
        self._server = server
        self._ended = ended
        self._masks = masks

    async def take(self, run: Run, care: Care) -> None:
        """Do what comes next for a run as it was just read. Raises Unavailable when the engine or the store does not
        answer, and NotFound when the run is gone; it is to be read again then, and tried again."""
        if run.server not in ("", self._server) and run.status is not RunStatus.PENDING:
            await self._change(run, runs.lost(run, at=self._clock.now(), cause=explaining.ELSEWHERE))
            return
        match run.status:
            case RunStatus.PENDING:
                await self._begin(run, care)
            case RunStatus.STARTING:
                await self._start(run)
            case RunStatus.RUNNING | RunStatus.STOPPING:
                await self._see_through(run, care)

    async def _begin(self, run: Run, care: Care) -> None:
        """Write down that its container is about to be made, once its turn has come."""
        closed = not run.while_closed and await self._closed(run.app, run.environment)
        if runs.late(run, now=self._clock.now()):
            await self._change(run, runs.missed(run, at=self._clock.now(), cause=explaining.late(run, closed=closed)))
            return
        wait = run.not_before - self._clock.now()
        if wait <= 0 and (closed or await self._must_wait(run)):
            wait = LONGEST
        if wait > 0:
            await pause(self._clock, care.news, min(wait, LONGEST))
            return
        await self._holding.valid()
        await self._change(run, runs.start(run, server=self._server))

    async def _must_wait(self, run: Run) -> bool:
        """Whether an earlier run of a job goes on that wants no other one beside it."""
        return run.spec.alone and any(
            (other.app, other.environment, other.job) == (run.app, run.environment, run.job)
            and other.number < run.number
            for other in await self._runs.unfinished()
        )

    async def _start(self, run: Run) -> None:
        """Make its container and start it, as far as that is not done. Raises Unavailable."""
        now = self._clock.now()
        if runs.late(run, now=now) and run.container not in await self._jobs.list():
            await self._change(run, runs.missed(run, at=now, cause=explaining.late(run, closed=False)))
            return
        try:
            await self._holding.valid()
            variables = await self._variables(run.app, run.environment, run.configuration)
            await self._jobs.begin(run.container, make_spec(run), {**variables, **own_variables(run)})
        except Unavailable:
            if now - max(run.created_at, run.not_before) < PATIENCE:
                raise
            await self._fail(run, f"the engine did not answer for {PATIENCE / 60:.0f} min")
        except FairwayError as error:
            await self._fail(run, explaining.refused(error))
        else:
            await self._change(run, runs.started(run, at=self._clock.now()))

    async def _fail(self, run: Run, cause: str) -> None:
        after = runs.end(run, status=RunStatus.FAILED, at=self._clock.now(), code=None, cause=cause)
        if await self._change(run, after):
            await self._remove(run.container)

    async def _see_through(self, run: Run, care: Care) -> None:
        """Watch it to its end, write that down, and remove its container."""
        end = await self._watch(run, care)
        while not (latest := await self._runs.get(run.app, run.number)).finished:
            if await self._change(latest, conclude(latest, end, now=self._clock.now())):
                break
        await self._remove(run.container)

    async def _watch(self, run: Run, care: Care) -> JobEnd | None:
        """Its end, None when it has no container. Its log is written anew: the engine gives it from the first line."""
        mask = await self._masks.of(run.app)
        with self._logs.write(run.app, int(run.number), str(run.attempt), resume=False) as file:

            def log(text: str) -> None:
                file(mask(text))

            watching = asyncio.ensure_future(self._jobs.watch(run.container, log, timeout=run.spec.timeout))
            stopping = asyncio.ensure_future(self._stop_when_asked(run, care))
            try:
                await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not watching.done() and stopping.exception() is not None:
                    # The engine did not take the order: both are begun again.
                    raise stopping.exception() or AssertionError
                return await watching
            finally:
                for task in (watching, stopping):
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({watching, stopping})

    async def _stop_when_asked(self, run: Run, care: Care) -> None:
        while run.status is not RunStatus.STOPPING:
            await care.news.wait()
            care.news.clear()
            run = await self._runs.get(run.app, run.number)
        await self._holding.valid()
        await self._jobs.stop(run.container, grace=GRACE)

    async def _change(self, before: Run, after: Run) -> bool:
        changed = await self._ledger.change(before, after)
        if changed and after.finished:
            self._ended()
        return changed

    async def _remove(self, job: JobId) -> None:
        """Its end is written down: what is left of it goes, now or at the next sweep."""
        try:
            await self._holding.valid()
            await self._jobs.remove(job)
        except FairwayError as error:
            LOG.warning("a run's container can't be removed: %s; it is tried again in ten minutes", error.what)


def conclude(run: Run, end: JobEnd | None, *, now: float) -> Run:
    """The run after the end of an attempt. A server that comes late says when it ended, not when it was found."""
    if end is None:
        return runs.lost(run, at=now, cause=explaining.GONE)
    at = now if run.began_at is None else min(now, run.began_at + end.seconds)
    if run.status is RunStatus.STOPPING:
        return runs.stopped(run, at=at, code=end.code)
    cause = explaining.explain(run.spec, end)
    return runs.end(run, status=explaining.status_of(end), at=at, code=end.code, cause=cause)


def make_spec(run: Run) -> JobSpec:
    """What its container is made from."""
    spec = run.spec
    return JobSpec(
        app=run.app,
        environment=run.environment,
        run=run.number,
        name=run.name,
        image=spec.image,
        command=spec.command,
        cpu=spec.cpu,
        memory=spec.memory,
        volumes=spec.volumes,
    )


def own_variables(run: Run) -> Mapping[str, str]:
    """What a command is told of its run."""
    return {
        "FAIRWAY_APP": run.app,
        "FAIRWAY_ENVIRONMENT": run.environment,
        "FAIRWAY_RELEASE": str(run.release),
        "FAIRWAY_RUN": str(run.number),
        "FAIRWAY_JOB": run.job,
        "FAIRWAY_ATTEMPT": str(run.attempt),
    }
