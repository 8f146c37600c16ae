"""`/api/v1/apps/APP/executions`: runs of the pipeline."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from fairway.domain import execution as domain
from fairway.domain.waiting import Waiting
from fairway.errors import NotFound
from fairway.server import changes, closing, stagelogs, stream, waits, watch
from fairway.server.api.asked import By, Limit, Number, TheApp, TheSearch, TheServices
from fairway.server.stream import Emit
from fairway.wire import changes as changes_shapes
from fairway.wire import executions as shapes

router = APIRouter(prefix="/apps/{app}/executions")
TAIL = Query(ge=1, le=1000, description="only so many of the last lines")


@router.post("", status_code=201)
async def start(services: TheServices, app: TheApp, by: By, body: shapes.StartRequest) -> shapes.Execution:
    """Start an execution for a branch, tag or commit that was pushed."""
    return await waits.shape(services, await services.intake.deploy(app, body.ref, manifest=body.manifest, by=by))


@router.get("")
async def list_(services: TheServices, app: TheApp, search: TheSearch, limit: Limit = 20) -> shapes.Executions:
    """The app's executions, newest first."""
    # One more than is shown tells whether there are older ones.
    found = await services.executions.list(app, limit=limit + 1, search=search)
    shown = found[:limit]
    return await waits.shape_all(services, app, shown, more=len(found) > len(shown))


@router.get("/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Execution:
    """One execution."""
    return await waits.shape(services, await services.executions.get(app, number))


@router.get("/{number}/stream", response_class=Response)
async def follow(request: Request, services: TheServices, app: TheApp, number: Number) -> Response:
    """The execution at each change and the lines of its stages' logs, until it has ended."""
    usual = await waits.usual(services, await services.executions.get(app, number))

    async def produce(emit: Emit) -> None:
        tails = stagelogs.Tails(services.settings.executions / app / str(number))
        shown: tuple[domain.Execution, Waiting | None] | None = None

        async def show(now: domain.Execution) -> None:
            nonlocal shown
            # The lines first: what a stage printed stands before its end.
            for stage, text in await tails.news(stage.name for stage in now.stages):
                await emit({"type": "log", "stage": stage, "text": text})
            found = await waits.find(services, now)
            if (now, found) != shown:
                await emit({"type": "execution", "execution": shapes.describe(now, found, usual)})
                shown = now, found

        ended = await watch.execution(
            services.executions, services.notices, app, number, show, patience=stagelogs.PATIENCE, every=True
        )
        await emit({"type": "end", "execution": await waits.describe_end(services, ended, usual)})

    return stream.lines(request, produce)


@router.get("/{number}/logs/{stage}", response_class=PlainTextResponse)
async def logs(
    services: TheServices, app: TheApp, number: Number, stage: str, tail: Annotated[int | None, TAIL] = None
) -> Response:
    """What a stage printed, as text, all of it or the last lines; empty when it has printed nothing yet."""
    execution = await services.executions.get(app, number)
    _require_stage(execution, stage)
    file = services.settings.executions / app / str(number) / f"{stage}.log"
    if tail is None:
        return stagelogs.whole(file)
    return PlainTextResponse(await asyncio.to_thread(stagelogs.last, file, tail))


@router.get("/{number}/artifacts")
async def artifacts(services: TheServices, app: TheApp, number: Number) -> shapes.Artifacts:
    """The files that the actions of the execution left."""
    await services.executions.get(app, number)
    found = await asyncio.to_thread(services.artifacts.list, app, number)
    return shapes.Artifacts(
        artifacts=[
            shapes.Artifact(
                name=f"{each.stage}/{each.action}/{each.path}",
                stage=each.stage,
                action=each.action,
                path=each.path,
                size=each.size,
            )
            for each in found
        ]
    )


@router.get("/{number}/artifacts/{name:path}", response_class=Response)
async def artifact(services: TheServices, app: TheApp, number: Number, name: str) -> Response:
    """One of these files, by its `STAGE/ACTION/PATH`."""
    await services.executions.get(app, number)
    # Whatever it is, no browser is to run it under this server's name.
    return FileResponse(
        services.artifacts.find(app, number, name),
        media_type="application/octet-stream",
        filename=name.rpartition("/")[2],
        headers={"x-content-type-options": "nosniff", "cache-control": "no-store"},
    )


@router.get("/{number}/changes/{stage}")
async def changes_of(services: TheServices, app: TheApp, number: Number, stage: str) -> changes_shapes.Changes:
    """What the execution would change in the environment of a stage: commits, image, variables by name."""
    execution = await services.executions.get(app, number)
    _require_stage(execution, stage)
    return await changes.find(services, execution, stage)


@router.post("/{number}/stop")
async def stop(
    services: TheServices, app: TheApp, number: Number, by: By, body: shapes.StopRequest | None = None
) -> shapes.Execution:
    """Stop an execution; what was deployed before still serves. One whose environment is closed for its migration is
    only given up with `leave_closed`."""
    asked = body or shapes.StopRequest()
    if not asked.wait and not asked.leave_closed:
        await closing.require_leave(services, await services.executions.get(app, number))
    await services.pipeline.stop(app, number, wait=asked.wait, reason=asked.reason, by=by)
    return await waits.shape(services, await services.executions.get(app, number))


@router.post("/{number}/approval")
async def answer(
    services: TheServices, app: TheApp, number: Number, by: By, body: shapes.AnswerRequest
) -> shapes.Execution:
    """Give the approval that an execution waits for, or refuse it."""
    answered = await services.pipeline.decide(app, number, approved=body.approved, by=by, comment=body.comment)
    return await waits.shape(services, await services.executions.get(app, answered.number))


@router.post("/{number}/retry")
async def retry(
    services: TheServices, app: TheApp, number: Number, by: By, body: shapes.RetryRequest | None = None
) -> shapes.Execution:
    """Try the stage again that an execution failed or was stopped in."""
    again = await services.pipeline.retry(app, number, (body or shapes.RetryRequest()).mode, by=by)
    return await waits.shape(services, await services.executions.get(app, again.number))


def _require_stage(execution: domain.Execution, stage: str) -> None:
    if execution.stage(stage) is None:
        names = ", ".join(each.name for each in execution.stages)
        raise NotFound(
            f"execution {execution.number} of {execution.app} has no such stage", hint=f"its stages: {names}"
        )
