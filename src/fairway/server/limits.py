"""How large a request may be. A push may be as large as git's own limit; everything else is small JSON."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairway.server import problems

LARGEST = 1024 * 1024
"""Bytes of an API request's body; a fairway.toml or an env file is a few thousand."""
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
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._largest:
            raise self._refusal()
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise self._refusal()
            return message

        async def answer(message: Message) -> None:
            # FastAPI makes a "400" of whatever is raised while it reads a body; that is not the answer to give.
            if received <= self._largest:
                await send(message)

        await self._app(scope, count, answer)
        if received > self._largest:
            raise self._refusal()

    def _refusal(self) -> problems.TooLarge:
        return problems.TooLarge("the request is too large", why=f"a request may have {self._largest} bytes")
