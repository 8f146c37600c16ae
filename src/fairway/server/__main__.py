"""`python -m fairway.server`: the server in the foreground; `fairway server start` runs it in the background."""

import errno
import gc
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairway.errors import FairwayError

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
HANDOVER = 0.0005
"""Seconds after which a thread that waits for the interpreter gets it. The loop, the store's thread and the durable
executor's hand short pieces of work to each other, some thirty times in a push to live; with Python's own 5 ms most of
those wait longer than they work."""

UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""A full disk, a quota, a limit on the size of files, a file system that is read-only."""


def main() -> int:
    """Serve until told to stop; the exit status."""
    logging.basicConfig(level=logging.INFO, format=FORMAT, stream=sys.stderr)
    # A line for each request to Docker, ten a second with many tasks, hides the ones that matter.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Nothing that an import makes is garbage, yet the collector would look through it some hundred times, a sixth of
    # the start. So it rests until all is imported, and leaves that alone ever after.
    gc.disable()
    from fairway import settings
    from fairway.bootstrap.assemble import build
    from fairway.errors import FairwayError, WorkFailed
    from fairway.server import running

    gc.freeze()
    gc.enable()
    sys.setswitchinterval(HANDOVER)
    try:
        running.serve(settings.read(), build)
    except FairwayError as error:
        return tell(error)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        reason = f"{(error.strerror or str(error)).lower()}: {error.filename or settings.read().home}"
        hint = "free some space on the disk that holds FAIRWAY_HOME"
        return tell(WorkFailed("the server can't keep its files", why=reason, hint=hint))
    return 0


def tell(error: "FairwayError") -> int:
    """Print an error, a line for each part, and return its exit status."""
    for line in (error.what, error.why, error.hint):
        if line:
            sys.stderr.write(f"{line}\n")
    return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
