"""Where images are kept: pushed by tag, known by digest from then on."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.image import Image, LocalImage


class Registry(Protocol):
    """One registry, the embedded one or another."""

    def repository(self, app: str) -> str:
        """The repository of an app's images, with the registry's host: `localhost:7879/shop-api`."""
        ...

    async def push(self, image: LocalImage, repository: str, tag: str) -> Image:
        """Push the image under the tag and return it by digest. Raises WorkFailed when it is refused (credentials,
        full disk), Unavailable when the registry does not answer."""
        ...

    async def digests(self, repository: str) -> Sequence[str]:
        """The digests of the manifests that are kept and tagged."""
        ...

    async def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest and its tags. One that is not there is no error."""
        ...

    async def collect(self) -> int:
        """Give back the space of what was deleted; the number of bytes."""
        ...
