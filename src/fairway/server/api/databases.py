"""`/api/v1/apps/APP/databases`: the databases that Fairway runs, psql beside one, and deleting one with its data."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from fairway.domain.database import DatabaseKey
from fairway.ports.shell import Session
from fairway.server import conversation, databaselist
from fairway.server.api.asked import OneEnvironment, TheApp, TheServices, environment_named
from fairway.wire import databases as shapes

router = APIRouter(prefix="/apps/{app}")
socket_router = APIRouter(prefix="/apps/{app}")
Typed = Annotated[str, Query(description="the app's name, typed by who wants the data to be gone")]


@router.get("/databases")
async def databases(services: TheServices, app: TheApp, environment: OneEnvironment = None) -> shapes.Databases:
    """The databases that Fairway runs for the app."""
    return shapes.Databases(databases=list(await databaselist.of(services, app, environment)))


@router.delete("/databases/{env}/{name}", status_code=204)
async def delete(services: TheServices, app: TheApp, env: str, name: str, data: Typed = "") -> None:
    """Delete one with its data, which wants the app's name."""
    key = DatabaseKey(app=app, environment=environment_named(env), name=name)
    await services.databases.delete(key, typed=data)


@socket_router.websocket("/databases/psql")
async def psql(
    socket: WebSocket,
    services: TheServices,
    app: str,
    environment: str = "production",
    name: str | None = None,
    tty: bool = False,
    command: Annotated[list[str] | None, Query()] = None,
) -> None:
    """Run psql in the database's container, with these arguments, as `/exec` runs a command in a task."""

    async def start() -> Session:
        record = await services.apps.get(app)
        place = environment_named(environment)
        return await services.databases.run_psql(record.name, place, name, command or [], tty=tty)

    await conversation.hold(socket, start, app=app)
