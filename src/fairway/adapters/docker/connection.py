"""The Docker Engine API over its socket: plain calls, streams, and the raw connection that `exec` needs.

Plain calls are one exchange each (`adapters/exchange.py`). httpx speaks the streams, because the server holds it in
memory already: aiodocker with aiohttp would add 16 MB and 0.3 s to every start
(docs/decisions/0007-docker-engine-api.md). Nothing of Docker's vocabulary is understood here but this:
an answer of 400 and above is `Refused` with Docker's own message, and no answer is `Unavailable`.

A connection can be opened while Docker is down: the version to speak is settled at the first call that is answered.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from fairway.adapters import exchange
from fairway.errors import Unavailable, UsageError, WorkFailed

SPOKEN = (1, 51)
"""The newest version of the API that this adapter was written for; an older daemon is spoken to in its own."""
PATIENCE = 60.0
"""Seconds for a plain call. A busy disk makes creating or starting a container take many of them."""
UNIX = "unix://"


class Refused(WorkFailed):
    """Docker answered, and said no: `status` is that of HTTP, `message` Docker's own text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__("Docker refused", why=message)
        self.status = status
        self.message = message


class Connection:
    """One daemon. `docker_host` is `unix:///path/to/docker.sock` or `tcp://host:port`, as in DOCKER_HOST."""

    def __init__(self, docker_host: str) -> None:
        self.docker_host = docker_host
        self._client: httpx.AsyncClient | None = None
        self._prefix = ""
        self.architecture = ""
        """Of the daemon's host ("amd64"), known after the first call that was answered."""

    async def __aenter__(self) -> Self:
        """Raises UsageError for an address that is none."""
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                uds=self._socket,
                # No TLS is spoken; an empty context spares the 20 ms and 3 MB of loading the authorities.
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=30.0),
            ),
            base_url=self._base_url(),
            timeout=PATIENCE,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @property
    def local(self) -> bool:
        """Whether the daemon's socket is on this host."""
        return self._socket is not None

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        timeout: float | None = PATIENCE,
    ) -> Any:
        """Docker's answer, decoded from JSON; None when it is empty. `timeout` None waits for as long as it takes.

        Raises Refused, or Unavailable when there is no answer.
        """
        _, url = await self._ready(path)
        with self._wrapped(timeout):
            async with asyncio.timeout(timeout):
                answer = await exchange.ask(await self._open(), method, url, params=params, body=body)
        if answer.status >= 400:
            raise Refused(answer.status, read_message(answer.content))
        return json.loads(answer.content) if answer.content.strip() else None

    async def upload(self, path: str, archive: bytes, *, params: Mapping[str, str]) -> None:
        """PUT a tar archive. Raises Refused, or Unavailable when there is no answer."""
        client, url = await self._ready(path)
        headers = {"Content-Type": "application/x-tar"}
        with self._wrapped(PATIENCE):
            response = await client.put(url, params=params, content=archive, headers=headers)
        if response.status_code >= 400:
            raise Refused(response.status_code, read_message(response.content))

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of an answer as they come. `silence` is how many seconds may pass without any, None for ever.

        Raises Refused, or Unavailable when there is no answer or it breaks off.
        """
        client, url = await self._ready(path)
        timeout = httpx.Timeout(PATIENCE, read=silence)
        with self._wrapped(silence):
            async with client.stream(method, url, params=params, headers=headers, timeout=timeout) as response:
                if response.status_code >= 400:
                    raise Refused(response.status_code, read_message(await response.aread()))
                yield response.aiter_raw()

    async def lines(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> AsyncGenerator[Any, None]:
        """The JSON documents of a streamed answer, one a line."""
        async with self.stream(method, path, params=params, headers=headers, silence=silence) as chunks:
            rest = b""
            async for chunk in chunks:
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    if line.strip():
                        yield json.loads(line)

    async def hijack(self, path: str, body: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """POST, then take the connection over as a raw two-way stream. The caller closes the writer."""
        await self._ready(path)
        content = json.dumps(body).encode()
        with self._wrapped(PATIENCE):
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self._open()
                try:
                    writer.write(
                        f"POST {self._prefix}{path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
                        + content
                    )
                    head = await reader.readuntil(b"\r\n\r\n")
                    status = int(head.split(b" ", 2)[1])
                    if status not in (101, 200):
                        raise Refused(status, read_message(await reader.read(65536)))
                except BaseException:
                    writer.close()
                    raise
        return reader, writer

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._socket is not None:
            return await asyncio.open_unix_connection(self._socket)
        url = httpx.URL(self._base_url())
        return await asyncio.open_connection(url.host, url.port or 2375)

    async def _ready(self, path: str) -> tuple[httpx.AsyncClient, str]:
        """The client and the path with its version, which the first call asks for.

        Docker 29 speaks nothing below 1.44, Debian 12's 20.10 nothing above 1.41: no fixed version fits both.
        """
        client = self._client
        if client is None:
            raise Unavailable("the connection to Docker is closed", why="Fairway is stopping")
        if not self._prefix:
            with self._wrapped(PATIENCE):
                response = await client.get("/version")
            if response.status_code >= 400:
                raise Refused(response.status_code, read_message(response.content))
            version = response.json()
            self.architecture = version.get("Arch", "")
            major, minor = min(SPOKEN, parse_version(version["ApiVersion"]))
            self._prefix = f"/v{major}.{minor}"
        return client, self._prefix + path

    @property
    def _socket(self) -> str | None:
        return self.docker_host.removeprefix(UNIX) if self.docker_host.startswith(UNIX) else None

    def _base_url(self) -> str:
        if self._socket is not None:
            return "http://docker"
        if self.docker_host.startswith("tcp://"):
            return "http://" + self.docker_host.removeprefix("tcp://").rstrip("/")
        raise UsageError(
            f"DOCKER_HOST={self.docker_host} is no address that Fairway can use",
            why="it is unix:///path/to/docker.sock or tcp://host:port",
        )

    @contextlib.contextmanager
    def _wrapped(self, patience: float | None) -> Iterator[None]:
        try:
            yield
        except (httpx.TimeoutException, TimeoutError) as error:
            raise Unavailable(
                "Docker does not answer", why=f"nothing came from {self.docker_host} for {patience:g} s"
            ) from error
        except (httpx.TransportError, httpx.StreamError, OSError, asyncio.IncompleteReadError) as error:
            raise Unavailable("Docker does not answer", why=self._reason(error), hint="fairway doctor") from error

    def _reason(self, error: BaseException) -> str:
        causes: list[BaseException] = []
        step: BaseException | None = error
        while step is not None:
            causes.append(step)
            step = step.__cause__ or step.__context__
        if any(isinstance(cause, FileNotFoundError) for cause in causes):
            return f"there is no socket at {self._socket}: the Docker Engine is not running"
        if any(isinstance(cause, PermissionError) for cause in causes):
            return f"this user may not use {self._socket}: the group docker may"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return f"nobody listens on {self._socket or self.docker_host}: the Docker Engine is not running"
        return f"the connection to {self.docker_host} broke off: {error or type(error).__name__}"


def read_message(content: bytes) -> str:
    """Docker's error text: `{"message": "No such container: x"}`, or the answer itself."""
    text = content.decode(errors="replace").strip()
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return str(document["message"]) if isinstance(document, dict) and "message" in document else text


def parse_version(text: str) -> tuple[int, int]:
    """`1.41` → (1, 41)."""
    major, _, minor = text.partition(".")
    return int(major), int(minor or 0)
