"""Files that the actions of an execution leave: a test's report, screenshots.

They lie beside the execution's logs, ROOT/APP/NUMBER/artifacts/STAGE/ACTION/PATH, for the newest executions of an app
that have any. The names come from inside a container: one that could lead out of its folder, or that no terminal
should be shown, is not taken.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fairway.errors import NotFound, WorkFailed

FOLDER = "artifacts"
LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""
TOTAL = 50 * 1024 * 1024
"""Bytes of all files of one action."""
MOST = 200
"""Files of one action."""
EXECUTIONS = 20
"""Executions of an app whose artifacts are kept, the newest of those that have any."""
LONGEST_PART, LONGEST = 200, 800
"""Bytes of one part of a path, and of the whole."""


Apart = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file that was kept; `path` as it was in the action's working directory, `size` in bytes."""

    stage: str
    action: str
    path: str
    size: int


class Artifacts:
    """The artifacts of all executions, under the root of their logs. `apart` runs what the disk may hold up."""

    def __init__(self, root: Path, *, apart: Apart = asyncio.to_thread) -> None:
        self._root = root
        self._apart = apart

    async def clear(self, app: str, number: int, stage: str, action: str) -> None:
        """Forget those of an earlier attempt, and those of executions that are too old."""
        await self._apart(self._clear, app, number, stage, action)

    async def keep(self, app: str, number: int, artifact: Artifact, content: bytes) -> None:
        """Write one file. Raises WorkFailed when it can't be, or when its name can't be taken."""
        if not takes(artifact.path):
            raise WorkFailed("a file's name is too long, or has characters that no name should have")
        await self._apart(self._keep, app, number, artifact, content)

    def list(self, app: str, number: int) -> Sequence[Artifact]:
        """All of an execution, by stage, action and path."""
        folder = self._folder(app, number)
        found = []
        for file in folder.rglob("*"):
            if file.is_file() and not file.is_symlink():
                stage, action, *path = file.relative_to(folder).parts
                size = file.stat().st_size
                found.append(Artifact(stage=stage, action=action, path="/".join(path), size=size))
        return sorted(found, key=lambda each: (each.stage, each.action, each.path))

    def find(self, app: str, number: int, name: str) -> Path:
        """The file of an artifact by its `STAGE/ACTION/PATH`. Raises NotFound."""
        found = self._folder(app, number) / name
        if not takes(name) or not found.is_file():
            raise NotFound(
                f"execution {number} of {app} has no such artifact",
                hint=f"fairway show {number} --artifacts lists them",
            )
        return found

    def _folder(self, app: str, number: int) -> Path:
        return self._root / app / str(number) / FOLDER

    def _clear(self, app: str, number: int, stage: str, action: str) -> None:
        shutil.rmtree(self._folder(app, number) / stage / action, ignore_errors=True)
        numbers = [
            int(each.parent.name) for each in (self._root / app).glob(f"*/{FOLDER}") if each.parent.name.isdigit()
        ]
        for old in sorted({*numbers, number}, reverse=True)[EXECUTIONS:]:
            shutil.rmtree(self._folder(app, old), ignore_errors=True)

    def _keep(self, app: str, number: int, artifact: Artifact, content: bytes) -> None:
        file = self._folder(app, number) / artifact.stage / artifact.action / artifact.path
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as error:
            raise WorkFailed("a file can't be written", why=(error.strerror or str(error)).lower()) from error


def takes(path: str) -> bool:
    """Whether a path may name an artifact: it stays in its folder, and is short and printable."""
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and not path.startswith("/") and ".." not in parts and bool(parts)
    short = len(path.encode()) <= LONGEST and all(len(part.encode()) <= LONGEST_PART for part in parts)
    return plain and short and path.isprintable()
