"""`/api/v1/apps/APP/jobs` and `/runs`: commands that run once, to their end."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairway.errors import UsageError
from fairway.server import joblist, runlogs, stream
from fairway.server.api.asked import By, Limit, Number, OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.stream import Emit
from fairway.wire import jobs as shapes

router = APIRouter(prefix="/apps/{app}")
LONGEST = 86400.0
"""Seconds that a run may be given: a day."""


@router.post("/runs", status_code=201)
async def begin(services: TheServices, app: TheApp, by: By, body: shapes.RunRequest) -> shapes.Run:
    """Run a command, or a declared job, in a new container of the release that the environment has; watch the run for
    its end."""
    if body.job is not None:
        environment = environment_named(body.environment)
        declared = services.desk.begin_declared(app, environment, body.job, by=by, while_closed=body.while_closed)
        return shapes.Run.of(await declared)
    if not 1.0 <= body.timeout <= LONGEST:
        raise UsageError("a run is given from one second to a day", hint="--timeout 1h")
    environment = environment_named(body.environment)
    run = await services.desk.begin(
        app,
        environment,
        body.command,
        service=body.service,
        timeout=body.timeout,
        by=by,
        while_closed=body.while_closed,
    )
    return shapes.Run.of(run)


@router.get("/jobs")
async def jobs(services: TheServices, app: TheApp, environment: OneEnvironment = None) -> shapes.Jobs:
    """The jobs that the deployed releases declare."""
    names = [desired.environment for desired in await services.desired.list() if desired.app == app]
    chosen = [name for name in names if environment in (None, name)]
    return shapes.Jobs(jobs=[job for name in chosen for job in await joblist.of(services, app, name)])


@router.get("/runs")
async def runs(
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    job: Annotated[str | None, Query(description='only those of this job; "" is what was given by hand')] = None,
    limit: Limit = 20,
) -> shapes.Runs:
    """The kept runs, newest first."""
    found = await services.runs.list(app, environment=environment, job=job, limit=limit)
    return shapes.Runs(runs=[shapes.Run.of(run) for run in found])


@router.get("/runs/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Run:
    """One run with its attempts."""
    return shapes.Run.of(await services.runs.get(app, number))


@router.get("/runs/{number}/stream", response_class=Response)
async def follow(
    request: Request,
    services: TheServices,
    app: TheApp,
    number: Number,
    skip: Annotated[int, Query(ge=0, description="without the first so many lines")] = 0,
) -> Response:
    """The run at each change and each line that it prints, until it has ended."""
    await services.runs.get(app, number)

    async def produce(emit: Emit) -> None:
        await runlogs.follow(services, app, number, emit, skip=skip)

    return stream.lines(request, produce)


@router.get("/runs/{number}/lines")
async def lines(
    services: TheServices,
    app: TheApp,
    number: Number,
    tail: Annotated[int, Query(ge=0, le=100_000, description="the last so many lines of each attempt")] = 1000,
) -> shapes.Lines:
    """What it has printed so far."""
    run = await services.runs.get(app, number)
    found = [
        shapes.Line(attempt=attempt, text=text)
        for attempt in range(1, run.attempt + 1)
        for text in (services.run_logs.tail(app, number, str(attempt), tail) if tail else ())
    ]
    return shapes.Lines(lines=found)


@router.post("/runs/{number}/stop", status_code=202)
async def stop(services: TheServices, app: TheApp, by: By, number: Number) -> shapes.Run:
    """Ask it to end, and kill it ten seconds later; watch it for its end."""
    return shapes.Run.of(await services.desk.stop(app, number, by=by))
