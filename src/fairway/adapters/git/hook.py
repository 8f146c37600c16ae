"""What each repository runs after a push: tells the server, and shows the pusher what the server has to say.

It is a program, not a part of the server: git starts it with the old id, the new id and the ref of every branch on
standard input, in the repository, after the push has been kept. Whatever happens here, the push stays; a server that is
down finds it at its next start. Nothing but this file is loaded, since every millisecond stands between a push and the
build: `_socket` alone, without `socket`, and lines instead of JSON, save 25 ms of 50.

To the server (`POST /internal/pushes`): lines `app NAME`, `by NAME`, `id PUSH`, `option TEXT`, `update OLD NEW REF`.
From the server: text, as it comes; NUL bytes in it only say that it is still there.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these at run time would take longer than the rest
    from collections.abc import Iterator

try:
    import _socket as socket
except ImportError:  # a Python that is not CPython
    import socket  # type: ignore[no-redef]

CONNECT = 5.0
SILENCE = 60.0
"""Seconds; the server says something at least every 15."""
QUIET = ("fairway.no-deploy", "fairway.skip", "ci.skip")

SEEN = ((b"refs/heads/", b"refs/fairway/seen/"), (b"refs/tags/", b"refs/fairway/tags-seen/"))
"""Where it is remembered what was decided upon."""


class Down(Exception):
    """The server can't be told; the text says why."""


def main() -> None:
    """Announce what was pushed."""
    # Servers that share the folder share this hook's script too: the one that took the push says which it is.
    run = os.environ.get("GIT_HOOK_RUN") or sys.argv[1]
    updates, options = _updates(), _options()
    if not updates:
        return
    try:
        address, port, secret = _server(run)
        connection = _connect(address, port)
        connection.sendall(_request(address, secret, _body(updates, options)))
    except (Down, OSError) as error:
        _keep(updates, options, str(error))
        return
    _show(connection)


def _updates() -> list[bytes]:
    # Bytes in, bytes out: a branch's name need not be UTF-8.
    parts = []
    while part := os.read(0, 65536):
        parts.append(part)
    return [line for line in b"".join(parts).splitlines() if line]


def _options() -> list[bytes]:
    count = int(os.environ.get("GIT_PUSH_OPTION_COUNT") or 0)
    return [os.environb.get(b"GIT_PUSH_OPTION_%d" % number, b"") for number in range(count)]


def _server(run: str) -> tuple[str, int, bytes]:
    """Address, port and secret, as the running server wrote them."""
    try:
        with open(os.path.join(run, "pushes"), "rb") as file:  # noqa: PTH118, PTH123 - pathlib takes 10 ms to load
            address, port, secret = file.read().split()
    except FileNotFoundError:
        raise Down("the server is not running") from None
    except (OSError, ValueError) as error:
        raise Down(f"the server can't be told: {error}") from None
    return address.decode(), int(port), secret


def _connect(address: str, port: int) -> "socket.socket":
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(CONNECT)
    try:
        connection.connect((address, port))
    except OSError:
        raise Down("the server is not running") from None
    connection.settimeout(SILENCE)
    return connection


def _body(updates: list[bytes], options: list[bytes]) -> bytes:
    name = os.path.basename(os.getcwd()).removesuffix(".git")  # noqa: PTH109, PTH119
    by = os.environ.get("REMOTE_USER") or os.environ.get("USER") or f"uid {os.getuid()}"
    # The server that took the push has heard of it already, by this id (see `layout.script`).
    id = os.environ.get("GIT_HOOK_ID") or os.urandom(8).hex()
    lines = [b"app " + os.fsencode(name), b"by " + os.fsencode(by), b"id " + id.encode()]
    lines += [b"option " + option for option in options]
    lines += [b"update " + update for update in updates]
    return b"\n".join(lines) + b"\n"


def _request(address: str, secret: bytes, body: bytes) -> bytes:
    host = f"[{address}]" if ":" in address else address
    return (
        b"POST /internal/pushes HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % (host.encode(), secret, len(body))
    ) + body


def _show(connection: "socket.socket") -> None:
    """Print what the server sends, until its end."""
    answer = _Answer(connection)
    try:
        status = answer.status()
        for part in answer.parts():
            if status == 200 and (text := part.replace(b"\0", b"")):
                _write(text)
        whole = answer.complete
    except OSError:
        whole, status = False, 200
    if not whole:
        _say("The server stopped answering; the push is kept, and what it started goes on when the server runs again.")
        _say("  fairway server start    fairway status")
    elif status == 401:
        # It was restarted between two lines of this program, or something else has its port.
        _say("Kept: the server that should be told has gone. It is deployed when the server runs again:")
        _say("  fairway server status")
    elif status != 200:
        _say(f"Kept: the server could not take it in (status {status}). It tries again when it is restarted.")
        _say("  fairway server logs")


class _Answer:
    """An HTTP answer: its status, then its body, chunked or not."""

    def __init__(self, connection: "socket.socket") -> None:
        self._connection = connection
        self._buffer = b""
        self.complete = False

    def status(self) -> int:
        head = self._until(b"\r\n\r\n")
        self._chunked = b"transfer-encoding: chunked" in head.lower()
        return int(head.split(b" ", 2)[1]) if head else 0

    def parts(self) -> "Iterator[bytes]":
        """The body's bytes as they come; `complete` is true at the end when nothing is missing."""
        if not self._chunked:
            while self._buffer or self._more():
                yield self._take(len(self._buffer))
            self.complete = True
            return
        while size := self._until(b"\r\n"):
            length = int(size.split(b";")[0], 16)
            if length == 0:
                self.complete = True
                return
            while length and (self._buffer or self._more()):
                part = self._take(min(length, len(self._buffer)))
                length -= len(part)
                yield part
            self._until(b"\r\n")

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            if not self._more():
                return b""
        line, _, self._buffer = self._buffer.partition(end)
        return line or b"\n"

    def _more(self) -> bool:
        part = self._connection.recv(65536)
        self._buffer += part
        return bool(part)

    def _take(self, size: int) -> bytes:
        part, self._buffer = self._buffer[:size], self._buffer[size:]
        return part


def _keep(updates: list[bytes], options: list[bytes], why: str) -> None:
    """Say that the push is kept. One that asked for no deployment is marked as seen, so that the next start of the
    server does not deploy it after all."""
    quiet = any(os.fsdecode(option) in QUIET for option in options)
    _say(f"Kept: {why}.")
    if not quiet:
        _say("It is deployed when the server runs again:  fairway server start")
        return
    for update in updates:
        _, new, ref = update.split(b" ", 2)
        for kind, seen in SEEN:
            if ref.startswith(kind) and new.strip(b"0"):
                os.spawnvp(os.P_WAIT, "git", [b"git", b"update-ref", seen + ref.removeprefix(kind), new])  # noqa: S606


def _say(text: str) -> None:
    _write(os.fsencode(text) + b"\n")


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # The pusher went away (Ctrl-C); the server goes on with what it has started.
        os._exit(0)
