"""Where images are kept: pushed by tag, known by digest from then on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from fairway.domain.image import Image, LocalImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """For one registry: a user and a password, or an identity token in their place. Neither secret is shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


Login = Callable[[str], Awaitable[Credentials | None]]
"""Takes a registry's host as images are named by it (`localhost:7879`, `ghcr.io`, `docker.io`), gives its credentials
as they are at this moment, None when there are none. Raises WorkFailed when they can't be had, without a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """Whether anything was deleted since the last collection, and when that was (seconds since the epoch; None: there
    was none yet). It outlives the server."""

    deleted: bool
    collected_at: float | None


class Registry(Protocol):
    """One registry, the embedded one or another."""

    def repository(self, app: str) -> str:
        """The repository of an app's images, with the registry's host: `localhost:7879/shop-api`."""
        ...

    async def push(self, image: LocalImage, repository: str, tag: str) -> Image:
        """Push the image under the tag and return it by digest. Raises WorkFailed when it is refused (credentials,
        full disk), Conflict when the tag is there and this registry lets none be moved (ECR's immutable ones),
        Unavailable when the registry does not answer."""
        ...

    async def find(self, repository: str, tag: str) -> str | None:
        """The digest that the tag names, None when there is no such tag."""
        ...

    async def tags(self, repository: str) -> Mapping[str, str]:
        """Every tag of the repository, with the digest of the manifest that it names."""
        ...

    async def repositories(self) -> Sequence[str]:
        """Every repository there is, with the registry's host, one without an image included."""
        ...

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Held while images are judged and deleted: no push is under way in it, and a new one waits.

        Raises Conflict when those under way don't end within a minute.
        """
        ...

    async def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest and its tags. One that is not there is no error."""
        ...

    async def garbage(self) -> Garbage:
        """What there is to collect."""
        ...

    async def collect(self, *, now: float) -> int:
        """Give back the space of what was deleted; the number of bytes. Exclusive by itself: not within `exclusive`."""
        ...
