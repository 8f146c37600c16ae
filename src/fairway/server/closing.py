"""Why environments are closed, looked up for who asks; and what must not be given up without a word."""

from fairway.domain import closing
from fairway.domain.closing import Closing
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.execution import INSIDE, Execution, ExecutionStatus
from fairway.domain.ids import EnvironmentName
from fairway.domain.passage import Passage
from fairway.domain.pipeline import FIRST
from fairway.errors import Conflict, NotFound
from fairway.services import Services

RECENT = 50
"""Passages of an environment that are looked at for the one that closed it."""


async def find(services: Services, desired: DesiredEnvironment) -> Closing | None:
    """None when it is open."""
    if not desired.closed:
        return None
    passage = closing.find_passage(
        await services.passages.list(desired.app, environment=desired.environment, limit=RECENT)
    )
    return closing.describe(desired, passage, goes_on=await _goes_on(services, passage))


async def of_execution(services: Services, execution: Execution) -> Closing | None:
    """The environment that an execution which was stopped has left closed, None when there is none."""
    if execution.status is not ExecutionStatus.STOPPED:
        return None
    for stage in execution.stages:
        if stage.name in FIRST or stage.started_at is None:
            continue
        desired = await services.desired.get(execution.app, EnvironmentName(stage.name))
        found = await find(services, desired) if desired is not None else None
        if found is not None and found.execution == execution.number:
            return found
    return None


async def require_leave(services: Services, execution: Execution) -> None:
    """Raise Conflict for an execution whose environment would be left closed, with nothing that serves."""
    stage = execution.place
    if stage is None or stage.status not in INSIDE or stage.name in FIRST:
        return
    environment = EnvironmentName(stage.name)
    passages = await services.passages.list(execution.app, environment=environment, limit=RECENT)
    if closing.leaves_closed(passages, execution.number):
        raise Conflict(
            f"execution {execution.number} of {execution.app} can't be given up just now",
            why=f"{environment} is closed for its migration, and would stay so: nothing would serve",
            hint=f"fairway stop {execution.number} --wait stops it once its deployment has come to its end; "
            "--leave-closed gives it up all the same",
        )


async def _goes_on(services: Services, passage: Passage | None) -> bool:
    if passage is None or passage.execution is None:
        return passage is not None and not passage.finished
    try:
        return not (await services.executions.get(passage.app, passage.execution)).finished
    except NotFound:
        return False
