"""`/api/v1/apps`: the apps, and what runs of each."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairway.domain import certificates, ids
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, ServiceName
from fairway.errors import NotFound
from fairway.server import certificatelist, closing, figures, joblist, stream, takedown, urls, waits
from fairway.server.api.asked import By, TheApp, TheServices
from fairway.server.stream import Emit
from fairway.services import Services
from fairway.wire import apps as shapes
from fairway.wire.certificates import Standing as Domain
from fairway.wire.closing import Closed
from fairway.wire.databases import Standing

router = APIRouter(prefix="/apps")
Typed = Annotated[str, Query(description="the app's name, typed by who wants its data to be gone")]


@router.get("")
async def list_(services: TheServices) -> shapes.Apps:
    """Every app, by name."""
    known = sorted(await services.apps.list(), key=lambda record: record.name)
    return shapes.Apps(apps=[shapes.App(name=record.name, created_at=record.created_at) for record in known])


@router.post("", status_code=201)
async def create(services: TheServices, body: shapes.CreateRequest) -> shapes.Created:
    """Create an app and its empty repository."""
    name = AppName(ids.check_name("app", body.name))
    record = await services.apps.create(name, at=services.clock.now())
    services.sharing.made(name)
    await services.repositories.create(name)
    url = f"{services.settings.url}/git/{name}.git"
    return shapes.Created(name=record.name, created_at=record.created_at, git_url=url)


@router.get("/{app}")
async def status(services: TheServices, app: TheApp) -> shapes.Status:
    """What runs of the app, in each environment, and its latest execution."""
    domains = await certificatelist.of_app(services, app)
    desired = [each for each in await services.desired.list() if each.app == app]
    environments = [await _environment(services, each, domains) for each in desired]
    latest = await services.executions.list(app, limit=1)
    execution = await waits.shape(services, latest[0]) if latest else None
    return shapes.Status(app=app, environments=environments, execution=execution)


@router.delete("/{app}", response_class=Response)
async def delete(request: Request, services: TheServices, app: TheApp, by: By, data: Typed = "") -> Response:
    """Take everything of the app down and forget it, telling how far it is. An app with data (databases, backups) is
    deleted only for who types its name."""
    await takedown.require_typed(services, app, data)

    async def produce(emit: Emit) -> None:
        done = await takedown.whole_app(services, app, takedown.saying(emit), by=by)
        await emit({"type": "end", "ok": done})

    return stream.lines(request, produce)


async def _environment(
    services: Services, desired: DesiredEnvironment, of_app: Sequence[certificates.Standing]
) -> shapes.Environment:
    app, name = desired.key
    progress = services.observations.progress(app, name)
    counts = shapes.services(desired, progress, services.clock.now())
    for each in counts:
        each.figures = figures.of_service(services, app, name, ServiceName(each.name))
    under_way = await services.deployments.latest(app, name, RolloutState.IN_PROGRESS)
    done = await services.deployments.latest(app, name, RolloutState.COMPLETED)
    number = desired.services[0].spec.release if desired.services else None
    commit, subject = await _commit(services, app, number)
    domains = [each for each in of_app if each.environment == name]
    old = any(each.old for each in progress.services.values()) if progress else False
    return shapes.Environment(
        name=name,
        state=shapes.state(counts, deploying=under_way is not None, serving_old=old, closed=desired.closed),
        release=number,
        commit=commit,
        subject=subject,
        deployed_at=done.ended_at if done and counts else None,
        urls=urls.of(services.settings, desired.hosts, certificatelist.secure(domains)) if counts else [],
        services=counts,
        jobs=list(await joblist.of(services, app, name)),
        databases=[Standing.of(*each) for each in await services.databases.states(app, name)],
        closed=Closed.of(await closing.find(services, desired)),
        domains=[Domain.of(each) for each in domains],
    )


async def _commit(services: Services, app: AppName, number: int | None) -> tuple[str | None, str | None]:
    if number is None:
        return None, None
    try:
        release = await services.releases.get(app, number)
    except NotFound:
        return None, None
    return release.commit, release.subject
