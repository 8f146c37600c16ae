"""An app's environments: events, and taking one down."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from fairway.server import stream, takedown
from fairway.server.api.asked import By, Limit, OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.stream import Emit
from fairway.wire import apps as app_shapes
from fairway.wire import server as shapes

router = APIRouter(prefix="/apps/{app}")


@router.get("/events")
async def events(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 50
) -> shapes.Events:
    """What happened, newest first."""
    found = await services.events.list(app=app, environment=environment, limit=limit)
    return shapes.Events(events=[shapes.Event.of(event) for event in found])


@router.post("/down", response_class=Response)
async def down(request: Request, services: TheServices, app: TheApp, by: By, body: app_shapes.DownRequest) -> Response:
    """Take the environment's tasks down, and tell how far it is. The releases stay."""
    environment = environment_named(body.environment)

    async def produce(emit: Emit) -> None:
        gone = await takedown.environment(services, app, environment, takedown.saying(emit), by=by)
        await emit({"type": "end", "ok": gone})

    return stream.lines(request, produce)
