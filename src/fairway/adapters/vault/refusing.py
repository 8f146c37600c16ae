"""What a vault refuses, in words that fit where it is."""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

from fairway.errors import FairwayError, WorkFailed
from fairway.ports.guarding import Damaged

MARGIN = 64 * 1024 * 1024
"""Bytes that stay free on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do: where there is no `room` on the disk, where a file was sealed with another `key` than `owner`'s, and
    where one was changed, `instead` of opening it."""

    room: str = "make room, keep fewer backups, or move them to another disk with FAIRWAY_BACKUPS"
    owner: str = "this server"
    key: str = "put the secret.key and the store back that belong to it"
    instead: str = "restore another backup: fairway db backups"


SERVER = Advice()


def require_room(folder: Path, wanted: int, advice: Advice) -> None:
    """Raise WorkFailed when the disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < wanted + MARGIN:
        raise WorkFailed(
            "there is too little disk for the backup",
            why=f"its file needs {mebibytes(wanted)}, and {folder} has {mebibytes(free)} free",
            hint=advice.room,
        )


def mebibytes(count: int) -> str:
    """1536 KiB → `2 MB`."""
    return f"{-(-count // 1024**2)} MB"


def changed(file: str, why: str, advice: Advice) -> Damaged:
    """The error for a file that is not what was written."""
    return Damaged(f"the file of the backup, {file}, was changed", why=why, hint=advice.instead)


def another_key(file: str, advice: Advice) -> WorkFailed:
    """The error for a whole file that does not open."""
    return WorkFailed(
        f"the file of the backup, {file}, can't be decrypted",
        why=f"it is as it was written, but with another key than {advice.owner}'s",
        hint=advice.key,
    )


def cannot_seal(name: str, error: Exception) -> FairwayError:
    """The error for a write that failed."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkFailed(
            "the disk became full while the backup was written", hint="make room, and try it again; nothing is left"
        )
    why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
    return WorkFailed(f"the file of the backup, {name}, can't be written", why=why)


def cannot_open(name: str, error: OSError) -> WorkFailed:
    """The error for a read, or a write of what was read, that failed."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkFailed("the disk became full while the backup was opened", hint="make room, and try it again")
    return WorkFailed(f"the file of the backup, {name}, can't be opened", why=(error.strerror or str(error)).lower())
