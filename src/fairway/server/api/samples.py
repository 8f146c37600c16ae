"""`/api/v1/apps/APP/top` and `/samples`: what was measured, now and before."""

from typing import Annotated

from fastapi import APIRouter, Query

from fairway.domain.ids import EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import DAY, GRADES, HOUR, Series
from fairway.errors import UsageError
from fairway.measure import recall
from fairway.server import figures, tasklist
from fairway.server.api.asked import OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.tasklist import Choice
from fairway.wire import metrics as shapes

router = APIRouter(prefix="/apps/{app}")
LONGEST = GRADES[-1].kept
MINUTE = 60


@router.get("/top")
async def top(
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    service: str | None = None,
    over: Annotated[float, Query(ge=1, le=HOUR, description="seconds until now that the figures are of")] = 10.0,
) -> shapes.Top:
    """The figures of every service and of its running tasks."""
    return await figures.top(services, app, Choice(environment=environment, service=service), over=over)


@router.get("/samples")
async def samples(
    services: TheServices,
    app: TheApp,
    environment: Annotated[str, Query(description="the service's environment")],
    service: str,
    task: Annotated[str | None, Query(description="one task of it, by its whole id")] = None,
    since: Annotated[float | None, Query(description="seconds since the epoch; null: an hour ago")] = None,
    step: Annotated[int | None, Query(ge=1, le=DAY, description="seconds of one sample; null: 120 at most")] = None,
) -> shapes.Samples:
    """A service's samples, or a task's, from then until now."""
    now = services.clock.now()
    since = now - HOUR if since is None else since
    # Who asks for 30 days has counted them back a moment ago.
    if not now - LONGEST - MINUTE <= since <= now:
        raise UsageError("since is not within the last 30 days", why="older samples are not kept")
    name: EnvironmentName = environment_named(environment)
    series = Series(
        app=app, environment=name, service=ServiceName(service), task=None if task is None else TaskId(task)
    )
    if task is None:
        await tasklist.chosen(services, app, Choice(environment=name, service=service))
    length = recall.choose_step(now - since, step)
    found = await recall.recall(services.samples, services.history, series, since=since, now=now, step=length)
    routed = figures.is_routed(services, series)
    return shapes.Samples(step=length, samples=[shapes.Sample.taken(each, routed=routed) for each in found])
