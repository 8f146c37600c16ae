"""A registry whose tags stay, as ECR's do: what its refusal of a push means, and a digest that no header names."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from fairway.adapters.oci.registry import DistributionRegistry
from fairway.domain.image import LocalImage
from fairway.errors import Conflict
from fairway.registry import publish
from support.registry_room import nobody

MANIFEST = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
REFUSALS = [
    "tag invalid: The image tag '9c1f' already exists in the 'shop' repository and cannot be overwritten because "
    "the repository is immutable.",
    "tag invalid: The image tag '9c1f' already exists in the 'shop' repository and cannot be overwritten because "
    "the tag is immutable.",
]


@dataclass
class Elsewhere:
    """An engine and a registry in one: every push is refused with these words, each tag names the manifest from the
    time on when a push was tried. The registry answers without the header Docker-Content-Digest."""

    refusal: str = REFUSALS[0]
    pushed: bool = False
    host: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0].split()
        status, content = self.answer(method, urlsplit(target).path)
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + (b"" if method == "HEAD" else content))
        await writer.drain()
        writer.close()

    def answer(self, method: str, path: str) -> tuple[int, bytes]:
        if "/manifests/" in path:
            return (200, MANIFEST) if self.pushed else (404, b"")
        if path.endswith("/push"):
            self.pushed = True
            said = {"errorDetail": {"message": self.refusal}, "error": self.refusal}
            return 200, json.dumps(said).encode() + b"\n"
        return 201, b""


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    one = Elsewhere()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    async with server:
        one.host = f"localhost:{server.sockets[0].getsockname()[1]}"
        yield one


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_tag_that_stays_is_a_conflict_and_its_image_is_the_commits(elsewhere: Elsewhere, refusal: str) -> None:
    elsewhere.refusal = refusal
    local = LocalImage(id="sha256:1", size=9)

    async with DistributionRegistry(elsewhere.host, nobody, f"tcp://{elsewhere.host}") as registry:
        image = await publish.publish_once("shop", "9c1f", local, registry)
        with pytest.raises(Conflict, match="lets none be moved"):
            await registry.push(local, registry.repository("shop"), "9c1f")

    assert image.digest == DIGEST


async def test_a_digest_that_no_header_names_is_that_of_the_manifest(elsewhere: Elsewhere) -> None:
    async with DistributionRegistry(elsewhere.host, nobody, f"tcp://{elsewhere.host}") as registry:
        before = await registry.find(registry.repository("shop"), "9c1f")
        elsewhere.pushed = True

        assert (before, await registry.find(registry.repository("shop"), "9c1f")) == (None, DIGEST)
