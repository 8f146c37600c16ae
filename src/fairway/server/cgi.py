"""One HTTP request through a CGI program, streamed both ways in constant memory."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from fairway.errors import Unavailable
from fairway.server import beside

CHUNK = 65536
LONGEST_HEAD = 65536
COMPLAINTS = 8192
log = logging.getLogger(__name__)


async def serve(
    program: Sequence[str],
    environment: Mapping[str, str],
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    finish: bool,
    hand: Sequence[int] = (),
) -> None:
    """Run the program for the request. `finish`: once the whole body was received, the program runs to its end even if
    the client goes away; else it is ended with the client. `hand` are file descriptors that it keeps open. Raises
    Unavailable when it can't be started or says nothing.
    """
    process = await _start(program, {**environment, **_variables(scope)}, hand)
    try:
        async with beside.running(_feed(process, receive, finish=finish)), beside.running(_note(process)):
            await _answer(process, send)
        await process.wait()
    finally:
        _end(process)
        await process.wait()


async def _start(
    program: Sequence[str], environment: Mapping[str, str], hand: Sequence[int]
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *program,
            env=dict(environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_HEAD,
            start_new_session=True,
            pass_fds=hand,
        )
    except FileNotFoundError as error:
        raise Unavailable("git could not be started", why=str(error), hint="fairway doctor --fix") from error


def _variables(scope: Scope) -> dict[str, str]:
    """The request as RFC 3875 wants it, and those headers that git's backend reads."""
    headers = Headers(scope=scope)
    client = scope.get("client")
    variables = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REQUEST_METHOD": scope["method"],
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": client[0] if client else "",
        "CONTENT_TYPE": headers.get("content-type"),
        # Without a length (a chunked body) the backend reads to the end.
        "CONTENT_LENGTH": headers.get("content-length"),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding"),
        "GIT_PROTOCOL": headers.get("git-protocol"),
    }
    return {name: value for name, value in variables.items() if value is not None}


async def _feed(process: asyncio.subprocess.Process, receive: Receive, *, finish: bool) -> None:
    """The request's body, as fast as the program takes it; then watch for the client going away."""
    assert process.stdin is not None
    whole = False
    while not whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        # A program that has stopped reading has its reasons; its answer says which.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(message.get("body", b""))
            await process.stdin.drain()
        whole = not message.get("more_body", False)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.close()
        await process.stdin.wait_closed()
    if finish:
        return
    while whole and (await receive())["type"] != "http.disconnect":
        pass
    _end(process)


async def _note(process: asyncio.subprocess.Process) -> None:
    """Log what it complains about, up to a limit."""
    assert process.stderr is not None
    noted = b""
    try:
        while part := await process.stderr.read(CHUNK):
            noted = (noted + part)[:COMPLAINTS]
    finally:
        if noted:
            log.warning("git: %s", noted.decode("utf-8", "replace").strip())


async def _answer(process: asyncio.subprocess.Process, send: Send) -> None:
    assert process.stdout is not None
    try:
        head = await process.stdout.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Unavailable("git's http-backend gave no answer", hint="fairway server logs") from error
    status, headers = _read_head(head)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    # After the client went away `send` does nothing, and this reads on, so that the program never blocks on its output.
    while part := await process.stdout.read(CHUNK):
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _read_head(head: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
    status, headers = 200, []
    for line in head.strip().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.lower(), value.strip()))
    return status, headers


def _end(process: asyncio.subprocess.Process) -> None:
    """End it with everything that it started; it leads a session of its own."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
