"""Leases: which of the servers that share a database are there, and which one has an app.

Each server renews its own lease, and an app is one server's at a time: its executions and its tasks are there. A server
whose lease stands still for its whole length, by the clock of the one who looks, has lost it; the clocks of two hosts
are never compared. The number of a lease counts up each time that its server begins: what an earlier begin of the same
server still wants to write is told apart by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairway.domain.ids import AppName
from fairway.errors import UsageError

TERMS: Mapping[str, tuple[str, str]] = {
    "key": ("secret.key is another one", "copy secret.key from the home of that server before the first start"),
    "registry": ("its images go to another registry", "give both the same FAIRWAY_REGISTRY"),
    "repositories": ("its git repositories are another folder", "give both the same folder: FAIRWAY_REPOSITORIES"),
}
"""What servers that share the work must have in common: why it is wrong, and what to do, if it is not the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A server that shares the work: the id of its home, its host's name, where it answers, how many seconds its lease
    lasts, and its terms (see TERMS), none of them a secret."""

    server: str
    name: str
    url: str
    seconds: float
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A server's lease. `renewed_at` is by its own clock (seconds since the epoch), for people; `lost` once another
    server has taken its apps over."""

    member: Member
    number: int
    renewals: int
    renewed_at: float
    lost: bool = False
    apps: tuple[AppName, ...] = ()

    @property
    def expires_at(self) -> float:
        """When it runs out unless it is renewed, by its holder's clock."""
        return self.renewed_at + self.member.seconds

    def expired(self, now: float) -> bool:
        """Whether it has run out, or was lost."""
        return self.lost or now >= self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A lease as it was first seen: `since`, in seconds of the looker's own monotonic clock."""

    number: int
    renewals: int
    since: float


def watch(before: Mapping[str, Sight], leases: Sequence[Lease], now: float) -> Mapping[str, Sight]:
    """The sights after another look: one that has been renewed since is seen anew."""
    sights = {}
    for lease in leases:
        old = before.get(lease.member.server)
        same = old is not None and (old.number, old.renewals) == (lease.number, lease.renewals)
        fresh = Sight(number=lease.number, renewals=lease.renewals, since=now)
        sights[lease.member.server] = old if same and old is not None else fresh
    return sights


def silent(sights: Mapping[str, Sight], leases: Sequence[Lease], now: float, *, me: str) -> Sequence[Lease]:
    """The leases of others that stood still for their whole length and are not known to be lost.

    Its holder stops acting that long after it asked for its last renewal, which was before anybody could see it.
    """
    return [
        lease
        for lease in leases
        if lease.member.server != me
        and not lease.lost
        and now - sights[lease.member.server].since > lease.member.seconds
    ]


def disagreement(mine: Member, leases: Sequence[Lease]) -> UsageError | None:
    """Why this server can't share the work with those that do: it would find neither their images, nor their commits,
    nor their variables. None when it can."""
    others = [lease.member for lease in leases if lease.member.server != mine.server and not lease.lost]
    for other in others:
        what = f"this server can't share the database with the server on {other.name} ({other.url})"
        if not mine.terms.get("registry"):
            return UsageError(
                what,
                why="the embedded registry is reached by its own host alone",
                hint="give both the same FAIRWAY_REGISTRY",
            )
        for term, (why, hint) in TERMS.items():
            if mine.terms.get(term) != other.terms.get(term):
                return UsageError(what, why=why, hint=hint)
    return None
