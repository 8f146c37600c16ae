"""Where apps' code comes from when it lives at a forge: what is kept of it, and reading it with git."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted, PullRequest
from fairway.domain.remotes import Address, Forge

DELIVERIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the fetching of a source has come. Times are seconds since the epoch; `tried_at` is when the last attempt
    began, `fetched_at` when the last one that succeeded did, `failures` counts those that failed since, `trouble` is
    why the last one did. `host_keys` are the lines of a known_hosts file: the keys that were accepted the first time.
    """

    tried_at: float | None = None
    fetched_at: float | None = None
    failures: int = 0
    trouble: str = ""
    host_keys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an app's code comes from. `token`, `deploy_key` and `webhook`, the secret that the forge calls with, are
    sealed, None where there is none. `poll` is the seconds between two looks, None for none. `wanted_at` is when
    somebody last said that there is something new, `wanted_by` who pushed it, as they say."""

    app: AppName
    url: str
    forge: Forge | None
    username: str
    token: bytes | None = field(repr=False)
    deploy_key: bytes | None = field(repr=False)
    by: str
    at: float
    poll: float | None = None
    webhook: bytes | None = field(default=None, repr=False)
    wanted_at: float | None = None
    wanted_by: str = ""
    progress: Progress = Progress()


class Sources(Protocol):
    """At most one source for each app."""

    async def get(self, app: AppName) -> Source | None: ...

    async def list(self) -> Sequence[Source]:
        """By the apps' names."""
        ...

    async def put(self, source: Source) -> None:
        """Keep it, in place of an earlier one, of which stays what is wanted: a webhook may have come since that was
        read. With another URL its pull requests are forgotten. Raises NotFound for an unknown app."""
        ...

    async def note(self, app: AppName, progress: Progress) -> None:
        """Keep how far it has come; nothing for an app without a source."""
        ...

    async def accept(self, app: AppName, delivery: str, *, at: float, by: str, pull: PullRequest | None = None) -> bool:
        """Keep that there is something new (`wanted_at`), told by this delivery; False, and nothing is kept, when the
        delivery is known already, or the app has no source. The newest DELIVERIES of each app are remembered. What is
        told of a pull request is kept in the same write (see `domain.pulls.note`), and does not change whose push is
        still to be fetched."""
        ...

    async def pulls(self, app: AppName) -> Sequence[Noted]:
        """The pull requests that are open or not decided upon, by number."""
        ...

    async def settle_pull(self, app: AppName, noted: Noted, *, head: str) -> None:
        """Remember the head that was found ("": none), and that it is decided what becomes of what was told; not of
        what was told since."""
        ...

    async def delete(self, app: AppName) -> bool:
        """False when there was none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A repository elsewhere with what opens it, in clear: it is made for one call, and never kept or shown."""

    address: Address
    username: str = ""
    token: str | None = field(default=None, repr=False)
    deploy_key: str | None = field(default=None, repr=False)
    host_keys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A ref (`refs/heads/master`) that the remote has moved since it was last settled: full commit ids (a tag's own
    object), None where there was or is none."""

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a fetch brought, and the hosts' keys that are known after it."""

    moved: tuple[Moved, ...]
    host_keys: str


class Remotes(Protocol):
    """Repositories elsewhere. Every call is bounded in time, and raises UsageError when the credential is refused or
    there is no such repository, Unavailable when it can't be reached."""

    async def look(self, app: str, remote: Remote) -> tuple[Mapping[str, str], str]:
        """What each branch and tag points to, and the hosts' keys that are known after it. Nothing is fetched."""
        ...

    async def settled(self, app: str) -> Mapping[str, str]:
        """What each branch and tag of the remote pointed to when it was last settled."""
        ...

    async def look_at(self, app: str, remote: Remote, refs: Sequence[str]) -> Mapping[str, str]:
        """What these refs point to, without those that are not there. Nothing is fetched."""
        ...

    async def fetch_pull(self, app: str, remote: Remote, number: int, ref: str) -> str | None:
        """Bring the head of a pull request into the app's repository, beside its branches: the commit, None when the
        ref is not there. Raises UsageError too for objects that no honest git makes."""
        ...

    async def fetch(self, app: str, remote: Remote) -> Fetched:
        """Bring branches and tags into the app's repository, where they are moved to what the remote has, and tell
        which have moved since they were last settled. One that was deleted there is deleted here, unless somebody
        pushed another commit to it here."""
        ...

    async def settle(self, app: str, moved: Sequence[Moved]) -> None:
        """Remember that it has been decided what becomes of these moves; until then each fetch tells them again."""
        ...

    async def forget(self, app: str) -> None:
        """Forget what was settled: the app's code comes from elsewhere now. Its branches and tags stay."""
        ...
