"""The leases of the servers that share one store, and what the rooms want to know of them."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member


class Leases(Protocol):
    """One server's door to them; each call is one transaction.

    After `join` every write of the same store is fenced: in its transaction it is made sure that the lease of that
    number was not lost. A write that comes too late raises Unavailable, and nothing of it is kept.
    """

    async def join(self, member: Member, *, at: float) -> Lease:
        """Begin a lease, with the next number; one that the same server had before ends. The apps that it had are still
        its own, unless they were taken over."""
        ...

    async def renew(self, *, at: float) -> bool:
        """False when it was lost, or another process has begun one for the same server."""
        ...

    async def list(self) -> Sequence[Lease]:
        """Of every server that ever joined, with its apps; in the order of their ids."""
        ...

    async def holder(self, app: AppName) -> Lease | None:
        """Who has the app; None when nobody has, or there is no such app."""
        ...

    async def claim(self) -> frozenset[AppName]:
        """Take the apps that nobody has; all that this server has then."""
        ...

    async def take_over(self, lease: Lease) -> bool:
        """Declare it lost and take its apps; False when it was renewed since it was read, or is lost already.

        Writes of its holder that are under way end first; none comes after.
        """
        ...


class Holding(Protocol):
    """What this server may do at present."""

    def holds(self, app: AppName) -> bool:
        """Whether the app is this server's."""
        ...

    async def valid(self) -> None:
        """Return when the lease is known to be good: before anything outside is changed. While it is in doubt, wait."""
        ...


class Sharing(Holding, Protocol):
    """What the front doors want to know besides."""

    def made(self, app: AppName) -> None:
        """The app was made by this server."""
        ...

    async def list(self) -> Sequence[Lease]:
        """Of every server; none where nothing is shared."""
        ...

    async def holder(self, app: AppName) -> Lease | None:
        """Who has the app; None when nobody has."""
        ...


class Alone:
    """`Sharing` of a server that shares its work with nobody."""

    def holds(self, app: AppName) -> bool:
        """Everything is its own."""
        return True

    async def valid(self) -> None:
        """Always."""

    def made(self, app: AppName) -> None:
        """It is known to be."""

    async def list(self) -> Sequence[Lease]:
        """None."""
        return []

    async def holder(self, app: AppName) -> Lease | None:
        """None."""
        return None
