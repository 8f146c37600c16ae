"""The port of jobs over ECS: each is a task of its own, run once (RunTask), with its true exit code.

A job's record is its task definition, of a family of its own: it is there from before the task is started until the job
is removed. ECS remembers an ended task for an hour at least. So a job with a definition and no task was never started
if the definition is younger than that, and is started now; an older one may have done its work, and is not started
again. RunTask's client token holds off a second task besides.

A job's files can't be had from ECS, nor can it be given any.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import errand, naming, reading, registered, services
from fairway.adapters.ecs.errand import Errand
from fairway.adapters.ecs.events import Stream
from fairway.adapters.ecs.places import Place, Places
from fairway.adapters.ecs.sealing import Sealing
from fairway.domain.ids import JobId
from fairway.domain.observed import TaskStatus
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.jobs import JobEnd, JobFile, JobSpec

AGAIN = 2.0
"""Seconds between two looks at a job."""
MEMORY = 3600.0
"""Seconds for which ECS remembers a task that has ended, at least."""
PATIENCE = 900.0
"""Seconds for a task to start: address, image, variables."""


class EcsJobs:
    """`ports.jobs.Jobs` for the jobs of one kind of one Fairway server, by its `instance`. `again` is in seconds."""

    def __init__(
        self, session: Session, places: Places, instance: str, clock: Clock, *, kind: str = "run", again: float = AGAIN
    ) -> None:
        self._session = session
        self._places = places
        self._instance = instance
        self._clock = clock
        self._prefix = naming.jobs(instance, kind)
        self._again = again
        self._sealing = Sealing(session, instance)

    async def run(
        self, job: JobId, spec: JobSpec, variables: Mapping[str, str], log: LogSink, *, timeout: float
    ) -> JobEnd:
        """Begin it, and see it to its end. Raises WorkFailed for one that can't be started, or is removed meanwhile."""
        await self.begin(job, spec, variables)
        end = await self.watch(job, log, timeout=timeout)
        if end is None:
            raise WorkFailed(f"{spec.name} is gone before its end")
        return end

    async def begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> None:
        """Start it, unless it was started, and return when its process runs or has ended."""
        known = await self._find(job) or await self._register(job, spec, variables)
        task = await self._task(known)
        if task is None:
            if self._clock.now() - known.at >= MEMORY:
                raise WorkFailed(
                    f"{spec.name} is gone", why="ECS remembers a task for an hour; it may have done its work"
                )
            await self._start(known, spec)
        await self._started(known, spec)

    async def watch(self, job: JobId, log: LogSink, *, timeout: float) -> JobEnd | None:
        """Its lines as they come, and its end."""
        known = await self._find(job)
        if known is None:
            return None
        stream: Stream | None = None
        while (task := await self._task(known)) is not None:
            stream = stream or self._stream(known, task)
            await errand.tell(stream, log)
            if errand.has_ended(task):
                # The last lines may reach CloudWatch a moment after ECS knows of the end.
                await self._clock.sleep(self._again)
                await errand.tell(stream, log)
                return errand.read_end(task)
            started = reading.seconds(task.get("startedAt"))
            if started is not None and self._clock.now() - started >= timeout:
                await self._stop(known, task, errand.OVER)
            await self._clock.sleep(self._again)
        return None

    async def stop(self, job: JobId, *, grace: float) -> None:
        """Ask it to end; ECS kills it STOP seconds later, whatever `grace` says."""
        known = await self._find(job)
        task = await self._task(known) if known else None
        if known is None or task is None or errand.has_ended(task):
            return
        await self._stop(known, task, "Fairway: it was stopped")
        while task is not None and not errand.has_ended(task):
            await self._clock.sleep(self._again)
            task = await self._task(known)

    async def files(self, job: JobId, path: str, *, largest: int) -> AsyncGenerator[JobFile, None]:
        """Raises WorkFailed: a task's disk on ECS goes with it."""
        none: tuple[JobFile, ...] = ()
        for file in none:
            yield file
        raise WorkFailed(f"{path} of the job can't be read", why="a task's disk on ECS goes with it")

    async def remove(self, job: JobId) -> None:
        """End its task, and delete its definition and its variables."""
        known = await self._find(job)
        if known is None:
            return
        task = await self._task(known)
        if task is not None and not errand.has_ended(task):
            await self._stop(known, task, "Fairway: it was removed")
        await self._session.call("ecs", "DeregisterTaskDefinition", taskDefinition=known.definition)
        await self._sealing.delete(errand.secret_of(known))

    async def list(self) -> Sequence[JobId]:
        """Those that have a definition."""
        families = await self._session.items(
            "ecs", "ListTaskDefinitionFamilies", "families", familyPrefix=self._prefix, status="ACTIVE"
        )
        return [JobId(family.removeprefix(self._prefix)) for family in families]

    async def sweep(self, *, older: float) -> None:
        """Remove those that were begun so many seconds ago, or longer, and whose task has ended or is forgotten: nobody
        watches them any more."""
        for job in await self.list():
            known = await self._find(job)
            if known is None or self._clock.now() - known.at < older:
                continue
            task = await self._task(known)
            if task is None or errand.has_ended(task):
                await self.remove(job)

    async def _find(self, job: JobId) -> Errand | None:
        family = f"{self._prefix}{job}"
        found = await registered.find(self._session, family)
        if found is None or found.described.get("status", "ACTIVE") != "ACTIVE" or found.tags.get(naming.JOB) != job:
            return None
        return errand.make(job, found.arn, family, found.tags)

    async def _register(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> Errand:
        errand.require_bare(spec)
        place, family = self._places.of(spec.app, spec.environment), f"{self._prefix}{job}"
        tags = {
            naming.INSTANCE: self._instance,
            naming.APP: spec.app,
            naming.ENVIRONMENT: spec.environment,
            naming.JOB: job,
            naming.AT: f"{self._clock.now():.0f}",
        }
        name = naming.secret(spec.app, spec.environment, f"{errand.CONTAINER}-{job}")
        sealed = await self._sealing.seal(name, 0, tags, variables) if variables else None
        content = errand.describe(spec, place, family=family, region=self._places.region, sealed=sealed)
        try:
            answer = await self._session.call(
                "ecs", "RegisterTaskDefinition", known=services.WRONG, tags=naming.written(tags), **content
            )
        except Refused as refusal:
            await self._sealing.delete(name)
            raise errand.refused(spec, f"{refusal.code}: {refusal.message}") from refusal
        return errand.make(job, answer["taskDefinition"]["taskDefinitionArn"], family, tags)

    async def _start(self, known: Errand, spec: JobSpec) -> None:
        place = self._place(known)
        try:
            answer = await self._session.call(
                "ecs",
                "RunTask",
                known=(*services.WRONG, "BlockedException", "ConflictException"),
                cluster=place.cluster,
                taskDefinition=known.definition,
                count=1,
                clientToken=naming.token(self._instance, known.family, known.at),
                startedBy=f"fairway/{known.job}"[:36],
                networkConfiguration=services.network(place),
                enableECSManagedTags=True,
                propagateTags="TASK_DEFINITION",
                **services.launch(place),
            )
        except Refused as refusal:
            await self.remove(known.job)
            raise errand.refused(spec, f"{refusal.code}: {refusal.message}") from refusal
        if failures := answer.get("failures"):
            await self.remove(known.job)
            raise errand.refused(spec, ", ".join(str(each.get("reason", "")) for each in failures))

    async def _started(self, known: Errand, spec: JobSpec) -> None:
        """Return when its process has begun. Raises WorkFailed when it can't; nothing of it is left then."""
        until = self._clock.now() + PATIENCE
        while (task := await self._task(known)) is not None:
            if errand.status_of(task) is TaskStatus.RUNNING:
                return
            if errand.has_ended(task):
                exit = errand.exit_of(task)
                if exit.error:
                    await self.remove(known.job)
                    raise errand.refused(spec, exit.error)
                return
            if self._clock.now() >= until:
                await self.remove(known.job)
                raise errand.refused(spec, f"it did not start within {PATIENCE:g} s")
            await self._clock.sleep(self._again)
        raise Unavailable(f"the task of {spec.name} can't be seen", why="ECS said that it was started")

    async def _task(self, known: Errand) -> Mapping[str, Any] | None:
        """Its task as ECS describes it, None when ECS has none (any more)."""
        cluster, arns = self._place(known).cluster, []
        for status in ("RUNNING", "STOPPED"):
            arns += await self._session.items(
                "ecs", "ListTasks", "taskArns", cluster=cluster, family=known.family, desiredStatus=status
            )
        if not arns:
            return None
        answer = await self._session.call("ecs", "DescribeTasks", cluster=cluster, tasks=arns[:1])
        found: Mapping[str, Any] | None = next(iter(answer["tasks"]), None)
        return found

    async def _stop(self, known: Errand, task: Mapping[str, Any], reason: str) -> None:
        await self._session.call(
            "ecs", "StopTask", cluster=self._place(known).cluster, task=task["taskArn"], reason=reason
        )

    def _place(self, known: Errand) -> Place:
        return self._places.of(known.app, known.environment)

    def _stream(self, known: Errand, task: Mapping[str, Any]) -> Stream:
        id = task["taskArn"].rpartition("/")[2]
        name = naming.log_stream(known.app, known.environment, errand.CONTAINER, id)
        return Stream(self._session, self._place(known).log_group, name)
