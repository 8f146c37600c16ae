"""`/api/v1/apps/APP/passages`: the ways of an app's databases through the migration guard, each with its report."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from fairway.errors import NotFound
from fairway.server.api.asked import Limit, Number, OneEnvironment, TheApp, TheServices
from fairway.services import Services
from fairway.wire import guardpage, guardstyle
from fairway.wire import passages as shapes

router = APIRouter(prefix="/apps/{app}")
HEADERS = {
    "Content-Security-Policy": guardstyle.POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@router.get("/passages")
async def passages(
    services: TheServices, app: TheApp, environment: OneEnvironment = None, limit: Limit = 20
) -> shapes.Passages:
    """The passages, newest first, each without its backup's record."""
    found = await services.passages.list(app, environment=environment, limit=limit)
    return shapes.Passages(passages=[shapes.Passage.of(passage) for passage in found])


@router.get("/passages/{number}.html", response_class=HTMLResponse)
async def page(services: TheServices, app: TheApp, number: Number) -> HTMLResponse:
    """The report of one as a page that needs nothing else."""
    found = await report(services, app, number)
    return HTMLResponse(guardpage.render(found.model_dump(mode="json")), headers=HEADERS)


@router.get("/passages/{number}")
async def get(services: TheServices, app: TheApp, number: Number) -> shapes.Passage:
    """The report of one."""
    return await report(services, app, number)


async def report(services: Services, app: TheApp, number: int) -> shapes.Passage:
    """A passage with the backup that it made. Raises NotFound; a backup that was deleted since is none."""
    passage = await services.passages.get(app, number)
    if passage.backup is None:
        return shapes.Passage.of(passage)
    try:
        return shapes.Passage.of(passage, await services.backups.get(app, passage.backup))
    except NotFound:
        return shapes.Passage.of(passage)
