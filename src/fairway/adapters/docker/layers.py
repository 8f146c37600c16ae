"""An image's files read from its layers where they lie on this host: 3 ms, where a container and an archive take 150.

Docker's overlay2 keeps each layer as a directory, and a file is that of the highest layer which has one. What is read
is found name by name, never by a path that the kernel would follow: a link in an image is followed within the image. A
deleted file is a character device 0/0 in the layer that deleted it, a replaced folder is marked opaque (the kernel's
overlayfs.rst). Only root sees that mark; for anybody else, and for layers that use more than this, there is `archives`.
"""

import os
import posixpath
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairway.errors import WorkFailed
from fairway.ports.images import ENTRIES, LARGEST, MOST, SKIPPED, Folder

OPAQUE = "trusted.overlay.opaque"
BEYOND = frozenset({"trusted.overlay.redirect", "trusted.overlay.metacopy"})
LINKS = 40
"""Links that are followed for one path, as the kernel does."""
CAP_SYS_ADMIN = 21
"""The number of the capability that shows the attributes `trusted.*`."""

Place = tuple[str, ...]
"""One folder of the image: the directories that make it up, the highest layer's first."""


class Unreadable(Exception):
    """The layers can't be read like this."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, and where it leads."""

    target: str


@dataclass(frozen=True, slots=True)
class File:
    """A regular file at that path of the host."""

    path: str
    size: int


Entry = Place | File | Link | None
"""None is neither of the three: nothing at all, a device, a pipe."""


def find(inspected: Mapping[str, Any]) -> Place | None:
    """The layers of an image as Docker's inspection names them; None when this process can't read them."""
    driver = inspected.get("GraphDriver") or {}
    found = driver.get("Data") or {}
    if driver.get("Name") != "overlay2" or "UpperDir" not in found or not privileged():
        return None
    layers = (found["UpperDir"], *filter(None, str(found.get("LowerDir") or "").split(":")))
    return layers if all(os.access(layer, os.R_OK | os.X_OK) for layer in layers) else None


def privileged() -> bool:
    """Whether this process sees overlayfs's own attributes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    effective = next((line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> CAP_SYS_ADMIN & 1)


def read(layers: Place, path: str) -> bytes | None:
    """The file at the absolute path; None when there is none, or one that is too large. Raises Unreadable."""
    found = resolve(layers, path)
    return content(found) if isinstance(found, File) and found.size <= LARGEST else None


def folder(layers: Place, path: str) -> Folder | None:
    """What lies below the absolute path. Raises WorkFailed when that is too much, Unreadable."""
    found = resolve(layers, path)
    if not isinstance(found, tuple):
        return None
    files: dict[str, bytes] = {}
    unread: set[str] = set()
    left = MOST
    for number, (name, entry) in enumerate(walk(found, ""), start=1):
        if number > ENTRIES:
            raise WorkFailed(f"{path} has too much in it to be looked through", why=f"more than {ENTRIES} entries")
        if isinstance(entry, File) and entry.size <= LARGEST:
            left -= entry.size
            if left < 0:
                raise WorkFailed(f"{path} has too much in it to be read", why=f"more than {MOST // 1024**2} MB")
            files[name] = content(entry)
        elif isinstance(entry, File | Link):
            unread.add(name)
    return Folder(files=files, unread=frozenset(unread))


def walk(place: Place, prefix: str) -> Iterator[tuple[str, Entry]]:
    """Every entry below a folder, by its path below it."""
    for name in sorted(names(place)):
        entry = child(place, name)
        if name in SKIPPED and isinstance(entry, tuple):
            continue
        yield prefix + name, entry
        if isinstance(entry, tuple):
            yield from walk(entry, f"{prefix}{name}/")


def names(place: Place) -> set[str]:
    """What the directories of a folder have, deleted ones included."""
    return {name for directory in place for name in listed(directory)}


def listed(directory: str) -> Sequence[str]:
    """The names in one directory. Raises Unreadable for one that has gone."""
    try:
        return [entry.name for entry in os.scandir(directory)]
    except OSError as error:
        raise Unreadable from error


def resolve(layers: Place, path: str) -> Entry:
    """What is at an absolute path of the image, its links followed within it."""
    above: list[Place] = [layers]
    rest = parts(path)
    followed = 0
    while rest:
        name = rest.pop()
        if name == "..":
            above = above[:-1] or above
            continue
        entry = child(above[-1], name)
        if isinstance(entry, Link):
            followed += 1
            if followed > LINKS:
                return None
            above = above[:1] if entry.target.startswith("/") else above
            rest += parts(entry.target)
        elif isinstance(entry, tuple):
            above.append(entry)
        else:
            return None if rest else entry
    return above[-1]


def parts(path: str) -> list[str]:
    """A path's names, the first one last."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def child(place: Place, name: str) -> Entry:
    """What the folder has by that name: the highest layer's, or the folders of all layers down to one that ends it."""
    found: list[str] = []
    for directory in place:
        path = posixpath.join(directory, name)
        try:
            status = os.lstat(path)
            marks = os.listxattr(path, follow_symlinks=False) if not stat.S_ISCHR(status.st_mode) else []
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise Unreadable from error
        if BEYOND.intersection(marks):
            raise Unreadable
        if not stat.S_ISDIR(status.st_mode):
            if found or stat.S_ISCHR(status.st_mode):
                break
            return alone(path, status)
        found.append(path)
        if OPAQUE in marks and os.getxattr(path, OPAQUE) == b"y":
            break
    return tuple(found) or None


def alone(path: str, status: os.stat_result) -> Entry:
    """An entry that is no folder."""
    if stat.S_ISLNK(status.st_mode):
        return Link(os.readlink(path))  # noqa: PTH115
    return File(path, status.st_size) if stat.S_ISREG(status.st_mode) else None


def content(file: File) -> bytes:
    """Its bytes. Raises Unreadable for one that has gone."""
    try:
        return Path(file.path).read_bytes()
    except OSError as error:
        raise Unreadable from error
