"""A backup as a terminal shows it."""

from collections.abc import Sequence
from typing import Any

from fairway.cli import output
from fairway.wire import words

Json = dict[str, Any]
HEADINGS = ("backup", "environment", "verdict", "age", "size", "rows", "took", "proven in", "release", "for", "drill")
OCCASIONS = {"MIGRATION": "migration", "REQUEST": "request", "SCHEDULE": "schedule"}


def row(backup: Json, now: float) -> Sequence[str]:
    """Its line in the table; of one that failed the cause stands at the end."""
    failed = backup["verdict"] == "FAILED"
    return [
        str(backup["number"]),
        backup["environment"],
        backup["verdict"],
        words.age(now - backup["at"]),
        "" if failed or not backup["bytes"] else words.size(backup["bytes"]),
        "" if failed or backup["rows"] is None else f"{backup['rows']:,}",
        words.duration(backup["seconds"]) if backup["seconds"] else "",
        words.duration(backup["verifying"]) if backup["verifying"] else "",
        "" if backup["release"] is None else str(backup["release"]),
        occasion(backup),
        output.clean(backup["cause"]) if failed else drill(backup, now),
    ]


def occasion(backup: Json) -> str:
    """Why it was made: `migration`, `schedule`, `ada`."""
    return output.clean(backup["by"]) if backup["occasion"] == "REQUEST" else OCCASIONS[backup["occasion"]]


def drill(backup: Json, now: float) -> str:
    """How the last drill went: `in 41 s, 2 days ago`."""
    if not backup["drills"]:
        return ""
    last = backup["drills"][-1]
    held = "FAILED" if last["differences"] else f"in {words.duration(last['seconds'])}"
    return f"{held}, {words.age(now - last['at'])}"


def line(backup: Json) -> str:
    """`backup 12 of production: VERIFIED, 12 MB, 1,204 rows in 8 tables, dumped in 3.2 s, proven in 4.1 s`."""
    head = f"backup {backup['number']} of {backup['environment']}: {backup['verdict']}"
    if backup["verdict"] == "FAILED":
        return f"{head}: {output.clean(backup['cause'])}"
    counted = [] if backup["rows"] is None else [f"{backup['rows']:,} rows in {words.count(backup['tables'], 'table')}"]
    proven = [f"proven in {words.duration(backup['verifying'])}"] if backup["verifying"] else []
    parts = [head, words.size(backup["bytes"]), *counted, f"dumped in {words.duration(backup['seconds'])}", *proven]
    return ", ".join(parts)
