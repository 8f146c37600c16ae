"""A command's conversation over a WebSocket: what it is asked and what it says.

In: binary frames for its input (an empty one closes it), text frames `{"resize":[80,24]}`. Out: binary frames, the
first byte 1 or 2 for standard output or error; last a text frame with `exit` or `problem`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from fairway.errors import UsageError
from fairway.ports.shell import Session
from fairway.server import beside, problems

STREAMS: Mapping[str, bytes] = {"stdout": b"\x01", "stderr": b"\x02"}
LARGEST_SIZE = 10_000


async def hold(socket: WebSocket, start: Callable[[], Awaitable[Session]], *, app: str) -> None:
    """Accept the socket, start the command and pass on both ways until it ends or the client goes away."""
    await socket.accept()
    try:
        session = await start()
        await beside.first(_pump_in(socket, session), _pump_out(socket, session))
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001 - after the handshake, the last frame is the only place to say it
        known = problems.known(error) or problems.unforeseen(error, app=app)
        await _end(socket, {"problem": problems.describe(known)})


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
