"""A forge's statuses in memory."""

from collections import Counter

from fairway.domain.remotes import Forge
from fairway.domain.statuses import CommitStatus
from fairway.errors import FairwayError, UsageError
from fairway.ports.sources import Remote


class MemoryStatuses:
    """`ports.forge.Statuses`: `shown` is what stands beside each commit; `trouble` is raised instead while set."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token
        self.shown: dict[tuple[str, str], CommitStatus] = {}
        self.posted: list[CommitStatus] = []
        self.calls: Counter[str] = Counter()
        self.trouble: FairwayError | None = None

    async def post(self, forge: Forge, remote: Remote, status: CommitStatus) -> None:
        """Show it."""
        self.calls[status.commit] += 1
        if self.trouble is not None:
            raise self.trouble
        if remote.token is None or self._token not in (None, remote.token):
            raise UsageError(f"{remote.address.place} takes no status for {remote.address.repository}")
        self.shown[status.commit, status.context] = status
        self.posted.append(status)
