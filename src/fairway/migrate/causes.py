"""Why a passage ended where it did, as a report shows it: what was seen, how the database stands, and what to do."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.domain import rehearsed
from fairway.domain.aftermath import Aftermath
from fairway.domain.deployment import Cause
from fairway.domain.guarding import Agreed, Obstacle, unanswered
from fairway.domain.judgement import Finding
from fairway.domain.passage import Outcome, Passage
from fairway.domain.rehearsal import Attempt, Trial
from fairway.errors import FairwayError
from fairway.migrate import saying
from fairway.migrate.advice import Advice
from fairway.wire import words

UNTOUCHED = "the database was not touched"


def from_error(error: FairwayError, passage: Passage, advice: Advice) -> Cause:
    """Of a part that did not do what it should."""
    return Cause(sentence=error.what, seen=joined(error.why, UNTOUCHED), fix=error.hint, more=advice.report(passage))


def rehearsal(cause: Cause, passage: Passage, advice: Advice, *, elsewhere: str = "") -> Cause:
    """Of a migration that did not succeed on the copy. `elsewhere` is an environment in which it did."""
    passed = f"it passed in {elsewhere}, whose data are others" if elsewhere else ""
    return replace(cause, seen=joined(cause.seen, passed, UNTOUCHED), more=advice.report(passage))


def obstacle(found: Obstacle, passage: Passage, agreed: Agreed, advice: Advice) -> Cause:
    """Of what was refused."""
    match found:
        case Obstacle.REFUSED:
            refused = passage.judged.refused if passage.judged is not None else ()
            return of_findings("is refused by the policy of fairway.toml", passage, refused, advice)
        case Obstacle.ASKED:
            asked = unanswered(passage, agreed)
            cause = of_findings("asks for somebody who agrees, and nobody was shown it", passage, asked, advice)
            return replace(cause, fix=joined(cause.fix, advice.ask()))
        case Obstacle.OLD | Obstacle.NEW:
            return of_trial(found, passage, advice)


def of_findings(words: str, passage: Passage, findings: Sequence[Finding], advice: Advice) -> Cause:
    """The first one, with its advice; all of them are in the report."""
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Cause(
        sentence=f"{saying.finding_line(first)}; this {words}{more}",
        seen=joined(first.statement, UNTOUCHED),
        fix=first.advice,
        more=advice.report(passage),
    )


def of_trial(found: Obstacle, passage: Passage, advice: Advice) -> Cause:
    """Of a release that does not hold on the migrated copy."""
    rehearsal = passage.rehearsal
    assert rehearsal is not None
    trial: Trial | None = rehearsal.old if found is Obstacle.OLD else rehearsal.new
    assert trial is not None
    if found is Obstacle.OLD:
        sentence = f"release {trial.release}, which serves, would fail on the new schema until its tasks are replaced"
        fix = joined(
            "change the schema in two releases: first add what is new beside the old and write both, then take the old "
            "away once no release needs it",
            advice.close(),
        )
    else:
        sentence = "the new release fails on the migrated copy of the database"
        fix = "mend it, or set migrations.compatibility = false if it needs more than its database to start"
    return Cause(
        sentence=sentence, seen=joined(trial.failed, UNTOUCHED), fix=fix, log=trial.log, more=advice.report(passage)
    )


def aftermath(found: Aftermath, passage: Passage, advice: Advice, *, restored: bool, closed: bool) -> Cause:
    """Of a migration that did not come to its end on the real database. `closed`: its environment was closed for it,
    and stays so unless the database is as before."""
    last = passage.attempts[-1] if passage.attempts else None
    said = why(last) or found.sentence
    restore = advice.restore(passage)
    match found.outcome:
        case Outcome.UNTOUCHED:
            state, fix = "the database is as before", joined("what stopped it is in the log", advice.again())
        case Outcome.HALF:
            state = f"the database is half-way: {found.sentence}"
            fix = joined("mend it by hand", f"or {restore}" * bool(restore))
        case _:
            state = "how the database stands could not be found out"
            fix = joined("look at it before anything else is deployed", advice.backup(passage))
    if restored:
        state = f"{state}; backup {passage.backup} has taken its place, by migrations.restore"
        fix = "mend the migration, and push that"
    if closed and not restored and found.outcome is not Outcome.UNTOUCHED:
        state = f"{state}; the environment stays closed"
        fix = f"{fix}; then {advice.reopen(passage)}"
    log = last.log if last is not None else ()
    return Cause(sentence=f"the migration failed: {said}", seen=state, fix=fix, log=log, more=advice.report(passage))


def why(attempt: Attempt | None) -> str:
    """What one that did not end well ended with, "" where that is not known."""
    if attempt is None or attempt.code == 0:
        return ""
    if attempt.timed_out:
        return f"it was ended after {words.duration(attempt.seconds)}, which is its time"
    return attempt.error or rehearsed.last(attempt.log) or f"its command ended with exit code {attempt.code}"


def joined(*parts: str) -> str:
    """The parts that say something, one after the other."""
    return "; ".join(part for part in parts if part)
