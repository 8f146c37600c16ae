"""An action of one's own inside CodeBuild: an HTTP call in an environment's stage, as a server makes it, or a command,
which is a task of ECS (`commanding`).

The release is what the deployment of the same stage is handed, with the variables that it is fixed to. In a stage that
goes back nothing is called, as on a server: what it goes back to has had its actions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain import secrecy, variables
from fairway.domain.action import Command, Request
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.handover import Handover
from fairway.domain.deployment import Cause
from fairway.domain.ids import JobId
from fairway.domain.reference import Scope
from fairway.errors import NotFound, UsageError, WorkFailed
from fairway.pipeline.cloud import commanding, preparing, refusing, setting
from fairway.pipeline.cloud.commanding import OpenJobs
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.stages import request, source
from fairway.pipeline.stages.described import Load
from fairway.ports.account import CloudPipeline, CloudSecrets
from fairway.ports.stacks import Stacks
from fairway.ports.web import Web
from fairway.wire import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What an action needs of AWS in one region."""

    stacks: Stacks
    secrets: CloudSecrets
    pipeline: CloudPipeline
    open_jobs: OpenJobs


Connect = Callable[[str], Cloud]
"""Takes a region. Nothing is asked of AWS yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which action of which environment; `execution` is the pipeline's, "" for one that somebody runs by hand."""

    environment: str
    action: str
    execution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What it works with."""

    load: Load
    connect: Connect
    web: Web

    async def run(self, handover: Handover, asked: Asked, telling: Telling) -> None:
        """Returns once the call was answered as it is to be, or the command has ended well. Raises, and has told, what
        failed: StageFailed for what went otherwise, UsageError for an action that is not there, and what
        `preparing.find_version` and `commanding.Commanding` raise."""
        telling.names = (asked.action,)
        telling.head(handover.app, handover.commit, handover.subject)
        with telling.stage(asked.action) as told:
            app = self.load(handover.text, file=source.MANIFEST, defaults=handover.defaults)
            cloud = self.connect(refusing.require_aws(app).region)
            environment = preparing.find_environment(app, asked.environment)
            action = find_action(environment, asked.action)
            if asked.execution and await goes_back(app, asked.execution, cloud.pipeline):
                told.summary = "not run: the stage goes back"
                return
            version = await preparing.find_version(handover, environment.name, cloud.secrets, told)
            given = variables.given_to_any(version.values)
            if isinstance(action, Command):
                given = {**given, **await commanding.find_addresses(app, environment, cloud.secrets)}
            telling.hide(secrecy.secrets_of({**version.values, **given}))
            found = Scope(
                stage=environment.name,
                facts={
                    "app": app.name,
                    "environment": environment.name,
                    "execution": asked.execution,
                    "commit": handover.commit,
                    "subject": handover.subject,
                },
                variables=given,
            )
            if isinstance(action, Command):
                run = commanding.Commanding(stacks=cloud.stacks, open_jobs=cloud.open_jobs)
                errand = commanding.Errand(app=app, environment=environment, action=action, image=handover.image)
                again = setting.retry(app.name, environment.name, asked.execution)
                told.summary = await run.run(errand, found, JobId(key_of(found, asked)), again, told)
            else:
                told.summary = await self._call(action, found, asked, told)

    async def _call(self, action: Request, found: Scope, asked: Asked, told: Told) -> str:
        """The summary of a call that was answered as it is to be."""
        again = setting.retry(found.facts["app"], asked.environment, asked.execution)
        call = request.write(action, found, key_of(found, asked), hint=again)
        told.log(f"{call.method} {request.place_of(call.url)}")
        try:
            answer = await self.web.call(call, timeout=action.timeout, keep=request.KEPT)
        except WorkFailed as error:
            sentence = f"{action.name} failed: {error.what}"
            raise StageFailed(Cause(sentence=sentence, seen=error.why, fix=error.hint or again)) from error
        lines = request.shown(answer, found)
        for line in (f"answered {answer.status}", *lines):
            told.log(line)
        if request.expected(action, answer):
            return f"{action.name} answered {answer.status}"
        sentence = request.explain(action, call, answer)
        raise StageFailed(Cause(sentence=sentence, fix=request.advise(answer) or again, log=tuple(lines)))


def find_action(environment: Environment, name: str) -> Command | Request:
    """The environment's action of that name. Raises UsageError for none."""
    found = next((each.action for each in environment.actions if each.action.name == name), None)
    if found is None:
        known = ", ".join(each.action.name for each in environment.actions) or "none"
        raise UsageError(f'{environment.name} has no action "{words.clean(name)}"', hint=f"fairway.toml has {known}")
    return found


async def goes_back(app: App, execution: str, pipeline: CloudPipeline) -> bool:
    """Whether the stage is begun again with an earlier release. Raises UsageError for an execution that is not the
    app's pipeline's."""
    name = names.pipeline(app.name)
    try:
        return await pipeline.goes_back(name, execution)
    except NotFound as error:
        hint = "by hand it is run without FAIRWAY_EXECUTION"
        raise UsageError(f"{words.clean(execution)} is no execution of {name}", why=error.what, hint=hint) from error


def key_of(found: Scope, asked: Asked) -> str:
    """By which the same call, or the same task, is known again: it is that of the execution, so that one which is tried
    again after a build that was killed is not taken for another. By hand it is the release's."""
    told = asked.execution or found.facts["commit"]
    text = f"{found.facts['app']}/{told}/{asked.environment}/{asked.action}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
