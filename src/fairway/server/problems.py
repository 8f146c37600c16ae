"""Errors as `application/problem+json` (RFC 9457), the same for what Fairway refuses, what does not validate, and what
nobody foresaw. A trace never leaves the server: an unexpected error gets a reference, under which the log has it all.
"""

import json
import logging
import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairway.errors import FairwayError, Finding, UsageError, WorkFailed

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class TooLarge(UsageError):
    """The body of the request is larger than any request of the API."""

    code = "too_large"
    http_status = 413


class NoSuchPage(UsageError):
    """The path, or the method on it, is none of the API's."""

    code = "not_found"
    http_status = 404


def describe(error: FairwayError) -> dict[str, Any]:
    """The problem object of an error."""
    return {
        "type": "about:blank",
        "title": error.what,
        "detail": error.why,
        "status": error.http_status,
        "code": error.code,
        "hint": error.hint,
        "docs": error.docs,
        "findings": [_finding(finding) for finding in error.findings] if isinstance(error, UsageError) else [],
        "log": list(error.log) if isinstance(error, WorkFailed) else [],
    }


def respond(error: FairwayError) -> Response:
    """The whole answer."""
    headers = {"WWW-Authenticate": 'Bearer realm="fairway"'} if error.http_status == 401 else None
    body = json.dumps(describe(error), ensure_ascii=False).encode()
    return Response(body, status_code=error.http_status, headers=headers, media_type=MEDIA_TYPE)


def unforeseen(error: BaseException, **where: object) -> FairwayError:
    """Log an error that nobody foresaw, with its trace, and return what may be said of it."""
    reference = secrets.token_hex(4)
    log.error("unexpected error %s", reference, exc_info=error, extra={"reference": reference, **where})
    return FairwayError(
        f"the server made a mistake (reference {reference})",
        why="the server's log has the details under this reference",
        hint="fairway server logs",
    )


def known(error: BaseException) -> FairwayError | None:
    """The error that Fairway itself raised, also when a group of tasks has wrapped it; None for any other."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := known(each))), None)
    return error if isinstance(error, FairwayError) else None


def install(app: FastAPI) -> None:
    """Make the app answer every error with a problem."""
    app.add_exception_handler(FairwayError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_page)


class Shield:
    """Answers what nobody foresaw, as the outermost layer, so that nothing passes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; answer only when the app raised before it had begun to."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except FairwayError as error:
            await self._answer(error, scope, receive, send, begun)
        except Exception as error:  # noqa: BLE001 - the last layer: what passes it would be a trace on the wire
            await self._answer(unforeseen(error, path=scope.get("path")), scope, receive, send, begun)

    async def _answer(self, error: FairwayError, scope: Scope, receive: Receive, send: Send, begun: bool) -> None:
        if begun or scope["type"] != "http":
            # Half an answer can't be taken back; uvicorn closes the connection, and the client sees it end early.
            raise ConnectionAbortedError(error.what)
        await respond(error)(scope, receive, send)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, FairwayError)
    return respond(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    findings = [_from_validation(entry) for entry in error.errors()]
    return respond(UsageError("the request is not what this call takes", findings=findings))


async def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        refusal: UsageError = NoSuchPage(
            f"there is no {request.method} {request.url.path}",
            why="the API of this server has no such path; a command line of another version may ask for it",
            hint="after an update of Fairway: fairway server stop && fairway server start",
            docs="docs/design/api.md",
        )
    else:
        refusal = UsageError("the request is not what this call takes", why=error.detail)
    refusal.http_status = error.status_code
    return respond(refusal)


def _from_validation(entry: dict[str, Any]) -> Finding:
    # `input` is left out on purpose: it may be a secret.
    where: Sequence[object] = entry.get("loc", ())
    place, *key = map(str, where) if where else ("request",)
    return Finding(file=place, line=0, key=".".join(key), message=str(entry.get("msg", "wrong")).lower())


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "key": finding.key,
        "message": finding.message,
        "hint": finding.hint,
    }
