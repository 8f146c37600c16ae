"""`/api/v1/apps/APP/passages`: the ways of an app's databases through the migration guard, each with its report."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from fairway.errors import NotFound
from fairway.server import stream
from fairway.server.api.asked import (
    LARGEST,
    By,
    Limit,
    Number,
    OneEnvironment,
    TheApp,
    TheServices,
    environment_named,
)
from fairway.server.stream import Emit
from fairway.services import Services
from fairway.wire import guardpage, guardstyle
from fairway.wire import passages as shapes

router = APIRouter(prefix="/apps/{app}")
HEADERS = {
    "Content-Security-Policy": guardstyle.POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@router.get("/passages")
async def passages(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 20
) -> shapes.Passages:
    """The passages, newest first, each without its backup's record."""
    found = await services.passages.list(app, environment=environment, limit=limit)
    return shapes.Passages(passages=[shapes.Passage.of(passage) for passage in found])


@router.post("/passages", status_code=202)
async def rehearse(services: TheServices, app: TheApp, by: By, body: shapes.RehearsalRequest) -> shapes.Passage:
    """Begin to rehearse what an execution has built, without a deployment; it goes on when nobody follows it."""
    release = await services.candidates.find(app, environment_named(body.environment), body.execution)
    return shapes.Passage.of(await services.guard.requests.begin(release, by=by))


@router.get("/plan")
async def plan(
    services: TheServices,
    app: TheApp,
    environment: Annotated[str, Query(description="the environment")],
    execution: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="what it built; by default the newest")
    ] = None,
) -> shapes.Outlook:
    """What a deployment would have pending in an environment's database, and what is wrong with it by its files."""
    release = await services.candidates.find(app, environment_named(environment), execution)
    found, judged = await services.guard.plan(release)
    return shapes.Outlook(
        app=app,
        environment=release.environment,
        execution=release.execution,
        commit=release.commit,
        plan=shapes.Plan.of(found),
        judged=shapes.Judged.of(judged),
    )


@router.get("/passages/{number}/stream", response_class=Response)
async def follow(request: Request, services: TheServices, app: TheApp, number: Number) -> Response:
    """What a rehearsal that was asked for says, to its end, and its report then."""
    await services.passages.get(app, number)

    async def produce(emit: Emit) -> None:
        async for text in services.guard.requests.follow(app, number):
            await emit({"type": "line", "text": text})
        found = await report(services, app, number)
        await emit({"type": "end", "passage": found.model_dump(mode="json")})

    return stream.lines(request, produce)


@router.get("/passages/{number}.html", response_class=HTMLResponse)
async def page(services: TheServices, app: TheApp, number: Number) -> HTMLResponse:
    """The report of one as a page that needs nothing else."""
    found = await report(services, app, number)
    return HTMLResponse(guardpage.render(found.model_dump(mode="json")), headers=HEADERS)


@router.get("/passages/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Passage:
    """The report of one."""
    return await report(services, app, number)


async def report(services: Services, app: TheApp, number: int) -> shapes.Passage:
    """A passage with the backup that it made. Raises NotFound; a backup that was deleted since is none."""
    passage = await services.passages.get(app, number)
    if passage.backup is None:
        return shapes.Passage.of(passage)
    try:
        return shapes.Passage.of(passage, await services.backups.get(app, passage.backup))
    except NotFound:
        return shapes.Passage.of(passage)
