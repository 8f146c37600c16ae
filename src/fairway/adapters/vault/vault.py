"""Directories as single encrypted files in one folder: `ports.guarding.Vault`.

A file is written under a temporary name, brought to the disk, and renamed: one of the right name is whole. What is
opened is proven as it is read (see `stream`), and again by the digest of the whole file, which stands in the backup's
record: a whole file that was put in another one's place is found too. What was written until then is removed.

Both ways run in a thread, a chunk at a time: the memory that they take does not grow with the backup.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from fairway.adapters.vault import stream, tree
from fairway.adapters.vault.metering import Meter, in_thread
from fairway.adapters.vault.refusing import SERVER, Advice, another_key, cannot_open, cannot_seal, changed, require_room
from fairway.adapters.vault.stream import Broken, Opener, Sealer
from fairway.errors import UsageError, WorkFailed
from fairway.ports.databases import Report
from fairway.ports.guarding import Sealed

PARTIAL = ".partial"
"""What the name of a file ends with until it is whole."""

Key = Callable[[], Awaitable[bytes]]


class FileVault:
    """Keeps them in `folder`, which is made when something is sealed. `key` gives 32 bytes, the same each time. A
    `chunk` of another size is for tests."""

    def __init__(self, folder: Path, key: Key, *, chunk: int = stream.CHUNK, advice: Advice = SERVER) -> None:
        self._folder = folder
        self._key = key
        self._chunk = chunk
        self._advice = advice

    async def seal(self, directory: Path, name: str, *, report: Report) -> Sealed:
        """In place of one of the same name; whole or not at all. Raises WorkFailed."""
        path, key = self._path(name), await self._key()
        return await in_thread(lambda meter: self._seal(directory, path, key, meter), report, "sealing")

    async def open(self, sealed: Sealed, into: Path, *, report: Report) -> None:
        """Raises Damaged when it was changed, WorkFailed when it is gone, was sealed with another key, or the disk is
        full; nothing is left in the directory then."""
        path, key = self._path(sealed.file), await self._key()
        await in_thread(lambda meter: self._open(sealed, path, into, key, meter), report, "opening")

    async def require_room(self, bytes: int) -> None:
        """Raises WorkFailed."""

        def look() -> None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_room(self._folder, bytes, self._advice)

        await asyncio.to_thread(look)

    async def remove(self, file: str) -> None:
        """Delete it, half written or whole."""
        path = self._path(file)
        for each in (path, partial(path)):
            await asyncio.to_thread(each.unlink, missing_ok=True)

    async def list(self) -> Sequence[str]:
        """The names of all files, of those too that were left half written; without the ending that says so."""

        def look() -> list[str]:
            with contextlib.suppress(FileNotFoundError):
                names = {each.name.removesuffix(PARTIAL) for each in self._folder.iterdir() if each.is_file()}
                return sorted(name for name in names if not name.startswith("."))
            return []

        return await asyncio.to_thread(look)

    def _path(self, name: str) -> Path:
        return self._folder / checked(name)

    def _seal(self, directory: Path, path: Path, key: bytes, meter: Meter) -> Sealed:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = partial(path)
        try:
            meter.total = tree.size(directory)
            require_room(self._folder, meter.total, self._advice)
            with create(draft) as out:
                sealer = Sealer(out, key, chunk=self._chunk)
                write_whole(directory, out, sealer, meter)
            draft.replace(path)
            sync_folder(self._folder)
        except BaseException as error:
            draft.unlink(missing_ok=True)
            if isinstance(error, OSError | tree.Changed):
                raise cannot_seal(path.name, error) from error
            raise
        return Sealed(file=path.name, bytes=sealer.bytes, digest=sealer.digest)

    def _open(self, sealed: Sealed, path: Path, into: Path, key: bytes, meter: Meter) -> None:
        if any(into.iterdir()):
            raise UsageError(f"{into} is not empty", why="a backup is opened into an empty directory")
        meter.total = sealed.bytes
        try:
            with find(path, sealed, self._advice) as file:
                self._read(file, sealed, into, key, meter)
        except BaseException as error:
            clear(into)
            if isinstance(error, OSError):
                raise cannot_open(sealed.file, error) from error
            raise

    def _read(self, file: BinaryIO, sealed: Sealed, into: Path, key: bytes, meter: Meter) -> None:
        source = None
        try:
            source = Opener(file, key, meter.add, chunk=self._chunk)
            tree.read(source, into)
            source.finish()
        except Broken as error:
            if source is not None:
                source.drain()
                if source.digest == sealed.digest:
                    raise another_key(sealed.file, self._advice) from error
            raise changed(sealed.file, str(error), self._advice) from error
        if source.digest != sealed.digest:
            why = "it is another one: its SHA-256 is not the one that was recorded"
            raise changed(sealed.file, why, self._advice)


def create(draft: Path) -> BinaryIO:
    """The draft, empty, for this user alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    return os.fdopen(os.open(draft, flags, 0o600), "wb")


def write_whole(directory: Path, out: BinaryIO, sealer: Sealer, meter: Meter) -> None:
    """Seal the directory, to the disk itself."""

    def put(data: bytes) -> None:
        sealer.write(data)
        meter.add(len(data))

    tree.write(directory, put)
    sealer.finish()
    out.flush()
    os.fsync(out.fileno())
    # What is read back to prove it comes from the disk then, not from the memory that it was written from.
    os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def find(path: Path, sealed: Sealed, advice: Advice) -> Iterator[BinaryIO]:
    """The file. Raises WorkFailed when it is gone, Damaged when its size is another one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        why = f"there is none in {path.parent}"
        raise WorkFailed(f"the file of the backup, {sealed.file}, is gone", why=why) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        found = os.fstat(descriptor).st_size
        if found != sealed.bytes:
            raise changed(sealed.file, f"it has {found} bytes, and was written with {sealed.bytes}", advice)
        yield file


def checked(name: str) -> str:
    """The name of a file in a vault. Raises UsageError for one that would lead elsewhere."""
    if not name or name.startswith(".") or "/" in name or "\0" in name or name.endswith(PARTIAL):
        raise UsageError(f"{name!r} can't be the name of a backup's file")
    return name


def partial(path: Path) -> Path:
    """Under which name it is written."""
    return path.with_name(path.name + PARTIAL)


def sync_folder(folder: Path) -> None:
    """Bring its entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Remove all that is in it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
