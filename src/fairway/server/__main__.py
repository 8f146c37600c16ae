"""`python -m fairway.server`: the server in the foreground; `fairway server start` runs it in the background."""

import gc
import logging
import sys

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
HANDOVER = 0.0005
"""Seconds after which a thread that waits for the interpreter gets it. The loop, the store's thread and the durable
executor's hand short pieces of work to each other, some thirty times in a push to live; with Python's own 5 ms most of
those wait longer than they work."""


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
    from fairway.errors import FairwayError
    from fairway.server import running

    gc.freeze()
    gc.enable()
    sys.setswitchinterval(HANDOVER)
    try:
        running.serve(settings.read(), build)
    except FairwayError as error:
        for line in (error.what, error.why, error.hint):
            if line:
                sys.stderr.write(f"{line}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
