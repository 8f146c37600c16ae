"""`POST /webhooks/APP`: a forge says that something was pushed.

No token: the forge shows that it knows the webhook's secret, for the body's very bytes. What it says of a push is not
believed further: the source is fetched, and what the fetch finds is deployed. Of a pull request is kept where it goes,
and that it was opened or closed. An app that is unknown, one without a webhook and
a wrong secret are all answered alike. Of the body only the first LOOKED_AT bytes are ever held.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from fairway.domain import pulls, webhooks
from fairway.domain.webhooks import Call, Check, Concern
from fairway.errors import Unauthorized, UsageError
from fairway.services import Services
from fairway.wire import words

LOOKED_AT = 1024 * 1024
"""Bytes of a payload that are looked into; nobody's name is taken from a longer one."""
FORM = "application/x-www-form-urlencoded"
LONGEST_NAME = 200
WORTHLESS = 499
"""Nobody reads the answer to a call that broke off."""

router = APIRouter()


@router.post("/webhooks/{app}", response_class=Response)
async def call(request: Request, app: str) -> Response:
    """Check who calls, and remember what for."""
    services: Services = request.app.state.services
    found = webhooks.read(dict(request.headers), now=services.clock.now())
    check = Check(found, await services.sourcing.webhook_secret(app))
    try:
        body = await _receive(request, check)
    except ClientDisconnect:
        return Response(status_code=WORTHLESS)
    if not check.holds():
        raise Unauthorized(
            "the webhook's secret is wrong",
            why="the signature is of another secret or another body, or there is no webhook for this app",
            hint="fairway source webhook --replace makes a new secret",
        )
    payload = read(found, request.headers.get("content-type", ""), body)
    return await _take(services, app, found, check, payload)


async def _receive(request: Request, check: Check) -> bytes | None:
    """Pass the body through the check; its bytes when they are few enough to be looked into."""
    kept, length = bytearray(), 0
    async for part in request.stream():
        check.add(part)
        length += len(part)
        kept += part[: max(0, LOOKED_AT - len(kept))]
    return bytes(kept) if length <= LOOKED_AT else None


async def _take(
    services: Services, app: str, found: Call, check: Check, payload: Mapping[str, object] | None
) -> Response:
    match found.concern:
        case Concern.PING:
            return JSONResponse({"result": "pong"})
        case Concern.NONE:
            named = words.clean(found.event)[:100] or "an event without a name"
            return ignored(f"{named} deploys nothing")
        case Concern.PULL_REQUEST:
            return await _take_pull(services, app, found, check, payload)
    by = words.clean(_name(payload)) if payload else ""
    await services.sourcing.called(app, f"{found.forge} {found.id or check.digest()}", by=by)
    services.follower.wake()
    return JSONResponse({"result": "accepted"}, 202)


async def _take_pull(
    services: Services, app: str, found: Call, check: Check, payload: Mapping[str, object] | None
) -> Response:
    """Remember what is told of a pull request. Here the body is what is taken once, and not the delivery's id, which
    most forges don't sign: an old call that is sent again must not open what was closed since."""
    if payload is None:
        return ignored("its payload has more than 1 MiB")
    pull = pulls.read(found.forge, found.event, payload)
    if pull is None:
        return ignored("nothing happened to the pull request that concerns a build")
    told = replace(pull, by=words.clean(pull.by)[:LONGEST_NAME])
    await services.sourcing.called(app, f"{found.forge} {check.digest()}", by="", pull=told)
    services.follower.wake()
    return JSONResponse({"result": "accepted"}, 202)


def ignored(reason: str) -> Response:
    """The answer to what concerns us not."""
    return JSONResponse({"result": "ignored", "reason": reason}, 202)


def read(found: Call, content_type: str, body: bytes | None) -> Mapping[str, object] | None:
    """The payload, None for one that is too long to be looked into. Raises UsageError when it is no JSON object."""
    if body is None:
        return None
    try:
        text = body.decode("utf-8")
        if content_type.partition(";")[0].strip().lower() == FORM:
            (text,) = parse_qs(text, strict_parsing=True, max_num_fields=10)["payload"]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise UsageError(f"the payload of {found.forge} is no JSON", hint="choose JSON as the content type") from error
    if not isinstance(payload, dict):
        raise UsageError(f"the payload of {found.forge} is no JSON object")
    return payload


def _name(payload: Mapping[str, object]) -> str:
    """GitHub and Gitea name a `pusher`, Bitbucket an `actor`, GitLab the user at the top."""
    for key in ("pusher", "actor"):
        if isinstance(person := payload.get(key), dict):
            names = [person.get(each) for each in ("login", "username", "nickname", "name", "display_name")]
            return next((name for name in names if isinstance(name, str) and name), "")
    names = [payload.get("user_username"), payload.get("user_name")]
    return next((name for name in names if isinstance(name, str) and name), "")
