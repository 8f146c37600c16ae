"""Going back: an execution of the kind ROLLBACK is made, or refused in words (CodePipeline's conditions, decision 10).

In comes which environment shall go back, and perhaps to which release; out goes the execution, QUEUED. What is not done
here: to let it into its stage, which is `executor`'s, and to deploy.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from fairway.domain import admission, rollback, taking_back
from fairway.domain.app import OnFailure
from fairway.domain.execution import Execution, Kind, Stage, StageStatus, Trigger
from fairway.domain.guarding import Return, Way
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.moves import GoBack
from fairway.domain.release import Release
from fairway.domain.rollback import Rollback
from fairway.errors import Conflict, NotFound, Unavailable, UsageError, WorkFailed
from fairway.ports.clock import Clock
from fairway.ports.stores import Executions
from fairway.wire import words


class FindWaysBack(Protocol):
    """`deploy.Deployer.find_ways_back`."""

    async def __call__(
        self, app: AppName, environment: EnvironmentName, release: int | None = None
    ) -> Sequence[Release]:
        """Releases that were completely deployed, the latest first. Raises NotFound, UsageError or Conflict."""
        ...


FindReturn = Callable[[Release], Awaitable[Return | None]]
"""Whether the environment's database still fits a release; None where it has no migrations."""


async def fits_always(release: Release) -> Return | None:
    """Nobody changes a database."""
    return None


class Rollbacks:
    """Makes executions that go back."""

    def __init__(
        self,
        executions: Executions,
        find_ways_back: FindWaysBack,
        clock: Clock,
        find_return: FindReturn = fits_always,
    ) -> None:
        self._executions = executions
        self._find = find_ways_back
        self._find_return = find_return
        self._clock = clock

    async def create(
        self,
        app: AppName,
        environment: EnvironmentName,
        *,
        release: int | None = None,
        by: str = "",
        accepted: bool = False,
        take_back: bool = False,
    ) -> Execution:
        """The execution: to that release, or to the last one before the present that succeeded there. `accepted`:
        whether it fits the database's schema does not matter. `take_back`: where it does not, the migrations since are
        taken back first, if that was rehearsed.

        Raises NotFound, UsageError for another environment's release, Conflict when something is being done in the
        stage, there is no such way back, or the database has moved on since. Nothing has changed then.
        """
        if accepted and take_back:
            raise UsageError(
                "what becomes of the schema has two answers",
                why="it is accepted as it is, and to be taken back",
                hint="say one of --accept-schema and --take-back",
            )
        require_quiet(app, environment, await self._executions.contenders(app))
        found = await self.find(app, environment, release=release, accepted=accepted, take_back=take_back)
        origin = await self._executions.get(app, found.target)
        return await self._executions.create(
            app,
            origin.revision,
            Trigger(kind=rollback.TRIGGER, by=by),
            rollback.define(environment),
            at=self._clock.now(),
            rollback=found,
        )

    async def find(
        self,
        app: AppName,
        environment: EnvironmentName,
        *,
        release: int | None = None,
        accepted: bool = False,
        take_back: bool = False,
    ) -> Rollback:
        """The way back. Raises as `create` does.

        That a release was deployed is not enough: an action after its deployment may have failed. So what counts is
        that its execution succeeded in the stage.
        """
        for way in await self._find(app, environment, release):
            if way.execution is None:
                continue
            stage = (await self._executions.get(app, way.execution)).stage(environment)
            if stage is not None and stage.status is StageStatus.SUCCEEDED:
                passage = None if accepted else await self._require_fit(way, take_back=take_back)
                return Rollback(release=way.number, target=way.execution, accepted=accepted, takes_back=passage)
        raise no_way(app, environment, release)

    async def _require_fit(self, release: Release, *, take_back: bool) -> int | None:
        """The passage that has to be taken back for it, None when there is none. Raises Conflict."""
        try:
            found = await self._find_return(release)
        except (Unavailable, UsageError, WorkFailed) as error:
            raise Conflict(
                f"whether release {release.number} fits the database of {release.environment} can't be told",
                why=f"{error.what}: {error.why}" if error.why else error.what,
                hint=accept(release),
            ) from error
        if take_back and found is not None and found.way is Way.DOWN:
            return found.passage
        require_fit(release, found)
        return None

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


def require_fit(release: Release, found: Return | None) -> None:
    """Raise Conflict when the database has moved on beyond the release, with the choices and what each costs."""
    if found is None or found.way is Way.FITS:
        return
    missing = f"; it has {taking_back.few(found.missing)} beyond that release" if found.missing else ""
    if found.way is Way.DOWN:
        hint = (
            f"fairway rollback {release.number} -e {release.environment} --take-back, which takes away what the "
            "migrations added, data included, and closes the environment meanwhile "
            f"(the way down took {words.duration(found.seconds)} when it was rehearsed); or {accept(release)}"
        )
    else:
        hint = f"deploy a commit that fits the present schema, so that nothing is lost; or {accept(release)}"
    raise Conflict(
        f"{release.environment} can't go back to release {release.number}: its database has moved on",
        why=f"{found.sentence}{missing}",
        hint=hint,
    )


def accept(release: Release) -> str:
    """The command that goes back all the same, and what that may cost."""
    return (
        f"fairway rollback {release.number} -e {release.environment} --accept-schema, "
        "whose tasks may fail on the schema that there is"
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
