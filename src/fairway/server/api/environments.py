"""An app's environments: events, how many tasks, and taking one down."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from fairway.domain.ids import ServiceName
from fairway.errors import Finding, UsageError
from fairway.server import stream, takedown
from fairway.server.api.asked import By, Limit, OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.stream import Emit
from fairway.wire import apps as app_shapes
from fairway.wire import server as shapes

router = APIRouter(prefix="/apps/{app}")
MOST = 1000
"""Tasks of one service; a typing mistake of one digit more should not start them."""


@router.get("/events")
async def events(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 50
) -> shapes.Events:
    """What happened, newest first."""
    found = await services.events.list(app=app, environment=environment, limit=limit)
    return shapes.Events(events=[shapes.Event.of(event) for event in found])


@router.post("/scale")
async def scale(
    services: TheServices, app: TheApp, by: By, body: app_shapes.ScaleRequest
) -> dict[str, dict[str, dict[str, int]]]:
    """Change how many tasks there shall be; answers from and to, and does not wait."""
    wrong = [name for name, count in body.services.items() if not 0 <= count <= MOST]
    if wrong or not body.services:
        findings = [
            Finding(file="body", line=0, key=f"services.{name}", message=f"0 to {MOST} tasks") for name in wrong
        ]
        raise UsageError("this can't be scaled to", why="" if wrong else "no service was named", findings=findings)
    counts = {ServiceName(name): count for name, count in body.services.items()}
    changed = await services.deployer.scale(app, environment_named(body.environment), counts, by=by)
    return {"services": {name: {"from": before, "to": after} for name, (before, after) in changed.items()}}


@router.post("/down", response_class=Response)
async def down(request: Request, services: TheServices, app: TheApp, by: By, body: app_shapes.DownRequest) -> Response:
    """Take the environment's tasks down, and tell how far it is. The releases stay."""
    environment = environment_named(body.environment)

    async def produce(emit: Emit) -> None:
        gone = await takedown.environment(services, app, environment, takedown.saying(emit), by=by)
        await emit({"type": "end", "ok": gone})

    return stream.lines(request, produce)
