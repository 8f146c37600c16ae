"""The files of a repository, as detection reads them.

Detection is pure over a Tree, so that its tests are dictionaries. `Directory` is a checkout: it never leaves its root
(a repository may hold a link to /etc/passwd), never opens what is no plain file (a FIFO would wait for ever), and
never lists what was installed or belongs to git.
"""

import os
import stat
from pathlib import Path
from typing import Protocol

SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__", ".next", ".nuxt", "bower_components"})
MOST_FILES = 20_000
MOST_BYTES = 16 * 1024 * 1024
KEPT_BYTES, KEPT = 64 * 1024, 256
"""The size of a file that is kept once it was read, and how many are: package.json is asked for some thirty times."""


class Tree(Protocol):
    """A repository's files, by their path relative to its root, written with `/`."""

    def read(self, path: str) -> bytes | None:
        """The file's content; None when there is no such file."""
        ...

    def files(self) -> tuple[str, ...]:
        """Every file's path, sorted. Installed packages and git's own files are left out."""
        ...


class Directory:
    """A checkout on disk, as it is when it is first asked: listed once, and its small files read once. At most 20,000
    files of at most 16 MB each are seen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root = os.path.realpath(path)
        self._inside = os.path.join(self._root, "")  # noqa: PTH118
        self._files: tuple[str, ...] | None = None
        self._kept: dict[str, bytes] = {}
        self._folders: dict[str, bool] = {}

    def read(self, path: str) -> bytes | None:
        """The file's content; None when there is none, when it lies outside the checkout, or when it is too large."""
        if (kept := self._kept.get(path)) is not None:
            return kept
        file = os.path.join(self._root, path)  # noqa: PTH118 - a Path takes ten times as long
        try:
            # Most of what is asked for is not there.
            found = os.stat(file)  # noqa: PTH116
            if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES or not self._holds(file):
                return None
            with open(file, "rb") as opened:  # noqa: PTH123
                content = opened.read()
        except (OSError, ValueError):
            # A file that can't be read, a name that is none (a NUL byte): as good as absent.
            return None
        if len(content) <= KEPT_BYTES and len(self._kept) < KEPT:
            self._kept[path] = content
        return content

    def _holds(self, file: str) -> bool:
        """Whether a file lies in the checkout, wherever links lead. Its folder is asked once for all of its files:
        resolving a path takes ten times as long as reading a small file."""
        if os.path.islink(file):  # noqa: PTH114
            return os.path.realpath(file).startswith(self._inside)
        folder = os.path.dirname(file)  # noqa: PTH120
        if folder not in self._folders:
            self._folders[folder] = f"{os.path.realpath(folder)}/".startswith(self._inside)
        return self._folders[folder]

    def files(self) -> tuple[str, ...]:
        """Every file's path, sorted."""
        if self._files is None:
            self._files = tuple(sorted(self._walk()))
        return self._files

    def _walk(self) -> list[str]:
        found: list[str] = []
        for folder, folders, names in os.walk(self._root):
            folders[:] = sorted(name for name in folders if name not in SKIPPED and is_text(name))
            place = f"{folder}/"[len(self._inside) :]
            found.extend(place + name for name in sorted(names) if is_text(name))
            if len(found) >= MOST_FILES:
                break
        return found[:MOST_FILES]


def is_text(name: str) -> bool:
    """Whether a name is UTF-8: one that is not can stand in no report, no Dockerfile and no database."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


class Below:
    """A subfolder of a tree, as a tree of its own."""

    def __init__(self, tree: Tree, directory: str) -> None:
        self.tree = tree
        self.prefix = "" if directory == "." else directory.rstrip("/") + "/"

    def read(self, path: str) -> bytes | None:
        """The file's content, by its path below the subfolder."""
        return self.tree.read(self.prefix + path)

    def files(self) -> tuple[str, ...]:
        """The subfolder's files."""
        return tuple(path[len(self.prefix) :] for path in self.tree.files() if path.startswith(self.prefix))
