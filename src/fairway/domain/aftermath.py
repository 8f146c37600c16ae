"""How a database stands after a migration, by what can be seen of it: its tool's table, and its schema.

The exit status proves nothing alone: a command may have been killed after its work was done, or have done nothing and
ended well. So both sides are asked. Of the schema only that counts which the rehearsal has shown to change: what others
do to it meanwhile (the next partition of a log) is not the migration's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.catalog import Difference, Schema
from fairway.domain.migrations import Plan
from fairway.domain.passage import Outcome


class Part(StrEnum):
    """How much of what was to come has come."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


TURNED: Mapping[Part, Part] = MappingProxyType({Part.NONE: Part.ALL, Part.SOME: Part.SOME, Part.ALL: Part.NONE})
"""How much has gone, by how much is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """`applied` are the migrations that have come; `sentence` says what was seen, for people; `schema` is the version
    of the schema, "" where nobody looked."""

    outcome: Outcome
    applied: tuple[str, ...] = ()
    sentence: str = ""
    schema: str = ""


def find(
    wanted: Sequence[str], before: Plan, now: Plan, differences: Sequence[Difference], schema: Schema, code: int | None
) -> Aftermath:
    """How it stands. `wanted` are the migrations that should have come, `differences` what the rehearsal changed,
    `code` the command's exit status, None when it is not known."""
    applied = tuple(name for name in now.applied if name not in set(before.applied))
    table = in_table(wanted, applied) if now.known else None
    changed = in_schema(differences, schema)
    sentence = describe(wanted, applied, table, changed, differences)
    if now.trouble:
        said = f"the tool marks {', '.join(now.trouble)} as not finished"
        return Aftermath(outcome=Outcome.HALF, applied=applied, sentence=f"{said}; {sentence}")
    return Aftermath(outcome=weigh(table, changed, code), applied=applied, sentence=sentence)


def find_back(
    wanted: Sequence[str], now: Plan, differences: Sequence[Difference], schema: Schema, code: int | None
) -> Aftermath:
    """How it stands after a way back. `wanted` are the migrations that should have gone, `differences` what the way
    back changed in its rehearsal; APPLIED means that it has led back."""
    left = in_table(wanted, now.applied) if now.known else None
    changed = in_schema(differences, schema)
    sentence = describe(wanted, now.applied, left, changed, differences)
    if now.trouble:
        said = f"the tool marks {', '.join(now.trouble)} as not finished"
        return Aftermath(outcome=Outcome.HALF, sentence=f"{said}; {sentence}")
    gone = None if left is None else TURNED[left]
    return Aftermath(outcome=weigh(gone, changed, code), sentence=sentence)


def weigh(table: Part | None, schema: Part | None, code: int | None) -> Outcome:
    """What the two say together. Where neither can say anything, the command's word has to do; without it nothing is
    known."""
    seen = {part for part in (table, schema) if part is not None}
    if not seen:
        return Outcome.APPLIED if code == 0 else Outcome.UNKNOWN
    if seen == {Part.NONE}:
        return Outcome.UNTOUCHED
    return Outcome.APPLIED if seen == {Part.ALL} else Outcome.HALF


def in_table(wanted: Sequence[str], applied: Sequence[str]) -> Part | None:
    """What the tool's own table says, None when nothing was to come into it."""
    if not wanted:
        return None
    return measure(name in set(applied) for name in wanted)


def in_schema(differences: Sequence[Difference], schema: Schema) -> Part | None:
    """What the schema says, None when the migration changes none. An object that is neither as before nor as it should
    be counts as half of the way."""
    if not differences:
        return None
    parts = [part_of(each, schema) for each in differences]
    return parts[0] if len(set(parts)) == 1 else Part.SOME


def part_of(difference: Difference, schema: Schema) -> Part:
    """One object: as it should be, as before, or neither."""
    present = schema.objects.get(difference.object, "")
    if present == difference.after:
        return Part.ALL
    return Part.NONE if present == difference.before else Part.SOME


def measure(there: Iterable[bool]) -> Part:
    """All, some or none of them."""
    found = list(there)
    return Part.ALL if all(found) else Part.SOME if any(found) else Part.NONE


def describe(
    wanted: Sequence[str],
    applied: Sequence[str],
    table: Part | None,
    schema: Part | None,
    differences: Sequence[Difference],
) -> str:
    """`2 of 3 migrations are in the tool's table; 4 of 6 changes are in the schema`."""
    parts: list[str] = []
    if table is not None:
        there = sum(1 for name in wanted if name in set(applied))
        parts.append(f"{there} of {count(len(wanted), 'migration')} {verb(len(wanted))} in the tool's table")
    if schema is not None:
        whole = {Part.ALL: "all", Part.NONE: "none", Part.SOME: "some"}[schema]
        parts.append(f"{whole} of {count(len(differences), 'change')} {verb(len(differences))} in the schema")
    return "; ".join(parts) or "neither the tool's table nor the schema shows anything"


def count(number: int, noun: str) -> str:
    """`1 change`, `3 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def verb(number: int) -> str:
    """`is` of one, `are` of several."""
    return "is" if number == 1 else "are"
