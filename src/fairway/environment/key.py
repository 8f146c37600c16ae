"""The key that seals every variable: 32 random bytes in a file of its own, outside the database.

It is made once, and in one step: of two servers that start at the same time both get the same key, and one that dies
while it makes it leaves none.
"""

import os
import secrets
import stat
from pathlib import Path

from fairway.errors import UsageError

LENGTH = 32


def load(path: Path) -> bytes:
    """The key in the file; it is made if there is none. Raises UsageError when the file is no key, or when others than
    its owner can read it."""
    if not path.exists():
        create(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UsageError(
            f"{path} can be read by others",
            why=f"its mode is {mode:o}; it opens every secret of this server",
            hint=f"chmod 600 {path}",
        )
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise UsageError(f"{path} is no key", why=f"it has {len(key)} bytes, a key has {LENGTH}")
    return key


def create(path: Path) -> None:
    """Make the key, unless somebody else makes it at the same time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces: the first one wins, and the file appears with all its bytes.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
        sync_directory(path.parent)
    finally:
        draft.unlink()


def sync_directory(directory: Path) -> None:
    """Have the directory's entries on the disk: variables sealed with a key that a power cut took are lost."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
