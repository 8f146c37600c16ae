"""What the guard keeps: backups and passages as records, the backups' files under seal, and what judges SQL."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.domain.backup import Backup
from fairway.domain.forgetting import Trace
from fairway.domain.ids import AppName
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Step
from fairway.domain.passage import Passage
from fairway.errors import WorkFailed
from fairway.ports.databases import Report


class Backups(Protocol):
    """The records of backups; they go with their app, which is never deleted with its data by a slip."""

    async def create(self, backup: Backup) -> Backup:
        """Keep it under the app's next number (its own is ignored), and return it with that. Raises NotFound for an
        unknown app."""
        ...

    async def get(self, app: AppName, number: int) -> Backup:
        """Raises NotFound."""
        ...

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 50) -> Sequence[Backup]:
        """Newest first."""
        ...

    async def change(self, before: Backup, after: Backup) -> bool:
        """Keep `after` in place of `before`, with a version one higher; False when it is not `before` any more."""
        ...

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Delete those of them that there are."""
        ...


class Passages(Protocol):
    """Every passage; they go with their app."""

    async def create(self, passage: Passage) -> Passage:
        """Keep it under the next number; the same `key` a second time returns the first one's. Raises NotFound for an
        unknown app."""
        ...

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        ...

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """Newest first."""
        ...

    async def unfinished(self) -> Sequence[Passage]:
        """Of every app, oldest first."""
        ...

    async def change(self, before: Passage, after: Passage) -> bool:
        """Keep `after` in place of `before`, with a version one higher; False when it is not `before` any more."""
        ...


class OldPassages(Protocol):
    """What is asked of passages before they may go, and that they go. Only a server's store forgets: the table of an
    environment on AWS has a passage for each deployment of that one, and stays."""

    async def traces(self, app: AppName, *, below: int | None = None, limit: int = 100) -> Sequence[Trace]:
        """Those with a lower number, newest first; none of an unknown app."""
        ...

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Delete those of them that have ended. Their numbers are not given again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file in the vault: its name, size and SHA-256."""

    file: str
    bytes: int
    digest: str


class Damaged(WorkFailed):
    """The file of a backup is not what was written: it was changed, cut, or is another one. No key opens it."""


class Vault(Protocol):
    """Directories as single encrypted files. What is read from one was proven first."""

    async def seal(self, directory: Path, name: str, *, report: Report) -> Sealed:
        """Keep all of a directory under that name, in place of one of the same name; whole or not at all. Raises
        WorkFailed when the disk is full."""
        ...

    async def open(self, sealed: Sealed, into: Path, *, report: Report) -> None:
        """Write it into an empty directory. Raises Damaged when the file was changed, WorkFailed when it is gone, was
        sealed with another key, or does not fit on the disk; nothing is left in the directory then."""
        ...

    async def require_room(self, bytes: int) -> None:
        """Raises WorkFailed, with both figures, when the disk has no room for a file of that size."""
        ...

    async def remove(self, file: str) -> None:
        """Delete it, whole or half written. One that is not there is no error."""
        ...

    async def list(self) -> Sequence[str]:
        """The names of all files, of those too that a killed server left half written."""
        ...


class Workspaces(Protocol):
    """Directories in which a dump lies, in clear, for as long as it is worked on."""

    def open(self, name: str) -> AbstractAsyncContextManager[Path]:
        """An empty directory of that name for this server alone, gone at the end with all that is in it. Raises
        WorkFailed."""
        ...

    async def sweep(self) -> None:
        """Remove what a killed server left."""
        ...


class Linter(Protocol):
    """Reads SQL for what it would do to a database in use."""

    async def lint(self, steps: Sequence[Step], *, version: str) -> Sequence[Finding]:
        """What is found in the SQL of the steps, for a server of that version ("15.18"). Raises Unavailable when the
        linter can't be run."""
        ...
