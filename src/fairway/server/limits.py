"""How large a request may be. A push may be as large as git's own limit; everything else is small JSON."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairway.server import problems

LARGEST = 1024 * 1024
"""Bytes of an API request's body; a fairway.toml or an env file is a few thousand."""
LARGEST_WEBHOOK = 25 * 1024 * 1024
"""Bytes of a webhook's body: GitHub's own limit."""
WEBHOOKS = "/webhooks/"
UNLIMITED = ("/git/",)


class Limits:
    """Refuses a body that is too large, by its announced length or as soon as it has grown past the limit."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http" or scope["path"].startswith(UNLIMITED):
            await self._app(scope, receive, send)
            return
        largest = LARGEST_WEBHOOK if scope["path"].startswith(WEBHOOKS) else self._largest
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > largest:
            raise _refusal(largest)
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise _refusal(largest)
            return message

        async def answer(message: Message) -> None:
            # FastAPI makes a "400" of whatever is raised while it reads a body; that is not the answer to give.
            if received <= largest:
                await send(message)

        await self._app(scope, count, answer)
        if received > largest:
            raise _refusal(largest)


def _refusal(largest: int) -> problems.TooLarge:
    return problems.TooLarge("the request is too large", why=f"a request may have {largest} bytes")
