"""The whole report of a passage as text: `fairway migrate --report N`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.wire import guardlines, words

Json = Mapping[str, Any]
SIGNS = {"ADDED": "+", "CHANGED": "~", "REMOVED": "-"}
TITLES = {
    "refused": "Refused",
    "asked": "Somebody has to agree",
    "warned": "Warned",
    "silenced": "Silenced by fairway.toml",
}
LOG = 40
"""Lines of a log; all of them are in the JSON."""


def render(passage: Json) -> list[str]:
    """The report, from the API's JSON. Every line is printable, and none is coloured."""
    parts = (
        [guardlines.head(passage), *guardlines.short(passage)],
        *findings(passage.get("judged")),
        *of_rehearsal(passage.get("rehearsal")),
        *attempts(passage["attempts"], "migration" if passage.get("back_of") is None else "way back"),
    )
    lines = [line for part in parts if part for line in ("", *part)][1:]
    return [words.clean(line).rstrip() for line in lines]


def findings(judged: Json | None) -> Iterator[list[str]]:
    """A part for each heap, and the notes."""
    for verdict, title in TITLES.items():
        found = [each for each in (judged or {}).get("findings", ()) if each["verdict"] == verdict]
        if found:
            yield [title, *(line for each in found for line in finding(each))]
    if judged is not None and judged["notes"]:
        yield ["Not judged", *(f"  {note}" for note in judged["notes"])]


def finding(found: Json) -> list[str]:
    """Rule and place, the statement, what it would do, and the better way."""
    place = found["step"] + (f":{found['line']}" if found["line"] else "")
    harmless = "  (harmless at this size)" if found["harmless"] else ""
    lines = [f"  {found['rule']}  {place}{harmless}"]
    lines += [f"    | {line}" for line in found["statement"].splitlines()]
    lines.append(f"    {found['effect']}")
    if found["reason"]:
        return [*lines, f"    Reason  {found['reason']}"]
    first, *more = found["advice"].splitlines() or [""]
    return lines + ([f"    Better  {first}", *(f"            {line}" for line in more)] if first else [])


def of_rehearsal(made: Json | None) -> Iterator[list[str]]:
    """Locks, what was written, the schema, and the logs."""
    if made is None:
        return
    if made["locks"]:
        yield ["Locks in the rehearsal", *table([lock(each) for each in made["locks"]])]
    if made["unseen"]:
        yield ["Not seen", *(f"  {each}" for each in made["unseen"])]
    if wrote := work(made):
        yield ["Work in the rehearsal", *table(wrote)]
    if made["differences"]:
        yield [
            f"Schema {made['before']} → {made['after']}",
            *(line for each in made["differences"] for line in diff(each)),
        ]
    yield from log("Log of the rehearsal", made["up"]["log"])
    for trial in (made["old"], made["new"]):
        if trial is not None and trial["failed"]:
            yield from log(f"Log of {trial['release']} on the migrated copy", trial["log"])


def lock(held: Json) -> tuple[str, ...]:
    """A row of the table of locks."""
    who = f"{held['stops']} wait" if held["stops"] else "nobody waits"
    return held["table"], held["mode"], words.brief(held["seconds"]), who


def work(made: Json) -> list[tuple[str, ...]]:
    """What it wrote, in the order of weight; what is nothing is left out."""
    rows: list[tuple[str, ...]] = [
        ("written anew", f"{each['table']}: {each['rows']:,} rows, {words.size(each['bytes'])}")
        for each in made["rewritten"]
    ]
    amounts = (
        ("rows changed", f"{made['rows']:,}", made["rows"]),
        ("write-ahead log", words.size(made["written"]), made["written"]),
        ("more disk", words.size(made["disk"]), made["disk"]),
    )
    return rows + [(name, amount) for name, amount, count in amounts if count]


def diff(each: Json) -> list[str]:
    """An object that was added, changed or removed, with its definitions."""
    lines = [f"  {SIGNS[each['change']]} {each['object']}"]
    if each["change"] != "ADDED":
        lines += [f"      - {line}" for line in each["before"].splitlines()]
    if each["change"] != "REMOVED":
        lines += [f"      + {line}" for line in each["after"].splitlines()]
    return lines


def attempts(made: Sequence[Json], what: str) -> Iterator[list[str]]:
    """The logs of what was run on the real database."""
    for number, attempt in enumerate(made, start=1):
        which = f" (attempt {number})" if len(made) > 1 else ""
        yield from log(f"Log of the {what}{which}", attempt["log"])


def log(title: str, lines: Sequence[str]) -> Iterator[list[str]]:
    """The last lines under a title; nothing of an empty log."""
    if lines:
        left = f", the last {LOG} of {len(lines)} lines" if len(lines) > LOG else ""
        yield [title + left, *(f"  {line}" for line in lines[-LOG:])]


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows with their columns under each other."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
