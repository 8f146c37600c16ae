"""What becomes of a migration whose release could not be deployed, and how the stage's report says so.

The deployment has gone back to what was desired before it when this begins. Killed anywhere, the stage runs again: the
passage and the deployment answer as they ended, and the way back goes on by its own key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from fairway.domain import taking_back
from fairway.domain.deployment import Cause
from fairway.domain.ids import ReleaseNumber
from fairway.domain.migrations import Undoing
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.release import Release
from fairway.domain.rollback import Rollback
from fairway.domain.taking_back import Course
from fairway.errors import Conflict
from fairway.pipeline.stages import guarded
from fairway.pipeline.stages.guarded import Guarding
from fairway.pipeline.work import Failed, Work

Gone = Callable[[], Awaitable[bool]]
"""Whether no task of the failed deployment is left; waits for that."""
MEND = "mend it by hand"
PUSH = "push a commit that mends it"
STANDS = {
    Outcome.HALF: "its database is half-way back",
    Outcome.UNKNOWN: "how its database stands could not be found out",
}
WELL = frozenset({PassageStatus.MIGRATED, PassageStatus.SKIPPED})
CLOSED = "the environment stays closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is added to the failed deployment's report: how everything stands, what to do, which command shows more."""

    state: str
    fix: str
    more: tuple[str, ...] = ()


async def see_to(work: Work, release: Release, passage: Passage, failed: Failed, guard: Guarding, gone: Gone) -> Failed:
    """The failed deployment's answer with what became of the migrations of `passage`. Raises Unavailable."""
    settings = release.description.migrations
    assert settings is not None, "what was migrated has settings"
    match taking_back.choose(passage, settings):
        case Course.REOPEN:
            said = await take_back(work, passage, guard, Outcome.APPLIED)
        case Course.BACK if await gone():
            said = await take_back(work, passage, guard, None)
        case Course.BACK:
            said = keep(passage, "tasks of the failed release still run, and they need them")
        case Course.KEPT:
            said = keep(passage, taking_back.find_bar(passage) if settings.on_failure is Undoing.BACK else "")
        case Course.STUCK:
            why = taking_back.find_bar(passage)
            state = f"its database has the migrations, which are not taken back: {why}; {CLOSED}"
            again = f"fairway retry {work.execution.number} deploys it again, or {PUSH}"
            said = Said(state=state, fix=reopen(work, passage, again))
    work.log(said.state)
    return add(failed, said)


async def clear_way(work: Work, passage: int, guard: Guarding) -> Passage | Failed:
    """What a passage has migrated is taken back, so that an earlier release may come; the environment is closed from
    then on, until that is deployed. Raises NotFound, Conflict, Unavailable."""
    back = await guard.take_back(guarded.make_way_back(work, passage, Outcome.UNTOUCHED), work.log)
    return back if back.status in WELL else guarded.fail(back, work)


def left_closed(
    work: Work, rollback: Rollback, taken: Passage, failed: Failed, previous: ReleaseNumber | None
) -> Failed:
    """The answer of a rollback whose deployment failed after the migrations were taken back."""
    state = taken.summary
    if taken.status is PassageStatus.MIGRATED:
        state = f"{state}; release {previous}, which was there before, needs it, and so {CLOSED}"
    again = f"fairway retry {work.execution.number} tries release {rollback.release} again"
    fix = f"{again}; or fairway deploy brings the newest commit, and its migrations, once more"
    return add(failed, Said(state=state, fix=fix, more=(f"fairway migrate --report {taken.number}",)))


async def take_back(work: Work, passage: Passage, guard: Guarding, opens_at: Outcome | None) -> Said:
    """Have the guard do it, and say how it ended."""
    try:
        back = await guard.take_back(guarded.make_way_back(work, passage.number, opens_at), work.log)
    except Conflict as error:
        return not_taken(work, passage, f"{error.what}: {error.why}", opens_at)
    more = (f"fairway migrate --report {back.number}",)
    if back.status in WELL:
        opened = "; the environment is open again, with the release that served" if opens_at is not None else ""
        return Said(state=f"{back.summary}{opened}", fix=f"{PUSH}; its migrations come again", more=more)
    sentence = back.cause.sentence if back.cause is not None else f"the way back was {back.status.lower()}"
    said = not_taken(work, passage, sentence, opens_at, back.outcome or Outcome.UNKNOWN)
    if opens_at is None and back.outcome is not Outcome.UNTOUCHED and back.cause is not None:
        said = replace(said, fix=back.cause.fix)
    return replace(said, more=more)


def not_taken(
    work: Work, passage: Passage, why: str, opens_at: Outcome | None, outcome: Outcome = Outcome.UNTOUCHED
) -> Said:
    """Of a way back that was not gone to its end."""
    state = f"{why}; {STANDS.get(outcome, 'its database has the migrations still')}"
    if opens_at is None:
        return Said(state=state, fix=f"{PUSH}; it finds the migrations made")
    again = MEND
    if outcome is Outcome.UNTOUCHED:
        again = f"fairway rollback {served(passage)} -e {work.stage} --take-back goes back once more, or {PUSH}"
    return Said(state=f"{state}; {CLOSED}", fix=reopen(work, passage, again))


def keep(passage: Passage, why: str = "") -> Said:
    """Of migrations that stay, with what shows that the release before runs on them."""
    old = passage.rehearsal.old if passage.rehearsal is not None else None
    held = f", on which release {old.release} was seen to hold" if old is not None and not old.failed else ""
    barred = f"; they are not taken back: {why}" if why else ""
    return Said(state=f"its database has the migrations{held}{barred}", fix=f"{PUSH}; it finds the migrations made")


def served(passage: Passage) -> str:
    """The number of the release that served before the migrations: the one that was tried on them."""
    old = passage.rehearsal.old if passage.rehearsal is not None else None
    return old.release if old is not None else ""


def reopen(work: Work, passage: Passage, again: str) -> str:
    """How an environment that stays closed is opened: by what `again` says, or with the backup and what served."""
    restart = f"fairway restart -e {work.stage} opens it with the release that served"
    if passage.backup is None:
        return f"{again}; once the database is as before, {restart}"
    restored = f"fairway db restore {passage.backup}, which says first which writes since would be lost"
    return f"{again}; or {restored}: then {restart}"


def add(failed: Failed, said: Said) -> Failed:
    """The answer with what was said."""
    cause = failed.cause or Cause(sentence=failed.summary)
    seen = "; ".join(part for part in (cause.seen, said.state) if part)
    fix = "; ".join(part for part in (cause.fix, said.fix) if part)
    told = replace(cause, seen=seen, fix=fix, more=(*cause.more, *said.more))
    return replace(failed, summary=f"{failed.summary}; {said.state}", cause=told)
