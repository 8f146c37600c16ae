"""`/api/v1/apps/APP/backups` and `/errands`: copies of an app's databases, and the long work on them.

What takes long is begun, answered with an errand at once, and followed by its stream; it goes on when nobody does.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fairway.domain.errand import Errand
from fairway.domain.ids import AppName
from fairway.errors import NotFound
from fairway.server import stream
from fairway.server.api.asked import By, Limit, Number, OneEnvironment, TheApp, TheServices, environment_named
from fairway.server.stream import Emit
from fairway.services import Services
from fairway.wire import backups as shapes

router = APIRouter(prefix="/apps/{app}")
EVERY = 0.2
"""Seconds between two looks at an errand, so that a step that tells of itself often does not flood the line."""


@router.get("/backups")
async def backups(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 50
) -> shapes.Backups:
    """The backups that are kept, and those that failed, newest first."""
    found = await services.backups.list(app, environment=environment, limit=limit)
    return shapes.Backups(backups=[shapes.Backup.of(backup) for backup in found])


@router.post("/backups", status_code=202)
async def back_up(services: TheServices, app: TheApp, by: By, body: shapes.BackUpRequest) -> shapes.Errand:
    """Begin to back a database up."""
    environment = environment_named(body.environment)
    return shapes.Errand.of(await services.orders.back_up(app, environment, body.variable, by=by))


@router.get("/backups/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Backup:
    """One backup with its drills."""
    return shapes.Backup.of(await services.backups.get(app, number))


@router.post("/backups/{number}/verify", status_code=202)
async def verify(services: TheServices, app: TheApp, by: By, number: Number) -> shapes.Errand:
    """Begin to restore it into a scratch database, and to compare that."""
    return shapes.Errand.of(await services.orders.verify(app, number, by=by))


@router.post("/backups/{number}/drill", status_code=202)
async def drill(services: TheServices, app: TheApp, by: By, number: Number) -> shapes.Errand:
    """The same, noted as a drill with its recovery time."""
    return shapes.Errand.of(await services.orders.drill(app, number, by=by))


@router.get("/backups/{number}/loss")
async def loss(
    services: TheServices,
    app: TheApp,
    number: Number,
    into: Annotated[str | None, Query(description="the environment; the backup's own by default")] = None,
    variable: Annotated[str | None, Query(description="the variable that holds the database's URL")] = None,
) -> shapes.Loss:
    """Which writes since the backup a restore would lose."""
    name = environment_named(into) if into else None
    found = await services.orders.weigh(app, number, name, variable)
    return shapes.Loss(
        backup=shapes.Backup.of(found.backup),
        environment=found.target.environment,
        variable=found.target.variable,
        source=found.target.address.shown,
        writes=list(found.writes),
    )


@router.post("/backups/{number}/restore", status_code=202)
async def restore(
    services: TheServices, app: TheApp, by: By, number: Number, body: shapes.RestoreRequest
) -> shapes.Errand:
    """Begin to put it in the place of what a database has."""
    into = environment_named(body.into) if body.into else None
    begun = await services.orders.restore(app, number, into, body.variable, typed=body.confirm, save=body.save, by=by)
    return shapes.Errand.of(begun)


@router.get("/errands")
async def errands(services: TheServices, app: TheApp) -> shapes.Errands:
    """What goes on, or ended lately, newest first; this server's, since it was started."""
    return shapes.Errands(errands=[shapes.Errand.of(each) for each in services.orders.list(app)])


@router.get("/errands/{number}/stream", response_class=Response)
async def follow(request: Request, services: TheServices, app: TheApp, number: Number) -> Response:
    """The errand as it goes on, to its end, with the backup that it is about; a problem when it failed."""
    services.orders.errands.get(app, number)

    async def produce(emit: Emit) -> None:
        last: Errand | None = None
        async for errand in services.orders.errands.follow(app, number):
            await emit({"type": "errand", "errand": shapes.describe(errand)})
            last = errand
            if errand.ended_at is None:
                await asyncio.sleep(EVERY)
        assert last is not None, "an errand is shown before it ends"
        backup = await find(services, app, last.backup)
        await emit({"type": "end", "errand": shapes.describe(last), "backup": backup})

    return stream.lines(request, produce)


async def find(services: Services, app: AppName, number: int | None) -> dict[str, Any] | None:
    """The backup that an errand was about, as JSON; null when its time is over by now."""
    try:
        kept = None if number is None else await services.backups.get(app, number)
    except NotFound:
        return None
    return None if kept is None else shapes.Backup.of(kept).model_dump(mode="json")
