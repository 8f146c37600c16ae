"""Why a deployment on AWS failed, in the words in which it is said on one machine.

That is what the task that failed printed and how it ended, what ECS and CloudFormation say of it, what serves now, and
what to type next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairway.cloudformation import wires
from fairway.domain.app import Service
from fairway.domain.aws import doors, history, names, stopped
from fairway.domain.aws.rollouts import SeenService, StoppedTask
from fairway.domain.aws.stack import SeenStack
from fairway.domain.aws.wanted import SMALLEST
from fairway.domain.deployment import Cause
from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding, excerpt, plain
from fairway.domain.ids import DeploymentId, ReleaseNumber, ServiceName
from fairway.errors import Conflict, Unavailable, UsageError, WorkFailed
from fairway.pipeline.cloud import refusing, setting
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.preparing import Prepared
from fairway.pipeline.cloud.settling import Settled
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.rollouts import Rollouts
from fairway.ports.stacks import Stacks
from fairway.wire import words

MIB = 1024 * 1024
LINES = 100
"""Of a task's log, for the diagnosis; a report shows a dozen of them."""
LATELY = 3600.0
"""Seconds for which ECS tells of a stopped task: the furthest that one looks back where no update tells since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The task that tells most, of the service that it is of."""

    service: Service
    task: StoppedTask
    finding: Finding
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """What it works with."""

    stacks: Stacks
    rollouts: Rollouts
    clock: Clock

    async def of_stack(self, prepared: Prepared, error: WorkFailed, log: LogSink) -> StageFailed:
        """CloudFormation has given up. `error` is the resource's own."""
        said = "; ".join(line for line in error.why.splitlines() if line)
        return await self._report(prepared, error.what, said, error.hint, {}, log)

    async def of_services(self, prepared: Prepared, settled: Settled, log: LogSink) -> StageFailed:
        """The stack is as it is wanted, and ECS does not run the release."""
        standing = settled.standing
        if standing.failing:
            sentence = "; ".join(each.reason for each in standing.failing)
        else:
            waited = f"{prepared.environment.rollout.timeout:g} s"
            sentence = f"not completed within {waited}: {'; '.join(standing.moving) or standing.text}"
        return await self._report(prepared, sentence, "", "", settled.services, log)

    async def tell_first(
        self, prepared: Prepared, services: Mapping[ServiceName, SeenService], log: LogSink
    ) -> Told | None:
        """Log why the first task ended that did since the update began; that task, None for none."""
        found = await self._find_task(prepared, services)
        if found is not None:
            log(f"ecs   a task of {found.service.name} failed: {found.finding.sentence}")
        return found

    async def _report(
        self,
        prepared: Prepared,
        sentence: str,
        said: str,
        hint: str,
        services: Mapping[ServiceName, SeenService],
        log: LogSink,
    ) -> StageFailed:
        told, serves = None, ""
        try:
            told = await self._find_task(prepared, services)
            serves = serving(await self.stacks.find(prepared.stack.name), prepared)
        except (Unavailable, UsageError, Conflict) as error:
            # The failure is what has to be told; that not all about it could be found out comes second.
            log(f"not all could be found out about it: {error.what}")
        if told is None:
            cause = Cause(sentence=sentence, seen=said, fix=hint)
        else:
            cause = Cause(
                sentence=told.finding.sentence,
                seen="; ".join(part for part in (told.finding.seen, sentence, said) if part),
                fix=told.finding.fix,
                log=excerpt(told.log, told.finding.line),
            )
        whole = f"{cause.sentence}; {serves}" if serves else cause.sentence
        return StageFailed(replace(cause, sentence=whole, more=commands(prepared, told)))

    async def _find_task(self, prepared: Prepared, services: Mapping[ServiceName, SeenService]) -> Told | None:
        """The first service's task, in the order of fairway.toml, that ended badly since the update began."""
        since = await self._since(prepared)
        cluster = names.cluster(prepared.app.name, prepared.name)
        for service in prepared.environment.services:
            family = names.family(prepared.app.name, prepared.name, service.name)
            failed = stopped.failed(await self.rollouts.stopped(cluster, family), since=since)
            if not failed:
                continue
            seen = services.get(service.name)
            if seen is None:
                found = await self.rollouts.services(cluster, [service.name])
                seen = found.get(service.name)
            task = failed[0]
            group = names.log_group(prepared.app.name, prepared.name, service.name)
            lines = plain(await self.rollouts.printed(group, stream(service.name, task.id), lines=LINES))
            finding = stopped.explain(task, specify(prepared, service), lines, seen.events if seen else ())
            return Told(service=service, task=task, finding=finding, log=lines)
        return None

    async def _since(self, prepared: Prepared) -> float:
        """When the last update of the stack began."""
        name = prepared.stack.name
        own = history.last_operation(await self.stacks.events(name), name)
        return own[0].at if own else self.clock.now() - LATELY


def stream(part: str, task: str) -> str:
    """A task's stream in its log group, as the task definitions name it: `task/web/1c2d`."""
    return f"task/{part}/{task}"


def specify(prepared: Prepared, service: Service) -> TaskSpec:
    """What the task was to run, as the diagnosis wants it. Releases are not numbered on AWS."""
    size = refusing.hosting_of(prepared.app, prepared.name).sizes.get(service.name, SMALLEST)
    return TaskSpec(
        app=prepared.app.name,
        environment=prepared.name,
        service=service.name,
        release=ReleaseNumber(0),
        deployment=DeploymentId(0),
        image=prepared.handover.image,
        configuration=0,
        command=service.command,
        port=service.port,
        port_declared=service.port_declared,
        cpu=size.cpu / 1024,
        memory=size.memory * MIB,
        stop_timeout=service.stop_timeout,
        stop_signal=service.stop_signal,
        health=service.health,
    )


def serving(stack: SeenStack | None, prepared: Prepared) -> str:
    """What serves after the failure: `9c1f2e7 serves`."""
    if stack is not None and doors.is_shut(stack.parameters):
        return f"nothing serves: {prepared.name} is closed"
    commit = stack.parameters.get(wires.COMMIT, "") if stack is not None else ""
    if not commit:
        return f"nothing serves in {prepared.name}: it was the first deployment"
    if commit == prepared.handover.commit:
        return ""
    return f"{words.commit(commit)} still serves"


def commands(prepared: Prepared, told: Told | None) -> tuple[str, ...]:
    """What shows the rest, and what tries it again once it is mended."""
    service = told.service if told is not None else prepared.environment.first
    group = names.log_group(prepared.app.name, prepared.name, service.name)
    only = f" --log-stream-names {stream(service.name, told.task.id)}" if told is not None else ""
    return f"aws logs tail {group}{only} --since 1h", setting.begin_again(prepared.app.name)
