"""A command of the user's own, as an action of a stage: it runs once, in the release's image, to its end.

A server that comes after a killed one finds the same job by its id and watches it on. The job is removed when what came
of it is written down, not before.
"""

import functools
import logging
import shlex
from collections.abc import Mapping

from fairway.domain import outputs, reference, retry, secrecy
from fairway.domain.action import Command
from fairway.domain.execution import ActionStatus, Execution
from fairway.domain.ids import EnvironmentName, JobId
from fairway.domain.redaction import Redactor
from fairway.domain.reference import Scope
from fairway.domain.volume import Volume
from fairway.environment.handed import Handed
from fairway.errors import FairwayError, WorkFailed
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.stages import collecting, described, package, scope
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.failing import again, failed
from fairway.pipeline.stages.identity import job_id
from fairway.pipeline.stages.lines import Lines
from fairway.pipeline.stages.scope import LatestVariables
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.clock import Clock
from fairway.ports.jobs import OUTPUT, JobEnd, Jobs, JobSpec
from fairway.ports.stores import Executions
from fairway.wire import words

LOG = logging.getLogger(__name__)
EVERY = 600.0
"""Seconds from one look for left jobs to the next."""
NOT_FOUND = 127
"""The exit code of a shell, and of Docker's init, for a program that is not there."""


class CommandRunner:
    """Runs the commands of every environment's stage."""

    def __init__(
        self, jobs: Jobs, variables: LatestVariables, handed: Handed, artifacts: Artifacts, load: Load
    ) -> None:
        self._jobs = jobs
        self._load = load
        self._artifacts = artifacts
        self._variables = variables
        self._handed = handed

    async def run(self, work: Work) -> Done | Failed:
        """Raises WorkFailed when it can't be started, Unavailable when the engine does not answer."""
        action = command_of(work)
        job = job_id(work.execution, work.stage, action.name, work.attempt)
        work.afterwards.append(functools.partial(self._jobs.remove, job))
        found = await scope.find(work, self._handed, self._variables)
        environment = environment_of(work, action, found)
        # Values that earlier actions handed on are in no variable of the app, so its mask does not know them.
        hidden = Redactor(each for values in found.outputs.values() for each in secrecy.secrets_of(values))
        lines = Lines(work, f"$ {text_of(action)}", repeats=True, hidden=hidden)
        spec = make_spec(work, action, self._volumes(work))
        end = await self._jobs.run(job, spec, environment, lines, timeout=action.timeout)
        await collecting.collect(work, action, job, self._jobs, self._artifacts, lines)
        if end.timed_out or end.code != 0:
            return failed(work, explain(action, end), lines.last, fix=advise(action, end) or again(work))
        return await self._hand_on(work, action, job, lines)

    async def abandon(self, execution: Execution, stage: str) -> None:
        """Remove the jobs of the commands that are in progress."""
        for job in jobs_of(execution, stage):
            await self._jobs.remove(job)

    def _volumes(self, work: Work) -> tuple[Volume, ...]:
        """Those of the stage's environment; none where the execution has no fairway.toml, as one that goes back."""
        if described.KEY not in work.outputs:
            return ()
        environment = described.take(work.outputs, work.execution.app, self._load).environment(work.stage)
        return () if environment is None else environment.volumes

    async def _hand_on(self, work: Work, action: Command, job: JobId, lines: Lines) -> Done | Failed:
        """What a command that ended well hands on; it has failed all the same when that is not what it announced."""
        if not action.outputs:
            return Done(summary=f"{action.name} passed")
        content: bytes | None = b""
        async for file in self._jobs.files(job, OUTPUT, largest=outputs.LARGEST):
            content = file.content
        if content is None:
            sentence = f"{action.name} wrote more than {words.size(outputs.LARGEST)} to $FAIRWAY_OUTPUT"
            return failed(work, sentence, lines.last, fix="keep files by artifacts, and hand on short values")
        try:
            read = outputs.read(content, action.outputs)
        except UnicodeDecodeError:
            return failed(work, f"{action.name} wrote no UTF-8 text to $FAIRWAY_OUTPUT", lines.last)
        for text in remarks(read):
            lines.say(text)
        if read.missing:
            sentence = f"{action.name} did not hand on {' and '.join(read.missing)}"
            fix = f'its command has to write lines such as {read.missing[0]}=value to the file "$FAIRWAY_OUTPUT"'
            return failed(work, sentence, lines.last, fix=fix)
        lines.say(f"hands on {', '.join(read.values)}")
        return Done(summary=f"{action.name} passed", outputs=scope.keep(work, self._handed, read.values))


