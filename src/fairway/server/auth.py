"""Who is asking: a token, known to the server by its SHA-256 digest alone.

Everything under `/api/v1`, and `/metrics`, wants it as a Bearer token, WebSockets too; git may send it as a Basic
password with any user name. This stands in front of the routes, so that no endpoint can forget it and no body is read
for a stranger.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fairway.errors import Unauthorized
from fairway.ports.stores import TokenRecord, Tokens
from fairway.server import files, problems

GUARDED = "/api/v1"
METRICS = "/metrics"
OWNER = "owner"


def digest(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


async def identify(tokens: Tokens, headers: Headers, *, basic: bool = False) -> str:
    """The name of the token that the headers carry. Raises Unauthorized when there is none or it is wrong."""
    token = _read(headers, basic=basic)
    if not token:
        raise Unauthorized(
            "a token is needed", why="the request carries none", hint="on the server's own host: fairway server status"
        )
    presented = digest(token)
    known = await tokens.find(presented)
    if known is None or not hmac.compare_digest(known.digest, presented):
        raise Unauthorized("the token is wrong", why="this server does not know it", hint="fairway server status")
    return known.name


def require_owner(by: str) -> None:
    """Raise Unauthorized unless `by` is the name of an owner's token."""
    if by != OWNER and not by.startswith(f"{OWNER}@"):
        raise Unauthorized(
            "only the owner may see this",
            why=f"the token is {by}'s",
            hint="on the server's own host: the file of its token",
        )


class Authenticated:
    """Lets nobody pass to the guarded paths without a known token; its name is in `request.state.by`."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Identify, or refuse."""
        if scope["type"] in ("http", "websocket") and _is_guarded(scope["path"]):
            try:
                scope.setdefault("state", {})["by"] = await identify(self._tokens, Headers(scope=scope))
            except Unauthorized as error:
                await _refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


async def register_owner(tokens: Tokens, file: Path, *, at: float, name: str = OWNER) -> None:
    """Make sure that the owner's token lies in the file (mode 0600, made if it is missing) and is known, by a name that
    is this server's own where several share the store."""
    token = await asyncio.to_thread(_read_or_make, file)
    if await tokens.find(digest(token)) is None:
        await tokens.delete(name)
        await tokens.add(TokenRecord(name=name, digest=digest(token), created_at=at))


def _read_or_make(file: Path) -> str:
    if file.exists() and (token := file.read_text().strip()):
        return token
    token = secrets.token_urlsafe(32)
    files.write_secret(file, token + "\n")
    return token


def _is_guarded(path: str) -> bool:
    return path in (GUARDED, METRICS) or path.startswith((f"{GUARDED}/", f"{METRICS}/"))


async def _refuse(error: Unauthorized, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await problems.respond(error)(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        answer = problems.respond(error)
        start = {"type": "websocket.http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": bytes(answer.body)})
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": error.what})


def _read(headers: Headers, *, basic: bool) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic" if basic:
            return _password(value.strip())
    return ""


def _password(encoded: str) -> str:
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[2]
