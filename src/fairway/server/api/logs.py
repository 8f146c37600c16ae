"""`/api/v1/apps/APP/logs`: what the tasks print."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairway.domain.printed import SECOND, Wanted
from fairway.errors import UsageError
from fairway.server import stream, tasklogs
from fairway.server.api.asked import OneEnvironment, TheApp, TheServices
from fairway.server.stream import Emit
from fairway.server.tasklist import Choice

router = APIRouter(prefix="/apps/{app}")
FAR = 9e9
"""Seconds since the epoch, in the year 2255: what is beyond fits no file's name."""

Seconds = Annotated[float | None, Query(ge=0, le=FAR, description="seconds since the epoch")]


@router.get("/logs", response_class=Response)
async def logs(
    request: Request,
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    service: str | None = None,
    task: str | None = None,
    release: int | None = None,
    tail: Annotated[int | None, Query(ge=0, le=10_000, description="the last so many lines of all together")] = None,
    since: Seconds = None,
    after: Annotated[int | None, Query(ge=0, le=int(FAR) * SECOND, description="a line's stamp, for since")] = None,
    until: Seconds = None,
    grep: Annotated[str, Query(max_length=1000, description="only lines with this text, which is no pattern")] = "",
    ignore_case: Annotated[bool, Query(description="whatever the letters' case")] = False,
    follow: Annotated[bool, Query(description="go on with what comes, of new tasks too")] = False,
) -> Response:
    """The lines of all chosen tasks, of those that are gone too, in the order of their times."""
    if follow and until is not None:
        raise UsageError("what comes is not before a time that is over", hint="leave out follow, or until")
    choice = Choice(environment=environment, service=service, task=task, release=release)
    wanted = Wanted(
        since=after if after is not None else stamp(since), until=stamp(until), text=grep, any_case=ignore_case
    )

    async def produce(emit: Emit) -> None:
        await tasklogs.read(services, app, choice, emit, tail=tail, wanted=wanted, follow=follow)

    return stream.lines(request, produce)


def stamp(seconds: float | None) -> int | None:
    """Nanoseconds since the epoch."""
    return None if seconds is None else int(seconds * SECOND)
