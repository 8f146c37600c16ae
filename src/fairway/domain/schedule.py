"""When a schedule is due: cron's five fields, in a named time zone.

Pure: the time is an argument, and what croniter computes depends on nothing else. It is imported only when an app has a
schedule, since it takes a tenth of a second.

Where the clocks go forward, a time that does not exist is due when they have. Where they go back, a time that comes
twice is due the first time; only a schedule that runs in every hour is due in both. cron does the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

HOUR = 3600.0
"""A time that was missed is caught up on when it is not older than this, in seconds."""
FIELDS = 5
WORDS = re.compile(r"[A-Za-z]+")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
KNOWN = frozenset({*MONTHS, *DAYS, "L"})
"""What croniter knows beside these is left out: R is another time at each look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`cron` as `problem` accepts it, `zone` as the time zone database names it."""

    cron: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.cron} {self.zone}"


def problem(cron: str) -> str:
    """What is wrong with the five fields, "" when nothing is."""
    from croniter import croniter  # type: ignore[import-untyped]

    fields = cron.split()
    if len(fields) != FIELDS:
        return f"it has {len(fields)} of the {FIELDS} fields minute, hour, day, month, day of the week"
    if strange := [word for word in WORDS.findall(cron) if word.upper() not in KNOWN]:
        return f"{strange[0]} is no month or day of the week"
    if not croniter.is_valid(cron):
        return "a field is outside of its range, or no list, range or step"
    return "" if following(Schedule(cron=cron), 0.0) is not None else "such a day never comes"


def following(schedule: Schedule, after: float) -> float | None:
    """The first time, in seconds since the epoch, later than `after`; None when there is none in the next 50 years."""
    return next(_times(schedule, after, backwards=False), None)


def latest(schedule: Schedule, now: float) -> float | None:
    """The last time that is not later than `now`."""
    # croniter looks for earlier times in whole seconds.
    return next(_times(schedule, float(int(now)) + 1.0, backwards=True), None)


def _times(schedule: Schedule, at: float, *, backwards: bool) -> Iterator[float]:
    from croniter import croniter
    from croniter.croniter import CroniterBadDateError  # type: ignore[import-untyped]

    found: Any = croniter(schedule.cron, datetime.fromtimestamp(at, ZoneInfo(schedule.zone)))
    every_hour = schedule.cron.split()[1].startswith("*")
    try:
        while True:
            time: datetime = found.get_prev(datetime) if backwards else found.get_next(datetime)
            if every_hour or not _second_time(time):
                yield time.timestamp()
    except CroniterBadDateError:
        return


def _second_time(time: datetime) -> bool:
    """Whether the clocks have shown this time before, on the same day."""
    return time.replace(fold=0).utcoffset() != time.replace(fold=1).utcoffset() and (
        time.utcoffset() == time.replace(fold=1).utcoffset()
    )
