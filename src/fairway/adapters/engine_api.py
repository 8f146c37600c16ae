"""The Docker Engine API, as far as building and pushing images need it: plain calls and streamed JSON.

Paths carry no version: the engine then answers in its newest, and what is read here is the same in all of them.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from fairway.adapters import exchange
from fairway.errors import Unavailable, UsageError
from fairway.ports.registry import Credentials

PATIENCE = 60.0
"""Seconds for a plain call."""


class Refused(Exception):
    """The engine answered, and said no: `status` is that of HTTP (0: inside a stream), `message` its own text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class EngineApi:
    """One engine. `docker_host` is as in DOCKER_HOST: unix:// or tcp://."""

    def __init__(self, docker_host: str) -> None:
        scheme, _, address = docker_host.partition("://")
        if scheme not in ("unix", "tcp") or not address:
            raise UsageError(
                f"DOCKER_HOST={docker_host} is no address that Fairway can use",
                why="it is unix:///path/to/docker.sock or tcp://host:port",
            )
        self.docker_host = docker_host
        self._socket = address if scheme == "unix" else None
        self._host = urlsplit(f"//{address}")

    async def call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, timeout: float = PATIENCE
    ) -> Any:
        """The answer decoded from JSON, None when it is empty. Raises Refused; Unavailable when there is no answer."""
        with self._wrapped():
            async with asyncio.timeout(timeout):
                answer = await exchange.ask(await self._open(), method, path, params=params)
        if answer.status >= 400:
            raise Refused(answer.status, read_message(answer.content))
        return json.loads(answer.content) if answer.content.strip() else None

    async def stream(
        self, method: str, path: str, *, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """The JSON documents of a streamed answer. One that carries an error raises Refused."""
        with self._wrapped():
            async with asyncio.timeout(PATIENCE):
                ends = await self._open()
            async with exchange.stream(ends, method, path, params=params, headers=headers) as answer:
                if answer.status >= 400:
                    raise Refused(answer.status, read_message(b"".join([part async for part in answer.parts])))
                async for line in lines(answer.parts):
                    document = json.loads(line) if line.strip() else {}
                    if "error" in document:
                        raise Refused(0, str(document["error"]))
                    yield document

    async def _open(self) -> exchange.Ends:
        if self._socket is not None:
            return await asyncio.open_unix_connection(self._socket)
        return await asyncio.open_connection(self._host.hostname, self._host.port or 2375)

    @contextlib.contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                "the Docker Engine does not answer",
                why=f"{self.docker_host}: {error or type(error).__name__}",
                hint="fairway doctor --fix starts it",
            ) from error


async def lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a body that comes in parts; one may come in several, and several in one."""
    rest = b""
    async for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line
    if rest:
        yield rest


def read_message(content: bytes) -> str:
    """The engine's error text: `{"message": "No such image: x"}`, or the answer itself."""
    text = content.decode(errors="replace").strip()
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return str(document["message"]) if isinstance(document, dict) and "message" in document else text


def registry_auth(credentials: Credentials | None, host: str) -> Mapping[str, str]:
    """The header by which the engine logs in to the registry at `host` for one pull or push."""
    document: dict[str, str] = {}
    if credentials and credentials.identity_token:
        document = {"identitytoken": credentials.identity_token, "serveraddress": host}
    elif credentials:
        document = {"username": credentials.user, "password": credentials.password, "serveraddress": host}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(document).encode()).decode()}
