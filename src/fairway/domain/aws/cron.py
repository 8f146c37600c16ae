"""cron's five fields in the six of AWS, which EventBridge Scheduler and Application Auto Scaling understand.

Pure. What comes in is a schedule's `cron` as `schedule.problem` accepts it, what goes out runs at the same times. Each
field is read as croniter reads it, which is what a server goes by, and is written anew: so there is one reading of
names, wrapped ranges and steps, not two.

AWS differs in three things (EventBridge Scheduler's "Schedule types"): days of the week count from SUN = 1, there is a
field for the year, and one of the two fields of days is always `?`. So a schedule that names days of both kinds, which
cron runs on either, can't be said there, nor can several of what `L` and `#` mean.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fairway.errors import UsageError

ANY, NONE, LAST = "*", "?", "L"
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7))
DAYS, WEEKDAYS = range(1, 32), range(7)
FEWEST = 3
"""From so many values on a step is written as one."""
BOTH = "it names days of the month and days of the week, and runs on either; AWS takes days of one kind"
MANY_LAST = "it names the last day of the month among others; AWS takes L alone"
MANY_NTH = "it names several days of the kind 5#2 or L5; AWS takes one, alone"


def problem(cron: str) -> str:
    """Why AWS can't run at these times, "" when it can. `cron` is one that `schedule.problem` has nothing against."""
    found = _days(cron)
    return found if isinstance(found, str) else ""


def expression(cron: str) -> str:
    """`0 3 * * 1` gives `cron(0 3 ? * 2 *)`. Raises UsageError for what `problem` has a reason against."""
    found = _days(cron)
    if isinstance(found, str):
        raise UsageError(f'AWS can\'t run at the times "{cron}"', why=found, hint="write one schedule for each of them")
    fields, _ = _expand(cron)
    minutes, hours, months = (_write(fields[number], number) for number in (0, 1, 3))
    month_days, weekdays = found
    return f"cron({minutes} {hours} {month_days} {months} {weekdays} *)"


def _expand(cron: str) -> tuple[list[list[Any]], dict[int, set[Any]]]:
    """Each field's values, `*` alone for all, and for days of the week which of the month's: `5#2` is {5: {2}}."""
    from croniter import croniter  # type: ignore[import-untyped]

    fields, nth = croniter.expand(cron)
    return fields, nth


@lru_cache(maxsize=256)  # it is asked whether it can be said, and then what is said
def _days(cron: str) -> tuple[str, str] | str:
    """The two fields of days, or why there are none."""
    fields, nth = _expand(cron)
    month_days, weekdays = fields[2], fields[4]
    if _named(month_days) and _named(weekdays):
        # Either kind of day is enough, so all of one kind are all days: `0 0 1 * 0-6` is every day.
        every = not nth and (_all(month_days, DAYS) or _all(weekdays, WEEKDAYS))
        return (ANY, NONE) if every else BOTH
    if nth:
        return _nth(weekdays, nth)
    if _named(weekdays):
        return NONE, _write([day + 1 for day in weekdays], 4)
    if "l" in month_days:
        return (LAST, NONE) if len(month_days) == 1 else MANY_LAST
    return _write(month_days, 2), NONE


def _nth(weekdays: Sequence[Any], nth: dict[int, set[Any]]) -> tuple[str, str] | str:
    """The days' fields of `5#2` (the second Friday) and `L5` (the last one)."""
    found = [(day, number) for day, numbers in nth.items() for number in numbers]
    if len(found) > 1 or len(weekdays) > 1:
        return MANY_NTH
    day, number = found[0]
    return NONE, f"{day + 1}{LAST}" if number == "l" else f"{day + 1}#{number}"


def _named(values: Sequence[Any]) -> bool:
    """Whether the field names values: croniter puts a `*` before what else is in the list, and goes by it alone."""
    return bool(values[0] != ANY)


def _all(values: Sequence[Any], every: range) -> bool:
    return set(every) <= set(values)


def _write(values: Sequence[Any], field: int) -> str:
    """`*`, a step through the whole range (`0/15`), or a list of numbers and ranges (`1-5,10`)."""
    first, last = RANGES[field]
    if not _named(values):
        return ANY
    numbers = sorted(set(values))
    if len(numbers) == last - first + 1:
        return ANY
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    if len(numbers) >= FEWEST and len(steps) == 1 and (step := steps.pop()) > 1 and numbers[-1] + step > last:
        return f"{numbers[0]}/{step}"
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in _runs(numbers))


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """1, 2, 3, 7 are (1, 3) and (7, 7)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
