"""Deploy: the image goes live in one environment, which the stage is named for. The verdict is the deployment's; what
goes before it is the guard's, where the environment has migrations, and so is what becomes of them when it fails.
"""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fairway.deploy.deployer import Deployer
from fairway.domain.app import Environment
from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.pipeline import REHEARSE
from fairway.domain.release import Release
from fairway.domain.rollback import Rollback
from fairway.errors import UsageError
from fairway.pipeline.stages import described, guarded, package, undoing
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.guarded import UNGUARDED, Guarding
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.builder import LogSink

Prepare = Callable[[AppName, Environment, LogSink], Awaitable[None]]
"""Sees that what the environment's tasks need is there: its databases. Raises Conflict or WorkFailed."""


async def prepare_nothing(app: AppName, environment: Environment, log: LogSink) -> None:
    """Its tasks need nothing."""


class DeployStage:
    """Deploys to the environment that the stage is named for."""

    def __init__(
        self, deployer: Deployer, load: Load, prepare: Prepare = prepare_nothing, guard: Guarding = UNGUARDED
    ) -> None:
        self._deployer = deployer
        self._load = load
        self._prepare = prepare
        self._guard = guard

    async def run(self, work: Work) -> Done | Failed:
        """Raises Conflict when somebody else's deployment to the environment does not come to its end, and what the
        preparation raises.

        There is no durable step in it: passages and a deployment go on by their own keys after a restart, and answer at
        once when they have ended.
        """
        execution = work.execution
        if execution.rollback is not None:
            return await self._go_back(execution.rollback, work)
        environment = self._environment(work)
        await self._prepare(execution.app, environment, work.log)
        if work.action.name == REHEARSE:
            return await guarded.rehearse(work, await self._draft(work, environment), self._guard)
        release = await self._deployer.make_release(
            execution.app,
            environment,
            package.take(work.outputs),
            execution.revision,
            execution.number,
            attempt=work.attempt,
        )
        migrated = await guarded.migrate(work, release, self._guard)
        if isinstance(migrated, Failed):
            return migrated
        deployment = await self._deployer.roll_out(release, execution.number, work.log, attempt=work.attempt)
        answer = conclude(deployment, execution, migrated.summary if migrated is not None else "")
        if isinstance(answer, Done):
            return answer
        # A retry finds nothing pending, and fails on what the first attempt has migrated all the same.
        migrated = migrated or await guarded.find_migrated(work, release, self._guard)
        if migrated is None:
            return answer
        gone = functools.partial(self._deployer.see_out, deployment, work.log)
        return await undoing.see_to(work, release, migrated, answer, self._guard, gone)

    async def abandon(self, execution: Execution, stage: str) -> None:
        """What was desired before is desired again; a migration that has begun comes to its end."""
        await self._guard.abandon(execution.app, guarded.key_of(execution, stage))
        await self._deployer.abandon(execution.app, EnvironmentName(stage), execution.number)

    def _environment(self, work: Work) -> Environment:
        app = described.take(work.outputs, work.execution.app, self._load)
        environment = app.environment(work.stage)
        if environment is None:
            raise UsageError(f"fairway.toml describes no environment {work.stage}")
        return environment

    async def _draft(self, work: Work, environment: Environment) -> Release:
        execution, image = work.execution, package.take(work.outputs)
        return await self._deployer.draft(execution.app, environment, image, execution.revision, execution.number)

    async def _go_back(self, rollback: Rollback, work: Work) -> Done | Failed:
        """To an earlier release; before that the guard takes back what it does not run on, if somebody has said so."""
        execution, taken = work.execution, None
        if rollback.takes_back is not None:
            cleared = await undoing.clear_way(work, rollback.takes_back, self._guard)
            if isinstance(cleared, Failed):
                return cleared
            taken = cleared
        deployment = await self._deployer.repeat(
            execution.app, rollback.release, execution.number, work.log, attempt=work.attempt
        )
        answer = conclude(deployment, execution, taken.summary if taken is not None else "")
        if isinstance(answer, Done) or taken is None:
            return answer
        return undoing.left_closed(work, rollback, taken, answer, deployment.previous)


def conclude(deployment: Deployment, execution: Execution, migrated: str = "") -> Done | Failed:
    """What the stage answers, once the deployment has its verdict."""
    if deployment.state is not RolloutState.COMPLETED:
        return Failed(summary=deployment.reason, cause=find_cause(deployment, execution))
    back = f"release {execution.rollback.release} again, as " if execution.rollback is not None else ""
    said = f"{back}release {deployment.release}; {deployment.reason}"
    return Done(summary=f"{said}; {migrated}" if migrated else said)


def find_cause(deployment: Deployment, execution: Execution) -> Cause:
    """The deployment's cause, with the command that shows the execution first among those that show more."""
    cause = deployment.cause or Cause(sentence=deployment.reason)
    show = f"fairway show {execution.number}"
    return replace(cause, more=(show, *(command for command in cause.more if command != show)))
