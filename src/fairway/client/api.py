"""The HTTP client: one connection for each call, over the standard library, so that a command starts quickly.

Every failure comes out as one of Fairway's own errors: a problem document as the class that its `code` names, a server
that does not answer as Unreachable.
"""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fairway.client import problems
from fairway.errors import FairwayError, Unavailable, Unreachable

PREFIX = "/api/v1"
START_HINT = "fairway server start"
Query = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is being read, and the socket that it comes over, whose patience the reader may set."""

    response: http.client.HTTPResponse
    socket: socket.socket


class Client:
    """Talks to one server. `timeout` is how many seconds it may take to answer a call."""

    def __init__(self, url: str, token: str, *, timeout: float = 30.0) -> None:
        self.url = url
        self.token = token
        self.timeout = timeout

    def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON document at a path, which begins after `/api/v1`."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None) -> Any:
        """Post a JSON document; what was answered."""
        return self.call("POST", path, body=body)

    def put(self, path: str, body: Any) -> Any:
        """PUT the body, as `post`."""
        return self.call("PUT", path, body=body)

    def delete(self, path: str) -> Any:
        """DELETE, as `get`."""
        return self.call("DELETE", path)

    def patch(self, path: str, body: Any) -> Any:
        """Change what is at the path; what was answered."""
        return self.call("PATCH", path, body=body)

    def text(self, path: str, query: Query | None = None) -> str:
        """The plain text at a path."""
        with self.request("GET", path, query=query) as answer:
            return _read(answer.response, self.url).decode("utf-8", "replace")

    def content(self, path: str) -> bytes:
        """The bytes at a path."""
        with self.request("GET", path) as answer:
            return _read(answer.response, self.url)

    def call(self, method: str, path: str, *, query: Query | None = None, body: Any = None) -> Any:
        """One call and its JSON answer. Raises a FairwayError: the server's own, or Unreachable."""
        with self.request(method, path, query=query, body=body) as answer:
            return _decode(_read(answer.response, self.url), self.url)

    def healthy(self, timeout: float = 2.0) -> bool:
        """Whether a Fairway server answers at the URL at all."""
        try:
            with self.request("GET", "/healthz", prefix="", timeout=timeout) as answer:
                document = _decode(_read(answer.response, self.url), self.url)
                return isinstance(document, dict) and document.get("status") == "ok"
        except FairwayError:
            # Something else than Fairway may listen there, and answer in any way.
            return False

    @contextmanager
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        prefix: str = PREFIX,
        timeout: float | None = None,
    ) -> Iterator["Answer"]:
        """One call's answer, open for reading. Raises a FairwayError for a status from 400 on."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "localhost", parts.port, timeout=self.timeout if timeout is None else timeout
        )
        try:
            try:
                connection.request(method, prefix + path + _query(query), _encode(body), self._headers(body))
                line = connection.sock
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise unreachable(self.url, error) from error
            if response.status >= 400:
                raise problems.read(response.status, _read(response, self.url), self.url)
            yield Answer(response=response, socket=line)
        finally:
            connection.close()

    def _headers(self, body: Any) -> dict[str, str]:
        headers = {"Accept": "application/json, application/x-ndjson, text/plain"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        return headers


def join(*parts: str | int) -> str:
    """A path of the parts, each quoted: `/apps/shop-api/executions/42`."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def unreachable(url: str, error: BaseException) -> Unreachable:
    """The error for a server that did not answer, in words."""
    if isinstance(error, TimeoutError):
        why = "it took too long to answer"
    elif isinstance(error, ConnectionRefusedError):
        why = "nothing listens there"
    elif isinstance(error, http.client.HTTPException | ConnectionError):
        why = "the connection broke off"
    else:
        why = (getattr(error, "strerror", None) or str(error)).lower()
    return Unreachable(f"the Fairway server at {url} can't be reached", why=why, hint=START_HINT)


def _query(query: Query | None) -> str:
    given = {key: value for key, value in (query or {}).items() if value is not None}
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in given.items()}
    return f"?{urlencode(texts)}" if texts else ""


def _encode(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body, ensure_ascii=False).encode()


def _read(response: http.client.HTTPResponse, url: str) -> bytes:
    try:
        return response.read()
    except (OSError, http.client.HTTPException) as error:
        raise unreachable(url, error) from error


def _decode(content: bytes, url: str) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise Unavailable(
            f"what answers at {url} is no Fairway server",
            why="its answer is not JSON",
            hint="FAIRWAY_PORT names another port",
        ) from error
