"""Whether what a passage has migrated can be taken back as the database stands, and whether the way back led back on a
copy: pure.

A way back that was rehearsed when the migrations came is rehearsed again before it is gone: a tool's own command (the
last batch, one revision down) may mean something else by then. What counts is that it takes away what the passage
brought, all of it and nothing besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain import aftermath, catalog
from fairway.domain.aftermath import Part, count, verb
from fairway.domain.catalog import Schema
from fairway.domain.guarding import closes, still_there
from fairway.domain.migrations import Migrations, Plan, Undoing
from fairway.domain.passage import Passage, PassageStatus

FEW = 3
"""Names that a sentence has at most."""


class Course(StrEnum):
    """What becomes of a migration whose release could not be deployed. REOPEN: it is taken back, and the environment,
    which was closed for it, opened. BACK: it is taken back while the release before serves. KEPT: it stays, and that
    release serves on it. STUCK: it stays, and the environment stays closed."""

    REOPEN = "REOPEN"
    BACK = "BACK"
    KEPT = "KEPT"
    STUCK = "STUCK"


def choose(passage: Passage, settings: Migrations) -> Course:
    """By what its rehearsal has shown. In a closed environment nobody has written but the tasks of the failed release:
    there nothing is lost by the way back, and without it nothing serves."""
    barred = bool(find_bar(passage))
    if closes(passage, maintenance=settings.maintenance):
        return Course.STUCK if barred else Course.REOPEN
    return Course.BACK if settings.on_failure is Undoing.BACK and not barred else Course.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What a database has of a passage's migrations. `obstacle` is why they can't be taken back, for people."""

    there: Part
    obstacle: str = ""


def find_bar(original: Passage) -> str:
    """Why a passage's migrations are never taken back, "" when nothing bars it."""
    rehearsal = original.rehearsal
    if original.back_of is not None:
        return f"passage {original.number} is a way back itself"
    if original.status is not PassageStatus.MIGRATED:
        return f"passage {original.number} has not migrated: it is {original.status}"
    if rehearsal is None or rehearsal.down is None:
        return f"passage {original.number} has rehearsed no way back"
    return "" if rehearsal.back else f"the way back that passage {original.number} rehearsed did not lead back"


def look(original: Passage, now: Plan, schema: Schema, made: Sequence[Passage]) -> Stand:
    """How the database stands towards it: by the tool's table where that can be read, else by the schema and by what
    has passed since. `now` is the plan by the image that brought the migrations, `made` the environment's passages."""
    if now.trouble:
        return Stand(there=Part.SOME, obstacle=f"the tool marks {few(now.trouble)} as not finished")
    if now.known and original.applied:
        return by_table(original, now)
    differences = original.rehearsal.differences if original.rehearsal is not None else ()
    there = aftermath.in_schema(differences, schema) or Part.ALL
    if there is Part.SOME:
        said = f"some of the {count(len(differences), 'change')} that it made {verb(len(differences))} in the schema"
        return Stand(there=there, obstacle=said)
    later = [each for each in still_there(made) if each.number > original.number]
    if there is Part.ALL and later:
        return Stand(there=there, obstacle=f"passage {later[0].number} has migrated since")
    return Stand(there=there)


def by_table(original: Passage, now: Plan) -> Stand:
    """What came after it is found by name: not every tool keeps the order in which its migrations were made."""
    wanted, present = set(original.applied), set(now.applied)
    left = [name for name in original.applied if name in present]
    if not left:
        return Stand(there=Part.NONE)
    if len(left) < len(wanted):
        return Stand(there=Part.SOME, obstacle=f"of its migrations only {few(left)} {verb(len(left))} there")
    before = set(original.plan.applied) if original.plan is not None else set[str]()
    above = [name for name in now.applied if name not in wanted | before]
    return Stand(there=Part.ALL, obstacle=f"{few(above)} came after it" if above else "")


def find_detour(original: Passage, before: tuple[Plan, Schema], after: tuple[Plan, Schema]) -> str:
    """Where the way back led on the copy if not back, "" when it did. `before` and `after` are what the tool's table
    and the schema were."""
    (had, schema), (has, changed) = before, after
    if has.known:
        left = [name for name in original.applied if name in set(has.applied)]
        if left:
            return f"{few(left)} {verb(len(left))} still in the tool's table"
        wanted = set(original.applied)
        gone = [name for name in had.applied if name not in wanted | set(has.applied)]
        if gone:
            return f"it took {few(gone)} away too, which passage {original.number} did not bring"
    brought = original.rehearsal.differences if original.rehearsal is not None else ()
    expected = {(each.object, each.after, each.before) for each in brought}
    seen = {(each.object, each.before, each.after) for each in catalog.compare(schema, changed)}
    other = sorted({name for name, _, _ in expected ^ seen})
    return f"{few(other)} {verb(len(other))} not as before passage {original.number}" if other else ""


def few(names: Sequence[str]) -> str:
    """The first ones, and how many more."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
