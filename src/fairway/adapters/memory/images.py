"""Images as dictionaries of files."""

import posixpath
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fairway.adapters.memory.faults import Faults
from fairway.domain.image import Image
from fairway.errors import WorkFailed
from fairway.ports.images import ENTRIES, LARGEST, MOST, SKIPPED, Folder

DEPTH = 40
"""Links that are followed for one path; the kernel follows as many."""


@dataclass(slots=True, kw_only=True)
class MemoryImage:
    """`files` by their absolute path; `links` leads from a path to another one, or to one relative to its folder."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/app"
    environment: Mapping[str, str] = field(default_factory=dict)

    async def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Those that are files."""
        found = ((path, self.files.get(self.follow(path))) for path in paths)
        return {path: content for path, content in found if content is not None and len(content) <= LARGEST}

    async def folder(self, path: str) -> Folder | None:
        """What lies below it. Raises WorkFailed when that is too much."""
        if not (end := self.follow(path)):
            return None
        whole = end.rstrip("/") + "/"
        inside = {name.removeprefix(whole): content for name, content in self.files.items() if name.startswith(whole)}
        links = {name.removeprefix(whole) for name in self.links if name.startswith(whole)}
        seen = {name: content for name, content in inside.items() if not SKIPPED & set(name.split("/"))}
        if not inside and not links:
            return None
        if len(seen) > ENTRIES or sum(map(len, seen.values())) > MOST:
            raise WorkFailed(f"{path} has too much in it to be looked through")
        large = {name for name, content in seen.items() if len(content) > LARGEST}
        return Folder(
            files={name: content for name, content in sorted(seen.items()) if name not in large},
            unread=frozenset(large | {name for name in links if not SKIPPED & set(name.split("/"))}),
        )

    def follow(self, path: str) -> str:
        """Where a path leads, "" when it leads round and round."""
        whole = posixpath.normpath(posixpath.join(self.directory, path))
        for _ in range(DEPTH):
            for link, target in self.links.items():
                if whole == link or whole.startswith(link + "/"):
                    end = posixpath.join(posixpath.dirname(link), target)
                    whole = posixpath.normpath(end + whole[len(link) :])
                    break
            else:
                return whole
        return ""


class MemoryImages:
    """`ports.images.ImageFiles`. `opened` counts how often each image was looked into."""

    def __init__(self, images: Mapping[str, MemoryImage] | None = None) -> None:
        self.images = dict(images or {})
        self.opened: list[str] = []
        self.faults = Faults()

    @asynccontextmanager
    async def open(self, image: Image) -> AsyncIterator[MemoryImage]:
        """Raises WorkFailed for an image that there is not."""
        await self.faults.meet("open")
        if (found := self.images.get(image.reference)) is None:
            raise WorkFailed(f"there is no image {image.reference}")
        self.opened.append(image.reference)
        yield found

    async def sweep(self) -> None:
        """Nothing is left ever."""
        await self.faults.meet("sweep")
