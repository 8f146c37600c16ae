"""Leases in memory, by the same rules as the real ones."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member
from fairway.errors import Unavailable


class MemoryLeases:
    """`ports.leases.Leases`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def join(self, member: Member, *, at: float) -> Lease:
        """Begin a lease, and fence all further writes of this store with it."""
        self._shelf.visit()
        before = self._shelf.leases.get(member.server)
        number = 1 if before is None else before.number + 1
        lease = Lease(member=member, number=number, renewals=0, renewed_at=at)
        self._shelf.fence = self._shelf.leases[member.server] = lease
        return self._with_apps(lease)

    async def renew(self, *, at: float) -> bool:
        """False when it was lost, or another process has begun one for the same server."""
        self._shelf.visit()
        mine = self._mine()
        kept = self._shelf.leases[mine.member.server]
        if kept.lost or kept.number != mine.number:
            return False
        self._shelf.leases[mine.member.server] = replace(kept, renewals=kept.renewals + 1, renewed_at=at)
        return True

    async def list(self) -> Sequence[Lease]:
        """In the order of the servers' ids."""
        self._shelf.visit()
        return [self._with_apps(self._shelf.leases[server]) for server in sorted(self._shelf.leases)]

    async def holder(self, app: AppName) -> Lease | None:
        """Who has the app."""
        self._shelf.visit()
        server = self._shelf.holders.get(app)
        return None if server is None else self._with_apps(self._shelf.leases[server])

    async def claim(self) -> frozenset[AppName]:
        """Take what nobody has; all that this server has then."""
        self._shelf.change()
        mine = self._mine().member.server
        for name in self._shelf.apps:
            self._shelf.holders.setdefault(AppName(name), mine)
        return frozenset(app for app, server in self._shelf.holders.items() if server == mine)

    async def take_over(self, lease: Lease) -> bool:
        """Declare it lost and take its apps."""
        self._shelf.change()
        theirs, mine = lease.member.server, self._mine().member.server
        kept = self._shelf.leases[theirs]
        if kept.lost or (kept.number, kept.renewals) != (lease.number, lease.renewals):
            return False
        self._shelf.leases[theirs] = replace(kept, lost=True)
        for app, server in self._shelf.holders.items():
            if server == theirs:
                self._shelf.holders[app] = mine
        return True

    def _with_apps(self, lease: Lease) -> Lease:
        apps = (app for app, server in self._shelf.holders.items() if server == lease.member.server)
        return replace(lease, apps=tuple(sorted(apps)))

    def _mine(self) -> Lease:
        if self._shelf.fence is None:
            raise Unavailable("this server has lost its lease", why="it has none")
        return self._shelf.fence
