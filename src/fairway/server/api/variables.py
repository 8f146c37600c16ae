"""An environment's variables: names, changes, history. Each change is told in the event log, by who made it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from fairway.domain import ids
from fairway.domain import variables as kept
from fairway.environment.variables import Side
from fairway.server import auth, rolling
from fairway.server.api.asked import LARGEST, By, TheApp, TheServices, environment_named
from fairway.wire import variables as shapes

router = APIRouter(prefix="/apps/{app}/environments/{env}/variables")
AVersion = Annotated[int | None, Query(ge=1, le=LARGEST, description="not the latest version, but this one")]
Versions = Annotated[int, Query(ge=1, le=500, description="at most so many versions")]


@router.get("")
async def variables(services: TheServices, app: TheApp, env: str) -> shapes.Variables:
    """The names of the variables; never a value."""
    environment = environment_named(env)
    version, listed = await services.variables.listed(app, environment)
    return shapes.Variables(
        version=version,
        restart_needed=await rolling.needed(services, app, environment, version),
        variables=[
            shapes.Variable(name=each.name, service=each.service, set_at_version=each.set_at, database=each.database)
            for each in listed
        ],
    )


@router.patch("")
async def change(services: TheServices, app: TheApp, env: str, by: By, body: shapes.ChangeRequest) -> shapes.Changed:
    """Set and take away variables, as one new version. Running tasks keep theirs until the next deployment, which
    `restart` begins."""
    environment = environment_named(env)
    service = ids.check_name("service", body.service) if body.service else ""
    version, changed = await services.variables.change(
        app, environment, set=body.set, unset=body.unset, service=service, by=by, how=body.how
    )
    if changed:
        await rolling.tell(services, app, environment, f"{by} changed {', '.join(changed)}: version {version}", service)
    return await rolling.roll(services, app, environment, version, changed, service, by=by, asked=body.restart)


@router.get("/history")
async def history(services: TheServices, app: TheApp, env: str, limit: Versions = 20) -> shapes.History:
    """Who set and unset which variables when; never a value."""
    found = await services.variables.history(app, environment_named(env), limit=limit)
    return shapes.History(versions=[shapes.Version.of(version) for version in found])


@router.post("/rollback")
async def roll_back(
    services: TheServices, app: TheApp, env: str, by: By, body: shapes.RollbackRequest
) -> shapes.Changed:
    """Make a new version that is equal to an earlier one."""
    environment = environment_named(env)
    version, changed = await services.variables.roll_back(app, environment, body.version, by=by)
    if changed:
        text = f"{by} took the variables back to version {body.version}, as version {version}: {', '.join(changed)}"
        await rolling.tell(services, app, environment, text)
    return await rolling.roll(services, app, environment, version, changed, "", by=by, asked=body.restart)


@router.get("/compare")
async def compare(
    services: TheServices,
    app: TheApp,
    env: str,
    other: Annotated[str, Query(alias="with", description="the other environment")],
    version: AVersion = None,
    with_version: AVersion = None,
) -> shapes.Comparison:
    """How the variables of two environments, or of two versions of one, differ; values are compared here, and never
    shown."""
    left = Side(app=app, environment=environment_named(env), version=version)
    right = Side(app=app, environment=environment_named(other), version=with_version)
    first, second, found = await services.variables.compare(left, right)
    return shapes.Comparison(
        left=shapes.Side(environment=left.environment, version=first),
        right=shapes.Side(environment=right.environment, version=second),
        variables=[shapes.Difference.of(each) for each in found],
    )


@router.post("/reveal")
async def reveal(
    services: TheServices, app: TheApp, env: str, by: By, body: shapes.RevealRequest, response: Response
) -> shapes.Values:
    """The values, for the owner's token alone. The event log says that they were asked for before they are given."""
    auth.require_owner(by)
    environment = environment_named(env)
    version, values = await services.variables.reveal(app, environment, body.version)
    purpose = f" for {body.purpose}" if body.purpose else ""
    text = f"{by} was given the values of version {version}{purpose}"
    await rolling.tell(services, app, environment, text, kind="variables.revealed")
    response.headers["cache-control"] = "no-store"
    split = [(*kept.split(key), value) for key, value in sorted(values.items())]
    return shapes.Values(
        version=version,
        variables=[shapes.Value(name=name, service=service, value=value) for service, name, value in split],
        databases=dict(await services.databases.urls_here(app, environment)),
    )
