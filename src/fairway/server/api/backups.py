"""`/api/v1/apps/APP/backups`: copies of an app's databases, and what is done with them."""

from fastapi import APIRouter

from fairway.server.api.asked import Limit, Number, OneEnvironment, TheApp, TheServices
from fairway.wire import backups as shapes

router = APIRouter(prefix="/apps/{app}")


@router.get("/backups")
async def backups(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 50
) -> shapes.Backups:
    """The backups that are kept, and those that failed, newest first."""
    found = await services.backups.list(app, environment=environment, limit=limit)
    return shapes.Backups(backups=[shapes.Backup.of(backup) for backup in found])


@router.get("/backups/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Backup:
    """One backup with its drills."""
    return shapes.Backup.of(await services.backups.get(app, number))
