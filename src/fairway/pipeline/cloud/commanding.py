"""A command of one's own on AWS: a task of ECS from the release's image, once, in the services' network.

A build that was killed leaves its task; the next attempt in the same execution finds it again and watches it to its
end. It is removed, with the secret that has its variables, when its end is known: an attempt after that begins anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairway.cloudformation import wires
from fairway.domain import reference
from fairway.domain.action import Command
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.actplace import ActPlace
from fairway.domain.aws.stack import Kind
from fairway.domain.deployment import Cause
from fairway.domain.ids import JobId
from fairway.domain.image import Image
from fairway.domain.reference import Scope
from fairway.errors import Conflict, WorkFailed
from fairway.pipeline.cloud import placing, refusing
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.telling import Told
from fairway.pipeline.stages import command
from fairway.ports.account import CloudSecrets
from fairway.ports.jobs import Jobs, JobSpec
from fairway.ports.stacks import Stacks

SHOWN = 20
"""Last lines of a command that failed, for its report."""
NEEDED = (
    wires.CLUSTER,
    wires.ACTION_SUBNETS,
    wires.ACTION_GROUPS,
    wires.ACTION_ROLE,
    wires.ACTION_TASK_ROLE,
    wires.ACTION_LOGS,
)

OpenJobs = Callable[[ActPlace], Jobs]
"""The jobs of an environment's commands. Nothing is asked of AWS yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The command, and what it is run from."""

    app: App
    environment: Environment
    action: Command
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanding:
    """What it works with."""

    stacks: Stacks
    open_jobs: OpenJobs

    async def run(self, errand: Errand, found: Scope, job: JobId, again: str, told: Told) -> str:
        """See it to its end; the summary of one that ended well. `again` is the command that tries it once more. Raises
        StageFailed for one that ended otherwise, WorkFailed for one that can't be started, Conflict where its place is
        not there, Unavailable: then it may go on, and is found again."""
        action = errand.action
        given = environment_of(errand, found, again)
        jobs = self.open_jobs(await self._find_place(errand))
        lines: list[str] = []

        def log(line: str) -> None:
            told.log(line)
            lines.append(line)
            del lines[:-SHOWN]

        told.log(f"$ {command.text_of(action)}")
        try:
            end = await jobs.run(job, specify(errand), given, log, timeout=action.timeout)
        except WorkFailed:
            await jobs.remove(job)
            raise
        await jobs.remove(job)
        if not end.timed_out and end.code == 0:
            return f"{action.name} passed"
        sentence = command.explain(action, end)
        raise StageFailed(Cause(sentence=sentence, fix=command.advise(action, end) or again, log=tuple(lines)))

    async def _find_place(self, errand: Errand) -> ActPlace:
        """Where the task runs, by what the services' stack puts out. Raises Conflict for what it does not yet."""
        app, name = errand.app, errand.environment.name
        stack = names.stack(app.name, Kind.SERVICES, name)
        seen = await self.stacks.find(stack)
        outputs = seen.outputs if seen is not None else {}
        if missing := [f"{stack} puts out no {each}" for each in NEEDED if not outputs.get(each)]:
            raise Conflict(
                f"{name} has commands of its own, and the place where they run is not there yet",
                why="; ".join(missing),
                hint="fairway aws up, in a checkout of this commit; then try this action again",
            )
        hosting = refusing.hosting_of(app, name)
        return ActPlace(
            instance=f"{app.name}-{name}",
            region=refusing.require_aws(app).region,
            cluster=outputs[wires.CLUSTER],
            subnets=placing.listed(outputs[wires.ACTION_SUBNETS]),
            groups=placing.listed(outputs[wires.ACTION_GROUPS]),
            public=hosting.public_tasks,
            role=outputs[wires.ACTION_ROLE],
            task_role=outputs[wires.ACTION_TASK_ROLE],
            logs=outputs[wires.ACTION_LOGS],
            architecture=hosting.architecture,
        )


async def find_addresses(app: App, environment: Environment, secrets: CloudSecrets) -> Mapping[str, str]:
    """The databases' URLs by the variables that tasks get them in. Raises Conflict for one that is not there."""
    found: dict[str, str] = {}
    for variable, database in environment.given.items():
        secret = f"{names.secret(app.name, environment.name)}/{database}"
        url = await secrets.text(secret)
        if not url:
            raise Conflict(
                f"the address of the database {database} is not there",
                why=f"the secret {secret} is empty, or there is none",
                hint="fairway aws up, in a checkout of this commit",
            )
        found[variable] = url
    return found


def environment_of(errand: Errand, found: Scope, again: str) -> Mapping[str, str]:
    """The environment's variables, the action's own on top, and those that say where it runs. Raises WorkFailed for a
    reference that nothing stands for."""
    action = errand.action
    try:
        own = {name: reference.resolve(text, found) for name, text in action.variables.items()}
    except reference.Unknown as error:
        raise WorkFailed(f"{action.name} can't begin: {error}", hint=again) from error
    return {
        **found.variables,
        **own,
        "FAIRWAY_APP": errand.app.name,
        "FAIRWAY_ENVIRONMENT": errand.environment.name,
        "FAIRWAY_EXECUTION": found.facts["execution"],
        "FAIRWAY_COMMIT": found.facts["commit"],
        "FAIRWAY_ACTION": action.name,
    }


def specify(errand: Errand) -> JobSpec:
    """What the task is started from."""
    action = errand.action
    return JobSpec(
        app=errand.app.name,
        environment=errand.environment.name,
        name=action.name,
        image=errand.image,
        command=action.command,
        cpu=action.cpu,
        memory=action.memory,
    )
