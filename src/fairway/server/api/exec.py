"""`WS /api/v1/apps/APP/exec`: a command inside a running task."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from fairway.errors import UsageError
from fairway.ports.shell import Session
from fairway.server import beside, problems, tasklist
from fairway.server.api.asked import OneEnvironment, TheServices
from fairway.server.tasklist import Choice
from fairway.services import Services

router = APIRouter(prefix="/apps/{app}")
STREAMS: Mapping[str, bytes] = {"stdout": b"\x01", "stderr": b"\x02"}
LARGEST_SIZE = 10_000


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
    await socket.accept()
    try:
        choice = Choice(environment=environment, service=service, task=task)
        session = await _start(services, app, choice, command or [], tty=tty)
        await beside.first(_pump_in(socket, session), _pump_out(socket, session))
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001 - after the handshake, the last frame is the only place to say it
        known = problems.known(error) or problems.unforeseen(error, app=app)
        await _end(socket, {"problem": problems.describe(known)})


async def _start(services: Services, app: str, choice: Choice, command: list[str], *, tty: bool) -> Session:
    if not command:
        raise UsageError("there is no command to run", hint="fairway exec -- sh")
    record = await services.apps.get(app)
    seen = await tasklist.one(services, record.name, choice)
    return await services.shell.start(seen.task.id, command, tty=tty)


async def _pump_in(socket: WebSocket, session: Session) -> None:
    """Pass on what the client sends until it goes away; its going ends the session."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        data = message.get("bytes")
        if data is not None:
            await session.write(data)
        elif text := message.get("text"):
            await session.resize(*_size(text))


async def _pump_out(socket: WebSocket, session: Session) -> None:
    async for stream, data in session.output():
        await socket.send_bytes(STREAMS[stream] + data)
    await _end(socket, {"exit": await session.exit_code()})


async def _end(socket: WebSocket, last: Mapping[str, Any]) -> None:
    await socket.send_text(json.dumps(last, ensure_ascii=False))
    await socket.close()


def _size(text: str) -> tuple[int, int]:
    """`{"resize":[80,24]}`. Raises UsageError for anything else."""
    try:
        columns, rows = json.loads(text)["resize"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError('a text frame is {"resize":[columns,rows]}') from error
    if not all(isinstance(value, int) and 0 < value <= LARGEST_SIZE for value in (columns, rows)):
        raise UsageError("a terminal has 1 to 10000 columns and rows")
    return columns, rows
