"""Telling a forge how a commit stands."""

from typing import Protocol

from fairway.domain.remotes import Forge
from fairway.domain.statuses import CommitStatus
from fairway.ports.sources import Remote


class Statuses(Protocol):
    """The marks that a forge shows beside its commits."""

    async def post(self, forge: Forge, remote: Remote, status: CommitStatus) -> None:
        """Show it, in place of an earlier one of the same commit and context. Bounded in time. Raises UsageError when
        the forge refuses it (the token may not, it has no such commit), Unavailable when it may take it later."""
        ...
