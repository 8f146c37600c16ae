"""The registry port over a registry that speaks OCI's protocol: the embedded CNCF Distribution, or another.

Images are pushed by the Docker Engine itself, asked through its API: measured, 52 ms for an image whose layers are
there, against 68 ms for the docker command; and the credentials go in a header, not into a file or a list of
processes. The digest is the one of the push's own answer, not asked for afterwards, when another push may have come.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from fairway.adapters import engine_api
from fairway.adapters.oci import storage
from fairway.adapters.oci.gate import Gate
from fairway.adapters.oci.protocol import Protocol
from fairway.domain.image import Image, LocalImage
from fairway.errors import Conflict, Unavailable, WorkFailed
from fairway.ports.registry import Garbage, Login

UNREACHABLE = re.compile(r"connection refused|no such host|i/o timeout|connection reset|network is unreachable|EOF$")
REFUSED = re.compile(r"unauthorized|denied|no basic auth|authentication required|forbidden", re.IGNORECASE)
ABSENT = re.compile(r"name unknown|repository .* (does not exist|not found)", re.IGNORECASE)
FULL = re.compile(r"no space left|507|insufficient storage|500 Internal Server Error", re.IGNORECASE)
IMMUTABLE = re.compile(r"cannot be overwritten because the (repository|tag) is immutable", re.IGNORECASE)
"""ECR's words, which it also has for the very image that the tag names already."""
AT_ONCE = 8


class DistributionRegistry:
    """`host` is `localhost:7879`, or `registry.example.com/acme` with a path that comes before the app's name.

    dockerd takes 127.0.0.0/8 for insecure (no TLS) by itself, and resolves `localhost` to it; so neither needs any
    configuration. `login` gives the credentials. `directory` is that of `config.configure`, None when the registry is
    not ours: nothing is collected.
    """

    def __init__(
        self,
        host: str,
        login: Login,
        docker_host: str,
        *,
        directory: Path | None = None,
        timeout: float = 1800.0,
    ) -> None:
        self._server, _, self._prefix = host.partition("/")
        self._login = login
        self._docker_host = docker_host
        self._directory = directory
        self._timeout = timeout
        self._gate = Gate()
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Nothing of a killed server may collect beside this one's pushes: a collection that is left is ended here."""
        if self._directory is not None:
            await storage.end_orphan(self._directory)
        async with contextlib.AsyncExitStack() as stack:
            self._engine = engine_api.EngineApi(self._docker_host)
            self._protocol = await stack.enter_async_context(Protocol(self._server, self._login))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def repository(self, app: str) -> str:
        """See ports.registry.Registry."""
        return "/".join(part for part in (self._server, self._prefix, app) if part)

    async def push(self, image: LocalImage, repository: str, tag: str) -> Image:
        """See ports.registry.Registry.

        The local tag stays: with it the engine finds `repository@digest` by itself, without a pull. When the tag named
        another image until now (a commit that was built again), that one keeps a tag of its own, because a release may
        need it: `TAG-` and the first 12 digits of its digest.
        """
        async with self._gate.push():
            before, _ = await asyncio.gather(
                self._protocol.digest(self._path(repository), tag), self._name(image, repository, tag)
            )
            digest = await self._push(repository, tag)
            if before and before != digest:
                await self._protocol.tag(self._path(repository), before, f"{tag}-{before[7:19]}")
        return Image(repository=repository, digest=digest, size=image.size)

    async def find(self, repository: str, tag: str) -> str | None:
        """See ports.registry.Registry."""
        return await self._protocol.digest(self._path(repository), tag)

    async def tags(self, repository: str) -> Mapping[str, str]:
        """See ports.registry.Registry."""
        path = self._path(repository)
        slots = asyncio.Semaphore(AT_ONCE)

        async def look(tag: str) -> str | None:
            async with slots:
                return await self._protocol.digest(path, tag)

        names = await self._protocol.tags(path)
        found = await asyncio.gather(*map(look, names))
        return {name: digest for name, digest in zip(names, found, strict=True) if digest}

    async def repositories(self) -> Sequence[str]:
        """See ports.registry.Registry."""
        return [f"{self._server}/{name}" for name in await self._protocol.repositories()]

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """See ports.registry.Registry."""
        return self._gate.exclusive()

    async def delete(self, repository: str, digest: str) -> None:
        """See ports.registry.Registry."""
        if self._directory is not None:
            await asyncio.to_thread(storage.mark_deleted, self._directory)
        await self._protocol.delete(self._path(repository), digest)

    async def garbage(self) -> Garbage:
        """See ports.registry.Registry."""
        if self._directory is None:
            return Garbage(deleted=False, collected_at=None)
        return await asyncio.to_thread(storage.read_garbage, self._directory)

    async def collect(self, *, now: float) -> int:
        """See ports.registry.Registry. Pushes wait meanwhile."""
        if self._directory is None:
            return 0
        async with self._gate.exclusive():
            return await storage.collect(self._directory, now=now)

    async def _name(self, image: LocalImage, repository: str, tag: str) -> None:
        try:
            await self._engine.call("POST", f"/images/{image.id}/tag", params={"repo": repository, "tag": tag})
        except engine_api.Refused as error:
            raise self._explain(error.message) from error

    async def _push(self, repository: str, tag: str) -> str:
        headers = engine_api.registry_auth(await self._login(self._server), self._server)
        try:
            async with asyncio.timeout(self._timeout):
                digest = ""
                async for event in self._engine.stream(
                    "POST", f"/images/{repository}/push", params={"tag": tag}, headers=headers
                ):
                    digest = event.get("aux", {}).get("Digest", digest)
        except TimeoutError as error:
            raise WorkFailed(f"the push to {self._server} took longer than {self._timeout:g} s") from error
        except engine_api.Refused as error:
            raise self._explain(error.message) from error
        if not digest:
            raise WorkFailed(f"the push to {self._server} ended without a digest", why="the engine named none")
        return digest

    def _explain(self, message: str) -> Unavailable | WorkFailed | Conflict:
        if IMMUTABLE.search(message):
            return Conflict(f"the registry {self._server} has this tag already, and lets none be moved", why=message)
        if UNREACHABLE.search(message):
            hint = "fairway server status" if self._directory else "check the network, the proxy and FAIRWAY_REGISTRY"
            return Unavailable(f"the registry {self._server} does not answer", why=message, hint=hint)
        if REFUSED.search(message):
            return WorkFailed(
                f"the registry {self._server} refused the push", why=message, hint=f"docker login {self._server}"
            )
        if ABSENT.search(message):
            return WorkFailed(
                f"the registry {self._server} has no such repository",
                why=message,
                hint="make it there first: some registries, such as ECR, make none by themselves",
            )
        if FULL.search(message):
            return WorkFailed(
                f"the registry {self._server} could not store the image",
                why=message,
                hint="check the free space of its disk: df -h",
            )
        return WorkFailed(f"the push to {self._server} failed", why=message)

    def _path(self, repository: str) -> str:
        return repository.removeprefix(f"{self._server}/")
