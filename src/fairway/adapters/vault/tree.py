"""A directory as a stream of bytes, and back: its folders and files with their contents, and nothing else of them.

Each entry is a letter (`D` a folder, `F` a file, `E` the end), the length of its name (2 bytes), the length of its
contents (8 bytes), the name in UTF-8 with `/` between its parts, and the contents. A folder comes before what is in it.

It is not tar: what tar knows besides (links, devices, owners, modes, absolute names) is exactly what nobody should
unpack. A name that could lead out of the directory is refused when it is read, though no one can have written it who
does not have the key.
"""

import os
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from fairway.adapters.vault.stream import Broken

ENTRY = struct.Struct(">cHQ")
FOLDER, FILE, END = b"D", b"F", b"E"
BLOCK = 1024 * 1024
LONGEST_NAME = 4096


class Changed(Exception):
    """What was being read is not what it was: a file became shorter, or is no file any more."""


class Source(Protocol):
    """Where the bytes of a tree come from."""

    def some(self, most: int) -> bytes:
        """At least one."""
        ...

    def exactly(self, count: int) -> bytes:
        """So many."""
        ...


def size(directory: Path) -> int:
    """The bytes of all its files. Raises Changed for what is no folder and no file."""
    return sum(each.stat().st_size for each in walk(directory) if not each.is_dir())


def write(directory: Path, put: Callable[[bytes], None]) -> None:
    """Give the tree to `put`. Raises Changed, OSError."""
    for path in walk(directory):
        name = path.relative_to(directory).as_posix()
        if path.is_dir():
            put(head(FOLDER, name, 0))
        else:
            write_file(path, name, put)
    put(head(END, "", 0))


def write_file(path: Path, name: str, put: Callable[[bytes], None]) -> None:
    """One file, with as many bytes as it has now."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as file:
        left = os.fstat(file.fileno()).st_size
        put(head(FILE, name, left))
        while left:
            block = file.read(min(BLOCK, left))
            if not block:
                raise Changed(f"{name} became shorter while it was read")
            put(block)
            left -= len(block)


def walk(directory: Path) -> Iterator[Path]:
    """Everything in it, in the order of names, a folder before what is in it. Raises Changed for a link, a socket, a
    device."""
    for path in sorted(directory.iterdir()):
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise Changed(f"{path.name} is neither a file nor a folder")
        yield path
        if stat.S_ISDIR(mode):
            yield from walk(path)


def head(kind: bytes, name: str, length: int) -> bytes:
    """What an entry begins with."""
    encoded = name.encode("utf-8")
    return ENTRY.pack(kind, len(encoded), length) + encoded


def read(source: Source, into: Path) -> None:
    """Write the tree into an empty directory; folders and files for this user alone. Raises Broken for what is no tree,
    OSError."""
    while True:
        kind, length, left = ENTRY.unpack(source.exactly(ENTRY.size))
        if kind == END:
            return
        path = into / check(source.exactly(length) if length <= LONGEST_NAME else b"")
        try:
            if kind == FOLDER:
                path.mkdir(mode=0o700)
            elif kind == FILE:
                read_file(source, path, left)
            else:
                raise Broken("it has an entry of an unknown kind")
        except (FileExistsError, FileNotFoundError, NotADirectoryError) as error:
            raise Broken("an entry is in another one's place") from error


def read_file(source: Source, path: Path, left: int) -> None:
    """The contents of one file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0) as file:
        while left:
            block = source.some(left)
            left -= len(block)
            view = memoryview(block)
            while view:
                view = view[file.write(view) :]


def check(encoded: bytes) -> PurePosixPath:
    """The name, which leads nowhere but down. Raises Broken."""
    try:
        name = encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("a name in it is no text") from error
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise Broken("a name in it leads out of its directory")
    return PurePosixPath(name)
