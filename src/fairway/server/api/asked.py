"""What the endpoints ask for again and again: the services, the app of the path, who is asking."""

import re
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import HTTPConnection

from fairway.domain import ids
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.search import Search
from fairway.errors import UsageError
from fairway.server import elsewhere
from fairway.services import Services

LARGEST = 2**31 - 1
"""What the stores can look up; larger numbers name nothing."""
COMMIT = re.compile("[0-9a-f]{1,64}")


def services_of(connection: HTTPConnection) -> Services:
    """What this server offers."""
    services: Services = connection.app.state.services
    return services


async def app_of(connection: HTTPConnection, app: Annotated[str, Path(description="the app's name")]) -> AppName:
    """The app that the path names. Raises NotFound, and Conflict when another server has it."""
    services = services_of(connection)
    return await elsewhere.require_here(services.sharing, (await services.apps.get(app)).name)


def by_of(connection: HTTPConnection) -> str:
    """The name of the token."""
    return str(connection.state.by)


def environment_of(
    environment: Annotated[str | None, Query(description="only this environment")] = None,
) -> EnvironmentName | None:
    """The environment that the query names. Raises UsageError for what can't name one."""
    return None if not environment else environment_named(environment)


OneEnvironment = Annotated[EnvironmentName | None, Depends(environment_of)]


def search_of(
    environment: OneEnvironment,
    status: Annotated[ExecutionStatus | None, Query(description="only those with this status")] = None,
    branch: Annotated[str | None, Query(description="only those of this branch")] = None,
    commit: Annotated[str | None, Query(description="only those of the commits whose id begins so")] = None,
    pull_request: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="only those of this pull request's heads")
    ] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST, description="only those with a lower number")] = None,
) -> Search:
    """Which executions the query asks for; an environment's are those that have entered its stage. Raises UsageError
    for what can't begin a commit's id."""
    begins = (commit or "").lower()
    if begins and not COMMIT.fullmatch(begins):
        raise UsageError("a commit's id has the digits 0 to 9 and a to f", hint="its first seven are enough: 9c1f2e7")
    return Search(
        status=status,
        branch=branch or None,
        commit=begins or None,
        environment=environment,
        before=before,
        pull_request=pull_request,
    )


def environment_named(text: str) -> EnvironmentName:
    """An environment's name. Raises UsageError for what can't be one."""
    return EnvironmentName(ids.check_name("environment", text))


TheServices = Annotated[Services, Depends(services_of)]
TheApp = Annotated[AppName, Depends(app_of)]
By = Annotated[str, Depends(by_of)]
Limit = Annotated[int, Query(ge=1, le=500, description="at most so many")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
TheSearch = Annotated[Search, Depends(search_of)]
