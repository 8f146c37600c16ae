"""`/api/v1/apps/APP/executions`: runs of the pipeline."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, Response

from fairway.domain import execution as domain
from fairway.errors import NotFound
from fairway.server import stagelogs, stream, watch
from fairway.server.api.asked import By, Limit, Number, TheApp, TheServices
from fairway.server.stream import Emit
from fairway.wire import executions as shapes

router = APIRouter(prefix="/apps/{app}/executions")


@router.post("", status_code=201)
async def start(services: TheServices, app: TheApp, by: By, body: shapes.StartRequest) -> shapes.Execution:
    """Start an execution for a branch, tag or commit that was pushed."""
    return shapes.Execution.of(await services.intake.deploy(app, body.ref, manifest=body.manifest, by=by))


@router.get("")
async def list_(
    services: TheServices,
    app: TheApp,
    limit: Limit = 20,
    status: Annotated[domain.ExecutionStatus | None, Query(description="only those with this status")] = None,
) -> shapes.Executions:
    """The app's executions, newest first."""
    found = await services.executions.list(app, limit=limit, status=status)
    return shapes.Executions(executions=[shapes.Execution.of(execution) for execution in found])


@router.get("/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Execution:
    """One execution."""
    return shapes.Execution.of(await services.executions.get(app, number))


@router.get("/{number}/stream", response_class=Response)
async def follow(request: Request, services: TheServices, app: TheApp, number: Number) -> Response:
    """The execution at each change and the lines of its stages' logs, until it has ended."""
    await services.executions.get(app, number)

    async def produce(emit: Emit) -> None:
        tails = stagelogs.Tails(services.settings.executions / app / str(number))
        shown: domain.Execution | None = None

        async def show(now: domain.Execution) -> None:
            nonlocal shown
            # The lines first: what a stage printed stands before its end.
            for stage, text in await tails.news(stage.name for stage in now.stages):
                await emit({"type": "log", "stage": stage, "text": text})
            if now != shown:
                await emit({"type": "execution", "execution": shapes.describe(now)})
                shown = now

        ended = await watch.execution(
            services.executions, services.notices, app, number, show, patience=stagelogs.PATIENCE, every=True
        )
        await emit({"type": "end", "execution": shapes.describe(ended)})

    return stream.lines(request, produce)


@router.get("/{number}/logs/{stage}", response_class=PlainTextResponse)
async def logs(services: TheServices, app: TheApp, number: Number, stage: str) -> Response:
    """What a stage printed, as text; empty when it has printed nothing yet."""
    execution = await services.executions.get(app, number)
    if execution.stage(stage) is None:
        names = ", ".join(each.name for each in execution.stages)
        raise NotFound(f"execution {number} of {app} has no such stage", hint=f"its stages: {names}")
    return stagelogs.whole(services.settings.executions / app / str(number) / f"{stage}.log")


@router.post("/{number}/stop")
async def stop(services: TheServices, app: TheApp, number: Number) -> shapes.Execution:
    """Stop an execution where it is; what was deployed before still serves."""
    execution = await services.executions.get(app, number)
    await services.pipeline.stop(app, execution.number)
    return shapes.Execution.of(await services.executions.get(app, number))
