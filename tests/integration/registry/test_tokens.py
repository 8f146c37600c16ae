"""Registries that want tokens: where one is got, with which credentials, and that an old one is replaced."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fairway.adapters.oci.login import joined
from fairway.adapters.oci.protocol import Protocol
from fairway.errors import WorkFailed
from fairway.ports.registry import Credentials
from support.registry_room import nobody

DIGEST = "sha256:" + "1c" * 32
ADA = Credentials(user="ada", password="a password")


@dataclass
class TokenRegistry:
    """Speaks as much HTTP as is asked: a manifest for whoever has the valid token, and a server that gives tokens."""

    host: str = ""
    valid: str = "token-1"
    answer: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, target, _ = asked[0].split()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in asked[1:] if line)}
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        url = urlsplit(target)
        if url.path == "/token":
            self.asked.append(
                {"method": method, "authorization": headers.get("authorization")}
                | {name: values[0] for name, values in parse_qs(url.query or body).items()}
            )
            status, extra, content = 200, "", self.answer or json.dumps({"token": self.valid})
        elif headers.get("authorization") == f"Bearer {self.valid}":
            status, extra, content = 200, f"Docker-Content-Digest: {DIGEST}\r\n", ""
        else:
            challenge = f'Bearer realm="http://{self.host}/token",service="elsewhere"'
            status, extra, content = 401, f"WWW-Authenticate: {challenge}\r\n", ""
        head = f"HTTP/1.1 {status} X\r\n{extra}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        writer.write(f"{head}{content}".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def elsewhere() -> AsyncIterator[TokenRegistry]:
    registry = TokenRegistry()
    server = await asyncio.start_server(registry.serve, "127.0.0.1", 0)
    async with server:
        registry.host = f"localhost:{server.sockets[0].getsockname()[1]}"
        yield registry


def login(elsewhere: TokenRegistry, credentials: Credentials) -> Protocol:
    return Protocol(elsewhere.host, joined({elsewhere.host: credentials}, nobody))


async def test_a_token_is_got_with_user_and_password(elsewhere: TokenRegistry) -> None:
    async with login(elsewhere, ADA) as protocol:
        found = await protocol.digest("acme/shop-api", "v1")

    assert found == DIGEST
    (asked,) = elsewhere.asked
    assert (asked["method"], asked["service"]) == ("GET", "elsewhere")
    assert asked["scope"] == "repository:acme/shop-api:pull,push,delete"
    assert asked["authorization"] == "Basic " + base64.b64encode(b"ada:a password").decode()


async def test_an_identity_token_is_exchanged_and_is_no_password(elsewhere: TokenRegistry) -> None:
    async with login(elsewhere, Credentials(identity_token="long-lived")) as protocol:
        found = await protocol.digest("acme/shop-api", "v1")

    assert found == DIGEST
    (asked,) = elsewhere.asked
    assert (asked["method"], asked["grant_type"], asked["refresh_token"]) == ("POST", "refresh_token", "long-lived")
    assert asked["authorization"] is None


async def test_a_token_that_is_not_good_any_more_is_replaced(elsewhere: TokenRegistry) -> None:
    async with login(elsewhere, ADA) as protocol:
        await protocol.digest("acme/shop-api", "v1")
        elsewhere.valid = "token-2"

        found = await protocol.digest("acme/shop-api", "v1")

    assert (found, len(elsewhere.asked)) == (DIGEST, 2)


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", '{"token": 5}', '{"token": "wrong"}'])
async def test_a_token_server_that_gives_none_is_a_refusal(elsewhere: TokenRegistry, answer: str) -> None:
    elsewhere.answer = answer

    async with login(elsewhere, ADA) as protocol:
        with pytest.raises(WorkFailed) as caught:
            await protocol.digest("acme/shop-api", "v1")

    assert caught.value.what == f"the registry {elsewhere.host} refused the credentials"
    assert caught.value.hint == f"docker login {elsewhere.host}"
