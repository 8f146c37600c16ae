"""Durations as they are typed: `30s`, `5m`, `1h`, or a plain number of seconds."""

import re

from fairway.errors import UsageError

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d|)", re.ASCII)


def seconds(option: str, text: str) -> float:
    """The seconds that a text means. Raises UsageError that names the option."""
    found = DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{option} {text} is no duration", hint="for example: 30s, 5m, 1h")
    return float(found[1]) * UNITS[found[2]]
