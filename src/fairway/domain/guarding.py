"""What stops a passage before it migrates, and whether an earlier release fits the database as it is: pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.judgement import Finding
from fairway.domain.migrations import Plan
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Trial

Agreed = frozenset[tuple[str, str, str, str]]
"""Findings that somebody has agreed to, each by what does not change with the size of a table."""
NOTHING: Agreed = frozenset()


def name(finding: Finding) -> tuple[str, str, str, str]:
    """What two findings are the same by: their effects are measured anew each time."""
    return finding.rule, finding.step, finding.table, finding.statement


def agree(findings: Sequence[Finding]) -> Agreed:
    """All of them."""
    return frozenset(name(finding) for finding in findings)


class Obstacle(StrEnum):
    """REFUSED: a finding whose policy says so. OLD, NEW: a release that does not hold on the migrated copy. ASKED: a
    finding that nobody has agreed to yet."""

    REFUSED = "REFUSED"
    OLD = "OLD"
    NEW = "NEW"
    ASKED = "ASKED"


def find_obstacle(passage: Passage, agreed: Agreed = NOTHING, *, maintenance: bool = False) -> Obstacle | None:
    """What stands in the way, None when it may go on. An answer is only asked for where one can be given: before the
    deployment, of a passage that goes no further than the rehearsal. `maintenance`: the environment may be closed, so
    that it does not matter whether the release that serves holds."""
    if passage.judged is not None and passage.judged.refused:
        return Obstacle.REFUSED
    rehearsal = passage.rehearsal
    if not maintenance and rehearsal is not None and does_not_hold(rehearsal.old):
        return Obstacle.OLD
    if rehearsal is not None and does_not_hold(rehearsal.new):
        return Obstacle.NEW
    if passage.goes and unanswered(passage, agreed):
        return Obstacle.ASKED
    return None


def unanswered(passage: Passage, agreed: Agreed) -> Sequence[Finding]:
    """What is asked and not agreed to."""
    asked = passage.judged.asked if passage.judged is not None else ()
    return [finding for finding in asked if name(finding) not in agreed]


def does_not_hold(trial: Trial | None) -> bool:
    """Whether a release was tried and did not hold."""
    return trial is not None and not trial.held


def closes(passage: Passage, *, maintenance: bool) -> bool:
    """Whether the environment is closed while the passage migrates: the release that serves would fail meanwhile. A way
    back has been told."""
    if passage.back_of is not None:
        return passage.opens_at is not None
    return maintenance and passage.rehearsal is not None and does_not_hold(passage.rehearsal.old)


def opens(passage: Passage, outcome: Outcome, *, maintenance: bool) -> bool:
    """Whether an environment that was closed for the passage may serve again with what it is to run: the database is
    as that needs it. After a migration that is as before; the new release's deployment opens it otherwise."""
    return closes(passage, maintenance=maintenance) and outcome is (passage.opens_at or Outcome.UNTOUCHED)


class Way(StrEnum):
    """FITS: it can go back as it is. DOWN: the migrations since can be taken back first. NONE: nothing was shown."""

    FITS = "FITS"
    DOWN = "DOWN"
    NONE = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Whether an earlier release fits. `missing` are the migrations that the database has and the release does not,
    `passage` the number of the one that brought them, None when they are of several or of none; `sentence` says why,
    for people; `seconds` is how long the way down took when it was rehearsed."""

    way: Way
    missing: tuple[str, ...] = ()
    passage: int | None = None
    sentence: str = ""
    seconds: float = 0.0


UNSHOWN = "nothing has shown that it runs on the present schema"


def find_return(plan: Plan, releases: Collection[int], made: Sequence[Passage]) -> Return:
    """How an environment gets back to a release. `plan` is the database's as the release's image sees it, `releases`
    its number and those of releases with the same image and description, `made` the environment's passages.

    It fits where the database has nothing beyond it, or where it was tried, as the release that served, on the copy
    with just those migrations. A way down is offered for what one passage brought: no more was rehearsed.
    """
    migrated = still_there(made)
    if plan.known and not plan.missing:
        return Return(way=Way.FITS, sentence="the database has no migration that it does not have")
    if plan.known:
        brought = [passage for passage in migrated if set(passage.applied) & set(plan.missing)]
        whole = set(plan.missing) == {name for passage in brought for name in passage.applied}
    else:
        # The tool's table can't be read: what was migrated since the release came is all that is known.
        brought, whole = [each for each in migrated if (each.release or 0) > max(releases)], True
        if not brought:
            return Return(way=Way.FITS, sentence="nothing was migrated since")
    if len(brought) != 1 or not whole:
        return Return(way=Way.NONE, missing=plan.missing, sentence=UNSHOWN)
    return judge(brought[0], plan.missing, releases)


def still_there(made: Sequence[Passage]) -> Sequence[Passage]:
    """The passages that have migrated, without those that were taken back."""
    ended = [passage for passage in made if passage.status is PassageStatus.MIGRATED]
    gone = {passage.back_of for passage in ended}
    return [passage for passage in ended if passage.back_of is None and passage.number not in gone]


def judge(passage: Passage, missing: tuple[str, ...], releases: Collection[int]) -> Return:
    """By the rehearsal of the one passage that stands between."""
    number = passage.number
    if tried(passage, releases):
        said = f"it held on the copy that passage {number} migrated"
        return Return(way=Way.FITS, missing=missing, passage=number, sentence=said)
    if passage.rehearsal is not None and passage.rehearsal.back:
        said = f"the way back was rehearsed by passage {number}"
        took = passage.rehearsal.down.seconds if passage.rehearsal.down is not None else 0.0
        return Return(way=Way.DOWN, missing=missing, passage=number, sentence=said, seconds=took)
    return Return(way=Way.NONE, missing=missing, passage=number, sentence=UNSHOWN)


def tried(passage: Passage, releases: Collection[int]) -> bool:
    """Whether one of the releases held on the passage's migrated copy."""
    old = passage.rehearsal.old if passage.rehearsal is not None else None
    return old is not None and not old.failed and old.release in {str(each) for each in releases}
