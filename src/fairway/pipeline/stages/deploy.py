"""Deploy: the image goes live in one environment, which the stage is named for. The verdict is the deployment's."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from fairway.deploy.deployer import Deployer
from fairway.domain.app import Environment
from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.rollback import Rollback
from fairway.errors import UsageError
from fairway.pipeline.stages import described, package
from fairway.pipeline.stages.described import Load
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.builder import LogSink

Prepare = Callable[[AppName, Environment, LogSink], Awaitable[None]]
"""Sees that what the environment's tasks need is there: its databases. Raises Conflict or WorkFailed."""


async def prepare_nothing(app: AppName, environment: Environment, log: LogSink) -> None:
    """Its tasks need nothing."""


class DeployStage:
    """Deploys to the environment that the stage is named for."""

    def __init__(self, deployer: Deployer, load: Load, prepare: Prepare = prepare_nothing) -> None:
        self._deployer = deployer
        self._load = load
        self._prepare = prepare

    async def run(self, work: Work) -> Done | Failed:
        """Raises Conflict when somebody else's deployment to the environment does not come to its end, and what the
        preparation raises.

        There is no durable step in it: a deployment goes on by its own key after a restart, and answers at once when it
        has its verdict.
        """
        execution = work.execution
        if execution.rollback is not None:
            return conclude(await self._go_back(execution.rollback, work), execution)
        app = described.take(work.outputs, execution.app, self._load)
        environment = app.environment(work.stage)
        if environment is None:
            raise UsageError(f"fairway.toml describes no environment {work.stage}")
        await self._prepare(app.name, environment, work.log)
        deployment = await self._deployer.deploy(
            app.name,
            environment,
            package.take(work.outputs),
            execution.revision,
            execution.number,
            work.log,
            attempt=work.attempt,
        )
        return conclude(deployment, execution)

    async def abandon(self, execution: Execution, stage: str) -> None:
        """What was desired before is desired again."""
        await self._deployer.abandon(execution.app, EnvironmentName(stage), execution.number)

    async def _go_back(self, rollback: Rollback, work: Work) -> Deployment:
        execution = work.execution
        return await self._deployer.repeat(
            execution.app, rollback.release, execution.number, work.log, attempt=work.attempt
        )


def conclude(deployment: Deployment, execution: Execution) -> Done | Failed:
    """What the stage answers, once the deployment has its verdict."""
    if deployment.state is not RolloutState.COMPLETED:
        return Failed(summary=deployment.reason, cause=find_cause(deployment, execution))
    back = f"release {execution.rollback.release} again, as " if execution.rollback is not None else ""
    return Done(summary=f"{back}release {deployment.release}; {deployment.reason}")


def find_cause(deployment: Deployment, execution: Execution) -> Cause:
    """The deployment's cause, with the command that shows the execution first among those that show more."""
    cause = deployment.cause or Cause(sentence=deployment.reason)
    show = f"fairway show {execution.number}"
    return replace(cause, more=(show, *(command for command in cause.more if command != show)))
