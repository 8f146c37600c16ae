"""The jobs port over the Docker Engine: a job is a container, found again by the label that carries its id.

What a server does here may be cut off at any point: a container that was made and not started is started by the next
call, one that runs is watched on, one that has ended is read. Its state and its log are Docker's, so nothing is kept.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from fairway.adapters.docker import archives, creation, labelled, names, reading, refusals
from fairway.adapters.docker.connection import PATIENCE, Refused
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.printed import Printed
from fairway.domain.ids import JobId
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.jobs import JobEnd, JobFile, JobSpec

GRACE = 5
"""Seconds between the signal to a job whose time is over and its being killed."""
ATTEMPTS = 5
"""How often a job is begun whose container Docker takes back, or whose start meets something that can be mended."""
MOMENT = 0.2
"""Seconds between two of them."""
TAKEN_BACK = frozenset({"created", "removing", "dead"})
"""What Docker lists a container as that was never started."""
PAUSE = 1.0
"""Seconds before a Docker that has gone is asked again."""


class DockerJobs:
    """`ports.jobs.Jobs` on the engine's daemon, under its instance, on its networks. `kind` is the label that carries
    their ids: `names.JOB` for those of actions, `names.RUN` for runs."""

    def __init__(self, engine: DockerEngine, kind: str = names.JOB) -> None:
        self._engine = engine
        self._kind = kind
        self._connection = engine.containers.connection
        self._instance = engine.containers.instance
        self._init = True

    async def run(
        self, job: JobId, spec: JobSpec, variables: Mapping[str, str], log: LogSink, *, timeout: float
    ) -> JobEnd:
        """Run it to its end, or find it and watch it on. Raises WorkFailed or Unavailable."""
        container = await self._begin(job, spec, variables)
        end = await self._see_through(container, log, timeout=timeout)
        if end is None:
            raise WorkFailed(f"{spec.name} is gone before its end", why="its container was removed")
        return end

    async def begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> None:
        """Start it, or find it. Raises WorkFailed or Unavailable."""
        await self._begin(job, spec, variables)

    async def watch(self, job: JobId, log: LogSink, *, timeout: float) -> JobEnd | None:
        """See it to its end, None when it is not there. Raises Unavailable."""
        container = await self._find(job)
        return None if container is None else await self._see_through(container, log, timeout=timeout)

    async def stop(self, job: JobId, *, grace: float) -> None:
        """Its stop signal, so many seconds, SIGKILL."""
        container = await self._find(job)
        if container is not None:
            await self._end(container, grace=grace)

    async def _see_through(self, container: str, log: LogSink, *, timeout: float) -> JobEnd | None:
        first = await self._state(container)
        if first is None:
            return None
        started = first.started_at or time.time()
        printed = Printed(self._connection, container, log)
        timed_out = False
        try:
            async with asyncio.timeout(max(0.0, started + timeout - time.time())):
                await self._watch(container, printed)
        except TimeoutError:
            timed_out = await self._end(container)
            await printed.read(follow=False)
        state = await self._state(container)
        if state is None:
            return None
        seconds = max(0.0, (state.stopped_at or time.time()) - started)
        # A server that was killed while it ended the job has left it ended: its time tells why.
        timed_out = timed_out or (state.code != 0 and seconds >= timeout)
        return JobEnd(code=state.code, seconds=seconds, oom_killed=state.oom_killed, timed_out=timed_out)

    async def files(self, job: JobId, path: str, *, largest: int) -> AsyncGenerator[JobFile, None]:
        """What the job left at the path. Raises WorkFailed when that is too much to look through."""
        container = await self._find(job)
        if container is None:
            return
        with contextlib.suppress(archives.Missing):
            found = archives.read(self._connection, container, path, largest=largest)
            async with contextlib.aclosing(found):
                async for file in found:
                    yield file

    async def remove(self, job: JobId) -> None:
        """Kill and delete its container."""
        container = await self._find(job)
        if container is not None:
            await labelled.delete(self._connection, f"/containers/{container}")

    async def list(self) -> Sequence[JobId]:
        """Those of this instance."""
        return [JobId(entry["Labels"][self._kind]) for entry in await self._listed(self._kind)]

    async def _begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> str:
        """The id of its container, which is made and started as far as it is not."""
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            entry = next(iter(await self._listed(f"{self._kind}={job}")), None)
            container = str(entry["Id"]) if entry else await self._create(job, spec, variables)
            state = await self._state(container)
            if state is None:
                # Docker takes a container back whose maker went away before the answer, some moments after it was
                # listed, or after its name was found to be taken.
                if last or (entry is not None and entry["State"] not in TAKEN_BACK):
                    raise WorkFailed(f"{spec.name} is gone before its end", why="its container was removed")
                await asyncio.sleep(MOMENT)
                continue
            if state.tried:
                return container
            try:
                await archives.lay_out(self._connection, container, spec.files)
                await self._connection.call("POST", f"/containers/{container}/start")
            except Refused as refusal:
                await labelled.delete(self._connection, f"/containers/{container}")
                gone = refusal.status == 404 and "No such container" in refusal.message
                if last or not (gone or self._mend(refusal, spec)):
                    raise refusals.refused_job(refusal, spec) from refusal
            else:
                return container
        raise AssertionError("unreachable")

    async def _create(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> str:
        image = await self._engine.images.ensure(spec.image)
        network = spec.network or await self._engine.networks.ensure(spec.app, spec.environment)
        place = self._engine.place
        body = creation.job(
            self._instance, job, spec, variables, image=image, network=network, init=self._init, place=place
        )
        name = names.job_name(job, spec)
        try:
            made = await self._connection.call("POST", "/containers/create", params={"name": name}, body=body)
        except Refused as refusal:
            # The answer to an earlier call was lost, and the container is there.
            if refusal.status == 409 and (found := await self._find(job)) is not None:
                return found
            if refusal.status == 404:
                self._engine.images.forget(spec.image)
            raise refusals.refused_job(refusal, spec) from refusal
        return str(made["Id"])

    def _mend(self, refusal: Refused, spec: JobSpec) -> bool:
        """Whether the refusal is over something that can be done without, or made again."""
        if "docker-init" in refusal.message and self._init:
            self._init = False
            return True
        if refusal.status == 404 and "network" in refusal.message and spec.network is None:
            self._engine.networks.forget(spec.app, spec.environment)
            return True
        return False

    async def _watch(self, container: str, printed: Printed) -> None:
        """Return when it has ended and all that it printed is read, over a Docker that goes and comes back."""
        while True:
            try:
                await printed.read(follow=True)
                await self._wait(container)
                # On a busy host Docker may end the answer before it has written what was printed last.
                await printed.read(follow=False)
                return
            except Unavailable:
                await asyncio.sleep(PAUSE)

    async def _end(self, container: str, *, grace: float = GRACE) -> bool:
        """End it. Whether it had to be ended: it may have ended at that very moment."""
        state = await self._state(container)
        if state is None or state.status not in reading.LIVE:
            return False
        path, params = f"/containers/{container}/stop", {"t": str(math.ceil(grace))}
        with contextlib.suppress(Refused):
            await self._connection.call("POST", path, params=params, timeout=PATIENCE + grace)
        await self._wait(container)
        return True

    async def _wait(self, container: str) -> None:
        path, params = f"/containers/{container}/wait", {"condition": "not-running"}
        with contextlib.suppress(Refused):
            await self._connection.call("POST", path, params=params, timeout=None)

    async def _state(self, container: str) -> reading.State | None:
        """None when it is gone."""
        try:
            return reading.read_state(await self._connection.call("GET", f"/containers/{container}/json"))
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None

    async def _find(self, job: JobId) -> str | None:
        return next((str(entry["Id"]) for entry in await self._listed(f"{self._kind}={job}")), None)

    async def _listed(self, label: str) -> Sequence[Mapping[str, Any]]:
        return await labelled.find(self._connection, self._instance, label)
