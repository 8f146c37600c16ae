"""`WS /api/v1/apps/APP/exec`: a command inside a running task."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from fairway.errors import UsageError
from fairway.ports.shell import Session
from fairway.server import conversation, tasklist
from fairway.server.api.asked import OneEnvironment, TheServices
from fairway.server.tasklist import Choice
from fairway.services import Services

router = APIRouter(prefix="/apps/{app}")


@router.websocket("/exec")
async def exec_(
    socket: WebSocket,
    services: TheServices,
    app: str,
    environment: OneEnvironment = None,
    service: str | None = None,
    task: str | None = None,
    tty: bool = False,
    command: Annotated[list[str] | None, Query()] = None,
) -> None:
    """Run the command. In: binary frames for its input (an empty one closes it), text frames `{"resize":[80,24]}`. Out:
    binary frames, the first byte 1 or 2 for standard output or error; last a text frame with `exit` or `problem`."""

    async def start() -> Session:
        choice = Choice(environment=environment, service=service, task=task)
        return await _start(services, app, choice, command or [], tty=tty)

    await conversation.hold(socket, start, app=app)


async def _start(services: Services, app: str, choice: Choice, command: list[str], *, tty: bool) -> Session:
    if not command:
        raise UsageError("there is no command to run", hint="fairway exec -- sh")
    record = await services.apps.get(app)
    seen = await tasklist.one(services, record.name, choice)
    return await services.shell.start(seen.task.id, command, tty=tty)
