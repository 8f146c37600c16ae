"""A managed database as a terminal shows it."""

from collections.abc import Sequence
from typing import Any

from fairway.cli import output
from fairway.wire import words

Json = dict[str, Any]
HEADINGS = ("database", "environment", "state", "version", "size", "sessions", "variable", "last backup", "last drill")
MARKS = {"HEALTHY": ("●", "good"), "STARTING": ("…", "busy"), "UNHEALTHY": ("◐", "bad"), "DOWN": ("○", "bad")}


def row(database: Json, now: float) -> Sequence[str]:
    """Its line in the table."""
    return [
        database["name"],
        database["environment"],
        database["state"],
        version(database),
        "" if database["bytes"] is None else words.size(database["bytes"]),
        sessions(database),
        database["variable"],
        last_backup(database, now),
        "" if database["last_drill"] is None else words.age(now - database["last_drill"]),
    ]


def version(database: Json) -> str:
    """`postgres 15.18`, or the major version alone while it says nothing."""
    return f"{database['engine']} {database['server'] or database['major']}"


def sessions(database: Json) -> str:
    """`4 of 100`."""
    return "" if database["sessions"] is None else f"{database['sessions']} of {database['most_sessions']}"


def last_backup(database: Json, now: float) -> str:
    """`12, VERIFIED, 3 h ago`."""
    last = database["last_backup"]
    return f"{last['number']}, {last['verdict']}, {words.age(now - last['at'])}" if last else "none"


def lines(database: Json, now: float) -> list[str]:
    """All of one, a fact a line."""
    facts = [
        ("state", f"{database['state']} for {words.duration(now - database['since'])}"),
        ("why", output.clean(database["why"])),
        ("version", version(database)),
        ("image", database["image"]),
        ("variable", database["variable"]),
        ("url", database["url"] + ("   (with a password, for tasks alone)" if database["image"] else "")),
        ("size", "" if database["bytes"] is None else words.size(database["bytes"])),
        ("sessions", sessions(database)),
        ("limits", f"{database['cpu']:g} CPU, {words.size(database['memory'])} memory" if database["image"] else ""),
        ("backups", schedule(database["schedule"], database["next_backup"], now)),
        ("last backup", last_backup(database, now)),
        ("drills", schedule(database["drill"], database["next_drill"], now)),
        ("last drill", last_drill(database, now)),
        ("note", "" if database["declared"] else "fairway.toml has it no more; fairway db delete removes it"),
    ]
    head = f"{database['name']} of {database['environment']}"
    return [head, *(f"  {name:<12} {text}" for name, text in facts if text)]


def schedule(text: str, due: float | None, now: float) -> str:
    """`0 3 * * * UTC, next in 4 h`."""
    if not text:
        return "never"
    return text if due is None else f"{text}, next in {words.duration(max(0.0, due - now))}"


def last_drill(database: Json, now: float) -> str:
    """`restored in 41 s, 2 days ago`."""
    if database["last_drill"] is None:
        return "none"
    return f"restored in {words.duration(database['last_drill_seconds'])}, {words.age(now - database['last_drill'])}"


def status_line(database: Json) -> str:
    """In the app's status: `main       ● healthy`, with why when it is not."""
    sign, style = MARKS.get(database["state"], ("○", "bad"))
    why = f"   {output.clean(database['why'])}" if database["why"] else ""
    return f"{database['name']:<10} {output.paint(sign, style)} database {database['state'].lower()}{why}"
