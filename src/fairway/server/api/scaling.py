"""How many tasks each service has: set by a person, and the history of who and what has changed it."""

from typing import Annotated

from fastapi import APIRouter, Query

from fairway.domain.ids import ServiceName
from fairway.errors import Finding, UsageError
from fairway.server import tasklist
from fairway.server.api.asked import By, Limit, OneEnvironment, TheApp, TheServices, environment_named
from fairway.wire import apps as app_shapes
from fairway.wire import scaling as shapes

router = APIRouter(prefix="/apps/{app}")
MOST = 1000
"""Tasks of one service; a typing mistake of one digit more should not start them."""


@router.post("/scale")
async def scale(services: TheServices, app: TheApp, by: By, body: app_shapes.ScaleRequest) -> shapes.Scaled:
    """Change how many tasks there shall be; answers from and to, and does not wait."""
    wrong = [name for name, count in body.services.items() if not 0 <= count <= MOST]
    if wrong or not body.services:
        findings = [
            Finding(file="body", line=0, key=f"services.{name}", message=f"0 to {MOST} tasks") for name in wrong
        ]
        raise UsageError("this can't be scaled to", why="" if wrong else "no service was named", findings=findings)
    counts = {ServiceName(name): count for name, count in body.services.items()}
    environment = environment_named(body.environment)
    changed = await services.deployer.scale(app, environment, counts, by=by)
    desired, now = await services.desired.get(app, environment), services.clock.now()
    bounds = {each.spec.service: shapes.Bounds.of(each, now) for each in desired.services} if desired else {}
    return shapes.Scaled(
        services={
            name: shapes.Changed(before=before, after=after, scaling=bounds.get(name))
            for name, (before, after) in changed.items()
        }
    )


@router.get("/scaling")
async def history(
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    service: Annotated[str | None, Query(description="only this service")] = None,
    limit: Limit = 50,
) -> shapes.Activities:
    """The scaling activities, newest first: what was changed and why, and what a limit stood against."""
    choice = tasklist.Choice(environment=environment, service=service)
    found = await services.activities.list(app, environment, service, limit=limit)
    if not found:
        await tasklist.chosen(services, app, choice)  # a slip of the pen is no empty answer
    return shapes.Activities(activities=[shapes.Activity.of(each) for each in found])
