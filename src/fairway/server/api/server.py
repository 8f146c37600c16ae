"""`/api/v1/server`: the server about itself."""

import os
from importlib import metadata

from fastapi import APIRouter, Request

from fairway.server.api.asked import TheServices
from fairway.wire import server as shapes

router = APIRouter()
health = APIRouter()


def version() -> str:
    """The installed version of Fairway."""
    try:
        return metadata.version("fairway")
    except metadata.PackageNotFoundError:  # run from a source tree
        return "0"


@health.get("/healthz")
async def healthz() -> shapes.Health:
    """Whether the server answers. Needs no token."""
    return shapes.Health(status="ok", version=version())


@router.get("/server")
async def server(request: Request, services: TheServices) -> shapes.Server:
    """Version, process, addresses, and the state of what the server needs on its host."""
    settings = services.settings
    apps = "localhost" if settings.apps_address in ("127.0.0.1", "0.0.0.0") else settings.apps_address  # noqa: S104
    return shapes.Server(
        version=version(),
        pid=os.getpid(),
        home=str(settings.home),
        started_at=request.app.state.started_at,
        url=settings.url,
        apps_url=f"http://{apps}:{settings.apps_port}",
        components=[
            shapes.Component(name=component.name, state=component.state, detail=component.detail)
            for component in await services.components()
        ],
        servers=[
            shapes.Lease.of(lease, here=services.instance, now=services.clock.now())
            for lease in await services.sharing.list()
        ],
    )
