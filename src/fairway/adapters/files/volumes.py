"""Volumes as directories below FAIRWAY_HOME: `volumes/APP/ENVIRONMENT/NAME/NAME.db`.

They are bind-mounted, so no `docker volume prune` deletes one, and the server reaches the database by its path. The
directory and its file are open to every user, because an image's may be any, and may be another in the next release;
SQLite gives the files that it adds (`-wal`, `-shm`, `-journal`) the rights that it finds on the database's. On the host
nobody gets there but the server's own user: the directories above are closed to all others.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from fairway.domain import volume as volumes_of
from fairway.domain.address import Address, Engine
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.volume import Volume
from fairway.errors import Unavailable, WorkFailed

OURS, EVERYBODYS, FILE = 0o700, 0o777, 0o666


class HostVolumes:
    """`ports.volumes.Volumes` below the directory `root`, which is made when it is needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def make(self, app: AppName, environment: EnvironmentName, volume: Volume) -> None:
        """The directory, then its file. Raises WorkFailed when the disk refuses it."""
        try:
            await asyncio.to_thread(lay_out, self.place(app, environment, volume.name), volume.file, self._root)
        except OSError as error:
            raise WorkFailed(f"the volume {volume.name} can't be made", why=str(error)) from error

    async def remove(self, app: AppName, environment: EnvironmentName, name: str) -> None:
        """All of it. Raises WorkFailed when the disk refuses it."""
        directory = self.place(app, environment, name)
        try:
            await asyncio.to_thread(delete, directory)
        except OSError as error:
            raise WorkFailed(
                f"the volume {name} can't be deleted", why=str(error), hint=f"delete {directory} as root"
            ) from error

    async def list(self, app: AppName, environment: EnvironmentName) -> Sequence[str]:
        """Those that there are."""
        try:
            return sorted(each.name for each in (self._root / app / environment).iterdir() if each.is_dir())
        except FileNotFoundError:
            return ()

    def place(self, app: AppName, environment: EnvironmentName, name: str) -> Path:
        """Raises ValueError for a name that is a path: it would lead somewhere else."""
        return Path(volumes_of.folder(self._root, app, environment, name))

    def locate(
        self, app: AppName, environment: EnvironmentName, volumes: Sequence[Volume], address: Address
    ) -> Address:
        """Raises UsageError for a file in no volume, Unavailable for a volume that is not here."""
        if address.engine is not Engine.SQLITE:
            return address
        volume = volumes_of.require(address, volumes)
        directory = self.place(app, environment, volume.name)
        if not directory.is_dir():
            raise Unavailable(
                f"the volume of {address.shown} is not on this host",
                why=f"there is no directory {directory}",
                hint="a volume stays on the host where its database was made",
            )
        return address.at(directory / volume.file)


def lay_out(directory: Path, file: str, root: Path) -> None:
    """Every step may be the last one of a server that dies: the next call does what is missing."""
    root.mkdir(mode=OURS, parents=True, exist_ok=True)
    for above in (directory.parent.parent, directory.parent):
        above.mkdir(mode=OURS, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=OURS)
    # Not by mkdir: the umask would take rights away.
    directory.chmod(EVERYBODYS)
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(directory / file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, FILE)
        os.fchmod(descriptor, FILE)
        os.close(descriptor)


def delete(directory: Path) -> None:
    """The volume, the gate of its migrations beside it, and what is empty then."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(directory)
    directory.with_name(f"{directory.name}.lock").unlink(missing_ok=True)
    for above in (directory.parent, directory.parent.parent):
        # Not empty, or not there: it has other volumes, or an earlier call was cut off here.
        with contextlib.suppress(OSError):
            above.rmdir()