async def keep_clear(jobs: Jobs, executions: Executions, clock: Clock) -> None:
    """Remove left jobs now and every ten minutes, until cancelled: a removal may have met a Docker that was away, or a
    stop have come while the container was made."""
    while True:
        await sweep(jobs, executions, clock)
        await clock.sleep(EVERY)


async def sweep(jobs: Jobs, executions: Executions, clock: Clock) -> None:
    """Remove the jobs that no action in progress has: those whose own removal was lost. Returns once
    that is done; while the engine does not answer it is tried again.

    The jobs are listed first, so that one which begins meanwhile is not among them.
    """
    failures = 0
    while True:
        try:
            found = await jobs.list()
            needed = {
                job
                for execution in await executions.unfinished()
                for stage in execution.stages
                for job in jobs_of(execution, stage.name)
            }
            for job in found:
                if job not in needed:
                    await jobs.remove(job)
            return
        except FairwayError as error:
            LOG.warning("left jobs can't be removed: %s; trying again", error.what)
            failures += 1
            await clock.sleep(retry.delay(failures, limit=30.0))


def jobs_of(execution: Execution, name: str) -> list[JobId]:
    """The jobs of the commands that are in progress in a stage."""
    stage = execution.stage(name)
    return [
        job_id(execution, name, each.action.name, each.attempt)
        for each in (stage.actions if stage is not None else ())
        if isinstance(each.action, Command) and each.status is ActionStatus.IN_PROGRESS
    ]


def environment_of(work: Work, action: Command, found: Scope) -> Mapping[str, str]:
    """The environment's variables, the action's own on top, and those that say where it runs. Raises WorkFailed for a
    reference that nothing stands for."""
    try:
        own = {name: reference.resolve(text, found) for name, text in action.variables.items()}
    except reference.Unknown as error:
        raise WorkFailed(f"{action.name} can't begin: {error}", hint=again(work)) from error
    return {
        **found.variables,
        **own,
        "FAIRWAY_APP": work.execution.app,
        "FAIRWAY_ENVIRONMENT": work.stage,
        "FAIRWAY_EXECUTION": str(work.execution.number),
        "FAIRWAY_COMMIT": work.execution.revision.commit,
        "FAIRWAY_ACTION": action.name,
        "FAIRWAY_OUTPUT": OUTPUT,
    }


def command_of(work: Work) -> Command:
    """The work's action, which is a command."""
    assert isinstance(work.action, Command), "the performer gives commands to this runner only"
    return work.action


def make_spec(work: Work, action: Command, volumes: tuple[Volume, ...]) -> JobSpec:
    """What the job is started from."""
    return JobSpec(
        app=work.execution.app,
        environment=EnvironmentName(work.stage),
        execution=work.execution.number,
        name=action.name,
        image=package.take(work.outputs),
        command=action.command,
        cpu=action.cpu,
        memory=action.memory,
        volumes=volumes,
    )


def text_of(action: Command) -> str:
    """The command as a person writes it: what a shell is given stands for itself."""
    return action.command[2] if action.command[:2] == ("/bin/sh", "-c") else shlex.join(action.command)


def explain(action: Command, end: JobEnd) -> str:
    """Why it failed, in a sentence."""
    if end.timed_out:
        return f"{action.name} took longer than {words.duration(action.timeout)} and was ended"
    if end.oom_killed:
        return f"{action.name} needed more than its {words.size(action.memory)} of memory and was killed"
    if end.code == NOT_FOUND:
        return f'{action.name} failed: "{text_of(action)}" names a program that is not in the image (exit code 127)'
    return f'{action.name} failed: "{text_of(action)}" ended with exit code {end.code}'


def advise(action: Command, end: JobEnd) -> str:
    """What to do about it; "" where only trying again is left."""
    if end.timed_out:
        return f"if it needs so long, raise the timeout of the action {action.name} in fairway.toml"
    if end.oom_killed:
        return f"raise the memory of the action {action.name} in fairway.toml"
    return ""


def remarks(read: outputs.Read) -> list[str]:
    """What of the outputs' file is not used, without its content."""
    said = [f"{name} is not kept: outputs does not name it" for name in read.extra]
    return said + [f"line {number} of $FAIRWAY_OUTPUT is no NAME=value" for number in read.wrong]
