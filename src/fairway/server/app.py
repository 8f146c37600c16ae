"""The ASGI app: the API, git over HTTP and the hook's entrance, behind one set of guards.

From the outside in: what nobody foresaw is answered, large bodies are refused, tokens are checked, routes are found.
"""

import asyncio
import functools
import secrets

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.routing import BaseRoute

from fairway.server import auth, limits, masking, problems, pushes, webhooks
from fairway.server.api import (
    apps,
    backups,
    certificates,
    contract,
    databases,
    deployments,
    environments,
    exec,
    executions,
    jobs,
    logs,
    metrics,
    passages,
    pipeline,
    samples,
    scaling,
    server,
    source,
    tasks,
    transitions,
    variables,
)
from fairway.server.git import GitOverHttp
from fairway.services import Services

ABOUT = """Push to master and trust what happens next. Errors are `application/problem+json`; streams are one JSON
object a line, with `{"type":"ping"}` every 15 s."""


def create(services: Services) -> FastAPI:
    """The app. `state.secret` is what the hooks must present, `state.stopping` ends the streams once it is set."""
    app = FastAPI(
        title="Fairway",
        version=server.version(),
        description=ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=list(_routes()),
    )
    app.state.services = services
    app.state.secret = secrets.token_hex(32)
    app.state.stopping = asyncio.Event()
    app.state.started_at = services.clock.now()
    app.mount("/git", GitOverHttp(services))
    problems.install(app)
    app.add_middleware(masking.Masked, masks=services.masks)
    app.add_middleware(auth.Authenticated, tokens=services.tokens)
    app.add_middleware(limits.Limits)
    app.add_middleware(problems.Shield)
    return app


@functools.cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route but that of git. They know nothing of the app that they are part of, and FastAPI takes half a second
    to find out what each endpoint is called with: it is done once, however many apps a process has."""
    every = APIRouter()
    every.include_router(_api())
    every.include_router(exec.router, prefix=auth.GUARDED)
    every.include_router(databases.socket_router, prefix=auth.GUARDED)
    every.include_router(server.health)
    every.include_router(metrics.router)
    every.include_router(pushes.router)
    every.include_router(webhooks.router)
    return tuple(every.routes)


def _api() -> APIRouter:
    # The token is checked by the middleware; the scheme only tells readers of the OpenAPI document.
    api = APIRouter(prefix=auth.GUARDED, dependencies=[Depends(HTTPBearer(auto_error=False))])
    running = (tasks, samples, logs, deployments, jobs, environments, variables, contract, scaling)
    data = (backups, passages, databases)
    for part in (server, apps, certificates, source, executions, pipeline, transitions, *running, *data):
        api.include_router(part.router)
    return api
