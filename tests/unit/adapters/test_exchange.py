"""One request to the Docker Engine and its whole answer."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from fairway.adapters import engine_api, exchange

PATH = "/images/localhost:7879/shop@sha256:12/json"


@contextlib.asynccontextmanager
async def served(answer: bytes, asked: list[bytes]) -> AsyncIterator[exchange.Ends]:
    """The client's ends of a connection to somebody who answers so, whatever is asked."""

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(65536))
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(give, "127.0.0.1", 0) as server:
        yield await asyncio.open_connection(*server.sockets[0].getsockname())


async def test_a_body_is_sent_as_json_and_the_answer_comes_whole() -> None:
    asked: list[bytes] = []

    async with served(b'HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{"a":1}', asked) as ends:
        answer = await exchange.ask(ends, "POST", "/containers/create", params={"name": "a b"}, body={"Image": "ü"})

    head, _, content = asked[0].partition(b"\r\n\r\n")
    assert (answer.status, answer.content) == (201, b'{"a":1}')
    assert head.startswith(b"POST /containers/create?name=a+b HTTP/1.1\r\n")
    assert f"content-length: {len(content)}".encode() in head.lower()
    assert json.loads(content) == {"Image": "ü"}


@pytest.mark.parametrize(
    ("path", "sent"), [(PATH, PATH), ("/images/a b\r\nX: y?z#ü/json", "/images/a%20b%0D%0AX:%20y%3Fz%23%C3%BC/json")]
)
async def test_a_path_is_sent_as_one_whatever_stands_in_it(path: str, sent: str) -> None:
    asked: list[bytes] = []

    async with served(b"HTTP/1.1 204 No Content\r\n\r\n", asked) as ends:
        await exchange.ask(ends, "GET", path)

    assert asked[0].startswith(f"GET {sent} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    ("sent", "status", "content"),
    [
        (
            b"200 OK\r\ntransfer-encoding: Chunked\r\n\r\n4\r\nab\r\n\r\n5;name=x\r\n0\r\n\r\n\r\n0\r\n\r\n",
            200,
            b"ab\r\n0\r\n\r\n",
        ),
        (b"204 No Content\r\nApi-Version: 1.41\r\n\r\n", 204, b""),
        (b"304 Not Modified\r\n\r\n", 304, b""),
        (b"200 OK\r\n\r\nuntil it is closed", 200, b"until it is closed"),
    ],
)
async def test_an_answer_is_read_to_its_end(sent: bytes, status: int, content: bytes) -> None:
    async with served(b"HTTP/1.1 " + sent, []) as ends:
        answer = await exchange.ask(ends, "GET", "/version")

    assert (answer.status, answer.content) == (status, content)


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
async def test_what_breaks_off_or_is_not_http_is_no_answer(cut: bytes) -> None:
    async with served(cut, []) as ends:
        with pytest.raises(ConnectionError):
            await exchange.ask(ends, "GET", "/version")


async def test_a_streamed_answer_is_read_as_it_comes() -> None:
    go_on = asyncio.Event()

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        told = b"yes" if b"x-registry-auth: secret" in asked.lower() else b"no!"
        writer.write(b"3\r\n" + told + b"\r\n0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(give, "127.0.0.1", 0) as server:
        ends = await asyncio.open_connection(*server.sockets[0].getsockname())
        async with exchange.stream(ends, "POST", "/push", headers={"X-Registry-Auth": "secret"}) as answer:
            first = await anext(answer.parts)
            go_on.set()
            rest = [part async for part in answer.parts]

    assert (answer.status, first, rest) == (200, b"first", [b"yes"])


async def test_lines_are_whole_however_they_were_cut() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"a"', b':1}\r\n{"b":2}\r\n\r\n{"c', b'":3}'):
            yield part

    found = [line.strip() async for line in engine_api.lines(parts())]

    assert found == [b'{"a":1}', b'{"b":2}', b"", b'{"c":3}']
