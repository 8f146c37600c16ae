"""AWS's six fields read as its documentation has them, to see that what Fairway writes runs at the same times.

Only what the documentation of EventBridge Scheduler names: numbers, `*`, `?`, `-`, `,`, `/`, L and #.
"""

import calendar
from collections.abc import Iterator
from datetime import datetime, timedelta

LASTS = (59, 23, 31, 12, 7)


def times(expression: str, after: datetime, number: int) -> list[datetime]:
    """The first `number` times later than `after` (in whole minutes, without clocks that change)."""
    found: list[datetime] = []
    day = datetime(after.year, after.month, after.day)
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    assert len(fields) == 6 and expression == f"cron({' '.join(fields)})", expression
    assert [fields[2], fields[4]].count("?") == 1, f"one of the fields of days is ?: {expression}"
    while len(found) < number:
        if day.month in values(fields[3], 1, 12) and on_day(fields[2], fields[4], day):
            moments = (day.replace(hour=h, minute=m) for h, m in clock(fields))
            found.extend(each for each in moments if each > after)
        day += timedelta(days=1)
    return found[:number]


def clock(fields: list[str]) -> Iterator[tuple[int, int]]:
    return ((hour, minute) for hour in values(fields[1], 0, 23) for minute in values(fields[0], 0, 59))


def on_day(of_month: str, of_week: str, day: datetime) -> bool:
    weekday = day.isoweekday() % 7 + 1  # SUN is 1
    last = calendar.monthrange(day.year, day.month)[1]
    if of_week == "?":
        return day.day == last if of_month == "L" else day.day in values(of_month, 1, 31)
    if "#" in of_week:
        which, nth = map(int, of_week.split("#"))
        return weekday == which and (day.day - 1) // 7 + 1 == nth
    if of_week.endswith("L"):
        return weekday == int(of_week[:-1]) and day.day + 7 > last
    return weekday in values(of_week, 1, 7)


def values(field: str, first: int, last: int) -> list[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        start = first if low == "*" else int(low)
        end = int(high) if high else (last if low == "*" or step else start)
        assert first <= start <= end <= last, f"{part} is outside of {first} to {last}"
        found.update(range(start, end + 1, int(step or 1)))
    return sorted(found)
