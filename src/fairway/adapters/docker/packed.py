"""The files of an image in an archive that Docker gave: read to a bound, and nothing of it is unpacked."""

import posixpath
import tarfile
from typing import IO

from fairway.adapters.docker.layers import Link
from fairway.errors import WorkFailed
from fairway.ports.images import ENTRIES, LARGEST, MOST, SKIPPED, Folder


def single(archive: IO[bytes]) -> bytes | Link | None:
    """The one file of the archive of a file; where it leads when it is a link; None when it is neither, or too large.
    Raises WorkFailed when the archive can't be read."""
    try:
        with tarfile.open(fileobj=archive, mode="r|") as opened:
            member = opened.next()
            if member is None or not (member.isreg() or member.issym()):
                return None
            if member.issym():
                return Link(member.linkname)
            file = opened.extractfile(member) if member.size <= LARGEST else None
            return None if file is None else file.read()
    except tarfile.TarError as error:
        raise unreadable(error) from error


def folder(archive: IO[bytes], path: str) -> Folder:
    """What the archive of a folder has. Raises WorkFailed when it has too much, or can't be read."""
    files: dict[str, bytes] = {}
    unread: set[str] = set()
    left = MOST
    entries = 0
    try:
        with tarfile.open(fileobj=archive, mode="r|") as opened:
            for member in opened:
                name = posixpath.normpath(member.name)
                if SKIPPED.intersection(name.split("/")) or name == ".":
                    continue
                entries += 1
                if entries > ENTRIES:
                    raise WorkFailed(
                        f"{path} has too much in it to be looked through", why=f"more than {ENTRIES} entries"
                    )
                if member.isreg() and member.size <= LARGEST:
                    left -= member.size
                    if left < 0:
                        raise WorkFailed(f"{path} has too much in it to be read", why=f"more than {MOST // 1024**2} MB")
                    file = opened.extractfile(member)
                    files[name] = b"" if file is None else file.read()
                elif member.isreg() or member.issym() or member.islnk():
                    unread.add(name)
    except tarfile.TarError as error:
        raise unreadable(error) from error
    return Folder(files=files, unread=frozenset(unread))


def unreadable(error: Exception) -> WorkFailed:
    """Of an archive that is none."""
    return WorkFailed("the files that Docker gave can't be read", why=str(error))
