"""What executions wait for, and how long their stages usually take, looked up for those that are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.domain import usual as durations
from fairway.domain import waiting
from fairway.domain.deployment import RolloutState
from fairway.domain.execution import INSIDE, Execution, ExecutionStatus
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.pipeline import FIRST
from fairway.domain.search import Search
from fairway.domain.waiting import Waiting
from fairway.server import closing
from fairway.services import Services
from fairway.wire import executions as shapes
from fairway.wire.closing import Closed

SUCCEEDED = Search(status=ExecutionStatus.SUCCEEDED, defined=True)
"""Without the rollbacks, which would push the others out of sight."""


async def find(services: Services, execution: Execution) -> Waiting | None:
    """What it waits for, None when it does not wait. While it works, only a deployment is looked up that may be ahead
    of its own."""
    stage = execution.place
    if execution.finished or stage is None:
        return None
    if stage.status in INSIDE and stage.waiting is None:
        if stage.name in FIRST:
            return None
        environment = EnvironmentName(stage.name)
        other = await services.deployments.latest(execution.app, environment, RolloutState.IN_PROGRESS)
        return waiting.find_turn(execution, other)
    return waiting.find(
        execution,
        await services.executions.contenders(execution.app),
        await services.transitions.disabled(execution.app),
    )


async def usual(services: Services, execution: Execution) -> Mapping[str, float]:
    """How many seconds its stages usually take, by the latest executions of the app that succeeded; one bounded query,
    for somebody who looks and not for the pipeline."""
    earlier = await services.executions.list(execution.app, limit=durations.RECENT, search=SUCCEEDED)
    return durations.medians(each for each in earlier if each.number != execution.number)


async def shape(services: Services, execution: Execution) -> shapes.Execution:
    """The execution as the API shows it."""
    shown = shapes.Execution.of(execution, await find(services, execution), await usual(services, execution))
    shown.closed = Closed.of(await closing.of_execution(services, execution))
    return shown


async def describe_end(
    services: Services, execution: Execution, usual: Mapping[str, float] = shapes.NOTHING
) -> Mapping[str, Any]:
    """The JSON object of an execution that has ended, with what it has left closed."""
    shown = shapes.Execution.of(execution, None, usual)
    shown.closed = Closed.of(await closing.of_execution(services, execution))
    return shown.model_dump(mode="json")


async def shape_all(services: Services, app: AppName, found: Sequence[Execution], *, more: bool) -> shapes.Executions:
    """The same for several of one app, newest first, with one look at what holds them; `more`: older ones follow."""
    before = found[-1].number if more else None
    if all(execution.finished for execution in found):
        return shapes.Executions(executions=[shapes.Execution.of(execution) for execution in found], before=before)
    others, disabled = await services.executions.contenders(app), await services.transitions.disabled(app)
    shown = [shapes.Execution.of(each, waiting.find(each, others, disabled)) for each in found]
    return shapes.Executions(executions=shown, before=before)
