"""What the endpoints ask for again and again: the services, the app of the path, who is asking."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import HTTPConnection

from fairway.domain import ids
from fairway.domain.ids import AppName, EnvironmentName
from fairway.services import Services


def services_of(connection: HTTPConnection) -> Services:
    """What this server offers."""
    services: Services = connection.app.state.services
    return services


async def app_of(connection: HTTPConnection, app: Annotated[str, Path(description="the app's name")]) -> AppName:
    """The app that the path names. Raises NotFound."""
    return (await services_of(connection).apps.get(app)).name


def by_of(connection: HTTPConnection) -> str:
    """The name of the token."""
    return str(connection.state.by)


def environment_of(
    environment: Annotated[str | None, Query(description="only this environment")] = None,
) -> EnvironmentName | None:
    """The environment that the query names. Raises UsageError for what can't name one."""
    return None if not environment else environment_named(environment)


def environment_named(text: str) -> EnvironmentName:
    """An environment's name. Raises UsageError for what can't be one."""
    return EnvironmentName(ids.check_name("environment", text))


TheServices = Annotated[Services, Depends(services_of)]
TheApp = Annotated[AppName, Depends(app_of)]
By = Annotated[str, Depends(by_of)]
OneEnvironment = Annotated[EnvironmentName | None, Depends(environment_of)]
Limit = Annotated[int, Query(ge=1, le=500, description="at most so many")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""What the stores can look up; larger numbers name nothing."""
