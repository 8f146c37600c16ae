"""A registry without a server. The digest of an image is a digest of its id."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence

from fairway.domain.image import Image, LocalImage
from fairway.errors import Conflict, FairwayError
from fairway.ports.registry import Garbage


class MemoryRegistry:
    """`fail` is raised by every call while it is set. `immutable`: a tag that is there is never pushed again."""

    def __init__(self, host: str = "localhost:7879", *, immutable: bool = False) -> None:
        self._host = host
        self._immutable = immutable
        self.fail: FairwayError | None = None
        self._tags: dict[str, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}
        self._deleted: set[str] = set()
        self._collected_at: float | None = None
        self._gate = asyncio.Lock()

    def repository(self, app: str) -> str:
        """See ports.registry.Registry."""
        return f"{self._host}/{app}"

    async def push(self, image: LocalImage, repository: str, tag: str) -> Image:
        """See ports.registry.Registry."""
        async with self._gate:
            self._trouble()
            digest = f"sha256:{hashlib.sha256(image.id.encode()).hexdigest()}"
            tags = self._tags.setdefault(repository, {})
            before = tags.get(tag)
            if before and self._immutable:
                raise Conflict(f"{repository} has the tag {tag} already, and lets none be moved")
            if before and before != digest:
                tags[f"{tag}-{before[7:19]}"] = before
            tags[tag] = digest
            self._sizes[digest] = image.size
            self._deleted.discard(digest)
        return Image(repository=repository, digest=digest, size=image.size)

    async def find(self, repository: str, tag: str) -> str | None:
        """See ports.registry.Registry."""
        self._trouble()
        return self._tags.get(repository, {}).get(tag)

    async def tags(self, repository: str) -> Mapping[str, str]:
        """See ports.registry.Registry."""
        self._trouble()
        return dict(self._tags.get(repository, {}))

    async def repositories(self) -> Sequence[str]:
        """See ports.registry.Registry."""
        self._trouble()
        return tuple(self._tags)

    @contextlib.asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """See ports.registry.Registry."""
        async with self._gate:
            yield

    async def delete(self, repository: str, digest: str) -> None:
        """See ports.registry.Registry."""
        self._trouble()
        tags = self._tags.get(repository, {})
        self._tags[repository] = {tag: kept for tag, kept in tags.items() if kept != digest}
        self._deleted.add(digest)

    async def garbage(self) -> Garbage:
        """See ports.registry.Registry."""
        return Garbage(deleted=bool(self._deleted), collected_at=self._collected_at)

    async def collect(self, *, now: float) -> int:
        """See ports.registry.Registry."""
        async with self._gate:
            self._trouble()
            named = {digest for tags in self._tags.values() for digest in tags.values()}
            freed = sum(self._sizes.pop(digest, 0) for digest in self._deleted - named)
            self._deleted.clear()
            self._collected_at = now
        return freed

    def _trouble(self) -> None:
        if self.fail:
            raise self.fail
