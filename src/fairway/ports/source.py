"""The server's bare repositories, one for each app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.domain.execution import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A branch: the commit it points to, and the one of which it was last decided what becomes of it.

    The two differ when a push came in while the server was down, or died before it had decided.
    """

    branch: str
    commit: str
    seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag: the object that it points to, the commit that this leads to (None: to a tree or a file), and the object of
    which it was last decided what becomes of it."""

    name: str
    object: str
    commit: str | None
    seen: str | None = None


class Repositories(Protocol):
    """Reads and keeps commits. Refuses names that are not app names."""

    def path(self, app: str) -> Path:
        """Where the app's repository lies, for git's own programs."""
        ...

    async def create(self, app: str) -> None:
        """Create an empty bare repository with Fairway's hooks; one that exists has its hooks renewed."""
        ...

    async def remove(self, app: str) -> None:
        """Delete it. One that does not exist is no error."""
        ...

    async def head(self, app: str, branch: str) -> str | None:
        """The commit that a branch points to, None when there is no such branch."""
        ...

    async def heads(self, app: str) -> Sequence[Head]:
        """Every branch, in the order of their names."""
        ...

    async def mark_seen(self, app: str, branch: str, commit: str) -> None:
        """Remember that it has been decided what becomes of this commit of the branch. Lasts over restarts."""
        ...

    async def tags(self, app: str) -> Sequence[Tag]:
        """Every tag, in the order of their names."""
        ...

    async def mark_tags_seen(self, app: str, objects: Mapping[str, str]) -> None:
        """Remember, for each of these tags, that it has been decided what becomes of this object of it."""
        ...

    async def resolve(self, app: str, ref: str) -> str:
        """The full commit id of a ref, or of an object such as an annotated tag. Raises NotFound."""
        ...

    async def revision(self, app: str, commit: str, branch: str) -> Revision:
        """The commit's subject and author. Raises NotFound."""
        ...

    async def message(self, app: str, commit: str) -> str:
        """The commit's whole message. Raises NotFound."""
        ...

    async def changed(self, app: str, old: str | None, new: str) -> Sequence[str]:
        """The paths that differ between two commits (all of `new` when there is no old one, or it is gone)."""
        ...

    async def count(self, app: str, old: str, new: str) -> int | None:
        """How many commits lie between; None when `old` is not an ancestor."""
        ...

    async def base(self, app: str, one: str, other: str) -> str | None:
        """The commit at which two have parted; None when they have none in common."""
        ...

    async def is_foreign(self, app: str, commit: str) -> bool:
        """Whether pull requests were fetched, and this commit is of no branch and no tag, nor was of a branch."""
        ...

    async def log(self, app: str, old: str, new: str, *, limit: int) -> Sequence[tuple[str, str]]:
        """The newest commits that `new` has and `old` has not, each with its message's first line."""
        ...

    async def read(self, app: str, commit: str, path: str) -> bytes | None:
        """A file of the commit, None when it has none there."""
        ...

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        """Make `into` exactly the commit's tree, nothing more, reusing what lies there from an earlier checkout.

        Raises WorkFailed, naming them, for submodules that can't be fetched and LFS pointers without their content.
        """
        ...
