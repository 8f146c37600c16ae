"""The lines of a passage in its stage's log, and its summary: few words, each with what was measured."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fairway.domain.aftermath import Aftermath, count
from fairway.domain.backup import Backup
from fairway.domain.judgement import Finding, Judged
from fairway.domain.migrations import Plan
from fairway.domain.passage import Passage, PassageStatus
from fairway.domain.rehearsal import Rehearsal, Trial, longest
from fairway.wire import words

FEW = 3
"""Names that a line has at most."""
STEPS: Mapping[PassageStatus, str] = MappingProxyType(
    {
        PassageStatus.CHECKING: "check",
        PassageStatus.BACKING_UP: "backup",
        PassageStatus.REHEARSING: "rehearsal",
        PassageStatus.MIGRATING: "migration",
    }
)
"""What the step is called that a status stands for."""

WAY_BACK = "way back"
CLOSING = "its tasks are stopped, and whoever asks gets a page: the release that serves fails on the new schema"
CLOSING_BACK = "no task runs, and whoever asks gets a page, while the schema is taken back"
OPENED = "the environment is open again, with the release that served"


def on_database(passage: Passage) -> str:
    """What the step is called that changes the real database."""
    return STEPS[PassageStatus.MIGRATING] if passage.back_of is None else WAY_BACK


def nothing_pending(plan: Plan) -> str:
    """`nothing pending (knex, 14 migrations applied)`."""
    applied = count(len(plan.applied), "migration")
    missing = f"; the database has {names(plan.missing)}, which the image does not" if plan.missing else ""
    return f"nothing pending ({plan.tool}, {applied} applied){missing}"


def pending(plan: Plan) -> str:
    """`2 pending: 20261123_coupons.ts, 20261124_index.ts (knex)`."""
    if not plan.known:
        return f"what the command has pending can't be read ({plan.tool}); it is rehearsed"
    trouble = f"; the tool marks {names(plan.trouble)} as not finished" if plan.trouble else ""
    return f"{len(plan.pending)} pending: {names([step.name for step in plan.pending])} ({plan.tool}){trouble}"


def names(found: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
    return ", ".join(found[:FEW]) + more


def backup(made: Backup) -> str:
    """`12 MB in 1.1 s, restored and compared: 14 tables, 81,204 rows equal`. Of a snapshot nobody has counted rows."""
    if made.snapshot:
        took = f"taken in {words.duration(made.seconds)}, restored in {words.duration(made.verifying)}"
        return f"snapshot {made.snapshot} of RDS, {took}: an instance with the same schema"
    tables = made.fingerprint.tables if made.fingerprint is not None else {}
    rows = made.fingerprint.rows if made.fingerprint is not None else 0
    equal = f"restored and compared: {count(len(tables), 'table')}, {rows:,} rows equal"
    return f"{words.size(made.bytes)} in {words.duration(made.seconds)}, {equal}"


def rehearsal(found: Rehearsal) -> str:
    """`0.3 s; orders locked against writes for 0.2 s; 1,204 rows rewritten; schema 4 changes`."""
    parts = [words.duration(found.up.seconds)]
    held = next((lock for lock in longest(found.watched.locks) if lock.stops), None)
    if held is not None:
        parts.append(f"{held.table} locked against {held.stops} for {words.duration(held.seconds)}")
    rewritten = sum(table.rows for table in found.watched.rewritten)
    if rewritten:
        parts.append(f"{rewritten:,} rows rewritten")
    parts.append(f"{count(len(found.differences), 'change')} of the schema")
    if found.down is not None:
        parts.append("and back" if found.back else "the way back did not lead back")
    return "; ".join(parts)


def trial(which: str, found: Trial) -> str:
    """`release 17 holds on the new schema (2.1 s)`."""
    if not found.failed:
        return f"{which} holds on the new schema ({words.duration(found.seconds)})"
    if found.blind:
        return f"{which} could not be tried: {found.failed}; {found.blind}"
    return f"{which} does not hold on the new schema: {found.failed}"


def findings(judged: Judged, *, refused: str = "refused", asked: str = "asks") -> Sequence[str]:
    """A line for each, the heaviest first."""
    heaps = ((refused, judged.refused), (asked, judged.asked), ("note", judged.warned))
    return [f"{word:<8} {finding_line(each)}" for word, heap in heaps for each in heap]


def finding_line(finding: Finding) -> str:
    """`adding-not-nullable-field (20261123_coupons.ts:3): …`."""
    line = f":{finding.line}" if finding.line else ""
    where = f" ({finding.step}{line})" if finding.step else ""
    return f"{finding.rule}{where}: {finding.effect}"


def rehearsed(passage: Passage) -> str:
    """The summary of a passage that goes no further."""
    judged = passage.judged
    asks = f"; {count(len(judged.asked), 'finding')} to agree to" if judged is not None and judged.asked else ""
    tried = f"rehearsed in {words.duration(passage.rehearsal.up.seconds)}" if passage.rehearsal else "not rehearsed"
    return f"{what(passage)} {tried}{asks}"


def migrated(passage: Passage, found: Aftermath) -> str:
    """`backup 3 verified; 1 migration in 0.2 s`."""
    backed = f"backup {passage.backup} verified; " if passage.backup is not None else ""
    took = words.duration(passage.attempts[-1].seconds) if passage.attempts else "a time that nobody saw"
    some = count(len(found.applied), "migration") if found.applied else "the migration"
    ended = passage.attempts[-1].code if passage.attempts else 0
    remark = "" if ended == 0 else "; its command did not end well, though all of it is in the database"
    return f"{backed}{some} in {took}{remark}"


def taking_back(passage: Passage) -> str:
    """`1 migration of passage 7: 20261123_coupons.ts`."""
    listed = f": {names(passage.taken)}" if passage.taken else ""
    return f"{what_back(passage)}{listed}"


def nothing_to_take_back(number: int) -> str:
    """Of a database that has none of it any more."""
    return f"nothing to take back: the database has nothing of passage {number} any more"


def taken_back(passage: Passage) -> str:
    """`backup 4 verified; 1 migration of passage 7 taken back in 0.2 s`."""
    backed = f"backup {passage.backup} verified; " if passage.backup is not None else ""
    took = words.duration(passage.attempts[-1].seconds) if passage.attempts else "a time that nobody saw"
    ended = passage.attempts[-1].code if passage.attempts else 0
    remark = "" if ended == 0 else "; its command did not end well, though nothing of it is left in the database"
    return f"{backed}{what_back(passage)} taken back in {took}{remark}"


def what_back(passage: Passage) -> str:
    """`2 migrations of passage 7`."""
    some = count(len(passage.taken), "migration") if passage.taken else "the migrations"
    return f"{some} of passage {passage.back_of}"


def what(passage: Passage) -> str:
    """`2 migrations`, `the migration` where they can't be counted."""
    plan = passage.plan
    return count(len(plan.pending), "migration") if plan is not None and plan.known else "the migration"
