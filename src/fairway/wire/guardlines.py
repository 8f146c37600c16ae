"""A passage as lines of text: each step of the guard with its mark, and why it stopped.

Like `wire.progress` it is made from the API's JSON, with the standard library alone, for the command line and the push.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.wire import progress, words

Json = Mapping[str, Any]
WIDTH = 13
"""Characters of a step's name with the blanks behind it."""
GOOD, BAD, BUSY, NONE = "✓", "✗", "…", "·"
RUNNING = {"CHECKING": "pending", "BACKING_UP": "backup", "REHEARSING": "rehearsal", "MIGRATING": "migration"}
RUNNING_BACK = {**RUNNING, "CHECKING": "to take back", "MIGRATING": "way back"}
STATES = {
    "UNTOUCHED": "its database is as it was before",
    "APPLIED": "its database has the migrations, as the rehearsal left the copy",
    "HALF": "its database has a part of the migrations",
    "UNKNOWN": "how its database stands is not known: it could not be reached to look",
}


def head(passage: Json) -> str:
    """`shop-api  passage 3  production  release 18`."""
    parts = [passage["app"], f"passage {passage['number']}", passage["environment"]]
    if (back := passage.get("back_of")) is not None:
        parts.append(f"way back of passage {back}")
    parts += [f"{key} {passage[key]}" for key in ("release", "execution") if passage.get(key) is not None]
    return "  ".join(parts)


def short(passage: Json) -> list[str]:
    """What a push shows: a line for each step that there was, then why it stopped."""
    return [*steps(passage), *verdict(passage)]


def steps(passage: Json) -> list[str]:
    """A line for each step that has begun."""
    found: list[tuple[str, str, str]] = []
    back = passage.get("back_of") is not None
    if (plan := passage.get("plan")) is not None:
        found.append(("to take back", GOOD, to_take_back(passage)) if back else ("pending", GOOD, pending(plan)))
    if (judged := passage.get("judged")) is not None:
        found.append(("judged", *judgement(judged)))
    if passage.get("backup_number") is not None:
        found.append(("backup", *backup(passage)))
    if (made := passage.get("rehearsal")) is not None:
        found += [rehearsal_back(made)] if back else rehearsal(made, passage.get("plan"))
    if passage["attempts"] or passage["status"] == "MIGRATED":
        found.append(("way back" if back else "migration", *migration(passage)))
    running = (RUNNING_BACK if back else RUNNING).get(passage["status"])
    if running is not None and running not in [name for name, _, _ in found]:
        found.append((running, BUSY, ""))
    return [f"  {name:<{WIDTH}}{mark}  {text}".rstrip() for name, mark, text in found]


def pending(plan: Json) -> str:
    """`2 migrations (knex): 20261123_a.ts, 20261124_b.ts`."""
    if not plan["known"]:
        return "what it would do can't be read, so it is always rehearsed"
    names = [step["name"] for step in plan["pending"]]
    if not names:
        return f"none; {words.count(plan['applied'], 'migration')} applied ({plan['tool']})"
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return words.clean(f"{words.count(len(names), 'migration')} ({plan['tool']}): {shown}")


def to_take_back(passage: Json) -> str:
    """`1 migration of passage 7: 20261123_coupons.ts`; `none` where it was gone already."""
    if passage["status"] == "SKIPPED":
        return f"none: the database has nothing of passage {passage['back_of']} any more"
    names = passage["taken"]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    some = words.count(len(names), "migration") if names else "the migrations"
    return words.clean(f"{some} of passage {passage['back_of']}" + (f": {shown}" if shown else ""))


def rehearsal_back(made: Json) -> tuple[str, str, str]:
    """The way down on the copy."""
    took = words.duration(made["up"]["seconds"])
    if not made["held"]:
        why = f"did not end within {took}" if made["up"]["timed_out"] else f"failed after {took}"
        return "rehearsal", BAD, f"the way back {why} on the copy"
    if not made["back"]:
        return "rehearsal", BAD, f"the way back led elsewhere on the copy, in {took}"
    return "rehearsal", GOOD, f"the way back on the copy in {took}{locked(made['locks'])}"


def judgement(judged: Json) -> tuple[str, str]:
    """The mark, and how many findings are in each heap."""
    counts = {each: [f for f in judged["findings"] if f["verdict"] == each] for each in VERDICTS}
    parts = [f"{len(found)} {VERDICTS[verdict]}" for verdict, found in counts.items() if found]
    harmless = sum(1 for each in counts["warned"] if each["harmless"])
    text = ", ".join(parts) + (f" ({harmless} harmless at this size)" if harmless else "")
    mark = BAD if counts["refused"] else "!" if counts["asked"] or len(counts["warned"]) > harmless else GOOD
    return mark, text or "nothing found"


VERDICTS = {"refused": "refused", "asked": "to be agreed to", "warned": "warned", "silenced": "silenced"}


