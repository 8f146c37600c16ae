"""`/api/v1/apps/APP/logs`: what the tasks print."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairway.server import stream, tasklogs
from fairway.server.api.asked import OneEnvironment, TheApp, TheServices
from fairway.server.stream import Emit
from fairway.server.tasklist import Choice

router = APIRouter(prefix="/apps/{app}")


@router.get("/logs", response_class=Response)
async def logs(
    request: Request,
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    service: str | None = None,
    task: str | None = None,
    release: int | None = None,
    tail: Annotated[int | None, Query(ge=0, le=100_000, description="the last so many lines of each task")] = None,
    since: Annotated[float | None, Query(description="seconds since the epoch")] = None,
    follow: Annotated[bool, Query(description="go on with what comes, of new tasks too")] = False,
) -> Response:
    """The lines of all chosen tasks, in the order of their times."""
    choice = Choice(environment=environment, service=service, task=task, release=release)

    async def produce(emit: Emit) -> None:
        await tasklogs.read(services, app, choice, emit, tail=tail, since=since, follow=follow)

    return stream.lines(request, produce)
