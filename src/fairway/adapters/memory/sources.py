"""Where apps' code comes from, in memory: the store, and repositories elsewhere whose branches a test moves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.shelf import Shelf
from fairway.domain.app import PullEvent
from fairway.domain.following import is_wanted
from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted, PullRequest, note
from fairway.errors import FairwayError, UsageError
from fairway.ports.sources import DELIVERIES, Fetched, Moved, Progress, Remote, Source

HEADS = "refs/heads/"
TAGS = "refs/tags/"


class MemorySources:
    """`ports.sources.Sources`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, app: AppName) -> Source | None:
        """None when the app has none."""
        self._shelf.visit()
        return self._shelf.sources.get((app,))

    async def list(self) -> Sequence[Source]:
        """By the apps' names."""
        self._shelf.visit()
        return [self._shelf.sources[key] for key in sorted(self._shelf.sources)]

    async def put(self, source: Source) -> None:
        """Raises NotFound for an unknown app."""
        self._shelf.change(source.app)
        before = self._shelf.sources.get((source.app,), source)
        if before.url != source.url:
            self._forget_pulls(source.app)
        kept = replace(source, wanted_at=before.wanted_at, wanted_by=before.wanted_by)
        self._shelf.sources[source.app,] = kept

    async def note(self, app: AppName, progress: Progress) -> None:
        """Nothing for an app without a source."""
        self._shelf.change()
        if (kept := self._shelf.sources.get((app,))) is not None:
            self._shelf.sources[app,] = replace(kept, progress=progress)

    async def accept(self, app: AppName, delivery: str, *, at: float, by: str, pull: PullRequest | None = None) -> bool:
        """Keep the delivery, and that there is something new; False when it is known, or there is no source."""
        self._shelf.change()
        kept, known = self._shelf.sources.get((app,)), self._shelf.deliveries.setdefault((app,), [])
        if kept is None or delivery in known:
            return False
        if pull is not None and is_wanted(kept.wanted_at, kept.progress.fetched_at):
            by = kept.wanted_by
        known.append(delivery)
        del known[:-DELIVERIES]
        self._shelf.sources[app,] = replace(kept, wanted_at=at, wanted_by=by)
        if pull is not None:
            self._shelf.pulls[app, pull.number] = note(self._shelf.pulls.get((app, pull.number)), pull, at=at)
        return True

    async def pulls(self, app: AppName) -> Sequence[Noted]:
        """Those that are open or not decided upon, by number."""
        self._shelf.visit()
        found = [noted for (owner, _), noted in sorted(self._shelf.pulls.items()) if owner == app]
        return [each for each in found if not each.decided or each.pull.event is not PullEvent.CLOSED]

    async def settle_pull(self, app: AppName, noted: Noted, *, head: str) -> None:
        """Remember it, unless something was told since."""
        self._shelf.change()
        kept = self._shelf.pulls.get((app, noted.pull.number))
        if kept is not None:
            decided = kept.decided or kept.at == noted.at
            self._shelf.pulls[app, noted.pull.number] = replace(kept, head=head, decided=decided)

    async def delete(self, app: AppName) -> bool:
        """False when there was none."""
        self._shelf.change()
        self._shelf.deliveries.pop((app,), None)
        self._forget_pulls(app)
        return self._shelf.sources.pop((app,), None) is not None

    def _forget_pulls(self, app: AppName) -> None:
        for key in [key for key in self._shelf.pulls if key[0] == app]:
            del self._shelf.pulls[key]


@dataclass(slots=True)
class Elsewhere:
    """A repository at a forge: what its branches and tags point to. `token` is what opens it, None for everybody's;
    `trouble` is raised instead of an answer."""

    refs: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    trouble: FairwayError | None = None


def branches_and_tags(there: Elsewhere) -> dict[str, str]:
    """Without what a forge keeps beside them."""
    return {ref: id for ref, id in there.refs.items() if ref.startswith((HEADS, TAGS))}


class MemoryRemotes:
    """`ports.sources.Remotes`: `at` holds a repository by its URL; `fetch` moves refs of `repositories`.
    What pull requests at the refs `unsound` bring is refused; `after_a_pull` happens once while one is fetched.

    Commits are made in those repositories themselves; a branch elsewhere names one of them by its id.
    """

    def __init__(self, repositories: MemoryRepositories) -> None:
        self._repositories = repositories
        self._settled: dict[str, dict[str, str]] = {}
        self.at: dict[str, Elsewhere] = {}
        self.unsound: set[str] = set()
        self.after_a_pull: Callable[[], Awaitable[None]] | None = None
        self.calls: list[str] = []

    async def look(self, app: str, remote: Remote) -> tuple[Mapping[str, str], str]:
        """Its branches and tags."""
        self.calls.append("look")
        return branches_and_tags(self._open(remote)), remote.host_keys

    async def look_at(self, app: str, remote: Remote, refs: Sequence[str]) -> Mapping[str, str]:
        """What these point to."""
        self.calls.append("look at")
        return {ref: id for ref, id in self._open(remote).refs.items() if ref in refs}

    async def fetch_pull(self, app: str, remote: Remote, number: int, ref: str) -> str | None:
        """Remember the head as brought."""
        self.calls.append(f"fetch pull {number}")
        if ref in self.unsound:
            raise UsageError(f"{remote.address.place} sends objects that no honest git makes")
        head = self._open(remote).refs.get(ref)
        if head is not None:
            self._repositories.bring(app, number, head)
        after, self.after_a_pull = self.after_a_pull, None
        if after is not None:
            await after()
        return head

    async def settled(self, app: str) -> Mapping[str, str]:
        """What was settled."""
        return dict(self._settled.get(app, {}))

    async def fetch(self, app: str, remote: Remote) -> Fetched:
        """Move branches and tags, and tell what is not settled."""
        self.calls.append("fetch")
        incoming, settled = branches_and_tags(self._open(remote)), self._settled.get(app, {})
        own = {HEADS + head.branch: head.commit for head in await self._repositories.heads(app)}
        own |= {TAGS + tag.name: tag.object for tag in await self._repositories.tags(app)}
        moved = []
        for ref in sorted({*incoming, *settled}):
            here, new = own.get(ref), incoming.get(ref)
            if settled.get(ref) == new:
                continue
            moved.append(Moved(ref=ref, old=here if here != new else settled.get(ref), new=new))
            if new is not None or here == settled.get(ref):
                self._point(app, ref, new)
        return Fetched(moved=tuple(moved), host_keys=remote.host_keys)

    async def settle(self, app: str, moved: Sequence[Moved]) -> None:
        """Remember them."""
        kept = self._settled.setdefault(app, {})
        for each in moved:
            kept.pop(each.ref, None)
            if each.new is not None:
                kept[each.ref] = each.new

    async def forget(self, app: str) -> None:
        """Forget what was settled."""
        self._settled.pop(app, None)

    def _point(self, app: str, ref: str, new: str | None) -> None:
        if ref.startswith(HEADS):
            self._repositories.point(app, ref.removeprefix(HEADS), new)
        elif new is None:
            self._repositories.untag(app, ref.removeprefix(TAGS))
        else:
            self._repositories.tag(app, ref.removeprefix(TAGS), new)

    def _open(self, remote: Remote) -> Elsewhere:
        there = self.at.get(remote.address.url)
        if there is None:
            raise UsageError(f"{remote.address.place} has no repository {remote.address.repository}")
        if there.trouble is not None:
            raise there.trouble
        if there.token is not None and there.token != remote.token:
            raise UsageError(f"{remote.address.place} refuses the credential for {remote.address.repository}")
        return there
