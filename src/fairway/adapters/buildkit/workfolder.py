"""The folder in which a builder keeps its files, gone when the process is: by itself, or by the next builder after a
`kill -9`.

Whoever lives holds a lock on its folder (flock(2) on the folder itself), which the kernel lets go of with the process.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "fairway-builds-"
NEW = "fairway-new-builds-"
"""While the lock is not held yet, the name is one that nobody takes for left over."""


@contextlib.contextmanager
def workfolder(parent: Path | None = None) -> Iterator[Path]:
    """A folder for this process alone, in `parent` or the system's place for temporary files; removed at the end. What
    processes that are dead have left there is removed before."""
    place = parent or Path(tempfile.gettempdir())
    remove_left(place)
    made = Path(tempfile.mkdtemp(prefix=NEW, dir=place))
    descriptor = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        folder = made.rename(made.with_name(made.name.replace(NEW, PREFIX, 1)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    finally:
        os.close(descriptor)


def remove_left(place: Path) -> None:
    """Remove the folders of this account whose process is dead. What two builders remove at once is gone for both."""
    for folder in place.glob(f"{PREFIX}*"):
        # Gone meanwhile, another account's, a link: none of them is ours to remove.
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid() and is_free(descriptor):
                    shutil.rmtree(folder)
            finally:
                os.close(descriptor)


def is_free(descriptor: int) -> bool:
    """Whether nobody holds the lock; it is held by us then."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