def backup(passage: Json) -> tuple[str, str]:
    """`✓ 12 MB in 1.1 s, restored and compared: 14 tables, 81,204 rows equal`."""
    made = passage.get("backup")
    if made is None:
        return NONE, f"backup {passage['backup_number']}"
    if made["verdict"] == "FAILED":
        return BAD, words.clean(made["cause"]) or "it could not be made"
    text = f"{words.size(made['bytes'])} in {words.duration(made['seconds'])}"
    if made["verdict"] != "VERIFIED":
        return BUSY, f"{text}, not proven yet"
    equal = f"{words.count(made['tables'] or 0, 'table')}, {made['rows'] or 0:,} rows equal"
    return GOOD, f"{text}, restored and compared: {equal}"


def rehearsal(made: Json, plan: Json | None) -> Iterator[tuple[str, str, str]]:
    """The migration on the copy, the way back, and the two releases on the migrated copy."""
    up = made["up"]
    if made["held"]:
        count = words.count(len(made["applied"]), "migration")
        yield "rehearsal", GOOD, f"{count} on the copy in {words.duration(up['seconds'])}{locked(made['locks'])}"
    else:
        why = f"did not end within {words.duration(up['seconds'])}" if up["timed_out"] else "failed"
        after = "" if up["timed_out"] else f" after {words.duration(up['seconds'])}"
        yield "rehearsal", BAD, words.clean(f"{failing(made, plan)} {why} on the copy{after}")
    if (down := made.get("down")) is not None:
        good = down["code"] == 0 and made["back"]
        text = "led back to the same schema" if good else "did not lead back to the same schema"
        yield "way back", GOOD if good else BAD, f"{text}, in {words.duration(down['seconds'])}"
    for name, trial in (("old release", made.get("old")), ("new release", made.get("new"))):
        if trial is not None:
            yield name, *tried(trial)


def tried(trial: Json) -> tuple[str, str]:
    """`✓ release 17 on the migrated copy: its checks held, in 2.4 s`."""
    release = trial["release"]
    if trial["failed"] and trial["blind"]:
        return NONE, words.clean(f"{release} could not be tried: {trial['failed']}; {trial['blind']}")
    result = trial["failed"] or "its checks held"
    took = words.duration(trial["seconds"])
    return BAD if trial["failed"] else GOOD, words.clean(f"{release} on the migrated copy: {result}, in {took}")


def failing(made: Json, plan: Json | None) -> str:
    """The migration that failed: the only one that is left, or the one that the tool has named last."""
    left = [step["name"] for step in (plan or {}).get("pending", ()) if step["name"] not in made["applied"]]
    if len(left) == 1:
        return str(left[0])
    said = [*made["up"]["log"], made["up"]["error"]]
    named = [name for line in reversed(said) for name in left if name in line]
    return str(named[0]) if named else "the migration"


def locked(locks: Sequence[Json]) -> str:
    """`; public.orders was locked against reads and writes for 38 s`, of the longest one that anybody notices."""
    found = [lock for lock in locks if lock["stops"] and lock["seconds"] >= 0.25]
    if not found:
        return ""
    longest = max(found, key=lambda lock: lock["seconds"])
    return words.clean(
        f"; {longest['table']} locked against {longest['stops']} for {words.duration(longest['seconds'])}"
    )


def migration(passage: Json) -> tuple[str, str]:
    """What became of the real database."""
    seconds = sum(attempt["seconds"] for attempt in passage["attempts"])
    tries = f", {len(passage['attempts'])} attempts" if len(passage["attempts"]) > 1 else ""
    if passage["status"] == "MIGRATED" and passage.get("back_of") is not None:
        some = words.count(len(passage["taken"]), "migration") if passage["taken"] else "the migrations"
        return GOOD, f"{some} taken back in {words.duration(seconds)}{tries}"
    if passage["status"] == "MIGRATED":
        count = words.count(len(passage["applied"]), "migration")
        return GOOD, f"{count} applied in {words.duration(seconds)}{tries}"
    if passage["status"] == "MIGRATING":
        return BUSY, ""
    return BAD, f"failed after {words.duration(seconds)}{tries}"


def verdict(passage: Json) -> list[str]:
    """Why it stopped: a blank line, then Cause, State, Log, Fix and More; nothing for one that did not."""
    cause = passage.get("cause")
    if cause is None:
        return []
    lines = [words.clean(line) for line in progress.report(cause)]
    place = next((n for n, line in enumerate(lines) if line.startswith(("  Log", "  Fix", "  More"))), len(lines))
    return ["", *lines[:place], *progress.labelled("State", [state(passage)]), *lines[place:]]


def state(passage: Json) -> str:
    """How the database stands now."""
    environment = passage["environment"]
    if not passage["attempts"] and passage["outcome"] in (None, "UNTOUCHED"):
        return f"{environment}'s database was not touched"
    return f"{environment}: {STATES[passage['outcome'] or 'UNKNOWN']}"
