"""When a source is to be looked at next: pure functions of what is kept of it."""

from fairway.domain import retry

FIRST = 5.0
LIMIT = 900.0
"""Seconds before the first and the last of the attempts after a failure; between them each waits twice as long."""


def is_wanted(wanted_at: float | None, fetched_at: float | None) -> bool:
    """Whether somebody said that there is something new since the last fetch that succeeded began.

    What was said in the very instant in which it began was pushed before, and the fetch has seen it.
    """
    return wanted_at is not None and (fetched_at is None or wanted_at > fetched_at)


def next_at(
    *,
    wanted_at: float | None,
    tried_at: float | None,
    fetched_at: float | None,
    failures: int,
    poll: float | None = None,
) -> float | None:
    """When to look, in seconds since the epoch; None: when somebody says so. `poll` is the seconds between two looks.

    Concrete example: a webhook at 100 means 100. When that attempt fails, the next ones come at 105, 115, 135, and
    later every 15 minutes; another webhook in between is tried at once, since what was wrong may be mended. Polled
    every 60 s and failing, the looks come after 60, 120, 240 s, and later every 15 minutes.
    """
    if wanted_at is not None and is_wanted(wanted_at, fetched_at):
        if failures and tried_at is not None and tried_at >= wanted_at:
            return tried_at + retry.delay(failures, first=FIRST, limit=LIMIT)
        return wanted_at
    if poll is None:
        return None
    if tried_at is None:
        return 0.0
    return tried_at + (retry.delay(failures, first=poll, limit=max(poll, LIMIT)) if failures else poll)
