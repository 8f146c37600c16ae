"""Which minimum and maximum hold at a time: those of fairway.toml, or of the scheduled action that set them last.

They follow from the configuration and the time alone. So nothing has to be kept of an action that fired: a server that
slept through eight o'clock knows at nine what has held since eight.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain import schedule as times
from fairway.domain.scaling import Scaling, Scheduled
from fairway.domain.schedule import Schedule

MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """At least `minimum`, at most `maximum` tasks; each with the schedule that set it, None for fairway.toml itself."""

    minimum: int
    maximum: int
    minimum_by: Schedule | None = None
    maximum_by: Schedule | None = None


def in_force(scaling: Scaling, now: float) -> Bounds:
    """The bounds at `now`. Of two actions of one time the later in the file holds."""
    least, least_by = latest(scaling, lambda each: each.minimum, now) or (scaling.minimum, None)
    most, most_by = latest(scaling, lambda each: each.maximum, now) or (scaling.maximum, None)
    return Bounds(minimum=least, maximum=most, minimum_by=least_by, maximum_by=most_by)


def latest(scaling: Scaling, key: Callable[[Scheduled], int | None], now: float) -> tuple[int, Schedule] | None:
    """What the last action set that says something about the key, None when none ever did."""
    fired = [
        (at, number, value, each.schedule)
        for number, each in enumerate(scaling.schedules)
        if (value := key(each)) is not None and (at := last_time(each.schedule, int(now // MINUTE))) is not None
    ]
    if not fired:
        return None
    _, _, value, by = max(fired, key=lambda each: each[:2])
    return value, by


@functools.lru_cache(maxsize=1024)
def last_time(schedule: Schedule, minute: int) -> float | None:
    """The schedule's last time up to that minute since the epoch. Its times are whole minutes, and it is asked for each
    second."""
    return times.latest(schedule, float(minute * MINUTE))
