"""Going back: an execution of the kind ROLLBACK is made, or refused in words (CodePipeline's conditions, decision 10).

In comes which environment shall go back, and perhaps to which release; out goes the execution, QUEUED. What is not done
here: to let it into its stage, which is `executor`'s, and to deploy.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from fairway.domain import admission, rollback
from fairway.domain.app import OnFailure
from fairway.domain.execution import Execution, Kind, Stage, StageStatus, Trigger
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.moves import GoBack
from fairway.domain.release import Release
from fairway.domain.rollback import Rollback
from fairway.errors import Conflict, NotFound
from fairway.ports.clock import Clock
from fairway.ports.stores import Executions


class FindWaysBack(Protocol):
    """`deploy.Deployer.find_ways_back`."""

    async def __call__(
        self, app: AppName, environment: EnvironmentName, release: int | None = None
    ) -> Sequence[Release]:
        """Releases that were completely deployed, the latest first. Raises NotFound, UsageError or Conflict."""
        ...


class Rollbacks:
    """Makes executions that go back."""

    def __init__(self, executions: Executions, find_ways_back: FindWaysBack, clock: Clock) -> None:
        self._executions = executions
        self._find = find_ways_back
        self._clock = clock

    async def create(
        self, app: AppName, environment: EnvironmentName, *, release: int | None = None, by: str = ""
    ) -> Execution:
        """The execution: to that release, or to the last one before the present that succeeded there.

        Raises NotFound, UsageError for another environment's release, Conflict when something is being done in the
        stage or there is no such way back. Nothing has changed then.
        """
        require_quiet(app, environment, await self._executions.contenders(app))
        found = await self.find(app, environment, release=release)
        origin = await self._executions.get(app, found.target)
        return await self._executions.create(
            app,
            origin.revision,
            Trigger(kind=rollback.TRIGGER, by=by),
            rollback.define(environment),
            at=self._clock.now(),
            rollback=found,
        )

    async def find(self, app: AppName, environment: EnvironmentName, *, release: int | None = None) -> Rollback:
        """The way back. Raises as `create` does.

        That a release was deployed is not enough: an action after its deployment may have failed. So what counts is
        that its execution succeeded in the stage.
        """
        for way in await self._find(app, environment, release):
            if way.execution is None:
                continue
            stage = (await self._executions.get(app, way.execution)).stage(environment)
            if stage is not None and stage.status is StageStatus.SUCCEEDED:
                return Rollback(release=way.number, target=way.execution)
        raise no_way(app, environment, release)

    async def after_failure(self, execution: Execution, stage: Stage) -> GoBack | str | None:
        """The way back from what the execution has deployed in a stage that fails now, or in words why there is none.
        None where the stage does not ask for it, or has deployed nothing. A rollback is never rolled back."""
        if stage.on_failure is not OnFailure.ROLLBACK or execution.kind is Kind.ROLLBACK or not stage.deployed:
            return None
        try:
            found = await self.find(execution.app, EnvironmentName(stage.name))
            origin = await self._executions.get(execution.app, found.target)
        except (Conflict, NotFound) as error:
            return error.what
        return GoBack(stage=stage.name, rollback=replace(found, after=execution.number), revision=origin.revision)


def require_quiet(app: AppName, environment: EnvironmentName, others: Sequence[Execution]) -> None:
    """Raise Conflict when an execution is doing something in the stage, or is about to go back there."""
    for other in others:
        stage = other.stage(environment)
        if stage is not None and (admission.works(stage) or other.kind is Kind.ROLLBACK):
            raise Conflict(
                f"{environment} of {app} can't go back just now",
                why=f"execution {other.number} is in {environment}",
                hint=f"wait until it has ended there, or fairway stop {other.number}",
            )


def no_way(app: AppName, environment: EnvironmentName, release: int | None) -> Conflict:
    """The error for what never succeeded in the stage."""
    hint = f"fairway releases -e {environment} lists what is kept"
    if release is None:
        return Conflict(
            f"{environment} of {app} has no earlier release to go back to",
            why="no release before the present one ever succeeded there, or it is not kept any more",
            hint=hint,
        )
    return Conflict(
        f"{environment} of {app} can't go back to release {release}",
        why=f"the execution that made it never succeeded in {environment}",
        hint=hint,
    )
