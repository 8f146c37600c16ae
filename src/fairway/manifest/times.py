"""How schedules and time zones are read."""

import difflib
import zoneinfo
from typing import Any

from fairway.domain import schedule
from fairway.manifest.values import Reader, Unfit

NEVER = "never"
"""The schedule of a job that runs only when somebody asks."""


def cron() -> Reader:
    """`"0 3 * * 1"`: cron's five fields, kept as written."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.isprintable() or len(value) > 255:
            raise Unfit
        if wrong := schedule.problem(value):
            raise Unfit(wrong)
        return " ".join(value.split())

    expected = "a schedule in cron's five fields, such as \"0 3 * * 1\" for three o'clock on Mondays"
    return Reader(expected, read, {"type": "string", "examples": ["0 3 * * 1"]})


def cron_or_never() -> Reader:
    """The same, or "never"."""
    inner = cron()

    def read(value: Any) -> str:
        return value if value == NEVER else str(inner.read(value))

    return Reader(f'{inner.expected}, or "{NEVER}"', read, inner.schema)


def zone() -> Reader:
    """`"Europe/Berlin"`: a name of the time zone database."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.isprintable():
            raise Unfit
        try:
            zoneinfo.ZoneInfo(value)
        except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
            raise Unfit(_propose(value)) from None
        return value

    return Reader('a time zone, such as "Europe/Berlin"', read, {"type": "string", "examples": ["Europe/Berlin"]})


def _propose(name: str) -> str:
    """The zone that looks most like the name, by its last part too: `Berlin` means Europe/Berlin."""
    known = sorted(zoneinfo.available_timezones())
    close = [each for each in known if each.rpartition("/")[2].lower() == name.lower()]
    close += difflib.get_close_matches(name, known, n=1)
    return f'the nearest one is "{close[0]}"' if close else ""
