"""Backups' files in memory: what the vault promises, without a disk or a cipher."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairway.errors import FairwayError, WorkFailed
from fairway.ports.databases import Progress, Report
from fairway.ports.guarding import Damaged, Sealed

Tree = dict[str, bytes | None]


@dataclass(slots=True)
class MemoryVault:
    """`ports.guarding.Vault`. `files` are each one's tree, by path; a folder is None. A name in `damaged` is as if its
    file had been changed. While `trouble` is set, sealing raises it. `free` is the room that there is, in bytes."""

    files: dict[str, Tree] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    trouble: FairwayError | None = None
    free: int = 10**12

    async def seal(self, directory: Path, name: str, *, report: Report) -> Sealed:
        """In place of one of the same name."""
        if self.trouble is not None:
            raise self.trouble
        self.files[name] = found = read(directory, name)
        count = sum(len(each or b"") for each in found.values())
        report(Progress(doing="sealing", done=count, total=count))
        return Sealed(file=name, bytes=count, digest=digest(found))

    async def open(self, sealed: Sealed, into: Path, *, report: Report) -> None:
        """Raises Damaged, WorkFailed."""
        found = self.files.get(sealed.file)
        if found is None:
            raise WorkFailed(f"the file of the backup, {sealed.file}, is gone")
        if sealed.file in self.damaged or digest(found) != sealed.digest:
            raise Damaged(f"the file of the backup, {sealed.file}, was changed")
        write(found, into)
        report(Progress(doing="opening", done=sealed.bytes, total=sealed.bytes))

    async def require_room(self, bytes: int) -> None:
        """Raises WorkFailed."""
        if bytes > self.free:
            raise WorkFailed("there is too little disk for the backup", why=f"{bytes} bytes, {self.free} are free")

    async def remove(self, file: str) -> None:
        """One that is not there is no error."""
        self.files.pop(file, None)
        self.damaged.discard(file)

    async def list(self) -> Sequence[str]:
        """The names of all."""
        return sorted(self.files)


def read(directory: Path, name: str) -> Tree:
    """What is in the directory. Raises WorkFailed for a link."""
    paths = sorted(directory.rglob("*"))
    if any(path.is_symlink() or not (path.is_file() or path.is_dir()) for path in paths):
        raise WorkFailed(f"the file of the backup, {name}, can't be written")
    return {str(path.relative_to(directory)): None if path.is_dir() else path.read_bytes() for path in paths}


def write(tree: Tree, into: Path) -> None:
    """Write it; a folder's name comes before those of what is in it."""
    for name, content in tree.items():
        if content is None:
            (into / name).mkdir()
        else:
            (into / name).write_bytes(content)


def digest(tree: Tree) -> str:
    """What is another text for another tree."""
    return hashlib.sha256(repr(sorted(tree.items(), key=lambda item: item[0])).encode()).hexdigest()
