"""`/metrics`: for Prometheus, which presents the token as its bearer token."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from fairway.server import exposition, measured
from fairway.server.api.asked import TheServices
from fairway.server.api.server import version

router = APIRouter()


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, services: TheServices) -> Response:
    """What is counted and known at this moment, in Prometheus's text format."""
    families = await measured.collect(services, version=version(), started_at=request.app.state.started_at)
    return Response(exposition.render(families), media_type=exposition.CONTENT_TYPE)
