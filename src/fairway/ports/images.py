"""Looking into an image without running anything of it: which migrations it has is a question to its files.

What lies in an image is the work of whoever wrote the app. So everything that is read is bounded, a link leads to what
the image itself has at its end and never to a file of the host, and what is no regular file is not opened.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from fairway.domain.image import Image

LARGEST = 8 * 1024 * 1024
"""Bytes of one file that is read."""
MOST = 64 * 1024 * 1024
"""Bytes of all files of one folder."""
ENTRIES = 20_000
"""Files and folders of one folder, those below it included."""
SKIPPED = frozenset({"node_modules", ".git", "__pycache__"})
"""Folders that hold nothing which the app's author wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a folder of an image holds, at any depth. `files` are the contents of the regular files by their path below
    the folder; `unread` are the paths of what is there and was not read: links, and files that are too large."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


class Opened(Protocol):
    """One image. A path that does not begin with a slash begins in the image's working directory."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that the image sets itself."""
        ...

    async def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of those of the paths that are regular files, or links to one, of at most LARGEST bytes. Raises
        Unavailable."""
        ...

    async def folder(self, path: str) -> Folder | None:
        """The folder at the path, without what lies in a SKIPPED one; None when there is no folder. Raises WorkFailed
        when it has more than ENTRIES entries or MOST bytes, and Unavailable."""
        ...


class ImageFiles(Protocol):
    def open(self, image: Image) -> AbstractAsyncContextManager[Opened]:
        """Look into an image, which is pulled when this host has it not; nothing of it is left at the end. Raises
        WorkFailed when it can't be had, Unavailable."""
        ...

    async def sweep(self) -> None:
        """Remove what a server that was killed while it looked has left. Raises Unavailable."""
        ...
