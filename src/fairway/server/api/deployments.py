"""Deployments and releases, and what makes new ones: a rollback, which is an execution, and a restart."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from fairway.domain import deployment as domain
from fairway.domain.ids import ServiceName
from fairway.server import stream, tasklist, waits, watch
from fairway.server.api.asked import By, Limit, Number, OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.stream import Emit
from fairway.wire import deployments as shapes
from fairway.wire import executions as runs

router = APIRouter(prefix="/apps/{app}")


@router.get("/releases")
async def releases(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 50
) -> shapes.Releases:
    """The kept releases, newest first; `current` marks what each environment should run now."""
    desired = [each for each in await services.desired.list() if each.app == app]
    current = {service.spec.release for each in desired for service in each.services}
    found = await services.releases.list(app, environment=environment, limit=limit)
    names = [each.environment for each in desired]
    if environment and not found and names and environment not in names:
        raise tasklist.no_environment(app, environment, names)
    return shapes.Releases(releases=[shapes.Release.of(kept, current=kept.number in current) for kept in found])


@router.post("/rollback", status_code=201)
async def rollback(services: TheServices, app: TheApp, by: By, body: shapes.RollbackRequest) -> runs.Execution:
    """Start an execution that takes an environment back to an earlier release; watch it for its verdict."""
    environment = environment_named(body.environment)
    begun = await services.pipeline.rollback(
        app, environment, body.release, by=by, accepted=body.accept_schema, take_back=body.take_back
    )
    return await waits.shape(services, begun)


@router.post("/restart", status_code=202)
async def restart(services: TheServices, app: TheApp, by: By, body: shapes.RestartRequest) -> shapes.Deployment:
    """Begin to replace every task of a service by a new one of the same release."""
    environment = environment_named(body.environment)
    service = ServiceName(body.service) if body.service else None
    return shapes.Deployment.of(await services.deployer.restart(app, environment, service, by=by))


@router.get("/deployments/{id}")
async def get(services: TheServices, app: TheApp, id: Number) -> shapes.Deployment:
    """One deployment."""
    return shapes.Deployment.of(await services.deployments.get(app, id))


@router.post("/deployments/{id}/stop")
async def stop(
    services: TheServices, app: TheApp, id: Number, by: By, body: shapes.StopRequest | None = None
) -> shapes.Deployment:
    """Give up a restart; the tasks of before stay, or are started again. An execution is stopped as an execution."""
    reason = body.reason if body else ""
    return shapes.Deployment.of(await services.deployer.stop(app, id, reason=reason, by=by))


@router.get("/deployments/{id}/stream", response_class=Response)
async def follow(request: Request, services: TheServices, app: TheApp, id: Number) -> Response:
    """The deployment at each change, until it has its verdict."""
    await services.deployments.get(app, id)

    async def produce(emit: Emit) -> None:
        async def show(now: domain.Deployment) -> None:
            await emit({"type": "deployment", "deployment": shapes.describe(now)})

        ended = await watch.deployment(services.deployments, services.notices, app, id, show)
        await emit({"type": "end", "deployment": shapes.describe(ended)})

    return stream.lines(request, produce)
