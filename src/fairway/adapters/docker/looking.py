"""`ports.images.ImageFiles` over the Docker Engine: from the image's layers, or from a container that never runs.

The container is made, its files are asked for as archives, and it is removed. One that a killed server left behind has
a label of its own and goes with `sweep`.
"""

import asyncio
import contextlib
import posixpath
import re
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import IO, Any

from fairway.adapters.docker import archives, labelled, layers, names, packed
from fairway.adapters.docker.connection import Connection, Refused
from fairway.adapters.docker.engine import DockerEngine
from fairway.domain.image import Image
from fairway.errors import WorkFailed
from fairway.ports.images import Folder, Opened

NOTHING = ["/fairway/never-run"]
"""The container's command; Docker makes none for an image without one."""

AT_ONCE = 4
"""Archives that are asked for at once: each is a process of Docker's for 60 ms."""
NOWHERE = re.compile("not a directory|too many links|too many levels of symbolic links")


class DockerImageFiles:
    """Looks into the images of the engine's daemon, under its instance. `direct` false: never into the layers."""

    def __init__(self, engine: DockerEngine, *, direct: bool = True) -> None:
        self._engine = engine
        self._connection = engine.containers.connection
        self._instance = engine.containers.instance
        self._direct = direct

    @asynccontextmanager
    async def open(self, image: Image) -> AsyncIterator[Opened]:
        """Raises WorkFailed, Unavailable."""
        copy = await self._engine.images.ensure(image)
        try:
            inspected = await self._connection.call("GET", f"/images/{copy.reference}/json")
        except Refused as refusal:
            self._engine.images.forget(image)
            raise WorkFailed(f"{image.reference} can't be looked into", why=refusal.message) from refusal
        place = layers.find(inspected) if self._direct and self._connection.local else None
        async with contextlib.AsyncExitStack() as stack:
            container = Container(self._connection, copy.reference, self._instance)
            stack.push_async_callback(container.remove)
            yield Inside(inspected.get("Config") or {}, place, container)

    async def sweep(self) -> None:
        """Remove what a killed server left. Raises Unavailable."""
        for entry in await labelled.find(self._connection, self._instance, names.LOOK):
            await labelled.delete(self._connection, f"/containers/{entry['Id']}")


class Inside:
    """`ports.images.Opened`."""

    def __init__(self, config: Mapping[str, Any], place: layers.Place | None, container: "Container") -> None:
        self.environment = dict(entry.partition("=")[::2] for entry in config.get("Env") or [])
        self._directory = config.get("WorkingDir") or "/"
        self._place = place
        self._container = container

    async def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Raises Unavailable."""
        if self._place is not None:
            with contextlib.suppress(layers.Unreadable):
                return await asyncio.to_thread(self._read, self._place, paths)
        await self._container.make()
        found = await asyncio.gather(*(self._container.read(self._whole(path)) for path in paths))
        return {path: content for path, content in zip(paths, found, strict=True) if content is not None}

    async def folder(self, path: str) -> Folder | None:
        """Raises WorkFailed, Unavailable."""
        if self._place is not None:
            with contextlib.suppress(layers.Unreadable):
                return await asyncio.to_thread(layers.folder, self._place, self._whole(path))
        return await self._container.folder(self._whole(path))

    def _read(self, place: layers.Place, paths: Sequence[str]) -> Mapping[str, bytes]:
        found = ((path, layers.read(place, self._whole(path))) for path in paths)
        return {path: content for path, content in found if content is not None}

    def _whole(self, path: str) -> str:
        return posixpath.join(self._directory, path)


class Container:
    """A container of an image that is made when it is first asked for, and never runs."""

    def __init__(self, connection: Connection, reference: str, instance: str) -> None:
        self._connection = connection
        self._body = {
            "Image": reference,
            "Entrypoint": NOTHING,
            "Cmd": [],
            "Labels": {names.INSTANCE: instance, names.LOOK: "true"},
            "NetworkDisabled": True,
            "HostConfig": {"NetworkMode": "none"},
        }
        self._id = ""
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def make(self) -> None:
        """Make it, unless it is there. Raises Unavailable."""
        if not self._id:
            self._id = str((await self._connection.call("POST", "/containers/create", body=self._body))["Id"])

    async def read(self, path: str) -> bytes | None:
        """A file; None when there is none. Raises WorkFailed, Unavailable."""
        for _ in range(layers.LINKS):
            with tempfile.SpooledTemporaryFile(max_size=archives.IN_MEMORY) as spool:
                if not await self._fetch(path, spool):
                    return None
                found = await asyncio.to_thread(packed.single, spool)
            if not isinstance(found, layers.Link):
                return found
            path = posixpath.join(posixpath.dirname(path), found.target)
        return None

    async def folder(self, path: str) -> Folder | None:
        """A folder's files. Raises WorkFailed when they are too many, Unavailable."""
        with tempfile.SpooledTemporaryFile(max_size=archives.IN_MEMORY) as spool:
            # With the dot Docker gives what a link leads to, and refuses a file.
            if not await self._fetch(f"{path.rstrip('/')}/.", spool):
                return None
            return await asyncio.to_thread(packed.folder, spool, path)

    async def remove(self) -> None:
        """Delete it, if it was made."""
        if self._id:
            await labelled.delete(self._connection, f"/containers/{self._id}")

    async def _fetch(self, path: str, spool: IO[bytes]) -> bool:
        """Whether there is something at the path, which is then in the spool."""
        await self.make()
        try:
            async with self._turns:
                await archives.fetch(self._connection, self._id, path, spool)
        except archives.Missing:
            return False
        except Refused as refusal:
            # Docker answers 500 to a path through a file, and to a link that leads to itself.
            if NOWHERE.search(refusal.message):
                return False
            raise
        spool.seek(0)
        return True
